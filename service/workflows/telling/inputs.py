"""怎么填 — how a question or field is asked for on a page, and what typed texts mean for it.

People type as they do: full-width digits, spaces in a long number, a unit behind it, the date in Chinese. What cannot be
understood stays as it was typed; the check then says what is wrong.
"""

from collections.abc import Sequence
from typing import Any

from service.workflows.application.fieldtypes import (
    Declared,
    Fault,
    Input,
    faults_of,
    type_named,
    type_of,
)

__all__ = ["Declared", "Input", "checked", "input_of", "texts_of", "value_of"]


def input_of(kind: str, title: str, most: float | None) -> Input:
    """Return the control for a type of field; `most` is its largest value or greatest length."""
    return type_named(kind).input(title, most)


def value_of(declared: Declared, texts: Sequence[str]) -> Any:
    """Return what was said; None for nothing. A list of boxes without a tick is an answer: the empty list."""
    if read_parts := type_of(declared).read_parts:
        return read_parts(texts)
    given = [text.strip() for text in texts if text.strip()]
    kind = type_of(declared)
    if kind.several:
        return [kind.read(declared, text) for text in given]
    return kind.read(declared, given[0]) if given else None


def texts_of(declared: Declared, value: Any) -> list[str]:
    """Return the texts that stand in the form for a value."""
    return [] if value is None else type_of(declared).write(value)


def checked(declared: Declared, value: Any) -> tuple[Any, list[Fault]]:
    """Return a value in its canonical form, and what is wrong with it, each with its place within: /2/id, empty for it all."""
    return faults_of(declared, value)
