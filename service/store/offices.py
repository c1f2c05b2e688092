"""The tables beside the cases: who signs in, what was published, which files are kept, what was already answered."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from service.store.columns import Json, added_later, instant, json_column

# a number the database gives: SQLite does so for INTEGER alone
Numbered = BigInteger().with_variant(Integer, "sqlite")


def _text() -> Any:
    return Field(default="", sa_column_kwargs={"server_default": text("''")})


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
    # counted here by the release before; since then in `sign_in_attempts`
    failed_count: int = 0
    locked_until: datetime | None = instant(default=None, nullable=True)
    # tokens name the generation in which they were issued: those of an earlier one are worth nothing
    token_generation: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    otp_secret: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # sealed
    otp_step: int = Field(  # the step of 30 seconds of the last code that was taken
        default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")}
    )


class SignInAttempt(SQLModel, table=True):
    """登录尝试 — how often somebody was wrong from one place; who and where is known by its keyed hash alone."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("sign_in_attempts_counted", "counted_until"),)
    key: str = Field(primary_key=True)
    failed_count: int = 0
    counted_until: datetime = instant()  # then counting begins anew
    locked_until: datetime | None = instant(default=None, nullable=True)
    # until then a device or address from which the account has signed in
    known_until: datetime | None = instant(default=None, nullable=True)


class AccessChange(SQLModel, table=True):
    """准入变动 — an account that changed, or one token of it that ended, in the order in which it was done."""

    __tablename__ = "access_changes"
    __table_args__ = (Index("access_changes_ends", "ends_at"),)
    number: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    account: str
    token: str = ""  # the id of the one that ended; empty when the account itself changed
    ends_at: datetime | None = instant(default=None, nullable=True)  # when the token ends by itself


class RecoveryCode(SQLModel, table=True):
    """恢复码 — lets in once without the second device; what is kept is its keyed hash."""

    __tablename__ = "recovery_codes"
    account: str = Field(primary_key=True, foreign_key="accounts.account")
    code_hmac: str = Field(primary_key=True)


class CreditClass(SQLModel, table=True):
    """信用分类 — an applicant's class of credit risk from a day on; the newest counts (R-SUP-2). Follows from the entries."""

    __tablename__ = "credit_classes"
    subject: str = Field(primary_key=True)  # the applicant's id
    since_on: date = Field(primary_key=True)
    grade: str  # A | B | C | D
    serious: bool = False  # on a list of serious bad credit: no 告知承诺 (R-NCP-3)
    source: str  # the list or assessment it comes from
    set_by: str
    set_at: datetime = instant()


class CreditEntry(SQLModel, table=True):
    """信用分类登记 — what somebody proposed of an applicant's class, and another confirmed; append-only."""

    __tablename__ = "credit_entries"
    __table_args__ = (
        Index("credit_entries_subject", "subject"),
        Index(
            "credit_entries_confirms",
            "confirms",
            unique=True,
            sqlite_where=text("confirms <> ''"),
            postgresql_where=text("confirms <> ''"),
        ),
    )
    id: str = Field(primary_key=True)
    subject: str  # the applicant's id
    since_on: date
    grade: str  # A | B | C | D
    serious: bool = False
    source: str
    by: str  # the account; empty for what was taken over from before two were asked for
    at: datetime = instant()
    confirms: str = ""  # the entry that this one confirms; empty for a proposal


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
    address: str = added_later("", "''")  # from where it was opened
    representation: str = (
        _text()
    )  # for whom this browser acts now; empty: for the holder of the account


class Release(SQLModel, table=True):
    """发布版 — the immutable compiled snapshot of one bundle."""

    __tablename__ = "releases"
    __table_args__ = (
        Index("releases_hash", "bundle", "hash", unique=True),
        Index("releases_by_hash", "hash"),
    )
    bundle: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    hash: str
    pack_title: str = ""
    document: dict[str, Any] = Field(sa_type=Json, nullable=False)
    published_at: datetime = instant()
    published_by: str


class InForce(SQLModel, table=True):
    """施行记录 — from when on a release of a bundle was the one in force, and who put it there; the last row counts."""

    __tablename__ = "in_force"
    bundle: str = Field(primary_key=True)
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int
    since: datetime = instant()
    by: str


class Compatible(SQLModel, table=True):
    """兼容版本 — the one row: the oldest revision whose program may work on this schema."""

    __tablename__ = "compatible"
    least: str = Field(primary_key=True)


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
    __table_args__ = (
        Index(
            "files_scan",
            "scan_at",
            "sha256",
            sqlite_where=text("scan IN ('pending', 'unscanned')"),
            postgresql_where=text("scan IN ('pending', 'unscanned')"),
        ),
    )
    sha256: str = Field(primary_key=True)
    size: int = Field(sa_type=BigInteger)
    type: str
    uploaded_by: str
    uploaded_at: datetime = instant()
    scan: str = Field("unscanned", sa_column_kwargs={"server_default": text("'unscanned'")})
    # what was found in it, in the scanner's words
    threat: str = Field("", sa_column_kwargs={"server_default": text("''")})
    # not before: after the scanner could not answer
    scan_at: datetime | None = instant(default=None, nullable=True)


class SecurityEntry(SQLModel, table=True):
    """安全日志 — who signed in, was refused, read which case; append-only, and kept for six months at least (R-SEC-3)."""

    __tablename__ = "security_log"
    __table_args__ = (
        Index("security_log_account", "account", "id"),
        Index("security_log_about", "about", "id"),
    )
    id: str = Field(primary_key=True)  # sorts by time
    at: datetime = instant()
    fact: str = _text()
    account: str = _text()
    kind: str = _text()  # of account
    address: str = _text()  # where the request came from
    about: str = _text()  # a case number, an account, a bundle
    part: str = _text()  # of the case: a file, a paper
    request: str = _text()  # the id under which the request is found in the program's log
    detail: str = _text()  # one of the codes of the fact


class FileOwner(SQLModel, table=True):
    """文件归属 — which account handed in these bytes and so may reach them."""

    __tablename__ = "file_owners"
    sha256: str = Field(primary_key=True, foreign_key="files.sha256")
    account: str = Field(primary_key=True)
    name: str = ""
    # of the clerk who handed it in; elsewhere he does not own it any more
    department: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
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
    # of the first so many entries, each written with what it did
    results: list[dict[str, Any]] = json_column(list)
    created_at: datetime = instant()


class Installation(SQLModel, table=True):
    """安装标记 — what this installation is called; its folder of files holds the same, so that no other is written to."""

    __tablename__ = "installation"
    one: int = Field(1, primary_key=True, sa_column_kwargs={"autoincrement": False})  # one row
    id: str
    made_at: datetime = instant()


class Counter(SQLModel, table=True):
    """流水号 — the last number drawn of a series."""

    __tablename__ = "counters"
    name: str = Field(primary_key=True, sa_type=Text)
    value: int = Field(sa_type=BigInteger)


class Ledger(SQLModel, table=True):
    """台账 — one entry for each change of what decides beside the cases; append-only, which the database enforces.

    Nothing personal stands in it: the key is a keyed digest, the content a digest of the row with a nonce.
    """

    __tablename__ = "ledger"
    __table_args__ = (Index("ledger_key", "kind", "key", "number"),)
    number: int | None = Field(default=None, primary_key=True, sa_type=Numbered)
    kind: str  # the table
    key: str
    nonce: str
    content: str  # of the row as it was then; empty: it is gone
    document: Any = Field(
        default=None, sa_type=Json, nullable=True
    )  # of a calendar, which is public
    mark: str  # by the audit key, over everything else
    signer: str  # the public key that belongs to it


class Seal(SQLModel, table=True):
    """封存 — a batch of records and of the ledger, signed, and chained to the one before; append-only."""

    __tablename__ = "seals"
    number: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    at: datetime = instant()
    body: dict[str, Any] = Field(sa_type=Json, nullable=False)
    previous: str
    signer: str
    hash: str
    signature: str


class Witness(SQLModel, table=True):
    """见证 — the newest seal that a place outside has taken, and why the last one failed to come."""

    __tablename__ = "witnesses"
    place: str = Field(primary_key=True)
    number: int = Field(default=0, sa_type=BigInteger)
    accepted_at: datetime | None = instant(default=None, nullable=True)
    tried_at: datetime = instant()
    error: str = ""


class DemoClock(SQLModel, table=True):
    """演示时钟 — how far the demonstration's time is ahead, one row for all processes."""

    __tablename__ = "demo_clock"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    offset_seconds: int = Field(sa_type=BigInteger)


class Worker(SQLModel, table=True):
    """到期处理进程 — a process that does what falls due, when it was last seen, and what its last round did."""

    __tablename__ = "workers"
    name: str = Field(primary_key=True)  # host, process, and some chance
    host: str
    started_at: datetime = instant()
    seen_at: datetime = instant()
    round: dict[str, Any] = json_column(dict)  # sweep → cases


class Chore(SQLModel, table=True):
    """例行工作 — what one worker at a time does now and then, until when it is taken, and when it was last done."""

    __tablename__ = "chores"
    name: str = Field(primary_key=True)
    leased_until: datetime | None = instant(default=None, nullable=True)
    done_at: datetime | None = instant(default=None, nullable=True)


class Quota(SQLModel, table=True):
    """配额 — what is left to an account or an address for one class of requests; processes take portions of it."""

    __tablename__ = "quotas"
    name: str = Field(primary_key=True)  # a hash of class and of whom
    units: float
    at: datetime = instant()
