"""办事身份、注册 — for whom this browser acts: oneself, one's sole trade, an enterprise, somebody who has given a mandate."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.auth import Counter, Desk, spend_a_write
from service.api.pages.forms import Filled, does, filled
from service.api.pages.frame import see, shown
from service.api.pages.sign import HOME_OF_KIND, Next, came_from, own_path
from service.api.pages.visit import Member, Visiting, Visitor, only, token_of
from service.errors import ServiceError, one_field
from service.office import Registration, titles

router = APIRouter(include_in_schema=False)
Applicant = Annotated[Member, only("applicant")]


@router.get("/identity")
async def identity(
    request: Request,
    desk: Counter,
    visitor: Applicant,
    wanted: Next = "",
    lost: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """Show for whom the account may act, to choose from."""
    return await _page(request, desk, visitor, own_path(wanted), lost=bool(lost))


async def _page(
    request: Request,
    desk: Desk,
    visitor: Member,
    wanted: str,
    *,
    lost: bool = False,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
) -> Response:
    found = await desk.office.identities(visitor.actor.account, visitor.now)
    return shown(
        request,
        visitor,
        "identity.html",
        identities=found,
        wanted=wanted,
        lost=lost,
        filled=form,
        refusal=refusal,
    )


@router.post("/identity/companies")
@does("me_add_company")
async def add_company(request: Request, desk: Counter, visitor: Applicant) -> Response:
    """Add a sole trade or an enterprise of one's own."""
    form = await filled(request, visitor)
    await spend_a_write(desk, visitor.actor)
    number, name = form.text("number"), form.text("name")
    try:
        for field, value in (("number", number), ("name", name)):
            if not value:
                raise one_field(f"/{field}", "请填写")
        origin = came_from(request)
        await desk.office.add_company(visitor.actor, number, name, visitor.now, origin=origin)
    except ServiceError as refusal:
        return await _page(request, desk, visitor, "", form=form, refusal=refusal)
    return see("/identity?added=1")


@router.get("/register")
async def register_page(request: Request, visitor: Visiting) -> Response:
    """Ask who wants an account."""
    return _registering(request, visitor)


def _registering(
    request: Request,
    visitor: Visitor,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
) -> Response:
    documents = [(code, titles.DOCUMENTS[code]) for code in titles.PERSONAL]
    return shown(
        request, visitor, "register.html", documents=documents, filled=form, refusal=refusal
    )


@router.post("/register")
@does("registrations_create")
async def register(request: Request, desk: Counter, visitor: Visiting) -> Response:
    """Open an account, and let its holder sign in."""
    form = await filled(request, Visitor(now=visitor.now))
    try:
        for field in ("account", "name", "number", "phone", "password"):
            if not form.text(field):
                raise one_field(f"/{field}", "请填写")
        if form.exact("password") != form.exact("again"):
            raise one_field("/again", "两次填的密码不一样")
        wanted = Registration(
            account=form.text("account").lower(),
            password=form.exact("password"),
            name=form.text("name"),
            number=form.text("number"),
            phone=form.text("phone"),
            document=form.text("document") or "id_card",
        )
        await desk.office.register(wanted, visitor.now, origin=came_from(request))
    except ServiceError as refusal:
        return _registering(request, visitor, form, refusal)
    return see("/sign-in?registered=1")


@router.post("/identity")
@does("me_identities")
async def choose(request: Request, desk: Counter, visitor: Applicant) -> Response:
    """Act for another from now on, and go on where one was."""
    form = await filled(request, visitor)
    wanted = own_path(form.text("next"))
    try:
        await desk.office.choose_identity(
            visitor.actor, token_of(request), form.text("identity"), visitor.now
        )
    except ServiceError as refusal:
        return await _page(request, desk, visitor, wanted, form=form, refusal=refusal)
    return see(wanted or HOME_OF_KIND["applicant"])
