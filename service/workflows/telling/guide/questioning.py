"""情形引导 — the questions one after another, as a portal asks them on pages of their own."""

from collections.abc import Mapping
from typing import Any

from service.workflows.application.fieldtypes import check_value, say
from service.workflows.application.questions import (
    Applicant,
    Selection,
    about,
    asked_questions,
    facts_of,
    known_of,
    settled,
)
from service.workflows.definition.models import Question, Stop, one_of
from service.workflows.definition.release import Release


def questions(release: Release, answers_so_far: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every question in order, and whether it is asked given the answers so far.

    Each is {id, ask, why, type, options: [{value, title}], unit, min, max, asked, answered, value, said, fault};
    `fault` says in Chinese what is wrong with an answer, which then counts as not given.
    """
    valid: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for question in release.bundle.questions:
        if question.id in answers_so_far:
            value, wrong = check_value(question, answers_so_far[question.id])
            if wrong:
                faults[question.id] = about(question, wrong)
            else:
                valid[question.id] = value
    asked = {question.id for question in asked_questions(release, valid)}
    return [
        _question(q, q.id in asked, valid, faults.get(q.id, "")) for q in release.bundle.questions
    ]


def stops_so_far(release: Release, answers_so_far: Mapping[str, Any]) -> list[Stop]:
    """Return the stops of the whole that are certain already, whatever the answers to what is open will be."""
    asked = {q["id"]: q for q in questions(release, answers_so_far)}
    valid = {id_: q["value"] for id_, q in asked.items() if q["answered"]}
    facts = facts_of(release, Applicant(release.bundle.applicants[0]), valid, {})
    knowing = known_of(release, facts, settled(release, valid, "")[1])
    return [
        stop
        for stop in release.bundle.stop
        if not stop.items and knowing.holds(stop.when, "bundle")
    ]


def _question(
    question: Question, asked: bool, valid: Mapping[str, Any], fault: str
) -> dict[str, Any]:
    given = asked and question.id in valid
    return {
        "id": question.id,
        "ask": question.ask,
        "why": question.why,
        "type": question.type,
        "options": [
            {"value": code, "title": label}
            for code, label in one_of(question.options or {}).items()
        ],
        "unit": question.unit,
        "min": question.min,
        "max": question.max,
        "asked": asked,
        "answered": given,
        "value": valid[question.id] if given else None,
        "said": _answer_said(question, valid[question.id]) if given else "",
        "fault": fault if asked else "",
    }


def answered(release: Release, selection: Selection) -> list[dict[str, Any]]:
    """Return the questions that were asked, each as {id, ask, value, said}."""
    answers = selection.facts["answers"]
    known = {question.id: question for question in release.bundle.questions}
    return [
        {
            "id": id_,
            "ask": known[id_].ask,
            "value": answers[id_],
            "said": _answer_said(known[id_], answers[id_]),
        }
        for id_ in selection.asked
        if id_ in answers
    ]


def _answer_said(question: Question, value: Any) -> str:
    return say(question, value) if value != [] else "都没有"
