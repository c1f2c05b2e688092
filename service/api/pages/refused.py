"""没办成 — a refusal as a page: what happened, under which article, what to do next; the status stays the refusal's."""

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import Request, Response

from service.api import problems
from service.api.auth import Desk, desk_of
from service.api.pages.frame import said_plainly, see, shown
from service.api.pages.visit import Visitor, visiting
from service.errors import DataInvalid, NotFound, ServiceError

MACHINES = ("/api/", "/docs", "/healthz", "/openapi.json", "/problems/", "/readyz", "/static/")
OF_PAGES = __package__
NEXT: Mapping[int, str] = {
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


def is_for_people(request: Request) -> bool:
    """Tell whether a person looks at the answer: a page's route, or an address of no program opened in a browser."""
    endpoint = request.scope.get("endpoint")
    if endpoint is not None and getattr(endpoint, "__module__", "").startswith(f"{OF_PAGES}."):
        return True
    return not request.url.path.startswith(MACHINES) and "text/html" in request.headers.get("accept", "")


async def answering(request: Request, refusal: ServiceError) -> Response:
    """Answer a refusal: people get a page, programs a problem document."""
    request_id = problems.request_id_of(request)
    if not is_for_people(request):
        return problems.answer(refusal, request_id)
    if request.method == "GET" and isinstance(refusal, DataInvalid):  # an address that cannot be one of ours
        refusal = NotFound()
    visitor = await _visitor(request, refusal)
    inner = refusal.status == 500
    page = shown(
        request, visitor, "refused.html", refusal.status, title=refusal.title().rstrip("。"),
        detail="" if inner else said_plainly(refusal), law="" if inner else refusal.law, request_id=request_id,
        following=NEXT.get(refusal.status, NEXT[400]), listed=() if inner else refusal.facts.get("errors", ()),
    )  # fmt: skip
    known = problems.answer(refusal, request_id).headers
    page.headers.update({name: known[name] for name in ("retry-after", "allow") if name in known})
    return page


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
    """Send a visitor to the sign-in page and from there back to the page that was asked for."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    path = f"/sign-in?next={quote(wanted, safe='/')}"
    if "hx-request" in request.headers:  # a fragment would be replaced by the sign-in page: the whole page goes there
        return Response(headers={"hx-redirect": path, "cache-control": "no-store"})
    return see(path)
