"""没办成 — a refusal as a page: what happened, under which article, what to do next; the status stays the refusal's."""

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import Request, Response

from service.api import noting, problems
from service.api.auth import Desk, desk_of
from service.api.pages import resuming, sign
from service.api.pages.frame import said_plainly, see, shown
from service.api.pages.visit import Visitor, visiting
from service.errors import ActionNotAllowed, DataInvalid, NotFound, ServiceError

PROGRAM_PATHS = (
    "/api/",
    "/docs",
    "/healthz",
    "/livez",
    "/openapi.json",
    "/problems/",
    "/readyz",
    "/static/",
)
OF_PAGES = __package__
NEXT_STEPS: Mapping[int, str] = {
    400: "请返回上一页，刷新后再试。",
    403: "如果您觉得应该可以办，请核对登录的账号和岗位，或者联系本单位的管理员。",
    404: "请核对地址或者办件编号。办件只有申请人和承办部门看得到。",
    405: "请返回上一页，从页面上的按钮办理。",
    409: "请返回上一页，刷新后核对最新的情况。",
    413: "请把文件缩小或者分开，再上传一次。",
    415: "请换成页面上写明的文件种类，再上传一次。",
    422: "请返回上一页，按说明改正后再提交。",
    429: "请按上面说的时间等一等再试。",
    500: "您填写的内容没有被采用，可以过一会儿再试。如果一直这样，请把下面的编号告诉帮办人员。",
    503: "请过一会儿刷新这个页面；刚才的提交如果已经办好，再提交一次也不会重复办理。",
}

LOOKING: Mapping[int, str] = {  # what to do where nothing was handed in
    500: "请过一会儿再打开这个页面。如果一直这样，请把下面的编号告诉帮办人员。",
    503: "请过一会儿刷新这个页面。",
}


def is_for_people(request: Request) -> bool:
    """Tell whether a person looks at the answer: a page's route, or an address of no program opened in a browser."""
    endpoint = request.scope.get("endpoint")
    if endpoint is not None and getattr(endpoint, "__module__", "").startswith(f"{OF_PAGES}."):
        return True
    in_browser = "text/html" in request.headers.get("accept", "")
    return in_browser and not request.url.path.startswith(PROGRAM_PATHS)


async def answering(request: Request, refusal: ServiceError) -> Response:
    """Answer a refusal: people get a page, programs a problem document."""
    request_id = problems.request_id_of(request)
    noting.refused(request, refusal)
    if not is_for_people(request):
        return problems.answer(refusal, request_id)
    if request.method == "GET" and isinstance(refusal, DataInvalid):
        # an address that cannot be one of ours
        refusal = NotFound()
    visitor = await _visitor(request, refusal)
    inner = refusal.status == 500
    page = shown(
        request,
        visitor,
        "refused.html",
        refusal.status,
        title=refusal.title().rstrip("。"),
        detail="" if inner else _said(request, refusal),
        law="" if inner else refusal.law,
        request_id=request_id,
        following=_following(request, refusal),
        submitted=_submitted(request, refusal),
        listed=() if inner else refusal.facts.get("errors", ()),
    )
    known = problems.answer(refusal, request_id).headers
    page.headers.update({name: known[name] for name in ("retry-after", "allow") if name in known})
    return page


def _said(request: Request, refusal: ServiceError) -> str:
    """Say what was refused: of something that was only to be looked at nothing was handed in that could be lost."""
    return refusal.detail if request.method == "GET" else said_plainly(refusal)


def _following(request: Request, refusal: ServiceError) -> str:
    if request.method == "GET" and refusal.status in LOOKING:
        return LOOKING[refusal.status]
    return NEXT_STEPS.get(refusal.status, NEXT_STEPS[400])


def _submitted(request: Request, refusal: ServiceError) -> str:
    """Return the number of an application that was sent in from another window while this page stood open."""
    of_draft = request.url.path.startswith("/apply/") and isinstance(refusal, ActionNotAllowed)
    return (
        str(request.path_params.get("number", "")) if of_draft and "state" in refusal.facts else ""
    )


async def _visitor(request: Request, refusal: ServiceError) -> Visitor:
    """Return who looks; where the service itself is in trouble, nothing more is asked of it."""
    known = getattr(request.state, "visitor", None)
    if isinstance(known, Visitor):
        return known
    desk: Desk = desk_of(request)
    if refusal.status in (404, 405):
        try:
            return await visiting(request, desk)
        except ServiceError:
            pass
    return Visitor(now=desk.clock())


async def first_sign_in(request: Request, _: Exception) -> Response:
    """Send a visitor to the sign-in page and from there back to the page that was asked for; a form keeps what it carried."""
    if resuming.navigates(request):
        return await sign.ask_meanwhile(request)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return _lead(request, f"/sign-in?next={quote(wanted, safe='/')}")


async def first_enrol(request: Request, _: Exception) -> Response:
    """Send a member of staff to set up the second factor, which comes before everything else."""
    return _lead(request, "/account?first=1")


async def first_choose(request: Request, _: Exception) -> Response:
    """Let whoever has lost the one for whom he acted choose another, which comes before everything else."""
    return _lead(request, "/identity?lost=1")


def _lead(request: Request, path: str) -> Response:
    if "hx-request" in request.headers:
        # a fragment would be replaced by the sign-in page: the whole page goes there
        return Response(headers={"hx-redirect": path, "cache-control": "no-store"})
    return see(path)
