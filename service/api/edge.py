"""外沿 — what every answer has, whatever route gave it: a request id, security headers, a limit on the body, a bare 500.

Plain ASGI: nothing is buffered and nothing is wrapped in a task. Every request is counted here, and told in a line.
"""

import logging
import re
import secrets
import time

from pydantic import ValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api import told
from service.api.problems import Answering, too_large
from service.errors import DataInvalid, ServiceError
from service.office.security import ORIGIN, Origin
from service.watching import traces
from service.watching.log import place_of, tell

LARGEST_BODY = 1 << 20
LARGEST_UPLOAD = (20 << 20) + (64 << 10)  # one file and the multipart around it
UPLOAD_PATHS = re.compile(r"/api/v1/files|/apply/[^/]+/materials|/my/cases/[^/]+/supplement")
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}

log = logging.getLogger("yijianshi.api")


class Edge:
    """The outermost layer around the application."""

    def __init__(
        self, app: ASGIApp, answering: Answering, *, request_log: bool = True, secure: bool = False
    ) -> None:
        """Answer refusals by `answering`; `secure` says that the service is reached over https, whoever passes it on."""
        self._app = app
        self._answering = answering
        self._request_log = request_log
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever goes wrong inside, the caller learns only the request id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with traces.request() as traced:
            await self._answer(scope, receive, send)
            traced(**told.facts_of(scope))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        given = Headers(scope=scope)
        request_id = _id(given)
        scope.setdefault("state", {})["request_id"] = request_id
        ORIGIN.set(Origin((scope.get("client") or ("",))[0], request_id))
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), scope, request_id, self._secure)
            await send(message)

        async def refuse(refusal: ServiceError) -> None:
            told.note(scope, refusal)
            answer = await self._answering(Request(scope, receive), refusal)
            await answer(scope, receive, send_with_headers)

        most = LARGEST_UPLOAD if UPLOAD_PATHS.fullmatch(scope["path"]) else LARGEST_BODY
        try:
            if not _names_its_host(scope):
                await refuse(DataInvalid("请求要有一个 Host，也只能有一个。"))
            elif _declared(given) > most:
                await refuse(too_large(most))
            else:
                await self._app(scope, _counted(receive, most), send_with_headers)
        except ClientDisconnect:
            told.gone(scope, request_id)
        except Exception as error:
            _report(error, request_id)
            if status:
                raise
            await refuse(ServiceError())
        finally:
            told.answered(scope, status, time.perf_counter() - began, in_log=self._request_log)


def _id(given: Headers) -> str:
    """Return the caller's request id when it is harmless in a log, else a new one."""
    asked = given.get("x-request-id", "")
    return asked if _GIVEN_ID.fullmatch(asked) else secrets.token_hex(8)


def _names_its_host(scope: Scope) -> bool:
    """Tell whether a request says once for which host it is, as HTTP/1.1 demands: two programs could believe different ones."""
    named = sum(name == b"host" for name, _ in scope["headers"])
    return named == 1 or (named == 0 and scope.get("http_version") == "1.0")


def _declared(given: Headers) -> int:
    length = given.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _counted(receive: Receive, most: int) -> Receive:
    """Count what arrives: a body without a declared length is refused as soon as it is too long."""
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > most:
            raise HTTPException(413, detail=str(most))
        return message

    return counted


def _add_headers(headers: MutableHeaders, scope: Scope, request_id: str, secure: bool) -> None:
    headers["x-request-id"] = request_id
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("cache-control", "no-store")  # unless the route knows better
    if secure or scope.get("scheme") == "https":
        headers.setdefault("strict-transport-security", "max-age=31536000")


def _report(error: Exception, request_id: str) -> None:
    """Log where it failed, not with which values: an exception's own text may hold what people wrote."""
    parts = error.errors(include_input=False) if isinstance(error, ValidationError) else []
    wrong = "; ".join(f"{part['loc']} {part['type']}" for part in parts)
    tell(
        log,
        "request_failed",
        level=logging.ERROR,
        request_id=request_id,
        error=type(error).__qualname__,
        wrong=wrong or None,
        place=place_of(error),
    )
