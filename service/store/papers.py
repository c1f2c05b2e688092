"""What is asked for by its own number: printed papers, certificates, answers already given."""

from sqlalchemy import ColumnElement, and_, insert, select, text

from service.store.database import Connection
from service.store.faults import KeyTaken, taken
from service.store.paging import Row
from service.store.statements import table


def _numbered(name: str, column: str, wanted: str) -> ColumnElement[bool]:
    """Compare with a number; the words of the index's own condition let it be used."""
    return and_(table(name).c[column] == wanted, text(f"{name}.{column} <> ''"))


async def _found(connection: Connection, name: str, *conditions: ColumnElement[bool]) -> list[Row]:
    key = list(table(name).primary_key)
    return await connection.rows(select(table(name)).where(*conditions).order_by(*key).limit(1000))


async def _first(connection: Connection, name: str, *conditions: ColumnElement[bool]) -> Row | None:
    return next(iter(await _found(connection, name, *conditions)), None)


async def notice_by_code(connection: Connection, code: str) -> Row | None:
    """Return the notice whose QR code carries this."""
    return await _first(connection, "notices", _numbered("notices", "code", code)) if code else None


async def certificate(connection: Connection, number: str) -> Row | None:
    """Return the certificate with this number."""
    if not number:
        return None
    return await _first(connection, "certificates", _numbered("certificates", "number", number))


async def certificate_by_code(connection: Connection, code: str) -> Row | None:
    """Return the certificate whose QR code carries this."""
    if not code:
        return None
    return await _first(connection, "certificates", table("certificates").c.code == code)


async def certificates_of(connection: Connection, holder_id: str) -> list[Row]:
    """Return the certificates someone holds, revoked and expired ones too."""
    if not holder_id:
        return []
    return await _found(connection, "certificates", table("certificates").c.holder_id == holder_id)


async def certificates_about(
    connection: Connection, holder_id: str, applicant_id: str
) -> list[Row]:
    """Return the certificates made out to somebody in the cases of an applicant, who may be somebody else."""
    held, filed = table("certificates"), table("cases")
    mine = select(filed.c.id).where(filed.c.applicant_id == applicant_id)
    theirs = (held.c.holder_id == holder_id) & (held.c.number != "") & held.c.case_id.in_(mine)
    return await _found(connection, "certificates", theirs)


async def answer(connection: Connection, principal: str, key: str) -> Row | None:
    """Return the answer that was given under a key."""
    kept = table("idempotency")
    return await connection.row(
        select(kept).where(kept.c.principal == principal, kept.c.key == key)
    )


async def keep_answer(tx: Connection, row: Row) -> None:
    """Keep an answer that changed no case: `principal, key, request_hash, status, response, created_at`.

    Raises KeyTaken if the same key was answered meanwhile; after that leave the transaction.
    """
    try:
        await tx.change(insert(table("idempotency")).values(**{"case_id": "", **row}))
    except Exception as error:
        if taken(error, "idempotency"):
            raise KeyTaken from error
        raise
