"""From the office's view of a case to its shapes on the wire; rows never leave as they are."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from service.api.rest import case_shapes as shapes
from service.api.rest.applicant_shapes import ApplicantShown, MandateShown, RepresentedShown
from service.api.rest.payment_shapes import PaymentShown
from service.api.rest.progress_shapes import left_shown, owed_shown, turn_shown
from service.api.rest.shapes import Shape, shape_of
from service.office import CaseView, Later, WhereIs, titles
from service.office.filetypes import clean_name
from service.workflows.case import (
    APPLICANT,
    CASE,
    THIRD_PARTY,
    Certificate,
    CheckedPoint,
    Clock,
    Inspection,
    Item,
    Material,
    Notice,
    Offer,
    Point,
    item_seen,
)
from service.workflows.definition import Release

WATCHING = frozenset({"supervisor", "admin"})  # who watches need not know whose case it is


def case_shown(view: CaseView) -> shapes.CaseShown:
    """Show a case."""
    return _whole(shapes.CaseShown, view)


def case_with_actions(view: CaseView) -> shapes.CaseWithActions:
    """Show a case with what the caller may do now, and what not and why."""
    offers = [offer(each) for each in view.offers]
    return _whole(
        shapes.CaseWithActions,
        view,
        actions=[each for each in offers if each.allowed],
        refused=[each for each in offers if not each.allowed],
        reappliable=view.reappliable,
        reapplied=[later(each) for each in view.later],
    )


def later(one: Later) -> shapes.LaterShown:
    """Show a case that applies anew for items of this one."""
    return shapes.LaterShown(
        number=one.number,
        state=one.state,
        state_title=titles.CASE_STATES[one.state],
        items=list(one.items),
    )


def _whole(shape: type[Shape], view: CaseView, **more: Any) -> Shape:
    case, release = view.case, view.release
    promise = case.clocks.get((CASE, "promise"))
    return shape_of(
        shape,
        case,
        query_code=case.query_code if view.own else None,
        bundle_title=release.bundle.title,
        state_title=titles.CASE_STATES[case.state],
        channel_title=titles.CHANNELS[case.channel],
        applicant=applicant(view),
        mandate=MandateShown(**case.mandate) if case.mandate else None,
        represented_by=represented_by(view),
        promised_on=promise.promised_on if promise else None,
        doubts=view.doubts,
        turn=turn_shown(view.turn),
        owed=[owed_shown(each) for each in view.owed],
        where=where(view),
        items=[item(view, each) for each in case.items.values()],
        clocks=clocks(view, CASE),
        materials=materials(view),
        notices=notices(view),
        certificates=[certificate(release, each) for each in case.certificates.values()],
        inspections=[inspection(release, each) for each in case.inspections.values()],
        ratings=ratings(view),
        rating_default=rating_default(view),
        **more,
    )


def acted(view: CaseView, code: str) -> shapes.Acted:
    """Show what an act led to: the item, what else changed, the papers it sent."""
    case, changed = view.case, view.changed
    of_clocks = {item_code for item_code, _ in changed.get("clocks", ())}
    touched = {*changed.get("items", ()), *of_clocks} - {code}
    papers, issued = changed.get("notices", ()), set(changed.get("certificates", ()))
    return shape_of(
        shapes.Acted,
        case,
        state_title=titles.CASE_STATES[case.state],
        item=item(view, case.items[code]) if code in case.items else None,
        also=[item(view, each) for each in case.items.values() if each.item in touched],
        where=where(view),
        clocks=clocks(view, CASE),
        notices=[notice(view, view.case.notices[n]) for n in papers if view.reads(n)],
        certificates=[
            certificate(view.release, each) for n, each in case.certificates.items() if n in issued
        ],
    )


def represented_by(view: CaseView) -> RepresentedShown | None:
    """Show who acts for the applicant, to whom sees that at all."""
    told = view.case.represented_by
    if not told:
        return None
    return RepresentedShown(
        role=told["role"],
        role_title=titles.ROLES[told["role"]],
        name=told["name"],
        number=told["number"] if view.actor.is_clerk else titles.masked_id(told["number"]),
        by_name=told.get("by_name", ""),
        until_on=date.fromisoformat(told["until_on"]) if "until_on" in told else None,
    )


def applicant(view: CaseView) -> ApplicantShown:
    """Show the applicant, half hidden to those who only watch."""
    case, hidden = view.case, view.actor.kind in WATCHING
    return ApplicantShown(
        type=case.applicant_type,
        type_title=titles.APPLICANT_TYPES[case.applicant_type],
        name=titles.masked(case.applicant_name) if hidden else case.applicant_name,
        id=titles.masked_id(case.applicant_id) if hidden else case.applicant_id,
        document=case.applicant_document,
        document_title=titles.DOCUMENTS[case.applicant_document],
    )


def item(view: CaseView, one: Item) -> shapes.ItemShown:
    """Show an item with its clocks."""
    release = view.release
    return shape_of(
        shapes.ItemShown,
        one,
        title=titles.item_title(release, one.item),
        version=item_seen(view.whole, one.item),
        department_title=titles.department_title(release, one.department),
        state_title=titles.state_title(release, one.item, one.state),
        handling_title=titles.HANDLINGS[one.handling],
        outcome_title=titles.outcome_title(release, one.item, one.outcome),
        to_correct=points(release, one.asked, one.answered),
        conditions=view.points_checked(one) if view.actor.is_clerk else [],
        noted=points(release, one.noted, ()) if view.actor.is_clerk else [],
        hearing=hearing(view, one),
        special=special(one),
        feedback=feedback(view, one),
        payment=payment(view, one),
        clocks=clocks(view, one.item),
    )


def special(one: Item) -> shapes.SpecialShown | None:
    """Show the special procedure that goes on, and what its time is not counted in."""
    known = one.special
    if known is None:
        return None
    return shapes.SpecialShown(
        procedure=known.procedure,
        procedure_title=titles.SPECIAL_PROCEDURES[known.procedure],
        basis=known.basis,
        affects=known.affects,
        affects_title=titles.AFFECTED_LIMITS[known.affects],
        days=known.days,
        since_at=known.since_at,
    )


def hearing(view: CaseView, one: Item) -> shapes.HearingShown | None:
    """Show how far the hearing has come; third parties only to the department that told them."""
    known = one.hearing
    if known is None:
        return None
    own = view.actor.is_clerk_of(one.department)
    parties = enumerate(one.third_parties if own else (), start=1)
    return shapes.HearingShown(
        stage=known.stage,
        stage_title=titles.HEARING_STAGES[known.stage],
        date=known.held_on.isoformat() if known.held_on else "",
        hour=known.hour,
        place=known.place,
        chair=known.chair,
        document=known.document,
        third_parties=[shapes.PartyShown(n=n, **party) for n, party in parties],
    )


def feedback(view: CaseView, one: Item) -> shapes.FeedbackShown | None:
    """Show what the department said of its papers at the common intake, inside only."""
    given = view.feedback_of(one)
    return shape_of(shapes.FeedbackShown, given) if given else None


def payment(view: CaseView, one: Item) -> PaymentShown | None:
    """Show what is due and how it was settled; the receipt to the applicant and the department that decides."""
    known = one.payment
    if known is None:
        return None
    inside = view.own or view.actor.is_clerk_of(one.department)
    return shape_of(
        PaymentShown,
        known,
        state_title=titles.PAYMENTS[known.state],
        charges=list(known.charges),
        receipt=known.receipt if inside else "",
    )


def points(
    release: Release, found: Iterable[Point], answered: Iterable[str]
) -> list[shapes.PointShown]:
    """Show points to be corrected."""
    done = set(answered)
    return [_point(release, point, done) for point in found]


def _point(release: Release, point: Point, done: set[str]) -> shapes.PointShown:
    material, field = point.get("material"), point.get("field")
    vocabulary = release.vocabulary
    return shapes.PointShown(
        reason=point["reason"],
        title=point["title"],
        material=material,
        material_title=vocabulary.materials[material].title if material else None,
        field=field,
        field_title=vocabulary.fields[field].title if field else None,
        basis=point.get("basis"),
        answered=point["reason"] in done,
    )


def clocks(view: CaseView, code: str) -> list[shapes.ClockShown]:
    """Show the clocks of an item, or of the case as a whole."""
    return [clock(view, each) for each in view.clocks_of(code)]


def clock(view: CaseView, one: Clock) -> shapes.ClockShown:
    """Show a clock with what is left of it."""
    return shape_of(
        shapes.ClockShown,
        one,
        owner_title=titles.CLOCK_OWNERS[one.owner],
        state_title=titles.CLOCK_STATES[one.state],
        left=left_shown(view.left(one)),
        card_title=titles.CARDS[one.card],
    )


def materials(view: CaseView) -> list[shapes.MaterialShown]:
    """Show what was handed in."""
    return [_material(view, row) for row in view.case.materials.values()]


def _material(view: CaseView, row: Material) -> shapes.MaterialShown:
    scan = view.scan_of(row.file)
    return shape_of(
        shapes.MaterialShown,
        row,
        title=titles.material_title(view.release, row.material),
        source_title=titles.MATERIAL_SOURCES[row.source],
        name=clean_name(row.name),
        scan=scan,
        scan_title=titles.SCANS[scan] if scan else None,
    )


def notices(view: CaseView) -> list[shapes.NoticeShown]:
    """Show the papers that concern the caller: the applicant's own, and to a clerk also those to the department."""
    return [notice(view, row) for row in view.case.notices.values() if view.reads(row.n)]


def notice(view: CaseView, row: Notice) -> shapes.NoticeShown:
    """Show one paper."""
    release, about = view.release, view.about(row)
    return shape_of(
        shapes.NoticeShown,
        row,
        item=about,
        item_title=titles.item_title(release, about) if about else release.bundle.title,
        to_title=_addressee(release, row),
    )


def _addressee(release: Release, row: Notice) -> str:
    if row.to == THIRD_PARTY:
        return f"利害关系人：{row.body['addressee']}"
    return titles.department_title(release, "" if row.to == APPLICANT else row.to)


def certificate(release: Release, row: Certificate) -> shapes.CertificateShown:
    """Show a certificate."""
    return shape_of(
        shapes.CertificateShown,
        row,
        item_title=titles.item_title(release, row.item),
        state_title=titles.CERTIFICATE_STATES[row.state],
    )


def inspection(release: Release, row: Inspection) -> shapes.InspectionShown:
    """Show the record of a check."""
    names = {each["account"]: each["name"] for each in row.officers}
    return shape_of(
        shapes.InspectionShown,
        row,
        item_title=titles.item_title(release, row.item),
        officers=list(names.values()),
        points=[checked_point(each) for each in row.points],
        result_title=titles.INSPECTION_RESULTS[row.result],
        signatures=[
            shapes.SignedShown(name=each["name"], at=datetime.fromisoformat(each["at"]))
            for each in row.signatures
        ],
        awaits_name=names.get(row.awaits, ""),
    )


def checked_point(point: CheckedPoint) -> shapes.CheckedShown:
    """Show one point of a checklist."""
    return shapes.CheckedShown(**point, result_title=titles.CHECK_POINTS[point["result"]])


def ratings(view: CaseView) -> list[shapes.RatingShown]:
    """Show the ratings the caller may read; what was rated anonymously only to whoever rated."""
    return [
        shape_of(
            shapes.RatingShown,
            row,
            item_title=view.release.title_of(row.item),
            grade_title=titles.GRADES[row.grade],
        )
        for row in view.case.ratings.values()
        if view.is_applicant or not row.anonymous
    ]


def rating_default(view: CaseView) -> shapes.DefaultRatingShown | None:
    """Show the grade that silence counts as, and from when; None where the region says nothing of it (R-EVAL-4)."""
    on, grade = view.rating_ends_on, view.situation.policy.rating_default
    if on is None:
        return None
    return shapes.DefaultRatingShown(on=on, grade=grade, grade_title=titles.GRADES[grade])


def where(view: CaseView) -> list[shapes.WhereShown]:
    """Show whose turn it is; who of the department has it is told only inside."""
    return [where_line(each, named=view.inside) for each in view.where]


def where_line(each: WhereIs, *, named: bool) -> shapes.WhereShown:
    """Show where one item is."""
    return shape_of(
        shapes.WhereShown,
        each,
        person=each.person if named else "",
        card_title=titles.CARDS[each.card],
    )


def offer(each: Offer) -> shapes.OfferShown:
    """Show what may be done, or why not."""
    return shape_of(shapes.OfferShown, each)
