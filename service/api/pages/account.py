"""账号与安全 — another password, a second factor, signing out everywhere."""

from dataclasses import replace

import segno
from fastapi import APIRouter, Request, Response

from service.api.auth import Counter, Desk
from service.api.pages.forms import Filled, does, filled
from service.api.pages.frame import see, shown
from service.api.pages.sign import COOKIE, came_from, fresh_session, keep_session, let_in
from service.api.pages.visit import SESSION, Member, SignedIn, token_of
from service.errors import DataInvalid, SecondFactorNeeded, ServiceError, one_field
from service.office import Enrolment

router = APIRouter(prefix="/account", include_in_schema=False)


@router.get("")
async def account(request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """Show who has signed in and how the account is protected."""
    return await _page(request, desk, visitor)


async def _page(
    request: Request,
    desk: Desk,
    visitor: Member,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
) -> Response:
    return shown(
        request,
        visitor,
        "account.html",
        protection=await desk.office.protection(visitor.actor),
        sign_ins=await desk.office.sign_ins(visitor.actor, desk.clock(), token_of(request)),
        filled=form,
        refusal=refusal,
    )


@router.post("/password")
@does("me_password")
async def change_password(request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """Change the password; this browser stays signed in, by a new session."""
    form = await filled(request, visitor)
    came = came_from(request)
    try:
        for name, title in (("present", "现在的密码"), ("new", "新密码")):
            if not form.text(name):
                raise one_field(f"/{name}", f"请填写{title}")
        if form.exact("new") != form.exact("again"):
            raise one_field("/again", "两次填的新密码不一样")
        account = await desk.office.change_password(
            visitor.actor, form.exact("present"), form.exact("new"), desk.clock(), origin=came
        )
    except ServiceError as refusal:
        return await _page(request, desk, visitor, form, refusal)
    return await let_in(request, desk, account, came, "/account?done=password")


@router.post("/sessions/end")
@does("me_end_session")
async def end_one(request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """End one session of the account, perhaps this one."""
    form = await filled(request, visitor)
    try:
        if not form.text("once_more"):
            raise one_field("/once_more", "请填写密码")
        await desk.office.end_sign_in(
            visitor.actor,
            form.text("session"),
            form.exact("once_more"),
            desk.clock(),
            origin=came_from(request),
        )
    except ServiceError as refusal:
        wrong = isinstance(refusal, DataInvalid) and form.text("once_more")
        told = one_field("/once_more", refusal.detail) if wrong else refusal
        return await _page(request, desk, visitor, form, told)
    return see("/account?done=session")


@router.post("/sign-out")
@does("tokens_end")
async def sign_out_everywhere(request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """End every session and token of the account, this one too."""
    await filled(request, visitor)
    await desk.office.sign_out_everywhere(visitor.actor.account)
    answer = see("/sign-in?out=1")
    answer.delete_cookie(SESSION, **COOKIE)
    return answer


@router.post("/second-factor")
@does("me_second_factor_begin")
async def begin(request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """Show the new secret, once."""
    form = await filled(request, visitor)
    try:
        if not form.text("password"):
            raise one_field("/password", "请填写现在的密码")
        enrolment = await desk.office.begin_second_factor(
            visitor.actor,
            form.exact("password"),
            desk.clock(),
            origin=came_from(request),
            code=form.text("otp"),
        )
    except SecondFactorNeeded:
        wanted = one_field("/otp", "请填写原来的动态码，或者一个恢复码")
        return await _page(request, desk, visitor, form, wanted)
    except ServiceError as refusal:
        return await _page(request, desk, visitor, form, refusal)
    return _enrolling(request, visitor, enrolment)


def _enrolling(
    request: Request,
    visitor: Member,
    enrolment: Enrolment,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
) -> Response:
    return shown(
        request,
        visitor,
        "account_code.html",
        enrolment=enrolment,
        picture=segno.make(enrolment.address, error="m").svg_data_uri(scale=5, light="#fff"),
        grouped=" ".join(
            enrolment.secret[at : at + 4] for at in range(0, len(enrolment.secret), 4)
        ),
        filled=form,
        refusal=refusal,
    )


@router.post("/second-factor/confirm")
@does("me_second_factor_confirm")
async def confirm(request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """Set the second factor up and show the recovery codes, once."""
    form = await filled(request, visitor)
    now, came = desk.clock(), came_from(request)
    try:
        enrolment = desk.office.enrolment(visitor.actor, form.text("enrolment"), now)
    except ServiceError as refusal:
        return await _page(request, desk, visitor, form, refusal)
    try:
        account, codes = await desk.office.confirm_second_factor(
            visitor.actor, enrolment.sealed, form.text("code"), now
        )
    except ServiceError as refusal:
        return _enrolling(request, visitor, enrolment, form, refusal)
    token = await fresh_session(request, desk, account)
    session = await desk.office.session(token, now)
    anew = replace(visitor, csrf=session.csrf if session else "", must_enrol=False)
    page = shown(request, anew, "account_codes.html", codes=codes)
    keep_session(request, page, token, came)
    return page
