"""委托代办 — give a mandate, see those given and received, accept, decline, give back, revoke."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter, Desk, spend_a_write
from service.api.pages.forms import Filled, does, filled
from service.api.pages.frame import see, shown
from service.api.pages.visit import Member, only
from service.errors import DataInvalid, ServiceError
from service.office import MandateInput, last_day, titles
from service.workflows.case import Actor

router = APIRouter(prefix="/mandates", include_in_schema=False)
Applicant = Annotated[Member, only("applicant")]
Settling = Callable[[Actor, str, datetime], Awaitable[object]]


@router.get("")
async def mandates(request: Request, desk: Counter, visitor: Applicant) -> Response:
    """Show what was given and received."""
    return await _page(request, desk, visitor)


async def _page(
    request: Request,
    desk: Desk,
    visitor: Member,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
) -> Response:
    found = await desk.office.mandates(visitor.actor, visitor.now)
    bundles = sorted((each.bundle.title, each.bundle.code) for each in await desk.office.bundles())
    return shown(
        request,
        visitor,
        "mandates.html",
        mandates=found,
        bundles=bundles,
        documents=titles.DOCUMENTS,
        filled=form,
        refusal=refusal,
    )


@router.post("")
@does("mandates_give")
async def give(request: Request, desk: Counter, visitor: Applicant) -> Response:
    """Give one."""
    form = await filled(request, visitor)
    await spend_a_write(desk, visitor.actor)
    try:
        await desk.office.give_mandate(visitor.actor, _given(form), visitor.now)
    except DataInvalid as refusal:
        return await _page(request, desk, visitor, form, refusal)
    return see("/mandates?done=given")


def _given(form: Filled) -> MandateInput:
    """Return what the form says. Raises DataInvalid for a day that is none."""
    numbers = form.text("cases").replace("，", " ").replace(",", " ").replace("、", " ").split()
    return MandateInput(
        name=form.text("name"),
        number=form.text("number"),
        until_on=last_day(form.text("until_on")),
        role="authorised" if form.text("role") == "authorised" else "agent",
        bundles=form.many("bundles"),
        cases=[number.upper() for number in numbers],
        document=form.text("document"),
    )


@router.post("/accept")
@does("mandates_accept")
async def accept(request: Request, desk: Counter, visitor: Applicant) -> Response:
    """Accept one."""
    return await _settled(request, desk, visitor, desk.office.accept_mandate, "accepted")


@router.post("/end")
@does("mandates_end")
async def end(request: Request, desk: Counter, visitor: Applicant) -> Response:
    """Revoke, decline or give back one."""
    return await _settled(request, desk, visitor, desk.office.end_mandate, "ended")


async def _settled(
    request: Request, desk: Counter, visitor: Applicant, verb: Settling, said: str
) -> Response:
    form = await filled(request, visitor)
    await spend_a_write(desk, visitor.actor)
    try:
        await verb(visitor.actor, form.text("mandate"), visitor.now)
    except ServiceError as refusal:
        return await _page(request, desk, visitor, form, refusal)
    return see(f"/mandates?done={said}")
