"""The limit: the leanest writes that keep the same promise, without HTTP and without rules.

One statement a transition. It checks the version that was seen, moves the case, the item, its clock and its task, adds the
event, the message and the answer under its key: durable when it returns, exactly once by its key, nothing decided. What
is long (event, message, answer) is as long as ours. `python -m bench.limit SAMPLES` takes part like a peer.
"""

import asyncio
import json
import secrets
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import text

from bench.peers.matter import DATABASE, OPERATIONS, STEPS, WAVES, contend, expect
from service.store.database import Database

LONG = {"event": "events", "message": "messages", "answer": "idempotency"}
CLIENTS = 8
TABLES = """
CREATE TABLE IF NOT EXISTS lean_case (id text PRIMARY KEY, version integer NOT NULL, state text NOT NULL);
CREATE TABLE IF NOT EXISTS lean_item (case_id text, item text, state integer NOT NULL, due_on text NOT NULL, PRIMARY KEY (case_id, item));
CREATE TABLE IF NOT EXISTS lean_clock (case_id text, item text, state integer NOT NULL, due_on text NOT NULL, PRIMARY KEY (case_id, item));
CREATE INDEX IF NOT EXISTS lean_clock_due ON lean_clock (due_on) WHERE state = 0;
CREATE TABLE IF NOT EXISTS lean_task (case_id text, n integer, item text, post integer NOT NULL, done integer NOT NULL, PRIMARY KEY (case_id, n));
CREATE INDEX IF NOT EXISTS lean_task_open ON lean_task (post, case_id, n) WHERE done = 0;
CREATE TABLE IF NOT EXISTS lean_event (case_id text, n integer, body text NOT NULL, PRIMARY KEY (case_id, n));
CREATE TABLE IF NOT EXISTS lean_message (case_id text, n integer, body text NOT NULL, PRIMARY KEY (case_id, n));
CREATE TABLE IF NOT EXISTS lean_key (key text PRIMARY KEY, answer text NOT NULL);
"""
DUE = "'2099-01-01'"
# $1 case $2 version seen $3 key $4 event $5 message $6 answer $7 item ('' when it begins) $8 its state $9 items that begin $10 the case's
STEP = f"""WITH c AS (
  INSERT INTO lean_case VALUES ($1, $2::int + 1, $10) ON CONFLICT (id) DO UPDATE SET version = $2::int + 1, state = $10
  WHERE lean_case.version = $2::int RETURNING id, version),
k AS (INSERT INTO lean_key SELECT $3, $6 FROM c),
e AS (INSERT INTO lean_event SELECT id, version, $4 FROM c),
m AS (INSERT INTO lean_message SELECT id, version, $5 FROM c),
i AS (UPDATE lean_item SET state = $8::int FROM c WHERE case_id = c.id AND item = $7),
l AS (UPDATE lean_clock SET state = ($8::int = 4)::int, due_on = {DUE} FROM c WHERE case_id = c.id AND item = $7),
t AS (UPDATE lean_task SET done = 1 FROM c WHERE case_id = c.id AND item = $7 AND done = 0),
n AS (INSERT INTO lean_task SELECT id, version, $7, $8::int, 0 FROM c WHERE $7 <> '' AND $8::int < 4),
bi AS (INSERT INTO lean_item SELECT c.id, b, 0, {DUE} FROM c, unnest($9::text[]) b),
bl AS (INSERT INTO lean_clock SELECT c.id, b, 0, {DUE} FROM c, unnest($9::text[]) b),
bt AS (INSERT INTO lean_task SELECT c.id, 1000 + version * 10 + o, b, 0, 0 FROM c, unnest($9::text[]) WITH ORDINALITY AS u(b, o))
SELECT version FROM c"""
# SQLite changes one table a statement; its triggers change the others in the same one
TRIGGER = f"""CREATE TEMP VIEW lean_step AS SELECT '' a, 0 v, '' k, '' e, '' m, '' w, '' i, 0 s, '' b, '' z;
CREATE TEMP TRIGGER lean_step_taken INSTEAD OF INSERT ON lean_step BEGIN
  SELECT RAISE(ABORT, 'changed') WHERE new.v <> coalesce((SELECT version FROM lean_case WHERE id = new.a), 0);
  INSERT OR REPLACE INTO lean_case VALUES (new.a, new.v + 1, new.z);
  INSERT INTO lean_key VALUES (new.k, new.w);
  INSERT INTO lean_event VALUES (new.a, new.v + 1, new.e);
  INSERT INTO lean_message VALUES (new.a, new.v + 1, new.m);
  UPDATE lean_item SET state = new.s WHERE case_id = new.a AND item = new.i;
  UPDATE lean_clock SET state = new.s = 4, due_on = {DUE} WHERE case_id = new.a AND item = new.i;
  UPDATE lean_task SET done = 1 WHERE case_id = new.a AND item = new.i AND done = 0;
  INSERT INTO lean_task SELECT new.a, new.v + 1, new.i, new.s, 0 WHERE new.i <> '' AND new.s < 4;
  INSERT INTO lean_item SELECT new.a, value, 0, {DUE} FROM json_each(new.b);
  INSERT INTO lean_clock SELECT new.a, value, 0, {DUE} FROM json_each(new.b);
  INSERT INTO lean_task SELECT new.a, 1000 + (new.v + 1) * 10 + key, value, 0, 0 FROM json_each(new.b);
END"""


def steps(samples: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    """Yield the transitions of one case, in order, as the statement takes them."""
    case = secrets.token_hex(16)

    def taken(n: int, item: str, state: int, begun: tuple[str, ...], *, done: bool) -> Any:
        texts = (samples["event"], samples["message"], samples["answer"])
        ends = "done" if done else "open"
        return (case, n, secrets.token_hex(16), *texts, item, state, list(begun), ends)

    yield taken(0, "", 0, WAVES[0], done=False)
    n = 0
    for wave, items in enumerate(WAVES):
        for state in range(1, len(STEPS) + 1):
            for item in items:
                n += 1
                ends = state == len(STEPS) and item == items[-1]
                last = wave + 1 == len(WAVES)
                begun = WAVES[wave + 1] if ends and not last else ()
                yield taken(n, item, state, begun, done=ends and last)


async def postgres(url: str, cases: list[list[tuple[Any, ...]]], clients: int) -> None:
    """Let the clients take the cases in turn, each statement a transaction of its own."""
    pool = await asyncpg.create_pool(url, min_size=clients, max_size=clients)
    async with pool.acquire() as connection:
        await connection.execute(TABLES)
    waiting = iter(cases)

    async def client() -> None:
        async with pool.acquire() as connection:
            prepared = await connection.prepare(STEP)
            for case in waiting:
                for values in case:
                    expect(await prepared.fetchval(*values), values[1] + 1, "version")

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
    await pool.close()


def sqlite(path: str, cases: list[list[tuple[Any, ...]]]) -> None:
    """Write them on one connection, as durable as the service has it."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    for pragma in ("journal_mode = wal", "synchronous = 2"):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(TABLES + TRIGGER)
    for case in cases:
        for values in case:
            row = (*values[:8], json.dumps(values[8]), values[9])
            connection.execute("INSERT INTO lean_step VALUES (?,?,?,?,?,?,?,?,?,?)", row)
    connection.close()


async def typical(database: Database) -> dict[str, str]:
    """Return what the service keeps of middling length: an event, a message, an answer."""
    async with database.reading() as connection:
        return {
            what: middling(await connection.rows(text(f"SELECT * FROM {name} LIMIT 500")))
            for what, name in LONG.items()
        }


def middling(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the text of the row of median length."""
    texts = sorted(("".join(map(str, row.values())) for row in rows), key=len)
    return texts[len(texts) // 2] if texts else ""


async def done(url: str, cases: list[str]) -> tuple[int, int]:
    """Count what is stored of these cases: those done, and events."""
    connection = await asyncpg.connect(url)
    try:
        ended = "SELECT count(*) FROM lean_case WHERE state = 'done' AND id = ANY($1)"
        events = "SELECT count(*) FROM lean_event WHERE case_id = ANY($1)"
        return await connection.fetchval(ended, cases), await connection.fetchval(events, cases)
    finally:
        await connection.close()


def main() -> None:
    """Take part."""
    samples = json.loads(Path(sys.argv[1]).read_text())
    handled: list[str] = []

    def handle(many: int) -> None:
        cases = [list(steps(samples)) for _ in range(many)]
        handled.extend(case[0][0] for case in cases)
        asyncio.run(postgres(DATABASE, cases, CLIENTS))

    def check(many: int) -> None:
        found = asyncio.run(done(DATABASE, handled))
        expect(found, (many, many * OPERATIONS), "cases and events")

    contend(handle, check, warm=CLIENTS)


if __name__ == "__main__":
    main()
