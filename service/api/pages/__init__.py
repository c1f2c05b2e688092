"""页面 — what people do in a browser: the same verbs as the API, said in plain Chinese."""

from collections.abc import MutableMapping
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from service.api.pages import desk, portal, sign
from service.api.pages.frame import STATIC, version_of
from service.api.pages.refused import first_sign_in
from service.api.pages.visit import Seal, SignInFirst


class Hashed(StaticFiles):
    """Static files: kept for a year under the address that names their content, asked for again under any other."""

    async def get_response(self, path: str, scope: MutableMapping[str, Any]) -> Response:
        """Return a file."""
        answer = await super().get_response(path, scope)
        known = answer.status_code == 200 and scope["query_string"] == f"v={version_of(path)}".encode()
        answer.headers["cache-control"] = "public, max-age=31536000, immutable" if known else "no-cache"
        return answer


def install(app: FastAPI, secret: str) -> None:
    """Add the pages to an application; `secret` is what its cookies are signed with."""
    app.state.seal = Seal(secret)
    app.mount("/static", Hashed(directory=STATIC), name="static")
    for router in (sign.router, *portal.routers, *desk.routers):
        app.include_router(router)
    app.add_exception_handler(SignInFirst, first_sign_in)
