"""开始申请、任务列表 — a draft begins with the answers of the guide; the list says what is left to do."""

from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.forms import Filled, asked, does, filled
from service.api.pages.frame import see
from service.api.pages.portal import drafts
from service.api.pages.portal.drafts import Draft
from service.api.pages.portal.things import guide_page
from service.api.pages.portal.typed import query_of
from service.api.pages.visit import SignedIn
from service.api.texts import CaseNumber
from service.errors import DataInvalid, ServiceError
from service.office import ApplicationInput
from service.workflows.definition import Release
from service.workflows.telling import value_of

router = APIRouter(include_in_schema=False, prefix="/apply")


def answers_of(release: Release, form: Filled) -> dict[str, Any]:
    """Return the answers a form carries."""
    given = form.beginning("answers/")
    found = {q.id: value_of(q, given[q.id]) for q in release.bundle.questions if q.id in given}
    return {id_: value for id_, value in found.items() if value is not None}


@router.get("")
async def nothing(_: SignedIn) -> Response:
    """Lead who comes here without an application to the own ones."""
    return see("/my/cases")


@router.post("")
@does("cases_open")
async def begin(request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """Begin a draft with what is known already, and lead to the first thing to do."""
    form = await filled(request, visitor)
    release = await desk.office.bundle(form.text("bundle"))
    answers = answers_of(release, form)
    applicant = {
        name: form.text(f"applicant/{name}") for name in ("type", "name", "id", "document")
    }
    application = ApplicationInput(release.bundle.code, applicant, answers, draft=True)
    order = asked(visitor, form, seen=None)
    try:
        begun = await desk.office.open_case(order, application)
    except ServiceError as refusal:
        return await guide_page(
            request, desk, visitor, release, answers, refusal=refusal, filled=form
        )
    draft = await drafts.opened(desk, visitor, begun.case.number)
    draft = await drafts.settled(desk, visitor, order, await _prefilled(desk, visitor, form, draft))
    return see(draft.following())


async def _prefilled(desk: Any, visitor: Any, form: Filled, draft: Draft) -> Draft:
    """Keep what an earlier application proposes; it stands in the draft with its origin, to be looked at."""
    fields = [
        f
        for page in draft.content["pages"]
        for section in page["sections"]
        for f in section["fields"]
    ]
    proposed = {f["code"]: f["value"] for f in fields if f["lacking"] and f["origin"]}
    if not proposed:
        return draft
    order = asked(visitor, form, seen=None)
    again = drafts.under(order, ":1")
    await desk.office.change_draft(again, draft.number, {"form": {**draft.case.form, **proposed}})
    return await drafts.opened(desk, visitor, draft.number)


@router.get("/{number}")
async def tasks(number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """List what is to be done, in any order."""
    found = await drafts.draft_or_progress(desk, visitor, number)
    if isinstance(found, Response):
        return found
    return drafts.page(
        request,
        visitor,
        "portal/tasks.html",
        found,
        query=query_of(found.release, found.case.answers),
        kept_days=desk.office.bounds.drafts_kept_days,
    )


@router.post("/{number}")
@does("cases_change_draft")
async def answer_anew(
    number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Take new answers into a draft; choices for items that are gone go with them."""
    form = await filled(request, visitor)
    draft = await drafts.opened(desk, visitor, number)
    answers = answers_of(draft.release, form)
    try:
        draft = await drafts.changed(desk, visitor, form, number, {"answers": answers})
        draft = await _without_gone(desk, visitor, form, draft)
    except DataInvalid as refusal:
        return await guide_page(
            request, desk, visitor, draft.release, answers, number, refusal=refusal, filled=form
        )
    return see(f"/apply/{number}")


async def _without_gone(desk: Any, visitor: Any, form: Filled, draft: Draft) -> Draft:
    if not draft.guide:
        return draft
    open_ = {item.code for item in draft.guide.items}
    kept = {code: way for code, way in draft.case.handling.items() if code in open_}
    if kept == draft.case.handling:
        return draft
    order = drafts.under(asked(visitor, form, seen=None), ":3")
    await desk.office.change_draft(order, draft.number, {"handling": kept})
    return await drafts.opened(desk, visitor, draft.number)
