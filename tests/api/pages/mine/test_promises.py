"""承诺书: what was signed is read by the applicant, and first of all by who decides on it; earlier opinions too."""

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


class TestOpinions:
    async def test_the_reviewers_stands_above_the_form(self, begin: Begin, as_: SignIn) -> None:
        """Who decides reads it there, and is told that the own words are printed."""
        life = await begin("layout", answers={"area": 60, "sign": False}, form={})
        await life.act("window", "shop-licence.accept")
        await life.act("reviewer", "shop-licence.propose", opinion="布局合理，建议准予")
        page = await (await as_("approver")).get(f"/desk/cases/{life.number}?item=shop-licence")
        before, after = page.text.index("布局合理，建议准予"), page.text.index("会印在《")
        assert before < after
