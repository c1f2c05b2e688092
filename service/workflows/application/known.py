"""已知的 — what the applicant's own record fills in of the one form, and where the form says otherwise (R-BND-3)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from service.workflows.application.concerned import concerned_in
from service.workflows.application.fieldtypes import check_value, say
from service.workflows.application.identities import document_of, identity_fault, uscc_fault
from service.workflows.application.questions import filled_by_answers
from service.workflows.calendar import TZ
from service.workflows.case.columns import RegisterAnswer
from service.workflows.case.parts import Case
from service.workflows.case.representing import AGENT
from service.workflows.case.situation import one_person
from service.workflows.definition import Release, VocabularyField

IN_LAW = frozenset(
    {"owner", "legal_representative"}
)  # who is the enterprise or the sole trade where it acts
REGISTER = "register."
_KINDS = {"id-number": "individual", "uscc": "organisation"}


def prefill(release: Release, case: Case) -> dict[str, Any]:
    """Return the form fields whose declared source is the applicant's own record, or the place where one applies.

    Who opens a shop is not the shop: `person.…` is the individual who applies, or the one by whom a sole trade or an enterprise
    acts in law; `organisation.…` is known of everybody else. A number fills only a field of its kind.
    """
    own = "person" if case.applicant_type == "individual" else "organisation"
    known: dict[str, Any] = {
        **_acting(case),
        "applicant.name": case.applicant_name,
        "applicant.id": case.applicant_id,
        "applicant.type": case.applicant_type,
        f"{own}.name": case.applicant_name,
        f"{own}.id": case.applicant_id,
        "region": release.directory.region.code,
    }
    said = {**case.form, **filled_by_answers(release, case.answers)}
    found = {}
    for name, definition in release.vocabulary.fields.items():
        sources = (_open(each, said) for each in definition.source)
        value = next((known[each] for each in sources if known.get(each, "") != ""), "")
        if definition.type == "identity" and value != "":
            value = _identity(case, value)
        if value != "" and _fits(definition, value):
            found[name] = value
    return found


def _identity(case: Case, number: str) -> dict[str, str]:
    """Return an identity document of which the number is known: of the applicant's the kind is on record."""
    own = case.applicant_document if number == case.applicant_id else ""
    return {"kind": own or document_of(number), "number": number}


def answered(release: Release, case: Case) -> dict[str, RegisterAnswer]:
    """Return what registers said of those whom the case is about now; what was asked of somebody else says nothing."""
    return {
        code: said
        for code, said in case.registers.items()
        if code in release.vocabulary.registers
        and not said["fault"]
        and said["about"] == whose_record(release, case, code)
    }


def whose_record(release: Release, case: Case, code: str) -> str:
    """Return the number of whose record a register is asked for; empty while nobody has named the person."""
    if release.vocabulary.registers[code].whose == "applicant":
        return one_person(case.applicant_id)
    person = concerned_in(release, case)
    return one_person(person.id) if person else ""


def registered(release: Release, case: Case) -> dict[str, tuple[Any, str]]:
    """Return the form fields that a register fills, each with its value and in Chinese where that comes from."""
    said = answered(release, case)
    found: dict[str, tuple[Any, str]] = {}
    for name, definition in release.vocabulary.fields.items():
        for code, value in _given(definition, said):
            kept, wrong = check_value(definition, value)
            if name not in found and not wrong:
                found[name] = (kept, origin_of(release, code, said[code]))
    return found


def _given(
    definition: VocabularyField, said: Mapping[str, RegisterAnswer]
) -> Iterator[tuple[str, Any]]:
    """Yield what each register that a field names knows, as (register, value)."""
    for source in definition.source:
        code, _, part = source.removeprefix(REGISTER).partition(".")
        if source.startswith(REGISTER) and code in said and part in said[code]["values"]:
            yield code, said[code]["values"][part]


def origin_of(release: Release, code: str, said: RegisterAnswer) -> str:
    """Say where a value comes from: 来自不动产登记，2026年11月30日 10:32 查询."""
    at = datetime.fromisoformat(said["at"]).astimezone(TZ)
    when = f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    return f"来自{release.vocabulary.registers[code].title}，{when} 查询"


def _open(source: str, said: Mapping[str, Any]) -> str:
    """Return a source without its condition, `person.name@declared_by=mother`; empty where that does not hold."""
    plain, _, condition = source.partition("@")
    field, _, wanted = condition.partition("=")
    return plain if not condition or said.get(field) == wanted else ""


def _acting(case: Case) -> dict[str, Any]:
    """Return what is known of who acts for the applicant: the person of a sole trade or an enterprise, the agent."""
    told = case.represented_by
    if told.get("role") in IN_LAW:
        return {"person.name": told["name"], "person.id": told["number"], "agent.acts": False}
    if told.get("role") == AGENT:
        by = {
            "name": told.get("by_name", told["name"]),
            "id": told.get("by_number", told["number"]),
        }
        return {"agent.acts": True, "agent.name": by["name"], "agent.id": by["id"]}
    return {"agent.acts": False} if case.account and not case.mandate else {}


def _fits(definition: VocabularyField, value: Any) -> bool:
    kind = _KINDS.get(definition.type, "")
    return not check_value(definition, value)[1] and not (kind and identity_fault(kind, value))


def doubts(release: Release, case: Case) -> list[str]:
    """Return what the clerk should look at: a number that does not add up, a form that says otherwise than the record.

    Both may be right – a shop has a name of its own – so nothing is refused for it (R-CODE-3).
    """
    found = []
    if case.applicant_type in ("enterprise", "sole-trader"):
        found += [fault] if (fault := uscc_fault(case.applicant_id)) else []
    for name, value in prefill(release, case).items():
        definition = release.vocabulary.fields[name]
        if case.form.get(name, value) != check_value(definition, value)[0]:
            said, known = say(definition, case.form[name]), say(definition, value)
            found.append(f"{definition.title}填的是“{said}”，申请人的登记信息是“{known}”，请核对")
    return found


def differing(release: Release, case: Case) -> dict[str, str]:
    """Return the fields in which the form says otherwise than a register did, each with what to look at (R-CODE-3)."""
    told = {}
    for name, (value, origin) in registered(release, case).items():
        definition = release.vocabulary.fields[name]
        if case.form.get(name, value) != value:
            ours, theirs = say(definition, case.form[name]), say(definition, value)
            told[name] = f"{definition.title}填的是“{ours}”，登记的是“{theirs}”（{origin}），请核对"
    return told
