"""延续与变更 — an application about a certificate the applicant holds: which one, and within which window (R-LIFE-1, R-LIFE-2)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from service.errors import one_field
from service.workflows.calendar import DAY, WorkCalendar, local_date
from service.workflows.case.literals import ClockOwner
from service.workflows.case.parts import Item
from service.workflows.case.procedures import RenewalWindow
from service.workflows.case.situation import Held, Move
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import Change, Renewal
from service.workflows.limits import DEPARTMENT, EXPIRY, PUBLIC
from service.workflows.notices.dates import say_date
from service.workflows.worksheet import Work

NO_WINDOW = RenewalWindow()


@dataclass(frozen=True, slots=True)
class Continuation:
    """延续或者变更 — what an item would do with a certificate if it were applied for today; a guide tells it, a submission keeps it."""

    wanted: Change | Renewal
    title: str  # of the kind of certificate
    number: str  # as the form names it
    held: Held | None = None  # None: the applicant has no such certificate
    window: RenewalWindow = NO_WINDOW  # as the item keeps it
    warning: str = ""
    barred: str = ""  # why not today, in Chinese

    @property
    def what(self) -> str:
        """Return 延续 or 变更."""
        return "延续" if isinstance(self.wanted, Renewal) else "变更"

    @property
    def law(self) -> str:
        """Return what a refusal rests on."""
        return self.wanted.basis if isinstance(self.wanted, Renewal) else "行政许可法 49"

    @property
    def pointer(self) -> str:
        """Return the field in which the certificate is named."""
        return f"/form/{self.wanted.named_in}"

    @property
    def missing(self) -> str:
        """Say that there is no such certificate; an empty text when there is."""
        named = f"编号为「{self.number}」的" if self.number else "的"
        return "" if self.held else f"没有查到您名下{named}{self.title}，请核对证照编号"


def bind(work: Work, items: Iterable[Item]) -> list[str]:
    """Tie each item that renews or changes to the certificate named in the form; return warnings.

    Raises:
        DataInvalid: no such certificate of this applicant.
    """
    warnings = []
    for item in items:
        found = look(work, item.item)
        if found is None:
            continue
        if found.held is None:
            raise one_field(found.pointer, found.missing)
        item.about, item.window = found.held.number, found.window
        warnings += [found.warning] if found.warning else []
    return warnings


def untimely(work: Work, code: str) -> Continuation | None:
    """Return what an item would continue, where it may not today: outside its window, or of what has ended."""
    found = look(work, code)
    return found if found and found.held and found.barred else None


def look(work: Work, code: str, *, unnamed: bool = False) -> Continuation | None:
    """Return what an item would do with the certificate named in the form; None when it is about none.

    `unnamed`: while the form names none, take the one the applicant holds, the one that holds longest first.
    """
    definition = work.release.items[code]
    wanted = definition.changes or definition.renews
    if wanted is None:
        return None
    number = str(work.case.form.get(wanted.named_in, "")).strip()
    owner = (wanted.certificate, work.case.applicant_id)
    own = [held for held in work.situation.library if (held.certificate, held.holder_id) == owner]
    if unnamed and not number and own:
        number = max(
            own,
            key=lambda h: (
                not _why_ended(work, h),
                h.valid_until or date.max,
                h.issued_on,
                h.number,
            ),
        ).number
    found = Continuation(
        wanted, work.release.vocabulary.certificates[wanted.certificate].title, number
    )
    held = next((held for held in own if held.number == number), None)
    return _today(work, found, held) if held else found


def _today(work: Work, found: Continuation, held: Held) -> Continuation:
    window = RenewalWindow(held.valid_until)
    warning = barred = ""
    if isinstance(found.wanted, Renewal) and held.valid_until:
        window, warning, barred = _within(work, held, held.valid_until, found.wanted)
    elif isinstance(found.wanted, Renewal):
        barred = f"{held.title}长期有效，不需要延续"
    if why := _why_ended(work, held):
        warning, barred = "", f"{held.title} {held.number} {why}，不能{found.what}，请重新申请"
    return replace(found, held=held, window=window, warning=warning, barred=barred)


def _why_ended(work: Work, held: Held) -> str:
    """Say why a certificate can neither be renewed nor changed any more; an empty text when it can."""
    ended = held.valid_until is not None and held.valid_until < work.today
    if held.replaced_on or held.state != "valid" or ended:
        if ended and held.valid_until:
            return f"有效期到{say_date(held.valid_until)}已经届满"
        return "已经失效或者换发"
    return ""


def _within(work: Work, held: Held, ends: date, renewal: Renewal) -> tuple[RenewalWindow, str, str]:
    """Return the window as it was reckoned, a warning near its end, and outside it why it is closed."""
    opens, warn, closes = dates(renewal, ends, work.situation.calendar)
    span = f"{say_date(opens)}至{say_date(closes)}" if opens else f"{say_date(closes)}以前"
    late = work.today > closes
    window = RenewalWindow(ends, opens, warn, closes, timely=not late)
    if (opens and work.today < opens) or (late and renewal.window.late == "refuse"):
        return window, "", f"{held.title} {held.number} 应在{span}申请延续"
    if late:
        stop = f"有效期到{say_date(ends)}届满后，在准予延续以前应当停止经营"
        return window, f"申请延续应在{span}提出：{stop}", ""
    if work.today > warn:
        return window, f"申请延续已临近期限：按较严的读法应在{say_date(warn)}以前提出", ""
    return window, "", ""


def dates(renewal: Renewal, ends: date, calendar: WorkCalendar) -> tuple[date | None, date, date]:
    """Return from which day one may apply, after which day to warn, and after which to refuse on timing alone.

    Backwards from the last day of validity. The stricter reading warns, the later one refuses: of working days the one
    that leaves the authority all of them (R-TIME-9), of calendar days the same number of working days (R-TIME-8).
    """
    window = renewal.window
    last = Duration.parse(window.close or window.before or "30d")
    opens = _back(Duration.parse(window.open), ends, calendar) if window.open else None
    warn = calendar.before(ends, last.count + (1 if last.unit == "wd" else 0))
    return opens, warn, _back(last, ends, calendar)


def _back(length: Duration, ends: date, calendar: WorkCalendar) -> date:
    return calendar.before(ends, length.count) if length.unit == "wd" else ends - length.count * DAY


def timely(item: Item) -> bool:
    """Tell whether it was applied for in time, and complete before the old certificate ended: only then it may be deemed renewed."""
    window = item.window
    if window is None or window.valid_until is None or not window.timely:
        return False
    if not item.corrections:
        return True
    return item.complete_at is not None and local_date(item.complete_at) <= window.valid_until


def moved(work: Work, move: Move) -> None:
    """Hold the end of the validity against the department only where art. 50 does: applied for in time, and complete.

    Otherwise it is nobody's limit, and passes without a card or a breach.
    """
    item = move.item
    for name, definition in work.machine(item).lifecycle.clocks.items():
        clock = work.case.clocks.get((item.item, name))
        if definition.limit == EXPIRY and clock and clock.state != "settled":
            owner: ClockOwner = DEPARTMENT if timely(item) else PUBLIC
            work.case.clocks[item.item, name] = replace(clock, owner=owner)
