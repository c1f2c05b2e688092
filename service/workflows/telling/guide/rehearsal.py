"""预演 — the application as it would be if it were submitted now, decided by the same functions as a real one."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.errors import DataInvalid
from service.workflows.application import needed, questions
from service.workflows.application.fieldtypes import check_value
from service.workflows.application.known import REGISTER, prefill
from service.workflows.calendar import WorkCalendar
from service.workflows.case.literals import Handling
from service.workflows.case.parts import Ban, Case
from service.workflows.case.situation import Held, Situation
from service.workflows.definition.models import FieldUse, MaterialUse
from service.workflows.definition.release import Release
from service.workflows.rules import commitments
from service.workflows.rules import library as holdings
from service.workflows.rules.renewal import Continuation, look
from service.workflows.worksheet import Work

CERTIFICATE, EARLIER, REGION, TYPED = "certificate.", "earlier", "region", "form."
SAME_AS = "和您填的"
Certificates = Mapping[str, Mapping[str, Any]]  # certificate code → what it says, by name


@dataclass(frozen=True, slots=True)
class Earlier:
    """以前的申请 — what the applicant filled in before, and which application that was, in Chinese."""

    form: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""
    whole: bool = False  # the same is applied for anew: all of it is proposed
    # field → what a register said of it, and in Chinese which and when
    registered: Mapping[str, tuple[Any, str]] = field(default_factory=dict)


NOTHING_EARLIER = Earlier()


@dataclass(slots=True)
class Rehearsal:
    """What is known before anything is filled in."""

    work: Work
    selection: questions.Selection
    handling: dict[str, Handling]  # of each item, as it would really be handled
    # Items whose commitment is not open → why; or on which form fields that hangs.
    closed: dict[str, tuple[str, list[str]]]
    earlier: Earlier
    # Prefilled field → where it comes from, in Chinese.
    origins: dict[str, str] = field(default_factory=dict)
    # Items about a certificate → which.
    continuing: dict[str, Continuation] = field(default_factory=dict)
    asked_library: bool = False  # whether the applicant's certificates were looked up

    @property
    def release(self) -> Release:
        """Return the release."""
        return self.work.release

    @property
    def items(self) -> tuple[str, ...]:
        """Return the codes of the items that apply and are not barred."""
        return self.selection.going

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

    def depends_on(self, when: str | None) -> list[dict[str, str]]:
        """Return what a condition waits for, as [{code, title}]: fields to be filled in, and questions still open."""
        titles = self.release.vocabulary.fields
        found = [{"code": name, "title": titles[name].title} for name in self.unknown(when)]
        asks = {question.id: question.ask for question in self.release.bundle.questions}
        return found + [
            {"code": id_, "title": asks[id_]} for id_ in (self.selection.open if when else ())
        ]

    def certain(self, uses: Iterable[FieldUse | MaterialUse]) -> set[str]:
        """Return what of these is asked for already: all of them, once every question is answered."""
        return {use.use for use in uses if use.when is None or not self.selection.open}


def rehearse(
    release: Release,
    applicant: questions.Applicant,
    answers: Mapping[str, Any],
    handling: Mapping[str, str],
    *,
    form: Mapping[str, Any],
    certificates: Certificates,
    calendar: WorkCalendar,
    now: datetime,
    earlier: Earlier = NOTHING_EARLIER,
    library: tuple[Held, ...] | None = None,
    bans: tuple[Ban, ...] = (),
    only: Collection[str] = (),
    so_far: bool = False,
) -> Rehearsal:
    """Put the application together, for some items `only`; `so_far`: as far as the answers go, whoever asks.

    Raises DataInvalid: answers, form or handling are wrong, or the bundle is not for this kind of applicant.
    """
    selection = questions.select(release, answers, applicant, only=only, so_far=so_far)
    own, barred = library or (), applicant.excluded
    about = Situation(release, calendar, now, excluded=barred, library=own, bans=bans)
    work = Work(about, _case(release, applicant, selection))
    said = holdings.certificates_say(own, applicant.id, work.today)
    known, origins = _prefill(work, {**said, **certificates}, earlier, form)
    given = needed.check_form(release, {**selection.facts["form"], **form})
    sure = {n: known[n] for n, said in origins.items() if not _only_proposed(said, earlier)}
    closed = _closed(work, selection.going, {**sure, **given})
    work.case.form = filled = {**known, **given}
    return Rehearsal(
        work=work,
        selection=selection,
        handling=_handled(selection.going, _wishes(release, handling), closed),
        closed=closed,
        earlier=earlier,
        origins={name: said for name, said in origins.items() if filled[name] == known[name]},
        continuing=_continued(work, selection.going),
        asked_library=library is not None,
    )


def _closed(
    work: Work, codes: Collection[str], form: dict[str, Any]
) -> dict[str, tuple[str, list[str]]]:
    """Return the items whose commitment is not open and why, or on which form fields that hangs.

    `form` is without what an earlier application said: it is only proposed, and known once it was looked at.
    """
    work.case.form = form
    told = {code: commitments.closed(work, code, codes) for code in codes}
    return {code: (why, hangs_on) for code, (why, hangs_on) in told.items() if why or hangs_on}


def _only_proposed(said: str, earlier: Earlier) -> bool:
    """Tell whether an origin only proposes a value: nothing hangs on it before it was looked at."""
    return said == earlier.said or said.startswith(SAME_AS)


def _continued(work: Work, codes: Iterable[str]) -> dict[str, Continuation]:
    return {code: found for code in codes if (found := look(work, code, unnamed=True))}


def _handled(
    items: Iterable[str], wishes: Mapping[str, str], closed: Collection[str]
) -> dict[str, Handling]:
    """Return how each item would really be handled: by promise where it is wished for and known to be open."""
    promised = {code for code, wish in wishes.items() if wish == "commitment"} - set(closed)
    return {code: "commitment" if code in promised else "ordinary" for code in items}


def _case(release: Release, applicant: questions.Applicant, selection: questions.Selection) -> Case:
    return Case(
        id="",
        bundle=release.bundle.code,
        release=release.hash,
        applicant_type=applicant.type,
        applicant_name=applicant.name,
        applicant_id=applicant.id,
        answers=dict(selection.facts["answers"]),
    )


def _wishes(release: Release, handling: Mapping[str, str]) -> Mapping[str, str]:
    """Check what was chosen; a choice for an item that does not apply (any more) has no effect."""
    for code, wish in handling.items():
        wrong = "只能选 ordinary 或 commitment"
        if code not in release.items:
            wrong = f"没有「{code}」这个事项"
        if code not in release.items or wish not in ("ordinary", "commitment"):
            raise DataInvalid(wrong, errors=[{"pointer": f"/handling/{code}", "detail": wrong}])
    return handling


def _prefill(
    work: Work, certificates: Certificates, earlier: Earlier, typed: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is known from registers, record, certificates, an earlier application and what was `typed` in another field.

    A value that does not fit is left out.
    """
    record = prefill(work.release, work.case)
    values = {name: value for name, (value, _) in earlier.registered.items()}
    origins = {name: said for name, (_, said) in earlier.registered.items()}
    for name, definition in work.release.vocabulary.fields.items():
        if name in values:
            continue
        for found, said in _sources(work.release, name, record, certificates, earlier, typed):
            value, wrong = check_value(definition, found)
            if found not in (None, "", []) and not wrong:
                values[name], origins[name] = value, said
                break
    return values, origins


def _sources(
    release: Release,
    name: str,
    record: Mapping[str, Any],
    certificates: Certificates,
    earlier: Earlier,
    typed: Mapping[str, Any],
) -> Iterator[tuple[Any, str]]:
    """Yield what each source of a field knows, and where it comes from in Chinese."""
    titles = release.vocabulary.certificates
    fields = release.vocabulary.fields
    for source in release.vocabulary.fields[name].source:
        if source.startswith(REGISTER):
            continue  # looked at before all others: it was asked for this application
        if source == EARLIER:
            if release.vocabulary.fields[name].of in (None, "person"):
                yield earlier.form.get(name), earlier.said
        elif source == REGION:
            yield release.directory.region.code, "这件事由本地办理"
        elif source.startswith(TYPED):
            other = source.removeprefix(TYPED)
            title = fields[other].title if other in fields else other
            yield typed.get(other), f"{SAME_AS}“{title}”一样"
        elif source.startswith(CERTIFICATE):
            code, _, part = source.removeprefix(CERTIFICATE).partition(".")
            yield certificates.get(code, {}).get(part), f"来自您的{titles[code].title}"
        else:
            yield record.get(name), "来自您的登记信息"
    if earlier.whole:
        yield earlier.form.get(name), earlier.said
