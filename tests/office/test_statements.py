"""The bars on statements: what a verb costs the database once everything is warm."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest
from sqlalchemy import event

from service.office import Office
from service.workflows.case.situation import Action

from .conftest import CITIZEN, FIVE, HOUR, MORNING, WINDOW, asks


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    """Collect the statements that reach PostgreSQL, whoever sends them."""
    found: list[str] = []
    heard: list[asyncpg.Connection] = []

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        found.append(record.query)

    def listen(_: object, record: object, __: object) -> None:
        connection = record.driver_connection  # type: ignore[attr-defined]
        if connection not in heard:
            heard.append(connection)
            connection.add_query_logger(note)

    engine = office.database._writing.sync_engine
    event.listen(engine, "checkout", listen)
    yield found
    event.remove(engine, "checkout", listen)
    for connection in heard:
        connection.remove_query_logger(note)


@contextmanager
def counted_sqlite(office: Office) -> Iterator[list[str]]:
    """Collect the queries that reach SQLite through its reading connections and its writing one."""
    found: list[str] = []

    def note(*heard: object) -> None:
        found.append(str(heard[2]))

    engines = [office.database._writing.sync_engine, office.database._reading.sync_engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield found
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


class TestStatements:
    """PostgreSQL only: on SQLite a statement costs no round trip."""

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_a_submission_of_five_items_takes_two(self, office: Office) -> None:
        """Bar: submit of a five-item application ≤ 2 round trips: gather, record."""
        await office.open_case(asks(CITIZEN), FIVE)
        with counted(office) as statements:
            view = await office.open_case(
                asks(CITIZEN, key="k", fingerprint="f"), FIVE, answer=lambda v: v.case.number
            )
        assert len(view.case.items) == 5
        assert len(statements) == 2, statements

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_a_click_takes_two(self, office: Office) -> None:
        """It reads once and records once, and no transaction stands around them."""
        number = (await office.open_case(asks(CITIZEN), FIVE)).case.number
        with counted(office) as statements:
            await office.act(
                asks(WINDOW, MORNING + HOUR, key="k", fingerprint="f"),
                number,
                Action("accept", "food"),
            )
        assert len(statements) == 2, statements
