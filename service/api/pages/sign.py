"""登录、退出、长者版 — the forms by which a browser becomes somebody's, stops being it, and gets larger letters."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from service.api import noting
from service.api.auth import Counter, Desk, address_of
from service.api.pages import resuming
from service.api.pages.forms import NOT_OURS, Filled, does, filled, refuse_strangers
from service.api.pages.frame import see, shown
from service.api.pages.visit import (
    BEFORE,
    DEVICE,
    ELDER,
    SESSION,
    Member,
    Seal,
    SignedIn,
    Visiting,
    Visitor,
    token_of,
)
from service.errors import (
    NotPermitted,
    NotSignedIn,
    SecondFactorNeeded,
    ServiceError,
    TooManyAttempts,
    one_field,
)
from service.office import KNOWN_FOR, Account, Origin

router = APIRouter(include_in_schema=False)
HOME_OF_KIND = {"clerk": "/desk", "applicant": "/my/cases"}
COOKIE: Any = {"secure": True, "httponly": True, "samesite": "lax", "path": "/"}
CODE_WITHIN = timedelta(minutes=5)
CODE_TOO_LATE = "填写动态码的时间过了，请重新登录。"
NO_COOKIE = "浏览器没有带回登录用的标记（Cookie），所以没有登录。"
Next = Annotated[str, Query(alias="next", max_length=2000)]


def own_path(wanted: str) -> str:
    """Return a path of this site; empty for anything that a browser could take for another site's."""
    harmless = (
        wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    )
    return wanted if harmless and "\\" not in wanted else ""


@router.get("/sign-in")
async def sign_in_page(request: Request, visitor: Visiting, wanted: Next = "") -> Response:
    """Ask for name and password."""
    if visitor.actor:
        return see(own_path(wanted) or HOME_OF_KIND.get(visitor.actor.kind, "/welcome"))
    return _asking(request, visitor, wanted)


def _asking(
    request: Request,
    visitor: Visitor,
    wanted: str,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
    *,
    cookie_lost: bool = False,
    carried: Sequence[tuple[str, str]] = (),
) -> Response:
    """Show the form with a mark that the same browser must bring back: nobody is signed in as somebody else unawares."""
    seal: Seal = request.app.state.seal
    mark = request.cookies.get(BEFORE, "")
    fresh = "" if _is_mark(mark) else secrets.token_urlsafe(24)
    page = shown(
        request,
        visitor,
        "sign_in.html",
        200 if refusal or not carried else 401,
        wanted=own_path(wanted),
        carried=carried or resuming.carried_on(form or Filled.nothing()),
        proof=seal.sign("sign-in form", fresh or mark),
        filled=form,
        refusal=refusal,
        cookie_lost=cookie_lost,
    )
    if fresh:
        page.set_cookie(BEFORE, fresh, **COOKIE)
    return page


async def ask_meanwhile(request: Request) -> Response:
    """Ask who one is where a form came after the session had ended; what was filled in stays on the page."""
    return _asking(request, request.state.visitor, "", carried=await resuming.carried(request))


def _is_mark(text: str) -> bool:
    return len(text) == 32 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


@router.post("/sign-in")
@does("tokens_create")
async def sign_in(request: Request, desk: Counter, visitor: Visiting) -> Response:
    """Open a session: a new one each time, whatever the browser held before."""
    form = await filled(request, Visitor(now=visitor.now))
    wanted = form.text("next")
    mark = request.cookies.get(BEFORE, "")
    if not mark:
        return _asking(request, visitor, wanted, form, NotPermitted(NO_COOKIE), cookie_lost=True)
    seal: Seal = request.app.state.seal
    if not hmac.compare_digest(
        seal.sign("sign-in form", mark).encode(), form.text("proof").encode()
    ):
        raise NotPermitted(NOT_OURS)
    if ticket := form.text("ticket"):
        return await _second_step(request, desk, visitor, form, ticket)
    came = came_from(request)
    try:
        account = await _proven(desk, form, came)
    except SecondFactorNeeded:
        return await _asking_code(request, desk, visitor, form)
    except ServiceError as refusal:
        if isinstance(refusal, (NotSignedIn, TooManyAttempts)):
            noting.not_signed_in(desk, form.text("username"), refusal, "browser")
        return _asking(request, visitor, wanted, form, refusal)
    noting.signed_in(desk, account.account, account.kind, "browser")
    return await _arrived(request, desk, account, came, form)


async def _proven(desk: Desk, form: Filled, came: Origin) -> Account:
    for name, title in (("username", "用户名"), ("password", "密码")):
        if not form.text(name):
            raise one_field(f"/{name}", f"请填写{title}")
    return await desk.office.sign_in(
        form.text("username"), form.exact("password"), desk.clock(), origin=came
    )


async def _asking_code(request: Request, desk: Desk, visitor: Visitor, form: Filled) -> Response:
    """Ask for the code, with a ticket that says whose password was right a moment ago, in this browser."""
    account = await desk.office.account(form.text("username"))
    if account is None:
        return _asking(request, visitor, form.text("next"), form, NotSignedIn())
    until = int((desk.clock() + CODE_WITHIN).timestamp())
    says = f"{account.account}/{account.token_generation}/{until}"
    seal: Seal = request.app.state.seal
    ticket = seal.signed(f"code {request.cookies[BEFORE]}", says)
    return _code_page(request, visitor, form, ticket)


def _code_page(
    request: Request,
    visitor: Visitor,
    form: Filled,
    ticket: str,
    refusal: ServiceError | None = None,
) -> Response:
    seal: Seal = request.app.state.seal
    return shown(
        request,
        visitor,
        "sign_in_code.html",
        wanted=own_path(form.text("next")),
        proof=seal.sign("sign-in form", request.cookies[BEFORE]),
        ticket=ticket,
        carried=resuming.carried_on(form),
        filled=form,
        refusal=refusal,
    )


async def _second_step(
    request: Request, desk: Desk, visitor: Visitor, form: Filled, ticket: str
) -> Response:
    seal: Seal = request.app.state.seal
    said = seal.opened(f"code {request.cookies[BEFORE]}", ticket).split("/")
    if len(said) != 3 or int(said[2]) <= desk.clock().timestamp():
        return _asking(request, visitor, form.text("next"), form, NotSignedIn(CODE_TOO_LATE))
    came = came_from(request)
    try:
        if not form.text("otp"):
            raise one_field("/otp", "请填写动态码")
        account = await desk.office.sign_in_by_code(
            said[0], int(said[1]), form.text("otp"), desk.clock(), origin=came
        )
    except ServiceError as refusal:
        if isinstance(refusal, (NotSignedIn, TooManyAttempts)):
            noting.not_signed_in(desk, said[0], refusal, "code")
        return _code_page(request, visitor, form, ticket, refusal)
    noting.signed_in(desk, account.account, account.kind, "code")
    return await _arrived(request, desk, account, came, form)


async def _arrived(
    request: Request, desk: Desk, account: Account, came: Origin, form: Filled
) -> Response:
    """Let somebody in: to what was wanted, or to what was filled in before the session had ended."""
    if resuming.WHERE not in form or desk.office.must_enrol(account):
        return await let_in(request, desk, account, came, own_path(form.text("next")))
    token = await fresh_session(request, desk, account)
    session = await desk.office.session(token, desk.clock())
    if session is None:
        return see("/sign-in")
    member = Member(now=await desk.now(), actor=session.actor, csrf=session.csrf)
    answer = resuming.pressed_again(request, member, form)
    keep_session(request, answer, token, came)
    return answer


def came_from(request: Request) -> Origin:
    """Return where a browser signs in from: its address, and the mark it has kept since it did so before."""
    seal: Seal = request.app.state.seal
    device = seal.opened("device", request.cookies.get(DEVICE, ""))
    return Origin(address_of(request), device or secrets.token_urlsafe(18))


async def let_in(
    request: Request, desk: Desk, account: Account, came: Origin, path: str
) -> Response:
    """Open a new session in this browser, whatever it held before, and lead on; who may act for several chooses first."""
    token = await fresh_session(request, desk, account)
    path = path or HOME_OF_KIND.get(account.kind, "/welcome")
    if len(await desk.office.identities(account.account, await desk.now())) > 1:
        path = f"/identity?{urlencode({'next': path})}"
    answer = see(path)
    keep_session(request, answer, token, came)
    return answer


async def fresh_session(request: Request, desk: Desk, account: Account) -> str:
    """End the session of this browser and open another; return its token."""
    await _close(request, desk)
    return await desk.office.open_session(account, desk.clock(), address_of(request))


def keep_session(request: Request, answer: Response, token: str, came: Origin) -> None:
    """Let the browser keep its session, and its mark for the next time."""
    seal: Seal = request.app.state.seal
    answer.set_cookie(SESSION, seal.signed("session", token), **COOKIE)
    lasts = int(KNOWN_FOR.total_seconds())
    answer.set_cookie(DEVICE, seal.signed("device", came.device), max_age=lasts, **COOKIE)


async def _close(request: Request, desk: Desk) -> None:
    if token := token_of(request):
        await desk.office.close_session(token)


@router.post("/sign-out")
@does("tokens_end")
async def sign_out(request: Request, desk: Counter, visitor: Visiting) -> Response:
    """End the session on the server and take the cookie away."""
    if isinstance(visitor, Member):
        await filled(request, visitor)
        await _close(request, desk)
        noting.signed_out(desk, visitor.actor)
    answer = see("/sign-in?out=1")
    answer.delete_cookie(SESSION, **COOKIE)
    return answer


@router.get("/session")
async def stay(visitor: SignedIn) -> Response:
    """Say how long the session still lasts without another request; asking is a request.

    With it comes the secret of the session: a page that was open while another one signed in sends what it holds under it.
    """
    headers = {"cache-control": "no-store", "x-csrf": visitor.csrf}
    return Response(str(visitor.idle_seconds), headers=headers, media_type="text/plain")


@router.post("/elder")
async def elder(request: Request) -> Response:
    """Turn the large letters on or off; kept in the browser for a year, signed in or not."""
    refuse_strangers(request)
    form = await request.form(max_files=0, max_fields=5)
    back = own_path(str(form.get("back", "")))
    answer = see(back or "/")
    if form.get("on") == "1":
        answer.set_cookie(ELDER, "1", max_age=31_536_000, httponly=True, samesite="lax", path="/")
    else:
        answer.delete_cookie(ELDER, httponly=True, samesite="lax", path="/")
    return answer


@router.get("/welcome")
async def welcome(request: Request, visitor: SignedIn) -> Response:
    """Say plainly what there is for accounts without pages of their own."""
    return shown(request, visitor, "welcome.html")
