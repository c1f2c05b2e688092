"""The work list in a browser without JavaScript."""

import httpx
import pytest

from tests.api.city import CITIZEN_ID, City
from tests.api.conftest import Open
from tests.api.pages.conftest import SignIn
from tests.office.test_statements import counted_sqlite

GOING_BACK = {"hx-request": "true", "hx-history-restore-request": "true"}


class TestWorklist:
    """GET /desk."""

    async def test_says_what_to_do_next(self, as_: SignIn, opened: Open) -> None:
        """The first row is the answer: how much is left, until when, which limit, what happens then, who, what, where to."""
        number = (await opened())["number"]
        page = await (await as_("window")).get("/desk")
        for words in (
            "还剩 5 个工作日",
            "11月12日（周四）到期",
            "一次性告知",
            "逾期视为受理",
            "张三小店",
            "开店许可",
            "待受理",
            "待认领",
        ):
            assert words in page.text
        address = next(href for words, href in page.links if words.startswith("办理"))
        assert address == f"/desk/cases/{number}?item=shop-licence&back="
        assert page.headings[0] == "我的待办"

    async def test_views_say_how_many(
        self, as_: SignIn, window: httpx.AsyncClient, opened: Open
    ) -> None:
        """Beside the list; where one is, is marked."""
        numbers = [(await opened())["number"] for _ in range(3)]
        await window.post(f"/api/v1/tasks/{numbers[0]}/1/claim")
        browser = await as_("window")
        page = await browser.get("/desk?view=mine")
        said = {words for words, href in page.links if href.startswith("/desk")}
        assert {"我的待办3 件", "我认领的1 件", "待认领2 件", "临期黄牌0 件"} <= said
        marked = [
            given["href"] for tag, given in page.tags if tag == "a" and "aria-current" in given
        ]
        assert marked == ["/desk?view=mine"]
        assert numbers[0] in page.text
        assert numbers[1] not in page.text

    async def test_an_empty_list_says_what_to_do(self, as_: SignIn, opened: Open) -> None:
        """Never merely that there is nothing."""
        browser = await as_("window")
        page = await browser.get("/desk")
        assert "今天没有待办。有新的办件到您的岗位时，会列在这里。" in page.text
        await opened()
        page = await browser.get("/desk?view=mine")
        assert "今天没有待办。待认领 1 件。" in page.text
        assert ("去认领", "/desk?view=unclaimed") in page.links
        page = await browser.get("/desk?text=没有这家")
        assert "没有符合条件的办件" in page.text
        assert ("清除条件", "/desk") in page.links
        for view in ("view=waiting", "view=done", "card=yellow", "card=red"):
            assert "没有" in (await browser.get(f"/desk?{view}")).text

    async def test_is_narrowed_by_a_form(self, as_: SignIn, opened: Open) -> None:
        """Everything stands in the address; the form shows what it was narrowed to."""
        number = (await opened())["number"]
        other = (
            await opened(applicant={"type": "sole-trader", "name": "隔壁面馆", "id": CITIZEN_ID})
        )["number"]
        browser = await as_("window")
        page = await browser.submit(
            await browser.get("/desk"), "/desk", {"text": "面馆", "item": "shop-licence"}
        )
        assert other in page.text
        assert number not in page.text
        assert dict(page.form("/desk").fields)["text"] == "面馆"

    async def test_goes_on_page_by_page(self, as_: SignIn, opened: Open) -> None:
        """Forward by the cursor, back to the first page; no row twice."""
        numbers = {(await opened())["number"] for _ in range(27)}
        browser = await as_("window")
        first = await browser.get("/desk")
        second = await browser.get(dict(first.links)["下一页"])
        seen = [{number for number in numbers if number in page.text} for page in (first, second)]
        assert [len(part) for part in seen] == [25, 2]
        assert seen[0] | seen[1] == numbers
        assert "第 26–27 件" in second.text
        assert dict(second.links)["回到第一页"] == "/desk"

    async def test_a_fragment_is_the_list_alone(self, as_: SignIn, opened: Open) -> None:
        """What is swapped while one types says how many there are, for who does not see it."""
        await opened()
        page = await (await as_("window")).get("/desk?text=小店", **{"hx-request": "true"})
        assert "<html" not in page.answer.text
        assert "<html" in (await (await as_("window")).get("/desk", **GOING_BACK)).answer.text
        assert next(given["data-say"] for _, given in page.tags if "data-say" in given) == "1 件"

    async def test_costs_as_many_statements_as_pages_have_parts(
        self, city: City, as_: SignIn, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Session, two lists, clocks, counts: whatever the number of rows."""
        monkeypatch.setattr("service.office.staff.LOOK_SECONDS", 300.0)  # once, before it counts
        for _ in range(3):
            await opened()
        browser = await as_("window")
        await browser.get("/desk")
        with counted_sqlite(city.office) as statements:
            await browser.get("/desk")
        assert len(statements) <= 6, statements


class TestHand:
    """POST /desk/tasks/{number}/{n}/{verb}."""

    async def test_takes_and_gives_back_and_stays_in_the_list(
        self, as_: SignIn, opened: Open
    ) -> None:
        """One click each, back to the list one came from."""
        number = (await opened())["number"]
        browser = await as_("window")
        page = await browser.submit(
            await browser.get("/desk?view=unclaimed"), f"/desk/tasks/{number}/1/claim"
        )
        assert (page.url.path, dict(page.url.params)["view"]) == ("/desk", "unclaimed")
        assert f"已认领：{number}" in page.text
        page = await browser.submit(await browser.get("/desk"), f"/desk/tasks/{number}/1/release")
        assert "别人可以认领了" in page.text

    async def test_a_lost_race_is_told_in_the_list(
        self, city: City, as_: SignIn, opened: Open
    ) -> None:
        """Somebody else was faster: the list as it is now, and why nothing was done."""
        number = (await opened())["number"]
        await city.office.create_account(
            "window2",
            "a-good-password",
            name="周窗",
            kind="clerk",
            department="scjg",
            posts=["window"],
        )
        first, second = await as_("window"), await as_("window2")
        stale = await second.get("/desk")
        await first.submit(await first.get("/desk"), f"/desk/tasks/{number}/1/claim")
        page = await second.submit(stale, f"/desk/tasks/{number}/1/claim")
        assert page.status == 409
        assert "办件刚刚被别人办理过" in page.text
        assert page.headings[0] == "我的待办"


class TestSearch:
    """GET /desk/search."""

    async def test_the_only_one_is_opened_at_once(self, as_: SignIn, opened: Open) -> None:
        """By number, by a part of the name, by the whole 统一社会信用代码."""
        number = (await opened())["number"]
        browser = await as_("window")
        browser.http.follow_redirects = False
        for text in (number, "三小店", CITIZEN_ID.lower()):
            page = await browser.get(f"/desk/search?text={text}")
            assert (page.status, page.answer.headers["location"]) == (303, f"/desk/cases/{number}")
        assert (await browser.get("/desk/search")).answer.headers["location"] == "/desk"

    async def test_several_are_listed_and_none_is_explained(
        self, as_: SignIn, opened: Open
    ) -> None:
        """Only what the clerk may see; nothing found says how to look for it."""
        numbers = [(await opened())["number"] for _ in range(2)]
        page = await (await as_("window")).get("/desk/search?text=小店")
        assert all(number in page.text for number in numbers)
        page = await (await as_("fire-clerk")).get("/desk/search?text=小店")
        assert "没有找到" in page.text
        assert "要写完整" in page.text
