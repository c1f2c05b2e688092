"""发布版: immutable compiled snapshots, numbered per bundle, found by content hash."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from service.errors import Unavailable
from service.store.database import Connection
from service.store.paging import Row
from service.store.statements import add_once, table

_TABLE = table("releases")
_RELEASES = _TABLE.c
_ABOUT = [c for c in _TABLE.columns if c.name != "document"]


async def publish(
    tx: Connection, *, bundle: str, content_hash: str, pack_title: str, document: dict[str, Any], at: datetime, by: str
) -> int:
    """Keep a snapshot and return its number; the same content again is the same release.

    Two who publish at once get different numbers: the second waits for the first and counts anew.
    """
    following = select(func.coalesce(func.max(_RELEASES.number), 0) + 1).where(_RELEASES.bundle == bundle)
    row = {
        "bundle": bundle, "number": following.scalar_subquery(), "hash": content_hash, "pack_title": pack_title,
        "document": document, "published_at": at, "published_by": by,
    }  # fmt: skip
    same = select(_RELEASES.number).where(_RELEASES.bundle == bundle, _RELEASES.hash == content_hash)
    for _ in range(10):  # a lost race ends with the winner committed: looking again finds it or the next number
        found = await tx.row(same)
        if found is None and await tx.change(add_once("releases", row, postgres=tx.postgres)):
            found = await tx.row(same)
        if found is not None:
            return int(found["number"])
    raise Unavailable


async def by_hash(connection: Connection, content_hash: str) -> Row | None:
    """Return the release with this content, its document included."""
    return await connection.row(select(_TABLE).where(_RELEASES.hash == content_hash).limit(1))


async def latest(connection: Connection, bundle: str) -> Row | None:
    """Return the newest release of a bundle, its document included."""
    return await connection.row(
        select(_TABLE).where(_RELEASES.bundle == bundle).order_by(_RELEASES.number.desc()).limit(1)
    )


async def current(connection: Connection) -> list[Row]:
    """Return what is known of the newest release of every bundle, without the documents."""
    newest = select(_RELEASES.bundle, func.max(_RELEASES.number).label("number")).group_by(_RELEASES.bundle).subquery()
    joined = _TABLE.join(newest, (_RELEASES.bundle == newest.c.bundle) & (_RELEASES.number == newest.c.number))
    return await connection.rows(select(*_ABOUT).select_from(joined).order_by(_RELEASES.bundle))


async def history(connection: Connection, bundle: str) -> list[Row]:
    """Return what is known of all releases of a bundle, newest first, without the documents."""
    return await connection.rows(select(*_ABOUT).where(_RELEASES.bundle == bundle).order_by(_RELEASES.number.desc()))
