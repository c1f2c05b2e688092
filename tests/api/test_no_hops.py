"""What does not wait is done where the request is: no hop to another thread for a dependency, none on the hot routes."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import anyio.to_thread
import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from tests.api.city import APPLICATION, City
from tests.api.test_cases import upload


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was handed to another thread."""
    found: list[str] = []

    def counted(inner: Callable[..., Any]) -> Callable[..., Any]:
        def hop(function: Any, *given: Any, **named: Any) -> Any:
            found.append(repr(function))
            return inner(function, *given, **named)

        return hop

    monkeypatch.setattr(anyio.to_thread, "run_sync", counted(anyio.to_thread.run_sync))
    monkeypatch.setattr(asyncio, "to_thread", counted(asyncio.to_thread))
    return found


async def test_an_action_and_a_submission(
    hops: list[str], citizen: httpx.AsyncClient, window: httpx.AsyncClient
) -> None:
    """The whole request, from the edge to the answer, stays in one thread; the database driver's own is not counted."""
    layout = {"material": "layout", "file": await upload(citizen)}
    complete = await citizen.post("/api/v1/cases", json={**APPLICATION, "materials": [layout]})
    hops.clear()  # files are looked at on the disk, in a thread
    assert (await citizen.post("/api/v1/cases", json=APPLICATION)).status_code == 201
    draft = await citizen.post("/api/v1/cases", json={**APPLICATION, "draft": True})
    submit = f"/api/v1/cases/{draft.json()['number']}/submit"
    assert (await citizen.post(submit, json={})).status_code == 200
    path = f"/api/v1/cases/{complete.json()['number']}/items/shop-licence/actions"
    assert (await window.post(path, json={"action": "accept"})).status_code == 200
    assert hops == []


async def test_what_blocks_is_counted(hops: list[str], anybody: httpx.AsyncClient) -> None:
    """The count counts: a password is checked in a thread of its own."""
    await anybody.post("/api/v1/tokens", json={"username": "window", "password": "wrong-password"})
    assert hops


def _all_of(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _all_of(each)


def test_every_route_and_all_it_depends_on(city: City) -> None:
    """What is no coroutine goes through the pool of threads, every time."""
    seen, plain = 0, set()
    for route in iter_route_contexts(city.app.routes):
        dependant = getattr(route, "dependant", None)
        for each in _all_of(dependant) if dependant else ():
            call = each.call
            seen += 1
            waits = asyncio.iscoroutinefunction(call) or asyncio.iscoroutinefunction(
                getattr(call, "__call__", None)  # noqa: B004 - an instance that is called
            )
            if not waits:
                plain.add(repr(call))
    assert seen > 200
    assert plain == set()
