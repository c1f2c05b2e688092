"""样例值 — valid values for form fields nobody wrote down, so that a story need tell only what matters to it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from service.errors import ServiceError
from service.workflows.application import known, questions
from service.workflows.application.fieldtypes import type_of
from service.workflows.case.columns import RegisterAnswer
from service.workflows.case.parts import Case
from service.workflows.definition.models import Described, Question, Scenario, dates_as_text
from service.workflows.definition.release import Release


def sample(definition: Described, today: date) -> Any:
    """Return a valid value of a field."""
    return type_of(definition).sample(definition, today)


def answers_with_neutral(
    release: Release, given: dict[str, Any], applicant_type: str = ""
) -> dict[str, Any]:
    """Return the answers of a story, with a neutral one (no, nothing, the smallest, the first) where it gave none."""
    answers = dict(given)
    while lacking := _unanswered(release, answers, applicant_type):
        answers[lacking[0].id] = type_of(lacking[0]).neutral(lacking[0])
    return answers


def _unanswered(release: Release, answers: dict[str, Any], applicant_type: str) -> list[Question]:
    asked = questions.asked_questions(release, answers, applicant_type)
    return [question for question in asked if question.id not in answers]


def refused_fields(refusal: ServiceError) -> list[str]:
    """Return the form fields for which a submission was refused, in order."""
    pointers = (str(each["pointer"]) for each in refusal.facts.get("errors", ()))
    return sorted(pointer.removeprefix("/form/") for pointer in pointers)


def asked_registers(
    release: Release, scenario: Scenario, case: Case, now: datetime
) -> dict[str, RegisterAnswer]:
    """Return what the registers of a story answer, asked at `now`."""
    return {
        code: RegisterAnswer(
            about=known.whose_record(release, case, code),
            at=now.isoformat(),
            values=dates_as_text(values),
            receipt="S-REGISTER",
            fault="",
        )
        for code, values in scenario.registers.items()
    }


def refusal_said(refusal: ServiceError) -> str:
    """Say by what an act was refused, with everything that was wrong."""
    wrong: Iterable[Any] = refusal.facts.get("errors", [])
    said = dict.fromkeys([refusal.detail, *(str(each["detail"]) for each in wrong)])
    return f"{refusal.slug}（{'；'.join(said)}）"
