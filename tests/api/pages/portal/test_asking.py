"""The questions."""

import pytest

from tests.api.pages.browser import Browser, Page
from tests.api.pages.portal.conftest import CAFE, THING, Begin, number_of

ASK = f"{THING}/ask"


def hidden(page: Page) -> dict[str, bool]:
    """Return which questions wait on the page until they are called for."""
    return {
        given["data-question"]: "hidden" in given
        for _, given in page.tags
        if "data-question" in given
    }


class TestAllOnOnePage:
    """GET /things/{bundle}/ask"""

    async def test_asks_what_applies_only(self, browser: Browser) -> None:
        """Other questions wait until an answer calls for them; each says why it is asked."""
        page = await browser.get(ASK)
        assert hidden(page)["licence"] is False
        assert hidden(page)["kind"] is True
        assert "没有的话先办营业执照" in page.text
        assert hidden(await browser.get(f"{ASK}?licence=none"))["kind"] is False

    async def test_leads_to_the_guide(self, browser: Browser) -> None:
        """All answered: the address holds the answers and nothing else."""
        page = await browser.submit(await browser.get(f"{ASK}?{CAFE}"), ASK)
        assert page.url.path == f"{THING}/guide"
        assert str(page.url.query, "ascii") == CAFE

    async def test_asks_for_what_was_left_open(self, browser: Browser) -> None:
        """With what was answered kept, the same words at the top and at the question."""
        page = await browser.submit(
            await browser.get(ASK), ASK, {"licence": "have", "area": "六十"}
        )
        assert page.status == 422
        assert page.text.count("店面建筑面积是多少？请填数字，如 180") == 2
        assert page.text.count("请回答：店开在什么样的房子里？") == 2
        assert ("请回答：店开在什么样的房子里？", "#f-building") in page.links
        assert ("input", {"id": "f-area", "name": "area", "value": "六十"}) in [
            (tag, {k: given[k] for k in ("id", "name", "value")})
            for tag, given in page.tags
            if given.get("name") == "area"
        ]

    async def test_shows_new_questions_without_blame(self, browser: Browser) -> None:
        """What was not on the page could not be answered."""
        typed = {
            "area": "68",
            "licence": "have",
            "dishes": "drinks",
            "building": "shop",
            "drain": "property",
        }
        typed |= {"sign": "no", "entertainment": "no", "staff_without_cert": "0"}
        page = await browser.submit(await browser.get(ASK), ASK, typed)
        assert page.status == 200
        assert "下面还有 1 个问题" in page.text

    async def test_says_at_once_what_the_law_forbids(self, browser: Browser) -> None:
        """With the article, before the rest is answered."""
        page = await browser.get(f"{ASK}?drain=none&_go=0")
        assert "污水还没有接到市政管网，不能营业" in page.text
        assert "城镇排水与污水处理条例》第二十条" in page.text
        stopped = await browser.get(f"{ASK}?{CAFE.replace('drain=property', 'drain=none')}&_go=1")
        assert stopped.url.path == ASK
        assert "依法不能办" in stopped.text

    async def test_understands_what_people_type(self, browser: Browser) -> None:
        """Full-width digits, units, separators."""
        page = await browser.get(f"{ASK}?{CAFE.replace('area=68', 'area=６８ ㎡', 1)}&_go=1")
        assert page.url.path == f"{THING}/guide"
        assert "area=68" in str(page.url)

    async def test_asks_for_one_at_least(self, browser: Browser) -> None:
        """Where nothing is sold, nothing is to be licensed: the question is asked again, and no guide is made."""
        nothing = CAFE.replace("dishes=drinks&dishes=simple", "dishes=")
        seen = "&_q=dishes"
        page = await browser.get(f"{ASK}?{nothing}{seen}&_go=1")
        assert page.url.path == ASK
        assert "请至少选一项" in page.text

    async def test_takes_no_boxes_for_an_answer(self, browser: Browser) -> None:
        """Who ticks nothing has none of these."""
        form = (await browser.get(ASK)).form(ASK)
        assert ("extras", "") in form.fields

    async def test_begins_with_what_was_told_before(self, citizen: Browser, whole: Begin) -> None:
        """Who applied before only looks through the answers, and is told where they are from."""
        page = await citizen.get(str((await whole()).url).replace("/materials", "/check"))
        await citizen.submit(page, page.url.path, {"declare": "1"})
        again = await citizen.get(ASK)
        assert "来自您2026年11月5日的申请" in again.text
        assert dict(again.form(ASK).fields)["area"] == "68"
        fresh = await citizen.get(f"{ASK}?_go=0")
        assert dict(fresh.form(ASK).fields)["area"] == ""

    async def test_goes_back_to_a_draft(self, citizen: Browser, begun: Begin) -> None:
        """With its answers; nobody else's draft answers anything."""
        number = number_of(await begun())
        page = await citizen.get(f"{ASK}?_for={number}")
        assert dict(page.form(ASK).fields)["area"] == "68"
        other = Browser(citizen.city)
        await other.sign_in("stranger")
        assert dict((await other.get(f"{ASK}?_for={number}")).form(ASK).fields)["area"] == ""


class TestOneAfterAnother:
    """GET /things/{bundle}/ask?_one=1"""

    async def test_asks_one_at_a_time(self, browser: Browser) -> None:
        """Each answer leads to the next question, the last to the guide; going back keeps everything."""
        page = await browser.get(f"{ASK}?_one=1")
        answers = dict(pair.split("=") for pair in CAFE.split("&"))
        seen = []
        while page.url.path == ASK:
            here = dict(page.form(ASK).fields)["_at"]
            seen.append(here)
            value = ["drinks", "simple"] if here == "dishes" else answers[here]
            page = await browser.submit(page, ASK, {here: value})
        assert seen == list(answers)
        assert str(page.url.query, "ascii") == CAFE

    async def test_stays_until_it_is_answered(self, browser: Browser) -> None:
        """With the reason."""
        page = await browser.submit(await browser.get(f"{ASK}?_one=1"), ASK)
        assert page.status == 422
        assert "请回答：您已经有营业执照了吗？" in page.text

    async def test_lets_an_answer_be_changed(self, browser: Browser) -> None:
        """From the list of what was answered, and by going back."""
        page = await browser.get(f"{ASK}?_one=1&licence=have&area=68")
        assert "已答 2 题" in page.text
        back = next(href for words, href in page.links if words == "‹ 上一题")
        page = await browser.get(back)
        assert dict(page.form(ASK).fields)["_at"] == "area"
        page = await browser.submit(page, ASK, {"area": "420"})
        # the usable area of a large shop is not asked
        assert dict(page.form(ASK).fields)["_at"] == "dishes"

    async def test_is_how_large_letters_ask(self, browser: Browser) -> None:
        """At most one question a page."""
        browser.http.cookies.set("elder", "1")
        assert "第 1 题" in (await browser.get(ASK)).text

    async def test_says_what_the_law_forbids(self, browser: Browser) -> None:
        """As soon as it is certain."""
        page = await browser.get(f"{ASK}?_one=1&drain=none")
        assert "不能营业" in page.text

    @pytest.mark.parametrize(
        "told",
        [
            {"sec-ch-ua-mobile": "?1"},
            {
                "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Mobile/15E148"
            },
        ],
    )
    async def test_a_phone_asks_one_by_one(self, browser: Browser, told: dict[str, str]) -> None:
        """A phone shows one question a page; all on one page is a link away and stays so."""
        page = await browser.get(ASK, **told)
        assert "第 1 题" in page.text
        link = next(href for _, href in page.links if "_all=1" in href)
        whole = await browser.get(link, **told)
        assert len(hidden(whole)) > 5
        again = await browser.submit(whole, ASK, {"licence": "have"}, **told)
        assert len(hidden(again)) > 5

    async def test_a_desk_with_client_hints_does_not(self, browser: Browser) -> None:
        """What the browser says of itself counts before its name."""
        page = await browser.get(ASK, **{"sec-ch-ua-mobile": "?0", "user-agent": "Mobile"})
        assert len(hidden(page)) > 5
