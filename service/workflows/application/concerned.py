"""事主 — whom a case is about where that is not the applicant, and what entitles who applies.

Papers, the desk and the progress name both. Whose record a platform is asked for, and in whose name a certificate is made
out, say the material and the result. What the archive holds about somebody is told to who applied for it then, and to
nobody else: to type in a number entitles to nothing (个人信息保护法 6, 13).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.workflows.application.fieldtypes import check_value, say
from service.workflows.case.parts import Case
from service.workflows.definition.models.terms import Whose
from service.workflows.definition.release import Release


@dataclass(frozen=True, slots=True)
class Person:
    """一个事主 — what he is called, who he is, and in words what the applicant is to him."""

    title: str  # 逝者
    name: str
    id: str
    kin: str  # 子女

    @property
    def said(self) -> str:
        """Say who it is: 逝者：陈某."""
        return f"{self.title}：{self.name}"


def concerned_in(release: Release, case: Case) -> Person | None:
    """Return whom a case is about; None where that is the applicant, or nobody has been named yet."""
    return named_in(release, case.form)


def named_in(release: Release, form: Mapping[str, Any]) -> Person | None:
    """Return whom a form names as the one it is about, as soon as it does so without a fault."""
    told = release.bundle.concerns
    if told is None:
        return None
    found: dict[str, Any] = {}
    for field in (told.name, told.id, told.kin):
        value, wrong = check_value(release.vocabulary.fields[field], form.get(field))
        found[field] = "" if wrong else value
    if not found[told.name] or not found[told.id]:
        return None
    kin = say(release.vocabulary.fields[told.kin], found[told.kin]) if found[told.kin] else ""
    return Person(told.title, found[told.name], found[told.id], kin)


def holder(release: Release, case: Case, whose: Whose) -> tuple[str, str]:
    """Return the name and number of whom a certificate belongs to."""
    person = concerned_in(release, case) if whose == "concerned" else None
    return (person.name, person.id) if person else (case.applicant_name, case.applicant_id)
