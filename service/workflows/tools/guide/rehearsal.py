"""预演 — the application as it would be if it were submitted now, decided by the same functions as a real one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.errors import DataInvalid
from service.workflows import bundle, submission
from service.workflows import library as holdings
from service.workflows.answers import check_value
from service.workflows.calendar import WorkCalendar
from service.workflows.case import Case
from service.workflows.language.release import Release
from service.workflows.situation import Held, Situation
from service.workflows.work import Work

CERTIFICATE, EARLIER, REGION = "certificate.", "earlier", "region"
Certificates = Mapping[str, Mapping[str, Any]]  # certificate code → what it says, by name


@dataclass(frozen=True, slots=True)
class Earlier:
    """以前的申请 — what the applicant filled in before, and which application that was, in Chinese."""

    form: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""


NOTHING_EARLIER = Earlier()


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
    earlier: Earlier = NOTHING_EARLIER, library: tuple[Held, ...] = (),
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
    work = Work(Situation(release, calendar, now, excluded=applicant.excluded, library=library), case)
    certificates = {**holdings.said(library, applicant.id, work.today), **certificates}
    known, origins = _prefill(work, certificates, earlier)
    work.case.form = {**known, **bundle.check_form(release, {**selection.facts["form"], **form})}
    origins = {name: said for name, said in origins.items() if work.case.form[name] == known[name]}
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


def _prefill(work: Work, certificates: Certificates, earlier: Earlier) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is known from record, certificates and an earlier application; a value that does not fit is left out."""
    record = submission.prefill(work)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, definition in work.release.vocabulary.fields.items():
        for found, said in _sources(work.release, name, record, certificates, earlier):
            value, wrong = check_value(definition, found)
            if found not in (None, "", []) and not wrong:
                values[name], origins[name] = value, said
                break
    return values, origins


def _sources(
    release: Release, name: str, record: Mapping[str, Any], certificates: Certificates, earlier: Earlier
) -> Iterator[tuple[Any, str]]:
    """Yield what each source of a field knows, and where it comes from in Chinese."""
    titles = release.vocabulary.certificates
    for source in release.vocabulary.fields[name].source:
        if source == EARLIER:
            yield earlier.form.get(name), earlier.said
        elif source == REGION:
            yield release.directory.region.code, "这件事由本地办理"
        elif source.startswith(CERTIFICATE):
            code, _, part = source.removeprefix(CERTIFICATE).partition(".")
            yield certificates.get(code, {}).get(part), f"来自您的{titles[code].title}"
        else:
            yield record.get(name), "来自您的登记信息"
