"""Stored databases as databases again: on SQLite as they were, on PostgreSQL in the schema of their revision."""

import json
import lzma
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.script import ScriptDirectory
from argon2 import PasswordHasher
from sqlalchemy import Connection
from sqlmodel import SQLModel

from service.store.columns import AddedJson, FoldedJson, Json, json_text
from service.store.schema import _config, _engine

HERE = Path(__file__).parent
# steps of one release: no program ever ran on a database that stayed at them
PASSED_THROUGH = {"0017", "0018", "0019", "0020", "0021", "0022", "0025", "0032"}
REVISIONS = [
    revision
    for script in ScriptDirectory.from_config(_config()).walk_revisions()
    if (revision := script.revision) not in PASSED_THROUGH
][::-1]
STORED = {path.name.partition(".")[0]: path for path in sorted(HERE.glob("*.sql.xz"))}
_DOCUMENTS = (AddedJson, FoldedJson, type(Json))
PASSWORD = "a-good-password"
HASH = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)


def unpack(revision: str, path: Path) -> None:
    """Make the SQLite file of a revision; everybody's password is `PASSWORD`."""
    with sqlite3.connect(path) as connection:
        connection.executescript(lzma.decompress(STORED[revision].read_bytes()).decode())
        connection.execute("UPDATE accounts SET password_hash = ?", (HASH,))
    connection.close()


def holding_nothing(path: Path) -> list[str]:
    """Return which columns that came later hold nothing in some row of a SQLite file."""
    later = [
        (table.name, column.name)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, AddedJson)
    ]
    with sqlite3.connect(path) as connection:
        found = [
            f"{table}.{column}"
            for table, column in later
            if connection.execute(f'SELECT 1 FROM {table} WHERE "{column}" IS NULL').fetchone()
        ]
    connection.close()
    return found


async def copy(revision: str, path: Path, url: str) -> None:
    """Make the schema of a revision on PostgreSQL and put the rows of the SQLite file there."""
    engine = _engine(url)

    def upgrade(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()
    server = await asyncpg.connect(url)
    try:
        for name, rows in _rows(path).items():
            columns = ", ".join(f'"{column}"' for column in rows[0])
            source = f"json_populate_recordset(NULL::{name}, $1::json)"
            # the migrations themselves filled some tables already, `compatible` for one
            await server.execute(
                f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {source} ON CONFLICT DO NOTHING",
                json_text(rows),
            )
        await server.execute(
            "SELECT setval('case_serial', (SELECT value FROM counters WHERE name = 'case'))"
        )
        await _go_on_counting(server)
    finally:
        await server.close()


async def _go_on_counting(server: asyncpg.Connection) -> None:
    """Let every column that numbers its rows go on after the rows that were put there."""
    numbered = await server.fetch(
        "SELECT table_name, column_name, pg_get_serial_sequence(table_name, column_name) AS sequence"
        " FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND pg_get_serial_sequence(table_name, column_name) IS NOT NULL"
    )
    for table, column, sequence in numbered:
        last = f"SELECT max({column}) AS value FROM {table}"
        await server.execute(
            f"SELECT setval('{sequence}', value) FROM ({last}) AS rows WHERE value IS NOT NULL"
        )


def _rows(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Read what a SQLite file holds, table by table, whoever is referred to first."""
    found: dict[str, list[dict[str, Any]]] = {}
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        there = {
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        for table in SQLModel.metadata.sorted_tables:
            if table.name not in there:
                continue
            documents = {c.name for c in table.columns if isinstance(c.type, _DOCUMENTS)}
            rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table.name}")]
            for row in rows:
                row |= {
                    name: json.loads(row[name])
                    for name in documents & row.keys()
                    if row[name] is not None
                }
            if rows:
                found[table.name] = rows
    connection.close()
    return found
