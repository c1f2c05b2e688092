"""A guide is given to everybody: what a submission would be refused for is said in it, not instead of it (R-ACC-2)."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.workflows.authoring.checks.conditions import APPLICANTS
from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.folders import read_folder
from service.workflows.authoring.load import load_pack
from service.workflows.authoring.pack import Pack
from service.workflows.telling.guide import questions
from service.workflows.trials.samples import answers_with_neutral
from tests.api.city import LINHU, OTHER_ID, City, MovableClock, living
from tests.api.holder import AFTER, API, BEFORE, KEEP, LATE, ME, WITHIN, done, granted, licensed, on


def _pack() -> Pack:
    pack = load_pack(read_folder(LINHU)).pack
    assert pack is not None
    return pack


SAMPLE = _pack()
BUNDLES = sorted(SAMPLE.bundles)


@pytest.fixture
async def city(linhu: Path, tmp_path: Path, clock: MovableClock) -> AsyncIterator[City]:
    """The sample city."""
    async with living(linhu, tmp_path, clock) as made:
        yield made


async def told(client: httpx.AsyncClient, bundle: str = KEEP, **body: Any) -> dict[str, Any]:
    """Ask for a guide and be given it."""
    answer = await client.post(f"{API}/bundles/{bundle}/guide", json={"applicant": ME, **body})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def wishes(bundle: str, kind: str) -> list[dict[str, Any]]:
    """Return ways to answer: nothing, the first question in each way, everything in each way of the first."""
    release = compile_release(SAMPLE, bundle)
    listed = questions(release, {})
    firsts: list[dict[str, Any]] = [{}]
    if listed:
        ways = [option["value"] for option in listed[0]["options"]]
        ways = [[way] for way in ways] if listed[0]["type"] == "multi" else ways
        firsts += [
            {listed[0]["id"]: way}
            for way in ways or ([True, False] if listed[0]["type"] == "boolean" else [60])
        ]
    return firsts + [answers_with_neutral(release, first, kind) for first in firsts]


class TestEveryBundle:
    """POST /bundles/{bundle}/guide"""

    @pytest.mark.parametrize("bundle", BUNDLES)
    async def test_answers_everybody(self, city: City, bundle: str) -> None:
        """Whatever kind of applicant, signed in or not, with no answer, the first, or all of them."""
        served = compile_release(SAMPLE, bundle).bundle.applicants
        people = [city.client(who) for who in ("", "citizen", "window", "portal", "supervisor")]
        for kind in APPLICANTS:
            ways = wishes(bundle, kind)
            for client, answers in [(people[0], way) for way in ways] + [
                (one, ways[-1]) for one in people[1:]
            ]:
                found = await told(client, bundle, applicant={"type": kind}, answers=answers)
                assert (kind in served) is not any(
                    o["pointer"] == "/applicant/type" for o in found["obstacles"]
                )
                assert found["items"] or found["not_needed"] or found["to_answer"] or found["stops"]
                assert not (found["can_apply"] and found["to_answer"])

    async def test_keeps_open_what_a_question_decides(self, city: City) -> None:
        """Neither needed nor not needed; what is asked next is named."""
        found = await told(city.client(), "open-restaurant", answers={"licence": "have"})
        asks = [each["id"] for each in found["to_answer"]]
        waiting = {
            each["code"]: [on["code"] for on in each["depends_on"]]
            for each in found["undecided"]["items"]
        }
        assert "area" in asks
        assert "area" in waiting["fire-check"]
        decided = {each["code"] for each in [*found["items"], *found["not_needed"]]}
        assert decided.isdisjoint(waiting)
        assert "business-licence" in decided

    async def test_refuses_what_is_wrong(self, city: City) -> None:
        """An answer that cannot be is no answer that is missing."""
        body = {"applicant": ME, "answers": {"what": "burn"}}
        assert (
            await city.client().post(f"{API}/bundles/{KEEP}/guide", json=body)
        ).status_code == 422

    async def test_tells_what_bars_oneself_alone(self, city: City) -> None:
        """False material bars for a year (R-ACC-10): said before, to whom it is about; then decided in writing."""
        await licensed(city)
        on(city, WITHIN)
        body = {
            "bundle": KEEP,
            "applicant": ME,
            "answers": {"what": "renew"},
            "form": {"food_safety_manager": "李四"},
        }
        case = await done(city, "citizen", "/cases", body)
        refused = {
            "action": "decline",
            "data": {"reasons": [{"text": "材料虚假"}], "ground": "false_material"},
        }
        await done(city, "window", f"/cases/{case['number']}/items/food-renewal/actions", refused)
        found = await told(city.client("citizen"), answers={"what": "renew"})
        assert [(o["say"], o["basis"]) for o in found["obstacles"]] == [
            ("2032年9月1日以前不得再次申请「食品经营许可延续」", "行政许可法 78")
        ]
        assert (await told(city.client(), answers={"what": "renew"}))["obstacles"] == []
        again = await city.client("citizen").post(f"{API}/cases", json=body)
        said = next(n for n in again.json()["notices"] if n["kind"] == "not_accepted")
        assert (again.status_code, said["body"]["points"]) == (
            201,
            [f"{found['obstacles'][0]['say']}。"],
        )


class TestContinuing:
    """延续、变更: the certificate, its window, and what stands in the way."""

    @pytest.mark.parametrize(
        ("day", "said"),
        [
            (BEFORE, "至2031年10月15日申请延续"),
            (WITHIN, ""),
            (LATE, ""),
            (AFTER, "有效期到2031年11月5日已经届满，不能延续，请重新申请"),
        ],
    )
    async def test_at_any_time(self, city: City, day: date, said: str) -> None:
        """Before the window, in it, after it, after the end: a guide, with what a submission would be refused for."""
        number = await licensed(city)
        on(city, day)
        found = await told(city.client("citizen"), answers={"what": "renew"})
        (about,) = found["continues"]
        assert (about["number"], about["what"]["title"], about["certificate"]["title"]) == (
            number,
            "延续",
            "食品经营许可证",
        )
        assert number in about["say"][0]
        barred = [obstacle["say"] for obstacle in found["obstacles"]]
        assert [say.endswith(said) and number in say for say in barred] == ([True] if said else [])
        assert about["opens_on"] < about["warn_on"] <= about["closes_on"] < about["valid_until"]
        body = {
            "bundle": KEEP,
            "applicant": ME,
            "answers": {"what": "renew"},
            "form": {"food_safety_manager": "李四"},
        }
        sent = await city.client("citizen").post(
            f"{API}/cases", json={**body, "form": {**body["form"], "certificate_number": number}}
        )
        decided = [n["body"]["points"] for n in sent.json()["notices"] if "points" in n["body"]]
        assert (sent.status_code, decided) == (201, [[f"{barred[0]}。"]] if said else [])

    async def test_expects_a_decision_and_no_silence(self, city: City) -> None:
        """The department's days, not the months until the old certificate ends (R-LIFE-2)."""
        await licensed(city)
        on(city, WITHIN)
        found = await told(city.client("citizen"), answers={"what": "renew"})
        assert (found["dates"]["expected_on"], found["dates"]["notice_by"]) == (
            "2031-09-08",
            "2031-09-08",
        )

    async def test_warns_when_late_is_taken(self, city: City) -> None:
        """After the window, where the definition takes it all the same."""
        await licensed(city)
        on(city, LATE)
        (about,) = (await told(city.client("citizen"), answers={"what": "renew"}))["continues"]
        assert "在准予延续以前应当停止经营" in about["say"][-1]

    @pytest.mark.parametrize(("what", "word"), [("renew", "延续"), ("change", "变更")])
    async def test_for_who_holds_none(self, city: City, what: str, word: str) -> None:
        """Told plainly that there is none; nobody else learns what somebody holds."""
        number = await licensed(city)
        on(city, WITHIN)
        stranger = city.client("stranger")
        own = {**ME, "id": OTHER_ID}
        nothing = await told(stranger, applicant=own, answers={"what": what})
        assert [o["say"] for o in nothing["obstacles"]] == [
            "没有查到您名下的食品经营许可证，请核对证照编号"
        ]
        others = await told(
            stranger, applicant=own, answers={"what": what}, form={"certificate_number": number}
        )
        assert [(o["say"], o["pointer"]) for o in others["obstacles"]] == [
            (
                f"没有查到您名下编号为「{number}」的食品经营许可证，请核对证照编号",
                "/form/certificate_number",
            )
        ]
        for client in (stranger, city.client()):  # with the id of the holder: what anybody may hear
            found = await told(client, answers={"what": what}, form={"certificate_number": number})
            (about,) = found["continues"]
            assert (about["number"], about["valid_until"], found["obstacles"]) == ("", None, [])
            assert word in about["say"][0]

    async def test_of_a_change(self, city: City) -> None:
        """Possible until the end, with the number and the last day that it keeps (R-LIFE-1)."""
        number = await licensed(city)
        on(city, BEFORE)
        found = await told(city.client("citizen"), answers={"what": "change"})
        (about,) = found["continues"]
        assert (about["number"], about["valid_until"], about["opens_on"]) == (
            number,
            "2031-11-05",
            None,
        )
        assert found["obstacles"] == []
        on(city, AFTER)
        found = await told(city.client("citizen"), answers={"what": "change"})
        assert "不能变更" in found["obstacles"][0]["say"]


class TestRenewal:
    """The whole way over HTTP."""

    async def test_from_guide_to_certificate(self, city: City) -> None:
        """Guide, draft, what it lacks, submission, receipt, decision, the new certificate."""
        number = await licensed(city)
        on(city, BEFORE)
        citizen, answers = city.client("citizen"), {"what": "renew"}
        guide = await told(citizen, answers=answers)
        assert guide["prefill"]["certificate_number"]["value"] == number
        draft = await done(
            city,
            "citizen",
            "/cases",
            {"bundle": KEEP, "applicant": ME, "answers": answers, "draft": True},
        )
        path = f"/cases/{draft['number']}"
        lacking = (await citizen.get(f"{API}{path}/draft")).json()["lacking"]
        assert [each["detail"] for each in lacking] == [
            "请填写食品安全员姓名",
            guide["obstacles"][0]["say"],
        ]
        on(city, WITHIN)
        seen = {"if-match": (await citizen.get(f"{API}{path}")).headers["etag"]}
        form = {
            "form": {"food_safety_manager": "李四"},
            "materials": [{"material": "identity", "share": True}],
        }
        assert (await citizen.patch(f"{API}{path}", json=form, headers=seen)).status_code == 200
        assert (await citizen.get(f"{API}{path}/draft")).json()["lacking"] == []
        case = await done(city, "citizen", f"{path}/submit", {})
        assert case["notices"][0]["kind"] == "receipt"
        file = await citizen.post(
            f"{API}/files", files={"file": ("layout.pdf", b"%PDF-1.7 layout")}
        )
        points = {"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}
        await done(city, "window", f"{path}/items/food-renewal/actions", points)
        await done(city, "window", f"{path}/actions", {"action": "notify_correction"})
        paper = {
            "action": "supply",
            "data": {"materials": [{"material": "layout", "file": file.json()["id"]}]},
        }
        await done(city, "citizen", f"{path}/items/food-renewal/actions", paper)
        issued = (await granted(city, draft["number"], "food-renewal"))["number"]
        new = (await citizen.get(f"{API}/certificates/{issued}")).json()
        assert (new["continues"], new["valid_from"], new["valid_until"]) == (
            number,
            "2031-11-06",
            "2036-11-05",
        )
