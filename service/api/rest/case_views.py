"""From the office's view of a case to its shapes on the wire; rows never leave as they are."""

from collections.abc import Iterable
from typing import Any

from service.api.rest import case_shapes as shapes
from service.api.rest.progress_shapes import left_shown, owed_shown, turn_shown
from service.api.rest.shapes import (
    APPLICANT_TYPES,
    CARDS,
    CERTIFICATE_STATES,
    CHANNELS,
    CLOCK_OWNERS,
    CLOCK_STATES,
    HANDLINGS,
    HEARING_STAGES,
    OUTCOMES,
    SOURCES,
    masked_id,
    said,
)  # fmt: skip
from service.office import CaseView, WhereIs, titles
from service.workflows import ratings, rights
from service.workflows.case import CASE, THIRD_PARTY, Case, Certificate, Clock, Item, Notice
from service.workflows.clocks import left
from service.workflows.feedback import FEEDBACK
from service.workflows.language.release import Release
from service.workflows.machine import APPLICANT
from service.workflows.ratings import GRADE_TITLES
from service.workflows.situation import Actor, Offer, Situation

WATCHING = frozenset({"supervisor", "admin"})  # who watches need not know whose case it is


def case_fields(view: CaseView) -> dict[str, Any]:
    """Return the parts of `CaseShown`."""
    case, release, actor = view.case, view.release, view.actor
    promise = case.clocks.get((CASE, "promise"))
    return {
        "number": case.number, "query_code": case.query_code if view.own else None,
        "bundle": case.bundle, "bundle_title": release.bundle.title, "release": case.release,
        "state": case.state, "state_title": said(titles.CASE_STATES, case.state), "version": case.version,
        "channel": case.channel, "channel_title": said(CHANNELS, case.channel), "applicant": applicant(case, actor),
        "created_at": case.created_at, "received_at": case.received_at, "closed_at": case.closed_at,
        "promised_on": promise.promised_on if promise else None,
        "answers": case.answers, "form": case.form, "handling": case.handling,
        "turn": turn_shown(view.turn), "owed": [owed_shown(each) for each in view.owed], "where": where(view),
        "items": [item(view, each) for each in case.items.values()],
        "clocks": clocks(view, CASE), "materials": materials(case, release), "notices": notices(view),
        "certificates": [certificate(release, each) for each in case.certificates.values()], "ratings": rated(view),
        "rating_default": rating_default(view),
    }  # fmt: skip


def case_shown(view: CaseView) -> shapes.CaseShown:
    """Show a case."""
    return shapes.CaseShown(**case_fields(view))


def case_with_actions(view: CaseView) -> shapes.CaseWithActions:
    """Show a case with what the caller may do now, and what not and why."""
    offers = [offer(each) for each in view.offers]
    return shapes.CaseWithActions(
        **case_fields(view), actions=[o for o in offers if o.allowed], refused=[o for o in offers if not o.allowed]
    )


def acted(view: CaseView, code: str) -> shapes.Acted:
    """Show what an act led to: the item, what else changed, the papers it sent."""
    case, changed = view.case, view.changed
    touched = {*changed.get("items", ()), *(item_code for item_code, _ in changed.get("clocks", ()))}
    return shapes.Acted(
        number=case.number, version=case.version, state=case.state,
        state_title=said(titles.CASE_STATES, case.state),
        item=item(view, case.items[code]) if code in case.items else None,
        also=[item(view, each) for each in case.items.values() if each.item in touched and each.item != code],
        where=where(view), clocks=clocks(view, CASE),
        notices=[n for n in notices(view) if n.n in set(changed.get("notices", ()))],
        certificates=[
            certificate(view.release, c) for n, c in case.certificates.items() if n in set(changed.get("certificates", ()))
        ],
    )  # fmt: skip


def applicant(case: Case, actor: Actor) -> shapes.ApplicantShown:
    """Show the applicant, half hidden to those who only watch."""
    hidden = actor.kind in WATCHING
    return shapes.ApplicantShown(
        type=case.applicant_type, type_title=said(APPLICANT_TYPES, case.applicant_type),
        name=titles.masked(case.applicant_name) if hidden else case.applicant_name,
        id=masked_id(case.applicant_id) if hidden else case.applicant_id,
    )  # fmt: skip


def item(view: CaseView, one: Item) -> shapes.ItemShown:
    """Show an item with its clocks."""
    release = view.release
    return shapes.ItemShown(
        item=one.item, title=titles.item_title(release, one.item), department=one.department,
        department_title=titles.department_title(release, one.department), state=one.state,
        state_title=titles.state_title(release, one.item, one.state), handling=one.handling,
        handling_title=said(HANDLINGS, one.handling), parent=one.parent, received_at=one.received_at,
        complete_at=one.complete_at, accepted_on=one.accepted_on, decided_at=one.decided_at, served_on=one.served_on,
        final_at=one.final_at, outcome=one.outcome, outcome_title=said(OUTCOMES, one.outcome), note=one.note,
        to_correct=points(release, one.asked, one.answered),
        noted=points(release, one.noted, ()) if view.actor.kind == "clerk" else [],
        hearing=hearing(view, one), feedback=feedback(view, one), clocks=clocks(view, one.item),
    )  # fmt: skip


def hearing(view: CaseView, one: Item) -> shapes.HearingShown | None:
    """Show how far the hearing has come; third parties only to the department that told them."""
    known = one.special.get("hearing")
    if not known:
        return None
    own = view.actor.kind == "clerk" and view.actor.department == one.department
    parties = enumerate(one.third_parties if own else (), start=1)
    named = {name: known.get(name, "") for name in ("date", "place", "chair", "document")}
    return shapes.HearingShown(
        stage=known["stage"], stage_title=said(HEARING_STAGES, known["stage"]),
        third_parties=[shapes.PartyShown(n=n, **party) for n, party in parties], **named,
    )  # fmt: skip


def feedback(view: CaseView, one: Item) -> shapes.FeedbackShown | None:
    """Show what the department said of its papers at the common intake, inside only."""
    said_so = one.special.get(FEEDBACK) if view.actor.kind in ("clerk", "supervisor") else None
    return shapes.FeedbackShown(complete=said_so["complete"], at=said_so["at"]) if said_so else None


def points(release: Release, found: Iterable[dict[str, Any]], answered: Iterable[str]) -> list[shapes.PointShown]:
    """Show points to be corrected."""
    done, vocabulary = set(answered), release.vocabulary
    return [
        shapes.PointShown(
            reason=point["reason"], title=point["title"], basis=point.get("basis"), answered=point["reason"] in done,
            material=(code := point.get("material")), material_title=vocabulary.materials[code].title if code else None,
            field=(name := point.get("field")), field_title=vocabulary.fields[name].title if name else None,
        )
        for point in found
    ]  # fmt: skip


def clocks(view: CaseView, code: str) -> list[shapes.ClockShown]:
    """Show the clocks of an item, or of the case as a whole."""
    among_offices = {FEEDBACK} if view.actor.kind not in ("clerk", "supervisor") and not code else set()
    shown = [each for (of, name), each in view.case.clocks.items() if of == code and name not in among_offices]
    return [clock(each, view.situation) for each in shown]


def clock(one: Clock, situation: Situation) -> shapes.ClockShown:
    """Show a clock with what is left of it."""
    rest = left(one, situation.calendar, situation.policy, situation.now)
    return shapes.ClockShown(
        clock=one.clock, title=one.title, basis=one.basis, owner=one.owner, owner_title=said(CLOCK_OWNERS, one.owner),
        state=one.state, state_title=said(CLOCK_STATES, one.state), promised=one.promised, statutory=one.statutory,
        promised_on=one.promised_on, statutory_on=one.statutory_on, due_on=one.due_on, safe_on=one.safe_on,
        left=left_shown(rest), provisional=one.provisional, card=one.card, card_title=said(CARDS, one.card),
    )  # fmt: skip


def materials(case: Case, release: Release) -> list[shapes.MaterialShown]:
    """Show what was handed in."""
    known = release.vocabulary.materials
    return [
        shapes.MaterialShown(
            n=row.n, material=row.material, title=known[row.material].title, source=row.source,
            source_title=said(SOURCES, row.source), file=row.file, name=row.name, at=row.at, replaced=row.replaced,
            reference=row.reference,
        )
        for row in case.materials.values()
    ]  # fmt: skip


def notices(view: CaseView) -> list[shapes.NoticeShown]:
    """Show the papers that concern the caller: the applicant's own, and to a clerk also those to the department."""
    release = view.release
    return [
        shapes.NoticeShown(
            n=row.n, kind=row.kind, title=row.title, item=row.item,
            item_title=titles.item_title(release, row.item) if row.item else release.bundle.title,
            to=row.to, to_title=_addressed(release, row),
            number=row.number, code=row.code, issued_at=row.issued_at, body=row.body,
        )
        for row in view.case.notices.values()
        if view.reads(row.n)
    ]  # fmt: skip


def _addressed(release: Release, row: Notice) -> str:
    if row.to == THIRD_PARTY:
        return f"利害关系人：{row.body['addressee']}"
    return titles.department_title(release, "" if row.to == APPLICANT else row.to)


def certificate(release: Release, row: Certificate) -> shapes.CertificateShown:
    """Show a certificate."""
    return shapes.CertificateShown(
        n=row.n, item=row.item, item_title=titles.item_title(release, row.item), certificate=row.certificate,
        title=row.title, number=row.number, issued_on=row.issued_on, valid_until=row.valid_until,
        operable_from=row.operable_from, state=row.state, state_title=said(CERTIFICATE_STATES, row.state), code=row.code,
    )  # fmt: skip


def rated(view: CaseView) -> list[shapes.RatingShown]:
    """Show the ratings the caller may read; what was rated anonymously only to whoever rated."""
    own = rights.is_applicant(view.case, view.actor)
    return [
        shapes.RatingShown(
            item=r.item, item_title=view.release.title_of(r.item), grade=r.grade, grade_title=GRADE_TITLES[r.grade],
            text=r.text, rated_at=r.rated_at, anonymous=r.anonymous,
        )
        for r in view.case.ratings.values() if own or not r.anonymous
    ]  # fmt: skip


def rating_default(view: CaseView) -> shapes.DefaultRatingShown | None:
    """Show the grade that silence counts as, and from when; None where the region says nothing of it (R-EVAL-4)."""
    policy = view.release.directory.policy
    on = ratings.defaulted_on(view.whole, policy, view.situation.calendar)
    if on is None:
        return None
    return shapes.DefaultRatingShown(
        on=on, grade=policy.rating_default, grade_title=GRADE_TITLES[policy.rating_default]
    )


def where(view: CaseView) -> list[shapes.WhereShown]:
    """Show whose turn it is; who of the department has it is told only inside."""
    inside = view.actor.kind in ("clerk", "supervisor")
    return [where_line(each, named=inside) for each in view.where]


def where_line(each: WhereIs, *, named: bool) -> shapes.WhereShown:
    """Show where one item is."""
    return shapes.WhereShown(
        item=each.item, item_title=each.item_title, stage=each.stage, department=each.department,
        department_title=each.department_title, post=each.post, post_title=each.post_title,
        person=each.person if named else "", since_at=each.since_at, due_on=each.due_on, card=each.card,
        card_title=said(CARDS, each.card),
    )  # fmt: skip


def offer(each: Offer) -> shapes.OfferShown:
    """Show what may be done, or why not."""
    return shapes.OfferShown(
        action=each.action, item=each.item, title=each.title, needs=list(each.needs), allowed=each.allowed,
        reason=each.reason, law=each.law,
    )  # fmt: skip
