"""Doing one thing to what was marked, in a browser without JavaScript."""

import httpx
import pytest
from sqlalchemy import text

from tests.api.city import City
from tests.api.conftest import Open
from tests.api.pages.browser import Browser, Page
from tests.api.pages.conftest import SignIn
from tests.api.test_cases import act, upload


@pytest.fixture
async def three(citizen: httpx.AsyncClient, opened: Open) -> list[str]:
    """Three complete applications."""
    return [
        (await opened(materials=[{"material": "layout", "file": await upload(citizen)}]))["number"]
        for _ in range(3)
    ]


async def marked(browser: Browser, numbers: list[str], action: str = "accept") -> Page:
    """Mark rows of the list and press a button of the bar."""
    page = await browser.get("/desk")
    boxes = [
        box for box in page.form("/desk/bulk").options["pick"] if box.partition("~")[0] in numbers
    ]
    return await browser.submit(page, "/desk/bulk", {"pick": boxes, "action": action})


class TestBulk:
    """GET and POST /desk/bulk, GET /desk/bulk/{id}."""

    async def test_three_clicks_accept_what_was_marked(self, as_: SignIn, three: list[str]) -> None:
        """Mark, 批量受理, confirm: nothing is typed; a line for each."""
        browser = await as_("window")
        page = await browser.get("/desk")
        assert ("action", "accept", "批量受理") in page.form("/desk/bulk").buttons
        page = await marked(browser, three)
        assert page.headings[0] == "批量受理：请核对 3 件"
        page = await browser.submit(page, "/desk/bulk")
        assert page.headings[0] == "批量受理：办成 3 件"
        assert page.text.count("已受理") == 3
        assert all(number in page.text for number in three)

    async def test_what_was_refused_stays_marked_with_the_reason(
        self, as_: SignIn, window: httpx.AsyncClient, opened: Open, three: list[str]
    ) -> None:
        """A colleague was faster with one, one lacks a paper; the others are done."""
        bare = (await opened())["number"]
        browser = await as_("window")
        page = await marked(browser, [*three, bare])
        await act(window, three[1], "shop-licence", "accept")
        page = await browser.submit(page, "/desk/bulk")
        assert page.headings[0] == "批量受理：办成 2 件，没有办成 2 件"
        assert "办件刚刚被别人办理过" in page.text
        assert "缺经营布局图" in page.text
        again = page.form("/desk/bulk")
        assert {value.partition("~")[0] for name, value in again.fields if name == "pick"} == {
            three[1],
            bare,
        }
        page = await browser.submit(page, "/desk/bulk", {"action": "accept"})
        assert page.headings[0] == "批量受理：请核对 1 件"
        assert "已经不在您的待办里" in page.text

    async def test_sent_twice_is_done_once(
        self, as_: SignIn, window: httpx.AsyncClient, three: list[str]
    ) -> None:
        """Back and again: the same result, no second record."""
        browser = await as_("window")
        page = await marked(browser, three)
        first, second = [await browser.submit(page, "/desk/bulk") for _ in range(2)]
        assert first.url == second.url
        for number in three:
            events = (await window.get(f"/api/v1/cases/{number}/events")).json()["items"]
            assert [event["action"] for event in events].count("accept") == 1

    async def test_an_interrupted_one_can_be_gone_on_with(
        self, city: City, as_: SignIn, three: list[str]
    ) -> None:
        """The page says how far it came; the same order goes on."""
        browser = await as_("window")
        page = await browser.submit(await marked(browser, three), "/desk/bulk")
        # as a killed process would have left it
        async with city.office.database.transaction() as tx:
            await tx.sql.execute(text("UPDATE bulks SET results = '[]'"))
        page = await browser.get(str(page.url))
        assert page.headings[0] == "批量办理：办成 0 件，还没有办 3 件"
        page = await browser.submit(page, "/desk/bulk")
        # what was recorded before is not done again
        assert page.text.count("办件刚刚被别人办理过") == 3

    async def test_claims_several(self, as_: SignIn, three: list[str]) -> None:
        """认领 is a bulk like any other."""
        browser = await as_("window")
        page = await browser.submit(await marked(browser, three[:2], "claim"), "/desk/bulk")
        assert page.headings[0] == "批量认领：办成 2 件"
        assert "我认领的2 件" in {words for words, _ in page.links}

    async def test_nothing_marked_says_so(self, as_: SignIn, three: list[str]) -> None:
        """Also for what no list could have marked."""
        browser = await as_("window")
        for query in (
            "action=accept",
            "action=accept&pick=nonsense",
            f"action=decline&pick={three[0]}~shop-licence~1",
            "pick=1",
        ):
            page = await browser.get(f"/desk/bulk?{query}")
            assert page.status == 200
            assert page.headings[0].startswith("没有可以批量")
            assert not [form for form in page.forms if form.action == "/desk/bulk"]

    async def test_another_clerks_result_is_not_there(self, as_: SignIn, three: list[str]) -> None:
        """404, as for none."""
        browser = await as_("window")
        page = await browser.submit(await marked(browser, three), "/desk/bulk")
        assert (await (await as_("reviewer")).get(page.url.path)).status == 404
