"""开办餐饮店 as two owners live it (R-ONE-3): a silent window and a sign on a promise; tables on the pavement, a neighbour, a refusal."""

from typing import Any

from .people import Matter
from .town import Town

KITCHEN: dict[str, Any] = {
    "licence": "have",
    "area": 130,
    "dishes": ["hot"],
    "building": "shop",
    "fumes": True,
    "fuel": "electric",
    "drain": "property",
    "sign": True,
    "ad_area": 0,
    "entertainment": False,
    "extras": [],
    "staff_without_cert": 0,
}
TERRACE = {**KITCHEN, "sign": False, "extras": ["outdoor", "tobacco"]}
FORM = {
    "floor_no": "1层",
    "usable_area": 110,
    "kitchen_area": 30,
    "seats": 40,
    "ready_date": "2026-11-10",
    "online_ops": False,
    "food_safety_manager": "林秀兰",
    "disinfect_mode": "own",
    "staff_count": 6,
    "sign_type": "attached",
    "sign_size": "4×1×0.1",
    "sign_content": "林记川味小馆",
    "nearest_tobacco": 40,
    "outdoor_area": 12,
    "outdoor_position": "店门前人行道，距盲道1.5米",
}
FOOD, SIGN, TERRACES, TOBACCO = "food-licence", "outdoor-sign", "outdoor-seating", "tobacco"


async def told_what_to_bring(town: Town) -> None:
    """The guide: two items of fifteen, why not the others, and what is saved."""
    asked = {"answers": KITCHEN, "handling": {SIGN: "commitment"}}
    guide = await town.citizen("lin").guide("open-restaurant", **asked)
    assert [item["code"] for item in guide["items"]] == [FOOD, SIGN]
    assert {"fire-check", "gas", "drainage"} <= {item["code"] for item in guide["not_needed"]}
    assert guide["can_apply"]
    assert guide["savings"]["days"]["before"]["limit"] == "48wd"


async def sign_on_a_promise(town: Town, matter: Matter) -> None:
    """The city office decides at once, the shop hangs it up, the check comes later."""
    granted = await town.clerk("cg.approver").does(matter, f"{SIGN}.grant_by_commitment")
    assert granted["item"]["handling_title"] == "告知承诺"
    assert [other["item"] for other in granted["also"]] == [f"{SIGN}.follow-up"]
    issued = await town.clerk("cg.window").does(matter, f"{SIGN}.issue")
    assert issued["certificates"][0]["number"]


async def told_once(town: Town, matter: Matter) -> None:
    """One thing is wrong with the plan; anybody with the code sees that it is the applicant's turn, and no name."""
    scjg, owner = town.clerk("scjg.window"), matter.owner
    await scjg.takes(matter, FOOD)
    reasons = [{"text": "布局图没有标尺寸", "material": "layout"}]
    await scjg.does(matter, f"{FOOD}.note_defects", reasons=reasons)
    told = await scjg.does(matter, "notify_correction")
    assert told["state_title"] == "待补正"
    assert [notice["kind"] for notice in told["notices"]] == ["correction"]
    progress = await town.anybody().get(f"/track/{matter.number}", code=matter.code)
    assert (progress["state_title"], progress["where"][0]["stage"]) == ("待补正", "补正中")
    assert owner.who.name not in str(progress)
    supplied = await owner.supplies(matter, FOOD, "layout")
    assert supplied["item"]["state_title"] == "待受理"


async def silence_accepts(town: Town, matter: Matter) -> None:
    """With the sixth working day it counts as accepted, from the day it was complete, and the record says so."""
    assert await matter.due(f"{FOOD}.notice") == "2026-11-12"
    await town.on("2026-11-13 00:00")
    licence = next(each for each in (await matter.seen())["items"] if each["item"] == FOOD)
    assert (licence["state_title"], licence["accepted_on"]) == ("审查中", "2026-11-05")
    explained = f"/cases/{matter.number}/clocks/{FOOD}/decision/explain"
    decision = await matter.owner.get(explained)
    assert (decision["promised_on"], decision["statutory_on"]) == ("2026-11-12", "2026-11-19")
    lines = (await town.clerk("supervisor").get(f"/cases/{matter.number}/events"))["items"]
    assert {"deem_accepted", "red_card"} <= {event["action"] for event in lines}


async def test_from_guide_to_certificates(town: Town) -> None:
    """One application, two departments, one correction notice, one deadline that passes, two certificates."""
    await town.on("2026-11-05 09:30")
    await told_what_to_bring(town)
    owner = town.citizen("lin")
    matter = await owner.applies("open-restaurant", KITCHEN, FORM, handling={SIGN: "commitment"})
    assert (await matter.seen())["promised_on"] == "2026-11-24"
    await sign_on_a_promise(town, matter)
    await told_once(town, matter)
    await silence_accepts(town, matter)
    # Reviewed by one, decided by another, handed out: the case closes by itself.
    await town.on("2026-11-13 10:22")
    await town.does("scjg.reviewer", matter, f"{FOOD}.propose", opinion="符合条件")
    await town.does("scjg.approver", matter, f"{FOOD}.grant", opinion="同意")
    closed = await town.clerk("scjg.window").does(matter, f"{FOOD}.issue")
    assert closed["state_title"] == "全部办结"
    assert "result" in {notice["kind"] for notice in closed["notices"]}
    final = await matter.seen()
    held = {(c["item"], c["state_title"]) for c in final["certificates"] if c["number"]}
    assert held == {(FOOD, "有效"), (SIGN, "有效")}
    rated = await owner.does(matter, "rate", grade=5, text="办得很快")
    assert rated["state"] == "granted"
    assert (await matter.seen())["ratings"][0]["grade"] == 5
    await town.on("2026-11-27 15:06")
    await town.records("cg", matter, f"{SIGN}.follow-up.pass")
    await town.ends(matter, "granted")


async def accepted_and_one_refused(town: Town, matter: Matter) -> None:
    """The tobacco office refuses for its own reason, which touches nobody else's decision."""
    await town.on("2026-03-03 09:44")
    for item in (FOOD, TERRACES, TOBACCO):
        await town.does("scjg.window", matter, f"{item}.accept")
    assert await matter.dates(f"{TERRACES}.decision") == ("2026-03-10", "2026-03-31")
    await town.on("2026-03-04 10:52")
    await town.does("yc.reviewer", matter, f"{TOBACCO}.propose", opinion="四十米外已有零售点。")
    await town.does("scjg.reviewer", matter, f"{FOOD}.propose", opinion="符合条件。")
    await town.on("2026-03-05 16:13")
    await town.does("yc.approver", matter, f"{TOBACCO}.refuse", reasons=["too-near"])
    await town.does("scjg.approver", matter, f"{FOOD}.grant", opinion="同意。")
    await town.does("scjg.window", matter, f"{FOOD}.issue")
    refusal = next(n for n in (await matter.seen())["notices"] if n["kind"] == "refusal")
    assert "不符合当地烟草制品零售点合理布局规划" in str(refusal["body"]["points"])
    assert refusal["body"]["remedies"]
    assert await matter.state() == "in_progress"


async def neighbour_heard(town: Town, matter: Matter) -> None:
    """A neighbour of whom the owner is told nothing asks for a hearing; until its record is signed no day counts."""
    reviewer, neighbour = town.clerk("cg.reviewer"), {"name": "顾阿婆", "contact": "柳荫路16号二层"}
    why = {"reason": "外摆影响楼上住户", "parties": [neighbour]}
    await reviewer.does(matter, f"{TERRACES}.tell_hearing", **why)
    assert await matter.due(f"{TERRACES}.hearing_window") == "2026-03-12"
    assert "顾阿婆" not in str(await matter.seen())
    await town.on("2026-03-09 14:38")
    asked = {"party": 1, "document": "顾阿婆的听证申请书"}
    await town.does("cg.window", matter, f"{TERRACES}.request_hearing", **asked)
    assert await matter.due(f"{TERRACES}.hearing") == "2026-04-07"  # over Tomb-Sweeping Day
    assert await matter.due(f"{TERRACES}.decision") is None
    await town.on("2026-03-11 09:16")
    held, announce = (
        {"hour": "14:30", "place": "区政务服务中心三楼"},
        f"{TERRACES}.announce_hearing",
    )
    # seven working days ahead, and not before whoever reviewed it
    too_soon = {**held, "chair": "cg.head", "date": "2026-03-19"}
    assert await reviewer.cannot(matter, announce, **too_soon) == "data-invalid"
    by_the_reviewer = {**held, "chair": "cg.reviewer", "date": "2026-03-24"}
    assert await reviewer.cannot(matter, announce, **by_the_reviewer) == "data-invalid"
    await reviewer.does(matter, announce, **held, chair="cg.head", date="2026-03-24")
    await town.on("2026-03-24 16:27")
    await reviewer.does(matter, f"{TERRACES}.record_hearing", document="听证笔录〔2026〕3号")
    # four of five and of twenty days were used before the request
    assert await matter.dates(f"{TERRACES}.decision") == ("2026-03-25", "2026-04-16")


async def granted_and_made_public(town: Town, matter: Matter) -> None:
    """Decided on the record the next day; what was granted is made public within seven working days."""
    await town.does("cg.reviewer", matter, f"{TERRACES}.propose", opinion="九时后收桌，可以准予。")
    await town.on("2026-03-25 10:19")
    await town.does("cg.approver", matter, f"{TERRACES}.grant", opinion="同意，晚九时前收桌。")
    # what the pavement costs depends on how long: who decides has it reckoned, and nothing is handed over before
    await town.does("scjg.window", matter, f"{TERRACES}.ask_payment", amount=540)
    paid = {"amount": 540, "receipt": "非税〔2026〕0325"}
    await town.does("cg.window", matter, f"{TERRACES}.record_payment", **paid)
    await town.does("scjg.window", matter, f"{TERRACES}.issue")
    eyes = town.clerk("cg.reviewer")
    publication = f"{TERRACES}.publication"
    assert await matter.due(f"{publication}.publish", eyes) == "2026-04-03"
    await town.on("2026-04-02 11:31")
    await eyes.does(matter, f"{publication}.publish", document="信用网站公示记录0402")


async def complaint_answered(town: Town, matter: Matter) -> None:
    """A bad grade under one's own name begins the redress: the head calls, explains, and asks again."""
    bad = {"grade": 2, "text": "没有说清楚为什么"}
    await matter.owner.does(matter, "rate", item=TOBACCO, **bad)
    head, redress = town.clerk("yc.head"), f"{TOBACCO}.redress"
    assert await matter.due(f"{redress}.contact", head) == "2026-04-03"
    # who reviewed it does not learn that somebody complained
    rated = await matter.seen(town.clerk("yc.reviewer"))
    assert redress not in {item["item"] for item in rated["items"]}
    await town.on("2026-04-03 09:28")
    await head.does(matter, f"{redress}.contact", opinion="已电话联系，申请人没有收到布局规划。")
    await head.does(matter, f"{redress}.explain", opinion="布局规划与测距图一并寄出。")
    await town.on("2026-04-08 15:54")
    await head.does(matter, f"{redress}.revisit", opinion="申请人表示清楚了。")
    assert "redress_reply" in await matter.notices()


async def test_tables_on_the_pavement_but_no_tobacco(town: Town) -> None:
    """One refusal, one hearing, one grant: each item has its own end, and the owner is answered when he complains."""
    await town.on("2026-03-02 13:37")
    matter = await town.citizen("tang").applies("open-restaurant", TERRACE, FORM)
    await accepted_and_one_refused(town, matter)
    await neighbour_heard(town, matter)
    await granted_and_made_public(town, matter)
    await complaint_answered(town, matter)
    held = {made["certificate"] for made in (await matter.seen())["certificates"]}
    assert held == {"food-licence", "outdoor-permit"}
    await town.ends(matter, "partly_granted")
