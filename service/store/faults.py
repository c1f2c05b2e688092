"""What a driver's exception means to a caller: try again later, a key already taken, or a mistake of ours."""

import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.errors import CaseChanged, ServiceError, Unavailable

_DISK_FULL = "存储空间不足，暂时不能保存；已保存的内容不受影响。"
_BUSY = "系统繁忙，请稍后再试。"
_LOST = "与数据库的连接中断。请用同一个 Idempotency-Key 再试一次，不会重复办理。"
UNKNOWN = "结果未确认。请用同一个 Idempotency-Key 再试一次，不会重复办理。"

_REFUSED = "数据库拒绝了连接：账号、密码或库名不对，请检查 YIJIANSHI_DATABASE_URL。"
_TLS = "与数据库的加密连接没有建立：证书没有通过验证，请检查数据库地址里的 sslmode 和 sslrootcert。"

_STATES = {
    "28P01": _REFUSED,
    "28000": _REFUSED,
    "3D000": _REFUSED,
    "53100": _DISK_FULL,
    "58030": _DISK_FULL,  # an input or output error while writing
    "55P03": _BUSY,  # lock_timeout
    "57014": _BUSY,  # statement_timeout, or cancelled by an operator
    "40001": _BUSY,
    "40P01": _BUSY,
    "25006": _LOST,  # a standby: the primary has moved
    "25P03": _LOST,
}
_STATE_CLASSES = {"08": _LOST, "57": _LOST, "53": _BUSY, "58": _LOST}
_OF_THE_STATEMENT = {
    "21",
    "22",
    "23",
    "40",
    "42",
    "54",
    "55",
}  # not of the server or of the way to it
_SQLITE_CODES = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_PROTOCOL: _BUSY,
    sqlite3.SQLITE_NOMEM: _BUSY,
    sqlite3.SQLITE_FULL: _DISK_FULL,
    sqlite3.SQLITE_IOERR: "读写数据库文件出错，暂时不能办理。",
    sqlite3.SQLITE_READONLY: "数据库文件只读，暂时不能办理。",
    sqlite3.SQLITE_CANTOPEN: "打不开数据库文件。",
    sqlite3.SQLITE_CORRUPT: "数据库文件损坏，已停止办理，请联系管理员。",
    sqlite3.SQLITE_NOTADB: "数据库文件损坏，已停止办理，请联系管理员。",
}


_BROKEN_FILES = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


class KeyTaken(Unavailable):
    """同一请求正在办理，请稍后用同一个 Idempotency-Key 再试。"""


class Overtaken(CaseChanged):
    """办件刚刚被别人办理过，请核对后再试。

    The case moved on between reading and recording: nothing is written, and what is there now may be decided on.
    """


class Outdrawn(Overtaken):
    """办件刚刚被别人办理过，请核对后再试。

    Somebody else drew the number meanwhile: nothing is written.
    """


class NotAlone(Exception):
    """The step takes more than one statement to record: it has to be done in a transaction."""


class Unanswered(Unavailable):
    """系统暂时不可用，请稍后再试。

    The database is away or too slow: what was asked may have been done, and others fare no better.
    """


class NoRoom(Unanswered):
    """存储空间不足，暂时不能保存；已保存的内容不受影响。

    The disk under the database is full: it is nobody's fault who asks, and nobody fares better.
    """


def named(error: BaseException) -> str:
    """Return what kind of error it was, without anything of its text, which may hold what people wrote."""
    inner = _driver_error(error.__cause__ or error)
    return f"{type(inner).__name__} {getattr(inner, 'sqlstate', None) or ''}".strip()


def _driver_error(error: BaseException) -> Any:
    """Peel SQLAlchemy's two wrappings off, down to what asyncpg or sqlite3 raised."""
    inner: Any = error
    while isinstance(inner, DBAPIError) and inner.orig is not None:
        inner = inner.orig
    return inner


def taken(error: BaseException, table: str) -> bool:
    """Say whether `error` is a unique key of `table` that was taken already."""
    driver = _driver_error(error)
    if isinstance(driver, sqlite3.IntegrityError):
        return f"UNIQUE constraint failed: {table}." in str(driver)
    if getattr(driver, "sqlstate", None) != "23505":
        return False
    cause = getattr(driver, "__cause__", None) or driver
    return bool(getattr(cause, "table_name", None) == table)


def outdrawn(error: BaseException) -> bool:
    """Say whether a recording statement undid itself because a series of numbers had moved on."""
    return getattr(_driver_error(error), "sqlstate", None) == "22012"


def _detail(error: BaseException) -> str | None:
    """Return what to tell the caller if trying again later can help, else None."""
    if isinstance(error, PoolTimeout):
        return _BUSY
    if isinstance(error, TimeoutError):
        return UNKNOWN
    if isinstance(error, ssl.SSLError):
        return _TLS
    if isinstance(error, OSError):
        return _LOST
    driver = _driver_error(error)
    if isinstance(driver, sqlite3.Error):
        return _SQLITE_CODES.get(getattr(driver, "sqlite_errorcode", -1) & 0xFF)
    state = getattr(driver, "sqlstate", None)
    if isinstance(state, str):
        return _STATES.get(state) or _STATE_CLASSES.get(state[:2])
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return _LOST
    # asyncpg's own exceptions carry no state. The first: the connection was closed under us; the second: the server's
    # farewell has arrived and the end of the connection has not yet.
    kind = type(driver)
    if not kind.__module__.startswith("asyncpg."):
        return None
    return _LOST if kind.__name__ == "InternalClientError" or "connection" in str(driver) else None


def moved(error: BaseException) -> bool:
    """Say whether this connection is of no more use: the other end only reads, or the file under it failed.

    On PostgreSQL the primary is elsewhere. SQLite opens a file for reading where it could not be opened for writing just
    then, and stays with that.
    """
    driver = _driver_error(error)
    if isinstance(driver, sqlite3.Error):
        return getattr(driver, "sqlite_errorcode", 0) & 0xFF in _BROKEN_FILES
    return getattr(driver, "sqlstate", None) == "25006"


def held_up(error: BaseException | None) -> bool:
    """Say whether somebody else held what was needed: a lock, the writer's place, a part of a deadlock."""
    return error is not None and _detail(error) == _BUSY


_KINDS: dict[str, type[Unavailable]] = {
    UNKNOWN: Unanswered,
    _LOST: Unanswered,
    _DISK_FULL: NoRoom,
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn what will pass (busy, lost, full) into `Unavailable`; let everything else through."""
    try:
        yield
    except Exception as error:
        detail = _detail(error)
        if detail is None:
            raise
        raise _KINDS.get(detail, Unavailable)(detail) from error


def alone_helps(error: BaseException) -> bool:
    """Say whether a statement for many did nothing because of one of them, as far as can be told."""
    cause = _driver_error(error.__cause__ or error)
    if isinstance(cause, PoolTimeout | sqlite3.Error | OSError):
        return False
    if _detail(cause) in (UNKNOWN, _LOST):
        return False
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return state == "57014" or state[:2] in _OF_THE_STATEMENT
    return not isinstance(error, ServiceError)
