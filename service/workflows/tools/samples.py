"""样例值 — valid values for form fields nobody wrote down, so that a story need tell only what matters to it."""

from datetime import date
from typing import Any

from service.workflows import bundle
from service.workflows.answers import ID_CHECK, ID_WEIGHTS, uscc_check
from service.workflows.language.models import Question, VocabularyField, one_of
from service.workflows.language.release import Release


def sample(definition: VocabularyField, today: date) -> Any:
    """Return a valid value of a field."""
    kind = definition.type
    if kind in ("number", "money", "integer"):
        lowest = (
            definition.min
            if definition.min is not None
            else min(1, definition.max if definition.max is not None else 1)
        )
        return int(-(-lowest // 1)) if kind == "integer" else float(lowest)
    if kind in ("choice", "multi"):
        first = next(iter(one_of(definition.options or {})))
        return first if kind == "choice" else [first]
    fixed: dict[str, Any] = {
        "boolean": False, "date": today.isoformat(), "uscc": _uscc(), "id-number": _id_number(), "phone": "19900000001",
        "region": "999901", "person": {"name": "样例人员"}, "list": [],
    }  # fmt: skip
    longest = int(definition.max) if definition.max is not None else 2000
    return fixed[kind] if kind in fixed else f"样例{definition.title}"[:longest]


def answers_with_neutral(release: Release, given: dict[str, Any], applicant_type: str = "") -> dict[str, Any]:
    """Return the answers of a story, with a neutral one (no, nothing, the smallest, the first) where it gave none."""
    answers = dict(given)
    while lacking := [q for q in bundle.asked_questions(release, answers, applicant_type) if q.id not in answers]:
        answers[lacking[0].id] = _neutral(lacking[0])
    return answers


def _neutral(question: Question) -> Any:
    if question.type == "choice":
        return next(iter(one_of(question.options or {})))
    if question.type in ("number", "integer"):
        lowest = question.min if question.min is not None else 0
        return int(-(-lowest // 1)) if question.type == "integer" else float(lowest)
    return {"boolean": False, "multi": [], "date": "2026-01-01"}.get(question.type, "无")


def _uscc() -> str:
    first = "91999901MADEM0001"
    return first + uscc_check(first)


def _id_number() -> str:
    first = "99990119900101001"
    total = sum(int(digit) * weight for digit, weight in zip(first, ID_WEIGHTS, strict=True))
    return first + ID_CHECK[total % 11]
