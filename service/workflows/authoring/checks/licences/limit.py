"""期限 — one limit from the acceptance to the decision: what may stop it, nothing begins it anew (行政许可法 42–45)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from service.workflows.authoring.checks.licences.proof import (
    HEARD,
    SPECIAL,
    Fault,
    Proof,
    stops_lawfully,
)
from service.workflows.case.engine import APPLICANT
from service.workflows.case.lifecycle import PLEDGED
from service.workflows.definition import models
from service.workflows.definition.duration import Duration
from service.workflows.limits import DEPARTMENT, EXPIRY, LIMITS, owner_of

FIVE_DAYS = Duration(5, "wd")


@dataclass(frozen=True, slots=True)
class Bound:
    """期限的界限 — the longest, or for the applicant's own time the shortest, that the law leaves."""

    code: str
    days: int
    side: Literal["at_most", "at_least"]
    what: str

    def breaks(self, length: Duration) -> bool:
        """Tell whether a length is outside; working days are compared, other units pass where they are longer."""
        if self.side == "at_least":
            return length.unit == "wd" and length.count < self.days
        return length.count > self.days if length.unit == "wd" else length.unit != "d"

    def said(self, length: Duration) -> str:
        """Say what is wrong with it."""
        word = "不超过" if self.side == "at_most" else "不少于"
        return f"{self.what} {length}，应当{word}{self.days}个工作日"

    @property
    def hint(self) -> str:
        """Say how to write it."""
        return f"写 {self.days}wd {'或更短' if self.side == 'at_most' else '或更长'}"


LONGEST_EXTENSION = Bound("E536", 10, "at_most", "延长")
TO_TELL = Bound("E531", 5, "at_most", "收件以后告知补正的时限")
TO_ASK = Bound("E541", 5, "at_least", "要求听证的时间")
TO_HOLD = Bound("E541", 20, "at_most", "组织听证的时限")
TO_ISSUE = Bound("E543", 10, "at_most", "准予以后颁证送达的时限")


def fixed(cycle: models.Lifecycle, clock: str) -> Duration | None:
    """Return the length of a clock that has one of its own; None where the item gives it."""
    text = cycle.clocks[clock].limit
    return Duration.parse(text) if text[0].isdigit() else None


def bounded(proof: Proof) -> Iterator[tuple[str, Bound]]:
    """Yield the clocks whose length the law bounds, found by what they are for."""
    first = proof.cycle.states[proof.cycle.initial]
    for name in proof.telling_clocks:
        if name in first.on_expiry:
            yield name, TO_TELL
    for state in proof.cycle.states.values():
        for clock, action in state.on_expiry.items():
            if _effect_of(proof, action) == "over":
                yield clock, TO_ASK
    for name in sorted(proof.accepted):
        asked = [t.effect.hearing for _, t in proof.entering(name) if t.effect]
        if "asked" in asked:  # what is opened of one's own motion tells its own days
            yield from ((clock, TO_HOLD) for clock in _own(proof, name))
    for name in sorted(_issuing(proof)):
        yield from ((clock, TO_ISSUE) for clock in _own(proof, name))


def named_bounds(proof: Proof) -> dict[str, Bound]:
    """Return the limits of an item that the law bounds, by their names."""
    return {
        proof.cycle.clocks[clock].limit: bound
        for clock, bound in bounded(proof)
        if fixed(proof.cycle, clock) is None
    }


def faults(proof: Proof) -> Iterator[Fault]:
    """Yield what is wrong with the limit of the decision, and lengths outside the law's own bounds."""
    if not proof.deciding_clocks:
        said = "没有决定的时限：自受理之日起二十个工作日内作出决定"
        hint = "clocks 里加上 decision: {title: 决定, limit: limits}，审查、决定的状态 runs: [decision]"
        yield Fault("E535", ("clocks",), said, hint, at_key=True)
    else:
        yield from _one_limit(proof)
        yield from _stops(proof)
    yield from _anew(proof)
    yield from _extended(proof)
    yield from _lengths(proof)
    yield from _issued(proof)


def _own(proof: Proof, state: str) -> list[str]:
    runs = proof.cycle.states[state].runs
    return [name for name in runs if proof.cycle.clocks[name].limit not in (LIMITS, EXPIRY)]


def _effect_of(proof: Proof, action: str) -> str | None:
    effects = [t.effect for t in proof.cycle.transitions if t.action == action and t.effect]
    return next((effect.hearing for effect in effects if effect.hearing), None)


def _issuing(proof: Proof) -> set[str]:
    """Return the states between the decision and the handing over."""
    open_states = {name for name, state in proof.cycle.states.items() if not state.final}
    return open_states - proof.undecided


def _one_limit(proof: Proof) -> Iterator[Fault]:
    for name in proof.deciding_clocks[1:]:
        first = proof.deciding_clocks[0]
        said = f"“{name}”是第二个决定时限，前一个“{first}”走完又给一次"
        hint = f"审查、决定的状态都 runs: [{first}]；环节时限写在事项的 steps"
        yield Fault("E535", ("clocks", name), said, hint, at_key=True)
    for name in proof.deciding_clocks:
        if owner_of(proof.cycle, name) != DEPARTMENT:
            said = f"决定时限“{name}”不算部门的时间，逾期不亮牌"
            hint = "删去 owner；走它的状态写上要办的岗位（post）"
            yield Fault("E535", ("clocks", name), said, hint, at_key=True)


def _stops(proof: Proof) -> Iterator[Fault]:
    """Check that only the eight procedures and a hearing stop the limit (行政许可法 45)."""
    clock = proof.deciding_clocks[0]
    pledged = {PLEDGED} & proof.undecided
    for name in sorted(proof.accepted | pledged):
        state = proof.cycle.states[name]
        if set(state.runs) & set(proof.deciding_clocks):
            continue
        if proof.stops(name):
            yield from _stop_ends(proof, name)
            continue
        if state.post == APPLICANT:
            said = f"受理以后在“{name}”等申请人，决定时限停了"
            hint = "要补的在受理前一次告知；受理后由部门继续审查"
        else:
            said = f"在“{name}”决定时限“{clock}”停了，不是可以不计入的八种程序"
            hint = (
                f"runs 里加上 {clock}；确属听证、检验、鉴定等八种的，"
                "进入它的动作 needs: [procedure, basis, notice_text, days]、notice: special"
            )
        yield Fault("E533", ("states", name), said, hint, at_key=True)


def _stop_ends(proof: Proof, name: str) -> Iterator[Fault]:
    """Check that a stop ends: a procedure with the time told in writing, a hearing with its record."""
    state = proof.cycle.states[name]
    begins = [t for _, t in proof.entering(name) if stops_lawfully(t)]
    told = {t.effect.limit if t.effect else None for t in begins if set(t.needs) >= SPECIAL}
    for clock in told:
        action = state.on_expiry.get(clock or "")
        goes_on = any(
            t.action == action and set(proof.cycle.states[t.to].runs) & set(proof.deciding_clocks)
            for _, t in proof.transitions(frozenset({name}))
        )
        if not (clock in state.runs and goes_on):
            said = f"“{name}”没有随书面告知的时间结束：超过告知的时间照样不计"
            hint = (
                "进入的动作写 effect: {limit: 时限}，这里 runs 它，on_expiry 到一个走决定时限的状态"
            )
            yield Fault("E533", ("states", name), said, hint, at_key=True)
    if begins and all(t.effect and t.effect.hearing in HEARD for t in begins):
        yield from _hearing_ends(proof, name)


def _hearing_ends(proof: Proof, name: str) -> Iterator[Fault]:
    """Check that only the days of a hearing stop the limit (45、47), and that it is left when it was held."""
    state, own = proof.cycle.states[name], set(_own(proof, name))
    over = {action for clock, action in state.on_expiry.items() if clock in own}
    late = {t.to for _, t in proof.transitions(frozenset({name})) if t.action in over}
    late = {to for to in late if set(proof.cycle.states[to].runs) & set(proof.deciding_clocks)}
    if not late:
        said = f"“{name}”没有尽头：听证过了期限，决定时限照样停着"
        hint = "runs: [hearing]，on_expiry: {hearing: 到期的动作}，到一个走决定时限、仍可记录听证的状态"
        yield Fault("E533", ("states", name), said, hint, at_key=True)
    for index, transition in proof.transitions(frozenset({name})):
        step = transition.effect.hearing if transition.effect else None
        leaves = transition.to in proof.accepted - {name, *late}
        if leaves and step not in ("held", "taken_back"):
            said = f"“{transition.action}”没有举行就离开听证，停过的时间白停了"
            hint = "举行并有笔录才继续：effect: {hearing: held}，needs: [document]"
            yield Fault("E533", ("transitions", index, "to"), said, hint)


def _anew(proof: Proof) -> Iterator[Fault]:
    """Check that nothing begins a limit again that has begun, and nobody sets its length."""
    own = {*proof.deciding_clocks, *proof.telling_clocks}
    for index, transition in enumerate(proof.cycle.transitions):
        here = ("transitions", index)
        for key, again in _begun(proof, transition, own):
            said = f"“{transition.action}”让时限“{again}”重新起算"
            yield Fault("E535", (*here, key), said, f"删去 {key}：停过的时限接着走")
        effect = transition.effect
        if effect and effect.limit in proof.telling_clocks:  # the limit of the decision: E425
            said = f"“{transition.action}”可以随意改时限“{effect.limit}”的长短"
            yield Fault("E535", (*here, "effect", "limit"), said, "删去 limit；延长用 extend")


def _begun(proof: Proof, transition: models.Transition, own: set[str]) -> Iterator[tuple[str, str]]:
    """Yield by which key a transition begins a limit anew, and which limit.

    Only the applicant may bring that about: by what completes the application, or by taking back a promise.
    """
    if _goes_back(proof, transition):
        return  # that has its own finding
    sources = set(transition.sources) - proof.correcting
    named = own & set(transition.restarts)
    by_applicant = transition.actors == [APPLICANT]
    # by a department, of the decision's limit: told of every lifecycle (E425)
    told = named if by_applicant else named - set(proof.deciding_clocks)
    if told and sources and not (by_applicant and sources <= {PLEDGED}):
        yield "restarts", min(told)
    sources -= {PLEDGED}
    if transition.to != proof.cycle.initial:
        sources -= {proof.cycle.initial}
    again = own & set(proof.cycle.states[transition.to].runs)
    if transition.counts_from and sources and again and not named:
        yield "counts_from", min(again)


def _goes_back(proof: Proof, transition: models.Transition) -> bool:
    """Tell whether the way back to the intake has its own finding."""
    return transition.to in proof.intake and bool(proof.accepted & set(transition.sources))


def _extended(proof: Proof) -> Iterator[Fault]:
    """Check that only the limit of the decision is extended, with a reason and in writing."""
    for index, transition in enumerate(proof.cycle.transitions):
        here = ("transitions", index)
        clock = transition.effect.extend if transition.effect else None
        if clock is None or clock not in proof.cycle.clocks:
            continue
        if clock in proof.telling_clocks or proof.cycle.clocks[clock].limit == EXPIRY:
            said = f"“{transition.action}”延长的是“{clock}”，能延长的只有决定时限"
            yield Fault("E536", (*here, "effect", "extend"), said, "删去这个动作")
        elif clock in proof.deciding_clocks:
            lacking = [] if "reason" in transition.needs else ["needs: [reason, days]"]
            lacking += [] if transition.notice else ["notice: extension"]
            if lacking:
                said = f"“{transition.action}”延长期限，没有把理由书面告知申请人"
                yield Fault("E536", (*here, "action"), said, f"写 {'、'.join(lacking)}")
    for name in proof.deciding_clocks:
        text = proof.cycle.clocks[name].extension
        if text and LONGEST_EXTENSION.breaks(length := Duration.parse(text)):
            at = ("clocks", name, "extension")
            yield Fault("E536", at, LONGEST_EXTENSION.said(length), LONGEST_EXTENSION.hint)


def _lengths(proof: Proof) -> Iterator[Fault]:
    told: set[str] = set()
    for clock, bound in bounded(proof):
        length = fixed(proof.cycle, clock)
        if length and bound.breaks(length) and clock not in told:
            told.add(clock)
            yield Fault(bound.code, ("clocks", clock, "limit"), bound.said(length), bound.hint)


def _issued(proof: Proof) -> Iterator[Fault]:
    """Check that who was granted a licence gets it within a limit (行政许可法 44)."""
    for name in sorted(_issuing(proof)):
        post = proof.cycle.states[name].post
        if post != APPLICANT and not _own(proof, name):
            said = f"准予以后在“{name}”没有颁证送达的时限"
            hint = "runs: [issue]，clocks 里 issue: {title: 颁证送达, limit: 10wd}"
            yield Fault("E543", ("states", name), said, hint, at_key=True)
    yield from _issued_twice(proof)


def _issued_twice(proof: Proof) -> Iterator[Fault]:
    """Check that several stages after the decision do not take ten days each."""
    order = [name for name in proof.cycle.states if name in _issuing(proof)]
    clocks = dict.fromkeys(clock for name in order for clock in _own(proof, name))
    lengths = {clock: fixed(proof.cycle, clock) for clock in clocks}
    days = [length.count for length in lengths.values() if length and length.unit == "wd"]
    if len(days) > 1 and max(days) <= TO_ISSUE.days < sum(days):
        said = f"准予以后的各段时限加起来 {sum(days)} 个工作日，应当在{TO_ISSUE.days}日内颁证送达"
        hint = "各段共用一个时限（都 runs 它），或者缩短"
        yield Fault("E543", ("clocks", list(clocks)[-1]), said, hint, at_key=True)
