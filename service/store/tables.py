"""The tables of a case: its row, its parts, its events. Every key begins with the case's id.

The columns are those of the plain values of the same name (`service.workflows.case`). Columns marked *own* are not part
of the values: the archive fills and reads them itself.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from service.store.columns import added_json, instant, json_column


def _case_id() -> Any:
    return Field(primary_key=True, foreign_key="cases.id")


def _empty() -> Any:
    """An empty text, also for rows that were there before the column."""
    return Field(default="", sa_column_kwargs={"server_default": text("''")})


_TRUE = text("true")
_EMPTY = text("''")


def _partial(name: str, columns: tuple[str, ...], where: str, *, unique: bool = False) -> Index:
    clause = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=clause, postgresql_where=clause)


class Case(SQLModel, table=True):
    """办件 — one application, pinned to a release."""

    __tablename__ = "cases"
    __table_args__ = (
        _partial("cases_number", ("number",), "number <> ''", unique=True),
        _partial("cases_query_code", ("query_code",), "query_code <> ''"),
        Index("cases_created", "created_at", "id"),
        Index("cases_account", "account", "created_at", "id"),
        Index("cases_applicant", "applicant_id", "created_at", "id"),
        _partial("cases_closed", ("bundle", "closed_at"), "closed_at IS NOT NULL"),
    )
    id: str = Field(primary_key=True)
    bundle: str
    release: str
    applicant_type: str
    applicant_name: str
    applicant_id: str
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
    last_event: int = 0
    last_hash: str = ""
    retry_at: datetime | None = instant(
        default=None, nullable=True
    )  # own: a sweep failed; leave the case alone until then


class Item(SQLModel, table=True):
    """事项（联办子件） — one department's matter in a case."""

    __tablename__ = "items"
    __table_args__ = (
        Index("items_department", "department", "case_id"),
        _partial("items_about", ("about",), "about <> ''"),
    )
    case_id: str = _case_id()
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
    third_parties: list[dict[str, Any]] = added_json(list)
    about: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    window: dict[str, Any] = added_json(dict)
    signatures: list[dict[str, Any]] = json_column(list)
    note: str = ""


class Clock(SQLModel, table=True):
    """时限 — one limit: the ledger of its starts and stops, and the dates that follow from it."""

    __tablename__ = "clocks"
    __table_args__ = (
        _partial("clocks_wake", ("wake_at", "case_id"), "wake_at IS NOT NULL"),
        _partial("clocks_calendar", ("calendar", "case_id"), "state IN ('running', 'paused')"),
    )
    case_id: str = _case_id()
    item: str = Field(primary_key=True)
    clock: str = Field(primary_key=True)
    title: str
    basis: str = ""
    owner: str = "department"
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
    expiry: str = ""
    wake_at: datetime | None = instant(default=None, nullable=True)


class Task(SQLModel, table=True):
    """待办 — who must act now. A list of open ones is one range of one index."""

    __tablename__ = "tasks"
    __table_args__ = (
        _partial("tasks_open", ("department", "post", "rank_on", "case_id", "n"), "done_at IS NULL AND person = ''"),
        _partial("tasks_mine", ("person", "rank_on", "case_id", "n"), "done_at IS NULL AND person <> ''"),
        _partial(
            "tasks_carded",
            ("card", "person", "department", "post", "rank_on", "case_id", "n"),
            "done_at IS NULL AND card <> 'none'",
        ),
        _partial("tasks_done", ("person", "done_at", "case_id", "n"), "done_at IS NOT NULL AND person <> ''"),
    )
    case_id: str = _case_id()
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
    __table_args__ = (_partial("materials_file", ("file",), "file <> ''"),)
    case_id: str = _case_id()
    n: int = Field(primary_key=True)
    material: str
    source: str
    at: datetime = instant()
    by: str
    file: str = ""
    name: str = ""
    replaced: bool = False
    reference: str = Field(default="", sa_column_kwargs={"server_default": text("''")})


class Notice(SQLModel, table=True):
    """文书、告知 — numbered, addressed, dated, verifiable by its code."""

    __tablename__ = "notices"
    __table_args__ = (
        _partial("notices_code", ("code",), "code <> ''", unique=True),
        _partial("notices_number", ("number",), "number <> ''"),
    )
    case_id: str = _case_id()
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
        _partial("certificates_number", ("number",), "number <> ''", unique=True),
        _partial("certificates_code", ("code",), "code <> ''", unique=True),
        Index("certificates_holder", "holder_id", "certificate"),
        _partial("certificates_continues", ("continues",), "continues <> ''"),
    )
    case_id: str = _case_id()
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
    code: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    carries: dict[str, Any] = added_json(dict)
    valid_from: date | None = None
    continues: str = Field(default="", sa_column_kwargs={"server_default": text("''")})


class Commitment(SQLModel, table=True):
    """告知承诺 — what was promised, in which words, and who signed."""

    __tablename__ = "commitments"
    __table_args__ = (
        _partial("commitments_public", ("granted_on", "case_id", "item"), "public AND granted_on IS NOT NULL"),
    )
    case_id: str = _case_id()
    item: str = Field(primary_key=True)
    text: str
    text_sha256: str
    chosen_at: datetime = instant()
    chosen_by: str
    signature: dict[str, Any] = json_column(dict)
    follow_up: str = ""
    granted_on: date | None = None
    draw: dict[str, Any] = json_column(dict)
    notice: str = _empty()
    notice_sha256: str = _empty()
    listed: str = _empty()
    later_on: date | None = None
    public: bool = Field(default=True, sa_column_kwargs={"server_default": _TRUE})
    asked: list[dict[str, Any]] = added_json(list)


class Credit(SQLModel, table=True):
    """信用记录 — breach of a promise, exclusion, repair; asked for by applicant."""

    __tablename__ = "credits"
    __table_args__ = (Index("credits_subject", "subject"),)
    case_id: str = _case_id()
    n: int = Field(primary_key=True)
    subject: str
    item: str
    kind: str
    recorded_at: datetime = instant()
    excluded: bool = True
    severity: str = Field(default="ordinary", sa_column_kwargs={"server_default": text("'ordinary'")})
    repair: str = _empty()
    repair_from: date | None = None
    ends_on: date | None = None
    repaired_on: date | None = None


class Ban(SQLModel, table=True):
    """禁止申请 — until when somebody may not apply for an item again; asked for by applicant."""

    __tablename__ = "bans"
    __table_args__ = (Index("bans_subject", "subject"),)
    case_id: str = _case_id()
    n: int = Field(primary_key=True)
    subject: str
    item: str
    ground: str
    from_on: date
    until_on: date
    basis: str


class Rating(SQLModel, table=True):
    """好差评 — five grades, once per service event."""

    __tablename__ = "ratings"
    __table_args__ = (Index("ratings_month", "rated_at"),)
    case_id: str = _case_id()
    n: int = Field(primary_key=True)
    grade: int
    text: str
    rated_at: datetime = instant()
    anonymous: bool = False
    item: str = Field(default="", sa_column_kwargs={"server_default": _EMPTY})


class Message(SQLModel, table=True):
    """待发消息 — what outside systems are told; written with the case, sent afterwards at least once and in order."""

    __tablename__ = "messages"
    __table_args__ = (
        _partial("messages_pending", ("at", "case_id", "n"), "state = 'pending'"),
        _partial("messages_dead", ("at", "case_id", "n"), "state = 'dead'"),
    )
    case_id: str = _case_id()
    n: int = Field(primary_key=True)
    type: str
    at: datetime = instant()
    payload: dict[str, Any] = json_column(dict)
    state: str = "pending"  # pending | sent | dead
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})  # own
    next_at: datetime | None = instant(default=None, nullable=True)  # own: not before; also the end of a worker's lease
    sent_at: datetime | None = instant(default=None, nullable=True)  # own
    last_error: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # own


class Event(SQLModel, table=True):
    """办理记录 — what happened, by whom, under which article; append-only, which the database enforces."""

    __tablename__ = "events"
    case_id: str = _case_id()
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
    rows: dict[str, list[dict[str, Any]]] = json_column(dict)
    release: str = ""
    calendar: str = ""
    previous: str = ""
    hash: str = ""
