"""办事指南的费用 — what it costs, charge by charge, and what is saved against doing it separately."""

from collections.abc import Iterable, Mapping
from typing import Any

from service.workflows.application import charges as charging
from service.workflows.application import order
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import Before
from service.workflows.telling.guide import titles
from service.workflows.telling.guide.rehearsal import Rehearsal
from service.workflows.telling.guide.timing import in_order


def charges(rehearsal: Rehearsal, code: str) -> list[dict[str, Any]]:
    """Return what an item costs, charge by charge; what waits for an answer or the form says so."""
    release, facts = rehearsal.release, rehearsal.facts
    held = charging.charges(release, code, rehearsal.handling[code], facts)
    told = []
    for asked in release.items[code].charges():
        waits = rehearsal.depends_on(asked.when)
        charge = charging.charge_of(release.items[code], asked, facts)
        if waits or charge in held:
            told.append(
                {
                    "title": charge.title,
                    "price": charge.price,
                    "basis": charge.basis,
                    "due": None if waits else charge.due,
                    "depends_on": waits,
                }
            )
    return told


def fee(rehearsal: Rehearsal, code: str) -> dict[str, Any] | None:
    """Return what an item costs in all, as far as that is certain."""
    listed = charges(rehearsal, code)
    certain = [charge for charge in listed if not charge["depends_on"]]
    if not certain:
        return None
    dues = [charge["due"] for charge in certain]
    title = "，".join(
        charge["price"] if charge["due"] is None else titles.amount(charge["due"])
        for charge in certain
    )
    return {
        "amount": round(sum(due for due in dues if due), 2),
        "title": title,
        "basis": "；".join(dict.fromkeys(charge["basis"] for charge in certain)),
    }


def fees(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return what the whole costs and for which items."""
    charged = [(code, said) for code in rehearsal.items if (said := fee(rehearsal, code))]
    total = round(sum(said["amount"] for _, said in charged), 2)
    listed = [charge for code in rehearsal.items for charge in charges(rehearsal, code)]
    return {
        "total": total,
        "title": _costs(total, listed),
        "items": [
            {
                **titles.item(rehearsal.release, code),
                "amount": said["amount"],
                "said": said["title"],
                "basis": said["basis"],
            }
            for code, said in charged
        ],
    }


def _costs(total: float, listed: list[dict[str, Any]]) -> str:
    """Say what the whole costs; that it is free only where nothing can come to be charged."""
    later = sum(1 for charge in listed if charge["due"] is None)
    if not later:
        return titles.amount(total)
    more = f"{later} 笔费用要看情况、按实际计算"
    return f"{titles.amount(total)}，另有 {more}" if total else more


def savings(rehearsal: Rehearsal, papers: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return what is saved against doing it separately (R-ONE-1), each as {before, now, less}; None where nothing was published.

    Steps now: hand in once and, where something is issued, collect once. Days are limits as {limit, title}. What was
    published for each of these items is added up (`of_these_items`). What was published of the whole thing can be compared with
    its steps and its promised limit, not with the papers of who needs a part. `less` is None there, and where nothing is less.
    """
    bundle = rehearsal.release.bundle
    own = _before(rehearsal)
    before = own or bundle.before
    if before is None:
        return None
    collects = any(rehearsal.release.items[code].result for code in rehearsal.items)
    handed_in = sum(1 for paper in papers if paper["way"]["code"] == "upload" and paper["required"])
    needs_all = own is not None or len(rehearsal.items) == len(bundle.items)
    found = {
        "steps": _fewer(before.steps, 2 if collects else 1, comparable=True),
        "materials": _fewer(before.materials, handed_in, comparable=needs_all),
        "days": _sooner(before.days, bundle.promised),
    }
    return {**found, "of_these_items": own is not None} if any(found.values()) else None


def _before(rehearsal: Rehearsal) -> Before | None:
    """Add up what doing each of these items alone took; None where one of them does not say it.

    Days add up along the longest chain of items that wait for each other: the others could be done at the same time.
    """
    release = rehearsal.release
    said = {code: release.items[code].before for code in rehearsal.items}
    known = {code: before for code, before in said.items() if before is not None}
    if not known or len(known) < len(said):
        return None
    chains: dict[str, int] = {}
    for code in in_order(rehearsal):
        days = Duration.parse(known[code].days or "0wd")
        first = (chains[each] for each in order.waits_for(release, code, rehearsal.items))
        chains[code] = max(first, default=0) + days.count
    counted = all(each.days and each.days.endswith("wd") for each in known.values())
    return Before(
        steps=sum(each.steps or 0 for each in known.values()) or None,
        materials=sum(each.materials or 0 for each in known.values()) or None,
        days=f"{max(chains.values())}wd" if counted else None,
    )


def _fewer(before: int | None, now: int, *, comparable: bool) -> dict[str, int | None] | None:
    if not before:
        return None
    return {
        "before": before,
        "now": now,
        "less": before - now if comparable and before > now else None,
    }


def _sooner(before: str | None, now: str) -> dict[str, Any] | None:
    if not before:
        return None
    was, will = Duration.parse(before), Duration.parse(now)
    less = Duration(was.count - will.count, was.unit)
    sooner = was.unit == will.unit and less.count > 0
    return {
        "before": titles.length(before),
        "now": titles.length(now),
        "less": titles.length(str(less)) if sooner else None,
    }
