"""直达 — requests go to their routes without the framework's search, solver and stacks.

Only what has nothing to refuse in its form is taken. Whatever is unusual – a header or a part of the address that is not
of its shape, a body that is not exactly what the route reads – goes to the framework as it came, before anything has been
called, and is refused there. What is called here are the functions of the declared route, and what they refuse is answered
by the same function: there is one way of refusing, and one description of the API.
"""

from collections.abc import Callable, Hashable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api import texts
from service.api.problems import REFUSED, Refusing
from service.api.ways import BODY, REQUEST, Field, Way, Ways

JSON = frozenset({"application/json", "application/json; charset=utf-8"})


class Direct:
    """A layer inside the edge."""

    def __init__(self, app: ASGIApp, ways: Callable[[], Ways], refusing: Refusing) -> None:
        """Go the ways that there are, and hand everything else to `app`."""
        self._app, self._ways, self._refusing = app, ways, refusing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        found = None
        if scope["type"] == "http" and not scope.get("root_path"):
            found = self._ways().find(scope["method"], scope["path"])
        if found is None:
            await self._app(scope, receive, send)
            return
        way, scope["path_params"] = found
        scope["route"], scope["endpoint"] = way.route, way.route.endpoint
        read = _Read(receive)
        request = Request(scope, read)
        try:
            known = await _known(way, request, read)
            response = await _gone(way, known) if known else None
        except REFUSED as refusal:
            response = await self._refusing(request, refusal)
            refusal.__traceback__ = None  # one that is raised again would hold on to every request
        if response is None:
            del scope["path_params"]
            read.begin_anew()
            await self._app(scope, read, send)
            return
        await response(scope, receive, send)


async def _gone(way: Way, known: dict[Hashable, Any]) -> Response:
    """Call what the route depends on, then the route."""
    result: Any = None
    for step in way.steps:
        result = await step.call(**{name: known[key] for name, key in step.takes})
        known[step.call] = result
    answer: Response = result
    return answer


async def _known(way: Way, request: Request, read: "_Read") -> dict[Hashable, Any]:
    """Return what a request tells, each value as the route gets it; nothing if one of them is not as it should be."""
    known: dict[Hashable, Any] = {REQUEST: request}
    # of a header that is given twice the first counts, as in the framework
    headers = dict(reversed(request.scope["headers"]))
    for field in way.fields:
        given: Any
        if field.place == "path":
            given = request.scope["path_params"][field.alias]
        elif field.place == "query":
            asked = request.query_params
            given = (asked.getlist(field.alias) or None) if field.many else asked.get(field.alias)
        else:
            given = headers.get(field.header)
            given = None if given is None else given.decode("latin-1")
        if given is None:
            if field.required:
                return {}
            known[field.key] = field.default
        else:
            known[field.key], good = field.read(given)
            if not good:
                return {}
    if way.body and not await _put_body(known, way.body, headers, read):
        return {}
    return known


async def _put_body(
    known: dict[Hashable, Any], body: Field, headers: dict[bytes, bytes], read: "_Read"
) -> bool:
    """Read the body strictly; say whether it is what the route takes."""
    if headers.get(b"content-type", b"").decode("latin-1").lower() not in JSON:
        return False
    content = await read.body()
    if not content:
        return False
    try:
        value = texts.read_json(content)
    except texts.BodyInvalid:
        return False
    if next(texts.faults(value), None):
        return False
    known[body.key], good = body.read(value)
    if good:
        known[REQUEST].scope["state"][BODY] = value
    return good


class _Read:
    """What arrives, kept until it is known who answers: the framework may have to read it from the beginning."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._kept: list[Message] = []
        self._again: list[Message] = []

    async def __call__(self) -> Message:
        """Return the next message, those that were kept first."""
        return self._again.pop(0) if self._again else await self._receive()

    async def body(self) -> bytes:
        """Return the whole body; nothing if the caller hung up."""
        parts, more = [], True
        while more:
            message = await self._receive()
            self._kept.append(message)
            if message["type"] != "http.request":
                return b""
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        return b"".join(parts)

    def begin_anew(self) -> None:
        """Let what was kept arrive again."""
        self._again = self._kept
