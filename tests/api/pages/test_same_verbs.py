"""A page does nothing the API cannot: both doors lead to the same verbs, and nobody comes in by a page who may not."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from tests.api.city import City, can_print
from tests.api.pages.browser import HTML, Browser
from tests.api.pages.matrix import ACTORS, PAGES, WITHOUT_API, PageLine
from tests.api.test_rights import digest, places  # noqa: F401 - a fixture

NO_CASE = "YJS20260101-999999"


def page_routes(city: City) -> list[Any]:
    """Return the routes of the pages."""
    routes = [route.original_route for route in iter_route_contexts(city.app.routes)]
    return [
        r
        for r in routes
        if getattr(getattr(r, "endpoint", None), "__module__", "").startswith("service.api.pages")
    ]


class TestSameVerbs:
    """Every form does what an operation of the API does."""

    def test_every_form_names_its_operation(self, city: City) -> None:
        """By the operationId, which the description has."""
        operations = {
            operation["operationId"]
            for path in city.app.openapi()["paths"].values()
            for operation in path.values()
        }
        said = {
            route.path: getattr(route.endpoint, "operations", ())
            for route in page_routes(city)
            if "POST" in route.methods
        }
        assert said["/sign-in"] == ("tokens_create",)
        assert {path for path, done in said.items() if not done} == set(WITHOUT_API)
        assert {operation for done in said.values() for operation in done} <= operations

    def test_looking_does_nothing(self, city: City) -> None:
        """Who may GET a page may also look at it twice: pages with effects are POST, and nothing else is."""
        assert {method for route in page_routes(city) for method in route.methods} <= {
            "GET",
            "HEAD",
            "POST",
        }


def path_of(line: PageLine, known: dict[str, Any], number: str) -> str:
    """Return the path of a request about a case number."""
    path = line.path.format(**{**known, "number": number})
    if line.path.startswith("/track/"):
        return f"/track/{number}?code={known['query_code']}"
    return path + ("/look.css" if path == "/static" else "")


@pytest.mark.parametrize("line", PAGES, ids=lambda line: f"{line.method} {line.path}")
async def test_who_may(city: City, places: dict[str, Any], line: PageLine) -> None:  # noqa: F811
    """First everybody who may not, without any effect; then everybody who may."""
    number = places["draft"] if line.about == "draft" else places["number"]
    send = {
        name: places["mandate"] if value == "{mandate}" else value
        for name, value in line.send.items()
    }
    line = replace(line, send=send)
    browsers = {actor: Browser(city) for actor in ACTORS}
    for actor, browser in browsers.items():
        browser.http.follow_redirects = False
        if actor:
            await browser.sign_in(actor)
    before = digest(city)
    for actor in [actor for actor in ACTORS if actor not in line.may]:
        answer = await ask(browsers[actor], line, path_of(line, places, number))
        assert answer.status_code == line.refusal(actor), (actor, answer.text)
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/sign-in?next=")
    assert digest(city) == before
    if line.path.endswith(".pdf") and not can_print():
        return  # a machine without a Chinese font says so with 503: see test_papers
    for actor in [actor for actor in ACTORS if actor in line.may]:
        answer = await ask(browsers[actor], line, path_of(line, places, number))
        assert answer.status_code < 400 or answer.status_code in (409, 422), (actor, answer.text)
        assert not answer.headers.get("location", "").startswith("/sign-in?next="), actor


DOORS = (
    "/api/v1/cases/{}/notices/{}.pdf",
    "/my/cases/{}/papers/{}.pdf",
    "/desk/cases/{}/papers/{}.pdf",
)


@pytest.mark.skipif(
    not can_print(), reason="no Chinese font on this machine: apt-get install fonts-noto-cjk"
)
@pytest.mark.parametrize("door", DOORS)
async def test_papers_are_printed_at_every_door(
    city: City,
    places: dict[str, Any],  # noqa: F811 - the fixture
    door: str,
) -> None:
    """From the receipt to the licence that was handed out, each issued between two strokes of the clock."""
    citizen = city.client("citizen")
    held = (await citizen.get("/api/v1/certificates")).json()["items"]
    case = (await citizen.get(f"/api/v1/cases/{held[0]['case']}")).json()
    assert {"receipt", "acceptance", "grant", "issue"} <= {
        notice["kind"] for notice in case["notices"]
    }
    browser = Browser(city)
    await browser.sign_in("window" if door.startswith("/desk") else "citizen")
    http = citizen if door.startswith("/api") else browser.http
    for notice in case["notices"]:
        assert datetime.fromisoformat(notice["issued_at"]).microsecond % 1000
        answer = await http.get(door.format(case["number"], notice["n"]))
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-"), notice["kind"]


async def ask(browser: Browser, line: PageLine, path: str) -> Any:
    """Send a request as the browser would, with the secret of its own session."""
    csrf = ""
    if line.method == "POST":
        page = await browser.get("/")
        csrf = next(
            (
                dict(form.fields).get("csrf", "")
                for form in page.forms
                if form.action == "/sign-out"
            ),
            "",
        )
    data = {"csrf": csrf, **line.send} if line.method == "POST" else None
    if line.path == "/sign-in" and line.method == "POST":
        browser.http.cookies.clear()
        form = (await browser.get("/sign-in")).forms
        data = dict(next((f.fields for f in form if f.action == "/sign-in"), []))
    return await browser.http.request(line.method, path, data=data, headers=HTML)
