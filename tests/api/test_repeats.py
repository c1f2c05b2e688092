"""A repeat under its key: the bytes of the first answer, whatever has happened since (ADR 0051)."""

from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import text

from service.store.forms import TERSE, Form
from tests.api.city import APPLICATION, City

CASES = "/api/v1/cases"


@dataclass
class Asked:
    """One request as it was sent, and the first answer."""

    client: httpx.AsyncClient
    method: str
    path: str
    body: Any
    key: str
    first: httpx.Response

    async def again(self) -> httpx.Response:
        """Send the same."""
        return await self.client.request(
            self.method, self.path, json=self.body, headers={"idempotency-key": self.key}
        )


class Asking:
    """Sends requests, each with a key of its own, and remembers them."""

    def __init__(self, prefix: str = "key") -> None:
        self.prefix = prefix
        self.asked: list[Asked] = []

    async def send(
        self, client: httpx.AsyncClient, path: str, body: Any, method: str = "POST"
    ) -> dict[str, Any]:
        """Send one request that must be done."""
        key = f"{self.prefix}-{len(self.asked)}"
        headers = {"idempotency-key": key}
        first = await client.request(method, path, json=body, headers=headers)
        assert first.status_code < 300, first.text
        self.asked.append(Asked(client, method, path, body, key, first))
        return dict(first.json())


async def every_verb(city: City, asking: Asking) -> None:
    """Live through every verb that keeps an answer: a draft, its change, a submission, a task, actions, anew."""
    citizen, window = city.client("citizen"), city.client("window")
    draft = await asking.send(citizen, CASES, {**APPLICATION, "draft": True, "form": {}})
    path = f"{CASES}/{draft['number']}"
    await asking.send(citizen, path, {"form": dict(APPLICATION["form"])}, "PATCH")
    await asking.send(citizen, f"{path}/submit", {})
    task = (await window.get("/api/v1/tasks")).json()["items"][0]
    for verb in ("claim", "release"):
        await asking.send(window, f"/api/v1/tasks/{task['case']}/{task['n']}/{verb}", {})
    act = f"{path}/items/shop-licence/actions"
    noted = {"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}
    await asking.send(window, act, noted)
    data = {"reasons": [{"text": "不属于本局"}], "ground": "competence", "where": "市局"}
    await asking.send(window, act, {"action": "decline", "data": data})
    await asking.send(citizen, f"{path}/reapplications", {"items": ["shop-licence"]})
    rated = {"action": "rate", "data": {"grade": 5, "text": "好"}}
    await asking.send(citizen, f"{path}/actions", rated)


async def all_again(asking: Asking) -> None:
    """Repeat everything, in the order of the first time."""
    for each in asking.asked:
        again = await each.again()
        assert (again.status_code, again.content) == (each.first.status_code, each.first.content)
        assert again.headers.get("etag") == each.first.headers.get("etag")


async def test_every_verb_answers_a_repeat_with_the_same_bytes(city: City) -> None:
    """After all that came later."""
    asking = Asking()
    await every_verb(city, asking)
    await all_again(asking)


async def test_beside_the_release_before(city: City) -> None:
    """Answers and records are written as that release reads them until it is gone; what it wrote is read ever after."""
    async with city.office.database.transaction() as tx:
        await tx.sql.execute(text("UPDATE compatible SET least = '0023'"))
    asking = Asking()
    await every_verb(city, asking)
    kept = text("SELECT response FROM idempotency")
    rows = text("SELECT rows FROM events")
    async with city.office.database.reading() as connection:
        answers = [str(found) for (found,) in await connection.sql.execute(kept)]
        records = [str(found) for (found,) in await connection.sql.execute(rows)]
    assert not [each for each in answers if '".' in each]
    assert all(each.startswith("{") for each in records)
    assert not [each for each in records if "~" in each]
    async with city.office.database.transaction() as tx:
        await tx.sql.execute(text(f"UPDATE compatible SET least = '{TERSE}'"))
    city.office.form = Form()  # as a minute later
    later = Asking("later")
    await every_verb(city, later)
    async with city.office.database.reading() as connection:
        answers = [str(found) for (found,) in await connection.sql.execute(kept)]
    assert [each for each in answers if '".' in each]
    await all_again(asking)
    await all_again(later)
