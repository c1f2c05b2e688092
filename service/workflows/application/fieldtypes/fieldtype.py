"""字段类型的样子 — what every type of field must say of itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from service.workflows.definition.models import Described, Question, Region

Declared = Question | Described
Fault = tuple[str, str]  # where within the value (/2/id; empty: the whole), and what is wrong there
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """输入框 — how a value is typed on a page: the control, the keyboard of a phone, what the browser fills in."""

    control: Literal["line", "prose", "lines", "yes_no", "one", "several", "rows", "identity"] = (
        "line"
    )
    kind: Literal["text", "date", "tel"] = "text"
    keyboard: Literal["", "decimal", "numeric"] = ""
    code: bool = False  # capital letters, no spelling
    autocomplete: str = ""
    longest: int = 0  # characters; 0 where the control itself ends it
    kinds: Mapping[str, str] = field(default_factory=dict)  # of an identity: code → title


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldType:
    """字段类型 — what values of it are, how they are checked, made up, said and typed."""

    code: str
    hint: str = ""  # shown where a field has none of its own
    unit: str = ""  # the same
    bounds: tuple[Literal["min", "max"], ...] = ()  # which may be declared
    filled_by: tuple[str, ...] = ()  # types of the questions whose answers fill it

    # What is stored: takes anything, leaves alone what cannot be mended, is idempotent.
    canonical: Callable[[Declared, Any], Any]
    # What is wrong with a canonical value, in plain Chinese; nothing when nothing is.
    check: Callable[[Declared, Any], str]
    # The same, each fault with its place, where values have parts that are checked one by one.
    faults: Callable[[Declared, Any], list[Fault]] | None = None
    # JSON Schema 2020-12, which accepts what `check` accepts.
    schema: Callable[[Declared], Schema]

    # A valid value as of a day, and the answer that asks least of whoever gives it: no, nothing, the smallest.
    sample: Callable[[Described, date], Any]
    neutral: Callable[[Question], Any] = lambda _: "无"

    # A value that is there in words, as people of a region know it.
    say: Callable[[Declared, Any, Region | None], str]

    # How it is typed, by the title and `max` of a field.
    input: Callable[[str, float | None], Input]
    # What typed text means; the text itself where it means nothing.
    read: Callable[[Declared, str], Any]
    # The texts that stand in a form for a value, also for one that does not fit.
    write: Callable[[Any], list[str]]
    # Read from any number of texts, each an entry; none of them is an answer too.
    several: bool = False
    # Read from all its texts together, one for each part; None where nothing was typed.
    read_parts: Callable[[Sequence[str]], Any] | None = None


def number_as_text(value: Any) -> str:
    """Write a value as people do: a number without a tail of zeros."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def as_it_is(_: Declared, value: Any) -> Any:
    """Leave a value as it is."""
    return value


def texts_of_any(value: Any) -> list[str]:
    """Return the texts of a value of whatever kind."""
    entries = value if isinstance(value, list) else [value]
    return [number_as_text(entry) for entry in entries]
