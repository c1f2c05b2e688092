"""Refusals as pages, and the headers every page has."""

import logging
import re

import httpx
import pytest

from service.errors import ActionNotAllowed, NotPermitted, ServiceError, Unavailable
from tests.api.city import City
from tests.api.pages.browser import HTML, Browser
from tests.api.pages.conftest import SignIn


class TestRefusedPage:
    """What happened, under which article, what next."""

    @pytest.mark.parametrize("path", ["/nowhere", "/desk/nowhere", "/things/no/such/thing"])
    async def test_an_address_that_is_not_there(self, browser: Browser, path: str) -> None:
        """404 with a way on."""
        page = await browser.get(path)
        assert page.status == 404
        assert page.headings[0].strip() == "没有找到，或者您无权查看"
        assert ("回到首页", "/") in page.links
        assert page.answer.headers["x-request-id"] in page.text

    async def test_says_who_is_signed_in(self, as_: SignIn) -> None:
        """The way out of a wrong address is the page one works with."""
        page = await (await as_("window")).get("/nowhere")
        assert "王窗" in page.text
        assert ("回到我的待办", "/desk") in page.links

    async def test_not_for_this_account(self, as_: SignIn) -> None:
        """403, and nothing of the page."""
        page = await (await as_("citizen")).get("/desk")
        assert page.status == 403
        assert "不对您的账号开放" in page.text

    async def test_a_wrong_method(self, browser: Browser) -> None:
        """405 names what works."""
        answer = await browser.http.delete("/sign-in")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, POST"
        assert "text/html" in answer.headers["content-type"]

    async def test_too_large(self, browser: Browser) -> None:
        """Refused by its own word, before it is read."""
        answer = await browser.http.post("/sign-in", content=b"x" * ((1 << 20) + 1))
        assert answer.status_code == 413
        assert "最多 1 MB" in answer.text

    @pytest.mark.parametrize(
        ("refusal", "status"),
        [
            (ActionNotAllowed("「审查中」时不能受理", law="行政许可法 32"), 409),
            (NotPermitted("回避"), 403),
            (Unavailable(), 503),
        ],
        ids=["409", "403", "503"],
    )
    async def test_any_refusal_of_a_page(
        self, city: City, browser: Browser, refusal: ServiceError, status: int
    ) -> None:
        """Its status, its sentence and its article."""
        answer = await self.raised(city, browser, refusal)
        assert answer.status_code == status
        assert refusal.detail.rstrip("。") in answer.text
        assert refusal.law in answer.text
        assert "刚才的提交" not in answer.text  # it was only looked at

    async def test_an_accident_tells_only_the_request_id(
        self, city: City, browser: Browser, caplog: pytest.LogCaptureFixture
    ) -> None:
        """F-54 for pages: neither the page nor the log holds what the exception said."""
        with caplog.at_level(logging.ERROR):
            answer = await self.raised(city, browser, RuntimeError("can" + "ary"))
        assert answer.status_code == 500
        assert "text/html" in answer.headers["content-type"]
        assert answer.headers["x-request-id"] in answer.text
        assert "canary" not in answer.text + caplog.text

    @staticmethod
    async def raised(city: City, browser: Browser, error: Exception) -> httpx.Response:
        async def broken() -> None:
            raise error

        city.app.add_api_route("/broken", broken)
        return await browser.http.get("/broken")

    async def test_programs_get_problem_documents(self, browser: Browser) -> None:
        """Even one that says it would like a page; the API has one voice."""
        for path, accept in (
            ("/api/v1/nothing", HTML["accept"]),
            ("/api/v1/cases", HTML["accept"]),
            ("/nowhere", "*/*"),
        ):
            answer = await browser.http.get(path, headers={"accept": accept})
            assert answer.headers["content-type"] == "application/problem+json"


class TestHeaders:
    """What every page allows and forbids."""

    @pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/desk", "/welcome"])
    async def test_strict_policy_and_no_copies(self, as_: SignIn, path: str) -> None:
        """No code in the page, nothing from elsewhere, in nobody's frame, kept by nobody in between."""
        headers = (await (await as_("window")).get(path)).answer.headers
        policy = headers["content-security-policy"]
        assert policy == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        assert headers["cache-control"] == "no-store"
        assert "camera=()" in headers["permissions-policy"]
        assert headers["x-content-type-options"] == "nosniff"

    async def test_static_files_are_kept_by_their_content(self, browser: Browser) -> None:
        """A year under the address the page names; another address is asked for again."""
        page = await browser.get("/")
        addresses = re.findall(r'"(/static/[^"]+)"', page.answer.text)
        assert any(address.startswith("/static/look.css?v=") for address in addresses)
        for address in addresses:
            answer = await browser.http.get(address)
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert (await browser.http.get("/static/look.css?v=old")).headers[
            "cache-control"
        ] == "no-cache"
        assert (await browser.http.get("/static/../frame.py")).status_code == 404
        assert (await browser.http.get("/static/%2e%2e/frame.py")).status_code == 404
