"""告知承诺, offered and chosen."""

import pytest

from tests.api.pages.browser import Browser, Page
from tests.api.pages.portal.conftest import WITH_SIGN, Begin, number_of

LARGE = WITH_SIGN.replace("area=68&usable_area=60", "area=350&fit_out_cost=1").replace(
    "drain=property", "drain=own"
)


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

    async def test_asks_first_what_it_hangs_on(self, citizen: Browser, begun: Begin) -> None:
        """A promise that is for small shops only is offered to nobody whose area is not known (R-NCP-1)."""
        page = await begun(LARGE)
        assert "使用面积不超过150㎡、没有未修复失信记录的才能选" in page.text
        assert "先填这一项，才知道您能不能选" in page.text
        assert "handling/drainage" not in page.form(page.url.path).options
        choice = {"handling/outdoor-sign": "ordinary", "handling/fire-check": "ordinary"}
        page = await citizen.submit(page, page.url.path, {**choice, "form/usable_area": "0"})
        assert (page.status, page.text.count("使用面积：不能小于 1")) == (422, 2)
        page = await citizen.submit(page, page.url.path, {**choice, "form/usable_area": "120"})
        assert page.form(page.url.path).options["handling/drainage"] == ["commitment", "ordinary"]

    async def test_says_why_it_is_not_open(self, citizen: Browser, begun: Begin) -> None:
        """Who has much room has to go the ordinary way with the sewer; with nothing left to choose it goes on."""
        page = await begun(LARGE)
        number, choice = (
            number_of(page),
            {"handling/outdoor-sign": "ordinary", "handling/fire-check": "ordinary"},
        )
        page = await citizen.submit(page, page.url.path, {**choice, "form/usable_area": "300"})
        assert page.url.path.endswith("/form/1")
        page = await citizen.get(f"/apply/{number}/commitments")
        assert "不符合告知承诺的适用条件（使用面积不超过150㎡" in page.text
        assert "handling/drainage" not in page.form(page.url.path).options

    async def test_says_at_once_what_closes_it_later(self, citizen: Browser, begun: Begin) -> None:
        """Where the answer was given, in the list and on the check page; saving the page again ends it."""
        page = await begun(LARGE)
        number, choice = (
            number_of(page),
            {"handling/outdoor-sign": "ordinary", "handling/fire-check": "ordinary"},
        )
        page = await citizen.submit(page, page.url.path, {**choice, "form/usable_area": "120"})
        await citizen.submit(page, page.url.path, {**choice, "handling/drainage": "commitment"})
        said = "您选的告知承诺不再适用"
        assert said not in (await citizen.get(f"/apply/{number}")).text
        pages = [await citizen.get(f"/apply/{number}/form/{n}") for n in range(1, 9)]
        page = next(page for page in pages if "店里实际使用的面积" in page.text)
        page = await citizen.submit(
            page, page.url.path, {"form/usable_area": "300", "then": "list"}
        )
        assert page.url.path == f"/apply/{number}"
        for part in ("", "/check", "/materials", "/form/1"):
            assert said in (await citizen.get(f"/apply/{number}{part}")).text, part
        page = await citizen.get(f"/apply/{number}/commitments")
        await citizen.submit(page, page.url.path, choice)
        assert said not in (await citizen.get(f"/apply/{number}")).text

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
