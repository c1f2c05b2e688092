"""到期日 — the dates that follow from a ledger and a calendar, what falls due on them, and what is used and left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from service.workflows.calendar import DAY, TZ, WorkCalendar, local_date, midnight
from service.workflows.case.altering import altered
from service.workflows.case.parts import Clock
from service.workflows.clocks.ledger import intervals, seen, started_on
from service.workflows.clocks.limits import REMEMBERED, End, Interval, clip, end, held, nth
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
    # whether it hangs on a year whose notice of holidays is not loaded (R-CAL-5)
    promised_guessed: bool = False
    statutory_guessed: bool = False

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
    waking = _falling_due(ledger, dates)
    return altered(
        clock,
        calendar="" if clock.ends_on else calendar.version,
        promised_on=dates.promised and dates.promised.on,
        statutory_on=dates.statutory and dates.statutory.on,
        due_on=dates.due,
        safe_on=dates.safe and dates.safe.on,
        provisional=dates.promised_guessed or dates.statutory_guessed,
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
        for event in _falling_due(ledger, dates_of(ledger, calendar, policy))
        if event[0] <= now
    ]


def mark(clock: Clock, what: Literal["yellow", "red", "breach", "await"], on: date) -> Clock:
    """Return the clock with the event recorded; a card only ever gets darker (R-MON-5)."""
    if what == "yellow":
        return altered(clock, yellow_on=on, card="yellow" if clock.card == "none" else clock.card)
    if what == "red":
        return altered(clock, red_on=on, card="red")
    if what == "await":
        return altered(clock, awaited_on=on)
    return altered(clock, breach_on=on)


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


class Counted(NamedTuple):
    """计入的日子 — all of a ledger that a remainder follows from: alike for all clocks that began on the same day."""

    days: tuple[Interval, ...]
    began: date  # the legal day of the start, whether the policy counts it or not
    promised: str | None
    statutory: str | None
    longer: tuple[str, ...]  # extensions of the statutory limit


def counted(ledger: Clock, policy: Policy) -> Counted:
    """Return what of a ledger its remainder follows from."""
    longer = tuple(extension["days"] for extension in ledger.extensions)
    days = tuple(intervals(ledger, policy))
    return Counted(days, started_on(ledger), ledger.promised, ledger.statutory, longer)


def remaining(clock: Clock, calendar: WorkCalendar, policy: Policy, as_of: datetime) -> Counts:
    """Count the days left after the day of `as_of`: 0 on the last day, negative when overdue, frozen while stopped."""
    return days_left(counted(seen(clock, as_of), policy), calendar, local_date(as_of))


def days_left(ledger: Counted, calendar: WorkCalendar, day: date) -> Counts:
    """Count the same from what follows from the ledger, after a day."""
    days = list(ledger.days)
    if days[-1][1] is not None:  # stopped: what is left is what would be left if it went on now
        day = min(day, days[-1][1])
        days[-1] = (days[-1][0], None)
    found: list[int | None] = []
    limits = ((ledger.promised, ()), (ledger.statutory, ledger.longer))
    for limit, longer in limits:
        last = _last_of(limit, longer, days, ledger.began, calendar)
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


class _Reading(NamedTuple):
    """What of a region's policy decides about dates."""

    count_start_day: bool
    yellow_percent: int
    yellow_days_left: int


def dates_of(clock: Clock, calendar: WorkCalendar, policy: Policy) -> Dates:
    """Return the dates of a running clock; a clock that stands has none."""
    if clock.state != "running":
        return Dates(None, None, None, None)
    if clock.ends_on:
        return Dates(None, End(clock.ends_on, clock.ends_on), None, None)
    entered = local_date(clock.entered_at) if clock.entered_at else None
    read = _Reading(policy.count_start_day, policy.yellow_percent, policy.yellow_days_left)
    carded = clock.owner == "department"
    return _dates(counted(clock, policy), entered, calendar, read, carded=carded)


@lru_cache(maxsize=REMEMBERED)
def _dates(
    ledger: Counted, entered: date | None, calendar: WorkCalendar, read: _Reading, *, carded: bool
) -> Dates:
    """Return the dates that follow from the days of a ledger; `carded`: cards are given for it."""
    promised, statutory = ends_of(ledger, calendar)
    safe = None
    if entered:
        lead = DAY if read.count_start_day else 0 * DAY
        days = [(entered - lead, ledger.days[0][1]), *ledger.days[1:]]
        safe = _last_of(ledger.statutory, ledger.longer, days, entered, calendar.national)
    return Dates(
        promised,
        statutory,
        safe,
        _yellow(ledger, promised or statutory, calendar, read) if carded else None,
        promised_guessed=_estimated(ledger.began, [ledger.promised], promised, calendar),
        statutory_guessed=_estimated(
            ledger.began, [ledger.statutory, *ledger.longer], statutory, calendar
        ),
    )


def ends_of(ledger: Counted, calendar: WorkCalendar) -> tuple[End | None, End | None]:
    """Return where the two limits of a running ledger end."""
    promised = _last_of(ledger.promised, (), ledger.days, ledger.began, calendar)
    statutory = _last_of(ledger.statutory, ledger.longer, ledger.days, ledger.began, calendar)
    return promised, statutory


def _last_of(
    limit: str | None,
    longer: Sequence[str],
    days: Sequence[Interval],
    first: date,
    calendar: WorkCalendar,
) -> End | None:
    if limit is None:
        return None
    last = end(days, first, Duration.parse(limit), calendar)
    for more in longer:
        if last is not None:
            last = end(clip(days, last.on), last.on, Duration.parse(more), calendar)
    return last


def _yellow(
    ledger: Counted, limit: End | None, calendar: WorkCalendar, read: _Reading
) -> date | None:
    """Return the first counted day, not the start day, on which little is left or much is used (R-MON-1)."""
    unit = ledger.promised or ledger.statutory or ""
    if limit is None or not unit.endswith("wd") or unit == "0wd":
        return None
    total = held(ledger.days, limit.on, calendar)
    n = max(1, min(total - read.yellow_days_left, -(-read.yellow_percent * total // 100)))
    day = nth(ledger.days, n, calendar)
    if day == ledger.began:
        day = nth(ledger.days, n + 1, calendar)
    return day if day and day <= limit.on else None


def _falling_due(clock: Clock, dates: Dates) -> list[tuple[datetime, Fallen]]:
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
    certain = [event for event in found if _is_certain(clock, dates, event[1])]
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


def _is_certain(clock: Clock, dates: Dates, what: Fallen) -> bool:
    """Tell whether the day on which something falls due is told by notices that are known.

    A reminder may come on an estimated day: it ends nothing.
    """
    if clock.ends_on or what == "yellow":
        return True
    promised, statutory = dates.promised, dates.statutory
    if what == "breach" or (what == "red" and promised is None):
        return not dates.statutory_guessed
    nearer = dates.due if what == "expire" else promised and promised.on
    ends = ((promised, dates.promised_guessed), (statutory, dates.statutory_guessed))
    return any(end.on == nearer and not guessed for end, guessed in ends if end)


def _estimated(
    began: date, limits: Sequence[str | None], last: End | None, calendar: WorkCalendar
) -> bool:
    """Tell whether one limit's last day is an estimate: of working days each counts, else only the last one may roll."""
    lengths = [each for each in limits if each and each[0] != "0"]
    if last is None or not lengths:
        return False
    working = any(each.endswith("wd") for each in lengths)
    first = (began + DAY).year if working else last.on.year
    return any(not calendar.known(date(year, 1, 1)) for year in range(first, last.on.year + 1))


def _limits_of(clock: Clock) -> tuple[str | None, str | None]:
    return clock.promised, clock.statutory


def _calendar_of(limit: str, calendar: WorkCalendar) -> WorkCalendar | None:
    return calendar if limit.endswith("wd") else None
