"""延续与变更 — an application about a certificate the applicant holds: which one, and within which window (R-LIFE-1, R-LIFE-2)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from service.errors import Stopped, one_field
from service.workflows.calendar import DAY, WorkCalendar, local_date
from service.workflows.case import Item
from service.workflows.language.duration import Duration
from service.workflows.language.models import Change, Renewal
from service.workflows.notices import say_date
from service.workflows.situation import Held
from service.workflows.work import Work


def bind(work: Work, items: Iterable[Item]) -> list[str]:
    """Tie each item that renews or changes to the certificate named in the form; return warnings.

    Raises:
        DataInvalid: no such certificate of this applicant. Stopped: it does not hold, or not within the window.
    """
    warnings = []
    for item in items:
        definition = work.release.items[item.item]
        if definition.changes:
            held = _named(work, definition.changes)
            _refuse_ended(work, held, "变更", "行政许可法 49")
            item.about = held.number
            item.window = {"valid_until": held.valid_until and held.valid_until.isoformat()}
        elif definition.renews:
            held = _named(work, definition.renews)
            _refuse_ended(work, held, "延续", definition.renews.basis)
            item.about = held.number
            item.window, warning = _within(work, held, definition.renews)
            warnings += [warning] if warning else []
    return warnings


def _named(work: Work, wanted: Change | Renewal) -> Held:
    title = work.release.vocabulary.certificates[wanted.certificate].title
    number = str(work.case.form.get(wanted.named_in, "")).strip()
    for held in work.situation.library:
        if (held.number, held.certificate, held.holder_id) == (number, wanted.certificate, work.case.applicant_id):
            return held
    raise one_field(f"/form/{wanted.named_in}", f"没有查到您名下编号为「{number}」的{title}，请核对证照编号")


def _refuse_ended(work: Work, held: Held, what: str, law: str) -> None:
    ended = held.valid_until is not None and held.valid_until < work.today
    if held.replaced_on or held.state != "valid" or ended:
        why = f"有效期到{say_date(held.valid_until)}已经届满" if ended and held.valid_until else "已经失效或者换发"
        say = f"{held.title} {held.number} {why}，不能{what}，请重新申请"
        raise Stopped(say, law=law, stops=[say])


def _within(work: Work, held: Held, renewal: Renewal) -> tuple[dict[str, Any], str]:
    """Return the window as it was reckoned, and a warning near its end. Raises Stopped outside it."""
    if held.valid_until is None:
        raise Stopped(f"{held.title}长期有效，不需要延续", law=renewal.basis, stops=["长期有效，不需要延续"])
    opens, warn, closes = dates(renewal, held.valid_until, work.situation.calendar)
    span = f"{say_date(opens)}至{say_date(closes)}" if opens else f"{say_date(closes)}以前"
    late = work.today > closes
    if (opens and work.today < opens) or (late and renewal.window.late == "refuse"):
        say = f"{held.title} {held.number} 应在{span}申请延续"
        raise Stopped(say, law=renewal.basis, stops=[say])
    found = {
        "valid_until": held.valid_until.isoformat(), "opens_on": opens and opens.isoformat(),
        "warn_on": warn.isoformat(), "closes_on": closes.isoformat(), "timely": not late,
    }  # fmt: skip
    if late:
        return found, f"申请延续应在{span}提出：有效期到{say_date(held.valid_until)}届满后，在准予延续以前应当停止经营"
    near = f"申请延续已临近期限：按较严的读法应在{say_date(warn)}以前提出" if work.today > warn else ""
    return found, near


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
    if not item.window.get("timely"):
        return False
    ends = date.fromisoformat(item.window["valid_until"])
    return not item.corrections or (item.complete_at is not None and local_date(item.complete_at) <= ends)
