"""已知的 — what the applicant's own record fills in of the one form, and where the form says otherwise (R-BND-3)."""

from collections.abc import Mapping
from typing import Any

from service.workflows.application.fieldtypes import check_value, say
from service.workflows.application.identities import document_of, identity_fault, uscc_fault
from service.workflows.application.questions import filled_by_answers
from service.workflows.case.parts import Case
from service.workflows.case.representing import AGENT
from service.workflows.definition import Release, VocabularyField

IN_LAW = frozenset(
    {"owner", "legal_representative"}
)  # who is the enterprise or the sole trade where it acts
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
