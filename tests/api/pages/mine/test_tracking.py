"""查进度、验真、文书: what anybody may see with a code, and what only the applicant."""

import re

from tests.api.city import City, can_print
from tests.api.pages.browser import Browser

from .conftest import PDF, Begin, light

SMALL = {"answers": {"area": 60, "sign": False}, "form": {}}


class TestTrack:
    """GET /track."""

    async def test_by_number_and_code(self, begin: Begin, browser: Browser) -> None:
        """Without signing in: whose turn, the items; half the name, no paper, no person."""
        life = await (await begin()).corrected()
        page = await browser.submit(
            await browser.get("/track"),
            "/track",
            # as a phone's keyboard makes them
            {"number": life.number.lower().replace("-", "－"), "code": life.query_code.lower()},
        )
        page = light(page)
        assert page.headings[0] == "需要申请人补正 1 项内容"
        assert "张**店" in page.text
        assert "张三小店" not in page.text
        assert "布局图" not in page.text
        assert not [href for _, href in page.links if "/papers/" in href or "/why/" in href]

    async def test_the_code_leads_there(self, begin: Begin, me: Browser, browser: Browser) -> None:
        """What the QR code beside one's case holds is this address."""
        life = await begin()
        page = await me.get(life.here)
        assert any(given.get("aria-label") == "用手机扫码查进度" for _, given in page.tags)
        assert (await browser.get(f"/track/{life.number}?code={life.query_code}")).status == 200

    async def test_says_where_it_can_be_rated(self, begin: Begin, browser: Browser) -> None:
        """When it is over, and not before: without an account nobody rates for the applicant."""
        life = await begin("layout", **SMALL)
        address = f"/track/{life.number}?code={life.query_code}"
        assert "评价" not in (await browser.get(address)).text
        await life.granted()
        page = await browser.get(address)
        assert ("登录以后可以评价", life.here) in page.links

    async def test_wrong_is_like_unknown(self, begin: Begin, browser: Browser) -> None:
        """Whether a number exists is not told."""
        life = await begin()
        texts = set()
        for number, code in (
            (life.number, "AAAAAAAA"),
            ("YJS20260101-999999", life.query_code),
            (life.number, ""),
        ):
            page = await browser.get(f"/track/{number}?code={code}")
            assert page.status == 404
            texts.add(re.sub(r"YJS\S+|AAAAAAAA", "", page.text))
        assert len(texts) == 1

    async def test_points_at_what_was_not_filled_in(self, browser: Browser) -> None:
        """Beside the field."""
        page = await browser.get("/track?number=YJS20260101-000001&code=")
        assert "请填收件凭证上的查询码" in page.text
        assert page.status == 422


class TestVerify:
    """GET /v/{code}."""

    async def test_is_a_page_like_the_others(self, begin: Begin, browser: Browser) -> None:
        """With all it said before: the verdict, the rows to compare, the fingerprint."""
        shown = await (await begin()).shown()
        page = light(await browser.get(f"/v/{shown['notices'][0]['code']}"))
        assert page.headings[0] == "文书属实，现在有效"
        assert "请与手里的文书逐项核对" in page.text
        assert re.search(r"[0-9a-f]{64}", page.text)
        assert (await browser.get("/v/unknown")).headings[0] == "没有查到这份文书"


class TestPapers:
    """GET /my/cases/{number}/papers/{n}."""

    async def test_to_read_and_to_print(self, begin: Begin, me: Browser) -> None:
        """The paper alone, as the API gives it, and a button that prints it; the keys where nothing runs."""
        life = await begin()
        page = await me.get(f"{life.here}/papers/1")
        given = await life.city.client("citizen").get(f"/api/v1/cases/{life.number}/notices/1.html")
        assert (page.status, page.headings[0]) == (200, "收件凭证")
        assert re.sub(
            r"(?s)<svg.*?</svg>|https?:|<script.*?</script>", "", page.answer.text
        ) == re.sub(r"(?s)<svg.*?</svg>|https?:", "", given.text)
        assert [at["src"].partition("?")[0] for tag, at in page.tags if tag == "script"] == [
            "/static/print.js"
        ]
        assert "script-src 'self'" in page.answer.headers["content-security-policy"]
        assert [at for tag, at in page.tags if tag == "button" and "hidden" in at]
        assert "按 Ctrl+P" in page.text
        pdf = await me.get(f"{life.here}/papers/1.pdf")
        assert pdf.status == (200 if can_print() else 503)

    async def test_of_others(self, begin: Begin, city: City) -> None:
        """Are not there."""
        life = await begin()
        stranger = Browser(city)
        await stranger.sign_in("stranger")
        assert (await stranger.get(f"{life.here}/papers/1")).status == 404

    async def test_a_file_comes_back_as_it_was(self, begin: Begin, me: Browser) -> None:
        """To be saved, never opened within the page."""
        life = await begin()
        file = next(
            m["file"] for m in (await life.shown())["materials"] if m["material"] == "layout"
        )
        answer = await me.http.get(f"{life.here}/files/{file}")
        assert answer.content == PDF[1]
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["cache-control"] == "no-store"
