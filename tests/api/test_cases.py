"""Opening, reading and acting on cases over HTTP."""

import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.api.app import create_app
from service.office import Office
from service.store.database import Database
from service.store.files import Folder
from service.workflows.authoring.folders import read_folder
from tests.api.city import (
    APPLICATION,
    CITIZEN_ID,
    MORNING,
    PACK,
    PASSWORD,
    PEOPLE,
    City,
    MovableClock,
    Settings,
)
from tests.api.conftest import Open

CASES = "/api/v1/cases"
MANDATE = {"name": "张三", "reference": "实名核验 2026-000017"}
BY_PORTAL = {**APPLICATION, "mandate": MANDATE}


async def upload(
    client: httpx.AsyncClient, name: str = "布局图.pdf", content: bytes = b"%PDF-1.7 plan"
) -> str:
    """Hand in a file and return its id."""
    answer = await client.post("/api/v1/files", files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def act(
    client: httpx.AsyncClient, number: str, item: str, action: str, **data: Any
) -> httpx.Response:
    """Take an action on an item, or on the case when `item` is empty."""
    path = f"{CASES}/{number}/items/{item}/actions" if item else f"{CASES}/{number}/actions"
    return await client.post(path, json={"action": action, "data": data})


DECLINED = {"reasons": ["elsewhere"], "ground": "competence", "where": "湖东区市场监管局"}


class TestOpening:
    """POST /cases."""

    async def test_gives_number_code_items_and_dates(self, citizen: httpx.AsyncClient) -> None:
        """The receipt comes at once (R-ACC-7); every code has its Chinese title beside it."""
        answer = await citizen.post(CASES, json=APPLICATION)
        body = answer.json()
        assert answer.status_code == 201
        assert answer.headers["location"] == f"{CASES}/{body['number']}"
        assert len(body["query_code"]) == 8
        assert (body["state"], body["state_title"]) == ("received", "已收件")
        assert [(i["item"], i["state_title"]) for i in body["items"]] == [
            ("shop-licence", "待受理"),
            ("outdoor-sign", "等前面的事项办好"),
        ]
        assert body["promised_on"] == "2026-11-23"
        assert [notice["title"] for notice in body["notices"]] == ["收件凭证"]
        assert next((w["department_title"], w["post_title"]) for w in body["where"]) == (
            "市场监督管理局",
            "受理岗",
        )

    async def test_same_key_same_answer(self, citizen: httpx.AsyncClient) -> None:
        """F-13: sent twice, one application; the same status and the same bytes, also when the case has moved on."""
        key = {"idempotency-key": "7d1c0c0e-4f0b"}
        first = await citizen.post(CASES, json=APPLICATION, headers=key)
        await act(citizen, first.json()["number"], "", "withdraw")
        again = await citizen.post(
            CASES, json=APPLICATION, headers={"idempotency-key": '"7d1c0c0e-4f0b"'}
        )
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["location"] == first.headers["location"]
        assert len((await citizen.get(CASES)).json()["items"]) == 1

    async def test_same_bytes_from_either_database(
        self, database: Database, tmp_path: Path
    ) -> None:
        """What a database does to JSON is not seen by who asks again."""
        office = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
        await office.publish_pack(read_folder(PACK), "admin", MORNING)
        await office.create_account("citizen", PASSWORD, **PEOPLE["citizen"])
        client = City(
            create_app(office, Settings(), MovableClock()), office, MovableClock()
        ).client("citizen")
        async with client:
            first, again = [
                await client.post(CASES, json=APPLICATION, headers={"idempotency-key": "k"})
                for _ in "12"
            ]
        assert (first.status_code, first.content) == (again.status_code, again.content)
        assert first.status_code == 201

    async def test_same_content_written_differently(self, citizen: httpx.AsyncClient) -> None:
        """The order of names and the spaces between them make no other request."""
        key = {"idempotency-key": "k", "content-type": "application/json"}
        first = await citizen.post(CASES, json=APPLICATION, headers=key)
        turned = (
            "{"
            + ",\n ".join(
                httpx.Request("POST", "http://x", json={n: v}).content.decode()[1:-1]
                for n, v in reversed(APPLICATION.items())
            )
            + "}"
        )
        again = await citizen.post(CASES, content=turned.encode(), headers=key)
        assert (again.status_code, again.content) == (201, first.content)

    async def test_same_key_other_content(self, citizen: httpx.AsyncClient) -> None:
        """Another body under the same key is refused, not taken for the first."""
        key = {"idempotency-key": "k"}
        await citizen.post(CASES, json=APPLICATION, headers=key)
        other = await citizen.post(CASES, json={**APPLICATION, "draft": True}, headers=key)
        assert other.status_code == 422
        assert other.json()["type"] == "/problems/idempotency-key-reused"

    async def test_same_key_of_somebody_else(self, city: City, citizen: httpx.AsyncClient) -> None:
        """A key belongs to who sent it: nobody gets another's answer."""
        key = {"idempotency-key": "k"}
        await citizen.post(CASES, json=APPLICATION, headers=key)
        portal = await city.client("portal").post(CASES, json=BY_PORTAL, headers=key)
        assert portal.status_code == 201
        assert len((await citizen.get(CASES)).json()["items"]) == 2

    @pytest.mark.parametrize(
        "key", ["", '""', "a b", '"a', "x" * 129, "键".encode().decode("latin-1")]
    )
    async def test_a_key_that_is_none(self, citizen: httpx.AsyncClient, key: str) -> None:
        """A wrong key is refused rather than ignored: the sender believes to be safe."""
        answer = await citizen.post(
            CASES, json=APPLICATION, headers={b"idempotency-key": key.encode("latin-1")}
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"].lower() == "/idempotency-key"

    async def test_points_at_what_is_missing(self, citizen: httpx.AsyncClient) -> None:
        """The law's own check speaks through the same problem."""
        answer = await citizen.post(CASES, json={**APPLICATION, "form": {}})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {"pointer": "/form/sign_text", "detail": "请填写招牌文字"}
        ]

    async def test_forbidden_by_law(self, citizen: httpx.AsyncClient) -> None:
        """Who applies nevertheless gets a number and a decision for each item, with the article (许可法 38)."""
        answer = await citizen.post(
            CASES, json={**APPLICATION, "answers": {"area": 20000, "sign": False}}
        )
        case = answer.json()
        assert (answer.status_code, case["state"]) == (201, "refused")
        assert {item["state"] for item in case["items"]} == {"forbidden"}
        papers = [paper for paper in case["notices"] if paper["kind"] == "refusal"]
        assert [paper["body"]["law"] for paper in papers] == ["开店许可办法 3"] * len(papers)
        assert len(papers) == len(case["items"])

    async def test_draft_changed_and_submitted(
        self, city: City, citizen: httpx.AsyncClient, opened: Open
    ) -> None:
        """A draft is nobody else's business; it is checked when it is submitted."""
        draft = await opened(draft=True, form={})
        path = f"{CASES}/{draft['number']}"
        assert draft["state_title"] == "草稿"
        assert (await city.client("window").get(path)).status_code == 404
        refused = await citizen.post(f"{path}/submit")
        assert refused.status_code == 422
        changed = await citizen.patch(path, json={"form": {"sign_text": "小店"}})
        assert (changed.status_code, changed.json()["form"]) == (200, {"sign_text": "小店"})
        submitted = await citizen.post(f"{path}/submit", json={})
        assert (submitted.status_code, submitted.json()["state"]) == (200, "received")
        late = await citizen.patch(path, json={"form": {}})
        assert (late.status_code, late.json()["type"]) == (409, "/problems/action-not-allowed")

    async def test_at_the_counter(self, city: City, citizen: httpx.AsyncClient) -> None:
        """The lead's window types it in for the citizen, who then sees it; another department's window may not."""
        answer = await city.client("window").post(CASES, json=APPLICATION)
        assert (answer.status_code, answer.json()["channel_title"]) == (201, "窗口")
        assert (await citizen.get(f"{CASES}/{answer.json()['number']}")).status_code == 200
        assert (await city.client("sign-clerk").post(CASES, json=APPLICATION)).status_code == 403

    async def test_papers_of_an_earlier_day(self, city: City, citizen: httpx.AsyncClient) -> None:
        """The stamp counts, at the counter only; what the citizen signed there is typed in (R-ACC-1, R-XR-4)."""
        stamped = {
            **APPLICATION,
            "received": {"received_on": "2026-11-04", "document": "收件章0128"},
        }
        assert (await citizen.post(CASES, json=stamped)).status_code == 422
        answer = await city.client("window").post(CASES, json=stamped)
        assert (answer.status_code, answer.json()["received_at"][:10]) == (201, "2026-11-04")
        number = answer.json()["number"]
        unsigned = await act(
            city.client("window"), number, "shop-licence", "withdraw", on_behalf=True
        )
        assert unsigned.status_code == 422
        gone = await act(
            city.client("window"), number, "", "withdraw", on_behalf=True, document="撤回申请书"
        )
        assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")

    async def test_by_a_portal_for_somebody(self, city: City, citizen: httpx.AsyncClient) -> None:
        """A portal applies for others by their mandate, which is on record; a citizen only for themselves."""
        answer = await city.client("portal").post(CASES, json=BY_PORTAL)
        assert answer.status_code == 201
        seen = await citizen.get(f"{CASES}/{answer.json()['number']}")
        assert (seen.status_code, seen.json()["mandate"]) == (200, MANDATE)
        assert (await city.client("stranger").post(CASES, json=APPLICATION)).status_code == 403


class TestReading:
    """GET /cases, GET /cases/{number}."""

    async def test_what_may_be_done_and_what_not(
        self, opened: Open, window: httpx.AsyncClient
    ) -> None:
        """Offered if and only if it would be done; the rest with the reason."""
        number = (await opened())["number"]
        answer = await window.get(f"{CASES}/{number}")
        body = answer.json()
        assert answer.headers["etag"] == f'"{body["version"]}"'
        assert "note_defects" in {offer["action"] for offer in body["actions"]}
        refused = {offer["action"]: offer["reason"] for offer in body["refused"]}
        assert "经营布局图" in refused["accept"]

    async def test_somebody_elses_is_not_there(self, city: City, opened: Open) -> None:
        """F-43: another's case and no case give the same answer."""
        number = (await opened())["number"]
        for account in ("stranger", "fire-clerk", "admin"):
            client = city.client(account, **{"x-request-id": "same-id-here"})
            theirs, none = (
                await client.get(f"{CASES}/{number}"),
                await client.get(f"{CASES}/YJS20260101-000000"),
            )
            assert (theirs.status_code, theirs.content) == (404, none.content)

    async def test_who_only_watches_sees_no_identity(self, city: City, opened: Open) -> None:
        """The supervisor needs dates, not names; clerks who decide need both."""
        number = (await opened())["number"]
        watched = await city.client("supervisor").get(f"{CASES}/{number}")
        assert CITIZEN_ID not in watched.text
        assert watched.json()["applicant"]["name"] != "张三小店"
        assert "张三小店" not in (await city.client("supervisor").get(CASES)).text
        decided = (await city.client("sign-clerk").get(f"{CASES}/{number}")).json()
        assert decided["applicant"]["id"] == CITIZEN_ID
        assert decided["query_code"] is None

    async def test_a_department_sees_its_own_fields(self, city: City, opened: Open) -> None:
        """R-BND-10: what the sign office does not need, it does not get."""
        number = (await opened())["number"]
        form = (await city.client("sign-clerk").get(f"{CASES}/{number}")).json()["form"]
        assert set(form) == {"shop_name", "sign_text"}

    async def test_lists_are_pages(
        self, citizen: httpx.AsyncClient, opened: Open, clock: MovableClock
    ) -> None:
        """Newest first, without gap or repeat, no id number in any line."""
        numbers = []
        for _ in range(3):
            numbers.append((await opened())["number"])
            clock.forward(seconds=1)
        first = (await citizen.get(CASES, params={"limit": 2})).json()
        rest = (await citizen.get(CASES, params={"limit": 2, "cursor": first["next"]})).json()
        assert [line["number"] for line in [*first["items"], *rest["items"]]] == numbers[::-1]
        assert rest["next"] is None
        assert CITIZEN_ID not in str(first)

    @pytest.mark.parametrize(
        "query", ["cursor=nonsense", "limit=0", "limit=101", "limit=x", "state=A%20B", "text=%00"]
    )
    async def test_a_question_that_is_none(self, citizen: httpx.AsyncClient, query: str) -> None:
        """Bounds on everything that can be asked for (F-50)."""
        answer = await citizen.get(f"{CASES}?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == f"/{query.split('=', maxsplit=1)[0]}"

    async def test_records(self, city: City, citizen: httpx.AsyncClient, opened: Open) -> None:
        """The applicant sees what happened, in Chinese, without the clerk's account; a clerk sees it all."""
        number = (await opened())["number"]
        await act(
            city.client("window"),
            number,
            "shop-licence",
            "note_defects",
            reasons=["layout-no-size"],
        )
        own = (await citizen.get(f"{CASES}/{number}/events")).json()["items"]
        assert [event["n"] for event in own] == list(range(1, len(own) + 1))
        noted = next(event for event in own if event["action"] == "note_defects")
        assert (noted["action_title"], noted["item_title"], noted["law"]) == (
            "记录问题",
            "开店许可",
            "行政许可法 32",
        )
        assert (noted["who"]["account"], noted["who"]["department_title"], noted["data"]) == (
            "",
            "市场监督管理局",
            {},
        )
        inside = (await city.client("window").get(f"{CASES}/{number}/events")).json()["items"]
        assert (
            next(e for e in inside if e["action"] == "note_defects")["who"]["account"] == "window"
        )
        assert all(any("一" <= char <= "鿿" for char in event["action_title"]) for event in inside)

    async def test_whose_turn_it_is(
        self, citizen: httpx.AsyncClient, window: httpx.AsyncClient, opened: Open
    ) -> None:
        """In words for who asks, with the date, what is left of it, and what the applicant has to hand in."""
        number = (await opened())["number"]
        before = (await citizen.get(f"/api/v1/cases/{number}")).json()
        assert (before["turn"]["whose"], before["owed"]) == ("department", [])
        assert "现在不需要您做什么。" in before["turn"]["told"]
        clock = next(
            c
            for i in before["items"]
            for c in i["clocks"]
            if c["due_on"] == before["turn"]["due_on"]
        )
        assert clock["left"] == before["turn"]["left"]
        note = {"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}
        await window.post(f"/api/v1/cases/{number}/items/shop-licence/actions", json=note)
        await window.post(f"/api/v1/cases/{number}/actions", json={"action": "notify_correction"})
        after = (await citizen.get(f"/api/v1/cases/{number}")).json()
        assert (after["turn"]["whose"], after["turn"]["limit"]) == ("applicant", "补正")
        assert after["turn"]["left"]["words"] == "还剩 15 个工作日"
        assert [
            (o["item"], o["action"], [a["code"] for a in o["asks"]]) for o in after["owed"]
        ] == [("shop-licence", "supply", ["layout"])]
        seen = (await window.get(f"/api/v1/cases/{number}")).json()
        assert (seen["owed"], "需要申请人" in seen["turn"]["headline"]) == ([], True)
        line = (await citizen.get("/api/v1/cases")).json()["items"][0]
        assert (line["whose"], line["yours_on"]) == ("applicant", after["turn"]["due_on"])

    async def test_papers_stand_with_their_record(
        self, citizen: httpx.AsyncClient, window: httpx.AsyncClient, opened: Open
    ) -> None:
        """Each record names the papers that went out with it, also where a page of records ends within a step."""
        number = (await opened())["number"]
        await window.post(
            f"/api/v1/cases/{number}/items/shop-licence/actions",
            json={"action": "decline", "data": DECLINED},
        )
        await citizen.post(f"/api/v1/cases/{number}/actions", json={"action": "withdraw"})
        found: list[tuple[str, list[int]]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = (
                await citizen.get(
                    f"/api/v1/cases/{number}/events", params={"limit": 1, "cursor": cursor}
                )
            ).json()
            found += [(each["action"], each["notices"]) for each in page["items"]]
            cursor = page["next"]
        shown = (await citizen.get(f"/api/v1/cases/{number}")).json()
        kinds = {notice["n"]: notice["kind"] for notice in shown["notices"]}
        told = [(action, [kinds[n] for n in papers]) for action, papers in found]
        assert ("submit", ["receipt"]) in told
        assert ("decline", ["not_accepted"]) in told
        assert sorted(n for _, papers in found for n in papers) == sorted(kinds)

    async def test_chart_of_a_case(self, citizen: httpx.AsyncClient, opened: Open) -> None:
        """Coloured by the record; not kept by anybody on the way, and not for others."""
        number = (await opened())["number"]
        answer = await citizen.get(f"/api/v1/cases/{number}/chart.svg")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
        assert answer.headers["cache-control"] == "no-store"
        assert "e-done" in answer.text
        assert "style=" not in answer.text

    async def test_a_page_of_records(self, citizen: httpx.AsyncClient, opened: Open) -> None:
        """The cursor goes on where the page ended."""
        number = (await opened())["number"]
        await act(citizen, number, "", "urge")
        first = (await citizen.get(f"{CASES}/{number}/events", params={"limit": 1})).json()
        rest = (
            await citizen.get(f"{CASES}/{number}/events", params={"cursor": first["next"]})
        ).json()
        assert [event["n"] for event in [*first["items"], *rest["items"]]] == list(
            range(1, 2 + len(rest["items"]))
        )

    async def test_why_a_date_is_what_it_is(self, citizen: httpx.AsyncClient, opened: Open) -> None:
        """Every day with its reason, of an item's clock and of the case's own (R-TIME-1)."""
        number = (await opened())["number"]
        notice = (await citizen.get(f"{CASES}/{number}/clocks/shop-licence/notice/explain")).json()
        assert (notice["due_on"], notice["days"][0]["why"]) == ("2026-11-12", "起算日不计入")
        whole = await citizen.get(f"{CASES}/{number}/clocks/case/promise/explain")
        assert whole.json()["promised_on"] == "2026-11-23"
        assert (await citizen.get(f"{CASES}/{number}/clocks/case/none/explain")).status_code == 404


class TestActing:
    """POST /cases/{number}/actions and …/items/{item}/actions."""

    async def test_says_what_else_changed(
        self, opened: Open, citizen: httpx.AsyncClient, window: httpx.AsyncClient
    ) -> None:
        """The item, the papers it sent, whose turn it is now."""
        layout = await upload(citizen)
        number = (await opened(materials=[{"material": "layout", "file": layout}]))["number"]
        answer = await act(window, number, "shop-licence", "accept")
        body = answer.json()
        assert answer.status_code == 200, body
        assert (body["item"]["state_title"], body["item"]["accepted_on"]) == (
            "审查中",
            "2026-11-05",
        )
        assert [notice["title"] for notice in body["notices"]] == ["受理通知书"]
        assert body["where"][0]["post_title"] == "审查岗"
        decision = next(clock for clock in body["item"]["clocks"] if clock["clock"] == "decision")
        assert (decision["promised_on"], decision["statutory_on"]) == ("2026-11-12", "2026-11-19")

    async def test_of_an_older_version(self, opened: Open, window: httpx.AsyncClient) -> None:
        """A lost race names both versions and changes nothing."""
        case = await opened()
        path = f"{CASES}/{case['number']}/items/shop-licence/actions"
        body = {"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}
        seen = {"if-match": f'"{case["version"]}"'}
        assert (await window.post(path, json=body, headers=seen)).status_code == 200
        lost = await window.post(path, json=body, headers=seen)
        assert lost.status_code == 409
        assert lost.json()["type"] == "/problems/case-changed"
        assert (lost.json()["seen"], lost.json()["current"]) == (
            case["version"],
            case["version"] + 1,
        )

    async def test_same_key_same_answer(self, opened: Open, window: httpx.AsyncClient) -> None:
        """Answered again without being done again, even though the version has moved on."""
        case = await opened()
        path = f"{CASES}/{case['number']}/items/shop-licence/actions"
        body = {"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}
        headers = {"idempotency-key": "k", "if-match": str(case["version"])}
        first = await window.post(path, json=body, headers=headers)
        again = await window.post(path, json=body, headers=headers)
        assert (again.status_code, again.content) == (first.status_code, first.content)

    @pytest.mark.parametrize(
        ("prefers", "applied"),
        [
            ("return=minimal", True),
            ('respond-async, Return = "minimal"; x', True),
            ("return=representation", False),
            ("returns=minimal, =, ;", False),
        ],
    )
    async def test_no_more_than_that_it_is_done(
        self, opened: Open, window: httpx.AsyncClient, prefers: str, applied: bool
    ) -> None:
        """RFC 7240: done all the same, and the version that comes next; what is not known is no preference."""
        case = await opened()
        body = {"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}
        path = f"{CASES}/{case['number']}/items/shop-licence/actions"
        answer = await window.post(path, json=body, headers={"prefer": prefers})
        now = (await window.get(f"{CASES}/{case['number']}")).headers["etag"]
        assert now == f'"{case["version"] + 1}"'
        told = (answer.headers.get("preference-applied"), answer.headers.get("etag"))
        assert told == (("return=minimal", now) if applied else (None, None))
        assert (answer.status_code, bool(answer.content)) == (
            (204, False) if applied else (200, True)
        )

    async def test_a_repeat_gets_what_was_kept(
        self, opened: Open, window: httpx.AsyncClient
    ) -> None:
        """Whatever it prefers by then; and what is refused says why all the same."""
        path = f"{CASES}/{(await opened())['number']}/items/shop-licence/actions"
        body = {"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}
        brief, full = {"prefer": "return=minimal"}, {"prefer": "return=representation"}
        for key, before, after in (("a", brief, full), ("b", full, brief)):
            first = await window.post(path, json=body, headers={"idempotency-key": key, **before})
            again = await window.post(path, json=body, headers={"idempotency-key": key, **after})
            assert (again.status_code, again.content) == (first.status_code, first.content)
            assert again.headers.get("etag") == first.headers.get("etag")
        refused = await window.post(path, json={"action": "grant"}, headers=brief)
        assert refused.status_code == 403
        assert refused.headers["content-type"] == "application/problem+json"

    async def test_not_now_and_never(
        self, city: City, opened: Open, window: httpx.AsyncClient
    ) -> None:
        """Not now is 409 with the article, never is 403."""
        number = (await opened())["number"]
        later = await act(window, number, "shop-licence", "issue")
        assert (later.status_code, later.json()["law"]) == (409, "行政许可法 44")
        never = await act(city.client("sign-clerk"), number, "shop-licence", "accept")
        assert never.status_code == 403

    async def test_what_is_missing_is_pointed_at(
        self, opened: Open, window: httpx.AsyncClient
    ) -> None:
        """What the action must carry is asked for by its name."""
        number = (await opened())["number"]
        answer = await act(window, number, "shop-licence", "note_defects")
        assert answer.json()["errors"][0]["pointer"] == "/data/reasons"
        wrong = await act(window, number, "shop-licence", "note_defects", reasons=[{"text": 7}])
        assert wrong.json()["errors"][0]["pointer"].startswith("/data/reasons/0")
        unknown = await act(
            window,
            number,
            "shop-licence",
            "note_defects",
            reasons=["layout-no-size"],
            state="granted",
        )
        assert unknown.json()["errors"][0]["pointer"] == "/data/state"

    async def test_no_such_item(self, opened: Open, window: httpx.AsyncClient) -> None:
        """An item that this case does not have."""
        number = (await opened())["number"]
        assert (await act(window, number, "fire-check", "accept")).status_code == 404
        assert (await act(window, number, "shop-licence.follow-up", "accept")).status_code == 404


class TestFiles:
    """POST /files, GET /cases/{number}/files/{file}."""

    async def test_come_back_as_they_were(
        self, city: City, citizen: httpx.AsyncClient, opened: Open
    ) -> None:
        """As an attachment with the type its content says; only for who may see the paper."""
        file = await upload(citizen)
        number = (await opened(materials=[{"material": "layout", "file": file}]))["number"]
        path = f"{CASES}/{number}/files/{file}"
        answer = await city.client("window").get(path)
        assert (answer.content, answer.headers["content-type"]) == (
            b"%PDF-1.7 plan",
            "application/pdf",
        )
        assert answer.headers["content-disposition"].startswith(
            "attachment; filename*=UTF-8''%E5%B8%83"
        )
        assert answer.headers["content-security-policy"] == "sandbox"
        for account in ("stranger", "sign-clerk", "fire-clerk", "supervisor"):
            assert (await city.client(account).get(path)).status_code == 404

    async def test_of_a_kind_that_is_not_taken(self, citizen: httpx.AsyncClient) -> None:
        """The content decides, not the name."""
        answer = await citizen.post(
            "/api/v1/files", files={"file": ("plan.pdf", b"<svg onload=alert(1)>")}
        )
        assert answer.status_code == 415

    async def test_too_large(self, citizen: httpx.AsyncClient) -> None:
        """Twenty megabytes and no more."""
        answer = await citizen.post(
            "/api/v1/files", files={"file": ("plan.pdf", b"%PDF-1.7" + b"x" * (20 << 20))}
        )
        assert answer.status_code == 413

    async def test_the_disk_takes_no_more_of_what_comes(
        self, citizen: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """F-09: what is being received lies on the disk; that it is full is a 503 with its cause, no fault of ours."""
        large = {"file": ("plan.pdf", b"%PDF-1.7" + b"x" * (1 << 20))}

        def full(*_: Any, **__: Any) -> Any:
            return Path("/dev/full").open("wb+", buffering=0)

        with monkeypatch.context() as patch:
            patch.setattr(tempfile, "TemporaryFile", full)
            refused = await citizen.post("/api/v1/files", files=large)
        assert refused.status_code == 503
        assert "存储空间不足" in refused.json()["detail"]
        assert (await citizen.post("/api/v1/files", files=large)).status_code == 201

    async def test_nothing_handed_in(self, citizen: httpx.AsyncClient) -> None:
        """Neither a body without a file nor a file in a body that is none."""
        empty = await citizen.post(
            "/api/v1/files", data={"file": "text"}, files={"other": ("a.pdf", b"%PDF-")}
        )
        assert (empty.status_code, empty.json()["errors"][0]["pointer"]) == (422, "/file")
        many = await citizen.post(
            "/api/v1/files", files=[("file", ("a.pdf", b"%PDF-")), ("file", ("b.pdf", b"%PDF-"))]
        )
        assert many.status_code == 400
        broken = await citizen.post(
            "/api/v1/files", content=b"x", headers={"content-type": "multipart/form-data"}
        )
        assert broken.status_code == 400

    async def test_of_somebody_else(self, city: City, citizen: httpx.AsyncClient) -> None:
        """Knowing the hash of a file is not having it."""
        file = await upload(city.client("stranger"))
        answer = await citizen.post(
            CASES, json={**APPLICATION, "materials": [{"material": "layout", "file": file}]}
        )
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (
            422,
            "/materials/0/file",
        )


class TestPublic:
    """What needs no sign-in."""

    async def test_progress_by_query_code(self, anybody: httpx.AsyncClient, opened: Open) -> None:
        """The name is half hidden; a wrong code and no such number give the same answer."""
        case = await opened()
        shown = await anybody.get(
            f"/api/v1/track/{case['number']}", params={"code": case["query_code"]}
        )
        assert shown.status_code == 200
        assert shown.json()["where"][0]["department_title"] == "市场监督管理局"
        assert CITIZEN_ID not in shown.text
        assert "张三小店" not in shown.text
        typed = case["number"].lower().replace("-", "\uff0d")
        again = await anybody.get(
            f"/api/v1/track/{typed}", params={"code": f" {case['query_code'].lower()} "}
        )
        assert again.json() == shown.json()
        same = {"x-request-id": "same-id-here"}
        wrong = await anybody.get(
            f"/api/v1/track/{case['number']}", params={"code": "WRONG234"}, headers=same
        )
        none = await anybody.get(
            "/api/v1/track/YJS20260101-000000", params={"code": "WRONG234"}, headers=same
        )
        assert (wrong.status_code, wrong.content) == (404, none.content)

    async def test_a_paper_by_its_code(self, anybody: httpx.AsyncClient, opened: Open) -> None:
        """What is printed can be compared with what was issued."""
        notice = (await opened())["notices"][0]
        shown = (await anybody.get(f"/api/v1/documents/{notice['code']}")).json()
        assert (shown["number"], shown["title"], shown["valid"]) == (
            notice["number"],
            "收件凭证",
            True,
        )
        assert shown["applicant"] != "张三小店"
        assert (await anybody.get("/api/v1/documents/unknown")).status_code == 404

    async def test_guide(self, anybody: httpx.AsyncClient) -> None:
        """What applies and what does not, with the reason (R-ACC-2)."""
        body = {"applicant": {"type": "individual"}, "answers": {"area": 60, "sign": True}}
        shown = (await anybody.post("/api/v1/bundles/open-shop/guide", json=body)).json()
        assert [item["code"] for item in shown["items"]] == ["shop-licence", "outdoor-sign"]
        assert [(i["code"], "店面多大" in i["reason"]) for i in shown["not_needed"]] == [
            ("fire-check", True)
        ]
        assert shown["dates"]["promised_on"] == "2026-11-23"
        assert (await anybody.post("/api/v1/bundles/no-such/guide", json=body)).status_code == 404

    async def test_bundles(self, anybody: httpx.AsyncClient) -> None:
        """The list and one, with Chinese titles and lengths that can be read."""
        line = (await anybody.get("/api/v1/bundles")).json()["items"][0]
        assert (line["title"], line["promised"]["title"], line["before"]["steps"]) == (
            "开一家小店",
            "12个工作日",
            9,
        )
        one = (await anybody.get("/api/v1/bundles/open-shop")).json()
        assert next((q["id"], q["ask"]) for q in one["questions"]) == ("area", "店面多大？")
        assert one["item_list"][1]["commitment"] is True

    async def test_chart(self, anybody: httpx.AsyncClient) -> None:
        """As a picture and as text."""
        picture = await anybody.get("/api/v1/bundles/open-shop/chart.svg")
        assert (picture.headers["content-type"], picture.text[:4]) == ("image/svg+xml", "<svg")
        text = await anybody.get("/api/v1/bundles/open-shop/chart.mmd")
        assert "开店许可" in text.text

    async def test_forms_of_the_materials(self, anybody: httpx.AsyncClient) -> None:
        """A blank form is there for anybody, as a page and as PDF; a material without one has none."""
        at = "/api/v1/bundles/open-shop/materials/layout"
        page = await anybody.get(f"{at}/blank.html")
        assert "<h1>经营布局图（空白）</h1>" in page.text
        assert "<td>店名</td>" in page.text
        sheet = await anybody.get(f"{at}/blank.pdf")
        assert (sheet.headers["content-type"], sheet.content[:5]) == ("application/pdf", b"%PDF-")
        none = await anybody.get(f"{at}/sample.pdf")
        assert (none.status_code, none.json()["detail"]) == (
            404,
            "这份材料没有样表，请看办事指南上的说明。",
        )
        guide = await anybody.post("/api/v1/bundles/open-shop/guide", json=GUIDED)
        paper = next(p for p in guide.json()["materials"] if p["code"] == "layout")
        assert paper["blank"].startswith("# 经营布局图（空白）")
        assert paper["on_paper"] == "带原件，核对后当场退还；到窗口交的，纸质 2 份"


GUIDED = {"applicant": {"type": "individual"}, "answers": {"area": 60, "sign": True}}


class TestTasks:
    """GET /tasks, POST /tasks/{case}/{n}/{verb}."""

    async def test_claimed_and_given_back(self, opened: Open, window: httpx.AsyncClient) -> None:
        """Unclaimed, mine, unclaimed again."""
        number = (await opened())["number"]
        task = (await window.get("/api/v1/tasks", params={"view": "unclaimed"})).json()["items"][0]
        assert (task["case"], task["item_title"], task["card_title"]) == (
            number,
            "开店许可",
            "正常",
        )
        claimed = await window.post(
            f"/api/v1/tasks/{number}/{task['n']}/claim", headers={"if-match": str(task["version"])}
        )
        assert (claimed.status_code, claimed.json()["person"]) == (200, "window")
        assert (
            len((await window.get("/api/v1/tasks", params={"view": "mine"})).json()["items"]) == 1
        )
        released = await window.post(f"/api/v1/tasks/{number}/{task['n']}/release")
        assert released.json()["person"] == ""

    async def test_handed_over_to_a_colleague(
        self, city: City, opened: Open, window: httpx.AsyncClient
    ) -> None:
        """转办: who may be asked for, then it is theirs."""
        number = (await opened())["number"]
        await city.office.create_account(
            "beside", PASSWORD, name="周窗", kind="clerk", department="scjg", posts=["window"]
        )
        task = f"/api/v1/tasks/{number}/1"
        await window.post(f"{task}/claim")
        assert (await window.get(f"{task}/colleagues")).json() == {
            "items": [{"account": "beside", "name": "周窗"}]
        }
        answer = await window.post(f"{task}/transfer", json={"to": "beside", "reason": "休假"})
        assert (answer.status_code, answer.json()["person"]) == (200, "beside")
        for verb, body, pointer in (
            ("transfer", {}, "/to"),
            ("transfer", {"to": "reviewer"}, "/data/to"),
            ("claim", {"to": "beside"}, "/to"),
        ):
            refused = await city.client("beside").post(f"{task}/{verb}", json=body)
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)

    async def test_a_verb_that_is_none(self, opened: Open, window: httpx.AsyncClient) -> None:
        """Told which there are."""
        number = (await opened())["number"]
        answer = await window.post(f"/api/v1/tasks/{number}/1/steal")
        assert answer.status_code == 422
        assert "claim（认领）" in answer.json()["detail"]

    async def test_of_another_post(self, city: City, opened: Open) -> None:
        """Neither a task of another post nor one that does not exist."""
        number = (await opened())["number"]
        assert (
            await city.client("sign-clerk").post(f"/api/v1/tasks/{number}/1/claim")
        ).status_code == 403
        assert (
            await city.client("window").post(f"/api/v1/tasks/{number}/99/claim")
        ).status_code == 404


class TestDefinitions:
    """POST /definitions/check."""

    async def test_points_at_line_and_column(self, city: City) -> None:
        """Every mistake where it stands, with the mend; nothing is kept."""
        files = {"a.yaml": "kind: calendar\nyear: 2026\nsource: 通知\nholidays: [2026-13-01]\n"}
        answer = await city.client("admin").post("/api/v1/definitions/check", json={"files": files})
        assert answer.status_code == 200
        assert answer.json()["publishable"] is False
        found = answer.json()["diagnostics"][0]
        assert (found["file"], found["severity_title"]) == ("a.yaml", "错误")
        assert found["line"] >= 1

    async def test_only_for_administrators(self, city: City) -> None:
        """A clerk has no business with it."""
        answer = await city.client("window").post(
            "/api/v1/definitions/check", json={"files": {"a.yaml": "kind: x"}}
        )
        assert answer.status_code == 403


class TestDemoClock:
    """GET and POST /demo/clock."""

    async def test_moved_on(self, citizen: httpx.AsyncClient) -> None:
        """By a length or to an instant, never back."""
        assert (await citizen.get("/api/v1/demo/clock")).json() == {
            "now": "2026-11-05T09:30:00.417389+08:00"
        }
        moved = await citizen.post("/api/v1/demo/clock", json={"forward": "3d"})
        assert moved.json() == {"now": "2026-11-08T09:30:00.417389+08:00"}
        set_to = await citizen.post("/api/v1/demo/clock", json={"now": "2026-11-09T00:00:00+08:00"})
        assert set_to.json() == {"now": "2026-11-09T00:00:00+08:00"}
        back = await citizen.post("/api/v1/demo/clock", json={"now": "2026-11-05T00:00:00Z"})
        assert back.status_code == 422

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"now": "2026-11-09"},
            {"now": "soon"},
            {"now": "0001-01-01T00:00:00+14:00"},
            {"forward": "-1d"},
            {"forward": "1d", "now": "2026-11-09T00:00:00Z"},
        ],
    )
    async def test_to_nowhere(self, citizen: httpx.AsyncClient, body: dict[str, str]) -> None:
        """An instant without a zone, or none at all, is refused."""
        assert (await citizen.post("/api/v1/demo/clock", json=body)).status_code == 422


class TestHealth:
    """/livez, /healthz, /readyz."""

    async def test_alive_and_ready(self, anybody: httpx.AsyncClient, clock: MovableClock) -> None:
        """Both say so without a sign-in."""
        for path in ("/healthz", "/livez"):
            assert (await anybody.get(path)).json() == {"status": "ok"}
        ready = await anybody.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"status": "ready"})

    async def test_strangers_learn_nothing_of_what_is_wrong(
        self, city: City, anybody: httpx.AsyncClient
    ) -> None:
        """Why it is not ready stands in the log, and the process is alive all the same."""
        city.office.folder.path.rename(city.office.folder.path.with_name("away"))
        ready = await anybody.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"status": "not-ready"})
        assert (await anybody.get("/livez")).status_code == 200
