"""The plan by which a loss is made good, on the form that decides on a revocation (行政许可法 69 ④)."""

import pytest

from tests.api.pages.conftest import SignIn

from .conftest import Begin, Life

DECIDE = "decide_revoke"
PLAN = "data/compensation"


async def heard(begin: Begin, ground: str) -> Life:
    """Bring a revocation on this ground to its decision."""
    life = await (await begin()).granted()
    await life.act("approver", "shop-licence.start_revocation", ground=ground, reason="不符")
    await life.act("reviewer", "shop-licence.revocation.tell_grounds", reason="不符")
    await life.act("citizen", "shop-licence.revocation.state_case", opinion="没有意见")
    return life


@pytest.mark.parametrize(("ground", "asked"), [("unqualified", True), ("fraud", False)])
async def test_is_asked_for_where_the_authority_bears_the_loss(
    begin: Begin, as_: SignIn, ground: str, *, asked: bool
) -> None:
    """Not of who got the grant by fraud."""
    life = await heard(begin, ground)
    page = await (await as_("approver")).get(
        f"/desk/cases/{life.number}?item=shop-licence.revocation"
    )
    form = page.form(f"/desk/cases/{life.number}/do/{DECIDE}")
    assert (PLAN in dict(form.fields), "补偿、赔偿方案的文号" in page.text) == (asked, asked)


async def test_stands_on_the_paper_or_may_be_left_empty(begin: Begin, as_: SignIn) -> None:
    """What was typed is previewed on the decision; nothing typed is no fault."""
    life = await heard(begin, "unqualified")
    browser = await as_("approver")
    here = f"/desk/cases/{life.number}/do/{DECIDE}"
    page = await browser.get(f"/desk/cases/{life.number}?item=shop-licence.revocation")
    told = {"data/reasons": "beyond", PLAN: "赔偿方案2号", "step": "preview"}
    assert "赔偿方案：赔偿方案2号。" in (await browser.submit(page, here, told)).text
    done = await browser.submit(page, here, {"data/reasons": "beyond"})
    assert "已办：决定撤销" in done.headings
