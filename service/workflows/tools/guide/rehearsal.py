"""预演 — the application as it would be if it were submitted now, decided by the same functions as a real one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.errors import DataInvalid
from service.workflows import bundle, submission
from service.workflows.answers import check_value
from service.workflows.calendar import WorkCalendar
from service.workflows.case import Case
from service.workflows.language.release import Release
from service.workflows.situation import Situation
from service.workflows.work import Work

CERTIFICATE = "certificate."
Certificates = Mapping[str, Mapping[str, Any]]  # certificate code → what it says, by name


@dataclass(slots=True)
class Rehearsal:
    """What is known before anything is filled in."""

    work: Work
    selection: bundle.Selection
    handling: dict[str, str]  # of each item, as it would really be handled
    refused: dict[str, str]  # items whose commitment is not open → why
    origins: dict[str, str] = field(default_factory=dict)  # prefilled field → where it comes from, in Chinese

    @property
    def release(self) -> Release:
        """Return the release."""
        return self.work.release

    @property
    def items(self) -> tuple[str, ...]:
        """Return the codes of the items that apply."""
        return self.selection.items

    @property
    def facts(self) -> dict[str, Any]:
        """Return what expressions may look at."""
        return self.work.facts()

    def unknown(self, when: str | None) -> list[str]:
        """Return the form fields that a condition depends on and that nobody has filled in yet."""
        if when is None:
            return []
        names = self.release.expression(when, "item").names
        fields = [name.removeprefix("form.") for name in sorted(names) if name.startswith("form.")]
        return [name for name in fields if name not in self.work.case.form]


def rehearse(
    release: Release, applicant: bundle.Applicant, answers: Mapping[str, Any], handling: Mapping[str, str],
    form: Mapping[str, Any], certificates: Certificates, calendar: WorkCalendar, now: datetime,
) -> Rehearsal:  # fmt: skip
    """Put the application together.

    Raises:
        DataInvalid: answers, form or handling are wrong, or the bundle is not for this kind of applicant.
    """
    selection = bundle.select(release, answers, applicant)
    case = Case(
        id="", bundle=release.bundle.code, release=release.hash, applicant_type=applicant.type,
        applicant_name=applicant.name, applicant_id=applicant.id, answers=dict(selection.facts["answers"]),
    )  # fmt: skip
    work = Work(Situation(release, calendar, now, excluded=applicant.excluded), case)
    known, origins = _prefill(work, certificates)
    work.case.form = {**known, **bundle.check_form(release, {**selection.facts["form"], **form})}
    wishes = _wishes(release, handling)
    refused = {code: why for code in selection.items if (why := submission.not_eligible(work, code))}
    chosen = {code: "ordinary" if code in refused else wishes.get(code, "ordinary") for code in selection.items}
    return Rehearsal(work, selection, chosen, refused, origins)


def _wishes(release: Release, handling: Mapping[str, str]) -> Mapping[str, str]:
    """Check what was chosen; a choice for an item that does not apply (any more) has no effect."""
    for code, wish in handling.items():
        wrong = f"没有「{code}」这个事项" if code not in release.items else "只能选 ordinary 或 commitment"
        if code not in release.items or wish not in ("ordinary", "commitment"):
            raise DataInvalid(wrong, errors=[{"pointer": f"/handling/{code}", "detail": wrong}])
    return handling


def _prefill(work: Work, certificates: Certificates) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is known from the applicant's record and certificates; a value that does not fit is left out."""
    record = submission.prefill(work)
    titles = work.release.vocabulary.certificates
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, definition in work.release.vocabulary.fields.items():
        for source in definition.source:
            code, _, part = source.removeprefix(CERTIFICATE).partition(".")
            from_certificate = source.startswith(CERTIFICATE)
            found = certificates.get(code, {}).get(part) if from_certificate else record.get(name)
            value, wrong = check_value(definition, found)
            if found not in (None, "", []) and not wrong:
                values[name] = value
                origins[name] = f"来自您的{titles[code].title}" if from_certificate else "来自您的登记信息"
                break
    return values, origins
