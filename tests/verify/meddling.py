"""Somebody who owns the database: changes rows and records behind the back of every program, and computes hashes anew."""

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg

from service.store.folding import unfolded_rows
from service.verify.canonical import fingerprint
from service.workflows.case.parts import COLUMNS

SAID = ("state_to", "law", "calendar", "recorded_at", "previous", "hash")
TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


class Meddler:
    """Somebody with every right on the database: no trigger and no foreign key stops him."""

    def __init__(self, url: str, *, tidy: bool = True) -> None:
        """Open a database; who is tidy puts the triggers back."""
        self._path = url.removeprefix("sqlite:///") if url.startswith("sqlite") else ""
        self._url = url
        self._tidy = tidy

    @property
    def sqlite(self) -> bool:
        """Tell which database it is."""
        return bool(self._path)

    async def run(self, *statements: str) -> list[Any]:
        """Run statements and return the rows of the last one."""
        if self._path:
            with sqlite3.connect(self._path) as connection:
                kept = connection.execute(TRIGGERS).fetchall()
                for name, _ in kept:
                    connection.execute(f"DROP TRIGGER {name}")
                found: list[Any] = []
                for statement in statements:
                    found = connection.execute(statement).fetchall()
                for _, text in kept if self._tidy else []:
                    connection.execute(text)
            connection.close()
            return found
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute("SET session_replication_role = replica")
            found = []
            for statement in statements:
                found = [tuple(row) for row in await connection.fetch(statement)]
            return found
        finally:
            await connection.close()

    async def events(self, case: str) -> list[dict[str, Any]]:
        """Read the events of a case, JSON as values, instants as the record writes them."""
        found = await self.run(
            f"SELECT {', '.join(COLUMNS['events'])} FROM events WHERE case_id = '{case}' ORDER BY n"
        )
        events = [dict(zip(COLUMNS["events"], row, strict=True)) for row in found]
        for event in events:
            for name, value in event.items():
                if name in ("actor", "data", "rows"):
                    event[name] = unfolded_rows(json.loads(value))
                if isinstance(value, datetime):
                    event[name] = value.astimezone(UTC).isoformat(timespec="microseconds")
        return events

    async def reseal(self, case: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change events and compute every hash of the case anew."""
        last = ""
        for event in await self.events(case):
            change(event)
            event["previous"] = last
            last = event["hash"] = fingerprint(
                {"case_id": case} | {k: v for k, v in event.items() if k != "hash"}
            )
            texts = {n: json.dumps(event[n], ensure_ascii=False) for n in ("actor", "data", "rows")}
            texts |= {name: event[name] for name in SAID}
            sets = ", ".join(
                f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in texts.items()
            )
            await self.run(
                f"UPDATE events SET {sets} WHERE case_id = '{case}' AND n = {event['n']}"
            )
        await self.run(f"UPDATE cases SET last_hash = '{last}' WHERE id = '{case}'")


def told_of(event: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """Return what an event tells of a table's rows: new ones, and what changed of known ones."""
    return [*event["rows"].get(table, []), *event["rows"].get(f"~{table}", [])]


def rewritten(table: str, **columns: Any) -> Callable[[dict[str, Any]], None]:
    """Change columns of every row of a table that events carry."""

    def change(event: dict[str, Any]) -> None:
        for row in told_of(event, table):
            row.update(columns)

    return change


def forgotten(table: str) -> Callable[[dict[str, Any]], None]:
    """Let no event tell of a table."""

    def change(event: dict[str, Any]) -> None:
        event["rows"].pop(table, None)
        event["rows"].pop(f"~{table}", None)

    return change
