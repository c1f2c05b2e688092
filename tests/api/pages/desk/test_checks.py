"""现场核查的表单: one record without a script, point by point, its photos; the second officer signs; the public reads."""

from typing import Any

from tests.api.city import City, MovableClock
from tests.api.pages.browser import Browser, Form, Page
from tests.api.pages.mine.conftest import Begin, begin

__all__ = ["begin"]
CHECK = "outdoor-sign.follow-up"
PNG = ("现场.png", b"\x89PNG\r\n\x1a\n" + bytes(8))
SEEN: dict[str, str] = {
    "checked/1": "ok",
    "data/officers": "sign-colleague",
    "data/place": "示例路1号",
    "data/findings": "与承诺一致。",
    "data/confirmed": "true",
}
BAD = {
    **SEEN,
    "checked/1": "bad",
    "checked/1/note": "招牌大一倍",
    "own": "与承诺不符",
    "data/days": "5",
}


async def checking(city: City, begin: Begin) -> tuple[Browser, str]:
    """Let a sign be granted on a promise; return the inspector's browser and the address of the case."""
    signature = {"method": "sms", "name": "张三"}
    life = await begin("layout", handling={"outdoor-sign": "commitment"}, signature=signature)
    await life.granted()
    await life.act("sign-approver", "outdoor-sign.grant_by_commitment")
    await life.act("window", "outdoor-sign.issue")
    browser = Browser(city)
    await browser.sign_in("sign-clerk")
    return browser, f"/desk/cases/{life.number}"


def form_of(page: Page) -> Form:
    """Return the one form of the check."""
    (found,) = [form for form in page.forms if form.id == "do-check"]
    return found


async def sent(
    browser: Browser,
    page: Page,
    action: str,
    values: dict[str, str] | None = None,
    files: Any = None,
) -> Page:
    """Send the form as the button of an action does."""
    form = form_of(page)
    page.forms = [form]
    form.action = f"{form.action.rpartition('/')[0]}/{action}"
    return await browser.submit(page, form.action, values, files=files)


class TestCheck:
    """POST /desk/cases/{number}/do/{action} of a check."""

    async def test_no_single_tap(self, city: City, begin: Begin) -> None:
        """The form asks point by point; sent as it comes it says what is missing, and nothing happened."""
        browser, here = await checking(city, begin)
        page = await browser.get(f"{here}?item={CHECK}")
        form = form_of(page)
        assert form.options["checked/1"] == ["ok", "bad", "na"]
        assert "checked/1" not in dict(form.fields)
        assert form.options["data/officers"] == ["sign-colleague"]  # who granted does not go along
        assert page.text.index("核查记录") < page.text.index("申请表")
        refused = await sent(browser, page, "pass")
        assert refused.status == 422
        for said in ("两名以上", "请逐项核查", "确认核查记录属实", "请填写地点", "请填写核查结果"):
            assert said in refused.text

    async def test_the_record_its_photo_and_both_signatures(
        self, city: City, begin: Begin, clock: MovableClock
    ) -> None:
        """Recorded with a photo, signed by the colleague from the list, then open to everybody (R-LIFE-6)."""
        browser, here = await checking(city, begin)
        clock.forward(minutes=5)
        page = await browser.get(f"{here}?item={CHECK}")
        done = await sent(browser, page, "pass", values=SEEN, files={"photo/1": PNG})
        assert "已办：符合承诺" in done.text
        records = await browser.get(f"{here}?item={CHECK}&show=checks")
        for said in ("示例路1号", "孙城、郑城", "：符合", "孙城于", "等郑城签字", "现场照片 1"):
            assert said in records.text
        anybody = Browser(city)
        assert "还没有公开的核查记录" in (await anybody.get("/inspections")).text
        colleague = Browser(city)
        listed = await colleague.sign_in("sign-colleague")
        (address,) = [href for words, href in listed.links if "招牌设置许可" in words]
        signing = await colleague.get(address)
        signed = await colleague.submit(
            signing, f"{here}/do/sign_inspection", {"data/confirmed": "true"}
        )
        assert "已办：在核查记录上签字" in signed.text
        public = (await anybody.get("/inspections")).text
        assert "核查：符合" in public
        for hidden in ("示例路1号", "与承诺一致", "孙城", "张三"):
            assert hidden not in public
        assert not [href for words, href in (await colleague.get("/desk")).links if "签字" in words]

    async def test_the_order_is_read_before_it_is_sent(
        self, city: City, begin: Begin, clock: MovableClock
    ) -> None:
        """限期整改: the paper with what, why, until when and what follows comes first; what was typed and taken stays."""
        browser, here = await checking(city, begin)
        clock.forward(minutes=5)
        page = await browser.get(f"{here}?item={CHECK}")
        looked = await sent(
            browser,
            page,
            "order_rectify",
            values={**BAD, "step": "preview"},
            files={"photo/1": PNG},
        )
        for said in (
            "将要发出：限期整改通知书",
            "招牌大一倍",
            "5个工作日内改正",
            "与承诺不符",
            "复查仍不符合",
        ):
            assert said in looked.text
        assert "现场.png，已经收到" in looked.text
        kept = {"checked/1": "bad", "data/officers": "sign-colleague", "data/confirmed": "true"}
        again = {name: value for name, value in form_of(looked).fields if name in kept}
        assert again == kept
        done = await sent(browser, looked, "order_rectify")
        assert "已办：责令限期整改" in done.text
        view = await city.office.case(
            (await city.office.actor("sign-clerk")), here.rpartition("/")[2], clock()
        )
        (record,) = view.whole.inspections.values()
        assert (record.result, len(record.photos)) == ("not_conforming", 1)

    async def test_a_result_that_the_points_do_not_bear_out(
        self, city: City, begin: Begin, clock: MovableClock
    ) -> None:
        """Said at the checklist."""
        browser, here = await checking(city, begin)
        clock.forward(minutes=5)
        page = await browser.get(f"{here}?item={CHECK}")
        refused = await sent(browser, page, "pass", values=BAD)
        assert (refused.status, "有不符合的要点" in refused.text) == (422, True)
