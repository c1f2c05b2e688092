"""The file of SQLite under a running process: gone, back, or another one in its place."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from service.store import counters, health
from service.store.database import Database
from service.store.place import FileGone
from service.store.schema import migrate


@pytest.fixture
async def disk(tmp_path: Path) -> Path:
    """Return the folder in which the database is."""
    folder = tmp_path / "disk"
    folder.mkdir()
    await migrate(f"sqlite:///{folder / 'cases.db'}")
    return folder


@pytest.fixture
async def opened(disk: Path) -> AsyncIterator[Database]:
    """Return it open, by a process that has read and written."""
    database = Database(f"sqlite:///{disk / 'cases.db'}")
    await writes(database, 1)
    yield database
    await database.close()


async def writes(database: Database, days: int) -> None:
    """Confirm something."""
    async with database.transaction() as tx:
        await counters.set_demo_offset(tx, timedelta(days=days))
    await health.try_writing(database)


async def stands(folder: Path) -> int:
    """Return what a process finds that opens the file now."""
    database = Database(f"sqlite:///{folder / 'cases.db'}")
    async with database.reading() as connection:
        found = await counters.demo_offset(connection)
    await database.close()
    return found.days


async def refused(database: Database) -> None:
    """See that nothing is confirmed, with open connections or new ones, and that it is not ready."""
    with pytest.raises(FileGone):
        await writes(database, 2)
    with pytest.raises(FileGone):
        await health.try_writing(database)
    await database._writing.dispose()
    with pytest.raises(FileGone):
        await writes(database, 3)


def unmounted(disk: Path) -> None:
    """Leave the folder on which it was mounted."""
    disk.rename(disk.with_name("away"))
    disk.mkdir()


def mounted(disk: Path) -> None:
    """Bring it back. Raises OSError where something was left in the folder."""
    disk.rmdir()
    disk.with_name("away").rename(disk)


def emptied(disk: Path) -> None:
    """Remove the files."""
    for file in disk.iterdir():
        file.unlink()


def names(disk: Path) -> list[str]:
    """Return what is there."""
    return [file.name for file in disk.iterdir()]


async def test_a_disk_that_is_not_mounted_any_more(opened: Database, disk: Path) -> None:
    """Nothing is confirmed, no empty file is made in its place; when it is back it goes on."""
    unmounted(disk)
    await refused(opened)
    mounted(disk)
    await writes(opened, 4)
    assert await stands(disk) == 4


async def test_a_file_that_was_removed(opened: Database, disk: Path) -> None:
    """What the file without a name still takes is lost: nobody is told that it is there."""
    emptied(disk)
    await refused(opened)
    assert names(disk) == []


async def test_another_file_in_its_place(opened: Database, disk: Path) -> None:
    """A copy that was put back under a running process is not written to: it may be older than what was read from the first."""
    await opened.close()  # so that the copy has all of it
    shutil.copy(disk / "cases.db", disk / "copy.db")
    await writes(opened, 1)
    (disk / "copy.db").replace(disk / "cases.db")
    await refused(opened)
    assert await stands(disk) == 1
