"""Each check notices what it is for: a sound page has no findings, and the same page with one fault has that one."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from . import checks
from .checks import AXE, Witness

pytestmark = pytest.mark.asyncio(loop_scope="session")
HERE = Path(__file__).parent
SITE = "http://sound.test"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'"
)
HTML, CSS = ((HERE / name).read_text(encoding="utf-8") for name in ("sound.html", "sound.css"))
Find = Callable[..., Awaitable[list[str]]]


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """An empty page in a context of its own, as large as a phone's screen."""
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    yield await context.new_page()
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def find(page: Page) -> Find:
    """Open a page made of HTML and CSS, and make the checks."""

    async def look(
        html: str, css: str, *, axe: bool, policy: str = POLICY, cache: str = "no-store"
    ) -> list[str]:
        async def answer(route: Route) -> None:
            path = route.request.url.removeprefix(SITE)
            if path == "/":
                kind = "text/html; charset=utf-8"
                headers = {
                    "content-type": kind,
                    "content-security-policy": policy,
                    "cache-control": cache,
                }
                await route.fulfill(body=html, headers=headers)
            elif path == "/look.css":
                await route.fulfill(body=css, content_type="text/css")
            else:
                await route.fulfill(status=404, body="")

        await page.context.route("**/*", answer)
        witness = Witness(SITE).attend(page.context)
        response = await page.goto(SITE + "/")
        assert response
        found = (
            checks.headers(response, personal=True)
            + await checks.layout(page)
            + await checks.keyboard(page)
        )
        found += await checks.weight(witness.responses, html=12, css=12, js=25)
        found += await checks.words(page)
        if axe:
            found += await checks.axe(page)
        return found + witness.told()

    return look


async def test_a_sound_page_has_no_findings(find: Find) -> None:
    """Otherwise nobody would listen to the others."""
    assert await find(HTML, CSS, axe=True) == []


LOOKS = {  # a fault in the style sheet → how its finding begins
    "main { min-width: 700px }": "reflow: ",
    ".tag { margin-top: -60px; background: none }": "overlap: ",
    ".tag { width: 6em; white-space: nowrap; overflow: hidden }": "cut: text does not fit",
    ".tag { width: 6em; white-space: nowrap }": "cut: “办理中，剩 6 个工作日” sticks out",
    "text { font-size: 60px }": "cut: “提交” is drawn outside",
    "summary::after { content: ''; position: absolute; left: 0; width: 100%; height: 4rem; background: #fff }": "covered: ",
    "header a { display: block; min-height: 0; line-height: 18px }": "target: <a> “一件事一次办” is",
    ".btn-p { min-height: 2.25rem }": "target: <button.btn-p> “提交申请” is 96×36 px, 44",
    ":focus-visible { outline: none }": "focus: nothing shows",
    "header { position: fixed; bottom: 0; left: 0; right: 0; height: 400px; background: #fff }": "focus: ",
    ".skip:focus { left: -99rem }": "focus: <a.skip> “跳到主要内容” has it",
    "a { color: #9ab }": "axe color-contrast: ",
}
WRITINGS = {  # a fault in the page: what is replaced, by what → how its finding begins
    ("<h1>我的待办</h1>", ""): "axe page-has-heading-one: ",
    ('<label for="name">经营者姓名</label>', "经营者姓名"): "axe label: ",
    ("办理中，", "in_progress，"): "words: “in_progress”",
    ("食品经营许可<", "food-licence<"): "words: “food-licence”",
    ("今天到期", "2026-09-11到期"): "words: a date for machines",
    ("还有 2 件要办", "暂无数据"): "words: a bare",
    ("还有 2 件要办", "还有 None 件"): "words: a hole in a template",
    ("还有 2 件要办，", "还有2件要办,请看"): "words: half-width punctuation",
    ('aria-label="流程图：', 'aria-label="flow：'): "words: “flow”",
    ('<p class="tag">', '<p class="tag" style="color:red">'): "csp: ",
    ("</main>", "<script>console.log(1)</script></main>"): "csp: ",
    ("</main>", '<p inert><a href="/x">看一看</a></p></main>'): "focus: Tab never comes to <a>",
    ("</main>", '<img alt="图" src="https://elsewhere.example/a.png"></main>'): "outside: ",
}


def needs_axe(finding: str) -> bool:
    """Say whether it is axe that has to notice; skip when axe is not there."""
    if finding.startswith("axe") and not AXE.exists():
        pytest.skip("NO AXE: no accessibility checks; .ci/assets dev")
    return finding.startswith("axe")


class TestFaults:
    """One fault each."""

    @pytest.mark.parametrize("fault", LOOKS)
    async def test_of_looks(self, fault: str, find: Find) -> None:
        """A style that does harm is noticed."""
        axe = needs_axe(LOOKS[fault])
        found = await find(HTML, CSS + fault, axe=axe)
        assert [each for each in found if each.startswith(LOOKS[fault])], found

    @pytest.mark.parametrize("fault", WRITINGS)
    async def test_of_writing(self, fault: tuple[str, str], find: Find) -> None:
        """So is a fault of what is written."""
        axe = needs_axe(WRITINGS[fault])
        assert fault[0] in HTML
        found = await find(HTML.replace(*fault), CSS, axe=axe)
        assert [each for each in found if each.startswith(WRITINGS[fault])], found

    async def test_of_a_page_that_weighs_too_much(self, find: Find) -> None:
        """What counts is what goes over the wire."""
        heavy = "".join(f"<p>{secrets.token_hex(40)}</p>" for _ in range(300))
        found = await find(HTML.replace("</main>", f"<code>{heavy}</code></main>"), CSS, axe=False)
        assert [
            each
            for each in found
            if each.startswith("weight: ") and each.endswith("KB of html, at most 12")
        ]

    async def test_of_what_is_said_beside_the_page(self, find: Find) -> None:
        """A policy that is not strict, a page that stays behind on a public computer."""
        loose = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
        found = await find(HTML, CSS, axe=False, policy=loose, cache="private")
        assert [each.partition(" ")[0] for each in found] == ["csp:", "csp:", "cache:"]
