"""开办旅馆 as its owner lives it: a company, its licence and fourteen more, one visit of three offices, and a promise checked."""

from typing import Any

from .people import Matter
from .town import Town

ANSWERS: dict[str, Any] = {
    "licence": "none",
    "subject": "company",
    "lodging": "hotel",
    "rooms": 42,
    "building": "commercial",
    "area": 1800,
    "fit_out_cost": 260,
    "fit_out_area": 1800,
    "meals": "kitchen",
    "air": True,
    "pool": True,
    "devices": ["elevator"],
    "drain": "own",
    "sign": True,
    "tobacco": False,
    "foreign": True,
    "unchecked_staff": 6,
}
FORM = {
    "subject_name": "云泽市枕湖酒店有限公司",
    "business_scope": "住宿服务；餐饮服务",
    "usable_area": 1500,
    "bed_count": 70,
    "staff_count": 22,
    "lifeguard_count": 4,
    "laundry_mode": "outside",
    "exits_count": 4,
    "sign_content": "枕湖酒店",
    "security_head": "卢建军",
    "guest_system": "云泽旅馆业治安管理系统",
}
PUBLIC_HEALTH, SPECIAL, FOOD = "public-health-licence", "special-trade-licence", "food-licence"
POOL, FIRE, CHECK = "swimming-pool", "fire-check", "fire-check.follow-up"


async def first_the_company(town: Town, matter: Matter) -> None:
    """先照后证: with the business licence nine items begin; what the new company is called is known to all of them."""
    ga = town.clerk("ga.window")
    assert await matter.due("feedback", ga) == "2026-07-15"
    assert await matter.dates("business-licence.decision") == ("2026-07-14", "2026-07-16")
    await town.on("2026-07-13 15:12")
    await town.does("zj.reviewer", matter, "fire-acceptance-proof.confirm")
    await town.on("2026-07-14 09:58")
    begun = await town.clerk("scjg.window").does(matter, "business-licence.decide_now")
    assert len(begun["also"]) == 9
    assert "started" in {notice["kind"] for notice in begun["notices"]}
    states = await matter.states()
    assert (states[FIRE], states[SPECIAL], states[POOL]) == ("pledged", "waiting", "waiting")
    await town.on("2026-07-14 14:21")
    for item in (PUBLIC_HEALTH, FOOD, "outdoor-sign", "drainage"):
        await ga.does(matter, f"{item}.accept")
    assert await matter.dates(f"{PUBLIC_HEALTH}.decision") == ("2026-07-21", "2026-08-11")
    assert await matter.dates(f"{FOOD}.decision") == ("2026-07-21", "2026-07-28")
    await ga.does(matter, "seal-filing.file")
    await town.does("rs.window", matter, "social-insurance.decide_now")
    await town.does("scjg.window", matter, "special-equipment.file")
    await town.does("sw.window", matter, "tax-registration.decide_now")
    await town.does("wjw.window", matter, "health-check.decide_now")


async def fire_by_promise_and_police_with_a_gap(town: Town, matter: Matter) -> None:
    """The promise is granted within a day, which lets the police begin; they lack two things and say so once."""
    ga, owner = town.clerk("ga.window"), matter.owner
    assert await matter.dates(f"{FIRE}.decision") == ("2026-07-15", "2026-07-31")
    await town.on("2026-07-15 10:47")
    begun = await town.clerk("xf.approver").does(matter, f"{FIRE}.grant_by_commitment")
    assert {other["item"] for other in begun["also"]} == {SPECIAL, CHECK}
    await town.does("xf.window", matter, f"{FIRE}.issue")
    assert await matter.due(f"{CHECK}.check") == "2026-08-12"
    await town.on("2026-07-16 09:09")
    lacking = ["security-rules-missing", "security-head-id"]
    await ga.does(matter, f"{SPECIAL}.note_defects", reasons=lacking)
    assert await town.clerk("scjg.window").cannot(matter, "notify_correction") == "not-permitted"
    await ga.does(matter, "notify_correction")
    assert await matter.turn() == ("applicant", "2026-08-06")
    await town.on("2026-07-17 21:52")
    await owner.supplies(matter, SPECIAL, "security-rules")
    own = {"security_head_id": owner.who.id_number}
    await owner.supplies(matter, SPECIAL, form=own)
    await town.on("2026-07-20 08:55")
    await ga.does(matter, f"{SPECIAL}.accept")
    assert await matter.dates(f"{SPECIAL}.decision") == ("2026-07-24", "2026-08-14")


async def one_visit_of_three(town: Town, matter: Matter) -> None:
    """联合踏勘: they come together, and each writes down and decides its own."""
    seen = {
        SPECIAL: ("ga", "监控覆盖大堂、走廊，身份证读取设备2台。"),
        PUBLIC_HEALTH: ("jk", "布草间分开，集中空调检测合格。"),
        FOOD: ("scjg", "备餐、烹饪、清洗分区，流程不交叉。"),
    }
    await town.on("2026-07-20 14:03")
    for item, (department, _) in seen.items():
        two = [f"{department}.inspector", f"{department}.reviewer"]
        await town.does(two[1], matter, f"{item}.start_inspection", officers=two)
    assert {(await matter.states())[item] for item in seen} == {"inspecting"}
    for item, (department, findings) in seen.items():
        alone = {"officers": [f"{department}.inspector"], "findings": findings}
        record = f"{item}.record_inspection"
        inspector = town.clerk(f"{department}.inspector")
        assert await inspector.cannot(matter, record, **alone) == "data-invalid"
        await town.records(department, matter, record, findings=findings)
    await town.on("2026-07-21 10:30")
    everybody = {
        **{item: department for item, (department, _) in seen.items()},
        "drainage": "ps",
        "outdoor-sign": "cg",
    }
    for item, department in reversed(everybody.items()):
        await town.does(f"{department}.reviewer", matter, f"{item}.propose", opinion="符合条件。")
    for item, department in everybody.items():
        reviewer = town.clerk(f"{department}.reviewer")
        assert await reviewer.cannot(matter, f"{item}.grant", opinion="同意。") == "not-permitted"
        await town.does(f"{department}.approver", matter, f"{item}.grant", opinion="同意。")
        await town.does("ga.window", matter, f"{item}.issue")


async def the_pool_last(town: Town, matter: Matter) -> None:
    """The pool waits for the hygiene licence; its thirty days are calendar days."""
    assert await matter.due(f"{POOL}.notice") == "2026-07-28"
    await town.on("2026-07-22 11:18")
    await town.does("ga.window", matter, f"{POOL}.accept")
    assert await matter.dates(f"{POOL}.decision") == ("2026-08-04", "2026-08-20")
    await town.on("2026-07-29 09:36")
    await town.inspects("ty", matter, POOL, "水深标识、救生器材齐全，救生员4名到岗。")
    await town.does("ty.reviewer", matter, f"{POOL}.propose", opinion="符合国家标准。")
    await town.on("2026-07-31 15:29")
    await town.does("ty.approver", matter, f"{POOL}.grant", opinion="同意。")
    await town.does("ga.window", matter, f"{POOL}.issue")


async def promise_checked(town: Town, matter: Matter) -> None:
    """The inspector finds a broken sign; it is mended within ten working days, and nothing that was granted moves."""
    await town.on("2026-08-10 10:02")
    inspector, broken = town.clerk("xf.inspector"), "二楼疏散指示标志损坏。"
    assert await inspector.cannot(matter, f"{CHECK}.pass", confirmed=True) == "data-invalid"
    await town.records("xf", matter, f"{CHECK}.record_mismatch", bad=broken)
    assert await matter.due(f"{CHECK}.rectify_notice") == "2026-08-13"
    await town.on("2026-08-11 16:40")
    why = [{"text": "与承诺不符"}]
    await inspector.does(matter, f"{CHECK}.order_rectify", reasons=why, days=10)
    assert await matter.turn() == ("applicant", "2026-08-25")
    await town.on("2026-08-24 18:07")
    await matter.owner.does(matter, f"{CHECK}.report_rectified")
    assert await matter.due(f"{CHECK}.recheck") == "2026-08-27"
    await town.on("2026-08-26 09:41")
    await town.records("xf", matter, f"{CHECK}.pass")
    public = (await town.anybody().get("/inspections"))["items"]
    assert [(each["checked_on"], each["result"]) for each in public] == [
        ("2026-08-26", "符合"),
        ("2026-08-10", "有不符合的要点"),
    ]
    assert broken not in str(public)
    states = await matter.states()
    assert (states[CHECK], states[FIRE]) == ("passed", "granted")


async def test_forty_two_rooms_and_a_pool(town: Town) -> None:
    """One application before the offices open, fourteen items of eleven offices, thirteen certificates in three weeks."""
    await town.on("2026-07-13 07:50")
    owner = town.citizen("shen")
    matter = await owner.applies("open-hotel", ANSWERS, FORM, handling={FIRE: "commitment"})
    assert len(await matter.states()) == 14
    await first_the_company(town, matter)
    await fire_by_promise_and_police_with_a_gap(town, matter)
    await one_visit_of_three(town, matter)
    await the_pool_last(town, matter)
    assert await matter.state() == "granted"
    assert (await matter.notices())[-1] == "result"
    assert len((await matter.seen())["certificates"]) == 13
    await owner.does(matter, "rate", grade=5, text="三家一次来看完")
    await promise_checked(town, matter)
    await town.ends(matter, "granted")
