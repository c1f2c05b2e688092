"""The guide made for one's answers, and where an application begins."""

import gzip

from tests.api.pages.browser import Browser
from tests.api.pages.conftest import SignIn
from tests.api.pages.portal.conftest import CAFE, THING, WITH_SIGN

GUIDE = f"{THING}/guide"
EVERYTHING = (
    "licence=none&kind=company&area=420&dishes=hot&dishes=salad&dishes=deli&building=mixed&fumes=yes&flue=yes&fuel=pipe"
    "&drain=own&sign=yes&ad_area=12&entertainment=yes&fit_out_cost=80&fit_out_area=400&extras=tobacco&extras=outdoor"
    "&extras=kitchen_waste&staff_without_cert=3"
)
NOTHING = "user=home&wants="


class TestGuide:
    """GET /things/{bundle}/guide"""

    async def test_tells_what_applies_and_what_does_not(self, browser: Browser) -> None:
        """With limits, dates and the reason for what is left out (R-ACC-2)."""
        page = await browser.get(f"{GUIDE}?{WITH_SIGN}")
        for said in (
            "要办 2 个事项，预计 11月10日（周二）前办好",
            "多久 3 个工作日 法定 10 个工作日",
            "约 20 分钟填完",
            "要上传 3 份材料",
            "户外招牌设施设置",
            "您没有选“店里卖烟”",
            "选告知承诺：1 个工作日办结，免交招牌安装结构安全说明",
            "食品安全法 35",
        ):
            assert said in page.text

    async def test_says_where_each_paper_comes_from(self, browser: Browser) -> None:
        """免交, 电子证照, 要上传, 可容缺."""
        page = await browser.get(f"{GUIDE}?{EVERYTHING}")
        for said in ("数据共享，免交", "系统生成，免交", "要上传", "可容缺", "书面承诺代替"):
            assert said in page.text
        assert "电子证照，免交" in (await browser.get(f"{GUIDE}?{CAFE}")).text

    async def test_tells_the_days_in_order(self, browser: Browser) -> None:
        """From today's receipt to the last day promised."""
        text = (await browser.get(f"{GUIDE}?{CAFE}")).text
        days = [
            "11月5日（周四）",
            "11月10日（周二）前材料齐全",
            "11月12日（周四）前材料有问题",
            "11月24日（周二）前承诺全部办结",
        ]
        assert [text.index(day) for day in days] == sorted(text.index(day) for day in days)

    async def test_shows_what_is_saved(self, browser: Browser) -> None:
        """Against doing it separately (R-ONE-1)."""
        page = await browser.get(f"{GUIDE}?{CAFE}")
        assert (
            "环节 17 个 2 个 15 个 交材料 35 份 1 份 时间 48 个工作日 13 个工作日 35 个"
            in page.text
        )

    async def test_draws_the_chart_of_this_person(self, browser: Browser) -> None:
        """Inside the page, so that it is printed with it; in words for large letters."""
        page = await browser.get(f"{GUIDE}?{WITH_SIGN}")
        assert any(tag == "svg" and given.get("role") == "img" for tag, given in page.tags)
        assert "您的流程图" not in (await browser.get(f"{GUIDE}?{CAFE}")).headings  # one item
        browser.http.cookies.set("elder", "1")
        assert "您的流程图" not in (await browser.get(f"{GUIDE}?{WITH_SIGN}")).headings

    async def test_draws_very_many_items_where_one_asks(self, browser: Browser) -> None:
        """The page stays light; the chart is one press away."""
        page = await browser.get(f"{GUIDE}?{EVERYTHING}")
        way = next(href for words, href in page.links if words.endswith("画成图看"))
        drawn = await browser.get(way)
        assert any(tag == "svg" and given.get("role") == "img" for tag, given in drawn.tags)

    async def test_can_be_shared(self, citizen: Browser) -> None:
        """The address holds answers only, also for who has signed in."""
        page = await citizen.get(f"{GUIDE}?{CAFE}")
        assert str(page.url.query, "ascii") == CAFE
        assert page.answer.headers["cache-control"] == "no-store"

    async def test_asks_for_what_is_missing(self, browser: Browser) -> None:
        """An address without all answers leads back to the questions, which say which."""
        page = await browser.get(f"{GUIDE}?licence=have")
        assert page.url.path == f"{THING}/ask"
        assert "请回答：店面建筑面积是多少？" in page.text

    async def test_says_what_the_law_forbids(self, browser: Browser) -> None:
        """With the article; who insists all the same may apply, and gets the refusal in writing."""
        stopped = "dishes=hot&building=residential&fumes=yes&fuel=electric"
        page = await browser.get(
            f"{GUIDE}?{CAFE.replace('dishes=drinks&dishes=simple&building=shop', stopped)}"
        )
        assert "居民住宅楼内不得新建产生油烟的餐饮项目" in page.text
        assert "依据：《中华人民共和国大气污染防治法》第八十一条" in page.text
        assert "仍要申请" in page.text

    async def test_says_when_nothing_applies(self, citizen: Browser) -> None:
        """And what to do if that seems wrong."""
        page = await citizen.get(f"/things/connect-utilities/guide?{NOTHING}")
        assert "没有要办的事项" in page.text
        assert not any(form.action == "/apply" for form in page.forms)

    async def test_weighs_little(self, browser: Browser) -> None:
        """The longest guide of the city stays within the budget of a portal page."""
        answer = await browser.http.get(f"{GUIDE}?{EVERYTHING}")
        assert len(gzip.compress(answer.content)) <= 12 * 1024

    async def test_is_there_without_questions_too(self, browser: Browser) -> None:
        """An unknown bundle is not."""
        assert (await browser.get("/things/open-moon/guide")).status == 404


class TestBeginning:
    """Who may begin, and for whom."""

    async def test_wants_to_know_who_it_is_first(self, browser: Browser) -> None:
        """The way through the sign-in page comes back with all the answers."""
        page = await browser.get(f"{GUIDE}?{CAFE}")
        link = next(href for words, href in page.links if words == "登录后开始申请")
        back = await browser.sign_in("citizen", path=link)
        assert str(back.url).endswith(f"{GUIDE}?{CAFE}")
        assert back.form("/apply").buttons[-1][2] == "开始申请"

    async def test_knows_the_applicant(self, citizen: Browser) -> None:
        """By the account: nothing is typed."""
        page = await citizen.get(f"{GUIDE}?{CAFE}")
        assert dict(page.form("/apply").fields)["applicant/type"] == "sole-trader"
        assert "申请人：张三" in page.text

    async def test_tells_who_it_is_not_for(self, citizen: Browser) -> None:
        """A shop is not born."""
        asked = await citizen.get("/things/newborn/ask")
        query = "&".join(
            f"{name}={values[0]}"
            for name, values in asked.form("/things/newborn/ask").options.items()
        )
        page = await citizen.get(f"/things/newborn/guide?{query}")
        while page.url.path.endswith("/ask"):
            form = page.form("/things/newborn/ask")
            page = await citizen.submit(
                page, "/things/newborn/ask", {n: v[0] for n, v in form.options.items()}
            )
        assert "您现在以个体工商户的身份办，这件事面向个人" in page.text
        assert not any(form.action == "/apply" for form in page.forms)

    async def test_asks_a_window_whom_it_is_for(self, as_: SignIn) -> None:
        """The lead's window types in for people at the counter; what is missing is said at its place."""
        window = await as_("window")
        page = await window.submit(await window.get(f"{GUIDE}?{CAFE}"), "/apply")
        assert page.status == 422
        assert page.text.count("请填写申请人名称，最多 100 个字") == 2
        typed = {
            "applicant/type": "individual",
            "applicant/name": "王五",
            "applicant/id": "11010519491231002X",
        }
        page = await window.submit(page, "/apply", typed)
        assert page.url.path.startswith("/apply/YJS")

    async def test_tells_others_that_they_may_not(self, as_: SignIn) -> None:
        """In the words of the office."""
        page = await (await as_("sign-clerk")).get(f"{GUIDE}?{CAFE}")
        assert "只有申请人，或牵头部门受理岗代录入，才能提交申请" in page.text

    async def test_offers_to_go_on(self, citizen: Browser) -> None:
        """With what was begun and not sent in."""
        await citizen.submit(await citizen.get(f"{GUIDE}?{CAFE}"), "/apply")
        assert (
            "您有没填完的申请 YJS20261105-000001，接着填"
            in (await citizen.get(f"{GUIDE}?{CAFE}")).text
        )
        assert "接着填 YJS20261105-000001" in (await citizen.get(THING)).text
