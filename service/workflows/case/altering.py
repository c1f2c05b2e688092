"""改动 — a copy of a value with some fields changed, which most of a step consists of."""

from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

from service.workflows.case.parts import PARTS, VALUES, Case, Event

Value = TypeVar("Value")
_VALUES: dict[type, Any] = {kind: VALUES[name] for name, kind in PARTS.items()}
_VALUES |= {kind: attrgetter(*(f.name for f in fields(kind))) for kind in (Case, Event)}


def altered(value: Value, **changes: Any) -> Value:
    """Return a copy of a case, a part or an event with some fields changed: as `replace`, in a fraction of its time.

    Raises AttributeError for what is no field.
    """
    kind = type(value)
    made = kind(*_VALUES[kind](value))
    for name, given in changes.items():
        setattr(made, name, given)
    return made
