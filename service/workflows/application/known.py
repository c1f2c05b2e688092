"""已知的 — what the applicant's own record fills in of the one form, and where the form says otherwise (R-BND-3)."""

from typing import Any

from service.workflows.application.fieldtypes import check_value, say
from service.workflows.application.identities import identity_fault, uscc_fault
from service.workflows.case.parts import Case
from service.workflows.definition import Release, VocabularyField

_KINDS = {"id-number": "individual", "uscc": "organisation"}


def prefill(release: Release, case: Case) -> dict[str, Any]:
    """Return the form fields whose declared source is the applicant's own record, or the place where one applies.

    Who opens a shop is not the shop: `person.…` is known of an individual only, `organisation.…` of everybody else. A number
    fills only a field of its kind.
    """
    own = "person" if case.applicant_type == "individual" else "organisation"
    known = {
        "applicant.name": case.applicant_name,
        "applicant.id": case.applicant_id,
        "applicant.type": case.applicant_type,
        f"{own}.name": case.applicant_name,
        f"{own}.id": case.applicant_id,
        "region": release.directory.region.code,
    }
    found = {}
    for name, definition in release.vocabulary.fields.items():
        value = next((known[source] for source in definition.source if known.get(source)), None)
        if value and _fits(definition, value):
            found[name] = value
    return found


def _fits(definition: VocabularyField, value: str) -> bool:
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
