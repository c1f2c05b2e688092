"""动作的效果 — what single actions change beside the state: points noted, papers handed in, gaps, special procedures."""

from collections.abc import Callable, Mapping
from typing import Any

from service.errors import ActionNotAllowed
from service.workflows import bundle, clocks, papers
from service.workflows.case import Clock, Item, Material
from service.workflows.machine import APPLICANT
from service.workflows.situation import Actor
from service.workflows.work import Work


def _note(_: Work, item: Item, data: Mapping[str, Any], __: Actor) -> None:
    """记录问题: after the one notice only its own points may be repeated (R-ACC-6)."""
    if item.asked:
        told = {point["reason"] for point in item.asked}
        new = [point["title"] for point in data["reasons"] if point["reason"] not in told]
        if new:
            raise ActionNotAllowed(
                f"补正内容已经一次性告知，不能再提出新的问题：{'、'.join(new)}",
                law="行政许可法 32",
                action="note_defects",
                new=new,
            )
    known = {point["reason"] for point in item.noted}
    item.noted = [*item.noted, *(point for point in data["reasons"] if point["reason"] not in known)]


def _supply(work: Work, item: Item, data: Mapping[str, Any], actor: Actor) -> None:
    """补正: what is handed in counts for every item that asked for it: nothing is asked twice."""
    given = data["materials"]
    wanted = [p["material"] for p in papers.unanswered(item) if p.get("material")]
    wanted += [*papers.missing(work.release, work.case, item, work.facts()), *papers.open_gaps(work.case, item.item)]
    everything = given == "all"
    rows = (
        [{"material": code, "source": "upload", "file": "", "name": ""} for code in dict.fromkeys(wanted)]
        if everything
        else given
    )
    for row in rows:
        hand_in(work, row, actor)
    work.case.form = {**work.case.form, **data.get("form", {})}
    supplied = {row["material"] for row in rows}
    for other in work.case.items.values():
        done = {p["reason"] for p in other.asked if _answers(p, supplied, data) or (everything and other is item)}
        other.answered = sorted({*other.answered, *done})
        for code in papers.open_gaps(work.case, other.item):
            if code in supplied:
                work.put(clocks.settle(work.case.clocks[other.item, papers.GAP + code], work.at))
        if done and not papers.unanswered(other) and not papers.missing(work.release, work.case, other, work.facts()):
            other.complete_at = work.at


def _answers(point: Mapping[str, Any], supplied: set[str], data: Mapping[str, Any]) -> bool:
    if point.get("material"):
        return point["material"] in supplied
    return point["reason"] in data.get("points", []) or point.get("field", "?") in data.get("form", {})


def hand_in(work: Work, row: Mapping[str, Any], actor: Actor) -> None:
    """Keep one handed-in material; a newer one stands for the older."""
    for earlier in work.case.materials.values():
        if earlier.material == row["material"]:
            earlier.replaced = True
    n = len(work.case.materials) + 1
    work.case.materials[n] = Material(
        n, row["material"], row["source"], work.at, actor.account, file=row["file"], name=row["name"]
    )


def _accept_with_gaps(work: Work, item: Item, data: Mapping[str, Any], _: Actor) -> None:
    """容缺受理: everything but the named gaps must be there; each gap gets its own clock (R-RQ-1)."""
    facts = work.facts()
    lacking = [c for c in papers.missing(work.release, work.case, item, facts) if c not in data["gaps"]]
    if lacking:
        titles = "、".join(work.release.vocabulary.materials[code].title for code in lacking)
        raise ActionNotAllowed(f"主要材料还缺：{titles}，不能容缺受理", action="accept_tolerant", missing=lacking)
    uses = {u.use: u for u in bundle.material_uses(work.release, item.item, item.handling, facts)}
    for code in data["gaps"]:
        title = f"后补{work.release.vocabulary.materials[code].title}"
        clock = Clock(
            item.item, papers.GAP + code, title, owner=APPLICANT, statutory=uses[code].deferrable, expiry="lapse"
        )
        work.begin(clock, work.at)


def _officers(_: Work, item: Item, data: Mapping[str, Any], __: Actor) -> None:
    if "officers" in data:
        item.special = {**item.special, "officers": data["officers"]}


def _special(work: Work, item: Item, data: Mapping[str, Any], _: Actor) -> None:
    item.special = {
        "procedure": data["procedure"], "days": data["days"], "notice_text": data["notice_text"], "since": work.at.isoformat()
    }  # fmt: skip


def _end_special(_: Work, item: Item, __: Mapping[str, Any], ___: Actor) -> None:
    item.special = {}


def _to_ordinary(_: Work, item: Item, data: Mapping[str, Any], __: Actor) -> None:
    item.handling = "ordinary"
    item.note = "；".join(point["title"] for point in data["reasons"])


def _revoke(work: Work, item: Item, _: Mapping[str, Any], __: Actor) -> None:
    for certificate in work.case.certificates.values():
        if certificate.item == item.item:
            certificate.state = "revoked"


Apply = Callable[[Work, Item, Mapping[str, Any], Actor], None]
EFFECTS: dict[str, Apply] = {
    "note_defects": _note, "supply": _supply, "accept_tolerant": _accept_with_gaps, "start_inspection": _officers,
    "record_inspection": _officers, "start_special": _special, "end_special": _end_special,
    "reject_commitment": _to_ordinary, "revoke": _revoke,
}  # fmt: skip
