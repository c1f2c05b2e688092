"""办件及其组成 — the case and its parts as plain values, one class per kind of row.

A field is a column of the table of the same name; what JSON columns hold stands in `columns` or beside the field. Values are
replaced, never mutated in place inside (`spans = [*spans, x]`), so that a shallow fork of a case is a true copy.
Instants (`…_at`) are aware datetimes in UTC, legal dates (`…_on`) are dates in Asia/Shanghai.
"""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Literal

from service.workflows.case.columns import (
    Body,
    Extension,
    Point,
    RegisterAnswer,
    RepresentedBy,
    Signature,
    ThirdParty,
)
from service.workflows.case.inspections import Inspection
from service.workflows.case.literals import (
    BreachKind,
    CaseState,
    CertificateState,
    Channel,
    ClockOwner,
    ClockState,
    Handling,
    MaterialSource,
)
from service.workflows.case.procedures import (
    Draw,
    Feedback,
    Hearing,
    LegalReview,
    Payment,
    RenewalWindow,
    Selected,
    SpecialProcedure,
)
from service.workflows.definition.models import Outcome
from service.workflows.definition.models.policy import Severity
from service.workflows.definition.models.terms import Card

CASE = ""  # the item code of clocks, tasks and notices that belong to the case as a whole

STEP = "step-"  # the clock of a stage is named step-<state>
PHOTO = "inspection_photo"  # the code of a photo of a check among the materials: no definition can have it
EARLIER_CASE = "earlier_case"  # `reference` of a paper that came over from the case of `reapply_of`
THIRD_PARTY = "third_party"  # whom a paper is addressed to that goes to a 利害关系人; `body.addressee` names them


@dataclass(slots=True)
class Item:
    """事项（联办子件） — one department's matter in a case; the only thing that has a state machine."""

    item: str
    department: str
    lifecycle: str
    state: str
    handling: Handling = "ordinary"
    parent: str = ""  # for a proceeding (附带程序): the item it follows, or `case`
    received_at: datetime | None = None
    complete_at: datetime | None = None  # when the last paper asked for was handed in
    accepted_on: date | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    served_on: date | None = None
    final_at: datetime | None = None
    outcome: Outcome | Literal[""] = ""  # once final
    first_handler: str = ""  # 首问负责: who handled it first keeps it
    reviewer: str = ""  # who reviewed last; may not decide (four eyes)
    noted: list[Point] = field(default_factory=list)  # found, not yet told
    asked: list[Point] = field(default_factory=list)  # told in the one notice
    answered: list[str] = field(default_factory=list)  # reasons of `asked` that were supplied
    corrections: int = 0  # correction notices sent
    special: SpecialProcedure | None = None  # the one that runs now
    hearing: Hearing | None = None
    legal_review: LegalReview | None = None
    selection: Selected | None = None
    feedback: Feedback | None = None
    payment: Payment | None = None
    officers: list[str] = field(default_factory=list)  # who checked on the spot, or is drawn to
    ground: str = ""  # of a revocation: one of GROUNDS
    severity: Severity | Literal[""] = ""  # of a repair: how grave the broken promise was
    third_parties: list[ThirdParty] = field(default_factory=list)
    about: str = ""  # number of the certificate it renews or changes
    window: RenewalWindow | None = None  # of a renewal or a change
    signatures: list[Signature] = field(default_factory=list)  # so far, where several sign
    note: str = ""  # why it is as it is, in words for the applicant


@dataclass(slots=True)
class Clock:
    """时限 — one limit of an item or of the case: a ledger of starts and stops, and the dates that follow from it.

    `spans` is the ledger: [[started_at, stopped_at | None, why it stopped], …] with ISO instants. The dates are a
    cache of `clocks.reckon`; while a clock is paused they are None.
    """

    item: str
    clock: str
    title: str
    basis: str = ""
    owner: ClockOwner = "department"  # whose time it is
    closes_at: str = ""  # 17:00: its last day ends with the office's; empty: at 24:00
    statutory: str | None = None  # limits as durations: 13wd
    promised: str | None = None
    # a last day that is given, not counted: never rolled, never moved by a stop
    ends_on: date | None = None
    extensions: list[Extension] = field(default_factory=list)
    spans: list[list[str | None]] = field(default_factory=list)
    state: ClockState = "running"
    promised_on: date | None = None
    statutory_on: date | None = None
    due_on: date | None = None  # the earlier of the two
    # litigation-safe statutory date, counted from entry on the national calendar (R-TIME-4)
    safe_on: date | None = None
    entered_at: datetime | None = None  # entry in the system, from which `safe_on` counts
    provisional: bool = False  # depends on a year whose calendar is not published
    calendar: str = ""  # version of the calendar the dates were reckoned with
    card: Card = "none"
    yellow_on: date | None = None
    red_on: date | None = None
    breach_on: date | None = None  # statutory limit passed
    # its end was put off on this day: the notice of holidays on which it hangs is not there
    awaited_on: date | None = None
    expiry: str = ""  # the action the clock takes at the end
    wake_at: datetime | None = None  # the next instant at which something falls due


@dataclass(slots=True)
class Task:
    """待办 — who must act now: item, department, post, person, since when, until when."""

    n: int
    item: str
    department: str  # empty for the applicant
    post: str
    state: str  # the item's state it stands for
    since_at: datetime
    person: str = ""
    due_on: date | None = None
    card: Card = "none"
    done_at: datetime | None = None


@dataclass(slots=True)
class Material:
    """材料 — what was handed in or promised, from which origin."""

    n: int
    material: str
    source: MaterialSource
    at: datetime
    by: str
    file: str = ""  # SHA-256 of the stored file
    name: str = ""
    replaced: bool = False  # a newer one stands for it
    reference: str = ""  # what it rests on: the number of a certificate, EARLIER_CASE


@dataclass(slots=True)
class Notice:
    """文书、告知 — numbered, addressed, dated; `body` holds what it says."""

    n: int
    kind: str
    item: str
    title: str
    to: str  # applicant | third_party | a department code
    body: Body
    issued_at: datetime
    number: str = ""
    code: str = ""  # what its QR code carries
    delivered_at: datetime | None = None


@dataclass(slots=True)
class Certificate:
    """证照 — the result of a granted item, made by the decision. `number` is filled when the serial is drawn.

    It is `made` until it is handed over, then `valid`; `void` if it never was. `issued_on` is the day of the decision.
    """

    n: int
    item: str
    certificate: str
    title: str
    holder_name: str
    holder_id: str
    issued_on: date
    pattern: str
    number: str = ""
    valid_until: date | None = None
    operable_from: date | None = None  # empty: promised conditions are not met yet (R-NCP-7)
    state: CertificateState = "valid"
    code: str = ""  # what its QR code carries
    # what it says, by name, from the form at issue
    carries: dict[str, Any] = field(default_factory=dict)
    # of a renewed one: the day after the old one ends; else the day of the decision
    valid_from: date | None = None
    continues: str = ""  # number of the certificate that it renews or changes


@dataclass(slots=True)
class Commitment:
    """告知承诺 — what was promised: text version and hash, who chose it and when, who signed."""

    item: str
    text: str
    text_sha256: str
    chosen_at: datetime
    chosen_by: str
    signature: dict[str, Any]  # {method, name, at}
    follow_up: str = ""  # item code of the check after, or why there is none
    granted_on: date | None = None
    draw: Draw | None = None  # whether it is checked, and by whom
    notice: str = ""  # the 告知书 that was shown, where it is a text of its own
    notice_sha256: str = ""
    listed: str = ""  # the entry of the list that opened it
    later_on: date | None = None  # the conditions will be met by this day; None: they are met
    public: bool = True  # what was promised, and what came of it, is published (R-NCP-4)
    # what the credit guard was told, each time as {at, excluded, source}
    asked: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Credit:
    """信用记录 — breach of a promise and the exclusion that follows, until repaired."""

    n: int
    subject: str  # the applicant's id
    item: str
    kind: BreachKind
    recorded_at: datetime
    excluded: bool = True
    severity: Severity = "ordinary"
    repair: str = ""  # item code of the repair proceeding
    repair_from: date | None = None  # the first day on which repair may be applied for
    ends_on: date | None = None  # the last day on which the record counts
    repaired_on: date | None = None


@dataclass(slots=True)
class Ban:
    """禁止申请 — until when somebody may not apply for an item again, and why; a part of the case that caused it."""

    n: int
    subject: str  # the applicant's id
    item: str
    ground: str  # false_material | fraud
    from_on: date
    until_on: date  # the last day on which it holds
    basis: str


@dataclass(slots=True)
class Rating:
    """好差评 — five grades, once per service event."""

    n: int
    grade: int  # 5 very satisfied … 1 very dissatisfied
    text: str
    rated_at: datetime
    anonymous: bool = False
    item: str = ""  # what was rated: an item, or the case as a whole


@dataclass(slots=True)
class Message:
    """待发消息 — what outside systems are told; a row of the same transaction, sent later."""

    n: int
    type: str  # item.accepted
    at: datetime
    payload: dict[str, Any]  # {case, item, state, due_on?}: no personal data
    state: str = "pending"


@dataclass(slots=True)
class Event:
    """办理记录 — what happened, by whom, under which article. `rows` holds what it changed: {table: [row]}."""

    n: int
    action: str
    item: str
    at: datetime  # when it happened in law
    recorded_at: datetime  # when it was written down
    actor: dict[str, Any]  # {account, department, post}
    state_from: str = ""
    state_to: str = ""
    law: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    release: str = ""
    calendar: str = ""
    previous: str = ""
    hash: str = ""


@dataclass(slots=True)
class Case:
    """办件 — one application, pinned to a release; its state is derived from its items."""

    id: str
    bundle: str
    release: str  # content hash of the release
    applicant_type: str
    applicant_name: str
    applicant_id: str
    applicant_document: str = ""  # kind of the identity document; empty: as the number tells
    number: str = ""
    query_code: str = ""
    salt: str = ""  # keeps hashes of personal values in the events from being guessed
    account: str = ""  # whose account filed it
    entered_by: str = ""  # the clerk who typed it in at a counter
    channel: Channel = "online"
    state: CaseState = "draft"
    version: int = 0
    created_at: datetime | None = None
    received_at: datetime | None = None
    closed_at: datetime | None = None
    urged_at: datetime | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    handling: dict[str, str] = field(default_factory=dict)  # what the applicant chose
    form: dict[str, Any] = field(default_factory=dict)
    # 授权: who let a portal apply for him, {name, reference: proof of it}
    mandate: dict[str, str] = field(default_factory=dict)
    representation: str = ""  # by which the account that filed it acted for the applicant
    represented_by: RepresentedBy = field(default_factory=RepresentedBy)
    reapply_of: str = ""  # 重新申请: number of the case whose items are applied for anew
    limited_to: list[str] = field(default_factory=list)  # those items, and no others
    # 登记查询: what registers answered while it was filled in, by code
    registers: dict[str, RegisterAnswer] = field(default_factory=dict)
    last_event: int = 0
    last_hash: str = ""
    items: dict[str, Item] = field(default_factory=dict)
    clocks: dict[tuple[str, str], Clock] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    materials: dict[int, Material] = field(default_factory=dict)
    notices: dict[int, Notice] = field(default_factory=dict)
    certificates: dict[int, Certificate] = field(default_factory=dict)
    commitments: dict[str, Commitment] = field(default_factory=dict)
    credits: dict[int, Credit] = field(default_factory=dict)
    bans: dict[int, Ban] = field(default_factory=dict)
    inspections: dict[int, Inspection] = field(default_factory=dict)
    ratings: dict[int, Rating] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)

    def fork(self) -> "Case":
        """Return a copy whose parts can be changed without touching this one."""
        parts: dict[str, Any] = {}
        for name, kind in PARTS.items():
            if mine := getattr(self, name):
                values = VALUES[name]
                mine = {key: kind(*values(part)) for key, part in mine.items()}
            parts[name] = mine or {}
        return Case(*_OWN_VALUES(self), **parts)


PARTS: dict[str, type] = {
    "items": Item,
    "clocks": Clock,
    "tasks": Task,
    "materials": Material,
    "notices": Notice,
    "certificates": Certificate,
    "commitments": Commitment,
    "credits": Credit,
    "bans": Ban,
    "inspections": Inspection,
    "ratings": Rating,
    "messages": Message,
}
VALUES = {name: attrgetter(*(f.name for f in fields(kind))) for name, kind in PARTS.items()}
KEYS: dict[str, tuple[str, ...]] = {
    "items": ("item",),
    "clocks": ("item", "clock"),
    "tasks": ("n",),
    "materials": ("n",),
    "notices": ("n",),
    "certificates": ("n",),
    "commitments": ("item",),
    "credits": ("n",),
    "bans": ("n",),
    "inspections": ("n",),
    "ratings": ("n",),
    "messages": ("n",),
}
COLUMNS: dict[str, tuple[str, ...]] = {
    "cases": tuple(f.name for f in fields(Case) if f.name not in PARTS),
    **{name: tuple(f.name for f in fields(kind)) for name, kind in PARTS.items()},
    "events": tuple(f.name for f in fields(Event)),
}
_OWN_VALUES = attrgetter(*COLUMNS["cases"])
