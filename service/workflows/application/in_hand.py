"""手里的材料 — what of the one set is there, what is missing, what may still follow (容缺)."""

from collections.abc import Mapping
from typing import Any

from service.workflows.application import charges, needed
from service.workflows.case.columns import Point
from service.workflows.case.parts import Case, Item, Material
from service.workflows.definition.release import Release

# A point of the one notice that the engine added, because the paper was not there.
ABSENT = "missing:"
GAP = "gap-"  # the clock of a material that may follow is named gap-<material>
SUPPLIED = ("upload", "share", "commitment", "certificate", "generated")


def in_hand(case: Case) -> dict[str, Material]:
    """Return the newest of each material that was really supplied, by material code."""
    held: dict[str, Material] = {}
    for row in sorted(case.materials.values(), key=lambda m: m.n):
        if not row.replaced and row.source in SUPPLIED:
            held[row.material] = row
    return held


def missing(release: Release, case: Case, item: Item, facts: Mapping[str, Any]) -> list[str]:
    """Return the required materials of an item that are not there."""
    if item.parent:
        return []
    held = in_hand(case)
    uses = needed.material_uses(release, item.item, item.handling, facts)
    return [use.use for use in uses if use.required and use.use not in held]


def absent(code: str, title: str) -> Point:
    """Return the point of the one notice that asks for a paper that is not there."""
    return {"reason": ABSENT + code, "title": f"缺少{title}", "material": code}


def open_gaps(case: Case, code: str) -> list[str]:
    """Return the materials that still have to follow for an item accepted with gaps."""
    return [
        name.removeprefix(GAP)
        for (item, name), clock in case.clocks.items()
        if item == code and name.startswith(GAP) and clock.state != "settled"
    ]


def wrong_origin(release: Release, need: needed.MaterialNeed | None, row: Mapping[str, Any]) -> str:
    """Say why a material may not be handed in, or not in this way; an empty text when it may."""
    title = release.vocabulary.materials[row["material"]].title
    if need is None:
        return f"这次办理不需要「{title}」"
    if row["source"] == "defer":
        return "" if need.deferrable else f"「{title}」不能后补"
    if row["source"] != "upload" and row["source"] not in need.origins:
        return f"「{title}」不能以这种方式提供；可用：{'、'.join(need.origins)}"
    return ""


def unanswered(item: Item) -> list[Point]:
    """Return the points of the correction notice that were not supplied yet."""
    return [point for point in item.asked if point["reason"] not in item.answered]


def flags(release: Release, case: Case, item: Item, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that lifecycles may ask about an item: `item.complete`, `item.gaps`, who has yet to be heard."""
    # Who supplied all that the one notice asked for must be accepted (行政许可法 32.1(5)).
    told = item.corrections > 0
    complete = not unanswered(item) and (told or not missing(release, case, item, facts))
    silent = sum(1 for party in item.third_parties if not party["answer"])
    if item.hearing and not item.hearing.answered:
        silent += 1
    askers = sum(1 for party in item.third_parties if party["answer"] == "asked")
    askers += bool(item.hearing and item.hearing.asked_for)
    return {
        "complete": complete,
        "gaps": len(open_gaps(case, item.item)),
        "timely": bool(item.window and item.window.timely),
        "third_parties": len(item.third_parties),
        "unheard": silent,
        "askers": askers,
        **payments(release, item, facts),
    }


def payments(release: Release, item: Item, facts: Mapping[str, Any]) -> dict[str, bool]:
    """Return whether anything is charged for an item here, and whether nothing of it is left to pay."""
    own = not item.parent
    charged = own and bool(charges.charges(release, item.item, item.handling, facts))
    paid = item.payment is not None and item.payment.state in ("paid", "waived")
    return {"charged": charged, "settled": paid or not charged}
