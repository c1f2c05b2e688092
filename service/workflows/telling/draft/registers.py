"""可以查询的登记 — which registers would fill fields of a draft, why each is asked, and what came of it."""

from collections.abc import Collection
from typing import Any

from service.workflows.application.concerned import concerned_in
from service.workflows.application.known import REGISTER, answered, origin_of, whose_record
from service.workflows.case.parts import Case
from service.workflows.definition.release import Release


def registers(release: Release, case: Case, asked: Collection[str]) -> list[dict[str, Any]]:
    """Return [{code, title, purpose, about, fields, said, receipt, fault}] of the registers that fill a field of `asked`.

    `about` says in Chinese whose record it is, empty while nobody has named the person; `said` which answer there is.
    """
    told = answered(release, case)
    found = []
    for code, register in release.vocabulary.registers.items():
        names = [name for name in asked if _fills(release, code, name)]
        if not names:
            continue
        said, person = told.get(code), concerned_in(release, case)
        failed = case.registers.get(code)
        of_him = failed and failed["about"] == whose_record(release, case, code)
        other = person.said if person else ""
        titles = release.vocabulary.fields
        found.append(
            {
                "code": code,
                "title": register.title,
                "purpose": register.purpose,
                "about": case.applicant_name if register.whose == "applicant" else other,
                "fields": [{"code": name, "title": titles[name].title} for name in names],
                "said": origin_of(release, code, said) if said else "",
                "receipt": said["receipt"] if said else "",
                "fault": failed["fault"] if failed and of_him else "",
            }
        )
    return found


def _fills(release: Release, code: str, name: str) -> bool:
    start = f"{REGISTER}{code}."
    return any(source.startswith(start) for source in release.vocabulary.fields[name].source)
