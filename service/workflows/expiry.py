"""到期怎么办 — what the end of an applicant's period does: as the lifecycle says, or as the region's rule has it instead.

Nothing in the licensing law says what becomes of papers that do not come: 视为撤回 is the usual local reading, 不予受理,
不予办理 and 归档 are others, each with its rule (R-ACC-9, R-RQ-1).
"""

from collections.abc import Mapping

from service.workflows.case.lifecycle import LifecycleMachine
from service.workflows.definition.models.policy import GapOverdue, Overdue, Policy

ACTS: Mapping[str, str] = {
    "declined": "decline_overdue",
    "refused": "refuse_overdue",
    "filed": "file_overdue",
    "acceptance_revoked": "revoke_acceptance",
}
RULES: Mapping[str, str] = {
    "withdrawn": "视为撤回申请",
    "declined": "不予受理",
    "refused": "不予办理",
    "filed": "归档，不再办理",
    "acceptance_revoked": "撤销受理",
}


def consequence(rule: Overdue | GapOverdue) -> str:
    """Say what follows, and by which rule: 不予受理（浙江省…条例 11）."""
    return RULES[rule.then] + (f"（{rule.basis}）" if rule.basis else "")


def at_end(policy: Policy, machine: LifecycleMachine, state: str, clock: str) -> str:
    """Return the act at the end of a clock that a state runs; empty where nothing follows by itself.

    Only the period of a correction is the region's: what else ends an application stands in its lifecycle.
    """
    named = machine.states[state].on_expiry.get(clock, "")
    corrects = state in machine.acceptance_states and state != machine.lifecycle.initial
    lapses = any(t.action == named and state in t.sources for t in machine.lapsing)
    return ACTS.get(policy.correction_overdue.then, named) if corrects and lapses else named


def of_gap(policy: Policy, machine: LifecycleMachine) -> str:
    """Return the act by which the clock ends an item whose deferred papers did not come; empty where it has none."""
    named = next((t.action for t in machine.lapsing), "")
    return named and ACTS.get(policy.gap_overdue.then, named)
