"""打字 — what typed texts mean for a question or a field, and how a value stands in a form again.

People type as they do: full-width digits, spaces in a long number, a unit behind it, the date in Chinese. What cannot be
understood stays as it was typed; the check of values then says what is wrong.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from service.workflows.answers import Declared
from service.workflows.language.models import Question
from service.workflows.language.release import Release

YES, NO = "yes", "no"
NUMBERS = ("number", "money", "integer")
CODES = ("uscc", "id-number", "phone", "region")
_DATE = re.compile(r"([0-9]{4})[年/.-]([0-9]{1,2})[月/.-]([0-9]{1,2})日?")


def value_of(declared: Declared, texts: Sequence[str]) -> Any:
    """Return what was said; None for nothing. A list of boxes without a tick is an answer: the empty list."""
    given = [text.strip() for text in texts if text.strip()]
    if declared.type == "multi":
        return given
    if not given:
        return None
    text = given[0]
    if declared.type == "boolean":
        return {YES: True, NO: False}.get(text, text)
    if declared.type == "list":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if declared.type == "person":
        return {"name": text}
    if declared.type in NUMBERS:
        return _number(text, declared.unit)
    if declared.type in CODES:
        return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    return _date(text) if declared.type == "date" else text


def _number(text: str, unit: str) -> Any:
    plain = re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", text)).removesuffix(
        unicodedata.normalize("NFKC", unit)
    )
    try:
        return int(plain) if plain.lstrip("+-").isdigit() else float(plain)
    except ValueError:
        return text


def _date(text: str) -> str:
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text))
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text


def texts_of(declared: Declared, value: Any) -> list[str]:
    """Return the texts that stand in the form for a value."""
    if value is None:
        return []
    if declared.type == "boolean":
        return [YES if value is True else NO if value is False else str(value)]
    if declared.type == "list" and isinstance(value, list):
        return ["\n".join(_line(each) for each in value)]
    if declared.type == "person" and isinstance(value, Mapping):
        return [str(value.get("name", ""))]
    if isinstance(value, list):
        return [str(each) for each in value]
    return [f"{value:.15g}" if isinstance(value, float) else str(value)]


def _line(entry: Any) -> str:
    return "，".join(str(part) for part in entry.values()) if isinstance(entry, Mapping) else str(entry)


# ---- the answers to the questions, in an address ---------------------------------------------------------------


def answers_in(release: Release, query: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the answers an address carries: one parameter for each question, several for boxes, one empty for none."""
    given: dict[str, list[str]] = {}
    for name, text in query:
        given.setdefault(name, []).append(text)
    found = {q.id: value_of(q, given[q.id]) for q in release.bundle.questions if q.id in given}
    return {id_: value for id_, value in found.items() if value is not None}


def query_of(release: Release, answers: Mapping[str, Any], **more: str) -> str:
    """Return answers as the query of an address that can be shared: it says nothing of a person."""
    pairs = [pair for q in release.bundle.questions if q.id in answers for pair in _pairs(q, answers[q.id])]
    return urlencode([*((name, value) for name, value in more.items() if value), *pairs])


def _pairs(question: Question, value: Any) -> list[tuple[str, str]]:
    return [(question.id, text) for text in texts_of(question, value) or [""]]
