"""地址里的回答 — the answers to the questions, as the query of an address that can be shared."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from service.workflows.definition import Question, Release
from service.workflows.telling import texts_of, value_of


def answers_in(release: Release, query: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the answers an address carries: one parameter for each question, several for boxes, one empty for none."""
    given: dict[str, list[str]] = {}
    for name, text in query:
        given.setdefault(name, []).append(text)
    found = {q.id: value_of(q, given[q.id]) for q in release.bundle.questions if q.id in given}
    return {id_: value for id_, value in found.items() if value is not None}


def query_of(release: Release, answers: Mapping[str, Any], **more: str) -> str:
    """Return answers as the query of an address that can be shared: it says nothing of a person."""
    pairs = [
        pair
        for q in release.bundle.questions
        if q.id in answers
        for pair in _pairs(q, answers[q.id])
    ]
    return urlencode([*((name, value) for name, value in more.items() if value), *pairs])


def _pairs(question: Question, value: Any) -> list[tuple[str, str]]:
    return [(question.id, text) for text in texts_of(question, value) or [""]]
