"""信用: what is on record about an applicant beside the cases, and across all of them."""

from sqlalchemy import select

from service.store.cases import Row, Standing
from service.store.database import Connection
from service.store.offices import CreditClass
from service.store.statements import table, upsert

_CREDITS = table("credits")
_CASES = table("cases")
_CLASSES = table("credit_classes")


async def records(connection: Connection, subject: str) -> list[Row]:
    """Return an applicant's credit records of all cases, the oldest first, each with `case_id`, `number`, `release`."""
    statement = (
        select(_CREDITS, _CASES.c.number, _CASES.c.release)
        .join(_CASES, _CASES.c.id == _CREDITS.c.case_id)
        .where(_CREDITS.c.subject == subject)
        .order_by(_CREDITS.c.recorded_at, _CREDITS.c.case_id, _CREDITS.c.n)
    )
    return await connection.rows(statement) if subject else []


async def classes(connection: Connection, subject: str) -> list[Row]:
    """Return what was said of an applicant's class of credit, the newest first."""
    statement = select(_CLASSES).where(_CLASSES.c.subject == subject).order_by(_CLASSES.c.since_on.desc())
    return await connection.rows(statement) if subject else []


async def standing(connection: Connection, subject: str) -> Standing:
    """Return what decides about an applicant now; the same as is gathered with a case."""
    barring = [row for row in await records(connection, subject) if row["excluded"]]
    rated = await classes(connection, subject)
    return Standing(barring[0] if barring else None, rated[0] if rated else None)


async def rate(tx: Connection, row: Row) -> None:
    """Write down an applicant's class from a day on; a second word for the same day stands for the first."""
    await tx.change(upsert("credit_classes", CreditClass(**row).model_dump(), postgres=tx.postgres))
