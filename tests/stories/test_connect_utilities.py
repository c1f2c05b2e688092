"""水电气热联合报装 as a restaurant lives it: one visit, three companies, one trench, and gas that leaks at first."""

from typing import Any

from .people import Matter
from .town import Town

ANSWERS: dict[str, Any] = {
    "user": "catering",
    "wants": ["water", "power", "gas"],
    "gas_kind": "pipe",
    "capacity": 60,
    "outside": True,
    "length": 80,
    "works": ["dig", "pipeline", "green"],
    "road": "none",
}
FORM = {
    "inner_ready": True,
    "gas_alarm_installed": True,
    "water_daily": 12,
    "water_pipe": 50,
    "power_voltage": "low",
    "gas_hourly": 9,
    "dig_area": 64,
    "dig_from": "2026-04-24",
    "dig_to": "2026-05-04",
    "green_area": 6,
    "tree_count": 1,
}
WATER, POWER, GAS = "water-connect", "power-connect", "gas-connect"


async def surveyed_and_planned(town: Town, matter: Matter) -> None:
    """One visit for all; then plans, permits and the police's opinion side by side, one of them with a gap."""
    zj, owner = town.clerk("zj.window"), matter.owner
    await town.on("2026-04-13 10:08")
    await zj.does(matter, "joint-survey.accept")
    assert await matter.dates("joint-survey.decision") == ("2026-04-16", None)
    await town.on("2026-04-14 15:32")
    await town.does(
        "zj.approver", matter, "joint-survey.approve", opinion="需新建80米管沟，移树1棵。"
    )
    assert await matter.dates("traffic-opinion.decision") == ("2026-04-16", None)
    await town.on("2026-04-15 09:17")
    for item in ("water-plan", "gas-plan", "pipeline-planning", "power-plan-low"):
        await zj.does(matter, f"{item}.accept")
    await zj.does(matter, "greenbelt.note_defects", reasons=["tree-list-short"])
    await zj.does(matter, "notify_correction")
    # Labour Day: May 1 to 5 are off, Saturday 9 is a working day; the others go on beside the correction.
    assert await matter.due("greenbelt.correction") == "2026-05-09"
    assert await matter.dates("pipeline-planning.decision") == ("2026-04-21", "2026-05-14")
    await town.on("2026-04-16 11:02")
    await town.does("rq.approver", matter, "gas-plan.approve", opinion="中压管接入，加调压箱。")
    await town.does("ga.reviewer", matter, "traffic-opinion.confirm")
    await town.does("gd.approver", matter, "power-plan-low.approve", opinion="三相60千伏安。")
    await town.does("gs.approver", matter, "water-plan.approve", opinion="DN100市政管接入。")
    await town.on("2026-04-17 16:44")
    await owner.supplies(matter, "greenbelt", "tree-list")
    await town.does("zrzy.reviewer", matter, "pipeline-planning.propose", opinion="走向符合规划。")


async def dug_by_promise(town: Town, matter: Matter) -> None:
    """The road is granted on a promise within a day; the trees take their five days from the last paper."""
    zj = town.clerk("zj.window")
    await town.on("2026-04-20 10:21")
    await zj.does(matter, "greenbelt.accept")
    assert await matter.dates("greenbelt.decision") == ("2026-04-24", "2026-05-19")
    assert (await matter.states())["road-dig"] == "waiting"
    await town.does("zrzy.approver", matter, "pipeline-planning.grant", opinion="同意。")
    assert (await matter.states())["road-dig"] == "pledged"  # the decision, not the handing over
    await zj.does(matter, "pipeline-planning.issue")
    assert await matter.dates("road-dig.decision") == ("2026-04-21", "2026-05-20")
    await town.on("2026-04-21 14:55")
    await town.does("yl.reviewer", matter, "greenbelt.propose", opinion="不涉及古树。")
    await town.does("cg.approver", matter, "road-dig.grant_by_commitment")
    await town.does("cg.window", matter, "road-dig.ask_payment")
    paid = {"amount": 17920, "receipt": "非税〔2026〕0421"}  # 64 square metres at 280
    await town.does("cg.window", matter, "road-dig.record_payment", **paid)
    await town.does("cg.window", matter, "road-dig.issue")
    assert await matter.due("road-dig.follow-up.check") == "2026-05-21"
    await town.on("2026-04-22 09:40")
    assert (await matter.states())[WATER] == "waiting"
    begun = await town.clerk("yl.approver").does(matter, "greenbelt.grant", opinion="同意。")
    assert {other["item"] for other in begun["also"]} == {WATER, POWER, GAS}
    await town.does("yl.window", matter, "greenbelt.ask_payment")
    paid = {"amount": 1620, "receipt": "非税〔2026〕0422"}
    await town.does("yl.window", matter, "greenbelt.record_payment", **paid)
    await town.does("yl.window", matter, "greenbelt.issue")


async def connected(town: Town, matter: Matter) -> None:
    """The works have their own ten calendar days; what the user has to mend is not the company's time."""
    zj, owner = town.clerk("zj.window"), matter.owner
    await town.on("2026-04-23 09:33")
    for item in (GAS, POWER, WATER):
        await zj.does(matter, f"{item}.accept")
    assert await matter.due(f"{WATER}.decision") == "2026-04-27"
    await town.on("2026-04-24 08:52")
    await town.does("gs.inspector", matter, f"{WATER}.start_works")
    await town.does("rq.inspector", matter, f"{GAS}.start_works")
    # ten calendar days end on May 4, a day off: Wednesday 6
    assert await matter.due(f"{WATER}.works") == "2026-05-06"
    assert await matter.due(f"{WATER}.decision") is None
    await town.on("2026-04-27 15:15")
    await town.does("gd.inspector", matter, f"{POWER}.connect", findings="送电。")
    await town.on("2026-04-30 16:08")
    await town.does("rq.inspector", matter, f"{GAS}.works_done", findings="调压箱就位。")
    await town.does("gs.inspector", matter, f"{WATER}.works_done", findings="试压合格，路面恢复。")
    # it counts from the notice of April 22: two of three days were used on April 23 and 24, May 6 is left
    assert await matter.due(f"{WATER}.decision") == "2026-05-06"
    await town.on("2026-05-06 10:12")
    await town.does("rq.inspector", matter, f"{GAS}.ask_to_fix", reasons=["inner-leak"])
    await town.does("gs.inspector", matter, f"{WATER}.connect", findings="通水。")
    assert await matter.turn() == ("applicant", "2026-06-02")
    await town.on("2026-05-08 17:36")
    await owner.does(matter, f"{GAS}.report_fixed")
    assert await matter.due(f"{GAS}.decision") == "2026-05-08"
    await town.on("2026-05-08 18:19")
    await town.does("rq.inspector", matter, f"{GAS}.connect", findings="复检不漏，通气。")


async def test_water_power_and_gas_for_a_restaurant(town: Town) -> None:
    """Thirteen turns of eight offices and companies in one month, and the dug road looked at afterwards."""
    await town.on("2026-04-13 09:26")
    owner = town.citizen("tang")
    matter = await owner.applies(
        "connect-utilities", ANSWERS, FORM, handling={"road-dig": "commitment"}
    )
    await surveyed_and_planned(town, matter)
    await dug_by_promise(town, matter)
    await connected(town, matter)
    assert await matter.dates("gas.decision") == ("2026-05-12", None)
    await town.on("2026-05-11 11:27")
    await town.does("rq.window", matter, "gas.decide_now")
    assert await matter.state() == "granted"
    held = [made["certificate"] for made in (await matter.seen())["certificates"]]
    assert (held.count("supply-plan"), held.count("connection-record")) == (3, 3)
    await owner.does(matter, "rate", grade=5)
    await town.on("2026-05-20 14:44")
    await town.records("cg", matter, "road-dig.follow-up.pass")
    await town.ends(matter, "granted")
