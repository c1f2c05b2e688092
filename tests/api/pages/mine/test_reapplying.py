"""重新申请: from the page of a case that came to nothing to a draft of that item, and back."""

from tests.api.city import City
from tests.api.pages.browser import Browser

from .conftest import Begin, Life, light

REASON = {"text": "场所不符合要求"}


async def refused(life: Life) -> Life:
    """Let the licence be refused."""
    await life.act("window", "shop-licence.accept")
    await life.act("reviewer", "shop-licence.propose", opinion="不符合。")
    await life.act("approver", "shop-licence.refuse", reasons=[REASON])
    return life


class TestReapply:
    """POST /my/cases/{number}/reapply."""

    async def test_from_the_page_of_the_case(self, begin: Begin, me: Browser) -> None:
        """One button; the draft names the case, the item, what was wrong; the case names the draft."""
        life = await refused(await begin("layout"))
        page = light(await me.get(life.here))
        assert "没有办成的，可以重新申请" in page.text
        tasks = light(await me.submit(page, f"{life.here}/reapply", {"item": "shop-licence"}))
        draft = str(tasks.url.path)
        assert draft.startswith("/apply/")
        assert "重新申请：开店许可" in tasks.text
        assert "场所不符合要求" in tasks.text
        papers = light(await me.get(f"{draft}/materials"))
        assert "交过，沿用" in papers.text
        assert "招牌" not in light(await me.get(f"{draft}/check")).text
        again = light(await me.get(life.here))
        assert "已经重新申请" in again.text
        assert draft.rsplit("/", 1)[1] in again.text
        assert "没有办成的，可以重新申请" not in again.text

    async def test_sent_it_names_the_older_case(self, begin: Begin, me: Browser) -> None:
        """It is a case of its own with the one item, and says from where it comes."""
        life = await refused(await begin("layout"))
        page = await me.get(life.here)
        tasks = await me.submit(page, f"{life.here}/reapply", {"item": "shop-licence"})
        draft = str(tasks.url.path)
        done = await me.submit(await me.get(f"{draft}/check"), f"{draft}/check", {"declare": "1"})
        assert done.status == 200
        number = draft.rsplit("/", 1)[1]
        shown = light(await me.get(f"/my/cases/{number}"))
        assert "重新申请自" in shown.text
        assert life.here.rsplit("/", 1)[1] in shown.text

    async def test_is_not_offered_while_it_goes_on(self, begin: Begin, me: Browser) -> None:
        """Nothing came to nothing yet."""
        life = await begin("layout")
        assert "重新申请" not in light(await me.get(life.here)).text


class TestDesk:
    """The clerk's page of either case."""

    async def test_names_the_other_case(self, begin: Begin, me: Browser, city: City) -> None:
        """Who reviews sees from where it comes, and where it went on."""
        life = await refused(await begin("layout"))
        page = await me.get(life.here)
        tasks = await me.submit(page, f"{life.here}/reapply", {"item": "shop-licence"})
        draft = str(tasks.url.path)
        await me.submit(await me.get(f"{draft}/check"), f"{draft}/check", {"declare": "1"})
        number = draft.rsplit("/", 1)[1]
        clerk = Browser(city)
        await clerk.sign_in("reviewer")
        assert f"重新申请自 {life.number}" in (await clerk.get(f"/desk/cases/{number}")).text
        older = await clerk.get(f"/desk/cases/{life.number}?item=shop-licence")
        assert f"已重新申请： {number}" in older.text or f"已重新申请：{number}" in older.text


class TestHead:
    """What the head of a department ends himself, on the clerk's page."""

    async def test_strikes_off_for_cause(self, begin: Begin, city: City) -> None:
        """The form asks which item, on which cause of the law, the facts and the document (行政许可法 70)."""
        life = await (await begin("layout", answers={"area": 60, "sign": False}, form={})).granted()
        head = Browser(city)
        await head.sign_in("approver")
        page = light(await head.get(f"/desk/cases/{life.number}/do/deregister_for_cause"))
        assert "属于哪种情形" in page.text
        form = next(f for f in page.forms if f.action.endswith("/do/deregister_for_cause"))
        told = {
            "data/item": "shop-licence",
            "data/cause": "death",
            "data/reason": "经营者已去世",
            "data/document": "死亡证明7号",
        }
        done = await head.submit(page, form.action, told)
        assert done.status == 200, done.text
        shown = await life.shown()
        items = {item["item"]: item["state"] for item in shown["items"]}
        assert items["shop-licence.deregistration"] == "due"
        assert shown["notices"][-1]["kind"] == "deregistration_opened"
