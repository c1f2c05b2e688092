"""引擎自带的步骤 — the states and actions that every lifecycle has beside its own: waiting, withdrawn, stopped, the region's.

Which of what the region's rules bring about is taken, its policy says: the steps are there in any lifecycle.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from service.workflows.definition.models import Lifecycle, State, Transition

WAITING, WITHDRAWN, STOPPED = "waiting", "withdrawn", "stopped"
CLOCK, SUPERVISOR = "clock", "supervisor"
APPLICANT: Final = "applicant"
NOTE_COMPLETE, NOTE_MISSING = "note_complete", "note_missing"
# only departments beside the lead have to say it
FEEDBACK = frozenset({NOTE_COMPLETE, NOTE_MISSING})
NOT_RECEIVED, FORBIDDEN = "not_received", "forbidden"  # answered at the receipt itself
DECLINE_AT_ONCE, REFUSE_AT_ONCE = "decline_at_once", "refuse_at_once"
PAUSE_PROMISE, RESUME_PROMISE = "pause_promise", "resume_promise"
# what the region says becomes of a paper that does not come: the act of the clock → (its title, the state, the paper)
OVERDUE: Mapping[str, tuple[str, str, str]] = {
    "decline_overdue": ("逾期未补正，不予受理", "overdue_declined", "not_accepted"),
    "refuse_overdue": ("逾期未补正，不予办理", "overdue_refused", "refusal"),
    "file_overdue": ("逾期未补正，归档", "overdue_filed", "filed_away"),
    "revoke_acceptance": ("逾期未补，撤销受理", "acceptance_revoked", "acceptance_revoked"),
}
OVERDUE_STATES = frozenset(state for _, state, _ in OVERDUE.values())
ENGINE_STATES: dict[str, State] = {
    NOT_RECEIVED: State(title="不予受理", final="declined"),
    FORBIDDEN: State(title="不予办理（依法不能办）", final="refused"),
    WAITING: State(title="等前面的事项办好"),
    WITHDRAWN: State(title="已撤回", final="withdrawn"),
    STOPPED: State(title="已终止（因其他事项）", final="stopped"),
    "overdue_declined": State(title="不予受理（逾期未补正）", final="declined"),
    "overdue_refused": State(title="不予办理（逾期未补正）", final="refused"),
    "overdue_filed": State(title="逾期未补正，已归档", final="lapsed"),
    "acceptance_revoked": State(title="受理已撤销（逾期未补）", final="declined"),
}


def transitions_of(
    lifecycle: Lifecycle, undecided: Collection[str], common_intake: str
) -> list[Transition]:
    """Return the engine's own transitions; `undecided` are the states in which an applicant may withdraw."""
    still_open = [name for name, state in lifecycle.states.items() if not state.final] + [WAITING]
    return [
        *_feedback(common_intake),
        *_ended(lifecycle),
        _made("note_opinion", "记录预审意见", [WAITING], WAITING, "reviewer", needs=["opinion"]),
        _made("start", "前置事项办结，开始办理", [WAITING], lifecycle.initial, CLOCK),
        _made(DECLINE_AT_ONCE, "不予受理", [WAITING], NOT_RECEIVED, CLOCK, "not_accepted"),
        _made(REFUSE_AT_ONCE, "依法不予办理", [WAITING], FORBIDDEN, CLOCK, "refusal"),
        _made("stop", "终止", still_open, STOPPED, CLOCK),
        _made("withdraw", "撤回申请", sorted(undecided), WITHDRAWN, APPLICANT, "withdrawal"),
        *_overdue(lifecycle),
        *_pauses(lifecycle, undecided),
    ]


def lapsing(lifecycle: Lifecycle) -> Iterator[Transition]:
    """Yield the transitions by which a clock ends an application whose papers did not come."""
    for transition in lifecycle.transitions:
        if transition.actors == [CLOCK] and lifecycle.states[transition.to].final == "lapsed":
            yield transition


def _ended(lifecycle: Lifecycle) -> list[Transition]:
    """What can no longer go on is ended before its turn as well (R-CLK-6)."""
    return [
        t.model_copy(update={"from_": [WAITING]})
        for t in lifecycle.transitions
        if lifecycle.initial in t.sources
        and lifecycle.states[t.to].final == "stopped"
        and t.actors == ["head"]
    ]


def _feedback(common_intake: str) -> list[Transition]:
    """What other departments than the lead say of their papers at the common intake (R-BND-4)."""
    asked = ["window", "reviewer"]
    intake = [common_intake] if common_intake else []
    complete = [_made(NOTE_COMPLETE, "反馈材料齐全", [name], name, asked) for name in intake]
    missing = [
        _made(NOTE_MISSING, "反馈缺什么", [name], name, asked, needs=["reasons"]) for name in intake
    ]
    return complete + missing


def _overdue(lifecycle: Lifecycle) -> list[Transition]:
    """What the region's rules make of a paper that did not come, where the lifecycle lets the application lapse (R-ACC-9)."""
    sources = sorted({name for each in lapsing(lifecycle) for name in each.sources})
    return [
        _made(action, title, sources, to, CLOCK, notice)
        for action, (title, to, notice) in OVERDUE.items()
        if sources
    ]


def _pauses(lifecycle: Lifecycle, undecided: Collection[str]) -> list[Transition]:
    """暂停承诺时限: what a region lets stop its own promise, wherever the item's limit runs; never the statutory one."""
    own = {name for name, clock in lifecycle.clocks.items() if clock.limit == "limits"}
    by, found = ["reviewer", "inspector", "approver"], []
    for name, state in lifecycle.states.items():
        if name in undecided and own & set(state.runs) and state.post in by:
            needs = ["pause", "notice_text", "days"]
            found += [
                _made(
                    PAUSE_PROMISE, "暂停承诺时限", [name], name, by, "promise_paused", needs=needs
                ),
                _made(RESUME_PROMISE, "恢复承诺时限", [name], name, by, "promise_resumed"),
            ]
    return found


def _made(
    action: str,
    title: str,
    sources: list[str],
    to: str,
    by: str | list[str],
    notice: str | None = None,
    needs: list[str] | None = None,
) -> Transition:
    entry = {
        "action": action,
        "title": title,
        "from": sources,
        "to": to,
        "by": by,
        "notice": notice,
    }
    return Transition.model_validate({**entry, "needs": needs or []})
