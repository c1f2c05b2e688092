"""Signing in with a browser: what is kept there, what is not taken for it, and whose forms are obeyed."""

from pathlib import Path

import httpx
import pytest

from service.api.app import create_app
from service.api.pages.sign import own_path
from service.api.pages.visit import SESSION, Seal
from tests.api.city import PASSWORD, City, MovableClock, Settings
from tests.api.pages.browser import Browser
from tests.api.pages.conftest import SignIn


def set_cookies(answer: httpx.Response) -> dict[str, str]:
    """Return the Set-Cookie lines of an answer by name."""
    return {line.partition("=")[0]: line for line in answer.headers.get_list("set-cookie")}


class TestSigningIn:
    """GET and POST /sign-in."""

    @pytest.mark.parametrize(
        ("account", "home"),
        [
            ("window", "/desk"),
            ("citizen", "/my/cases"),
            ("supervisor", "/welcome"),
            ("admin", "/welcome"),
        ],
    )
    async def test_leads_to_the_pages_of_the_account(
        self, browser: Browser, account: str, home: str
    ) -> None:
        """Name and password, one click; who has no pages of his own is told so."""
        page = await browser.sign_in(account)
        assert page.url.path == home

    async def test_leads_back_to_where_one_came_from(self, browser: Browser) -> None:
        """Also with what was asked for there."""
        page = await browser.get("/desk?view=unclaimed&text=%E5%BC%A0")
        assert page.url.path == "/sign-in"
        page = await browser.submit(page, "/sign-in", {"username": "window", "password": PASSWORD})
        assert str(page.url) == "https://city/desk?view=unclaimed&text=%E5%BC%A0"

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "\\\\evil",
            "/a\nb",
            "javascript:x",
            "/a\\b",
        ],
    )
    def test_leads_to_no_other_site(self, elsewhere: str) -> None:
        """Whatever the address says."""
        assert own_path(elsewhere) == ""
        assert own_path("/desk/cases/1?view=mine") == "/desk/cases/1?view=mine"

    async def test_the_cookie_goes_nowhere_else(self, browser: Browser) -> None:
        """This host, encrypted, not for scripts, not from other sites; until the browser is closed."""
        browser.http.follow_redirects = False
        page = await browser.sign_in("window")
        line = set_cookies(page.answer)[SESSION]
        assert line.startswith("__Host-session=")
        assert {part.strip().lower() for part in line.split(";")[1:]} == {
            "httponly",
            "path=/",
            "samesite=lax",
            "secure",
        }

    async def test_each_sign_in_is_a_new_session(self, browser: Browser) -> None:
        """Nobody can hand a victim a session that he knows himself; the old one ends."""
        page = await browser.get("/sign-in")  # stays open in a second tab
        await browser.sign_in("window")
        first = browser.http.cookies[SESSION]
        await browser.submit(page, "/sign-in", {"username": "window", "password": PASSWORD})
        assert browser.http.cookies[SESSION] != first
        assert (await self.with_cookie(browser, first)) == 303
        assert (await self.with_cookie(browser, browser.http.cookies[SESSION])) == 200

    @staticmethod
    async def with_cookie(browser: Browser, cookie: str) -> int:
        return (
            await browser.city.client().get("/desk", headers={"cookie": f"{SESSION}={cookie}"})
        ).status_code

    async def test_a_wrong_password(self, browser: Browser) -> None:
        """The page comes back with the name kept, the password not, and says the same for an unknown name."""
        for name in ("window", "no-such-account"):
            page = await browser.sign_in(name, "wrong-password")
            assert page.status == 401
            assert "用户名或密码不对" in page.text
            assert dict(page.form("/sign-in").fields)["username"] == name
            assert dict(page.form("/sign-in").fields)["password"] == ""

    async def test_nothing_filled_in(self, browser: Browser) -> None:
        """What is missing is said and led to."""
        page = await browser.sign_in("window", "")
        assert page.status == 422
        assert ("密码：请填写密码", "#f-password") in page.links

    async def test_locked_after_five(self, browser: Browser, clock: MovableClock) -> None:
        """The same lock as for tokens, also for the right password."""
        for _ in range(5):
            await browser.sign_in("window", "wrong-password")
        assert (await browser.sign_in("window")).status == 429
        clock.forward(minutes=16)
        assert (await browser.sign_in("window")).status == 200

    async def test_without_encryption_it_says_so(self, city: City) -> None:
        """A browser drops the cookie on plain http; the page says what to do, and nobody is signed in a weaker way."""
        plain = Browser(city, "http://city")
        page = await plain.sign_in("window")
        assert page.status == 403
        assert "https://" in page.text
        assert "127.0.0.1" in page.text
        assert SESSION not in set_cookies(page.answer)

    async def test_nobody_is_signed_in_as_somebody_else(self, city: City, browser: Browser) -> None:
        """A form that another browser got, or that another site made, signs nobody in."""
        theirs = await Browser(city).get("/sign-in")
        await browser.get("/sign-in")
        assert (
            await browser.submit(theirs, "/sign-in", {"username": "citizen", "password": PASSWORD})
        ).status == 403


class TestSession:
    """What the cookie is worth."""

    async def test_a_forged_cookie_costs_no_query(self, city: City, clock: MovableClock) -> None:
        """It is refused by its signature: the database is not asked, which a right one would do."""
        real = City(
            create_app(city.office, Settings(demo=False), clock), city.office, clock, city.clients
        )
        seal = Seal(Settings().token_secret)
        browser = Browser(real)
        await browser.sign_in("window")
        right = browser.http.cookies[SESSION]
        await city.office.database.close()
        Path(str(city.office.database.url.database)).unlink()  # noqa: ASYNC240 - a test may wait
        forged = [
            "x",
            "x.y",
            right[:-1] + ("1" if right.endswith("0") else "0"),
            "a" * 10_000,
            seal.signed("sign-in form", "token"),
            right.partition(".")[0],
        ]
        for cookie in forged:
            answer = await real.client().get("/sign-in", headers={"cookie": f"{SESSION}={cookie}"})
            assert answer.status_code == 200, cookie
        answer = await real.client().get("/sign-in", headers={"cookie": f"{SESSION}={right}"})
        assert answer.status_code >= 500

    async def test_the_api_does_not_take_it(self, as_: SignIn) -> None:
        """What a browser sends by itself must not act: the API wants a token."""
        browser = await as_("citizen")
        assert (await browser.http.get("/api/v1/cases")).status_code == 401

    async def test_ends_by_idleness(self, as_: SignIn, clock: MovableClock) -> None:
        """The way back is kept."""
        browser = await as_("window")
        clock.forward(minutes=31)
        page = await browser.get("/desk?view=mine")
        assert page.url.path == "/sign-in"
        assert dict(page.form("/sign-in").fields)["next"] == "/desk?view=mine"

    async def test_asking_prolongs_it(self, as_: SignIn, clock: MovableClock) -> None:
        """One key is enough before it ends."""
        browser = await as_("window")
        clock.forward(minutes=26)
        assert (await browser.http.get("/session")).text == "1800"
        clock.forward(minutes=26)
        assert (await browser.get("/desk")).url.path == "/desk"

    async def test_a_fragment_leads_the_whole_page_to_sign_in(self, browser: Browser) -> None:
        """Not the sign-in page inside a list."""
        answer = await browser.http.get("/desk", headers={"hx-request": "true"})
        assert answer.headers["hx-redirect"] == "/sign-in?next=/desk"
        assert answer.text == ""


class TestSigningOut:
    """POST /sign-out."""

    async def test_ends_the_session_on_the_server(self, as_: SignIn, city: City) -> None:
        """Who has copied the cookie is out too."""
        browser = await as_("window")
        cookie = browser.http.cookies[SESSION]
        page = await browser.submit(await browser.get("/desk"), "/sign-out")
        assert "已经退出" in page.text
        assert SESSION not in browser.http.cookies
        assert (
            await city.client().get("/desk", headers={"cookie": f"{SESSION}={cookie}"})
        ).status_code == 303


class TestForms:
    """Only our own pages' forms are obeyed."""

    @pytest.mark.parametrize("secret", [None, "", "wrong"])
    async def test_without_the_secret(self, as_: SignIn, secret: str | None) -> None:
        """A form of another site cannot know it."""
        browser = await as_("window")
        page = await browser.submit(await browser.get("/desk"), "/sign-out", {"csrf": secret})
        assert page.status == 403
        assert (await browser.get("/desk")).url.path == "/desk"

    async def test_with_the_secret_of_another_session(self, as_: SignIn) -> None:
        """One's own secret does not open somebody else's session."""
        other = dict((await (await as_("citizen")).get("/")).form("/sign-out").fields)["csrf"]
        browser = await as_("window")
        assert (
            await browser.submit(await browser.get("/desk"), "/sign-out", {"csrf": other})
        ).status == 403

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"origin": "https://evil.example"},
            {"origin": "null"},
        ],
        ids=str,
    )
    async def test_from_another_site(self, as_: SignIn, headers: dict[str, str]) -> None:
        """Even with the right secret: the browser says where the form was."""
        browser = await as_("window")
        assert (
            await browser.submit(await browser.get("/desk"), "/sign-out", **headers)
        ).status == 403

    @pytest.mark.parametrize(
        "headers", [{"sec-fetch-site": "same-origin"}, {"origin": "https://city"}], ids=str
    )
    async def test_from_our_own(self, as_: SignIn, headers: dict[str, str]) -> None:
        """Positive control."""
        browser = await as_("window")
        assert (
            await browser.submit(await browser.get("/desk"), "/sign-out", **headers)
        ).status == 200

    async def test_texts_are_read_by_the_rule_of_the_api(self, browser: Browser) -> None:
        """What one layer could not hold is refused at this door too."""
        page = await browser.sign_in("window\u202e")
        assert page.status == 422
        assert "不能使用的字符" in page.text
