"""听证 — told in writing, announced, under a chair who may be challenged; only who asked takes it back (行政许可法 46–48)."""

from collections.abc import Iterator

from service.workflows.authoring.checks.licences.proof import Fault, Numbered, Proof, officers

IN_WRITING = {
    "told": "hearing_right",
    "opened": "hearing_announcement",
    "announced": "hearing_notice",
    "taken_back": "hearing_taken_back",
    "challenged": "chair_challenged",
    "replaced": "chair_replaced",
    "kept": "chair_kept",
}
DECIDED = ("replaced", "kept")  # what becomes of a challenge
HEAD = ["head"]


def faults(proof: Proof) -> Iterator[Fault]:
    """Yield what is wrong with a hearing where the lifecycle has one; whether an item needs it is the item's finding."""
    for index, transition in enumerate(proof.cycle.transitions):
        step = transition.effect.hearing if transition.effect else None
        if step in IN_WRITING and not transition.notice:
            said = f"“{transition.action}”没有书面告知"
            yield Fault(
                "E541", ("transitions", index, "action"), said, f"写 notice: {IN_WRITING[step]}"
            )
        if step == "taken_back":
            yield from _taken_back(proof, (index, transition))
        elif step in DECIDED and transition.actors != HEAD:
            said = f"“{transition.action}”由办理的人自己决定主持人是否回避"
            yield Fault("E541", ("transitions", index, "by"), said, "写 by: head")
        elif step == "challenged":
            yield from _undecided(proof, (index, transition))


def _taken_back(proof: Proof, of: Numbered) -> Iterator[Fault]:
    """Check that a request is taken back by who made it, and that the matter goes on without the hearing."""
    index, transition = of
    if officers(transition) and not {"party", "document"} <= set(transition.needs):
        said = f"“{transition.action}”由工作人员替申请人撤回听证申请"
        hint = "写 by: applicant；登记利害关系人撤回的，needs: [party, document]"
        yield Fault("E541", ("transitions", index, "by"), said, hint)
    if transition.to not in proof.accepted:
        said = f"“{transition.action}”撤回的是听证申请，申请本身也跟着没了"
        hint = "回到走决定时限的审查状态，撤回申请另有动作"
        yield Fault("E541", ("transitions", index, "to"), said, hint)


def _undecided(proof: Proof, of: Numbered) -> Iterator[Fault]:
    """Check that a challenge is decided where it is made: until then nothing is heard."""
    index, transition = of
    ways = [t.effect.hearing for t in proof.machine.leaving(transition.to) if t.effect]
    if not set(ways) & set(DECIDED):
        said = f"“{transition.action}”以后没有人决定主持人是否回避，听证永远举行不了"
        hint = "加上 by: head 的动作，effect: {hearing: replaced} 和 {hearing: kept}"
        yield Fault("E541", ("transitions", index, "to"), said, hint)
