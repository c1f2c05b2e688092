"""决定 — in writing, by people: refused with reasons and remedies, granted on paper, never ended by silence (行政许可法 38)."""

from collections.abc import Iterator

from service.workflows.authoring.checks.licences.proof import Fault, Numbered, Proof, officers
from service.workflows.case.engine import APPLICANT, CLOCK
from service.workflows.notices.wording import NEGATIVE
from service.workflows.rules.correction import REPORTED

OF_THE_INTAKE = ("declined", "not_required")
OF_THE_APPLICANT = ("lapsed", "withdrawn")
NOT_DECIDING = ("window", "reviewer")


def faults(proof: Proof) -> Iterator[Fault]:
    """Yield what is wrong with the ways in which a licence ends."""
    ends = [
        (index, transition)
        for index, transition in proof.transitions(proof.undecided)
        if proof.is_bad(transition.to)
    ]
    told = [fault for each in ends for fault in _bad_end(proof, each)]
    yield from told
    yield from _silent_end(proof)
    if proof.cycle.code == REPORTED:
        return  # the upper authority decides (行政许可法 43)
    refusing = {"refused", "declined"} if proof.on_the_spot else {"refused"}
    disguised = any(
        fault.code == "E538" for fault in told
    )  # the refusal is there, as something else
    if not disguised and not any(proof.final_of(t.to) in refusing and officers(t) for _, t in ends):
        said = "没有不予许可的动作，不符合条件的只能拖着"
        hint = "加上 {action: refuse, by: approver, needs: [reasons], notice: refusal}，到 final: refused"
        yield Fault("E539", ("transitions",), said, hint, at_key=True)
    yield from _granted(proof)
    if not proof.on_the_spot:
        yield from _by_another(proof)


def _bad_end(proof: Proof, end: Numbered) -> Iterator[Fault]:
    index, transition = end
    final, here = proof.final_of(transition.to), ("transitions", index)
    if officers(transition) and final in OF_THE_APPLICANT:
        said = f"“{transition.action}”由工作人员把申请作退件、撤回处理，不是决定"
        hint = "不符合条件的作不予许可决定：final: refused，needs: [reasons]，notice: refusal"
        yield Fault("E538", (*here, "to"), said, hint)
        return
    if final in OF_THE_INTAKE and proof.accepted & set(transition.sources):
        said = f"“{transition.action}”在受理以后又不受理、不予受理"
        yield Fault("E538", (*here, "to"), said, "受理以后只能准予或者不予许可（final: refused）")
        return
    at_the_intake = transition.actors == [CLOCK] and transition.sources == [proof.cycle.initial]
    if transition.actors == [APPLICANT] or at_the_intake:
        return  # what the end of the five days must come to has its own finding
    unreasoned = officers(transition) and "reasons" not in transition.needs
    lacking = ["needs: [reasons]"] if unreasoned else []
    if transition.notice not in NEGATIVE:
        lacking.append("notice: refusal" if officers(transition) else "notice: lapse")
    if lacking:
        said = f"“{transition.action}”没有说明理由、告知复议诉讼权利的书面决定"
        yield Fault("E537", (*here, "action"), said, f"写 {'、'.join(lacking)}")


def _silent_end(proof: Proof) -> Iterator[Fault]:
    """Check that only the applicant's own time ends an application when it is over."""
    for name in sorted(proof.undecided):
        for clock, action in proof.cycle.states[name].on_expiry.items():
            if name == proof.cycle.initial and clock in proof.telling_clocks:
                continue  # what the end of the five days must come to is said there
            ends = any(
                t.action == action and CLOCK in t.actors and proof.is_bad(t.to)
                for _, t in proof.transitions(frozenset({name}))
            )
            if ends and name not in proof.correcting:
                said = f"在“{name}”时限“{clock}”到期就办结了：部门逾期不是申请人的过错"
                hint = "删去它；到期由系统亮牌督办，决定仍由人作"
                yield Fault("E538", ("states", name, "on_expiry", clock), said, hint, at_key=True)


def _granted(proof: Proof) -> Iterator[Fault]:
    for index, transition in proof.transitions(proof.undecided):
        if not proof.machine.grants(transition):
            continue
        if APPLICANT in transition.actors:
            said = f"“{transition.action}”由申请人自己准予，没有人作决定"
            yield Fault("E539", ("transitions", index, "by"), said, "写 by: approver")
        elif not transition.notice and officers(transition):
            said = f"“{transition.action}”准予许可，没有书面决定"
            hint = "写 notice: grant（当场发证的写 issue）"
            yield Fault("E539", ("transitions", index, "action"), said, hint)


def _by_another(proof: Proof) -> Iterator[Fault]:
    """Check that neither who takes papers in nor who examines them decides: run time compares persons, not posts (R-SEC-4)."""
    for index, transition in proof.transitions(proof.undecided):
        refuses = proof.final_of(transition.to) == "refused"
        ends = refuses or proof.machine.grants(transition)
        if ends and (posts := [by for by in officers(transition) if by in NOT_DECIDING]):
            said = f"“{transition.action}”由收件、审查的岗位（{'、'.join(posts)}）自己作决定"
            hint = "写 by: approver（或者 head）；当场决定的用 instant"
            yield Fault("E553", ("transitions", index, "by"), said, hint)
