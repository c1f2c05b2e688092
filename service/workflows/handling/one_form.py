"""一张表 — what the one form holds when it is sent in: what was asked, each value once, and what is known already (R-BND-3)."""

from collections.abc import Iterable, Mapping
from typing import Any

from service.errors import DataInvalid
from service.workflows.application import consistency, needed, questions
from service.workflows.application.known import answered as answered_by_registers
from service.workflows.application.known import prefill, registered
from service.workflows.case.literals import Handling
from service.workflows.rules import library
from service.workflows.worksheet import Work


def complete(work: Work) -> None:
    """Complete the form with what is known already.

    A draft outlives a change of the definition: what it holds of fields that are no longer there is left out, and an answer
    that was given since stands for the field it fills. Raises DataInvalid for a value that is wrong, and for one that
    contradicts an answer given with it.
    """
    release, case = work.release, work.case
    given, was_draft = dict(case.form), case.last_event > 0
    if was_draft:
        given = {name: value for name, value in given.items() if name in release.vocabulary.fields}
    answered = needed.check_form(release, questions.filled_by_answers(release, case.answers))
    case.registers = answered_by_registers(release, case)
    told = {name: value for name, (value, _) in registered(release, case).items()}
    known = {**library.prefilled(work), **prefill(release, case), **told}
    given = needed.check_form(release, {**known, **given})
    if not was_draft:
        _refuse_contradiction(work, given, answered)
    case.form = {**given, **answered}


def _refuse_contradiction(
    work: Work, given: Mapping[str, Any], answered: Mapping[str, Any]
) -> None:
    errors = [
        {
            "pointer": f"/form/{name}",
            "detail": f"{work.release.vocabulary.fields[name].title}与对情形问题的回答不一致，请改成一样的",
        }
        for name, value in answered.items()
        if given.get(name, value) != value
    ]
    if errors:
        raise DataInvalid("表单与对情形问题的回答不一致", errors=errors)


def keep_only_asked(
    work: Work, items: Iterable[str], asked: Iterable[str], handling: Mapping[str, Handling]
) -> None:
    """Keep what the items of the case ask for (个人信息保护法 6), and refuse a form in which something of it is empty.

    `asked` are those that may be handled: of what is barred nothing has to be filled in. Raises DataInvalid.
    """
    facts, asked = work.facts(), list(asked)
    needs = needed.one_form(work.release, asked, handling, facts)
    errors = [
        {"pointer": f"/form/{name}", "detail": f"请填写{need.definition.title}"}
        for name, need in needs.items()
        if need.required and name not in work.case.form
    ]
    if errors:
        raise DataInvalid("表单还有必填项没有填写", errors=errors)
    consistency.refuse(work.release, asked, needs, facts, work.today)
    kept = {
        *needed.one_form(work.release, items, handling, facts),
        *questions.filled_by_answers(work.release, work.case.answers),
    }
    work.case.form = {name: value for name, value in work.case.form.items() if name in kept}
