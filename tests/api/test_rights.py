"""Every route and everybody: nothing that is not allowed, no effect of a refusal, nothing to learn from one."""

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from service.api.app import create_app
from tests.api.city import APPLICATION, OTHER_ID, City, Settings, can_print
from tests.api.conftest import Open
from tests.api.matrix import ACTORS, BULK, CLASS, MATRIX, SEES, UNDESCRIBED, Line
from tests.api.pages.matrix import PAGES

NO_CASE = "YJS20260101-999999"
SAME_ID = {"x-request-id": "same-id-here"}


def digest(city: City) -> str:
    """Return the digest of every row of every table but those that a refusal is meant to change.

    The security log tells of it, and it counts against the caller's quota.
    """
    path = Path(str(city.office.database.url.database))
    connection = sqlite3.connect(path)
    try:
        told = (
            line
            for line in connection.iterdump()
            if "security_log" not in line and 'INTO "quotas"' not in line
        )
        return hashlib.sha256("\n".join(told).encode()).hexdigest()
    finally:
        connection.close()


@pytest.fixture
async def places(
    city: City, citizen: httpx.AsyncClient, window: httpx.AsyncClient
) -> dict[str, Any]:
    """A case and a draft of the citizen, and everything a path may name."""
    file = (await citizen.post("/api/v1/files", files={"file": ("a.pdf", b"%PDF-1.7")})).json()[
        "id"
    ]
    body = {**APPLICATION, "materials": [{"material": "layout", "file": file}]}
    case = (await citizen.post("/api/v1/cases", json=body)).json()
    bulk = (await window.post("/api/v1/bulk", **BULK)).json()["id"]
    made = await granted(city, file)
    draft = (await citizen.post("/api/v1/cases", json={**APPLICATION, "draft": True})).json()
    subject = "92999901MADEM0046F"
    showing = await citizen.get(f"/api/v1/certificates/{made['number']}/show")
    said = await city.client("supervisor").put(f"/api/v1/credit-classes/{subject}", json=CLASS)
    mandate = {"name": "李四", "number": OTHER_ID, "until_on": "2026-12-31"}
    given = await citizen.post("/api/v1/mandates", json=mandate)
    return {
        "number": case["number"],
        "case": case["number"],
        "draft": draft["number"],
        "file": file,
        "code": case["notices"][0]["code"],
        "query_code": case["query_code"],
        "bundle": "open-shop",
        "item": "shop-licence",
        "clock": "notice",
        "n": 1,
        "verb": "claim",
        "register": "house",
        "action": "note_defects",
        "slug": "not-found",
        "bulk": bulk,
        "subject": subject,
        "entry": said.json()["items"][0]["id"],
        "certificate": made["number"],
        "token": showing.json()["token"],
        "step": "withdraw",
        "session": "0" * 20,
        "mandate": given.json()["id"],
        "material": "layout",
        "which": "blank",
        "form": "html",
    }


async def granted(city: City, file: str) -> dict[str, Any]:
    """Return a certificate of the citizen."""
    body = {**APPLICATION, "materials": [{"material": "layout", "file": file}]}
    found = (await city.client("citizen").post("/api/v1/cases", json=body)).json()
    path = f"/api/v1/cases/{found['number']}/items/shop-licence/actions"
    for who, action, data in (
        ("window", "accept", {}),
        ("reviewer", "propose", {"opinion": "符合"}),
        ("approver", "grant", {"opinion": "同意"}),
        ("window", "issue", {}),
    ):
        answer = await city.client(who).post(path, json={"action": action, "data": data})
    made: dict[str, Any] = answer.json()["certificates"][0]
    return made


def path_of(line: Line, places: dict[str, Any], number: str) -> str:
    """Return the path of a request about a case number."""
    path = line.path.format(**{**places, "number": number, "case": number})
    path += f"?code={places['query_code']}" if "/track/" in path else ""
    path += "?at=2026-11-05T10:00:00Z" if path.endswith("/where") else ""
    path += "?month=2026-10" if path.endswith("/ratings") else ""
    return path + ("/swagger-ui.css" if path == "/docs/assets" else "")


@pytest.mark.parametrize("line", MATRIX, ids=lambda line: f"{line.method} {line.path}")
async def test_who_may(city: City, places: dict[str, Any], line: Line) -> None:
    """First everybody who may not, without any effect; then everybody who may (API1, API5, F-43, F-44)."""
    number = places["draft"] if line.about == "draft" else places["number"]
    before = digest(city)
    for actor in [actor for actor in ACTORS if actor not in line.may]:
        client = city.client(actor, **SAME_ID)
        answer = await client.request(line.method, path_of(line, places, number), **line.send)
        assert answer.status_code == line.refusal(actor), (actor, answer.text)
        if answer.status_code == 404 and line.about:
            # knows the case: another file of it
            other = {**places, "file": "0" * 64} if actor in SEES else places
            path = path_of(line, other, number if actor in SEES else NO_CASE)
            none = await client.request(line.method, path, **line.send)
            assert none.content == answer.content, actor
    assert digest(city) == before
    if line.path.endswith(".pdf") and not can_print():
        return  # a machine without a Chinese font says so with 503: see test_papers
    for actor in [actor for actor in ACTORS if actor in line.may]:
        answer = await city.client(actor).request(
            line.method, path_of(line, places, number), **line.send
        )
        assert answer.status_code < 300 or answer.status_code in (409, 422), (actor, answer.text)


class TestInventory:
    """API9: no route is forgotten."""

    @staticmethod
    def routes(city: City) -> set[tuple[str, str]]:
        found = set()
        for route in iter_route_contexts(city.app.routes):
            methods = (route.methods or {"GET"}) - {"HEAD"}  # a mounted folder is read with GET
            found |= {(method, str(route.path)) for method in methods}
        return found

    def test_every_route_has_a_line(self, city: City) -> None:
        """And every line a route."""
        assert self.routes(city) == {(line.method, line.path) for line in [*MATRIX, *PAGES]}

    def test_every_route_is_described(self, city: City) -> None:
        """But for the description's own pages."""
        described = {
            (method.upper(), path)
            for path, methods in city.app.openapi()["paths"].items()
            for method in methods
        }
        pages = {(line.method, line.path) for line in PAGES}
        assert {
            route for route in self.routes(city) if route[1] not in UNDESCRIBED
        } - pages == described

    async def test_an_oracle_that_sees_effects(
        self, city: City, citizen: httpx.AsyncClient
    ) -> None:
        """Positive control: the digest does change when something happens."""
        before = digest(city)
        await citizen.post("/api/v1/cases", json=APPLICATION)
        assert digest(city) != before

    async def test_a_service_that_is_no_demonstration(self, city: City) -> None:
        """The clock of a real service cannot be moved: the route is not there."""
        assert ("POST", "/api/v1/demo/clock") in self.routes(city)
        real = City(
            create_app(city.office, Settings(demo=False), city.clock), city.office, city.clock
        )
        assert not any("/demo/" in path for _, path in self.routes(real))


class TestHearing:
    """POST /cases/{number}/items/{item}/actions, around a hearing."""

    async def test_third_parties_stay_inside(self, city: City, opened: Open) -> None:
        """The department sees who was told and how to reach them; the applicant sees that there is a hearing (R-DEC-2)."""
        plan = await city.client("citizen").post(
            "/api/v1/files", files={"file": ("布局图.pdf", b"%PDF-1.7 plan")}
        )
        number = (await opened(materials=[{"material": "layout", "file": plan.json()["id"]}]))[
            "number"
        ]
        path = f"/api/v1/cases/{number}/items/shop-licence/actions"
        reviewer = city.client("reviewer")
        assert (
            await city.client("window").post(path, json={"action": "accept"})
        ).status_code == 200
        neighbour = {"name": "占位邻", "contact": "示例路2号"}
        said = {
            "action": "tell_hearing",
            "data": {"reason": "影响相邻住户", "parties": [neighbour]},
        }
        answer = await reviewer.post(path, json=said)
        assert (answer.status_code, answer.json()["item"]["hearing"]["third_parties"][0]["n"]) == (
            200,
            1,
        )
        seen = (await city.client("citizen").get(f"/api/v1/cases/{number}")).json()
        assert (
            seen["items"][0]["hearing"]["stage_title"],
            seen["items"][0]["hearing"]["third_parties"],
        ) == (
            "已告知权利",
            [],
        )
        assert {notice["to"] for notice in seen["notices"]} == {"applicant"}
        inside = (await reviewer.get(f"/api/v1/cases/{number}")).json()
        assert "利害关系人：占位邻" in {notice["to_title"] for notice in inside["notices"]}
        too_soon = {"date": "2026-11-06", "hour": "09:30", "place": "三楼", "chair": "head"}
        asked = await city.client("citizen").post(path, json={"action": "request_hearing"})
        assert asked.status_code == 200
        refused = await reviewer.post(path, json={"action": "announce_hearing", "data": too_soon})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/data/date")
