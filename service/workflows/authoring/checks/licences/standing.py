"""作出的决定 — it stands, and what undoes it is the head's own act, in writing, on the grounds of the law (行政许可法 8, 69, 70).

What is the applicant's own – giving up a hearing or a promise – is done by nobody for him.
"""

from collections.abc import Iterator

from service.workflows.authoring.checks.licences.proof import Fault, Numbered, Proof, officers
from service.workflows.case.engine import APPLICANT, CLOCK
from service.workflows.case.lifecycle import PLEDGED
from service.workflows.definition import models
from service.workflows.proceedings import revocation

HEAD = ["head"]
AFTER = {
    "granted",
    "revoked",
    "recalled",
    "stopped",
}  # the ends that a decision to grant may come to
CARRIES = {"recalled": ("reason", "document", "compensation"), "revoked": ("reasons",)}
PAPERS = {"recalled": "notice: permit_withdrawal", "revoked": "notice: revocation"}


def faults(proof: Proof) -> Iterator[Fault]:
    """Yield what undoes a decision, ends a matter or disposes of somebody's right otherwise than the law has it."""
    for numbered in enumerate(proof.cycle.transitions):
        transition = numbered[1]
        final = proof.final_of(transition.to) or ""
        moves = set(transition.sources) - {transition.to}
        if transition.actors == [CLOCK]:
            continue  # that no clock undoes a decision has its own finding (E432)
        if final in CARRIES and moves:
            yield from _undone(numbered, final)
        if transition.effect and transition.effect.begin == revocation.KIND.code:
            yield from _begun(numbered)
        if final == "stopped" and moves:
            yield from _ended(proof, numbered)
        yield from _stands(proof, numbered)
        yield from _own_right(proof, numbered)
        yield from _handed_over(proof, numbered)


def _lacks(transition: models.Transition, needs: tuple[str, ...]) -> list[str]:
    return [need for need in needs if need not in transition.needs]


def _undone(of: Numbered, final: str) -> Iterator[Fault]:
    """Check that taking back and revoking carry what the law asks for, on paper (8, 69)."""
    index, transition = of
    lacking = _lacks(transition, CARRIES[final])
    if lacking or not transition.notice:
        said = (
            f"“{transition.action}”收回已经作出的许可，没有写明{'、'.join(lacking) or '书面决定'}"
        )
        hint = f"写 needs: [{', '.join(CARRIES[final])}]、{PAPERS[final]}"
        yield Fault("E546", ("transitions", index, "action"), said, hint)


def _begun(of: Numbered) -> Iterator[Fault]:
    """Check that a revocation is begun by the head, on a ground of the law with its facts (69)."""
    index, transition = of
    if transition.actors != HEAD or _lacks(transition, ("ground", "reason")):
        said = f"“{transition.action}”启动撤销，不是负责人依法定情形启动的"
        hint = "写 by: head、needs: [ground, reason]"
        yield Fault("E546", ("transitions", index, "action"), said, hint)


def _stands(proof: Proof, of: Numbered) -> Iterator[Fault]:
    """Check that no act opens anew what was decided, or lets a grant fall that was not handed over yet."""
    index, transition = of
    ended = [s for s in transition.sources if proof.final_of(s)]
    final = proof.final_of(transition.to)
    granted = [s for s in transition.sources if not proof.final_of(s) and s not in proof.undecided]
    if ended and not final:
        said = f"“{transition.action}”把已经办结的重新打开：决定作出以后不能自己改回去"
        hint = "删去它；申请人可以重新申请，确有错误的走撤销程序"
        yield Fault("E546", ("transitions", index, "from"), said, hint)
    elif granted and final and final not in AFTER:
        said = f"“{transition.action}”让已经准予的许可落空：作出决定以后不能再退、再撤回申请"
        hint = "删去它；准予以后只有撤销、撤回许可、终止、注销"
        yield Fault("E546", ("transitions", index, "to"), said, hint)


def _ended(proof: Proof, of: Numbered) -> Iterator[Fault]:
    """Check that a matter is ended by the head, with reasons and a document that proves it, before it has ended."""
    index, transition = of
    lacking = _lacks(transition, ("reasons", "document"))
    if transition.actors != HEAD or lacking or any(map(proof.final_of, transition.sources)):
        said = f"“{transition.action}”终止办理：应当由负责人在办结以前，凭理由和凭证决定"
        hint = "写 by: head、needs: [reasons, document]、notice: termination，from 里没有终态"
        yield Fault("E547", ("transitions", index, "action"), said, hint)


def _own_right(proof: Proof, of: Numbered) -> Iterator[Fault]:
    """Check that only the applicant gives up what is his: a hearing, a promise he made."""
    index, transition = of
    step = transition.effect.hearing if transition.effect else None
    if step == "waived" and officers(transition) and "party" not in transition.needs:
        said = f"“{transition.action}”由工作人员替申请人放弃听证"
        hint = "写 by: applicant；登记利害关系人的，needs: [party, …]"
        yield Fault("E548", ("transitions", index, "by"), said, hint)
    back = PLEDGED in transition.sources and transition.to in proof.intake
    if back and officers(transition) and "reasons" not in transition.needs:
        said = f"“{transition.action}”由工作人员替申请人收回承诺，或者没有理由就转一般程序"
        hint = "撤回承诺写 by: applicant；转一般程序写 needs: [reasons]、reasons: commitment"
        yield Fault("E548", ("transitions", index, "by"), said, hint)


def _handed_over(proof: Proof, of: Numbered) -> Iterator[Fault]:
    """Check that what follows later, and what is handed over, is told on paper (容缺, 44)."""
    index, transition = of
    here = ("transitions", index, "action")
    if "gaps" in transition.needs and not transition.notice:
        said = f"“{transition.action}”容缺受理，没有书面写明后补什么、到哪天、不补怎样"
        yield Fault("E549", here, said, "写 notice: tolerant_acceptance")
    decided = [s for s in transition.sources if not proof.final_of(s) and s not in proof.undecided]
    hands = proof.final_of(transition.to) == "granted" and transition.actors != [APPLICANT]
    if decided and hands and not transition.notice:
        said = f"“{transition.action}”颁发、送达证件，没有送达的书面记录"
        yield Fault("E549", here, said, "写 notice: issue")
    elif decided and hands and "item.gaps" not in (transition.when or "") and _follows(proof):
        said = f"“{transition.action}”不等容缺的材料补来就颁发证件"
        yield Fault("E549", here, said, "写 when: item.gaps == 0")


def _follows(proof: Proof) -> bool:
    """Tell whether papers may follow after the acceptance."""
    return any("gaps" in transition.needs for transition in proof.cycle.transitions)
