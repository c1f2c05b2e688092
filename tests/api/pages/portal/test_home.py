"""The front door."""

from pathlib import Path

import pytest

from service.api.app import create_app
from service.office import Office
from service.store.database import Database
from service.store.files import Folder
from service.store.schema import migrate
from tests.api.city import City, MovableClock, Settings
from tests.api.pages.browser import Browser


class TestHome:
    """GET /"""

    async def test_shows_what_can_be_done_by_occasion(self, browser: Browser) -> None:
        """Each occasion is a group, each thing says in a line what it is and begins with one click."""
        page = await browser.get("/")
        occasions = {"开店办企业", "生活大事", "房屋水电", "关停注销"}
        assert occasions <= set(page.headings)
        assert "公司不干了：清税、社保、公章" in page.text
        assert ("开办餐饮店", "/things/open-restaurant") in page.links
        assert ("开始办理：开办餐饮店", "/things/open-restaurant/ask") in page.links

    async def test_leads_to_progress_help_and_large_letters(self, browser: Browser) -> None:
        """Without signing in."""
        page = await browser.get("/")
        assert page.form("/track").method == "get"
        assert "帮办" in page.text
        elder = await browser.submit(page, "/elder", {"on": "1"})
        assert elder.url.path == "/"
        assert ("html", {"lang": "zh-CN", "data-mode": "elder", "class": "portal"}) in elder.tags

    async def test_leads_to_where_a_certificate_is_verified(self, browser: Browser) -> None:
        """Who is shown a certificate finds the page without an account, from the foot of every page."""
        page = await browser.get("/")
        assert ("证照核验", "/verify") in page.links
        found = await browser.get("/verify")
        assert "8 位数字" in found.text

    async def test_has_no_dead_link(self, browser: Browser) -> None:
        """Every address on the page that belongs to these pages answers."""
        page = await browser.get("/")
        for _, href in page.links:
            if href.startswith("/things"):
                assert (await browser.get(href)).status == 200, href

    async def test_says_when_nothing_is_published(
        self, tmp_path: Path, clock: MovableClock
    ) -> None:
        """An empty city sends people to the counter instead of showing nothing."""
        url = f"sqlite:///{tmp_path / 'empty.db'}"
        await migrate(url)
        database = Database(url)
        office = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
        empty = City(create_app(office, Settings(), clock), office, clock)
        try:
            assert "请到政务服务大厅的窗口办理" in (await Browser(empty).get("/")).text
        finally:
            await empty.clients[0].aclose()
            await database.close()


class TestThings:
    """GET /things"""

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ("公司不干了", "close-company"),
            ("食品证过期", "keep-food-licence"),
            ("户口本", "newborn"),
            ("装水电", "connect-utilities"),
            ("烧烤", "open-restaurant"),
        ],
    )
    async def test_finds_by_what_people_say(self, browser: Browser, words: str, code: str) -> None:
        """Nobody has to know what the certificate is called."""
        page = await browser.get(f"/things?q={words}")
        found = [href for _, href in page.links if href.startswith("/things/")]
        assert found[0] == f"/things/{code}"

    async def test_finds_what_people_call_it(self, browser: Browser) -> None:
        """Everyday words, the best first."""
        page = await browser.submit(await browser.get("/"), "/things", {"q": "开饭店"})
        titles = [
            words
            for words, href in page.links
            if href.startswith("/things/") and href.count("/") == 2
        ]
        assert titles[0].startswith("开办餐饮店")
        assert "找到" in page.text

    async def test_says_what_to_do_when_nothing_is_found(self, browser: Browser) -> None:
        """Other words, a telephone, and all there is."""
        page = await browser.get("/things?q=火箭")
        assert "没有找到“火箭”" in page.text
        assert ("新生儿出生", "/things/newborn") in page.links

    async def test_shows_all_without_words(self, browser: Browser) -> None:
        """An empty search is no error."""
        assert (await browser.get("/things")).headings[0] == "能办的事"


class TestThing:
    """GET /things/{bundle}"""

    async def test_tells_what_it_is(self, browser: Browser) -> None:
        """Who, how long, what it costs, which departments, what it was before, where it begins."""
        page = await browser.get("/things/open-restaurant")
        for said in (
            "企业、个体工商户、个人",
            "承诺 13 个工作日",
            "48 个工作日",
            "收多少在指南里写明",
            "牵头",
            "17 个环节",
            "城市管理局",
            "行政许可",
        ):
            assert said in page.text
        assert ("按您的情况开始", "/things/open-restaurant/ask") in page.links

    async def test_is_not_there_when_unknown(self, browser: Browser) -> None:
        """As a page that says so."""
        page = await browser.get("/things/open-moon")
        assert page.status == 404
        assert "接下来怎么办" in page.headings

    async def test_leaves_out_the_chart_in_large_letters(self, browser: Browser) -> None:
        """The list says the same."""
        assert "流程图" in (await browser.get("/things/open-restaurant")).headings
        browser.http.cookies.set("elder", "1")
        assert "流程图" not in (await browser.get("/things/open-restaurant")).headings
