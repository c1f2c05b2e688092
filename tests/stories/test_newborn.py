"""新生儿出生 as parents live it: one application from the maternity ward, nine items in six offices, one after another."""

from .people import WANG, Matter
from .town import Town

ANSWERS = {
    "declares": "mother",
    "place": "local",
    "proof": "none",
    "registered": False,
    "married": True,
    "settle": "mother",
    "insure": True,
    "card": True,
    "mother_plan": "employee",
    "guidance": True,
}
FORM = {
    "baby_name": "周念安",
    "baby_sex": "female",
    "born_on": "2026-09-22",
    "mother_name": WANG.name,
    "mother_id": WANG.id,
    "father_name": "周启明",
    "father_id": WANG.id_number,
    "parents_phone": WANG.phone,
    "household_head": "王晓雁",
    "household_address": "云泽市临湖区柳荫路16号2幢301室",
    "card_bank": "b",
    "benefit_account": "6217000000000000248",
    "hospital_bill_no": "FY20260922-031",
}


async def certificate_of_birth(town: Town, matter: Matter) -> None:
    """The hospital answers within two working days; the Mid-Autumn days off do not count."""
    wjw = town.clerk("wjw.window")
    # September 25 to 27 are off: the notice's five days and the feedback's two begin on Monday 28.
    assert await matter.due("birth-certificate.notice") == "2026-10-09"
    assert await matter.due("feedback", wjw) == "2026-09-29"
    await town.on("2026-09-28 09:12")
    await town.does("yy.window", matter, "birth-certificate.note_complete")
    await wjw.takes(matter, "birth-certificate")
    await wjw.does(matter, "birth-certificate.accept")
    # complete as it came in: the decision's two days begin on the day after the acceptance
    assert await matter.dates("birth-certificate.decision") == ("2026-09-30", None)
    await wjw.does(matter, "fertility-registration.decide_now")
    await town.does("wjw.approver", matter, "parenting-guidance.decide_now")
    assert await matter.turn() == ("department", "2026-09-30")
    police = town.clerk("ga.approver")
    assert await police.cannot(matter, "birth-certificate.approve") == "not-permitted"
    await town.on("2026-09-29 10:03")
    await town.does("yy.approver", matter, "birth-certificate.approve", opinion="与分娩记录一致。")
    states = await matter.states()
    begun = {item for item, state in states.items() if state == "received"}
    assert begun == {"vaccination-record", "birth-registration", "maternity-benefit"}
    assert states["resident-insurance"] == states["social-card"] == "waiting"


async def one_notice_for_two_offices(town: Town, matter: Matter) -> None:
    """Police and insurance each lack something; the parents are told once and answer each."""
    wjw, parents = town.clerk("wjw.window"), matter.owner
    await town.on("2026-09-29 16:20")
    lacking = ["consent-one-parent", "head-differs"]
    await wjw.does(matter, "birth-registration.note_defects", reasons=lacking)
    await wjw.does(matter, "maternity-benefit.note_defects", reasons=["bill-unsettled"])
    assert await town.clerk("ga.window").cannot(matter, "notify_correction") == "not-permitted"
    told = await wjw.does(matter, "notify_correction")
    assert [notice["kind"] for notice in told["notices"]] == ["correction"]
    # 15 working days: Sep 30, then Oct 8, 9, Saturday 10 (a working day), 12–16, 19–23, 26.
    assert await matter.turn() == ("applicant", "2026-10-26")
    await town.does("jk.window", matter, "vaccination-record.decide_now")  # nobody waits for it
    await town.on("2026-10-08 21:30")
    await parents.supplies(matter, "birth-registration", "parents-consent")
    assert (await matter.states())["birth-registration"] == "correcting"
    await parents.supplies(matter, "birth-registration", form={"household_head": "王国栋"})
    await town.on("2026-10-09 12:15")
    await parents.supplies(matter, "maternity-benefit", form={"hospital_bill_no": "FY20261009-007"})
    assert await matter.state() == "in_progress"


async def household_insurance_card(town: Town, matter: Matter) -> None:
    """Once the child is in the household book, insurance, payment and card follow by themselves."""
    wjw = town.clerk("wjw.window")
    await town.on("2026-10-10 09:05")
    await wjw.does(matter, "maternity-benefit.accept")
    await wjw.does(matter, "birth-registration.accept")
    # complete on October 8: the 9th, Saturday the 10th, Monday the 12th
    assert await matter.dates("birth-registration.decision") == ("2026-10-12", None)
    # complete on October 9: ten days from Saturday the 10th
    assert await matter.dates("maternity-benefit.decision") == ("2026-10-22", None)
    await town.on("2026-10-10 15:40")
    opinion = "随母落户，已编公民身份号码。"
    done = await town.clerk("ga.approver").does(
        matter, "birth-registration.approve", opinion=opinion
    )
    assert {other["item"] for other in done["also"]} == {"resident-insurance", "social-card"}
    assert await matter.dates("social-card.decision") == ("2026-10-23", None)
    await town.on("2026-10-12 09:20")
    await town.does("yb.window", matter, "resident-insurance.decide_now")
    await town.does("sw.reviewer", matter, "insurance-payment.assess")
    paid = {"amount": 400, "receipt": "YB1"}
    await town.does("sw.cashier", matter, "insurance-payment.record_payment", **paid)
    await town.on("2026-10-20 14:02")
    await town.does("rs.window", matter, "social-card.decide_now")
    await town.on("2026-10-21 11:11")
    await town.does(
        "yb.approver", matter, "maternity-benefit.approve", opinion="医疗费、津贴已核定。"
    )


async def test_all_at_once_from_the_maternity_ward(town: Town) -> None:
    """Nine items, six offices, one correction notice across the National Day week, and a card at the end."""
    await town.on("2026-09-24 20:47")
    parents = town.citizen("wang")
    matter = await parents.applies("newborn", ANSWERS, FORM)
    assert len(await matter.states()) == 9
    assert (await matter.seen())["promised_on"] == "2026-10-22"
    await certificate_of_birth(town, matter)
    await one_notice_for_two_offices(town, matter)
    await household_insurance_card(town, matter)
    held = {made["certificate"] for made in (await matter.seen())["certificates"]}
    assert held >= {"birth-certificate", "household-page", "insurance-receipt", "social-card"}
    assert len(held) == 9
    assert (await matter.notices())[-1] == "result"
    await parents.does(matter, "rate", grade=5, text="抱着孩子一趟没跑")
    await town.ends(matter, "granted")


async def test_registered_elsewhere_already(town: Town) -> None:
    """落户 is refused: what hangs on it stops, the vaccination stands, and the parents are told why and where to turn."""
    await town.on("2026-11-02 10:26")
    answers = {
        **ANSWERS,
        "proof": "have",
        "registered": True,
        "mother_plan": "none",
        "guidance": False,
    }
    matter = await town.citizen("wang").applies("newborn", answers, FORM)
    await town.on("2026-11-03 09:31")
    await town.does("wjw.window", matter, "birth-registration.accept")
    await town.on("2026-11-04 10:47")
    await town.does(
        "ga.approver", matter, "birth-registration.refuse", reasons=["already-registered"]
    )
    assert await matter.states() == {
        "birth-registration": "refused",
        "vaccination-record": "received",
        "resident-insurance": "stopped",
        "insurance-payment": "stopped",
        "social-card": "stopped",
    }
    refusal = next(n for n in (await matter.seen())["notices"] if n["kind"] == "refusal")
    assert "该新生儿已经在别处登记户口" in str(refusal["body"])
    assert "行政复议" in str(refusal["body"]["remedies"])
    await town.does("jk.window", matter, "vaccination-record.decide_now")
    await town.ends(matter, "partly_granted")
