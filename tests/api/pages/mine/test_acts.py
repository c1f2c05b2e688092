"""撤回、评价: the effect told first, five grades in one click, reasons only for the low ones."""

import pytest

from tests.api.pages.browser import Browser

from .conftest import Begin, Life, light

SMALL = {"answers": {"area": 60, "sign": False}, "form": {}}


class TestWithdraw:
    """GET and POST /my/cases/{number}/do/withdraw."""

    async def test_tells_the_effect_first(self, begin: Begin, me: Browser) -> None:
        """Item by item, by the same decision that is then taken; looking changes nothing (R-ACC-11)."""
        life = await (await begin()).granted()
        page = light(await me.get(f"{life.here}/do/withdraw"))
        assert "开店许可 不受影响 已办结（准予）" in page.text
        assert "招牌设置许可 已撤回 现在：待受理" in page.text
        assert (await life.shown())["state"] == "in_progress" or (await life.shown())[
            "state"
        ] == "received"
        done = await me.submit(page, "")
        assert str(done.url.path) == life.here
        assert [i["state"] for i in (await life.shown())["items"]] == ["granted", "withdrawn"]

    async def test_when_it_is_too_late(self, begin: Begin, me: Browser) -> None:
        """Says why not, and offers no button."""
        life = await (await begin("layout", **SMALL)).granted()
        page = light(await me.get(f"{life.here}/do/withdraw"))
        assert "现在不能办：已经作出决定，不能撤回" in page.text
        assert not [form for form in page.forms if form.method == "post" and form.action == ""]

    async def test_lost_a_race(self, begin: Begin, me: Browser) -> None:
        """Decided meanwhile: 409, with what holds now."""
        life = await begin("layout", **SMALL)
        page = await me.get(f"{life.here}/do/withdraw")
        await life.granted()
        back = await me.submit(page, "")
        assert back.status == 409
        assert "不能撤回" in back.text


class TestGiveBack:
    """GET and POST /my/cases/{number}/give-back/{item}."""

    async def test_from_the_page_of_the_case(self, begin: Begin, me: Browser) -> None:
        """The holder finds it beside his certificate, gives a reason, and sees that it is being handled (行政许可法 70)."""
        life = await (await begin("layout", **SMALL)).granted()
        address = f"{life.here}/give-back/shop-licence"
        assert address in dict(map(reversed, (await me.get(life.here)).links))
        page = light(await me.get(address))
        assert "证照仍然有效" in page.text
        refused = await me.submit(page, "", {"reason": ""})
        assert refused.status == 422
        done = await me.submit(page, "", {"reason": "店铺已经关闭"})
        assert str(done.url.path) == life.here
        items = {i["item"]: i["state"] for i in (await life.shown())["items"]}
        assert items["shop-licence.deregistration"] == "due"
        assert address not in dict(map(reversed, (await me.get(life.here)).links))


class TestStates:
    """GET and POST /my/cases/{number}/items/{item}/do/{step}, where words go with the step."""

    async def test_who_is_to_lose_a_licence_states_the_case_on_the_page(
        self, begin: Begin, me: Browser
    ) -> None:
        """Offered on the page of the case, with a place to write in; empty it is refused beside the field (行政许可法 36)."""
        life = await (await begin("layout", **SMALL)).granted()
        facts = {"ground": "unqualified", "reason": "材料不实"}
        await life.act("approver", "shop-licence.start_revocation", **facts)
        await life.act("reviewer", "shop-licence.revocation.tell_grounds", reason="材料不实")
        address = f"{life.here}/items/shop-licence.revocation/do/state_case"
        page = light(await me.get(address))
        assert "您的陈述和申辩" in page.text
        refused = await me.submit(page, "", {"data/opinion": ""})
        assert (refused.status, "请填写意见" in refused.text) == (422, True)
        done = await me.submit(page, "", {"data/opinion": "布局图是真的，请复核"})
        assert str(done.url.path) == life.here
        items = {i["item"]: i["state"] for i in (await life.shown())["items"]}
        assert items["shop-licence.revocation"] == "deciding"


class TestRate:
    """GET and POST /my/cases/{number}/rate."""

    async def ended(self, begin: Begin) -> Life:
        return await (await begin("layout", **SMALL)).granted()

    @pytest.mark.parametrize("grade", [5, 4, 3])
    async def test_one_click_where_it_went_well(
        self, begin: Begin, me: Browser, grade: int
    ) -> None:
        """From the page of the case; no reason is asked for (R-EVAL-1)."""
        life = await self.ended(begin)
        done = await me.submit(await me.get(life.here), f"{life.here}/rate", {"grade": grade})
        assert str(done.url.path) == life.here
        assert [r["grade"] for r in (await life.shown())["ratings"]] == [grade]
        assert "您的评价：" in done.text

    @pytest.mark.parametrize("grade", [2, 1])
    async def test_two_clicks_where_it_did_not(self, begin: Begin, me: Browser, grade: int) -> None:
        """The reason is asked for, and may be left out."""
        life = await self.ended(begin)
        asking = light(
            await me.submit(await me.get(life.here), f"{life.here}/rate", {"grade": grade})
        )
        assert "哪里没有办好" in asking.text
        assert (await life.shown())["ratings"] == []
        await me.submit(asking, f"{life.here}/rate", {"text": "跑了两趟"} if grade == 1 else {})
        assert [(r["grade"], r["text"]) for r in (await life.shown())["ratings"]] == [
            (grade, "跑了两趟" if grade == 1 else "")
        ]

    async def test_of_one_item(self, begin: Begin, me: Browser) -> None:
        """While the rest still runs."""
        life = await (await begin()).granted()
        page = light(await me.get(f"{life.here}/rate?item=shop-licence"))
        await me.submit(page, f"{life.here}/rate", {"grade": 4})
        assert [(r["item"], r["grade"]) for r in (await life.shown())["ratings"]] == [
            ("shop-licence", 4)
        ]

    async def test_once(self, begin: Begin, me: Browser) -> None:
        """R-EVAL-2: then it says which grade was given."""
        life = await self.ended(begin)
        page = await me.get(f"{life.here}/rate")
        await me.submit(page, f"{life.here}/rate", {"grade": 5})
        again = await me.submit(page, f"{life.here}/rate", {"grade": 4, "key": "another"})
        assert again.status == 409
        assert "非常满意" in (await me.get(f"{life.here}/rate")).text

    async def test_not_before_the_end(self, begin: Begin, me: Browser) -> None:
        """Says when."""
        page = light(await me.get(f"{(await begin()).here}/rate"))
        assert "办结以后才能评价。" in page.text
