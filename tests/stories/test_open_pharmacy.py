"""开办药店 as a pharmacist lives it: papers handed in later, two tests, and an unanswered notice."""

from typing import Any

from .people import Matter
from .town import Town

PRESCRIPTION: dict[str, Any] = {
    "licence": "have",
    "drugs": "prescription",
    "devices": ["third"],
    "food": False,
    "area": 420,
    "fit_out_cost": 80,
    "fit_out_area": 420,
    "sign": True,
}
GREEN_BOX: dict[str, Any] = {
    "licence": "have",
    "drugs": "otc",
    "devices": ["second"],
    "food": False,
    "area": 80,
    "sign": False,
}
FORM = {
    "store_area": 380,
    "storage_mode": "cold",
    "quality_head": "宋佳",
    "pharmacist_name": "宋佳",
    "pharmacist_no": "云321100000237",
    "qualified_staff": ["赵彤 考核合格证2025-0417"],
    "equipment_list": ["阴凉柜 2台", "冷藏柜 1台", "温湿度计 4个"],
    "computer_system": "药链通零售版",
    "device_scope": "6822医用光学器具（隐形眼镜及护理液）",
    "sign_content": "康宁药房",
    "exits_count": 2,
}
DRUGS, DEVICES, FIRE, SIGN = "pharmacy-full", "device-licence", "fire-check", "outdoor-sign"


async def accepted_with_gaps(town: Town, matter: Matter) -> None:
    """容缺受理: two papers may follow within five days, each with a date of its own."""
    scjg = town.clerk("scjg.window")
    # Dragon Boat: June 19 to 21 are off.
    assert await matter.due(f"{DRUGS}.notice") == "2026-06-23"
    assert await matter.dates("fire-acceptance-proof.decision") == ("2026-06-16", None)
    assert (await matter.states())[FIRE] == "waiting"
    await town.on("2026-06-16 09:50")
    await town.does("zj.reviewer", matter, "fire-acceptance-proof.confirm")
    await scjg.does(matter, f"{SIGN}.accept")
    await scjg.does(matter, f"{DRUGS}.accept_tolerant", gaps=["equipment-doc"])
    await scjg.does(matter, f"{FIRE}.accept_tolerant", gaps=["emergency-plan"])
    await scjg.does(matter, f"{DEVICES}.accept")
    assert await matter.due(f"{DRUGS}.gap-equipment-doc") == "2026-06-24"
    assert await matter.dates(f"{DRUGS}.decision") == ("2026-07-08", "2026-07-15")
    assert await matter.dates(f"{FIRE}.decision") == ("2026-06-29", "2026-07-06")
    owed = {(each["item"], each["blocking"]) for each in (await matter.seen())["owed"]}
    assert owed == {(DRUGS, False), (FIRE, False)}


async def looked_at_and_tested(town: Town, matter: Matter) -> None:
    """Each office looks for itself; the cold chain is tested, which alone stops the clock of the devices."""
    await town.on("2026-06-18 10:13")
    await town.inspects("xf", matter, FIRE, "安全出口2个，通道畅通。")
    told = {
        "procedure": "testing",
        "basis": "某法 9",
        "notice_text": "冷藏设备性能检测，预计十个工作日。",
        "days": 10,
    }
    await town.does("scjg.reviewer", matter, f"{DEVICES}.start_special", **told)
    await town.inspects("scjg", matter, DRUGS, "执业药师在岗，阴凉柜、冷藏柜运行正常。")
    assert await matter.due(f"{DEVICES}.special") == "2026-07-03"
    assert await matter.due(f"{DEVICES}.decision") is None
    await town.on("2026-06-22 11:45")
    await matter.owner.supplies(matter, DRUGS, "equipment-doc")
    await matter.owner.supplies(matter, FIRE, "emergency-plan")
    assert not (await matter.seen())["owed"]


async def decided_side_by_side(town: Town, matter: Matter) -> None:
    """Four decisions of three offices, the tested one last: two of its ten days were used before the test."""
    await town.on("2026-06-22 15:18")
    await town.does("cg.reviewer", matter, f"{SIGN}.propose", opinion="尺寸、位置符合。")
    await town.does("cg.approver", matter, f"{SIGN}.grant", opinion="同意。")
    await town.does("xf.reviewer", matter, f"{FIRE}.propose", opinion="符合消防安全要求。")
    await town.does("scjg.reviewer", matter, f"{DRUGS}.propose", opinion="符合条件。")
    await town.on("2026-06-24 09:27")
    await town.does("scjg.approver", matter, f"{DRUGS}.grant", opinion="同意。")
    await town.does("xf.approver", matter, f"{FIRE}.grant", opinion="同意。")
    for item in (SIGN, DRUGS, FIRE):
        await town.does("scjg.window", matter, f"{item}.issue")
    await town.on("2026-07-01 10:09")
    await town.does("scjg.reviewer", matter, f"{DEVICES}.end_special")
    assert (await matter.dates(f"{DEVICES}.decision"))[0] == "2026-07-13"
    await town.does("scjg.reviewer", matter, f"{DEVICES}.propose", opinion="检测合格。")
    await town.on("2026-07-03 16:34")
    await town.does("scjg.approver", matter, f"{DEVICES}.grant", opinion="同意。")
    await town.does("scjg.window", matter, f"{DEVICES}.issue")


async def test_prescriptions_behind_the_counter(town: Town) -> None:
    """先受理后补齐、核验、现场检查、检测: five items, four offices, four certificates."""
    await town.on("2026-06-15 14:20")
    owner = town.citizen("he")
    later = ("equipment-doc", "emergency-plan")
    matter = await owner.applies("open-pharmacy", PRESCRIPTION, FORM, defer=later)
    assert await matter.turn() == ("department", "2026-06-16")
    await accepted_with_gaps(town, matter)
    await looked_at_and_tested(town, matter)
    await decided_side_by_side(town, matter)
    held = {made["certificate"] for made in (await matter.seen())["certificates"]}
    assert held == {"drug-licence", "device-licence", "fire-opinion", "sign-receipt"}
    await owner.does(matter, "rate", grade=5, text="缺的材料后补，没有耽误")
    await town.ends(matter, "granted")


async def test_a_notice_that_nobody_answers(town: Town) -> None:
    """The licence comes on a promise the same day; the filing lapses with the last day of its correction, nothing else."""
    await town.on("2026-09-14 10:11")
    owner, scjg = town.citizen("he"), town.clerk("scjg.window")
    matter = await owner.applies(
        "open-pharmacy",
        GREEN_BOX,
        FORM | {"store_area": 64},
        handling={"pharmacy-otc": "commitment"},
    )
    assert await matter.dates("pharmacy-otc.decision") == ("2026-09-14", "2026-10-16")
    await town.on("2026-09-14 15:40")
    await town.does("scjg.approver", matter, "pharmacy-otc.grant_by_commitment")
    await scjg.does(matter, "pharmacy-otc.issue")
    assert await matter.due("pharmacy-otc.follow-up.check") == "2026-12-14"
    await town.on("2026-09-15 09:04")
    await scjg.does(matter, "device-filing.note_defects", reasons=["device-rules-missing"])
    await scjg.does(matter, "notify_correction")
    # September 16–18, Sunday 20, 21–24, 28–30; October 8, 9, Saturday 10, Monday 12
    assert await matter.turn() == ("applicant", "2026-10-12")
    (owed,) = (await matter.seen())["owed"]
    assert (owed["item"], owed["due_on"], owed["lapses"]) == ("device-filing", "2026-10-12", True)
    await town.on("2026-10-12 23:59")
    assert (await matter.states())["device-filing"] == "correcting"
    await town.on("2026-10-13 00:00")
    assert (await matter.states())["device-filing"] == "lapsed"
    assert (await matter.turn())[0] == "nobody"
    lapse = next(n for n in (await matter.seen())["notices"] if n["kind"] == "lapse")
    assert "视为撤回" in lapse["body"]["text"]
    assert await owner.cannot(matter, "device-filing.supply", points=[]) == "action-not-allowed"
    await town.on("2026-11-20 10:30")
    await town.records("scjg", matter, "pharmacy-otc.follow-up.pass")
    await town.ends(matter, "partly_granted")
