"""请求体 — JSON read strictly, once: the route and the fingerprint of the request see the same value."""

import hashlib
import re
from collections.abc import Callable, Coroutine
from itertools import islice
from typing import Any

import rfc8785
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from service.api import texts
from service.errors import DataInvalid

_MOST_FAULTS = 50
_PLAIN = re.compile(r"/[A-Za-z0-9._/-]*", re.ASCII)


class StrictRequest(Request):
    """A request whose JSON body is refused when two readers could take it for different things."""

    async def json(self) -> Any:
        """Read the body. Raises a refusal with a pointer to each place that is wrong."""
        if not hasattr(self, "_json"):
            try:
                value = texts.read_json(await self.body())
            except texts.BodyInvalid as wrong:
                raise _Refused([("", str(wrong))]) from None
            if next(texts.faults(value), None):
                value = texts.as_seen(value)
            if found := list(islice(texts.faults(value), _MOST_FAULTS)):
                raise _Refused(found)
            self._json = value
            self.scope["state"]["body"] = value
        return self._json


class _Refused(HTTPException):
    """Carries a refusal through the framework, which lets only its own kind of error pass while it reads a body."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        super().__init__(422)
        self.found = found


class StrictRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler around which the body is read strictly."""
        handler = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            try:
                return await handler(StrictRequest(request.scope, request.receive))
            except _Refused as refused:
                found = [
                    {"pointer": pointer, "detail": detail} for pointer, detail in refused.found
                ]
                raise DataInvalid(
                    f"填写的内容有 {len(found)} 处有误，请检查。", errors=found
                ) from None

        return strictly


def fingerprint(request: Request) -> str:
    """Return the SHA-256 of method, path and canonical body: tells a repeat from another request under the same key."""
    body = getattr(request.state, "body", None)
    path = request.scope["path"]
    if not _PLAIN.fullmatch(path):
        path = (
            request.url.path
        )  # what a stored fingerprint was made of; of a plain path the same, at a tenth of the cost
    content = f"{request.method} {path}\n".encode() + rfc8785.dumps(body)
    return hashlib.sha256(content).hexdigest()
