"""Page markers: opaque, signed, good for one order of rows; whatever else is handed in is refused."""

import base64
import json

import pytest

from service.errors import DataInvalid
from service.store.database import Database
from service.store.keys import Keys
from service.store.paging import page, position

KEY, KINDS = ("created_at", "id"), ("instant", "text")
ROWS = [
    {"created_at": f"2026-11-05T01:02:03.41738{n}+00:00", "id": f"01a2274716{n}"} for n in range(3)
]
FORGED = [
    "x",
    "A" * 20,
    "\u0000",
    "\ud800",
    "页",
    "=" * 8,
    "a" * 100_000,
    *(
        base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
        for value in (
            ["2026-11-05T01:02:03+00:00", "x"],
            ["2026-11-05T01:02:03+00:00", "x\u0000"],
            ["9999-12-31T23:59:59-23:00", "x"],
            ["2026-11-05T01:02:03+00:00", "\ud800"],
            [],
            {},
        )
    ),
]


class TestMarkers:
    """`page` and `position`."""

    async def test_begin_where_the_page_ended_and_tell_nothing(self, database: Database) -> None:
        """Nobody reads an id out of one."""
        async with database.reading() as connection:
            marker = page(connection, list(ROWS), 2, KEY).next
            found = position(connection, marker, KEY, KINDS)
        assert found is not None
        assert found[1] == ROWS[1]["id"]
        raw = base64.urlsafe_b64decode(marker + "=" * (-len(marker) % 4))
        assert b"01a2274716" not in raw
        assert b"2026" not in raw

    @pytest.mark.parametrize("marker", FORGED, ids=range(len(FORGED)))
    async def test_forged_ones_are_refused(self, database: Database, marker: str) -> None:
        """As a mistake of who asks, never of ours (F-42)."""
        async with database.reading() as connection:
            with pytest.raises(DataInvalid):
                position(connection, marker, KEY, KINDS)

    async def test_those_of_another_list_or_office_are_refused(self, database: Database) -> None:
        """A marker holds for the order it was made for, under the secret it was made with."""
        async with database.reading() as connection:
            marker = page(connection, list(ROWS), 2, KEY).next
            with pytest.raises(DataInvalid):
                position(connection, marker, ("issued_on", "number"), KINDS)
            connection.keys = Keys("another secret of another office....")
            with pytest.raises(DataInvalid):
                position(connection, marker, KEY, KINDS)
