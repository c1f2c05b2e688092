"""食品经营许可证延续 as a cafe lives it: the licence of five years ago, its window, and two ways to keep it."""

from typing import Any

from .people import Matter, Portal
from .town import Town

CAFE: dict[str, Any] = {
    "licence": "have",
    "area": 68,
    "usable_area": 60,
    "dishes": ["drinks", "simple"],
    "building": "shop",
    "drain": "property",
    "sign": False,
    "entertainment": False,
    "extras": [],
    "staff_without_cert": 0,
}
BUNDLE, RENEW = "keep-food-licence", {"what": "renew"}


async def licensed(town: Town, owner: Portal) -> str:
    """Open a cafe in September 2021 and return the number of its licence."""
    await town.on("2021-09-06 09:42")
    matter = await owner.applies("open-restaurant", CAFE)
    await town.does("scjg.window", matter, "food-licence-simple.accept")
    await town.does("scjg.reviewer", matter, "food-licence-simple.propose", opinion="符合条件。")
    await town.on("2021-09-07 10:16")
    await town.does("scjg.approver", matter, "food-licence-simple.grant", opinion="同意。")
    await town.does("scjg.window", matter, "food-licence-simple.issue")
    (made,) = (await matter.seen())["certificates"]
    assert (made["certificate"], made["valid_until"]) == ("food-licence", "2026-09-07")
    return str(made["number"])


def renewal(number: str, **more: Any) -> dict[str, Any]:
    """Return what is written into the form with the licence at hand."""
    return {"answers": RENEW, "form": {"certificate_number": number, **more}}


async def not_yet_and_not_by_others(town: Town, owner: Portal, number: str) -> None:
    """Ninety working days before the last day is April 29, 2026; and the licence is nobody else's to renew."""
    too_early = await owner.submits(BUNDLE, **renewal(number, food_safety_manager="林秀兰"))
    seen = await too_early.seen()
    (item,) = seen["items"]
    assert (item["state"], seen["state"]) == ("not_received", "refused")
    said = next(paper for paper in seen["notices"] if paper["kind"] == "not_accepted")
    assert "2026年4月29日至2026年8月17日" in str(said["body"])
    assert said["body"]["remedies"]["law"]
    others = town.citizen("tang")
    not_theirs = await others.is_refused(BUNDLE, **renewal(number, food_safety_manager="唐文博"))
    assert not_theirs["errors"][0]["pointer"] == "/form/certificate_number"


async def asks_to_renew(owner: Portal, number: str) -> Matter:
    """Hand in a plan of the kitchen; the state knows who one is."""
    plan = await owner.uploads("经营布局图")
    papers = [{"material": "layout", "file": plan}, {"material": "identity", "share": True}]
    form = renewal(number, food_safety_manager="林秀兰")
    return await owner.submits(BUNDLE, **form, materials=papers)


async def corrected_and_accepted(town: Town, matter: Matter) -> None:
    """Five days of notice and fifteen of correction, over Labour Day and its working Saturday."""
    scjg, item = town.clerk("scjg.window"), "food-renewal"
    assert await matter.due(f"{item}.notice") == "2026-05-09"
    assert await matter.due(f"{item}.renewal") == "2026-09-07"
    await town.on("2026-04-30 16:31")
    await scjg.takes(matter, item)
    await scjg.does(matter, f"{item}.note_defects", reasons=["layout-no-size"])
    await scjg.does(matter, "notify_correction")
    assert await matter.turn() == ("applicant", "2026-05-25")
    assert await matter.due(f"{item}.renewal") is None
    await town.on("2026-05-08 20:14")
    await matter.owner.supplies(matter, item, "layout")
    await town.on("2026-05-09 10:05")
    await scjg.does(matter, f"{item}.accept")
    # complete on Friday May 8: the working Saturday is the first day
    assert await matter.dates(f"{item}.decision") == ("2026-05-14", "2026-05-21")
    assert await matter.due(f"{item}.renewal") == "2026-09-07"


async def test_renewed_within_its_window(town: Town) -> None:
    """The old licence names itself in the form, lasts to its last day, and the new one begins the day after."""
    owner = town.citizen("lin")
    number = await licensed(town, owner)
    await town.on("2026-04-28 15:03")
    await not_yet_and_not_by_others(town, owner, number)
    await town.on("2026-04-29 10:41")
    matter = await asks_to_renew(owner, number)
    await corrected_and_accepted(town, matter)
    await town.on("2026-05-12 14:20")
    await town.inspects("scjg", matter, "food-renewal", "布局与图一致，操作间整洁。")
    await town.does("scjg.reviewer", matter, "food-renewal.propose", opinion="条件没有降低。")
    await town.on("2026-05-13 09:55")
    await town.does("scjg.approver", matter, "food-renewal.send_back", opinion="请核对食品安全员。")
    await town.does("scjg.reviewer", matter, "food-renewal.propose", opinion="已核对，是本人。")
    await town.on("2026-05-14 16:02")
    await town.does("scjg.approver", matter, "food-renewal.grant", opinion="同意。")
    await town.does("scjg.window", matter, "food-renewal.issue")
    (renewed,) = (await matter.seen())["certificates"]
    new = await owner.get(f"/certificates/{renewed['number']}")
    old = await owner.get(f"/certificates/{number}")
    assert (new["continues"], new["valid_from"], new["valid_until"]) == (
        number,
        "2026-09-08",
        "2031-09-07",
    )
    assert (old["state"], new["state"]) == ("valid", "pending")
    await owner.does(matter, "rate", grade=5, text="不用再交营业执照")
    await town.on("2026-09-08 08:06")
    assert (await owner.get(f"/certificates/{number}"))["state"] == "superseded"
    await town.ends(matter, "granted")


async def test_silence_until_the_last_day_renews(town: Town) -> None:
    """许可法 50: applied for in time and not decided by the end of the last day, it is renewed; no review stops that."""
    owner = town.citizen("lin")
    number = await licensed(town, owner)
    await town.on("2026-08-17 16:48")  # the last day of the window
    matter = await asks_to_renew(owner, number)
    await town.on("2026-08-18 09:22")
    await town.does("scjg.window", matter, "food-renewal.accept")
    await town.on("2026-08-20 10:37")
    told = {
        "procedure": "expert_review",
        "basis": "某法 9",
        "notice_text": "专家评审需要十五个工作日。",
        "days": 15,
    }
    await town.does("scjg.reviewer", matter, "food-renewal.start_special", **told)
    assert await matter.due("food-renewal.renewal") == "2026-09-07"
    await town.on("2026-09-07 23:59")
    assert (await matter.states())["food-renewal"] == "special"
    await town.on("2026-09-08 00:00")
    assert (await matter.states())["food-renewal"] == "granted"
    assert (await matter.notices())[-2:] == ["deemed_renewal", "result"]
    (renewed,) = (await matter.seen())["certificates"]
    assert (await owner.get(f"/certificates/{renewed['number']}"))["continues"] == number
    await town.ends(matter, "granted")
