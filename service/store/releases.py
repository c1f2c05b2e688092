"""发布版: immutable compiled snapshots, numbered per bundle, found by content hash."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from service.errors import Unavailable
from service.store import ledger
from service.store.database import Connection
from service.store.paging import Row
from service.store.statements import add_once, table

_TABLE = table("releases")
_RELEASES = _TABLE.c
_FORCE = table("in_force")
_IN = _FORCE.c
_ABOUT = [c for c in _TABLE.columns if c.name != "document"]


async def publish(
    tx: Connection,
    *,
    bundle: str,
    content_hash: str,
    pack_title: str,
    document: dict[str, Any],
    at: datetime,
    by: str,
) -> int:
    """Keep a snapshot and return its number; the same content again is the same release.

    Two who publish at once get different numbers: the second waits for the first and counts anew.
    """
    next_number = select(func.coalesce(func.max(_RELEASES.number), 0) + 1)
    following = next_number.where(_RELEASES.bundle == bundle)
    row = {
        "bundle": bundle,
        "number": following.scalar_subquery(),
        "hash": content_hash,
        "pack_title": pack_title,
        "document": document,
        "published_at": at,
        "published_by": by,
    }
    of_content = and_(_RELEASES.bundle == bundle, _RELEASES.hash == content_hash)
    same = select(_RELEASES.number).where(of_content)
    # a lost race ends with the winner committed: looking again finds it or the next number
    for _ in range(10):
        found = await tx.row(same)
        if found is None and await tx.change(add_once("releases", row, postgres=tx.postgres)):
            found = await tx.row(same)
            if found is not None:
                await ledger.enter(tx, "releases", bundle=bundle, number=found["number"])
        if found is not None:
            return int(found["number"])
    raise Unavailable


async def by_hash(connection: Connection, content_hash: str) -> Row | None:
    """Return the release with this content, its document included."""
    return await connection.row(select(_TABLE).where(_RELEASES.hash == content_hash).limit(1))


async def put_in_force(tx: Connection, bundle: str, number: int, at: datetime, by: str) -> bool:
    """Put a release in force and tell whether it was not before. Running cases keep theirs.

    What a process of the release before has published without saying so is written down first, as it came.
    """
    for _ in range(10):
        rows = await tx.rows(select(_FORCE).where(_IN.bundle == bundle).order_by(_IN.n))
        known = max((row["number"] for row in rows), default=0)
        after = and_(_RELEASES.bundle == bundle, _RELEASES.number > known)
        missed = await tx.rows(select(*_ABOUT).where(after).order_by(_RELEASES.number))
        due = [(row["number"], row["published_at"], row["published_by"]) for row in missed]
        before = due[-1][0] if due else rows[-1]["number"] if rows else 0
        if before != number:
            due.append((number, at, by))
        n = rows[-1]["n"] if rows else 0
        added = [
            await tx.change(
                add_once(
                    "in_force",
                    {"bundle": bundle, "n": n + place, "number": each, "since": since, "by": who},
                    postgres=tx.postgres,
                )
            )
            for place, (each, since, who) in enumerate(due, 1)
        ]
        if all(added):  # else somebody else was quicker: look again
            for place, _ in enumerate(due, 1):
                await ledger.enter(tx, "in_force", bundle=bundle, n=n + place)
            return bool(due) and due[-1][0] == number
    raise Unavailable


async def current(connection: Connection) -> list[Row]:
    """Return what is known of the release in force of every bundle, without the documents."""
    there, told = _TABLE.alias().c, _FORCE.alias().c
    last = select(told.number).where(told.bundle == _RELEASES.bundle).order_by(told.n.desc())
    most = select(func.max(_IN.number)).where(_IN.bundle == _RELEASES.bundle)
    untold = select(func.max(there.number)).where(
        there.bundle == _RELEASES.bundle,
        there.number > func.coalesce(most.correlate(_TABLE).scalar_subquery(), 0),
    )
    number = func.coalesce(
        untold.correlate(_TABLE).scalar_subquery(),
        last.limit(1).correlate(_TABLE).scalar_subquery(),
    )
    chosen = select(*_ABOUT).where(_RELEASES.number == number)
    return await connection.rows(chosen.order_by(_RELEASES.bundle))


async def in_force(connection: Connection, bundle: str) -> list[Row]:
    """Return when which release of a bundle came into force, and through whom: {n, number, since, by}, newest first."""
    asked = select(_IN.n, _IN.number, _IN.since, _IN.by).where(_IN.bundle == bundle)
    return await connection.rows(asked.order_by(_IN.n.desc()))


async def history(connection: Connection, bundle: str) -> list[Row]:
    """Return what is known of all releases of a bundle, newest first, without the documents."""
    return await connection.rows(
        select(*_ABOUT).where(_RELEASES.bundle == bundle).order_by(_RELEASES.number.desc())
    )
