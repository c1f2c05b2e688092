"""草稿 — an application that is still being written: kept as given, checked when it is submitted."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from service.errors import DataInvalid, one_field
from service.workflows.case.columns import RegisterAnswer
from service.workflows.case.parts import Case
from service.workflows.case.situation import Actor, Situation, Step, one_person
from service.workflows.handling.carried import material_given
from service.workflows.rules import library
from service.workflows.worksheet import Work

PARTS = {
    "answers": dict,
    "handling": dict,
    "form": dict,
    "materials": list,
    "applicant": dict,
    "mandate": dict,
}

ERASED = (
    "applicant_name",
    "applicant_id",
    "applicant_document",
    "account",
    "entered_by",
    "query_code",
    "salt",
    "representation",
)
MOST_BYTES = 64 << 10
LONGEST_TEXT = 5000
MOST_ENTRIES = 500
LONGEST_NAME = 40
MOST_ERRORS = 50


def kept(case: Case, given: Sequence[Any], actor: Actor, situation: Situation) -> Step:
    """Keep a new draft with its papers. Raises DataInvalid for what no application can hold."""
    work = Work(situation, case)
    _refuse_oversize(work, {"form": case.form, "answers": case.answers}, begun={})
    _hand_in(work, given, actor)
    work.log("draft", actor, states=("", "draft"))
    return Step(work.before, work.case, tuple(work.events))


def changed(case: Case, changes: Mapping[str, Any], actor: Actor, situation: Situation) -> Step:
    """Change parts of a draft, each as a whole. Raises DataInvalid."""
    work = Work(situation, case)
    _refuse_oversize(work, changes, begun={"form": case.form, "answers": case.answers})
    for name, value in changes.items():
        if name not in PARTS or not isinstance(value, PARTS[name]):
            raise one_field(f"/{name}", f"草稿里可以改的有：{'、'.join(PARTS)}")
        if name == "materials":
            for earlier in work.case.materials.values():
                earlier.replaced = True
            _hand_in(work, value, actor)
        elif name == "applicant":
            _refuse_somebody_else(work.case, value["id"])
            work.case.registers = {}  # what was asked of somebody else
            for part in ("type", "name", "id", "document"):
                setattr(work.case, f"applicant_{part}", value[part])
            if "mandate" not in changes:
                work.case.mandate = {}  # nobody else's
        else:
            setattr(work.case, name, dict(value))
    work.log("change_draft", actor, states=("draft", "draft"), data={"changed": sorted(changes)})
    return Step(work.before, work.case, tuple(work.events))


def asked_register(
    case: Case, code: str, said: RegisterAnswer, actor: Actor, situation: Situation
) -> Step:
    """Keep in a draft what a register said, in place of what it said before; that it was agreed to is on record."""
    work = Work(situation, case)
    work.case.registers = {**work.case.registers, code: said}
    told = {"register": code, "consent": True, "receipt": said["receipt"], "fault": said["fault"]}
    work.log("ask_register", actor, states=("draft", "draft"), data=told)
    return Step(work.before, work.case, tuple(work.events))


def _refuse_somebody_else(case: Case, subject: str) -> None:
    """Refuse to let somebody else have what came over from an earlier case. Raises DataInvalid."""
    if case.reapply_of and one_person(subject) != one_person(case.applicant_id):
        raise one_field("/applicant/id", "重新申请的申请人与原办件是同一个，不能换人")


def erased(case: Case, actor: Actor, situation: Situation) -> Step:
    """Erase what people wrote in a draft that nobody goes on with (个人信息保护法 47).

    The number and the record stay. Without the salt nothing of what the record holds as hashes can be guessed.
    """
    work = Work(situation, case)
    for name in ERASED:
        setattr(work.case, name, "")
    for part in ("answers", "handling", "form", "mandate", "represented_by", "registers"):
        setattr(work.case, part, {})
    work.case.reapply_of, work.case.limited_to = "", []  # the older case names him
    for paper in work.case.materials.values():
        paper.file, paper.name, paper.by, paper.replaced = "", "", "", True
    work.log("erase_draft", actor, states=("draft", "draft"))
    return Step(work.before, work.case, tuple(work.events))


def _refuse_oversize(
    work: Work, given: Mapping[str, Any], *, begun: Mapping[str, Mapping[str, Any]]
) -> None:
    """Refuse names nobody asks for, and more than an application can hold. Raises DataInvalid, naming the field.

    What was begun may be given back: the rules may have asked for it then.
    """
    vocabulary = work.release.vocabulary.fields
    titles = {
        "form": {code: field.title for code, field in vocabulary.items()},
        "answers": {each.id: each.ask for each in work.release.bundle.questions},
    }
    for part, known in titles.items():
        entries, held = given.get(part), begun.get(part, {})
        if not isinstance(entries, Mapping):
            continue
        errors = []
        for name, value in entries.items():
            where = f"/{part}/{name[:LONGEST_NAME]}"
            if name not in known and name not in held:
                errors.append({"pointer": where, "detail": "没有这一项，请检查名称"})
            elif wrong := _oversize(value):
                errors.append({"pointer": where, "detail": f"「{known.get(name, name)}」{wrong}"})
        if not errors and len(json.dumps(entries, ensure_ascii=False).encode()) > MOST_BYTES:
            whole = f"填写的内容太多，一共最多 {MOST_BYTES >> 10} KB"
            errors = [{"pointer": f"/{part}", "detail": whole}]
        if errors:
            raise DataInvalid(errors[0]["detail"], errors=errors[:MOST_ERRORS])


def _oversize(value: Any) -> str:
    """Say what of a value is more than any field takes, looking into lists and records; empty when it fits."""
    todo = [value]
    for here in todo:
        if isinstance(here, str) and len(here) > LONGEST_TEXT:
            return f"太长，草稿里一处最多 {LONGEST_TEXT} 字"
        if isinstance(here, (list, Mapping)):
            if len(here) > MOST_ENTRIES:
                return f"太多，草稿里一处最多 {MOST_ENTRIES} 项"
            todo += here.values() if isinstance(here, Mapping) else here
    return ""


def _hand_in(work: Work, given: Sequence[Any], actor: Actor) -> None:
    for index, entry in enumerate(given):
        library.hand_in(work, material_given(work.release, f"/materials/{index}", entry), actor)


def materials(case: Case) -> list[dict[str, str]]:
    """Return the papers of a draft as they are handed in when it is submitted."""
    return [
        {"material": row.material, "source": row.source, "file": row.file, "name": row.name}
        for row in case.materials.values()
        if not row.replaced
    ]
