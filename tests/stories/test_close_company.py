"""企业注销 as a company's last manager lives it: taxes and insurance at once, twenty days before the public, then the end."""

from typing import Any

from .people import Matter
from .town import Town

ANSWERS: dict[str, Any] = {
    "subject": "company",
    "debts": False,
    "trouble": [],
    "way": "simple",
    "taxes": "clear",
    "social": True,
    "customs": True,
    "bank": True,
    "seals": 3,
    "permits": ["food"],
}
FORM = {
    "dissolve_reason": "resolved",
    "investors": ["高建平 60%", "陆一帆 40%"],
    "licence_return": "counter",
    "insured_count": 0,
    "customs_code": "9999960ABC",
    "bank_accounts": ["临湖银行柳荫路支行 8800 0215"],
    "food_permit_no": "JY29999010000215",
}


async def cleared_on_the_way(town: Town, matter: Matter) -> None:
    """Four offices finish theirs while the announcement still waits for a signature."""
    assert await matter.dates("simplified-publicity.publish") == ("2026-08-31", None)
    assert await matter.due("social-insurance-close.notice") == "2026-09-04"
    await town.on("2026-08-31 09:14")
    sw, scjg = town.clerk("sw.window"), town.clerk("scjg.window")
    assert await sw.cannot(matter, "simplified-publicity.publish") == "not-permitted"
    await scjg.does(matter, "simplified-publicity.note_defects", reasons=["pledge-unsigned"])
    await sw.does(matter, "tax-clearance-quick.decide_now")
    await town.does("rs.window", matter, "social-insurance-close.accept")
    await town.does("hg.window", matter, "customs-close.file")
    await scjg.does(matter, "notify_correction")
    await scjg.does(matter, "food-permit-close.decide_now")
    # September 1–4, 7–11, 14–18, and Sunday 20, on which the offices make up for the holidays
    assert await matter.turn() == ("applicant", "2026-09-20")
    assert await matter.dates("social-insurance-close.decision") == ("2026-09-01", "2026-09-14")
    await town.on("2026-09-01 10:40")
    await town.does("rs.approver", matter, "social-insurance-close.approve", opinion="已停保结清。")
    await town.on("2026-09-02 19:05")
    await matter.owner.supplies(matter, "simplified-publicity", "investor-pledge")


async def before_the_public(town: Town, matter: Matter) -> None:
    """Twenty calendar days in which nothing may be done but object; then it is the company's turn."""
    owner = matter.owner
    await town.on("2026-09-03 09:30")
    await town.does("scjg.window", matter, "simplified-publicity.publish")
    assert await matter.turn() == ("public", "2026-09-23")
    await town.on("2026-09-23 23:58")
    assert await owner.cannot(matter, "simplified-publicity.apply") == "action-not-allowed"
    await town.on("2026-09-24 00:00")
    assert (await matter.states())["simplified-publicity"] == "applying"
    assert await matter.turn() == ("applicant", "2026-10-13")
    await town.on("2026-09-24 10:33")
    begun = await owner.does(matter, "simplified-publicity.apply")
    assert [other["item"] for other in begun["also"]] == ["company-deregistration"]
    # The Mid-Autumn days do not count: the first day is Monday 28.
    assert await matter.dates("company-deregistration.decision") == ("2026-09-28", "2026-09-30")


async def test_a_company_without_debts_is_closed(town: Town) -> None:
    """简易注销: six offices, one missing signature, nobody objects, and the account and the seals go last."""
    await town.on("2026-08-28 11:20")
    owner = town.citizen("gao")
    matter = await owner.applies("close-company", ANSWERS, FORM)
    waiting = {item for item, state in (await matter.states()).items() if state == "waiting"}
    assert waiting == {"company-deregistration", "bank-close", "seal-cancel"}
    await cleared_on_the_way(town, matter)
    await before_the_public(town, matter)
    await town.on("2026-09-28 09:46")
    assert await town.clerk("ga.window").cannot(matter, "seal-cancel.file") == "action-not-allowed"
    await town.does("scjg.window", matter, "company-deregistration.decide_now")
    await town.on("2026-09-29 14:17")
    await town.does("ga.window", matter, "seal-cancel.file")
    await town.does("yh.window", matter, "bank-close.decide_now")
    held = [made["certificate"] for made in (await matter.seen())["certificates"]]
    assert held == [
        "tax-clearance",
        "customs-close-receipt",
        "permit-close-receipt",
        "social-close-receipt",
        "deregistration-notice",
        "seal-cancel-receipt",
        "bank-close-receipt",
    ]
    assert (await matter.notices())[-1] == "result"
    await owner.does(matter, "rate", grade=4, text="公示二十天略长")
    await town.ends(matter, "granted")


async def test_a_creditor_objects(town: Town) -> None:
    """The simple way is closed by one objection: what hangs on it stops, the clearance of taxes stands."""
    await town.on("2026-03-02 09:51")
    answers = {**ANSWERS, "social": False, "customs": False, "permits": []}
    matter = await town.citizen("gao").applies("close-company", answers, FORM)
    scjg = town.clerk("scjg.window")
    await town.on("2026-03-03 09:08")
    await scjg.does(matter, "simplified-publicity.publish")
    assert await matter.turn() == ("department", "2026-03-03")  # the tax office
    await town.does("sw.window", matter, "tax-clearance-quick.decide_now")
    assert await matter.turn() == ("public", "2026-03-23")
    await town.on("2026-03-12 16:29")
    taxes = town.clerk("sw.window")
    assert await taxes.cannot(matter, "simplified-publicity.object") == "not-permitted"
    assert await scjg.cannot(matter, "simplified-publicity.object") == "data-invalid"
    await scjg.does(matter, "simplified-publicity.object", reasons=["creditor-objects"])
    assert await matter.states() == {
        "simplified-publicity": "objected",
        "tax-clearance-quick": "granted",
        "company-deregistration": "stopped",
        "bank-close": "stopped",
        "seal-cancel": "stopped",
    }
    assert {"refusal", "stopped"} <= set(await matter.notices())
    await town.ends(matter, "partly_granted")
