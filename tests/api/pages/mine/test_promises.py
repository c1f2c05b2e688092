"""承诺书: what was signed is read by the applicant, and first of all by who decides on it; earlier opinions too."""

from tests.api.city import City
from tests.api.pages.browser import Browser
from tests.api.pages.conftest import SignIn

from .conftest import Begin, Life, light

SIGN = "outdoor-sign"


async def promised(begin: Begin) -> Life:
    """A sign by promise."""
    return await begin("layout", handling={SIGN: "commitment"})


class TestPromise:
    async def test_the_applicant_reads_what_was_signed(self, begin: Begin, me: Browser) -> None:
        """The whole text, who signed it when, which version by its hash; reached from the case (R-NCP-4, R-NCP-5)."""
        life = await promised(begin)
        here = f"{life.here}/promises/{SIGN}"
        case = await me.get(life.here)
        assert here in [given.get("href") for tag, given in case.tags if tag == "a"]
        page = light(await me.get(here))
        for said in ("sign-v1", "SHA-256：", "签署时间", "登录账号后签名", "张三", "等待决定"):
            assert said in page.text, said

    async def test_where_there_is_none(self, begin: Begin, me: Browser) -> None:
        """An item without a promise has no such page."""
        life = await begin()
        assert (await me.get(f"{life.here}/promises/{SIGN}")).status == 404

    async def test_who_decides_sees_it_first(self, begin: Begin, as_: SignIn) -> None:
        """It stands open in the middle, before any paper; another view is one click away."""
        life = await promised(begin)
        clerk = await as_("window")
        page = await clerk.get(f"/desk/cases/{life.number}?item={SIGN}")
        assert "申请人签署的告知承诺" in page.text
        other = await clerk.get(f"/desk/cases/{life.number}?item={SIGN}&show=form")
        assert "申请人签署的告知承诺" not in other.text

    async def test_who_decides_and_who_checks_read_what_was_promised(
        self, begin: Begin, as_: SignIn
    ) -> None:
        """The text, by whom and when it was signed, which version: beside the decision and beside the check (R-NCP-4)."""
        life = await promised(begin)
        await life.granted()
        here = f"/desk/cases/{life.number}"
        page = await (await as_("sign-approver")).get(f"{here}?item={SIGN}")
        assert page.form(f"{here}/do/grant_by_commitment")
        told = ("如有不符，愿意承担责任", "张三", "签署时间", "sign-v1", "SHA-256：")
        for said in told:
            assert said in page.text, said
        await life.act("sign-approver", f"{SIGN}.grant_by_commitment")
        await life.act("window", f"{SIGN}.issue")
        check = await (await as_("sign-clerk")).get(f"{here}?item={SIGN}.follow-up")
        for said in ("核查记录", *told):
            assert said in check.text, said


class TestOpinions:
    async def test_the_reviewers_stands_above_the_form(self, begin: Begin, as_: SignIn) -> None:
        """Who decides reads it there, and is told that the own words are printed."""
        life = await begin("layout", answers={"area": 60, "sign": False}, form={})
        await life.act("window", "shop-licence.accept")
        await life.act("reviewer", "shop-licence.propose", opinion="布局合理，建议准予")
        page = await (await as_("approver")).get(f"/desk/cases/{life.number}?item=shop-licence")
        before, after = page.text.index("布局合理，建议准予"), page.text.index("会印在《")
        assert before < after


class TestStillMissing:
    async def test_who_grants_after_silence_is_told_what_is_not_there(
        self, begin: Begin, as_: SignIn, city: City
    ) -> None:
        """Accepted by silence without the layout: it stands above the button, which stays (行政许可法 32)."""
        life = await begin("none", answers={"area": 60, "sign": False}, form={})
        city.clock.forward(days=8)
        await city.sweep()
        await life.act("reviewer", "shop-licence.propose", opinion="照现有材料审查")
        page = await (await as_("approver")).get(f"/desk/cases/{life.number}?item=shop-licence")
        assert "受理时材料不齐，至今还缺经营布局图" in page.text
        assert page.form(f"/desk/cases/{life.number}/do/grant")
