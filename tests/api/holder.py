"""张三 comes by a food licence, told over HTTP, so that it can be renewed, changed and run out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from service.commands.sample_cases import CAFE, FOOD, Person, Tale, application, sample_files
from tests.api.city import CITIZEN_ID, City

API = "/api/v1"
ME = {"type": "sole-trader", "name": "张三", "id": CITIZEN_ID}
HOLDER = Person("citizen", ME["type"], ME["name"], ME["id"])
KEEP = "keep-food-licence"
BEFORE, WITHIN, LATE, AFTER = (
    date(2031, 5, 5),
    date(2031, 9, 1),
    date(2031, 10, 30),
    date(2031, 11, 20),
)
OPINION = {"opinion": "符合条件。"}
WAY = [
    ("accept", "window", {}),
    ("propose", "reviewer", OPINION),
    ("grant", "approver", OPINION),
    ("issue", "window", {}),
]


async def done(city: City, who: str, path: str, body: Any) -> Any:
    """Send something that is not refused."""
    answer = await city.client(who).post(f"{API}{path}", json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def granted(city: City, number: str, item: str, start: int = 0) -> Any:
    """Take an item to its certificate, by the clerks whose turn it is; return it."""
    for action, who, data in WAY[start:]:
        await done(
            city, who, f"/cases/{number}/items/{item}/actions", {"action": action, "data": data}
        )
    return (await city.client("citizen").get(f"{API}/cases/{number}")).json()["certificates"][0]


async def applied(city: City, answers: Mapping[str, Any] = CAFE) -> Any:
    """Let 张三 apply for a café, or for what he answers; return the case."""
    release, now = await city.office.bundle("open-restaurant"), city.clock()
    tale = Tale(HOLDER, 0, answers)
    asks = application(release, tale, now, await sample_files(city.office, HOLDER, now))
    body = {
        "bundle": asks.bundle,
        "applicant": dict(asks.applicant),
        "answers": dict(asks.answers),
        "form": dict(asks.form),
        "materials": list(asks.materials),
    }
    return await done(city, "citizen", "/cases", body)


async def licensed(city: City) -> str:
    """Let 张三 have a food licence from today, for five years; return its number."""
    case = await applied(city)
    return str((await granted(city, case["number"], FOOD))["number"])


def on(city: City, day: date) -> None:
    """Let it be that day, at the same odd moment of it."""
    city.clock.at = city.clock.at.replace(year=day.year, month=day.month, day=day.day)
