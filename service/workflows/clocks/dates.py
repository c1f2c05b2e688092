"""到期日 — the dates that follow from a ledger and a calendar, what falls due on them, and what is used and left."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple

from service.workflows.calendar import DAY, TZ, WorkCalendar, local_date, midnight
from service.workflows.case.parts import Clock
from service.workflows.clocks.ledger import intervals, seen, started_on
from service.workflows.clocks.limits import End, Interval, clip, end, held, nth
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import Policy

Fallen = Literal["yellow", "red", "breach", "await", "expire"]
# a certificate runs out when what renews it at midnight has done so (R-LIFE-5)
AFTER_RENEWALS = timedelta(minutes=5)
_ORDER: tuple[Fallen, ...] = ("yellow", "red", "breach", "expire")


class Counts(NamedTuple):
    """用时 — days for each limit in its own unit (working days, else calendar days); None: no such limit."""

    promised: int | None
    statutory: int | None


class Spent(NamedTuple):
    """用时归属 — working days since the start: counted, and stopped."""

    run: int
    paused: int


@dataclass(frozen=True, slots=True)
class Dates:
    """What a running ledger comes to."""

    promised: End | None
    statutory: End | None
    safe: End | None
    yellow: date | None

    @property
    def due(self) -> date | None:
        """Return the earlier of the two limits' last days."""
        return min((limit.on for limit in (self.promised, self.statutory) if limit), default=None)

    @property
    def last(self) -> date | None:
        """Return the later of the two limits' last days."""
        return max((limit.on for limit in (self.promised, self.statutory) if limit), default=None)


def reckon(clock: Clock, calendar: WorkCalendar, policy: Policy, as_of: datetime) -> Clock:
    """Return the clock with its dates, as the ledger stood at `as_of`; a settled clock keeps what it had.

    `wake_at` is the UTC instant at which the next thing not yet marked falls due; it may lie in the past.
    """
    if clock.state == "settled":
        return clock
    ledger = seen(clock, as_of)
    dates = dates_of(ledger, calendar, policy)
    waking = _falling_due(ledger, dates, calendar)
    return replace(
        clock,
        calendar="" if clock.ends_on else calendar.version,
        promised_on=dates.promised and dates.promised.on,
        statutory_on=dates.statutory and dates.statutory.on,
        due_on=dates.due,
        safe_on=dates.safe and dates.safe.on,
        provisional=_provisional(ledger, dates, calendar),
        wake_at=waking[0][0] if waking else None,
    )


def due_events(
    clock: Clock, calendar: WorkCalendar, policy: Policy, now: datetime
) -> list[tuple[datetime, Fallen]]:
    """Return what has fallen due up to `now` and is not yet marked, in order, each at its own instant.

    A late call gives what punctual calls would have given. `expire` is not marked: the action it stands for settles
    or restarts the clock. On a day that is only estimated nothing final falls due: `await` stands there, once, until
    the calendar that tells the day is known (R-CAL-5).
    """
    ledger = seen(clock, now)
    return [
        event
        for event in _falling_due(ledger, dates_of(ledger, calendar, policy), calendar)
        if event[0] <= now
    ]


def mark(clock: Clock, what: Literal["yellow", "red", "breach", "await"], on: date) -> Clock:
    """Return the clock with the event recorded; a card only ever gets darker (R-MON-5)."""
    if what == "yellow":
        return replace(clock, yellow_on=on, card="yellow" if clock.card == "none" else clock.card)
    if what == "red":
        return replace(clock, red_on=on, card="red")
    if what == "await":
        return replace(clock, awaited_on=on)
    return replace(clock, breach_on=on)


def elapsed(clock: Clock, calendar: WorkCalendar, policy: Policy, as_of: datetime) -> Counts:
    """Count the days used up to and including the day of `as_of` (R-TIME-2)."""
    ledger, day = seen(clock, as_of), local_date(as_of)
    days = intervals(ledger, policy)
    return Counts(
        *(
            held(days, day, _calendar_of(limit, calendar)) if limit else None
            for limit in _limits_of(clock)
        )
    )


def remaining(clock: Clock, calendar: WorkCalendar, policy: Policy, as_of: datetime) -> Counts:
    """Count the days left after the day of `as_of`: 0 on the last day, negative when overdue, frozen while stopped."""
    ledger, day = seen(clock, as_of), local_date(as_of)
    days = intervals(ledger, policy)
    if days[-1][1] is not None:  # stopped: what is left is what would be left if it went on now
        day = min(day, days[-1][1])
        days[-1] = (days[-1][0], None)
    found: list[int | None] = []
    for name, limit in zip(("promised", "statutory"), _limits_of(clock), strict=True):
        last = _end_of(ledger, name, days, calendar)
        if limit is None or last is None:
            found.append(None)
        elif last.on >= day:
            found.append(held(clip(days, day), last.on, _calendar_of(limit, calendar)))
        else:
            found.append(-held(clip(days, last.on), day, _calendar_of(limit, calendar)))
    return Counts(*found)


def spent(clock: Clock, calendar: WorkCalendar, as_of: datetime) -> Spent:
    """Count the working days since the start by whether the clock ran or stood, up to `as_of` or its settlement."""
    ledger, until = seen(clock, as_of), local_date(as_of)
    days = intervals(ledger)
    if ledger.state == "settled" and days[-1][1]:
        until = min(until, days[-1][1])
    run = held(days, until, calendar)
    return Spent(run, calendar.count(days[0][0], until) - run)


def dates_of(clock: Clock, calendar: WorkCalendar, policy: Policy) -> Dates:
    """Return the dates of a running clock; a clock that stands has none."""
    if clock.state != "running":
        return Dates(None, None, None, None)
    if clock.ends_on:
        return Dates(None, End(clock.ends_on, clock.ends_on), None, None)
    days = intervals(clock, policy)
    promised = _end_of(clock, "promised", days, calendar)
    statutory = _end_of(clock, "statutory", days, calendar)
    safe = None
    if clock.entered_at:
        lead = DAY if policy.count_start_day else 0 * DAY
        entered = local_date(clock.entered_at)
        safe = _end_of(
            clock,
            "statutory",
            [(entered - lead, days[0][1]), *days[1:]],
            calendar.national,
            entered,
        )
    return Dates(
        promised, statutory, safe, _yellow(clock, days, promised or statutory, calendar, policy)
    )


def _end_of(
    clock: Clock, name: str, days: list[Interval], calendar: WorkCalendar, first: date | None = None
) -> End | None:
    """Return where a limit ends; each extension of the statutory one counts on from the old deadline."""
    limit = clock.promised if name == "promised" else clock.statutory
    if limit is None:
        return None
    last = end(days, first or started_on(clock), Duration.parse(limit), calendar)
    for extension in clock.extensions if name == "statutory" else ():
        if last is not None:
            last = end(clip(days, last.on), last.on, Duration.parse(extension["days"]), calendar)
    return last


def _yellow(
    clock: Clock, days: list[Interval], limit: End | None, calendar: WorkCalendar, policy: Policy
) -> date | None:
    """Return the first counted day, not the start day, on which little is left or much is used (R-MON-1)."""
    unit = clock.promised or clock.statutory or ""
    if clock.owner != "department" or limit is None or not unit.endswith("wd") or unit == "0wd":
        return None
    total = held(days, limit.on, calendar)
    n = max(1, min(total - policy.yellow_days_left, -(-policy.yellow_percent * total // 100)))
    day = nth(days, n, calendar)
    if day == started_on(clock):
        day = nth(days, n + 1, calendar)
    return day if day and day <= limit.on else None


def _falling_due(
    clock: Clock, dates: Dates, calendar: WorkCalendar
) -> list[tuple[datetime, Fallen]]:
    """Return what falls due and is not yet marked, in order. Cards are for departments, never for applicants.

    A limit used up on the very day of a stop has nothing left at the restart: it is overdue when the day after that
    begins, not while the clock stood (R-CLK-3).
    """
    restarted = midnight(intervals(clock)[-1][0] + DAY)
    falls: dict[Fallen, date | None] = {
        "expire": dates.due and dates.due + DAY if clock.expiry else None
    }
    if clock.owner == "department":
        late = dates.promised.on if dates.promised else dates.due
        falls["yellow"] = None if clock.yellow_on or clock.red_on else dates.yellow
        falls["red"] = None if clock.red_on or late is None else late + DAY
        falls["breach"] = (
            None if clock.breach_on or dates.statutory is None else dates.statutory.on + DAY
        )
    wait = AFTER_RENEWALS if clock.ends_on and clock.owner == "public" else 0 * DAY
    found = [
        (max(_begins(clock, what, day), restarted) + wait, what)
        for what in _ORDER
        if (day := falls.get(what))
    ]
    certain = [event for event in found if _is_certain(clock, dates, event[1], calendar)]
    guessed = [at for at, what in found if (at, what) not in certain]
    if guessed and not clock.awaited_on:
        certain.append((min(guessed), "await"))
    return sorted(certain, key=lambda event: event[0])


def _begins(clock: Clock, what: Fallen, day: date) -> datetime:
    """Return when what falls due on a day does: at its midnight, or when the office closed on the day before (R-TIME-3)."""
    if what == "expire" and clock.closes_at:
        closes = time.fromisoformat(clock.closes_at)
        return datetime.combine(day - DAY, closes, TZ).astimezone(UTC)
    return midnight(day)


def _is_certain(clock: Clock, dates: Dates, what: Fallen, calendar: WorkCalendar) -> bool:
    """Tell whether the day on which something falls due is told by notices that are known.

    A reminder may come on an estimated day: it ends nothing.
    """
    if clock.ends_on or what == "yellow":
        return True
    promised, statutory = dates.promised, dates.statutory
    if what == "breach" or (what == "red" and promised is None):
        return not _estimated(clock, "statutory", statutory and statutory.on, calendar)
    nearer = dates.due if what == "expire" else promised and promised.on
    ends = (("promised", promised), ("statutory", statutory))
    return any(
        end.on == nearer and not _estimated(clock, limit, end.on, calendar)
        for limit, end in ends
        if end
    )


def _provisional(clock: Clock, dates: Dates, calendar: WorkCalendar) -> bool:
    """Tell whether a date hangs on a year whose notice is not loaded (R-CAL-5)."""
    return any(
        _estimated(clock, limit, end.on, calendar)
        for limit, end in (("promised", dates.promised), ("statutory", dates.statutory))
        if end and not clock.ends_on
    )


def _estimated(clock: Clock, limit: str, last: date | None, calendar: WorkCalendar) -> bool:
    """Tell whether one limit's last day is an estimate: of working days each counts, else only the last one may roll."""
    own = [clock.promised] if limit == "promised" else [clock.statutory]
    own += [each["days"] for each in clock.extensions] if limit == "statutory" else []
    lengths = [each for each in own if each and each[0] != "0"]
    if last is None or not lengths:
        return False
    working = any(each.endswith("wd") for each in lengths)
    first = (started_on(clock) + DAY).year if working else last.year
    return any(not calendar.known(date(year, 1, 1)) for year in range(first, last.year + 1))


def _limits_of(clock: Clock) -> tuple[str | None, str | None]:
    return clock.promised, clock.statutory


def _calendar_of(limit: str, calendar: WorkCalendar) -> WorkCalendar | None:
    return calendar if limit.endswith("wd") else None
