"""去处 — where a request goes and what must be known there, read once from the declared routes.

The framework looks for the route among all of them, and works out what it depends on, anew for each request. A way holds
the same, worked out: the same functions, the same fields, in the same order. A route that asks for more than a way can
give – something from a cookie, a form, a file, a model of what is asked, a shape of answer left to the framework – has
none, and so has one whose address another route takes too.
"""

from asyncio import iscoroutinefunction
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import BaseRoute

from service.api.body import StrictRoute

REQUEST, BODY = "request", "body"


class Field:
    """What the framework makes of a declared parameter, by its own validator."""

    def __init__(self, field: Any, *, place: str) -> None:
        self.name: str = field.name
        self.alias: str = field.alias
        self.place = place
        self.header = self.alias.encode()
        self.default = field.default
        self.required: bool = field.field_info.is_required()
        self.many = _is_many(
            field.field_info.annotation
        )  # all values of a name that is given often
        self._validate = field.validate

    @property
    def key(self) -> Hashable:
        """Under which name its value is known while the way is gone."""
        return self.place, self.alias

    def read(self, value: Any) -> tuple[Any, bool]:
        """Return the value as the route gets it, and whether it is one."""
        found, faults = self._validate(value, {}, loc=())
        return found, not faults


@dataclass(frozen=True, slots=True)
class Step:
    """A function to be called, and under which names it takes what is known by then."""

    call: Callable[..., Awaitable[Any]]
    takes: tuple[tuple[str, Hashable], ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One route: what stands in its address, what it reads, what is called, the route's own function last."""

    path: str  # its template
    method: str
    route: APIRoute
    names: tuple[tuple[int, str], ...]  # which part of the address is which parameter
    fields: tuple[Field, ...]  # of the address, of what is asked after it, and of the headers
    body: Field | None
    steps: tuple[Step, ...]


@dataclass(slots=True)
class _Node:
    """A place in the tree of addresses."""

    named: dict[str, "_Node"] = field(default_factory=dict)
    other: "_Node | None" = None  # whatever stands there: a parameter
    way: Way | None = None

    def after(self, part: str) -> "_Node":
        """Return the place after one more part of an address, made if it is not there."""
        if not part.startswith("{"):
            return self.named.setdefault(part, _Node())
        self.other = self.other or _Node()
        return self.other


class Ways:
    """The ways of an application, found by the parts of an address, however many there are."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        """Read the declared routes."""
        self._root = _Node()
        self.all: list[Way] = []
        contexts = list(iter_route_contexts(routes))
        for context in contexts:
            way = way_of(context)
            if way and not any(_meet(context, other) for other in contexts if other is not context):
                self.all.append(way)
                node = self._root
                for part in (*_methods(context), *_parts(context)):
                    node = node.after(part)
                node.way = way

    def find(self, method: str, path: str) -> tuple[Way, dict[str, str]] | None:
        """Return the way of an address with its parameters, if it has one."""
        parts = path.split("/")
        node: _Node | None = self._root.named.get(method)
        for part in parts:
            if node is None:
                return None
            node = node.named.get(part) or (node.other if part else None)
        if node is None or node.way is None:
            return None
        return node.way, {name: parts[at] for at, name in node.way.names}


def way_of(context: RouteContext) -> Way | None:
    """Return the way of a route; None for one that asks for more."""
    route, path = context.original_route, context.path
    dependant: Dependant | None = getattr(context, "dependant", None)
    if not isinstance(route, StrictRoute) or dependant is None or path is None:
        return None
    fields: dict[Hashable, Field] = {}
    steps: dict[Hashable, Step] = {}
    if len(_methods(context)) != 1 or not _answers(dependant) or not _put(dependant, fields, steps):
        return None
    bodies = [each for each in fields.values() if each.place == BODY]
    names = tuple(
        (at, part[1:-1]) for at, part in enumerate(_parts(context)) if part.startswith("{")
    )
    given = tuple(each for each in fields.values() if each.place != BODY)
    if {name for _, name in names} != {each.alias for each in given if each.place == "path"}:
        return None
    return Way(
        path=path,
        method=_methods(context)[0],
        route=route,
        names=names,
        fields=given,
        body=bodies[0] if bodies else None,
        steps=tuple(steps.values()),
    )


def _answers(dependant: Dependant) -> bool:
    """Tell whether a route makes its answer itself, and takes at most one body, as a whole."""
    own = dependant.body_params
    whole = not own or (len(own) == 1 and not getattr(own[0].field_info, "embed", None))
    return get_type_hints(dependant.call).get("return") is Response and whole


def _put(dependant: Dependant, fields: dict[Hashable, Field], steps: dict[Hashable, Step]) -> bool:
    """Put down a function after all it depends on; say whether it can be called so."""
    strange = (
        any(map(_is_model, dependant.query_params)),
        # one that a route could change would be the same for all who come
        any(isinstance(each.default, (list, dict, set)) for each in dependant.query_params),
        any(_is_many(each.field_info.annotation) for each in dependant.header_params),
        dependant.cookie_params,
        dependant.websocket_param_name,
        dependant.response_param_name,
        dependant.background_tasks_param_name,
        dependant.security_scopes_param_name,
        dependant.own_oauth_scopes,
        dependant.parent_oauth_scopes,
        dependant.concurrency,
        not dependant.use_cache,
        not _is_coroutine(dependant.call),
    )
    if any(strange) or not all(_put(each, fields, steps) for each in dependant.dependencies):
        return False
    takes: list[tuple[str, Hashable]] = [
        (each.name, each.call) for each in dependant.dependencies if each.name and each.call
    ]
    own = {
        "path": dependant.path_params,
        "query": dependant.query_params,
        "header": dependant.header_params,
    }
    for place, declared in {**own, BODY: dependant.body_params}.items():
        for each in declared:
            read = Field(each, place=place)
            fields[read.key] = read
            takes.append((read.name, read.key))
    for name in (dependant.request_param_name, dependant.http_connection_param_name):
        takes += [(name, REQUEST)] if name else []
    assert dependant.call is not None
    steps.setdefault(dependant.call, Step(dependant.call, tuple(takes)))
    return True


def _is_model(field: Any) -> bool:
    """Tell whether a parameter is several: the fields of a model."""
    found = field.field_info.annotation
    return isinstance(found, type) and issubclass(found, BaseModel)


def _is_many(annotation: Any) -> bool:
    """Tell whether a parameter takes all values of its name; of a choice of kinds, whether any of them does."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType, Annotated):
        return any(map(_is_many, get_args(annotation)))
    found = origin or annotation
    return (
        isinstance(found, type)
        and issubclass(found, (list, tuple, set, frozenset, Sequence))
        and found not in (str, bytes)
    )


def _is_coroutine(call: Any) -> bool:
    return iscoroutinefunction(call) or iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004 - an instance that is called


def _methods(context: RouteContext) -> list[str]:
    return sorted(context.methods or ())


def _parts(context: RouteContext) -> list[str]:
    return (context.path or "").split("/")


def _meet(one: RouteContext, other: RouteContext) -> bool:
    """Tell whether one address can be that of both."""
    mine, theirs = _parts(one), _parts(other)
    if not set(_methods(one)) & set(_methods(other)):
        return False
    if any(":path}" in part for part in theirs):
        return True
    pairs = zip(mine, theirs, strict=False)
    return len(mine) == len(theirs) and all(a == b or "{" in a + b for a, b in pairs)
