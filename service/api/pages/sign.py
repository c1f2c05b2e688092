"""登录、退出、长者版 — the forms by which a browser becomes somebody's, stops being it, and gets larger letters."""

import hmac
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from service.api.auth import Counter, Desk
from service.api.pages.forms import NOT_OURS, Filled, does, filled, refuse_strangers
from service.api.pages.frame import see, shown
from service.api.pages.visit import BEFORE, ELDER, SESSION, Member, Seal, SignedIn, Visiting, Visitor
from service.errors import NotPermitted, ServiceError, one_field

router = APIRouter(include_in_schema=False)
HOMES = {"clerk": "/desk", "applicant": "/my/cases"}
OWN: Any = {"secure": True, "httponly": True, "samesite": "lax", "path": "/"}
NO_COOKIE = "浏览器没有带回登录用的标记（Cookie），所以没有登录。"
Next = Annotated[str, Query(alias="next", max_length=2000)]


def own_path(wanted: str) -> str:
    """Return a path of this site; empty for anything that a browser could take for another site's."""
    harmless = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if harmless and "\\" not in wanted else ""


@router.get("/sign-in")
async def sign_in_page(request: Request, visitor: Visiting, wanted: Next = "") -> Response:
    """Ask for name and password."""
    if visitor.actor:
        return see(own_path(wanted) or HOMES.get(visitor.actor.kind, "/welcome"))
    return _asking(request, visitor, wanted)


def _asking(
    request: Request, visitor: Visitor, wanted: str, form: Filled | None = None, refusal: ServiceError | None = None,
    *, cookie_lost: bool = False,
) -> Response:  # fmt: skip
    """Show the form with a mark that the same browser must bring back: nobody is signed in as somebody else unawares."""
    seal: Seal = request.app.state.seal
    mark = request.cookies.get(BEFORE, "")
    fresh = "" if _is_mark(mark) else secrets.token_urlsafe(24)
    page = shown(
        request, visitor, "sign_in.html", wanted=own_path(wanted), proof=seal.sign("sign-in form", fresh or mark),
        filled=form, refusal=refusal, cookie_lost=cookie_lost,
    )  # fmt: skip
    if fresh:
        page.set_cookie(BEFORE, fresh, **OWN)
    return page


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
    if not hmac.compare_digest(seal.sign("sign-in form", mark).encode(), form.text("proof").encode()):
        raise NotPermitted(NOT_OURS)
    try:
        token, kind = await _opened(desk, form)
    except ServiceError as refusal:
        return _asking(request, visitor, wanted, form, refusal)
    await _close(request, desk)
    answer = see(own_path(wanted) or HOMES.get(kind, "/welcome"))
    answer.set_cookie(SESSION, seal.signed("session", token), **OWN)
    return answer


async def _opened(desk: Desk, form: Filled) -> tuple[str, str]:
    for name, title in (("username", "用户名"), ("password", "密码")):
        if not form.text(name):
            raise one_field(f"/{name}", f"请填写{title}")
    token, account = await desk.office.open_session(form.text("username"), form.exact("password"), desk.clock())
    return token, account.kind


async def _close(request: Request, desk: Desk) -> None:
    seal: Seal = request.app.state.seal
    if token := seal.opened("session", request.cookies.get(SESSION, "")):
        await desk.office.close_session(token)


@router.post("/sign-out")
async def sign_out(request: Request, desk: Counter, visitor: Visiting) -> Response:
    """End the session on the server and take the cookie away."""
    if isinstance(visitor, Member):
        await filled(request, visitor)
        await _close(request, desk)
    answer = see("/sign-in?out=1")
    answer.delete_cookie(SESSION, **OWN)
    return answer


@router.get("/session")
async def stay(visitor: SignedIn) -> Response:
    """Say how long the session still lasts without another request; asking is a request."""
    return Response(str(visitor.idle_seconds), headers={"cache-control": "no-store"}, media_type="text/plain")


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
