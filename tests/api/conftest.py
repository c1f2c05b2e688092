"""The small bundle published, and the people who meet there."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.city import (
    APPLICATION,
    ESTATE,
    LINHU,
    PACK,
    PEOPLE,
    City,
    MovableClock,
    found,
    living,
)
from tests.api.heirs import HEIRS


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the bundle and the accounts, which every test gets a copy of."""
    return found(tmp_path_factory.mktemp("city"), PACK, PEOPLE)


@pytest.fixture(scope="session")
def linhu(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the sample city, which every test gets a copy of."""
    return found(tmp_path_factory.mktemp("linhu"), LINHU, PEOPLE)


@pytest.fixture(scope="session")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a bundle about somebody who has died, whose form has rows; every test gets a copy of it."""
    return found(tmp_path_factory.mktemp("estate"), ESTATE, HEIRS)


@pytest.fixture
def clock() -> MovableClock:
    """The wall clock, at nine thirty on a Thursday."""
    return MovableClock()


@pytest.fixture
async def city(founded: Path, tmp_path: Path, clock: MovableClock) -> AsyncIterator[City]:
    """The application in a city of its own."""
    async with living(founded, tmp_path, clock) as made:
        yield made


@pytest.fixture
def anybody(city: City) -> httpx.AsyncClient:
    """Somebody who has not signed in."""
    return city.client()


@pytest.fixture
def citizen(city: City) -> httpx.AsyncClient:
    """张三, who opens a shop."""
    return city.client("citizen")


@pytest.fixture
def window(city: City) -> httpx.AsyncClient:
    """The lead's window."""
    return city.client("window")


Open = Callable[..., Any]


@pytest.fixture
def opened(citizen: httpx.AsyncClient) -> Open:
    """Open a case as the citizen and return its body."""

    async def open_case(**changes: Any) -> dict[str, Any]:
        answer = await citizen.post("/api/v1/cases", json={**APPLICATION, **changes})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return open_case
