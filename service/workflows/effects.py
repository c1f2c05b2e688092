"""动作的效果 — what single actions change beside the state: points noted, papers handed in, gaps, special procedures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from service.errors import ActionNotAllowed, DataInvalid, one_field
from service.workflows import bundle, clocks, feedback, hearings, library, papers
from service.workflows.case import Clock, Item
from service.workflows.language.models import Transition
from service.workflows.machine import APPLICANT, CLOCK, FEEDBACK, PLEDGED, SATISFIED
from service.workflows.situation import Actor
from service.workflows.work import Work

REPORTED = "reported"  # the standard lifecycle of a lower authority's review


def _seen_below(work: Work, item: Item) -> set[str]:
    """Return the papers that came up with a lower authority's review (R-DEC-5)."""
    facts, seen = work.facts(), set()
    for code in bundle.waits_for(work.release, item.item, work.case.items):
        lower = work.case.items[code]
        if lower.lifecycle == REPORTED and lower.outcome in SATISFIED:
            seen |= {use.use for use in bundle.material_uses(work.release, code, lower.handling, facts)}
    return seen


def _note(work: Work, item: Item, data: Mapping[str, Any], _: Actor) -> None:
    """记录问题: after the one notice only its own points may be repeated (R-ACC-6).

    What is wrong with a paper that was not there before could not have been told before: that is no new point.
    """
    asks = {use.use for use in bundle.material_uses(work.release, item.item, item.handling, work.facts())}
    for point in data["reasons"]:
        if (code := point.get("material")) and code not in asks:
            title = work.release.vocabulary.materials[code].title
            raise one_field("/data/reasons", f"本事项不需要「{title}」，不能要求补正", law="行政许可法 31")
        if code and code in _seen_below(work, item):
            title = work.release.vocabulary.materials[code].title
            raise one_field("/data/reasons", f"「{title}」已经随下级初审上报，不能要求重复提供", law="行政许可法 35")
    if item.asked:
        told = {point["reason"] for point in item.asked}
        late = {reason.removeprefix(papers.ABSENT) for reason in told if reason.startswith(papers.ABSENT)}
        new = [p["title"] for p in data["reasons"] if p["reason"] not in told and p.get("material") not in late]
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
    work.case.form = {**work.case.form, **data.get("form", {})}
    _refuse_wrong_papers(work, rows, wanted)
    for row in rows:
        library.hand_in(work, row, actor)
    library.tell_unshared(work)
    failed = {code for code, answer in work.situation.shared.items() if answer.fault}
    supplied = {row["material"] for row in rows} - failed
    for other in work.case.items.values():
        done = {p["reason"] for p in other.asked if _answers(p, supplied, data) or (everything and other is item)}
        other.answered = sorted({*other.answered, *done})
        for code in papers.open_gaps(work.case, other.item):
            if code in supplied:
                work.put(clocks.settle(work.case.clocks[other.item, papers.GAP + code], work.at))
        if done and not papers.unanswered(other):
            other.complete_at = work.at
    if actor.officer:
        _corrected_on_spot(work, supplied, data)


def _corrected_on_spot(work: Work, supplied: set[str], data: Mapping[str, Any]) -> None:
    """当场更正: what was put right before anybody told it need not be told; the set may be complete now (R-ACC-4 no. 3)."""
    facts = work.facts()
    for item in bundle.own_items(work.case).values():
        if item.state == work.machine(item).lifecycle.initial:
            item.noted = [point for point in item.noted if not _answers(point, supplied, data)]
            if item.complete_at is None and not papers.missing(work.release, work.case, item, facts):
                item.complete_at = work.at


def _refuse_wrong_papers(work: Work, rows: Sequence[Mapping[str, Any]], wanted: Sequence[str]) -> None:
    """Refuse a paper nobody asked for, one in a way that is not open for it, and another promise to follow later."""
    own = bundle.own_items(work.case)
    handling = {code: item.handling for code, item in own.items()}
    needs = bundle.one_set(work.release, own, handling, work.facts())
    errors = []
    for index, row in enumerate(rows):
        wrong = papers.wrong_origin(work.release, needs.get(row["material"]), row) or library.fault(work, row)
        if row["source"] == "defer":
            wrong = "补交时请提供材料本身"
        elif row["material"] in wanted and row["source"] == "upload":
            wrong = ""  # what was asked for may always be handed in
        if wrong:
            errors.append({"pointer": f"/data/materials/{index}", "detail": wrong})
    if errors:
        raise DataInvalid(errors[0]["detail"], errors=errors)


def _answers(point: Mapping[str, Any], supplied: set[str], data: Mapping[str, Any]) -> bool:
    if point.get("material"):
        return point["material"] in supplied
    return point["reason"] in data.get("points", []) or point.get("field", "?") in data.get("form", {})


def _accept_with_gaps(work: Work, item: Item, data: Mapping[str, Any], _: Actor) -> None:
    """容缺受理: each gap gets its own clock; at its end the item lapses where its lifecycle says how (R-RQ-1)."""
    machine = work.machine(item)
    lapses = (t.action for t in machine.transitions if t.actors == [CLOCK] and machine.states[t.to].final == "lapsed")
    expiry = next(lapses, "")
    facts = work.facts()
    uses = {u.use: u for u in bundle.material_uses(work.release, item.item, item.handling, facts)}
    for code in data["gaps"]:
        title = f"后补{work.release.vocabulary.materials[code].title}"
        clock = Clock(
            item.item, papers.GAP + code, title, owner=APPLICANT, statutory=uses[code].deferrable, expiry=expiry
        )
        work.begin(clock, work.at)


def _officers(_: Work, item: Item, data: Mapping[str, Any], __: Actor) -> None:
    item.special = {**item.special, "officers": data["officers"]}


def _special(work: Work, item: Item, data: Mapping[str, Any], _: Actor) -> None:
    item.special = {
        **_without_procedure(item), "procedure": data["procedure"], "days": data.get("days"),
        "notice_text": data.get("notice_text", ""), "since": work.at.isoformat(),
    }  # fmt: skip


def _renew_special(work: Work, item: Item, data: Mapping[str, Any], _: Actor) -> None:
    """Keep what was told anew: the procedure goes on, the time is another (R-CLK-1)."""
    told = {"days": data.get("days"), "notice_text": data["notice_text"], "since": work.at.isoformat()}
    item.special = {**item.special, **told}


def _end_special(_: Work, item: Item, __: Mapping[str, Any], ___: Actor) -> None:
    item.special = _without_procedure(item)


def _without_procedure(item: Item) -> dict[str, Any]:
    return {
        name: item.special[name] for name in ("officers", "hearing", "legal_review", "feedback") if name in item.special
    }


def _to_ordinary(work: Work, item: Item, data: Mapping[str, Any], _: Actor) -> None:
    item.handling = "ordinary"
    item.note = "；".join(point["title"] for point in data.get("reasons", [])) or "申请人撤回承诺，按一般程序办理"
    if papers.missing(work.release, work.case, item, work.facts()):
        item.complete_at = None  # what the promise had replaced is asked for again


def _hand_in_later(work: Work, item: Item, data: Mapping[str, Any], actor: Actor) -> None:
    """What a proceeding is given is one of the papers its item may ask for; `all` are those the promise replaced."""
    asked = {use.use for use in work.release.items[item.parent].material_uses()}
    promise = work.release.items[item.parent].commitment
    given = data["materials"]
    if given == "all":
        given = [
            {"material": code, "source": "upload", "file": "", "name": ""}
            for code in (promise.waives if promise else [])
        ]
    for index, row in enumerate(given):
        if row["material"] not in asked:
            title = work.release.vocabulary.materials[row["material"]].title
            raise one_field(f"/data/materials/{index}", f"本事项不需要「{title}」")
        library.hand_in(work, row, actor)


def _end_certificate(ends: str, work: Work, item: Item, _: Mapping[str, Any], __: Actor) -> None:
    for certificate in work.case.certificates.values():
        if certificate.item == item.item:
            certificate.state = ends


def _record(transition: Transition, work: Work, item: Item, data: Mapping[str, Any], actor: Actor) -> None:
    step = transition.effect.record if transition.effect else None
    told = {"by": actor.account, "at": work.at.isoformat(), "opinion": data.get("opinion", "")}
    item.special = {**item.special, str(step): told}


def _forget_review(_: Work, item: Item, __: Mapping[str, Any], ___: Actor) -> None:
    """What goes back to the review is reviewed anew before its decision (R-SUP-5)."""
    item.special = {name: value for name, value in item.special.items() if name != "legal_review"}


def _hearing(transition: Transition, work: Work, item: Item, data: Mapping[str, Any], actor: Actor) -> None:
    hearings.advance(work, item, transition, data, actor)


Apply = Callable[[Work, Item, Mapping[str, Any], Actor], None]


def effects_of(work: Work, item: Item, transition: Transition, data: Mapping[str, Any]) -> Iterator[Apply]:
    """Yield what a transition does beside moving the state: it follows from what it carries and where it leads.

    Names of actions mean nothing here, so that a pack's own lifecycle works like the standard ones.
    """
    machine = work.machine(item)
    begins = machine.lifecycle.initial
    yield from _of_intake(item, transition, begins)
    if "materials" in transition.needs:
        yield _hand_in_later if item.parent in work.release.items else _supply
    if "gaps" in transition.needs:
        yield _accept_with_gaps
    if "officers" in data:
        yield _officers
    yield from _of_special(item, transition)
    if transition.effect and transition.effect.record:
        yield partial(_record, transition)
    elif (
        "legal_review" in item.special
        and item.state in machine.before_decision
        and transition.to not in (item.state, *(set(machine.states) - machine.before_decision))
    ):
        yield _forget_review
    if transition.effect and transition.effect.hearing:
        yield partial(_hearing, transition)
    if item.state == PLEDGED and transition.to == begins:
        yield _to_ordinary
    if (ends := machine.states[transition.to].final) in ("revoked", "recalled"):
        yield partial(_end_certificate, str(ends))


def _of_intake(item: Item, transition: Transition, begins: str) -> Iterator[Apply]:
    if "reasons" in transition.needs and transition.to == item.state == begins:
        yield _note
    if transition.action in FEEDBACK:  # the engine's own, in every lifecycle
        yield partial(feedback.answer, transition.action)


def _of_special(item: Item, transition: Transition) -> Iterator[Apply]:
    if "procedure" in transition.needs:
        yield _special
    elif transition.to != item.state and "procedure" in item.special:
        yield _end_special
    elif "notice_text" in transition.needs and "procedure" in item.special:
        yield _renew_special
