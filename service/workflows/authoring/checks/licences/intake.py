"""受理 — five days to tell everything at once, silence is acceptance from the receipt (行政许可法 32)."""

from collections.abc import Iterator

from service.workflows.authoring.checks.licences.proof import Fault, Proof, officers
from service.workflows.case.engine import APPLICANT, CLOCK
from service.workflows.case.lifecycle import PLEDGED
from service.workflows.definition import models

COUNTED = ("complete", "received")
DEEM = "加一个动作 by: clock、counts_from: received，从这里到审查的状态，写进 on_expiry"


def faults(proof: Proof) -> Iterator[Fault]:
    """Yield what is wrong before the acceptance and with it."""
    yield from _five_days(proof)
    yield from _one_notice(proof)
    yield from _acceptance(proof)
    yield from _back(proof)


def _five_days(proof: Proof) -> Iterator[Fault]:
    first = proof.cycle.initial
    here = ("states", first)
    if proof.on_the_spot:
        return
    if not proof.telling_clocks:
        said = f"“{first}”没有五日的一次性告知时限"
        hint = f"{first} 里 runs: [notice]，clocks 里 notice: {{title: 一次性告知, limit: 5wd}}"
        yield Fault("E531", here, said, hint, at_key=True)
        return
    deeming = [name for name in proof.telling_clocks if name in proof.cycle.states[first].on_expiry]
    if not deeming and not _untriggered(proof):
        name = proof.telling_clocks[0]
        said = f"时限“{name}”到期没有视为受理：不告知补正的，自收到之日起即为受理"
        yield Fault("E532", here, said, DEEM, at_key=True)
    for name in deeming:
        yield from _deemed(proof, proof.cycle.states[first].on_expiry[name])


def _untriggered(proof: Proof) -> bool:
    """Tell whether there is an acceptance by the clock that no expiry takes: that has its finding."""
    return any(
        t.actors == [CLOCK] and t.to in proof.accepted
        for _, t in proof.transitions(frozenset({proof.cycle.initial}))
    )


def _deemed(proof: Proof, action: str) -> Iterator[Fault]:
    """Check that silence accepts, always, and from the day of the receipt."""
    ways = [
        (index, t)
        for index, t in proof.transitions(frozenset({proof.cycle.initial}))
        if t.action == action and CLOCK in t.actors
    ]
    if ways and all(t.when for _, t in ways):
        index = ways[-1][0]
        said = f"“{action}”有条件才视为受理；逾期没有告知的，材料不齐也视为受理"
        yield Fault("E532", ("transitions", index, "when"), said, "删去 when")
    for index, transition in ways:
        here = ("transitions", index)
        if transition.to not in proof.accepted:
            said = f"“{action}”逾期以后到了“{transition.to}”，不是受理后的办理"
            yield Fault("E532", (*here, "to"), said, "to 写审查的状态")
        elif transition.counts_from != "received":
            said = f"视为受理的“{action}”没有从收到之日起算"
            yield Fault("E532", (*here, "counts_from"), said, "写 counts_from: received")


def _one_notice(proof: Proof) -> Iterator[Fault]:
    """Check that what is lacking can be told, once and completely, and answered."""
    first = proof.cycle.initial
    if not proof.correcting:
        said = "没有补正：材料不齐的只能不收，不能一次告知要补什么"
        hint = "加上等申请人补正的状态（post: applicant，补齐回到第一个状态）"
        yield Fault("E540", ("states", first), said, hint, at_key=True)
        return
    noting = [
        t
        for _, t in proof.transitions(frozenset({first}))
        if t.to == first and "reasons" in t.needs and officers(t)
    ]
    if not noting:
        said = f"“{first}”没有记录问题的动作，一次性告知里没有内容"
        hint = f"加上 {{action: note_defects, from: {first}, to: {first}, needs: [reasons]}}"
        yield Fault("E540", ("states", first), said, hint, at_key=True)
    for state in sorted(proof.correcting):
        if not any(_answers(proof, t) for _, t in proof.transitions(frozenset({state}))):
            said = f"申请人在“{state}”不能补交材料"
            hint = f"加上 {{action: supply, from: {state}, by: applicant, needs: [materials]}}"
            yield Fault("E540", ("states", state), said, hint, at_key=True)
    for index, transition in enumerate(proof.cycle.transitions):
        if transition.notice == "correction":
            said = f"“{transition.action}”另发一份补正通知：要补的必须一次告知全部内容"
            hint = "删去 notice；问题用 note_defects 记下，由 notify_correction 一次发出"
            yield Fault("E540", ("transitions", index, "notice"), said, hint)


def _answers(proof: Proof, transition: models.Transition) -> bool:
    return (
        APPLICANT in transition.actors
        and "materials" in transition.needs
        and (transition.to not in proof.correcting)
    )


def _acceptance(proof: Proof) -> Iterator[Fault]:
    """Check from which day an accepted application counts (R-ACC-8)."""
    if proof.on_the_spot:
        return
    for index, transition in proof.transitions(proof.intake):
        accepts = transition.to in proof.accepted and CLOCK not in transition.actors
        if accepts and transition.counts_from not in COUNTED:
            said = f"“{transition.action}”以后的办理期限没有从材料收齐之日起算"
            yield Fault(
                "E534", ("transitions", index, "counts_from"), said, "写 counts_from: complete"
            )
        elif officers(transition) and accepts and not _looks_first(transition):
            said = f"“{transition.action}”材料没有收齐也能受理：要么一次告知补正，要么容缺"
            hint = "写 when: item.complete；容缺受理写 needs: [gaps]"
            yield Fault("E534", ("transitions", index, "action"), said, hint)


def _looks_first(transition: models.Transition) -> bool:
    """Tell whether it takes in only what is complete, or says what is to follow."""
    asked = (transition.when or "").replace("!item.complete", "")
    return "gaps" in transition.needs or "item.complete" in asked


def _back(proof: Proof) -> Iterator[Fault]:
    """Check that nothing accepted goes back before its acceptance: that would stop the limit and begin it anew."""
    for index, transition in proof.transitions(proof.accepted):
        if transition.to in proof.intake and transition.to != PLEDGED:
            said = f"“{transition.action}”把已经受理的退回受理前，期限因此停下、重新起算"
            hint = "受理后缺材料的，照常审查：补得上的在办理期限内补，补不上的不予许可"
            yield Fault("E534", ("transitions", index, "to"), said, hint)
