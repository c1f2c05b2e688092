"""再次告知: what was asked for twice for one receipt, over all cases (R-ACC-6)."""

from typing import Any

import pytest

from tests.api.city import City, MovableClock
from tests.api.conftest import Open
from tests.api.pages.browser import Browser

PATH = "/api/v1/second-notices"
WHY = "图纸当时没有打开"


@pytest.fixture
def twice(city: City, opened: Open, clock: MovableClock) -> Any:
    """Open cases in which the window asks twice for one receipt; return their numbers in order."""

    async def asked(many: int = 1) -> list[str]:
        numbers = []
        form = {"shop_name": "张三小店", "safety_officer": "张三"}
        for _ in range(many):
            case = await opened(answers={"area": 400, "sign": False}, form=form)
            path = f"/api/v1/cases/{case['number']}"
            numbers.append(case["number"])
            for item in ("shop-licence", "fire-check"):
                note = {"action": "note_defects", "data": {"reasons": [{"text": "看不清"}]}}
                await sent(city, f"{path}/items/{item}/actions", note)
                told = {"action": "notify_correction", "data": {"reason": WHY}}
                await sent(city, f"{path}/actions", told)
            clock.forward(hours=1)
        return numbers

    return asked


async def sent(city: City, path: str, body: dict[str, Any]) -> None:
    answer = await city.client("window").post(path, json=body)
    assert answer.status_code == 200, answer.text


class TestList:
    """GET /second-notices."""

    async def test_tells_which_and_why_over_all_cases(self, city: City, twice: Any) -> None:
        """Newest first, page by page: the case, the items, who sent it and the reason given then."""
        numbers = await twice(3)
        client = city.client("supervisor")
        first = (await client.get(PATH, params={"limit": 2})).json()
        rest = (await client.get(PATH, params={"limit": 2, "cursor": first["next"]})).json()
        assert [each["number"] for each in first["items"] + rest["items"]] == numbers[::-1]
        assert rest["next"] is None
        one = first["items"][0]
        assert (one["item_titles"], one["reason"]) == (["开业前消防安全检查"], WHY)
        assert (one["department_title"], one["account"]) == ("市场监督管理局", "window")

    async def test_one_notice_is_not_listed(self, city: City, opened: Open) -> None:
        """What was told once, as the law wants it, is nobody's business here."""
        case = await opened()
        path = f"/api/v1/cases/{case['number']}"
        note = {"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}
        await sent(city, f"{path}/items/shop-licence/actions", note)
        await sent(city, f"{path}/actions", {"action": "notify_correction"})
        assert (await city.client("supervisor").get(PATH)).json() == {"items": [], "next": None}


class TestPage:
    """/watch/notices."""

    async def test_shows_the_reason(self, city: City, twice: Any) -> None:
        """A plain list; a marker of somebody else's is said, and the first page shown."""
        (number,) = await twice()
        browser = Browser(city)
        await browser.sign_in("supervisor")
        shown = await browser.http.get("/watch/notices")
        assert shown.status_code == 200
        assert number in shown.text
        assert WHY in shown.text
        assert (
            await browser.http.get("/watch/notices", params={"cursor": "AAAA"})
        ).status_code == 422
