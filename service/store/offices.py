"""The tables beside the cases: who signs in, what was published, which files are kept, what was already answered."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text, text
from sqlmodel import Field, SQLModel

from service.store.columns import Json, instant, json_column


class Account(SQLModel, table=True):
    """账号 — who signs in, for which department, on which posts, or for which applicant."""

    __tablename__ = "accounts"
    __table_args__ = (Index("accounts_department", "department"),)
    account: str = Field(primary_key=True)
    password_hash: str = ""
    name: str
    kind: str  # clerk | applicant | portal | admin | supervisor
    department: str = ""
    posts: list[str] = json_column(list)
    subject: str = ""  # the applicant's id
    active: bool = True
    failed_count: int = 0
    locked_until: datetime | None = instant(default=None, nullable=True)


class CreditClass(SQLModel, table=True):
    """信用分类 — an applicant's class of credit risk from a day on, and who says so; the newest counts (R-SUP-2)."""

    __tablename__ = "credit_classes"
    subject: str = Field(primary_key=True)  # the applicant's id
    since_on: date = Field(primary_key=True)
    grade: str  # A | B | C | D
    serious: bool = False  # on a list of serious bad credit: no 告知承诺 (R-NCP-3)
    source: str  # the list or assessment it comes from
    set_by: str
    set_at: datetime = instant()


class Session(SQLModel, table=True):
    """会话 — one browser that signed in; ended by signing out, by idleness or at its end, whichever comes first."""

    __tablename__ = "sessions"
    __table_args__ = (Index("sessions_account", "account"), Index("sessions_ends", "ends_at"))
    token_sha256: str = Field(primary_key=True)  # the browser alone holds the token itself
    account: str = Field(foreign_key="accounts.account")
    csrf: str  # what every form of this browser carries
    created_at: datetime = instant()
    seen_at: datetime = instant()
    ends_at: datetime = instant()


class Release(SQLModel, table=True):
    """发布版 — the immutable compiled snapshot of one bundle."""

    __tablename__ = "releases"
    __table_args__ = (Index("releases_hash", "bundle", "hash", unique=True), Index("releases_by_hash", "hash"))
    bundle: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    hash: str
    pack_title: str = ""
    document: dict[str, Any] = Field(sa_type=Json, nullable=False)
    published_at: datetime = instant()
    published_by: str


class Calendar(SQLModel, table=True):
    """工作日历 — the newest published notice of a layer and year, by the region whose pack brought it."""

    __tablename__ = "calendars"
    region: str = Field(primary_key=True)
    layer: str = Field(primary_key=True)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    document: dict[str, Any] = Field(sa_type=Json, nullable=False)
    published_at: datetime = instant()


class File(SQLModel, table=True):
    """文件 — stored once by its SHA-256, whoever hands it in."""

    __tablename__ = "files"
    sha256: str = Field(primary_key=True)
    size: int = Field(sa_type=BigInteger)
    type: str
    uploaded_by: str
    uploaded_at: datetime = instant()


class FileOwner(SQLModel, table=True):
    """文件归属 — which account handed in these bytes and so may reach them."""

    __tablename__ = "file_owners"
    sha256: str = Field(primary_key=True, foreign_key="files.sha256")
    account: str = Field(primary_key=True)
    name: str = ""
    uploaded_at: datetime = instant()


class Idempotency(SQLModel, table=True):
    """已答复的请求 — the answer that was given under a key, so that a repeat gets the same one."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("idempotency_created", "created_at"),)
    principal: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_hash: str
    status: int
    response: Any = Field(sa_type=Json, nullable=False)
    case_id: str = ""
    created_at: datetime = instant()


class Bulk(SQLModel, table=True):
    """批量办理 — one action ordered for many cases, and what became of each; a repeat of the order finds it by its key."""

    __tablename__ = "bulks"
    __table_args__ = (
        Index(
            "bulks_key",
            "account",
            "key",
            unique=True,
            sqlite_where=text("key <> ''"),
            postgresql_where=text("key <> ''"),
        ),
    )
    id: str = Field(primary_key=True)
    account: str  # who ordered it; nobody else reads it
    key: str = ""
    request_hash: str = ""
    action: str
    data: dict[str, Any] = json_column(dict)
    entries: list[dict[str, Any]] = json_column(list)  # [{number, item, version}], as ordered
    results: list[dict[str, Any]] = json_column(list)  # of the first so many entries, each written with what it did
    created_at: datetime = instant()


class Counter(SQLModel, table=True):
    """流水号 — the last number drawn of a series."""

    __tablename__ = "counters"
    name: str = Field(primary_key=True, sa_type=Text)
    value: int = Field(sa_type=BigInteger)


class DemoClock(SQLModel, table=True):
    """演示时钟 — how far the demonstration's time is ahead, one row for all processes."""

    __tablename__ = "demo_clock"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    offset_seconds: int = Field(sa_type=BigInteger)
