"""统计: counts that are published, read by month through an index."""

from datetime import datetime

from sqlalchemy import and_, exists, func, select

from service.store.database import Connection
from service.store.paging import Row
from service.store.statements import table

_CASES = table("cases").c
_RATINGS = table("ratings").c


async def ratings(connection: Connection, begins: datetime, ends: datetime) -> list[Row]:
    """Return {bundle, item, grade, count} of the ratings given from `begins` and before `ends`."""
    statement = (
        select(_CASES.bundle, _RATINGS.item, _RATINGS.grade, func.count().label("count"))
        .join_from(table("ratings"), table("cases"), _RATINGS.case_id == _CASES.id)
        .where(_RATINGS.rated_at >= begins, _RATINGS.rated_at < ends)
        .group_by(_CASES.bundle, _RATINGS.item, _RATINGS.grade)
        .order_by(_CASES.bundle, _RATINGS.item, _RATINGS.grade)
    )
    return await connection.rows(statement)


async def unrated(connection: Connection, bundle: str, begins: datetime, ends: datetime) -> int:
    """Count the cases of a bundle that were closed from `begins` and before `ends` and not rated as a whole."""
    rated = exists().where(and_(_RATINGS.case_id == _CASES.id, _RATINGS.item == ""))
    statement = select(func.count().label("count")).where(
        _CASES.bundle == bundle, _CASES.closed_at >= begins, _CASES.closed_at < ends, ~rated
    )
    row = await connection.row(statement)
    return int(row["count"]) if row else 0
