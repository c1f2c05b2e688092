"""事项所处的程序 — how far an item has come in each procedure beside its state; columns of the item's row.

Each is a frozen value, replaced as a whole, and absent (None) where nobody spoke of it. As JSON it holds what differs from
the defaults: dates as ISO text, instants in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, TypeVar, get_args, get_type_hints

from service.workflows.definition.models.terms import BOTH, HearingStep


@dataclass(frozen=True, slots=True)
class SpecialProcedure:
    """特别程序 — the one of the eight that stops the limit now, and the time announced for it (行政许可法 45)."""

    procedure: str
    days: int | None = None  # working days, as announced
    notice_text: str = ""
    since_at: datetime | None = None
    basis: str = ""  # the statute that demands it; empty: begun before it was asked for
    affects: str = BOTH  # which limits its time is not counted in: one of AFFECTS


@dataclass(frozen=True, slots=True)
class Hearing:
    """听证 — how far it has come: told, asked for, announced, held (行政许可法 46–48)."""

    stage: HearingStep
    told_on: date | None = None
    answered: bool = False  # by the applicant; each third party has an answer of its own
    announced_on: date | None = None
    held_on: date | None = None  # the day set for it
    hour: str = ""  # HH:MM of that day; empty in a lifecycle of before it was asked
    place: str = ""
    chair: str = ""  # account
    document: str = ""  # its signed record
    asked_for: bool = (
        False  # by the applicant, and not taken back; each third party has an answer of its own
    )
    left_out: tuple[str, ...] = ()  # chairs who were successfully challenged; accounts
    challenge: str = ""  # of its chair: open | replaced | kept; a new notice names another


@dataclass(frozen=True, slots=True)
class LegalReview:
    """法制审核 — who reviewed a major decision before it was taken, and what they found (国办发〔2018〕118号)."""

    by: str  # account
    at: datetime
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class Selected:
    """招标、拍卖、考试的结果 — whether the applicant was chosen or passed, and the document that says so (行政许可法 53、54)."""

    chosen: bool
    document: str
    by: str  # account
    at: datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """部门反馈 — what the department said of its papers at the common intake: complete, or not."""

    complete: bool
    by: str  # account
    at: datetime
    points: tuple[str, ...] = ()  # what it objected to: the reasons it named


@dataclass(frozen=True, slots=True)
class Payment:
    """缴费 — what is due for an item, and how it was settled: due | paid | waived | refunded | dropped (行政许可法 59)."""

    state: str
    amount: float  # 元
    charges: tuple[str, ...] = ()  # what for, at which price, on which basis, in words
    asked_at: datetime | None = None
    settled_at: datetime | None = None
    by: str = ""  # account of who recorded how it was settled
    receipt: str = ""  # number of the receipt that who collects has given
    reason: str = ""  # why it is waived or given back


@dataclass(frozen=True, slots=True)
class RenewalWindow:
    """申请延续的时间 — as it was reckoned from the last day of the old certificate (行政许可法 50)."""

    valid_until: date | None = None  # of the certificate that is renewed or changed; None: for ever
    opens_on: date | None = None
    warn_on: date | None = None
    closes_on: date | None = None
    timely: bool = False


@dataclass(frozen=True, slots=True)
class Lot:
    """随机选派 — who of a post could check, who was barred, whom the lot drew; accounts (双随机)."""

    among: tuple[str, ...]
    barred: tuple[str, ...]
    drawn: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """抽查 — whether a grant on a promise is checked, by a lot that anybody can repeat (优化营商环境条例 54)."""

    seed: str
    value: float
    sample: float  # the share that is checked
    drawn: bool
    credit_class: str = ""  # empty: drawn before classes were asked for
    inspectors: Lot | None = None
    day: str = ""  # the legal day whose lot it rests on; empty: on case, item and text alone
    record: str = ""  # the hash of the record it was drawn after


# Names of keys as earlier releases wrote them; their rows and records stand.
EARLIER_NAMES = {"date": "held_on", "since": "since_at", "class": "credit_class"}

Value = TypeVar("Value")


def as_json(value: Any) -> dict[str, Any]:
    """Return one of these values as JSON holds it; nothing of it is an empty mapping."""
    if value is None:
        return {}
    return {
        name: _plain(given)
        for name, default in _DEFAULTS[type(value)].items()
        if (given := getattr(value, name)) != default
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return as_json(value) if type(value) in _DEFAULTS else value


def from_json(kind: type[Value], known: Mapping[str, Any] | None) -> Value | None:
    """Return the value that JSON tells of, None where it tells nothing; keys of earlier releases are understood."""
    if not known:
        return None
    named = {EARLIER_NAMES.get(name, name): given for name, given in known.items()}
    readers = _READERS[kind]
    return kind(
        **{
            name: readers[name](given) if given is not None and name in readers else given
            for name, given in named.items()
        }
    )


def _reader(annotation: Any) -> Any:
    """Return how a value of this type is read from JSON; None where it stands as it is."""
    kinds = [annotation, *get_args(annotation)]
    if datetime in kinds:
        return datetime.fromisoformat
    if date in kinds:
        return date.fromisoformat
    if Lot in kinds:
        return lambda known: from_json(Lot, known)
    return tuple if tuple[str, ...] in kinds else None


_KINDS: tuple[type[Any], ...] = (
    SpecialProcedure,
    Hearing,
    LegalReview,
    Selected,
    Feedback,
    Payment,
    RenewalWindow,
    Lot,
    Draw,
)
_DEFAULTS: dict[type[Any], dict[str, Any]] = {
    kind: {field.name: field.default for field in fields(kind)} for kind in _KINDS
}
_READERS: dict[type[Any], dict[str, Any]] = {
    kind: {name: read for name, hint in get_type_hints(kind).items() if (read := _reader(hint))}
    for kind in _KINDS
}
