"""The tables of a case: its row, its parts, its events. Every key begins with the case's id.

The columns are those of the plain values of the same name (`service.workflows.case.parts`), and *own* ones of the archive.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from service.store.columns import (
    added_json,
    added_later,
    added_text,
    case_key,
    instant,
    json_column,
    partial_index,
    task_list,
)

_CARDED = ("card", "person", "department", "post")
_AGAIN = partial_index("events_again", ("recorded_at", "case_id", "n"), "action = 'notify_again'")


class Case(SQLModel, table=True):
    """办件 — one application, pinned to a release."""

    __tablename__ = "cases"
    __table_args__ = (
        partial_index("cases_number", ("number",), "number <> ''", unique=True),
        partial_index("cases_query_code", ("query_code",), "query_code <> ''"),
        Index("cases_created", "created_at", "id"),
        Index("cases_account", "account", "created_at", "id"),
        Index("cases_applicant", "applicant_id", "created_at", "id"),
        partial_index("cases_closed", ("bundle", "closed_at"), "closed_at IS NOT NULL"),
        partial_index("cases_drafts", ("account", "created_at"), "state = 'draft'"),
        partial_index("cases_resting", ("retry_at",), "retry_at IS NOT NULL"),
        partial_index("cases_reapply_of", ("reapply_of",), "reapply_of <> ''"),
    )
    id: str = Field(primary_key=True)
    bundle: str
    release: str
    applicant_type: str
    applicant_name: str
    applicant_id: str
    applicant_document: str = added_text()
    number: str = ""
    query_code: str = ""
    salt: str = ""
    account: str = ""
    entered_by: str = ""
    channel: str = "online"
    state: str = "draft"
    version: int = 0
    created_at: datetime = instant()
    received_at: datetime | None = instant(default=None, nullable=True)
    closed_at: datetime | None = instant(default=None, nullable=True)
    urged_at: datetime | None = instant(default=None, nullable=True)
    answers: dict[str, Any] = json_column(dict)
    handling: dict[str, str] = json_column(dict)
    form: dict[str, Any] = json_column(dict)
    mandate: dict[str, str] = added_json(dict)
    representation: str = added_text()
    represented_by: dict[str, str] = added_json(dict)
    reapply_of: str = added_text()
    limited_to: list[str] = added_json(list)
    registers: dict[str, Any] = added_json(dict)
    last_event: int = 0
    last_hash: str = ""
    # own: a sweep failed, when and by what; leave the case alone until then
    retry_at: datetime | None = instant(default=None, nullable=True)
    retry_since: datetime | None = instant(default=None, nullable=True)
    retry_error: str = added_text()


class Item(SQLModel, table=True):
    """事项（联办子件） — one department's matter in a case."""

    __tablename__ = "items"
    __table_args__ = (
        Index("items_department", "department", "case_id"),
        partial_index("items_about", ("about",), "about <> ''"),
    )
    case_id: str = case_key()
    item: str = Field(primary_key=True)
    department: str
    lifecycle: str
    state: str
    handling: str = "ordinary"
    parent: str = ""
    received_at: datetime | None = instant(default=None, nullable=True)
    complete_at: datetime | None = instant(default=None, nullable=True)
    accepted_on: date | None = None
    decided_at: datetime | None = instant(default=None, nullable=True)
    decided_by: str = ""
    served_on: date | None = None
    final_at: datetime | None = instant(default=None, nullable=True)
    outcome: str = ""
    first_handler: str = ""
    reviewer: str = ""
    noted: list[dict[str, Any]] = json_column(list)
    asked: list[dict[str, Any]] = json_column(list)
    answered: list[str] = json_column(list)
    corrections: int = 0
    special: dict[str, Any] = json_column(dict)
    hearing: dict[str, Any] = added_json(dict)
    legal_review: dict[str, Any] = added_json(dict)
    selection: dict[str, Any] = added_json(dict)
    feedback: dict[str, Any] = added_json(dict)
    payment: dict[str, Any] = added_json(dict)
    officers: list[str] = added_json(list)
    ground: str = added_text()
    severity: str = added_text()
    third_parties: list[dict[str, Any]] = added_json(list)
    about: str = added_text()
    window: dict[str, Any] = added_json(dict)
    signatures: list[dict[str, Any]] = json_column(list)
    note: str = ""


class Clock(SQLModel, table=True):
    """时限 — one limit: the ledger of its starts and stops, and the dates that follow from it."""

    __tablename__ = "clocks"
    __table_args__ = (
        partial_index("clocks_wake", ("wake_at", "case_id"), "wake_at IS NOT NULL"),
        partial_index("clocks_calendar", ("calendar", "case_id"), "state IN ('running', 'paused')"),
    )
    case_id: str = case_key()
    item: str = Field(primary_key=True)
    clock: str = Field(primary_key=True)
    title: str
    basis: str = ""
    owner: str = "department"
    closes_at: str = added_text()
    statutory: str | None = None
    promised: str | None = None
    ends_on: date | None = None
    extensions: list[dict[str, Any]] = json_column(list)
    spans: list[list[str | None]] = json_column(list)
    state: str = "running"
    promised_on: date | None = None
    statutory_on: date | None = None
    due_on: date | None = None
    safe_on: date | None = None
    entered_at: datetime | None = instant(default=None, nullable=True)
    provisional: bool = False
    calendar: str = ""
    card: str = "none"
    yellow_on: date | None = None
    red_on: date | None = None
    breach_on: date | None = None
    awaited_on: date | None = None
    expiry: str = ""
    wake_at: datetime | None = instant(default=None, nullable=True)


class Task(SQLModel, table=True):
    """待办 — who must act now. A list of open ones is one range of one index."""

    __tablename__ = "tasks"
    __table_args__ = (
        task_list("open", "done_at IS NULL AND person = ''", "department", "post", "rank_on"),
        task_list("mine", "done_at IS NULL AND person <> ''", "person", "rank_on"),
        task_list("carded", "done_at IS NULL AND card <> 'none'", *_CARDED, "rank_on"),
        task_list("done", "done_at IS NOT NULL AND person <> ''", "person", "done_at"),
    )
    case_id: str = case_key()
    n: int = Field(primary_key=True)
    item: str
    department: str
    post: str
    state: str
    since_at: datetime = instant()
    person: str = ""
    due_on: date | None = None
    card: str = "none"
    done_at: datetime | None = instant(default=None, nullable=True)
    number: str  # own: the case's, so that lists filter without a join
    bundle: str  # own
    rank_on: date  # own: due_on, or the last day there is


class Material(SQLModel, table=True):
    """材料 — what was handed in or promised, from which origin."""

    __tablename__ = "materials"
    __table_args__ = (partial_index("materials_file", ("file",), "file <> ''"),)
    case_id: str = case_key()
    n: int = Field(primary_key=True)
    material: str
    source: str
    at: datetime = instant()
    by: str
    file: str = ""
    name: str = ""
    replaced: bool = False
    reference: str = added_text()


class Notice(SQLModel, table=True):
    """文书、告知 — numbered, addressed, dated, verifiable by its code."""

    __tablename__ = "notices"
    __table_args__ = (
        partial_index("notices_code", ("code",), "code <> ''", unique=True),
        partial_index("notices_number", ("number",), "number <> ''"),
    )
    case_id: str = case_key()
    n: int = Field(primary_key=True)
    kind: str
    item: str
    title: str
    to: str
    body: dict[str, Any] = json_column(dict)
    issued_at: datetime = instant()
    number: str = ""
    code: str = ""
    delivered_at: datetime | None = instant(default=None, nullable=True)


class Certificate(SQLModel, table=True):
    """证照 — the result of a granted item, found again by its number."""

    __tablename__ = "certificates"
    __table_args__ = (
        partial_index("certificates_number", ("number",), "number <> ''", unique=True),
        partial_index("certificates_code", ("code",), "code <> ''", unique=True),
        Index("certificates_holder", "holder_id", "certificate"),
        partial_index("certificates_continues", ("continues",), "continues <> ''"),
    )
    case_id: str = case_key()
    n: int = Field(primary_key=True)
    item: str
    certificate: str
    title: str
    holder_name: str
    holder_id: str
    issued_on: date
    pattern: str
    number: str = ""
    valid_until: date | None = None
    operable_from: date | None = None
    state: str = "valid"
    code: str = added_text()
    carries: dict[str, Any] = added_json(dict)
    valid_from: date | None = None
    continues: str = added_text()


class Commitment(SQLModel, table=True):
    """告知承诺 — what was promised, in which words, and who signed."""

    __tablename__ = "commitments"
    __table_args__ = (
        partial_index(
            "commitments_public",
            ("granted_on", "case_id", "item"),
            "public AND granted_on IS NOT NULL",
        ),
    )
    case_id: str = case_key()
    item: str = Field(primary_key=True)
    text: str
    text_sha256: str
    chosen_at: datetime = instant()
    chosen_by: str
    signature: dict[str, Any] = json_column(dict)
    follow_up: str = ""
    granted_on: date | None = None
    draw: dict[str, Any] = json_column(dict)
    notice: str = added_text()
    notice_sha256: str = added_text()
    listed: str = added_text()
    later_on: date | None = None
    public: bool = added_later(default=True, as_sql="true")
    asked: list[dict[str, Any]] = added_json(list)


class Credit(SQLModel, table=True):
    """信用记录 — breach of a promise, exclusion, repair; asked for by applicant."""

    __tablename__ = "credits"
    __table_args__ = (Index("credits_subject", "subject"),)
    case_id: str = case_key()
    n: int = Field(primary_key=True)
    subject: str
    item: str
    kind: str
    recorded_at: datetime = instant()
    excluded: bool = True
    severity: str = added_later("ordinary", "'ordinary'")
    repair: str = added_text()
    repair_from: date | None = None
    ends_on: date | None = None
    repaired_on: date | None = None


class Ban(SQLModel, table=True):
    """禁止申请 — until when somebody may not apply for an item again; asked for by applicant."""

    __tablename__ = "bans"
    __table_args__ = (Index("bans_subject", "subject"),)
    case_id: str = case_key()
    n: int = Field(primary_key=True)
    subject: str
    item: str
    ground: str
    from_on: date
    until_on: date
    basis: str


class Inspection(SQLModel, table=True):
    """核查记录 — one check on the spot; never changed once it is filed."""

    __tablename__ = "inspections"
    __table_args__ = (
        partial_index("inspections_awaits", ("awaits",), "awaits <> ''"),
        partial_index("inspections_public", ("filed_on", "case_id", "n"), "public"),
    )
    case_id: str = case_key()
    n: int = Field(primary_key=True)
    item: str
    action: str
    checked_at: datetime = instant()
    place: str
    officers: list[dict[str, str]] = json_column(list)
    points: list[dict[str, str]] = json_column(list)
    findings: str
    result: str
    recorded_at: datetime = instant()
    signatures: list[dict[str, str]] = json_column(list)
    photos: list[str] = json_column(list)
    awaits: str = ""
    filed_on: date | None = None
    public: bool = False


class Rating(SQLModel, table=True):
    """好差评 — five grades, once per service event."""

    __tablename__ = "ratings"
    __table_args__ = (Index("ratings_month", "rated_at"),)
    case_id: str = case_key()
    n: int = Field(primary_key=True)
    grade: int
    text: str
    rated_at: datetime = instant()
    anonymous: bool = False
    item: str = added_text()


class Message(SQLModel, table=True):
    """待发消息 — what outside systems are told; written with the case, sent afterwards at least once and in order."""

    __tablename__ = "messages"
    __table_args__ = (
        partial_index("messages_pending", ("at", "case_id", "n"), "state = 'pending'"),
        partial_index("messages_dead", ("at", "case_id", "n"), "state = 'dead'"),
        partial_index("messages_sent", ("sent_at",), "state = 'sent'"),
    )
    case_id: str = case_key()
    n: int = Field(primary_key=True)
    type: str
    at: datetime = instant()
    payload: dict[str, Any] = json_column(dict)
    state: str = "pending"  # pending | sent | dead
    attempts: int = added_later(0, "0")  # own
    next_at: datetime | None = instant(default=None, nullable=True)  # own: not before
    sent_at: datetime | None = instant(default=None, nullable=True)  # own
    last_error: str = added_text()  # own


class Event(SQLModel, table=True):
    """办理记录 — what happened, by whom, under which article; append-only, which the database enforces."""

    __tablename__ = "events"
    __table_args__ = (Index("events_number", "number", unique=True), _AGAIN)
    case_id: str = case_key()
    n: int = Field(primary_key=True)
    action: str
    item: str
    at: datetime = instant()
    recorded_at: datetime = instant()
    actor: dict[str, Any] = json_column(dict)
    state_from: str = ""
    state_to: str = ""
    law: str = ""
    data: dict[str, Any] = json_column(dict)
    rows: dict[str, list[dict[str, Any]]] = json_column(dict, folded=True)
    release: str = ""
    calendar: str = ""
    previous: str = ""
    hash: str = ""
    # own: its place among the records of all cases, which PostgreSQL draws from a sequence
    number: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
