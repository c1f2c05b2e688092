"""公民身后 as a son lives it: what cannot wait at once, the flat when the family has agreed, nothing proved twice."""

from .people import SHEN, Json, Matter
from .town import Town

MOTHER, SISTER = "999901195201010017", "999901198203050016"
ANSWERS: Json = {
    "place": "hospital",
    "nature": "normal",
    "proof": "none",
    "household": "here",
    "pension": "employee",
    "medical": True,
    "fund": False,
    "allowance": False,
    "driver": True,
    "disabled": False,
    "bank": True,
    "house": "none",
}
HEIRS = [
    {"name": "吴桂英", "id": MOTHER, "kin": "spouse", "stance": "accept", "share": 75},
    {"name": SHEN.name, "id": SHEN.id, "kin": "child", "stance": "accept", "share": 25},
    {"name": "沈国芳", "id": SISTER, "kin": "child", "stance": "renounce"},
]
FORM: Json = {
    "deceased_name": "沈长林",
    "deceased_id": "999901195003120012",
    "died_on": "2026-10-10",
    "hukou_address": "云泽市临湖区柳荫路16号3幢502室",
    "kin": "child",
    "heirs": HEIRS[:2],
    "payee_name": SHEN.name,
    "payee_account": "6217000000000000311",
    "deposits": [{"bank": "临湖银行", "amount": 32000}],
}
ESTATES = [
    {
        "unit_no": "999901001001GB00001F00010001",
        "certificate_no": "云（2015）临湖区不动产权第0001234号",
        "place": "云泽市临湖区柳荫路16号3幢502室",
        "owned": 50,
    }
]


async def what_cannot_wait(town: Town, matter: Matter) -> None:
    """The certificate, the household book, one check for everybody."""
    await town.does("mz.window", matter, "death-certificate.accept")
    await town.on("2026-10-13 09:20")
    await town.does("yy.approver", matter, "death-certificate.approve", opinion="与死亡记录一致。")
    await town.does("ga.window", matter, "household-cancel.decide_now")
    await town.does("ga.reviewer", matter, "death-check.confirm")
    states = await matter.states()
    begun = {item for item, state in states.items() if state == "received"}
    assert begun == {"pension-stop", "medical-balance", "driver-cancel", "account-query"}
    assert states["funeral-grant"] == states["deposit-payout"] == "waiting"


async def the_rest(town: Town, matter: Matter) -> None:
    """A sister who was left out is written in, row by row; the bank pays below its limit without a deed."""
    mz = town.clerk("mz.window")
    await town.does("rs.reviewer", matter, "pension-stop.confirm")
    await town.does("ga.reviewer", matter, "driver-cancel.confirm")
    await town.does("yh.window", matter, "account-query.decide_now")
    await town.on("2026-10-14 10:00")
    await town.does("yh.window", matter, "deposit-payout.decide_now")
    await town.does("yb.window", matter, "medical-balance.decide_now")
    await mz.does(matter, "pension-balance.accept")
    lacking = ["heirs-incomplete", "payee-unagreed"]
    await mz.does(matter, "funeral-grant.note_defects", reasons=lacking)
    await mz.does(matter, "notify_correction")
    await town.on("2026-10-15 20:30")
    everybody = {"heirs": HEIRS}
    await matter.owner.supplies(matter, "funeral-grant", "payee-statement", form=everybody)
    assert (await matter.seen())["form"]["heirs"][2]["name"] == "沈国芳"
    await town.on("2026-10-16 09:10")
    await mz.does(matter, "funeral-grant.accept")
    await town.on("2026-10-20 15:00")
    for item in ("pension-balance", "funeral-grant"):
        await town.does("rs.approver", matter, f"{item}.approve", opinion="已核定。")


async def test_one_application_and_later_the_flat(town: Town) -> None:
    """The death certificate is the father's, and stands for the paper when the flat is registered weeks later."""
    await town.on("2026-10-12 08:30")
    son = town.citizen("shen")
    matter = await son.applies("after-death", ANSWERS, FORM)
    assert (await matter.seen())["concerned"]["kin"] == "子女"
    await what_cannot_wait(town, matter)
    await the_rest(town, matter)
    certificates = (await matter.seen())["certificates"]
    proof = next(made for made in certificates if made["certificate"] == "death-certificate")
    await town.ends(matter, "granted")

    await town.on("2026-11-02 09:00")
    later = {**ANSWERS, "proof": "have", "pension": "none", "medical": False, "driver": False}
    later |= {"bank": False, "house": "family", "household": "here"}
    form = {**FORM, "heirs": HEIRS, "estates": ESTATES}
    flat = await son.applies("after-death", later, form)
    held = next(m for m in (await flat.seen())["materials"] if m["material"] == "death-proof")
    assert held["reference"] == proof["number"]
    await town.does("ga.window", flat, "household-cancel.decide_now")
    await town.does("ga.reviewer", flat, "death-check.confirm")
    await town.does("sw.window", flat, "deed-tax.decide_now")
    await town.does("mz.window", flat, "estate-transfer.accept")
    await town.on("2026-11-03 10:00")
    published = {"document": "云临自然规告〔2026〕12号"}
    await town.does("zrzy.reviewer", flat, "estate-transfer.publish", **published)
    # fifteen working days from November 4: the 24th
    assert await flat.due("estate-transfer.public") == "2026-11-24"
    await town.on("2026-11-25 09:30")
    assert (await flat.states())["estate-transfer"] == "registering"
    await town.does("zrzy.approver", flat, "estate-transfer.register", opinion="准予登簿。")
    await town.ends(flat, "granted")
