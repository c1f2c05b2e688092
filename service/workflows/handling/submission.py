"""提交申请 — one form, one set of materials, one receipt; every item that applies begins (R-BND-1, R-BND-3)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from service.errors import DataInvalid, NotPermitted, one_field
from service.workflows.application import in_hand, known, needed, order, questions
from service.workflows.calendar import TZ
from service.workflows.case.engine import WAITING
from service.workflows.case.literals import Handling
from service.workflows.case.parts import CASE, Item
from service.workflows.case.situation import Action, Actor
from service.workflows.handling import at_receipt, between_items, one_form
from service.workflows.handling.carried import material_given
from service.workflows.notices import wording
from service.workflows.rights import LONGEST_DOCUMENT, require_opening, require_standing, writes
from service.workflows.rules import commitments, feedback, library, promise, renewal
from service.workflows.worksheet import Work


def submit(work: Work, action: Action, actor: Actor) -> None:
    """Receive an application: check it, begin its items, give the receipt.

    `action.data` may carry {materials: [...], signature: {method, name}, meets_by: {item: date}}, and from a window
    {received_on: date, document} when the papers came in on an earlier day.

    Raises:
        DataInvalid: answers, form, handling or materials are wrong.
        NotPermitted: neither the applicant nor a window that types it in.
    """
    case = work.case
    _require_writer(work, actor)
    selection = _selected(work)
    case.answers = questions.check_answers(work.release, case.answers, case.applicant_type)
    data: dict[str, Any] = _earlier_receipt(work, action, actor)
    case.received_at, case.state = work.at, "received"
    one_form.complete(work)  # first, for a commitment may depend on it
    barred = at_receipt.barred(work, selection)
    going = at_receipt.open_items(selection.items, barred)
    handling, told = _handling_chosen(work, selection.items, barred)
    commitments.check_days(work, handling, action.data.get("meets_by") or {})
    asked = [code for code in going if code not in selection.bars.falls]
    one_form.keep_only_asked(work, selection.items, asked, handling)
    warnings = _hand_in_all(work, selection.items, handling, action.data, actor)
    _begin_items(work, action, actor, handling, told)
    warnings += renewal.bind(work, case.items.values())
    _receive(work, going)
    promise.begin(work)  # the cap of joint handling starts with the first acceptance
    feedback.begin(work)
    received, work.at = work.at, work.situation.now  # the receipt bears its own date
    _issue_receipt(work, told, asked)
    work.at = received
    chosen = {"items": list(selection.items), "left_out": dict(selection.left_out)}
    data |= {**chosen, "handling": handling, **({"warnings": warnings} if warnings else {})}
    work.log("submit", actor, states=("draft", "received"), data=data)
    work.at = work.situation.now
    at_receipt.answer(work, barred)


def _receive(work: Work, going: Iterable[str]) -> None:
    """Receive each item that is not barred and waits for no other."""
    for code in going:
        if not order.waits_for(work.release, code, work.case.items):
            between_items.receive(work, work.case.items[code])


def _require_writer(work: Work, actor: Actor) -> None:
    if not writes(work.release, work.case, actor):
        raise NotPermitted("只有申请人，或代录入的受理岗可以提交")
    require_standing(actor, work.case.applicant_id, work.case.mandate)
    require_opening(actor, work.case.bundle)


def _begin_items(
    work: Work,
    action: Action,
    actor: Actor,
    handling: Mapping[str, Handling],
    told: Mapping[str, str],
) -> None:
    """Make the items that apply, each with the promise that was signed for it."""
    case = work.case
    for code, how in handling.items():
        definition = work.release.items[code]
        case.items[code] = Item(
            code,
            definition.department,
            definition.lifecycle,
            WAITING,
            handling=how,
            note=told.get(code, ""),
        )
        if how == "commitment":
            case.commitments[code] = commitments.signed(work, code, actor, action.data)


def _earlier_receipt(work: Work, action: Action, actor: Actor) -> dict[str, Any]:
    """Let the application count from the day it was handed in at the counter, where a stamped paper proves it (R-ACC-1).

    `action.data` carries {received_on: ISO date, document: the stamped paper}; returns what the record says of it.
    """
    given, document = action.data.get("received_on"), action.data.get("document")
    if not given and not document:
        return {}
    if not actor.officer:
        raise one_field("/received_on", "网上申请以进入系统的时间为收到的时间", law="电子签名法 11")
    try:
        day = date.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        raise one_field("/received_on", "请填收到纸质材料的日期，例如 2026-10-20") from None
    if day > work.today:
        raise one_field("/received_on", "收到的日期不能晚于录入的日期")
    if not isinstance(document, str) or not 0 < len(document.strip()) <= LONGEST_DOCUMENT:
        raise one_field("/document", "收到的日期早于录入的，请写明加盖收件章的凭证（名称或编号）")
    if day < work.today:
        opening = time.fromisoformat(work.situation.policy.office_hours.split("-")[0])
        work.at = datetime.combine(day, opening, TZ)
    return {"received_on": day.isoformat(), "document": document.strip()}


def _selected(work: Work) -> questions.Selection:
    """Return what the answers lead to. Raises DataInvalid when no item applies."""
    case = work.case
    applicant = questions.Applicant(
        case.applicant_type, case.applicant_name, case.applicant_id, work.situation.excluded
    )
    selection = questions.select(work.release, case.answers, applicant, only=case.limited_to)
    if not selection.items:
        said = "".join(stop.say for stop in selection.stops) or "按您的回答没有需要办理的事项"
        raise DataInvalid(said, errors=[{"pointer": "/answers", "detail": said}])
    return selection


def _handling_chosen(
    work: Work, items: tuple[str, ...], barred: Collection[str]
) -> tuple[dict[str, Handling], dict[str, str]]:
    """Return how each item is handled, and for each commitment that is not open, why it goes the ordinary path (R-NCP-3)."""
    handling: dict[str, Handling] = {}
    told: dict[str, str] = {}
    for code, wish in work.case.handling.items():
        if code not in items or wish not in ("ordinary", "commitment"):
            detail = "只能选 ordinary 或 commitment"
            if code not in items:
                detail = f"「{code}」不在本次办理的事项里"
            raise DataInvalid(detail, errors=[{"pointer": f"/handling/{code}", "detail": detail}])
    for code in items:
        promises = work.case.handling.get(code) == "commitment" and code not in barred
        why = not_eligible(work, code, items) if promises else ""
        handling[code] = "commitment" if promises and not why else "ordinary"
        if why:
            told[code] = why
    return handling, told


def not_eligible(work: Work, code: str, items: Iterable[str]) -> str:
    """Return why 告知承诺 is not open for an item, or an empty text; what nobody knows opens it to nobody."""
    why, hangs_on = commitments.closed(work, code, items)
    if hangs_on:
        titles = work.release.vocabulary.fields
        named = "、".join(titles[name].title for name in hangs_on)
        return f"没有填写{named}，不知道是否符合告知承诺的适用条件，按一般程序办理"
    return why


def _hand_in_all(
    work: Work,
    items: tuple[str, ...],
    handling: Mapping[str, Handling],
    data: Mapping[str, Any],
    actor: Actor,
) -> list[str]:
    """Keep the materials; return warnings. A missing paper never prevents the receipt (R-ACC-4)."""
    needs = needed.one_set(work.release, items, handling, work.facts())
    given = data.get("materials", [])
    if not isinstance(given, list):
        raise DataInvalid(
            "材料应为列表", errors=[{"pointer": "/materials", "detail": "材料应为列表"}]
        )
    errors = []
    for index, entry in enumerate(given):
        row = material_given(work.release, f"/materials/{index}", entry)
        need = needs.get(row["material"])
        wrong = in_hand.wrong_origin(work.release, need, row) or library.fault(work, row)
        if wrong:
            errors.append({"pointer": f"/materials/{index}", "detail": wrong})
        else:
            library.hand_in(work, row, actor)
    if errors:
        raise DataInvalid("材料有误，请检查", errors=errors)
    library.offer(work, needs)
    differing = known.differing(work.release, work.case)
    return [*known.doubts(work.release, work.case), *differing.values()]


def _issue_receipt(work: Work, told: Mapping[str, str], asked: Iterable[str]) -> None:
    """Give the receipt; `asked` are the items for which papers are asked at all."""
    exempted = library.exemptions(work)
    held = {c: row for c, row in in_hand.in_hand(work.case).items() if c not in exempted}
    facts = work.facts()
    lacking = dict.fromkeys(
        code
        for item in (work.case.items[code] for code in asked)
        for code in in_hand.missing(work.release, work.case, item, facts)
        if code not in library.expected(work, item)
    )
    paper = wording.receipt(work.release, work.case, held, lacking)
    if exempted:
        paper.body["exempted"] = list(exempted.values())
    work.issue("receipt", CASE, paper)
    library.tell_unshared(work)
    for code, why in told.items():
        work.issue(
            "ordinary_path",
            code,
            wording.plain("ordinary_path", f"「{work.release.items[code].title}」{why}。"),
        )
