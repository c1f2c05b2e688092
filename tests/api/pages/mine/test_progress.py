"""我的办件、办件进度: whose turn it is first, in every state a case can be in; all of it without JavaScript."""

import re

from tests.api.city import City, MovableClock
from tests.api.pages.browser import Browser
from tests.checked import seen

from .conftest import NONE, Begin, light

SMALL = {"answers": {"area": 60, "sign": False}, "form": {}}


class TestMyCases:
    """GET /my/cases."""

    async def test_of_who_has_none(self, city: City) -> None:
        """Says what to do, not that there is nothing."""
        stranger = Browser(city)
        page = light(await stranger.sign_in("stranger"))
        assert ("看看能办什么", "/things") in page.links
        assert "暂无" not in page.text

    async def test_says_whose_turn_it_is(self, begin: Begin, me: Browser) -> None:
        """A card for each: the applicant's turn with its date and the way there, else who works on it."""
        working, waiting = await begin(), await (await begin()).corrected()
        page = light(await me.get("/my/cases"))
        assert ("现在去办", f"{waiting.here}/supplement") in page.links
        assert "轮到您 请在 11月26日（周四） 以前办。" in page.text
        assert "部门在办，最近的期限是 11月12日（周四）。" in page.text
        assert {href for _, href in page.links} >= {working.here, waiting.here}

    async def test_of_a_draft_goes_on_where_it_was_left(self, begin: Begin, me: Browser) -> None:
        """One click from here."""
        draft = await begin(draft=True)
        page = light(await me.get("/my/cases"))
        assert ("接着填", f"/apply/{draft.number}") in page.links

    async def test_comes_in_pages(self, begin: Begin, me: Browser, clock: MovableClock) -> None:
        """By the key of the last one, so that what is new does not push anything twice into view."""
        numbers = []
        for _ in range(22):
            numbers.append((await begin(NONE)).number)
            clock.forward(seconds=1)
        first = light(await me.get("/my/cases"))
        following = next(href for words, href in first.links if words == "看更早的")
        await begin(NONE)
        second = light(await me.get(following))
        seen = [
            re.search(r"YJS\d+-\d+", href) for page in (first, second) for _, href in page.links
        ]
        assert sorted({found[0] for found in seen if found}) == sorted(numbers)

    async def test_of_others_are_not_there(self, begin: Begin, city: City) -> None:
        """R-BND-10: neither in the list nor by their number."""
        life = await begin()
        stranger = Browser(city)
        await stranger.sign_in("stranger")
        assert life.number not in (await stranger.get("/my/cases")).text
        assert (await stranger.get(life.here)).status == 404


class TestProgress:
    """GET /my/cases/{number}."""

    async def test_while_departments_work(self, begin: Begin, me: Browser) -> None:
        """Who works until when, what is left in working days and why that is not the calendar's number."""
        page = light(await me.get((await begin()).here))
        assert page.headings[0] == "市场监督管理局正在办理"
        assert (
            "开店许可：告诉您材料齐不齐，11月12日（周四）前，还剩 5 个工作日（已扣除周末）。"
            in page.text
        )
        assert "现在不需要您做什么。" in page.text
        assert "2 个事项，已办结 0 个" in page.headings
        assert "在开店许可办结后开始" in page.text
        assert "提交申请" in page.headings

    async def test_while_it_waits_for_the_applicant(self, begin: Begin, me: Browser) -> None:
        """First what is to be done, until when, and the way there."""
        life = await (await begin()).corrected()
        page = light(await me.get(life.here))
        assert page.headings[0] == "需要您补正 1 项内容"
        assert "开店许可：经营布局图（布局图缺少尺寸标注）" in page.text
        assert "请在 11月26日（周四）24:00 以前办好，还剩 15 个工作日" in page.text
        assert ("现在去补正", f"{life.here}/supplement") in page.links
        assert any(
            href.startswith(f"{life.here}/why/shop-licence/correction") for _, href in page.links
        )
        assert "一次性告知需要补正的内容" in page.headings
        assert ("一次性告知（补正）通知书", f"{life.here}/papers/2") in page.links

    async def test_shows_the_chart_of_what_was_walked(self, begin: Begin, me: Browser) -> None:
        """Inline, with classes for the page's colours; left out in large letters, where the list says the same."""
        life = await (await begin()).corrected()
        page = await me.get(life.here)
        ways = {g["data-way"]: g["data-times"] for _, g in page.tags if "data-way" in g}
        assert ways["received>correcting"] == "1"
        assert ways["correcting>received"] == "0"
        me.http.cookies.set("elder", "1")
        large = light(await me.get(life.here))
        assert not [given for _, given in large.tags if "data-way" in given]
        assert "补正中" in large.text

    async def test_names_offices_never_persons(self, begin: Begin, me: Browser) -> None:
        """Public pages say which office; accounts and names of clerks are nowhere."""
        life = await (await begin()).corrected()
        page = await me.get(life.here)
        assert "市场监督管理局 受理岗" in page.text
        assert not re.search(r"王窗|window\b", page.text)

    async def test_when_it_is_late(
        self, begin: Begin, me: Browser, city: City, clock: MovableClock
    ) -> None:
        """R-MON-2: says so, and that it may be urged."""
        life = await begin()
        await life.act("window", "shop-licence.accept")
        clock.forward(days=20)
        await city.sweep()
        await me.sign_in("citizen")
        page = light(await me.get(life.here))
        assert "已超过" in page.text
        assert "您可以催办" in page.text
        assert "开店许可：超过承诺时限，已向部门发出红牌" in page.headings
        done = await me.submit(page, f"{life.here}/do/urge")
        assert str(done.url.path) == life.here
        assert "催办" in done.headings
        assert "催办：已经催办过" in done.text

    async def test_when_it_is_granted(self, begin: Begin, me: Browser) -> None:
        """The certificates, and five grades one of which is one click."""
        life = await (await begin("layout", **SMALL)).granted()
        page = light(await me.get(life.here))
        assert page.headings[:2] == ["全部办结", "拿到的证照"]
        assert [words for _, _, words in page.form(f"{life.here}/rate").buttons] == [
            "非常满意",
            "满意",
            "基本满意",
            "不满意",
            "非常不满意",
        ]
        assert "KD" in page.text
        assert any(href.startswith("/v/") for _, href in page.links)

    async def test_when_it_is_partly_granted(self, begin: Begin, me: Browser) -> None:
        """Each item says how it ended, and why."""
        life = await (await begin()).granted()
        await life.act("window", "outdoor-sign.accept")
        await life.act("sign-clerk", "outdoor-sign.propose", opinion="遮挡")
        await life.act("sign-approver", "outdoor-sign.refuse", reasons=[{"text": "遮挡消防救援窗"}])
        page = light(await me.get(life.here))
        assert page.headings[0] == "已办结，部分办成"
        assert "遮挡消防救援窗" in page.text
        assert ("从头申请一次", "/things/open-shop") in page.links
        assert f"{life.here}/reapply" in [form.action for form in page.forms]

    async def test_when_it_is_withdrawn(self, begin: Begin, me: Browser) -> None:
        """Over, and no way to do anything more but to apply anew."""
        life = await begin()
        await life.act("citizen", "withdraw")
        page = light(await me.get(life.here))
        assert page.headings[0] == "申请已撤回"
        assert {f.action for f in page.forms if f.action.startswith(life.here)} == {
            f"{life.here}/rate",
            f"{life.here}/reapply",
        }

    async def test_when_nobody_answered(
        self, begin: Begin, me: Browser, city: City, clock: MovableClock
    ) -> None:
        """R-ACC-6: it lapsed; the correction page says what now."""
        life = await (await begin("layout", **SMALL)).corrected()
        clock.forward(days=40)
        await city.sweep()
        await me.sign_in("citizen")
        page = light(await me.get(life.here))
        assert page.headings[0] == "已终止"
        over = light(await me.get(f"{life.here}/supplement"))
        assert over.headings[0] == "补正的期限已经过了"
        assert ("重新申请", f"{life.here}#h-again") in over.links

    async def test_while_a_check_follows(self, begin: Begin, me: Browser) -> None:
        """Closed; the check has its date; when a repair is ordered it is the applicant's turn again."""
        signature = {"method": "sms", "name": "张三"}
        life = await begin("layout", handling={"outdoor-sign": "commitment"}, signature=signature)
        await life.granted()
        await life.act("sign-approver", "outdoor-sign.grant_by_commitment")
        await life.act("window", "outdoor-sign.issue")
        page = light(await me.get(life.here))
        assert page.headings[0] == "全部办结"
        assert "招牌设置许可（事后核查）由城市管理局进行" in page.text
        checked = seen(life.city.clock(), "sign-clerk", "sign-colleague", bad="招牌大一倍")
        order = {**checked, "reasons": [{"text": "与承诺不符"}], "days": 5}
        await life.act("sign-clerk", "outdoor-sign.follow-up.order_rectify", **order)
        page = light(await me.get(life.here))
        assert page.headings[0] == "轮到您：报告整改完成"
        listed = await me.get("/my/cases")
        assert "轮到您" in listed.text
        step = f"{life.here}/items/outdoor-sign.follow-up/do/report_rectified"
        asking = light(await me.get(f"{life.here}/supplement"))
        assert ("报告整改完成", step) in asking.links
        looked = light(await me.get(step))
        assert "待复查" in looked.text
        done = await me.submit(looked, "")
        assert done.headings[0] == "全部办结"

    async def test_of_a_draft(self, begin: Begin, me: Browser) -> None:
        """Leads to where it is written."""
        draft = await begin(draft=True)
        me.http.follow_redirects = False
        answer = await me.http.get(draft.here)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/apply/{draft.number}")


class TestWhy:
    """GET /my/cases/{number}/why/{item}/{clock}."""

    async def test_goes_day_by_day(self, begin: Begin, me: Browser) -> None:
        """R-TIME-1: each day with its number or the reason why it has none; days of one reason stand together."""
        life = await begin()
        page = light(await me.get(f"{life.here}/why/shop-licence/notice"))
        assert page.headings[0] == "开店许可：告诉您材料齐不齐是怎么算的"
        assert "11月5日（周四） 不计 起算日不计入" in page.text
        assert "11月6日（周五） 第 1 天 照常计入" in page.text
        assert "11月7日（周六） 至 11月8日（周日） 不计 周末" in page.text
        assert "11月9日（周一） 至 11月12日（周四） 第 2–5 天 照常计入" in page.text

    async def test_of_the_whole(self, begin: Begin, me: Browser) -> None:
        """The promise for all of it."""
        life = await begin()
        page = light(await me.get(f"{life.here}/why/case/promise"))
        assert page.headings[0] == "开一家小店：一件事承诺办结是怎么算的"

    async def test_of_a_limit_that_is_none(self, begin: Begin, me: Browser) -> None:
        """A page that says so."""
        page = await me.get(f"{(await begin()).here}/why/shop-licence/nonsense")
        assert page.status == 404
        assert "没有这项时限" in page.text
