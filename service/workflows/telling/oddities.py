"""疑点 — what in the record of a case looks like a process that did not happen as it was written down (R-MON-4).

Nothing is decided here and nobody is accused: each oddity names the records it rests on, for a supervisor to look at.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.workflows.application import order
from service.workflows.calendar import WorkCalendar, local_date
from service.workflows.case.engine import APPLICANT
from service.workflows.case.lifecycle import machine_for
from service.workflows.case.parts import Case, Event
from service.workflows.case.told import laid
from service.workflows.definition.release import Release

HASTE = timedelta(minutes=10)  # from acceptance to decision
OFTEN = 2  # times a review was sent back, or a limit extended
HURRIED = 1  # working days left of the limit when it was stopped


@dataclass(frozen=True, slots=True)
class Oddity:
    """疑点 — what was found, in which records; `working_days` is what it is about, where days are counted."""

    code: str
    item: str
    text: str
    events: tuple[int, ...]
    working_days: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What is looked at: a case, its whole record in order, and the calendar."""

    release: Release
    case: Case
    events: Sequence[Event]
    calendar: WorkCalendar

    def of(self, item: str) -> list[Event]:
        """Return the records of one item, in order."""
        return [event for event in self.events if event.item == item]

    def days(self, after: datetime, until: datetime) -> int:
        """Count the working days after one instant's day up to another's."""
        return self.calendar.count(local_date(after), local_date(until))


def oddities(
    release: Release, case: Case, events: Sequence[Event], calendar: WorkCalendar
) -> list[Oddity]:
    """Return what looks odd in a case, in the order of the records."""
    rows = laid(event.rows for event in events)
    whole = [replace(event, rows=each) for event, each in zip(events, rows, strict=True)]
    seen = Seen(release, case, whole, calendar)
    found = [*_back_dated(seen), *_second_notice(seen), *_unchecked(seen)]
    for code in order.own_items(case):
        found += [oddity for look in LOOKS for oddity in look(seen, code)]
    return sorted(found, key=lambda oddity: (oddity.events, oddity.code))


def _back_dated(seen: Seen) -> Iterator[Oddity]:
    """倒签: a person's act that counts from a day before it was written down."""
    for event in seen.events:
        if event.actor.get("kind") == "clock" or local_date(event.at) >= local_date(
            event.recorded_at
        ):
            continue
        days = seen.days(event.at, event.recorded_at)
        if not days:
            continue
        text = f"记录的办理时间比录入时间早{days}个工作日"
        if event.data.get("document"):
            text += f"，凭证：{event.data['document']}"
        yield Oddity("back-dated", event.item, text, (event.n,), days)


def _hasty(seen: Seen, code: str) -> Iterator[Oddity]:
    """秒批: decided within minutes of the acceptance, where the item is not one that is decided on the spot."""
    item = seen.case.items[code]
    machine = machine_for(seen.release, item.item)
    accepted: Event | None = None
    for event in seen.of(code):
        if event.state_from == event.state_to:
            continue
        intake = event.state_from in machine.acceptance_states
        if intake and event.state_to not in machine.acceptance_states:
            accepted = event if event.state_to in machine.before_decision else None
        decided = (
            event.state_from in machine.before_decision
            and event.state_to not in machine.before_decision
        )
        by_hand = event.actor.get("kind") == "clerk"
        if accepted and decided and by_hand and event.recorded_at - accepted.recorded_at < HASTE:
            minutes = (event.recorded_at - accepted.recorded_at) // timedelta(minutes=1)
            yield Oddity("hasty", code, f"受理以后{minutes}分钟就作出了决定", (accepted.n, event.n))


def _late_stop(seen: Seen, code: str) -> Iterator[Oddity]:
    """临期停表: a special procedure begun when hardly anything was left of the limit."""
    for event in seen.of(code):
        if "procedure" not in event.data or event.state_from == event.state_to:
            continue
        due = _due_before(seen, code, event)
        if due is not None and due <= HURRIED:
            text = f"办理期限只剩{max(due, 0)}个工作日时进入特别程序停表"
            yield Oddity("late-stop", code, text, (event.n,), due)


def _due_before(seen: Seen, code: str, event: Event) -> int | None:
    """Return the working days left of what ran when an act was taken, from the rows that the record kept before."""
    left = None
    for earlier in (each for each in seen.events if each.n < event.n):
        for row in earlier.rows.get("clocks", ()):
            own = row["item"] == code and row["owner"] == "department"
            if own and row["clock"] in _runs(seen, code, event.state_from):
                left = row["due_on"] or left
    if left is None:
        return None
    last = datetime.fromisoformat(f"{left}T12:00+08:00")
    if local_date(event.at) <= local_date(last):
        return seen.days(event.at, last)
    return -seen.days(last, event.at)


def _runs(seen: Seen, code: str, state: str) -> list[str]:
    machine = machine_for(seen.release, code)
    return machine.states[state].runs


def _last_day(seen: Seen, code: str) -> Iterator[Oddity]:
    """踩点补正: the one notice goes out on the last day of the five."""
    for event in seen.of(code):
        if event.action == "request_correction" and _due_before(seen, code, event) == 0:
            yield Oddity("last-day-notice", code, "一次性告知在期限的最后一天才发出", (event.n,), 0)


def _again_and_again(seen: Seen, code: str) -> Iterator[Oddity]:
    """反复: the review sent back, or the correction asked for, more than once."""
    machine = machine_for(seen.release, code)
    backs = [
        e
        for e in seen.of(code)
        if e.actor.get("post") == "approver"
        and e.state_from in machine.before_decision
        and e.state_to in machine.before_decision
        and e.state_from != e.state_to
    ]
    asked = [e for e in seen.of(code) if e.action == "request_correction"]
    if len(backs) >= OFTEN:
        yield Oddity(
            "sent-back-often", code, f"审查意见被退回{len(backs)}次", tuple(e.n for e in backs)
        )
    if len(asked) >= OFTEN:
        yield Oddity("corrected-often", code, f"要求补正{len(asked)}次", tuple(e.n for e in asked))


def _same_hands(seen: Seen, code: str) -> Iterator[Oddity]:
    """一人到底: the window that accepted and the person who decided are one."""
    machine = machine_for(seen.release, code)
    if len({state.post for state in machine.lifecycle.states.values()} - {None, APPLICANT}) < OFTEN:
        return  # decided on the spot by whoever accepts
    accepted = {
        e.actor.get("account"): e.n
        for e in seen.of(code)
        if e.actor.get("post") == "window"
        and e.state_from in machine.acceptance_states
        and e.state_to in machine.before_decision - machine.acceptance_states
    }
    for event in seen.of(code):
        decides = (
            event.state_from in machine.before_decision
            and event.state_to not in machine.before_decision
        )
        account = event.actor.get("account")
        if (
            decides
            and event.actor.get("kind") == "clerk"
            and account in accepted
            and event.n != accepted[account]
        ):
            yield Oddity(
                "same-hands", code, "受理和作出决定的是同一个人", (accepted[account], event.n)
            )


def _second_notice(seen: Seen) -> Iterator[Oddity]:
    """再次告知、提前告知: a second notice for one receipt, or one sent while departments had days to answer (R-ACC-6)."""
    for event in seen.events:
        if event.action == "notify_again":
            text = f"同一次收件第二次一次性告知，理由：{event.data['reason']}"
            yield Oddity("second-notice", "", text, (event.n,))
        elif event.action == "notify_correction" and event.data.get("unanswered"):
            count = len(event.data["unanswered"])
            text = f"还有{count}个事项的部门没有反馈就发出一次性告知，理由：{event.data['reason']}"
            yield Oddity("early-notice", "", text, (event.n,))


def _unchecked(seen: Seen) -> Iterator[Oddity]:
    """不再核查: a head ended a check of a promise, whatever the reason."""
    for event in seen.events:
        if event.action == "close_follow_up":
            text = f"事后核查没有做就终结了，理由：{event.data['reason']}，凭证：{event.data['document']}"
            yield Oddity("unchecked", event.item, text, (event.n,))


def _incomplete(seen: Seen, code: str) -> Iterator[Oddity]:
    """缺件准予: a grant although required papers had not come."""
    machine, titles = machine_for(seen.release, code), seen.release.vocabulary.materials
    for event in seen.of(code):
        lacking = event.data.get("missing") if event.state_from in machine.before_decision else ()
        if lacking:
            named = "、".join(titles[paper].title for paper in lacking)
            yield Oddity(
                "granted-incomplete", code, f"材料没有齐就作出了决定，缺{named}", (event.n,)
            )


LOOKS: tuple[Callable[[Seen, str], Iterator[Oddity]], ...] = (
    _hasty,
    _late_stop,
    _last_day,
    _again_and_again,
    _same_hands,
    _incomplete,
)
