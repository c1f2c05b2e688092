"""告知承诺, offered and chosen."""

import pytest

from tests.api.pages.browser import Browser, Page
from tests.api.pages.portal.conftest import WITH_SIGN, Begin, number_of


@pytest.fixture
async def offer(begun: Begin) -> Page:
    """The page of a café with a sign."""
    return await begun(WITH_SIGN)


class TestChoose:
    """GET /apply/{number}/commitments"""

    async def test_shows_both_ways_and_the_whole_text(self, offer: Page) -> None:
        """What it saves, what is checked later, who signs; the text from its first to its last sentence (R-NCP-4)."""
        for said in (
            "选不选完全由您",
            "免交招牌安装结构安全说明",
            "准予后20个工作日内核查",
            "户外招牌设施设置告知承诺书",
            "3 个工作日",
            "本承诺是申请人的真实意思表示",
            "由张三承诺",
        ):
            assert said in offer.text
        assert "**" not in offer.text
        assert any(tag == "ol" for tag, _ in offer.tags)

    async def test_chooses_nothing_beforehand(self, offer: Page) -> None:
        """Free choice means that nobody has chosen yet (R-NCP-1)."""
        form = offer.form(offer.url.path)
        assert form.options["handling/outdoor-sign"] == ["commitment", "ordinary"]
        assert "handling/outdoor-sign" not in dict(form.fields)

    async def test_says_why_it_is_not_open(self, citizen: Browser, begun: Begin) -> None:
        """Who pours out a lot has to go the ordinary way with the sewer."""
        query = WITH_SIGN.replace("area=68&usable_area=60", "area=500&fit_out_cost=1").replace(
            "drain=property", "drain=own"
        )
        page = await begun(query)
        number = number_of(page)
        for n in (1, 2, 3):
            form = await citizen.get(f"/apply/{number}/form/{n}")
            await citizen.submit(form, form.url.path, {"form/usable_area": "400", "then": "list"})
        page = await citizen.get(f"/apply/{number}/commitments")
        assert "不符合告知承诺的适用条件，按一般程序办理" in page.text

    async def test_is_not_there_without_an_offer(self, citizen: Browser, begun: Begin) -> None:
        """Then the list is."""
        number = number_of(await begun())
        assert (await citizen.get(f"/apply/{number}/commitments")).url.path == f"/apply/{number}"


class TestChosen:
    """POST /apply/{number}/commitments"""

    async def test_asks_for_a_choice(self, citizen: Browser, offer: Page) -> None:
        """Either is fine, none is not; or it is left for later."""
        page = await citizen.submit(offer, offer.url.path)
        assert page.status == 422
        assert page.text.count("请选择「户外招牌设施设置」怎样办理") == 2
        later = next(href for words, href in page.links if words == "先不选，往下填")
        assert later.endswith("/form/1")

    async def test_drops_what_is_waived(self, citizen: Browser, offer: Page) -> None:
        """And what the ordinary way asks for comes back with it (R-NCP-6)."""
        number = number_of(offer)
        page = await citizen.submit(offer, offer.url.path, {"handling/outdoor-sign": "commitment"})
        assert page.url.path.endswith("/form/1")
        assert "招牌安装结构安全说明" not in (await citizen.get(f"/apply/{number}/materials")).text
        again = await citizen.get(f"/apply/{number}/commitments")
        assert dict(again.form(again.url.path).fields)["handling/outdoor-sign"] == "commitment"
        await citizen.submit(again, again.url.path, {"handling/outdoor-sign": "ordinary"})
        assert "招牌安装结构安全说明" in (await citizen.get(f"/apply/{number}/materials")).text
