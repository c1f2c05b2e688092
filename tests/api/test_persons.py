"""Whose business it is, now: who moved on keeps nothing, and nobody learns of a person by typing his number."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.pages.browser import Browser

from .city import (
    APPLICATION,
    CITIZEN_ID,
    OTHER_ID,
    PASSWORD,
    City,
    MovableClock,
    living,
    officer_id,
)
from .holder import done, licensed, on
from .test_credit import CLASS, confirmed, false_promise

API = "/api/v1"
CASES = f"{API}/cases"
MOVER = {"name": "高动", "subject": officer_id(77)}
WINDOW = {"kind": "clerk", "department": "scjg", "posts": ["window"]}
MOVES = {
    "another department": {"kind": "clerk", "department": "xf", "posts": ["window", "reviewer"]},
    "administrator": {"kind": "admin"},
    "applicant": {"kind": "applicant"},
    "supervisor": {"kind": "supervisor"},
    "another post": {"kind": "clerk", "department": "scjg", "posts": ["inspector"]},
}
MANDATE = {"name": "张三", "reference": "实名核验 2026-000017"}
KEY = {"idempotency-key": "before-the-move"}
SECRET = "示例路的秘密一号"
WHO = "张三小店"

VICTIM = {"type": "sole-trader", "name": "随便", "id": CITIZEN_ID}
RENEWS = {"bundle": "keep-food-licence", "applicant": VICTIM, "answers": {"what": "renew"}}
GUIDES: list[dict[str, Any]] = [
    {"answers": {"area": 60, "sign": True}, "handling": {"outdoor-sign": "commitment"}},
    {"answers": {"area": 60, "sign": True}},
    {"answers": {}},
]


async def moves(city: City, **rights: Any) -> None:
    """Give the mover other rights, by the command's own verb."""
    await city.office.create_account("mover", PASSWORD, **{**MOVER, **rights})


@pytest.fixture
async def left(city: City) -> dict[str, Any]:
    """What the mover did at the lead's window: a case typed in, a draft, files, a task taken, an order for many."""
    await moves(city, **WINDOW)
    mover = city.client("mover")
    papers = {"files": {"file": ("a.pdf", b"%PDF-1.7 of a client")}}
    file = (await mover.post(f"{API}/files", **papers)).json()["id"]
    body = {
        **APPLICATION,
        "form": {"sign_text": SECRET},
        "materials": [{"material": "layout", "file": file}],
    }
    case = (await mover.post(CASES, json=body, headers=KEY)).json()
    draft = (await mover.post(CASES, json={**body, "draft": True})).json()
    entries = [{"number": case["number"], "item": "shop-licence"}]
    order = {"action": "claim", "items": entries}
    bulk = await mover.post(f"{API}/bulk", json=order, headers={"idempotency-key": "bulk"})
    assert bulk.json()["items"][0]["done"], bulk.text
    return {
        "case": case,
        "number": case["number"],
        "draft": draft["number"],
        "file": file,
        "bulk": bulk.json()["id"],
        "body": body,
        "code": case["query_code"],
    }


Ask = Callable[[httpx.AsyncClient, dict[str, Any]], Any]
OF_CASE: dict[
    str, Ask
] = {  # everything about the case and the draft that the mover could do before
    "case": lambda c, p: c.get(f"{CASES}/{p['number']}"),
    "events": lambda c, p: c.get(f"{CASES}/{p['number']}/events"),
    "where": lambda c, p: c.get(f"{CASES}/{p['number']}/where?at=2026-11-05T10:00:00Z"),
    "chart": lambda c, p: c.get(f"{CASES}/{p['number']}/chart.svg"),
    "paper": lambda c, p: c.get(f"{CASES}/{p['number']}/notices/1.html"),
    "file": lambda c, p: c.get(f"{CASES}/{p['number']}/files/{p['file']}"),
    "draft": lambda c, p: c.get(f"{CASES}/{p['draft']}/draft"),
    "draft as a case": lambda c, p: c.get(f"{CASES}/{p['draft']}"),
    "file of the draft": lambda c, p: c.get(f"{CASES}/{p['draft']}/files/{p['file']}"),
    "change": lambda c, p: c.patch(f"{CASES}/{p['draft']}", json={"form": {}}),
    "submit": lambda c, p: c.post(f"{CASES}/{p['draft']}/submit", json={}),
    "submit as an action": lambda c, p: c.post(
        f"{CASES}/{p['draft']}/actions", json={"action": "submit"}
    ),
    "foresee": lambda c, p: c.post(f"{CASES}/{p['number']}/foresee", json={"action": "withdraw"}),
    "withdraw": lambda c, p: c.post(
        f"{CASES}/{p['number']}/actions",
        json={"action": "withdraw", "data": {"on_behalf": True, "document": "申请书"}},
    ),
    "release the task": lambda c, p: c.post(f"{API}/tasks/{p['number']}/1/release"),
    "hand the task over": lambda c, p: c.post(
        f"{API}/tasks/{p['number']}/1/transfer", json={"to": "window"}
    ),
    "page": lambda c, p: c.get(f"/my/cases/{p['number']}"),
    "kept answer": lambda c, p: c.post(CASES, json=p["body"], headers=KEY),
}
LISTS: dict[str, Ask] = {
    "cases": lambda c, _: c.get(CASES),
    "mine": lambda c, _: c.get(f"{API}/tasks?view=mine"),
    "done": lambda c, _: c.get(f"{API}/tasks?view=done"),
    "all": lambda c, _: c.get(f"{API}/tasks?view=all"),
    "bulk": lambda c, p: c.get(f"{API}/bulk/{p['bulk']}"),
    "certificates": lambda c, _: c.get(f"{API}/certificates"),
}
STILL = {"supervisor": {"case", "events", "where", "chart", "paper"}}


class TestAfterTheMove:
    """Who moved to another department, kind or post has what his new place has, and nothing else (F-44)."""

    @pytest.mark.parametrize("to", [to for to in MOVES if to != "another post"])
    async def test_nothing_of_it_is_his(self, city: City, left: dict[str, Any], to: str) -> None:
        """Neither case, nor file, nor draft, nor list, nor query code, nor the answer he was once given."""
        await moves(city, **MOVES[to])
        mover = city.client("mover")
        for name, ask in OF_CASE.items():
            answer = await ask(mover, left)
            told = answer.text
            assert SECRET not in told, name
            assert left["code"] not in told, name
            if name not in STILL.get(to, ()):
                assert answer.status_code in (303, 403, 404), (name, answer.status_code)
                assert left["number"] not in told.replace(answer.request.url.path, ""), name
        for name, ask in LISTS.items():
            answer = await ask(mover, left)
            assert WHO not in answer.text, name
            assert left["number"] not in answer.text or to == "supervisor" or name == "bulk", name
        assert (await city.client("mover").get(f"{API}/tasks/counts")).json().get("mine", 0) == 0

    async def test_a_post_of_the_same_department_sees_as_that_post(
        self, city: City, left: dict[str, Any]
    ) -> None:
        """The case by its own items, not by what he typed in: no query code, no draft, no kept answer."""
        await moves(city, **MOVES["another post"])
        mover = city.client("mover")
        seen = await mover.get(f"{CASES}/{left['number']}")
        assert (seen.status_code, seen.json()["query_code"]) == (200, None)
        for name in ("draft", "draft as a case", "change", "submit", "file of the draft"):
            assert (await OF_CASE[name](mover, left)).status_code == 404, name
        again = await OF_CASE["kept answer"](mover, left)
        assert left["code"] not in again.text

    async def test_his_files_are_no_way_in(self, city: City, left: dict[str, Any]) -> None:
        """What he handed in for a client he cannot hand in for himself, to read it there."""
        await moves(city, kind="applicant")
        own = {"type": "individual", "name": "高动", "id": MOVER["subject"]}
        body = {**left["body"], "applicant": own, "draft": True}
        answer = await city.client("mover").post(CASES, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (
            422,
            "/materials/0/file",
        )

    async def test_who_stays_keeps_it(self, city: City, left: dict[str, Any]) -> None:
        """Positive control: at the window all of it is his, the same answer to the same key too."""
        mover = city.client("mover")
        for name in ("case", "events", "paper", "file", "draft", "change", "file of the draft"):
            assert (await OF_CASE[name](mover, left)).status_code == 200, name
        again = await OF_CASE["kept answer"](mover, left)
        assert again.json() == left["case"]
        assert WHO in (await LISTS["bulk"](mover, left)).text
        assert left["number"] in (await LISTS["mine"](mover, left)).text

    async def test_an_account_never_changes_hands(self, city: City) -> None:
        """What was done with it stays with who did it."""
        await moves(city, **WINDOW)
        with pytest.raises(Exception, match="账号只属于一个人"):
            await moves(city, **WINDOW, subject=officer_id(78))


class TestVerifiedSubject:
    """What is kept about somebody is looked at for who has shown to act for him (R-BND-10, 个人信息保护法 13、28)."""

    @pytest.fixture
    async def nobody(self, city: City) -> httpx.AsyncClient:
        """Somebody whose identity nobody has verified."""
        await city.office.create_account("nobody", PASSWORD, name="某", kind="applicant")
        return city.client("nobody")

    @pytest.fixture
    async def city(self, linhu: Path, tmp_path: Path, clock: MovableClock) -> AsyncIterator[City]:
        """The sample city."""
        async with living(linhu, tmp_path, clock) as made:
            yield made

    async def test_a_draft_tells_nothing(self, city: City, nobody: httpx.AsyncClient) -> None:
        """Neither unverified nor as a portal without a mandate: the same as of a number that nobody has."""
        number = await licensed(city)
        on(city, city.clock.at.date().replace(year=2031, month=9, day=1))
        for who in (nobody, city.client("portal")):
            told = []
            for id_ in (CITIZEN_ID, OTHER_ID):
                applicant = {**VICTIM, "id": id_}
                body = {**RENEWS, "applicant": applicant, "draft": True}
                begun = await who.post(CASES, json=body)
                assert begun.status_code == 201, begun.text
                seen = await who.get(f"{CASES}/{begun.json()['number']}/draft")
                text = begun.text + seen.text
                assert number not in text
                told.append(seen.text.replace(id_, "").replace(begun.json()["number"], ""))
            assert told[0] == told[1]

    async def test_his_own_tells_him(self, city: City) -> None:
        """Positive control: the verified holder is told of his certificate."""
        number = await licensed(city)
        on(city, city.clock.at.date().replace(year=2031, month=9, day=1))
        begun = await done(city, "citizen", "/cases", {**RENEWS, "draft": True})
        seen = await city.client("citizen").get(f"{CASES}/{begun['number']}/draft")
        assert number in seen.text

    async def test_sends_nothing_in(self, city: City, nobody: httpx.AsyncClient) -> None:
        """At once, from a draft, or as an action: refused, with what to do instead; nothing reaches whom it names."""
        body = {**RENEWS, "form": {"food_safety_manager": "某"}}
        at_once = await nobody.post(CASES, json=body)
        begun = (await nobody.post(CASES, json={**body, "draft": True})).json()["number"]
        later = await nobody.post(f"{CASES}/{begun}/submit", json={})
        acted = await nobody.post(f"{CASES}/{begun}/actions", json={"action": "submit"})
        foreseen = await nobody.post(f"{CASES}/{begun}/foresee", json={"action": "submit"})
        for answer in (at_once, later, acted, foreseen):
            assert answer.status_code in (403, 422), answer.text
        assert "核验身份" in at_once.json()["detail"]
        assert "核验身份" in later.json()["detail"]
        assert (await city.client("citizen").get(CASES)).json()["items"] == []

    async def test_a_portal_shows_its_mandate(self, city: City) -> None:
        """Without one it is refused with the place; with one the case says who let it apply."""
        number = await licensed(city)
        on(city, city.clock.at.date().replace(year=2031, month=9, day=1))
        portal, body = city.client("portal"), {**RENEWS, "form": {"food_safety_manager": "某"}}
        refused = await portal.post(CASES, json=body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/mandate")
        begun = (await portal.post(CASES, json={**body, "draft": True})).json()["number"]
        assert (await portal.post(f"{CASES}/{begun}/submit", json={})).status_code == 422
        changed = await portal.patch(f"{CASES}/{begun}", json={"mandate": MANDATE})
        assert changed.status_code == 200, changed.text
        assert number in (await portal.get(f"{CASES}/{begun}/draft")).text
        sent = await portal.post(f"{CASES}/{begun}/submit", json={})
        assert (sent.status_code, sent.json()["mandate"]) == (200, MANDATE)
        seen = await city.client("supervisor").get(f"{CASES}/{begun}")
        assert MANDATE["reference"] not in seen.text
        for clerk in ("window", "reviewer"):  # who decides knows who acted for whom (29)
            browser = Browser(city)
            await browser.sign_in(clerk)
            page = (await browser.get(f"/desk/cases/{begun}")).answer.text
            assert f"{MANDATE['name']}授权，凭证 {MANDATE['reference']}" in page, clerk

    async def test_a_mandate_is_for_one(self, city: City) -> None:
        """Another applicant needs another mandate; whoever is no portal needs none."""
        portal = city.client("portal")
        body = {**RENEWS, "mandate": MANDATE, "draft": True}
        begun = (await portal.post(CASES, json=body)).json()["number"]
        other = {"applicant": {**VICTIM, "id": OTHER_ID}}
        changed = await portal.patch(f"{CASES}/{begun}", json=other)
        assert (changed.status_code, changed.json()["mandate"]) == (200, None)
        own = await city.client("citizen").post(CASES, json={**body, "draft": False})
        assert (own.status_code, own.json()["errors"][0]["pointer"]) == (422, "/mandate")


class TestGuides:
    """What anybody can ask without signing in."""

    @pytest.mark.parametrize("asked", GUIDES, ids=["promise", "ordinary", "open"])
    async def test_are_the_same_whoever_it_is(self, city: City, asked: dict[str, Any]) -> None:
        """On the black list or not: the same bytes, for strangers, clerks and portals alike."""
        await false_promise(city)
        await confirmed(city, {**CLASS, "grade": "D", "serious": True})
        for account in ("", "stranger", "window", "portal", "supervisor", "admin"):
            told = set()
            for id_ in (CITIZEN_ID, CITIZEN_ID.lower(), "92999901MADEM0099Q"):
                who = {"type": "sole-trader", "name": "甲", "id": id_}
                body = {**asked, "applicant": who}
                answer = await city.client(account).post(
                    f"{API}/bundles/open-shop/guide", json=body
                )
                assert answer.status_code == 200, answer.text
                told.add(answer.content)
            assert len(told) == 1, account
        assert "有未修复的失信记录的，不适用告知承诺" in told.pop().decode() or not asked["answers"]

    async def test_tell_whom_it_is_about(self, city: City) -> None:
        """Positive control: signed in, for the own number, the promise is not offered."""
        await false_promise(city)
        body = {
            **GUIDES[0],
            "applicant": {"type": "sole-trader", "name": "张三小店", "id": CITIZEN_ID},
        }
        answer = await city.client("citizen").post(f"{API}/bundles/open-shop/guide", json=body)
        offers = [each["commitment"] for each in answer.json()["items"] if each["commitment"]]
        assert [(offer["offered"], offer["excludes"]) for offer in offers] == [(False, "")]
