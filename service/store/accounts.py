"""账号: who signs in."""

from datetime import datetime

from sqlalchemy import case, select, update

from service.store.database import Connection
from service.store.offices import Account
from service.store.paging import Row
from service.store.statements import table, upsert

_TABLE = table("accounts")
_ACCOUNTS = _TABLE.c


async def find(connection: Connection, account: str) -> Row | None:
    """Return an account, active or not."""
    return await connection.row(select(_TABLE).where(_ACCOUNTS.account == account))


async def save(tx: Connection, row: Row) -> None:
    """Add an account, or replace the one of the same name; columns not given take their default."""
    await tx.change(upsert("accounts", Account(**row).model_dump(), postgres=tx.postgres))


async def change(tx: Connection, account: str, **columns: object) -> bool:
    """Change some columns of an account; False if there is no such account."""
    return bool(await tx.change(update(_TABLE).where(_ACCOUNTS.account == account).values(**columns)))


async def listed(connection: Connection, *, department: str = "", kind: str = "") -> list[Row]:
    """Return the accounts of a department, of a kind, or all, by name of account."""
    statement = select(_TABLE).order_by(_ACCOUNTS.account)
    if department:
        statement = statement.where(_ACCOUNTS.department == department)
    if kind:
        statement = statement.where(_ACCOUNTS.kind == kind)
    return await connection.rows(statement)


async def sign_in_failed(tx: Connection, account: str, *, allowed: int, locked_until: datetime) -> None:
    """Count a wrong password; the `allowed`-th in a row locks the account until then and counting starts again."""
    last = _ACCOUNTS.failed_count + 1 >= allowed
    await change(
        tx,
        account,
        failed_count=case((last, 0), else_=_ACCOUNTS.failed_count + 1),
        locked_until=case((last, locked_until), else_=_ACCOUNTS.locked_until),
    )


async def signed_in(tx: Connection, account: str) -> None:
    """Forget wrong passwords."""
    await change(tx, account, failed_count=0, locked_until=None)
