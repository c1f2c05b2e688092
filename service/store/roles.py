"""数据库角色: what the role of the application may do; who owns the tables migrates, and nobody else."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.errors import NotFound, Unavailable
from service.store.database import Connection, Database
from service.store.statements import table

APPEND_ONLY = ("events", "ledger", "seals", "in_force", "credit_entries")
READ_ONLY = ("alembic_version", "compatible")


def grants(role: str) -> Sequence[str]:
    """Write the statements that give a role what the service needs, and take what it must not have. Repeatable."""
    name = '"' + role.replace('"', '""') + '"'
    kept, read = (", ".join(table(each).name for each in APPEND_ONLY), ", ".join(READ_ONLY))
    return (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"REVOKE CREATE ON SCHEMA public FROM {name}",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"REVOKE UPDATE, DELETE ON {kept} FROM {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON {read} FROM {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
    )


async def grant(database: Database, role: str) -> None:
    """Give a role its rights; again after each migration, for tables that are new.

    Raises NotFound when there is no such role, Unavailable when we may not.
    """
    async with database.transaction() as tx:
        known = await tx.row(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": role})
        if known is None:
            raise NotFound(
                f"没有数据库角色 {role}。请先由数据库管理员建立：CREATE ROLE {role} LOGIN PASSWORD '…'"
            )
        try:
            for statement in grants(role):
                await tx.change(text(statement))
        except DBAPIError as error:
            raise Unavailable("没有授权成功：请用拥有这些表的角色运行。") from error


async def too_mighty(connection: Connection) -> str:
    """Say in Chinese which power the role we work as has and should not; empty where it has none, or on SQLite."""
    if not connection.postgres:
        return ""
    found = await connection.row(
        text(
            "SELECT r.rolsuper, pg_has_role(current_user, c.relowner, 'MEMBER') AS owns, "
            "has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE') AS changes "
            "FROM pg_roles r, pg_class c WHERE r.rolname = current_user AND c.oid = 'events'::regclass"
        )
    )
    powers = {"rolsuper": "超级用户", "owns": "表的所有者", "changes": "可以改动办理记录"}
    return next((title for name, title in powers.items() if found and found[name]), "")
