"""账号与安全 in a browser, and signing in with a code."""

import re

import httpx
import pytest

from service.api.pages.visit import DEVICE, SESSION
from service.office import staff
from tests.api.city import PASSWORD, City, MovableClock
from tests.api.pages.browser import Browser, Page
from tests.api.pages.conftest import SignIn
from tests.office.test_second_factor import code

NEW = "窗外的青山 2026"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request asks what changed."""
    monkeypatch.setattr(staff, "LOOK_SECONDS", 0.0)


async def enrolled(browser: Browser, clock: MovableClock) -> tuple[str, Page]:
    """Set a second factor up; return the phone's secret and the page that ends it."""
    page = await browser.get("/account")
    page = await browser.submit(page, "/account/second-factor", {"password": PASSWORD})
    found = re.search(r"类型选「基于时间」： ?((?:[A-Z2-7]{4} ?){8})", page.text)
    assert found, page.text
    secret = found[1].replace(" ", "")
    typed = {"code": code(secret, clock())}
    return secret, await browser.submit(page, "/account/second-factor/confirm", typed)


class TestSignIns:
    """登录着的浏览器."""

    async def test_one_is_ended_from_another(self, as_: SignIn) -> None:
        """The page shows both, asks for the password, and the other is led to the sign-in."""
        here, there = await as_("window"), await as_("window")
        page = await here.get("/account")
        assert page.text.count("最近使用") == 2
        wrong = await here.submit(page, "/account/sessions/end", {"once_more": "not this"})
        assert "密码不对" in wrong.text
        done = await here.submit(page, "/account/sessions/end", {"once_more": PASSWORD})
        assert "那一处已经退出" in done.text
        assert "/sign-in" in str((await there.get("/account")).url)
        assert (await here.get("/account")).text.count("最近使用") == 1


class TestPassword:
    """改密码."""

    async def test_this_browser_stays_others_go(self, as_: SignIn) -> None:
        """By a new session: who has copied the cookie is out too."""
        here, there = await as_("window"), await as_("window")
        copied = here.http.cookies[SESSION]
        typed = {"present": PASSWORD, "new": NEW, "again": NEW}
        page = await here.submit(await here.get("/account"), "/account/password", typed)
        assert page.url.path == "/account"
        assert "密码已经改好" in page.text
        assert here.http.cookies[SESSION] != copied
        assert (await here.get("/desk")).url.path == "/desk"
        assert (await there.get("/desk")).url.path == "/sign-in"

    @pytest.mark.parametrize(
        ("typed", "name"),
        [
            ({}, "present"),
            ({"present": "wrong horse", "new": NEW, "again": NEW}, "present"),
            ({"present": PASSWORD, "new": NEW, "again": PASSWORD}, "again"),
            ({"present": PASSWORD, "new": "12345678", "again": "12345678"}, "new"),
        ],
        ids=str,
    )
    async def test_what_is_wrong_is_led_to(
        self, as_: SignIn, typed: dict[str, str], name: str
    ) -> None:
        """No password comes back with the page."""
        browser = await as_("window")
        page = await browser.submit(await browser.get("/account"), "/account/password", typed)
        assert page.status == 422
        assert f"#f-{name}" in [href for _, href in page.links]
        assert NEW not in page.answer.text

    async def test_signing_out_everywhere(self, as_: SignIn) -> None:
        """The other browsers and this one."""
        here, there = await as_("citizen"), await as_("citizen")
        page = await here.submit(await here.get("/account"), "/account/sign-out")
        assert "已经退出" in page.text
        for browser in (here, there):
            assert (await browser.get("/my/cases")).url.path == "/sign-in"


class TestSecondFactor:
    """动态码."""

    async def test_from_setting_up_to_signing_in(self, as_: SignIn, clock: MovableClock) -> None:
        """The recovery codes are shown once; the code is asked for after the password."""
        browser = await as_("window")
        secret, page = await enrolled(browser, clock)
        codes = re.findall(r"[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}", page.text)
        assert len(codes) == 10
        page = await browser.get("/account")
        assert page.url.path == "/account"
        assert "还有 10 个" in page.text
        assert not any(one in page.answer.text for one in codes)
        await browser.submit(page, "/sign-out")
        clock.forward(minutes=2)
        page = await browser.sign_in("window", path="/sign-in?next=/desk?view=mine")
        assert page.headings == ["填写动态码"]
        assert SESSION not in browser.http.cookies
        wrong = await browser.submit(page, "/sign-in", {"otp": "000000"})
        assert (wrong.status, SESSION in browser.http.cookies) == (401, False)
        page = await browser.submit(wrong, "/sign-in", {"otp": code(secret, clock())})
        assert str(page.url) == "https://city/desk?view=mine"

    async def test_a_ticket_serves_its_browser_for_five_minutes(
        self, as_: SignIn, city: City, clock: MovableClock
    ) -> None:
        """Not another browser, not later; without it a code is worth nothing."""
        secret, _ = await enrolled(await as_("window"), clock)
        clock.forward(minutes=2)
        browser, other = Browser(city), Browser(city)
        page = await browser.sign_in("window")
        ticket = dict(page.form("/sign-in").fields)["ticket"]
        for stolen in (ticket, "window/1/99999999999.00", "x"):
            typed = {"ticket": stolen, "otp": code(secret, clock())}
            found = await other.submit(await other.get("/sign-in"), "/sign-in", typed)
            assert found.status == 401
            assert SESSION not in other.http.cookies
        clock.forward(minutes=5)
        late = await browser.submit(page, "/sign-in", {"otp": code(secret, clock())})
        assert late.status == 401
        assert late.headings[0] == "登录"

    async def test_required_leads_to_setting_it_up(
        self, as_: SignIn, city: City, clock: MovableClock
    ) -> None:
        """Every page of a clerk leads there until it is done; an applicant's do not."""
        city.office.second_factor = "required"
        browser = await as_("window")
        for path in ("/desk", "/my/cases"):
            page = await browser.get(path)
            assert page.url.path == "/account"
            assert "请先在下面设置" in page.text
        await enrolled(browser, clock)
        assert (await browser.get("/desk")).url.path == "/desk"
        assert (await (await as_("citizen")).get("/my/cases")).url.path == "/my/cases"


class TestDevice:
    """The mark by which a browser is known."""

    async def test_the_owner_gets_in_where_strangers_are_locked(self, city: City) -> None:
        """From the same address, which is all the strangers have."""
        owner = Browser(city)
        await owner.sign_in("window")
        await owner.submit(await owner.get("/desk"), "/sign-out")
        assert DEVICE in owner.http.cookies
        stranger = Browser(city)
        for _ in range(6):
            page = await stranger.sign_in("window", "wrong horse")
        assert page.status == 429
        assert DEVICE not in stranger.http.cookies
        assert (await owner.sign_in("window")).url.path == "/desk"

    async def test_a_mark_cannot_be_made_up(self, city: City) -> None:
        """It is signed, and stays away from other sites and scripts for ninety days."""
        owner = Browser(city)
        owner.http.follow_redirects = False
        page = await owner.sign_in("window")
        line = next(
            line
            for line in page.answer.headers.get_list("set-cookie")
            if line.startswith(f"{DEVICE}=")
        )
        assert "Max-Age=7776000" in line
        assert all(part in line for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
        device = owner.http.cookies[DEVICE].partition(".")[0]
        stranger = Browser(city)
        for _ in range(5):
            await stranger.sign_in("window", "wrong horse")
        stranger.http.cookies = httpx.Cookies({DEVICE: f"{device}.{'0' * 64}"})
        assert (await stranger.sign_in("window")).status == 429
