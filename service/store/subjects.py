"""主体、代表与代理: in whose name one applies, and who may act for whom."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from service.store import ledger
from service.store.database import Connection
from service.store.paging import Row
from service.store.principals import Representation, Subject
from service.store.statements import table

_SUBJECTS = table("subjects").c
_TABLE = table("representations")
_REPRESENTATIONS = _TABLE.c


async def find(connection: Connection, number: str) -> Row | None:
    """Return a subject by the number of its identity document."""
    return await connection.row(select(table("subjects")).where(_SUBJECTS.number == number))


async def named(connection: Connection, numbers: Collection[str]) -> dict[str, Row]:
    """Return those of the subjects that are known, by number."""
    if not numbers:
        return {}
    found = select(table("subjects")).where(_SUBJECTS.number.in_(numbers))
    return {row["number"]: row for row in await connection.rows(found)}


async def keep(tx: Connection, row: Row) -> None:
    """Keep a subject that was verified; one that is known gets what the register says now."""
    known = await find(tx, row["number"])
    if known is None:
        await tx.change(insert(table("subjects")).values(**Subject(**row).model_dump()))
    else:
        mine = update(table("subjects")).where(_SUBJECTS.number == row["number"])
        await tx.change(mine.values(**row))
    await ledger.enter(tx, "subjects", number=row["number"])


def _in_force(today: date) -> ColumnElement[bool]:
    lasts = or_(_REPRESENTATIONS.until_on.is_(None), _REPRESENTATIONS.until_on >= today)
    accepted = _REPRESENTATIONS.accepted_at.is_not(None)
    return and_(accepted, _REPRESENTATIONS.ended_at.is_(None), lasts)


async def in_force(
    connection: Connection, holders: Collection[str], today: date, *, id_: str = ""
) -> list[Row]:
    """Return what somebody may act for on a day, the oldest first; only the one of that id where it is given."""
    wanted = [_REPRESENTATIONS.holder.in_(holders), _in_force(today)]
    if id_:
        wanted.append(_REPRESENTATIONS.id == id_)
    order = (_REPRESENTATIONS.given_at, _REPRESENTATIONS.id)
    return await connection.rows(select(_TABLE).where(*wanted).order_by(*order))


async def representation(connection: Connection, id_: str) -> Row | None:
    """Return one representation, in force or not."""
    return await connection.row(select(_TABLE).where(_REPRESENTATIONS.id == id_))


async def about(connection: Connection, number: str, *, limit: int) -> list[Row]:
    """Return what a subject gave and was given, what has ended too; the newest first."""
    own = or_(_REPRESENTATIONS.subject == number, _REPRESENTATIONS.holder == number)
    newest = (_REPRESENTATIONS.given_at.desc(), _REPRESENTATIONS.id)
    return await connection.rows(select(_TABLE).where(own).order_by(*newest).limit(limit))


async def accept(tx: Connection, id_: str, by: str, at: datetime) -> bool:
    """Accept a representation; False if it was accepted or has ended."""
    open_ = (_REPRESENTATIONS.accepted_at.is_(None), _REPRESENTATIONS.ended_at.is_(None))
    mine = update(_TABLE).where(_REPRESENTATIONS.id == id_, *open_)
    done = await tx.change(mine.values(accepted_by=by, accepted_at=at))
    if done:
        await ledger.enter(tx, "representations", id=id_)
    return bool(done)


async def represent(tx: Connection, row: Row) -> None:
    """Keep a new representation."""
    await tx.change(insert(_TABLE).values(**Representation(**row).model_dump()))
    await ledger.enter(tx, "representations", id=row["id"])


async def end(tx: Connection, id_: str, by: str, at: datetime, ending: str) -> bool:
    """End a representation; False if it had ended."""
    mine = update(_TABLE).where(_REPRESENTATIONS.id == id_, _REPRESENTATIONS.ended_at.is_(None))
    done = await tx.change(mine.values(ended_by=by, ended_at=at, ending=ending))
    if done:
        await ledger.enter(tx, "representations", id=id_)
    return bool(done)
