"""时限台账 — starting, stopping, resuming, settling and extending a clock, and the days its ledger covers."""

from datetime import UTC, date, datetime, time
from functools import lru_cache

from service.errors import ActionNotAllowed
from service.workflows.calendar import DAY, TZ, WorkCalendar, local_date
from service.workflows.case.altering import altered
from service.workflows.case.columns import Extension
from service.workflows.case.parts import Clock
from service.workflows.clocks.limits import Interval
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import Policy

SETTLED = "结束计时"


def start(
    clock: Clock, at: datetime, policy: Policy, calendar: WorkCalendar, *, entry: bool = False
) -> Clock:
    """Return the clock running from `at` with a fresh ledger: no pauses, extensions or cards.

    `entry` says that the start is the receipt of an application: only then the policy's reading of receipts outside
    office hours applies (R-TIME-4).
    """
    if entry:
        at = office_receipt(at, policy, calendar)
    return altered(
        clock,
        spans=[[_iso_instant(at), None, None]],
        extensions=[],
        state="running",
        provisional=False,
        card="none",
        promised_on=None,
        statutory_on=None,
        due_on=None,
        safe_on=None,
        wake_at=None,
        yellow_on=None,
        red_on=None,
        breach_on=None,
        awaited_on=None,
    )


def start_earlier(clock: Clock, at: datetime) -> Clock:
    """Return the clock as if it had begun at an earlier instant; pauses, extensions and cards stay what they were."""
    return altered(clock, spans=[[_iso_instant(at), *clock.spans[0][1:]], *clock.spans[1:]])


def office_receipt(at: datetime, policy: Policy, calendar: WorkCalendar) -> datetime:
    """Return the instant from which the receipt of an application counts (R-TIME-4).

    Where the region reads it so, one outside office hours counts from the next opening.
    """
    if policy.offhours_receipt != "next_working_day":
        return at
    opening, closing = (time.fromisoformat(text) for text in policy.office_hours.split("-"))
    local, day = at.astimezone(TZ), local_date(at)
    if calendar.is_working(day) and opening <= local.time() <= closing:
        return at
    opens_today = calendar.is_working(day) and local.time() < opening
    return datetime.combine(day if opens_today else calendar.add(day, 1), opening, TZ)


def stop(clock: Clock, at: datetime, why: str) -> Clock:
    """Return the clock paused, with the basis of the pause; a clock that does not run is returned as it is."""
    if clock.state != "running":
        return clock
    return altered(clock, spans=_last_span_closed(clock.spans, at, why), state="paused")


def resume(clock: Clock, at: datetime) -> Clock:
    """Return the clock running again; a clock that is not paused is returned as it is."""
    if clock.state != "paused":
        return clock
    return altered(
        clock,
        spans=[*clock.spans, [_iso_instant(max(at, _last_instant(clock.spans))), None, None]],
        state="running",
    )


def settle(clock: Clock, at: datetime) -> Clock:
    """Return the clock at its end: it keeps the dates and cards it had and never wakes again."""
    if clock.state == "settled":
        return clock
    spans = clock.spans
    if clock.state == "paused":  # a span without length records when the pause ended
        spans = [*spans, [_iso_instant(max(at, _last_instant(spans))), None, None]]
    return altered(
        clock, spans=_last_span_closed(spans, at, SETTLED), state="settled", wake_at=None
    )


def extend(clock: Clock, days: Duration, at: datetime, by: str, reason: str) -> Clock:
    """Return the clock with a longer statutory limit; the promised one stays where it is (R-DEC-4).

    Counting goes on from the old deadline. Raises ActionNotAllowed if there is no statutory limit, if it was
    extended before, or if it has passed. Law: 许可法 42.
    """
    law = "行政许可法42"
    if clock.statutory is None or clock.state == "settled":
        raise ActionNotAllowed("这项时限没有可以延长的法定期限。", law=law)
    if clock.extensions:
        raise ActionNotAllowed("这项时限已经延长过一次，不能再次延长。", law=law)
    passed = clock.statutory_on and local_date(at) > clock.statutory_on
    if clock.breach_on or (passed and not clock.provisional):  # no right ends on an estimate
        raise ActionNotAllowed("法定期限已经届满，不能再延长；延长须在期满前批准并告知。", law=law)
    extension: Extension = {"days": str(days), "at": _iso_instant(at), "by": by, "reason": reason}
    return altered(clock, extensions=[*clock.extensions, extension])


def seen(clock: Clock, as_of: datetime) -> Clock:
    """Return the clock with its ledger as it stood at an instant: what happened later is left out."""
    # a receipt counted from the next opening is known before it
    as_of = max(as_of, _started_at(clock.spans[0]))
    if _is_all_before(clock, as_of):
        return clock
    spans = [span for span in clock.spans if _started_at(span) <= as_of]
    began, stopped, _ = spans[-1]
    state = clock.state
    if stopped and _instant(stopped) > as_of:
        spans[-1], state = [began, None, None], "running"
    elif len(spans) < len(clock.spans):
        state = "paused"
    extensions = [
        extension
        for extension in clock.extensions
        if datetime.fromisoformat(extension["at"]) <= as_of
    ]
    return altered(clock, spans=spans, extensions=extensions, state=state)


def _is_all_before(clock: Clock, as_of: datetime) -> bool:
    """Tell whether nothing of a ledger, whose spans stand in order, happened after an instant."""
    began, stopped, _ = clock.spans[-1]
    return (
        _instant(began or "") <= as_of
        and (not stopped or _instant(stopped) <= as_of)
        and all(datetime.fromisoformat(each["at"]) <= as_of for each in clock.extensions)
    )


def started_on(clock: Clock) -> date:
    """Return the legal date of the start."""
    return _day(clock.spans[0][0] or "")


def intervals(clock: Clock, policy: Policy | None = None) -> list[Interval]:
    """Return the days that the ledger covers; the day of the start only if the policy counts it."""
    days: list[Interval] = [
        (_day(span[0] or ""), _day(span[1]) if span[1] else None) for span in clock.spans
    ]
    if policy and policy.count_start_day:
        days[0] = (days[0][0] - DAY, days[0][1])
    return days


def pauses(clock: Clock) -> list[tuple[date, date | None, str]]:
    """Return the pauses: day of the stop, day of the restart or end (None: still paused), basis."""
    days: list[tuple[date, date | None, str]] = []
    for before, after in zip(clock.spans, [*clock.spans[1:], None], strict=True):
        if before[1] and (after or clock.state == "paused"):
            until = local_date(_started_at(after)) if after else None
            days.append((local_date(_instant(before[1])), until, before[2] or ""))
    return days


def _last_span_closed(
    spans: list[list[str | None]], at: datetime, why: str
) -> list[list[str | None]]:
    began = spans[-1][0]
    return [*spans[:-1], [began, _iso_instant(max(at, _started_at(spans[-1]))), why]]


def _last_instant(spans: list[list[str | None]]) -> datetime:
    return _instant(spans[-1][1] or "")


def _started_at(span: list[str | None]) -> datetime:
    return _instant(span[0] or "")


@lru_cache(maxsize=1024)
def _instant(text: str) -> datetime:
    """Read an instant of a ledger: one step reads the same few many times."""
    return datetime.fromisoformat(text)


@lru_cache(maxsize=1024)
def _day(text: str) -> date:
    """Return the legal day of an instant of a ledger."""
    return local_date(_instant(text))


def _iso_instant(at: datetime) -> str:
    local_date(at)  # refuses a naive datetime
    return at.astimezone(UTC).isoformat()
