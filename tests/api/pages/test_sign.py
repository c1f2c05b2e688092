"""Signing in with a browser."""

from tests.api.pages.browser import Browser


class TestSigningIn:
    """GET and POST /sign-in."""

    async def test_a_clerk_comes_to_the_work_list(self, browser: Browser) -> None:
        """Name and password, one click."""
        page = await browser.sign_in("window")
        assert page.status == 200
        assert page.url.path == "/desk"
        assert "王窗" in page.text
