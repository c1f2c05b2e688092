"""页面 — what people do in a browser: the same verbs as the API, said in plain Chinese."""

from collections.abc import MutableMapping, Sequence
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from service.api.pages import account, desk, identity, mandates, portal, sign, watch
from service.api.pages.frame import STATIC, version_of
from service.api.pages.refused import first_choose, first_enrol, first_sign_in
from service.api.pages.visit import ChooseFirst, EnrolFirst, Seal, SignInFirst

ROUTERS = [
    sign.router,
    account.router,
    identity.router,
    mandates.router,
    watch.router,
    *portal.routers,
    *desk.routers,
]


class Hashed(StaticFiles):
    """Static files: kept for a year under the address that names their content, asked for again under any other."""

    async def get_response(self, path: str, scope: MutableMapping[str, Any]) -> Response:
        """Return a file."""
        answer = await super().get_response(path, scope)
        known = (
            answer.status_code == 200 and scope["query_string"] == f"v={version_of(path)}".encode()
        )
        answer.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if known else "no-cache"
        )
        return answer


def install(app: FastAPI, secret: str, also: Sequence[str] = ()) -> None:
    """Add what the pages need beside their routes; `secret` is what cookies are signed with, `also` what is believed besides."""
    app.state.seal = Seal(secret, also)
    app.mount("/static", Hashed(directory=STATIC), name="static")
    app.add_exception_handler(SignInFirst, first_sign_in)
    app.add_exception_handler(EnrolFirst, first_enrol)
    app.add_exception_handler(ChooseFirst, first_choose)
