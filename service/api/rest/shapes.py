"""What goes in and out over the wire: strict requests, explicit answers, and how a value becomes a shape."""

from collections.abc import Callable
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict
from starlette.responses import Response


class Given(BaseModel):
    """Something sent in: strict types, no unknown names."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Shown(BaseModel):
    """Something sent out: nothing beside what is declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Shape = TypeVar("Shape", bound=Shown)


def shape_of(shape: type[Shape], value: object, /, **more: Any) -> Shape:
    """Return a value in its shape: each field is the value's own of that name, unless it is given in `more`.

    Raises AttributeError or KeyError for a field that is in neither, ValidationError for one the shape does not have.
    """
    names, of_row, of_value = _own_of(shape, tuple(more))
    if not names:
        return shape(**more)
    own = of_row(value) if isinstance(value, dict) else of_value(value)
    if len(names) == 1:
        own = (own,)
    return shape(**dict(zip(names, own, strict=True)), **more)


@cache
def _own_of(
    shape: type[Shown], given: tuple[str, ...]
) -> tuple[tuple[str, ...], Callable[[Any], Any], Callable[[Any], Any]]:
    """Return the fields that are the value's own, and what takes them; each place in the program gives the same others."""
    names = tuple(name for name in shape.model_fields if name not in given)
    return names, itemgetter(*names or ("",)), attrgetter(*names or ("",))


def json_answer(
    content: str, status: int = 200, *, version: int | None = None, **headers: str
) -> Response:
    """Return JSON text as the response; `version` becomes the ETag."""
    if version is not None:
        headers["etag"] = f'"{version}"'
    return Response(
        content.encode(),
        status,
        {k.replace("_", "-"): v for k, v in headers.items()},
        "application/json",
    )
