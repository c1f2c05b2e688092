"""The sample city published once, its people, and its clock."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import service.workflows
from tests.api.city import found, living

from .people import accounts, beijing
from .town import RunningClock, Town

PACK = Path(service.workflows.__path__[0]) / "packs" / "linhu"


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the seven bundles and everybody's account, which every story gets a copy of."""
    return found(tmp_path_factory.mktemp("linhu"), PACK, accounts())


@pytest.fixture
async def town(founded: Path, tmp_path: Path) -> AsyncIterator[Town]:
    """The sample city, some time before any story; each says when it begins."""
    async with living(founded, tmp_path, RunningClock(beijing("2021-01-04 08:00"))) as city:
        yield Town(city, tmp_path / "files")
