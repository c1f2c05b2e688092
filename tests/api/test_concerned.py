"""A case about somebody else: papers, certificates and whose they are."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.city import City, MovableClock, living
from tests.api.heirs import APPLICATION, CASES, FATHER, FORM, SON, WIFE
from tests.api.pages.browser import Browser

BOTH = {**APPLICATION, "answers": {"local": True, "proof": False}}


@pytest.fixture
async def city(estate: Path, tmp_path: Path, clock: MovableClock) -> AsyncIterator[City]:
    """The application in a city of its own."""
    async with living(estate, tmp_path, clock) as made:
        yield made


@pytest.fixture
def heir(city: City) -> httpx.AsyncClient:
    """李四, a son."""
    return city.client("heir")


async def registered(city: City, who: httpx.AsyncClient, application: dict[str, Any]) -> Any:
    """Apply, and let the death be registered; return the case."""
    case = (await who.post(CASES, json=application)).json()
    done = await city.client("window").post(
        f"{CASES}/{case['number']}/items/death-record/actions", json={"action": "decide_now"}
    )
    assert done.status_code == 200, done.text
    return (await who.get(f"{CASES}/{case['number']}")).json()


class TestNamed:
    """Both are named, where both may be seen."""

    async def test_by_the_case(self, city: City, heir: httpx.AsyncClient) -> None:
        """With what the applicant is to him."""
        case = (await heir.post(CASES, json=APPLICATION)).json()
        told = {"title": "逝者", "name": "张三", "id": FATHER, "kin": "子女"}
        assert case["concerned"] == told
        seen = await city.client("window").get(f"{CASES}/{case['number']}")
        assert seen.json()["concerned"] == told

    async def test_by_papers(self, heir: httpx.AsyncClient) -> None:
        """As he was called when they were issued."""
        case = (await heir.post(CASES, json=APPLICATION)).json()
        assert case["notices"][0]["body"]["concerned"] == "逝者：张三"

    async def test_by_pages(self, city: City, heir: httpx.AsyncClient) -> None:
        """On the page of the case and at the desk."""
        number = (await heir.post(CASES, json=APPLICATION)).json()["number"]
        for account, path, said in (
            ("heir", f"/my/cases/{number}", "逝者 张三（您是逝者的子女）"),
            (
                "window",
                f"/desk/cases/{number}",
                f"逝者：张三，证件号码 {FATHER}（申请人是逝者的子女）",
            ),
        ):
            browser = Browser(city)
            await browser.sign_in(account)
            assert said in (await browser.get(path)).text


class TestResult:
    """A result of his is made out to him."""

    async def test_is_in_his_name(self, city: City, heir: httpx.AsyncClient) -> None:
        """And stands for the paper that the next item asks for."""
        case = await registered(city, heir, BOTH)
        mine = (await heir.get("/api/v1/certificates")).json()["items"]
        assert [(each["holder_name"], each["holder_id"]) for each in mine] == [("张三", FATHER)]
        assert len(case["certificates"]) == 1
        used = next(row for row in case["materials"] if row["material"] == "death-proof")
        assert (used["source"], used["reference"]) == (
            "certificate",
            case["certificates"][0]["number"],
        )

    async def test_counts_later_for_who_applied_for_it(
        self, city: City, heir: httpx.AsyncClient
    ) -> None:
        """Months later, in another case, without a paper; also over the draft."""
        case = await registered(city, heir, BOTH)
        later = (await heir.post(CASES, json=APPLICATION)).json()
        held = next(row for row in later["materials"] if row["material"] == "death-proof")
        assert held["reference"] == case["certificates"][0]["number"]
        draft = (await heir.post(CASES, json={**APPLICATION, "draft": True})).json()
        told = (await heir.get(f"{CASES}/{draft['number']}/draft")).json()
        assert told["papers"][0]["way"]["code"] == "certificate"

    async def test_tells_nobody_else(self, city: City, heir: httpx.AsyncClient) -> None:
        """Who types in a number learns nothing of what there is in that name."""
        await registered(city, heir, BOTH)
        widow = {**APPLICATION, "applicant": {"type": "individual", "name": "王五", "id": WIFE}}
        case = (await city.client("widow").post(CASES, json=widow)).json()
        assert "death-proof" not in {row["material"] for row in case["materials"]}
        stranger = {**APPLICATION, "form": {**FORM, "deceased_id": SON}}
        case = (await heir.post(CASES, json=stranger)).json()
        assert "death-proof" not in {row["material"] for row in case["materials"]}
