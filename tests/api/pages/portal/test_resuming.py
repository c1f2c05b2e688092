"""The session ends while somebody fills something in: what was typed stays, and the press is repeated after signing in."""

from tests.api.city import PASSWORD, MovableClock
from tests.api.pages.browser import Browser
from tests.api.pages.portal.conftest import CAFE, FORM, THING, Begin, number_of

BY_ITSELF = {"sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin"}


class TestAnswersSurviveSigningIn:
    """The questions are answered before anybody signs in."""

    async def test_by_the_button_at_the_top(self, browser: Browser) -> None:
        """The address carries the answers, and signing in leads back to it."""
        guide = await browser.get(f"{THING}/guide?{CAFE}")
        ways = [href for words, href in guide.links if words == "登录"]
        assert len(ways) == 1
        signed_in = await browser.sign_in("citizen", path=ways[0])
        assert signed_in.url.path == f"{THING}/guide"
        assert signed_in.url.params["area"] == "68"
        assert "开始申请" in signed_in.text


class TestResuming:
    """A form of a session that has ended."""

    async def test_is_sent_again_as_it_was(
        self, citizen: Browser, begun: Begin, clock: MovableClock
    ) -> None:
        """Sign in, press once more: what was typed is saved."""
        page = await begun()
        path, number = page.url.path, number_of(page)
        clock.forward(minutes=31)
        asked = await citizen.submit(
            page, path, {"form/legal_person_name": "王\n示例"}, **BY_ITSELF
        )
        assert asked.status == 401
        assert "您填的内容还在" in asked.text
        wrong = await citizen.submit(asked, "/sign-in", {"username": "citizen", "password": "no"})
        ready = await citizen.submit(
            wrong, "/sign-in", {"username": "citizen", "password": PASSWORD}
        )
        assert "请再按一次" in ready.text
        saved = await citizen.submit(ready, path)
        assert saved.status in (200, 422)
        again = await citizen.get(f"/apply/{number}/form/1")
        assert "王" in dict(again.form(path).fields)["form/legal_person_name"]

    async def test_files_are_chosen_again(
        self, citizen: Browser, begun: Begin, clock: MovableClock
    ) -> None:
        """The page says where."""
        number = number_of(await begun())
        page = await citizen.get(f"/apply/{number}/materials")
        clock.forward(minutes=31)
        answer = await citizen.submit(
            page, f"/apply/{number}/materials", files={"file": ("a.pdf", b"x")}, **BY_ITSELF
        )
        ready = await citizen.submit(
            answer, "/sign-in", {"username": "citizen", "password": PASSWORD}
        )
        assert ("回到那一页", f"/apply/{number}/materials") in ready.links

    async def test_nothing_of_a_stranger_is_kept(self, browser: Browser) -> None:
        """Another site's form finds the door and nothing behind it."""
        answer = await browser.http.post(
            "/my/cases/YJS20260914-000001/do/withdraw",
            data={"key": "k"},
            headers={"sec-fetch-mode": "navigate", "sec-fetch-site": "cross-site"},
        )
        assert "again/" not in answer.text


class TestAnotherWindow:
    """What was sent in from one window is seen in the other."""

    async def test_leads_to_the_case(self, citizen: Browser, whole: Begin) -> None:
        """Not to the page before, which leads nowhere."""
        number = number_of(await whole())
        stale = await citizen.get(f"/apply/{number}/form/1")
        check = await citizen.get(f"/apply/{number}/check")
        done = await citizen.submit(check, f"/apply/{number}/check", {"declare": "1"})
        assert done.url.path == f"/apply/{number}/done"
        page = await citizen.submit(stale, f"/apply/{number}/form/1", FORM)
        assert page.status == 409
        assert (f"看办件 {number}", f"/my/cases/{number}") in page.links
