"""我的证照: the face, the code to show, what has ended says so; the signed promise of one's own case."""

import base64
import hashlib
import re

import pytest

from tests.api.city import APPLICATION, City, can_print
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
        assert ways == [
            f"/my/certificates/{held['number']}",
            f"/my/certificates/{held['number']}/show",
        ]
        assert "前有效" in page.text

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
        assert "已撤销" in page.text
        # that there is such a thing may be said; nothing leads to it
        assert "出示" not in [words for words, _ in page.links]
        assert not [href for _, href in page.links if href.endswith("/show")]
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


class TestShown:
    """GET /verify/{token}, GET /api/v1/documents/shown/{token}: what somebody reads who scans what a phone holds out."""

    async def test_tells_what_and_whose_without_signing_in(self, begin: Begin, city: City) -> None:
        """The certificate, the name half hidden, whether it holds now; nobody has to sign in."""
        held = (await (await (await begin()).granted()).shown())["certificates"][0]
        made = (
            await city.client("citizen").get(f"/api/v1/certificates/{held['number']}/show")
        ).json()
        assert made["url"] == f"http://city/verify/{made['token']}"
        page = light(await Browser(city).get(f"/verify/{made['token']}"))
        assert (page.status, "证照属实，现在有效" in page.text) == (200, True)
        assert held["number"] in page.text
        assert "部分隐去" in page.text
        assert APPLICATION["applicant"]["name"] not in page.text
        told = (await city.client("").get(f"/api/v1/documents/shown/{made['token']}")).json()
        assert (told["valid"], told["state"], told["title"]) == (True, "valid", held["title"])

    async def test_is_over_after_five_minutes(self, begin: Begin, city: City) -> None:
        """Refused in plain words, and a new code is good again."""
        held = (await (await (await begin()).granted()).shown())["certificates"][0]
        holder, anybody = city.client("citizen"), Browser(city)
        here = f"/api/v1/certificates/{held['number']}/show"
        token = (await holder.get(here)).json()["token"]
        city.clock.forward(minutes=4)
        assert (await anybody.get(f"/verify/{token}")).status == 200
        city.clock.forward(minutes=1)
        page = await anybody.get(f"/verify/{token}")
        assert (page.status, "已经过了五分钟" in page.text) == (404, True)
        refused = await city.client("").get(f"/api/v1/documents/shown/{token}")
        assert (refused.status_code, "五分钟" in refused.json()["detail"]) == (404, True)
        again = (await holder.get(here)).json()["token"]
        assert (await anybody.get(f"/verify/{again}")).status == 200

    async def test_says_what_has_happened_since(self, begin: Begin, city: City) -> None:
        """The state is that of the moment in which it is read: revoked after it was held out."""
        life = await (await begin()).granted()
        held = (await life.shown())["certificates"][0]
        holder = city.client("citizen")
        here = f"/api/v1/certificates/{held['number']}/show"
        token = (await holder.get(here)).json()["token"]
        await life.act(
            "approver", "shop-licence.start_revocation", ground="unqualified", reason="不符"
        )
        await life.act("reviewer", "shop-licence.revocation.tell_grounds", reason="不符")
        await life.act("citizen", "shop-licence.revocation.state_case", opinion="没有意见")
        await life.act("approver", "shop-licence.revocation.decide_revoke", reasons=["beyond"])
        page = await Browser(city).get(f"/verify/{token}")
        assert ("不能使用" in page.text, "已被撤销" in page.text) == (True, True)
        assert (await holder.get(here)).status_code == 409

    @pytest.mark.parametrize("token", ["x", "A" * 32, "a.b", "键", "<b>"])
    async def test_forged(self, city: City, token: str) -> None:
        """What the service did not make says nothing of any certificate."""
        page = await Browser(city).get(f"/verify/{token}")
        assert (page.status, "不是本系统的出示码" in page.text) == (404, True)

    async def test_altered(self, begin: Begin, city: City) -> None:
        """No letter of it can be changed: neither which certificate, nor until when."""
        held = (await (await (await begin()).granted()).shown())["certificates"][0]
        made = await city.client("citizen").get(f"/api/v1/certificates/{held['number']}/show")
        token = made.json()["token"]
        for place in range(len(token)):
            other = "B" if token[place] == "A" else "A"
            forged = token[:place] + other + token[place + 1 :]
            answer = await city.client("").get(f"/api/v1/documents/shown/{forged}")
            assert answer.status_code == 404, place


class TestFace:
    """GET /api/v1/certificates/{certificate}/face.html."""

    async def test_stands_alone(self, begin: Begin, city: City) -> None:
        """One style block that its policy allows by its hash, no script; what the page shows."""
        held = (await (await (await begin()).granted()).shown())["certificates"][0]
        here = f"/api/v1/certificates/{held['number']}/face.html"
        answer = await city.client("citizen").get(here)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert all(said in answer.text for said in (held["title"], held["number"], "扫码核验"))
        assert ("<script" in answer.text, '<link rel="stylesheet"' in answer.text) == (False, False)
        style = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


class TestHeard:
    """POST /verify, POST /api/v1/documents/shown: what somebody learns who has no camera."""

    async def test_is_told_once(self, begin: Begin, city: City) -> None:
        """With the number and the digits the same as by scanning, without signing in; a second time nothing."""
        held = (await (await (await begin()).granted()).shown())["certificates"][0]
        made = await city.client("citizen").get(f"/api/v1/certificates/{held['number']}/show")
        spoken = made.json()["spoken"]
        browser = Browser(city)
        page = await browser.get("/verify")
        typed = {"number": f" {held['number']} ", "code": f"{spoken[:4]} {spoken[4:]}"}
        told = await browser.submit(page, "/verify", typed)
        assert (told.status, "证照属实，现在有效" in told.text) == (200, True)
        assert APPLICATION["applicant"]["name"] not in told.text
        again = await browser.submit(page, "/verify", typed)
        assert (again.status, "已经用过" in again.text) == (404, True)

    async def test_is_on_the_page_that_holds_it_out(self, begin: Begin, me: Browser) -> None:
        """Eight digits, and where they are typed in."""
        held = (await (await (await begin()).granted()).shown())["certificates"][0]
        page = light(await me.get(f"/my/certificates/{held['number']}/show"))
        assert re.search(r"\b\d{4} \d{4}\b", page.text)
        assert "/verify，填编号和这 8 位数字" in page.text

    async def test_over_wrong_and_of_nobody_are_told_alike(self, begin: Begin, city: City) -> None:
        """Five minutes like the picture; nobody learns which numbers there are."""
        held = (await (await (await begin()).granted()).shown())["certificates"][0]
        made = await city.client("citizen").get(f"/api/v1/certificates/{held['number']}/show")
        spoken = made.json()["spoken"]
        anybody = city.client("")
        wrong = f"{(int(spoken) + 1) % 10**8:08}"
        city.clock.forward(minutes=5)
        answers = [
            await anybody.post("/api/v1/documents/shown", json={"number": number, "code": code})
            for number, code in ((held["number"], spoken), (held["number"], wrong), ("X-1", spoken))
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.json()["detail"] for answer in answers}) == 1

    async def test_nobody_may_try_for_long(self, begin: Begin, city: City) -> None:
        """After ten wrong ones even the right digits have to wait; the picture still tells."""
        held = (await (await (await begin()).granted()).shown())["certificates"][0]
        made = (
            await city.client("citizen").get(f"/api/v1/certificates/{held['number']}/show")
        ).json()
        anybody, here = city.client(""), "/api/v1/documents/shown"
        for _ in range(10):
            wrong = await anybody.post(here, json={"number": held["number"], "code": "1"})
            assert wrong.status_code == 404
        told = {"number": held["number"], "code": made["spoken"]}
        locked = await anybody.post(here, json=told)
        assert (locked.status_code, "retry-after" in locked.headers) == (429, True)
        assert (await anybody.get(f"{here}/{made['token']}")).status_code == 200
