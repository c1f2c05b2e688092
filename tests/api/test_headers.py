"""What every answer carries, whatever route gives it; and what is not there in a real service."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from service.api.app import create_app
from service.api.pages.visit import SESSION
from tests.api.city import City, Settings
from tests.api.matrix import MATRIX
from tests.api.pages.browser import Browser
from tests.api.pages.matrix import PAGES

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
}
KEPT_BY_BROWSERS = ("/static", "/docs/assets")  # the same for everybody
IMPERSONAL = (
    "/docs",
    "/openapi.json",
    "/problems/",
    "/healthz",
    "/livez",
    "/readyz",
    "/startupz",
    "/metrics",
)
SHARED = "/api/v1/bundles"  # what is done is the same for everybody, and may be kept a minute
PLACES: dict[str, Any] = {
    "number": "YJS20260101-999999",
    "case": "YJS20260101-999999",
    "bundle": "open-shop",
    "n": 1,
    "slug": "not-found",
    "file": "0" * 64,
}


def path_of(path: str) -> str:
    """Return an address of a route; what it is about need not be there."""
    for name in [part.split("}")[0] for part in path.split("{")[1:]]:
        path = path.replace(f"{{{name}}}", str(PLACES.get(name, "x")))
    return path


@pytest.mark.parametrize(
    ("method", "path"), [(line.method, line.path) for line in [*MATRIX, *PAGES]]
)
async def test_every_route(city: City, method: str, path: str) -> None:
    """F-39, F-48, F-54: for who has signed in and who has not, answered or refused."""
    supervisor, browser = city.client("supervisor"), Browser(city)
    for client in (supervisor, browser.http):
        answer = await client.request(
            method, f"https://city{path_of(path)}", follow_redirects=False
        )
        told = {name: answer.headers.get(name) for name in ALWAYS}
        assert told == ALWAYS, (answer.status_code, told)
        policy = answer.headers["content-security-policy"]
        assert policy == "sandbox" or policy.startswith("default-src 'none'")
        assert "'unsafe-eval'" not in policy
        assert ("script-src" not in policy) or "script-src 'self';" in policy
        assert "server" not in answer.headers
        if not path.startswith((*KEPT_BY_BROWSERS, *IMPERSONAL)):
            kept = answer.headers.get("cache-control")
            allowed = (
                ("no-store", "public, max-age=60") if path.startswith(SHARED) else ("no-store",)
            )
            assert kept in allowed, answer.status_code


class TestEncrypted:
    """Strict-Transport-Security."""

    async def test_is_said_where_the_service_is_reached_so(self, city: City) -> None:
        """By the scheme, or by the address of the settings when what stands before does not tell."""
        for public, base, said in (
            ("", "http://city", False),
            ("", "https://city", True),
            ("https://zwfw.example.gov.cn", "http://city", True),
        ):
            app = create_app(city.office, replace(Settings(), public_url=public), city.clock)
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base) as http:
                answer = await http.get("/healthz")
            assert ("strict-transport-security" in answer.headers) == said


class TestDocs:
    """The description of the API."""

    async def test_is_not_shown_to_strangers(self, city: City) -> None:
        """Unless the settings ask for it; no page leads to it either."""
        app = create_app(city.office, replace(Settings(), shows_docs=False), city.clock)
        real = City(app, city.office, city.clock)
        browser = Browser(real)
        for path in ("/docs", "/docs/start.js", "/openapi.json", "/docs/assets/swagger-ui.css"):
            assert (await browser.http.get(path)).status_code == 404
        assert not [r for r in iter_route_contexts(app.routes) if str(r.path).startswith("/docs")]
        await browser.sign_in("admin")
        assert "/docs" not in (await browser.http.get("/welcome")).text
        assert SESSION in browser.http.cookies
        for client in real.clients:
            await client.aclose()
        assert app.openapi()["paths"]  # for those who generate clients from the program itself
