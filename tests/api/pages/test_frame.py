"""What all pages share: how dates are said, large letters, the demonstration's banner, no code inside a page."""

import gzip
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from service.api.pages import frame
from service.api.pages.frame import environment, span
from service.api.pages.visit import Visitor
from tests.api.city import MORNING, City, MovableClock
from tests.api.pages.browser import Browser

TEMPLATES = sorted((frame.HERE / "templates").rglob("*.html"))
INSIDE = re.compile(
    r"""\sstyle\s*=|\son[a-z]+\s*=|\shx-on|javascript:|<style|<script(?![^>]*\ssrc=)|\shx-vals\s*=\s*['"]js:""",
    re.IGNORECASE,
)


def said(text: str, **context: object) -> str:
    """Render a bit of a template."""
    return environment().from_string(text).render(visitor=Visitor(now=MORNING), **context)


class TestSaying:
    """Filters."""

    def test_days(self) -> None:
        """With the weekday; the year only where it is another one."""
        assert said("{{ d|day }}", d=date(2026, 9, 24)) == "9月24日（周四）"
        assert said("{{ d|day }}", d=date(2027, 1, 5)) == "2027年1月5日（周二）"
        assert said("{{ d|day }}", d=None) == ""

    def test_moments(self) -> None:
        """In Beijing, whatever zone they are kept in."""
        assert (
            said("{{ t|moment }}", t=datetime(2026, 9, 11, 16, 12, tzinfo=UTC))
            == "9月12日（周六）00:12"
        )

    def test_lengths(self) -> None:
        """Counts and the notation of definitions."""
        assert [span(8), span("8wd"), span("0wd"), span("2mo"), span(None)] == [
            "8 个工作日",
            "8 个工作日",
            "当场",
            "2 个月",
            "",
        ]

    def test_everything_is_escaped(self) -> None:
        """A name is a name, whatever it looks like."""
        assert said("{{ n }}{{ m.tag('ok', n) }}", n="<b>").count("<b>") == 0


class TestTemplates:
    """No code and no look inside a page: the policy would refuse it."""

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
    def test_hold_no_code(self, path: Path) -> None:
        """Neither style=, on…=, hx-on nor scripts with a content."""
        assert not INSIDE.findall(path.read_text())

    def test_the_check_sees_what_it_looks_for(self) -> None:
        """Positive control."""
        for planted in (
            '<p style="x">',
            "<a onclick=x>",
            "<script>x",
            "<style>",
            '<p hx-on:click="x">',
            '<a href="javascript:x">',
        ):
            assert INSIDE.search(planted)
        assert not INSIDE.search('<script src="/x.js" defer>')

    def test_the_look_is_small(self) -> None:
        """12 KB of styles, 6 KB of own code for every page, packed."""
        assert len(gzip.compress((frame.STATIC / "look.css").read_bytes())) <= 12_000
        assert len(gzip.compress((frame.STATIC / "act.js").read_bytes())) <= 6_000


class TestElder:
    """长者版."""

    async def test_is_kept_by_the_browser(self, browser: Browser) -> None:
        """One click, signed in or not, and back to the same page; one click back."""
        page = await browser.submit(await browser.get("/sign-in?next=/desk"), "/elder", {"on": "1"})
        assert str(page.url) == "https://city/sign-in?next=/desk"
        assert 'data-mode="elder"' in page.answer.text
        page = await browser.submit(page, "/elder", {"on": "0"})
        assert 'data-mode="elder"' not in page.answer.text

    async def test_is_the_first_thing_after_the_skip_links(self, browser: Browser) -> None:
        """Who needs it does not search for it."""
        reached = [
            (tag, given) for tag, given in (await browser.get("/")).tags if tag in ("a", "button")
        ]
        assert reached[0][1]["class"] == "skip"
        assert reached[1] == ("button", {"class": "plain", "name": "on", "value": "1"})

    async def test_leads_nowhere_else(self, browser: Browser) -> None:
        """The way back is one of ours."""
        browser.http.follow_redirects = False
        page = await browser.submit(
            await browser.get("/"), "/elder", {"on": "1", "back": "//evil.example"}
        )
        assert page.answer.headers["location"] == "/"


class TestBanner:
    """The demonstration's clock."""

    async def test_shows_when_it_was_moved(
        self, city: City, browser: Browser, clock: MovableClock
    ) -> None:
        """Nobody takes a moved date for a real one."""
        await city.office.start_demo_clock(clock(), clock())
        assert "演示时钟已拨到" not in (await browser.get("/sign-in")).text
        await city.office.move_demo_clock(datetime(2026, 11, 9, 1, 30, tzinfo=UTC), clock())
        assert "演示时钟已拨到 11月9日（周一）09:30" in (await browser.get("/sign-in")).text
