"""我的证照: the face, the code to show, what has ended says so; the signed promise of one's own case."""

import pytest

from tests.api.city import can_print
from tests.api.pages.browser import Browser

from .conftest import Begin, light


class TestCertificate:
    """GET /my/certificates and what is below it."""

    async def test_is_reached_and_shown(self, begin: Begin, me: Browser) -> None:
        """From the list and from the case; with its number, whose it is, until when, and the code."""
        life = await (await begin()).granted()
        held = (await life.shown())["certificates"][0]
        here = f"/my/certificates/{held['number']}"
        assert held["title"] in light(await me.get("/my/certificates")).text
        case = await me.get(life.here)
        assert here in [given.get("href") for tag, given in case.tags if tag == "a"]
        page = light(await me.get(here))
        assert all(said in page.text for said in (held["number"], held["title"], "有效", "出示"))
        assert ("aria-label", "扫码核验这份证照") in [
            pair for tag, given in page.tags if tag == "svg" for pair in given.items()
        ]

    async def test_the_code_alone(self, begin: Begin, me: Browser) -> None:
        """One code, the state, the number; nothing that leads elsewhere but the way back."""
        life = await (await begin()).granted()
        held = (await life.shown())["certificates"][0]
        page = light(await me.get(f"/my/certificates/{held['number']}/show"))
        assert [tag for tag, _ in page.tags].count("svg") == 1
        assert held["number"] in page.text
        ways = [given.get("href") for tag, given in page.tags if tag == "a"]
        assert ways == [f"/my/certificates/{held['number']}"]

    async def test_what_was_revoked_cannot_be_shown(self, begin: Begin, me: Browser) -> None:
        """It says so across its face, and there is no code to hold out."""
        life = await (await begin()).granted()
        told = "超出经营范围"
        await life.act(
            "approver", "shop-licence.start_revocation", ground="unqualified", reason=told
        )
        await life.act("reviewer", "shop-licence.revocation.tell_grounds", reason=told)
        await life.act("citizen", "shop-licence.revocation.state_case", opinion="没有意见")
        await life.act("approver", "shop-licence.revocation.decide_revoke", reasons=["beyond"])
        held = (await life.shown())["certificates"][0]
        page = light(await me.get(f"/my/certificates/{held['number']}"))
        assert ("已撤销" in page.text, "出示" in page.text) == (True, False)
        shown = await me.get(f"/my/certificates/{held['number']}/show")
        assert "不能出示" in shown.text
        assert "svg" not in [tag for tag, _ in shown.tags]

    @pytest.mark.skipif(not can_print(), reason="no Chinese font on this machine")
    async def test_as_pdf(self, begin: Begin, me: Browser) -> None:
        """To keep and to print, by the same rules as the page."""
        life = await (await begin()).granted()
        number = (await life.shown())["certificates"][0]["number"]
        answer = await me.http.get(f"/my/certificates/{number}/face.pdf")
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")

    async def test_of_nobody(self, me: Browser) -> None:
        """A number that is nobody's, and one that is another's, are told alike."""
        assert (await me.get("/my/certificates/X-1")).status == 404
