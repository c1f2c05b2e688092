"""听证 — the right to be heard is told in writing, whoever opens a hearing announces it (行政许可法 46, 47)."""

from collections.abc import Iterator

from service.workflows.authoring.checks.licences.proof import Fault, Proof

IN_WRITING = {
    "told": "hearing_right",
    "opened": "hearing_announcement",
    "announced": "hearing_notice",
}


def faults(proof: Proof) -> Iterator[Fault]:
    """Yield what is wrong with a hearing where the lifecycle has one; whether an item needs it is the item's finding."""
    for index, transition in enumerate(proof.cycle.transitions):
        step = transition.effect.hearing if transition.effect else None
        if step in IN_WRITING and not transition.notice:
            said = f"“{transition.action}”没有书面告知"
            yield Fault(
                "E541", ("transitions", index, "action"), said, f"写 notice: {IN_WRITING[step]}"
            )
