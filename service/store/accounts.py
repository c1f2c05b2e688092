"""账号: who signs in."""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update

from service.store import ledger
from service.store.database import Connection
from service.store.offices import Account
from service.store.paging import Row
from service.store.statements import table

_TABLE = table("accounts")
_CODES = table("recovery_codes")
_ACCOUNTS = _TABLE.c


async def find(connection: Connection, account: str) -> Row | None:
    """Return an account, active or not."""
    return await connection.row(select(_TABLE).where(_ACCOUNTS.account == account))


async def add(tx: Connection, row: Row) -> None:
    """Add an account; columns not given take their default."""
    await tx.change(insert(_TABLE).values(**Account(**row).model_dump()))
    await ledger.enter(tx, "accounts", account=row["account"])


async def change(tx: Connection, account: str, **columns: object) -> bool:
    """Change some columns of an account; False if there is no such account."""
    done = await tx.change(update(_TABLE).where(_ACCOUNTS.account == account).values(**columns))
    if done and columns.keys() - ledger.COVERED["accounts"]:
        await ledger.enter(tx, "accounts", account=account)
    return bool(done)


async def keep_anew(tx: Connection, account: str, was: str, anew: str) -> bool:
    """Put another seal on the second factor of an account; False if it was changed meanwhile."""
    mine = update(_TABLE).where(_ACCOUNTS.account == account, _ACCOUNTS.otp_secret == was)
    done = await tx.change(mine.values(otp_secret=anew))
    if done:
        await ledger.enter(tx, "accounts", account=account)
    return bool(done)


async def listed(connection: Connection, *, department: str = "", kind: str = "") -> list[Row]:
    """Return the accounts of a department, of a kind, or all, by name of account."""
    statement = select(_TABLE).order_by(_ACCOUNTS.account)
    if department:
        statement = statement.where(_ACCOUNTS.department == department)
    if kind:
        statement = statement.where(_ACCOUNTS.kind == kind)
    return await connection.rows(statement)


async def existing(connection: Connection, names: Sequence[str]) -> set[str]:
    """Return those of the names that are accounts."""
    statement = select(_ACCOUNTS.account).where(_ACCOUNTS.account.in_(names))
    return {row["account"] for row in await connection.rows(statement)}


async def end_tokens(tx: Connection, account: str) -> None:
    """Make every token issued so far worth nothing."""
    await change(tx, account, token_generation=_ACCOUNTS.token_generation + 1)


async def use_step(tx: Connection, account: str, step: int) -> bool:
    """Note that the code of a step was used; False if that one or a later one was used before."""
    statement = update(_TABLE).where(_ACCOUNTS.account == account, _ACCOUNTS.otp_step < step)
    return bool(await tx.change(statement.values(otp_step=step)))


async def keep_recovery_codes(tx: Connection, account: str, hashed: Sequence[str]) -> None:
    """Put these in place of the recovery codes of an account."""
    await tx.change(delete(_CODES).where(_CODES.c.account == account))
    if hashed:
        rows = [{"account": account, "code_hmac": code} for code in hashed]
        await tx.change(insert(_CODES).values(rows))


async def use_recovery_code(tx: Connection, account: str, hashed: str) -> bool:
    """Use a recovery code up; False if there is no such one."""
    mine = delete(_CODES).where(_CODES.c.account == account, _CODES.c.code_hmac == hashed)
    return bool(await tx.change(mine))


async def recovery_codes_left(connection: Connection, account: str) -> int:
    """Return how many recovery codes an account has."""
    row = await connection.row(
        select(func.count().label("left")).where(_CODES.c.account == account)
    )
    return int(row["left"]) if row else 0
