"""证照库 — the certificates one holds or one's department issued, and one by its number."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, StringConstraints

from service.api import noting
from service.api.auth import Counter, SignedIn
from service.api.body import StrictRoute
from service.api.faces import POLICY, face_page
from service.api.problems import refusals
from service.api.rest.papers import HTML, PDF, address, described, disposition
from service.api.rest.shapes import Shown, json_answer, shape_of
from service.api.texts import Clean, Cursor
from service.errors import ActionNotAllowed, NotFound, NotPermitted, NotSignedIn, Unavailable
from service.office import Holding, titles
from service.workflows.case import Actor

router = APIRouter(prefix="/certificates", tags=["certificates"], route_class=StrictRoute)
Number = Annotated[
    Clean, StringConstraints(min_length=1, max_length=100), Path(description="证照编号")
]


class HoldingShown(Shown):
    """一份证照。"""

    number: str
    certificate: str
    title: str
    holder_name: str = Field(description="持有人；无需知道身份的人看到的是隐去后的名称")
    holder_id: str
    issued_on: date
    valid_from: date | None = Field(description="有效期起；为空的自核发之日起")
    valid_until: date | None = Field(description="有效期止；长期有效的为空")
    continues: str = Field(description="延续或者变更自哪一份（编号）；为空的是首次核发")
    state: str = Field(
        description="made 已准予待颁发，valid 有效，pending 未生效，expired 已过期，superseded 已换发，"
        "revoked 已撤销，recalled 已撤回，void 没有颁发已终止，deregistered 已注销"
    )
    state_title: str
    carries: dict[str, Any] = Field(description="照面内容，签发时取自申请表")
    code: str = Field(description="二维码里的编码，可在 GET /documents/{code} 核验")
    case: str = Field(description="哪件办件发的")
    item: str
    item_title: str
    department: str
    department_title: str


class HoldingPage(Shown):
    """证照的一页。"""

    items: list[HoldingShown]
    next: str | None = Field(description="下一页的 cursor；没有下一页时为空")


@router.get(
    "",
    operation_id="certificates_list",
    summary="证照列表",
    response_model=HoldingPage,
    responses=refusals(NotSignedIn),
)
async def list_certificates(
    desk: Counter,
    caller: SignedIn,
    cursor: Cursor | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """申请人看到自己的，工作人员看到本部门所办事项发出的，新的在前。"""
    found = await desk.office.certificates(caller.actor, caller.now, cursor, limit)
    noting.listed(desk, caller.actor, "certificates")
    page = HoldingPage(
        items=[_holding_shown(each, caller.actor) for each in found.items], next=found.next
    )
    return json_answer(page.model_dump_json())


@router.get(
    "/{certificate}",
    operation_id="certificates_get",
    summary="一份证照",
    response_model=HoldingShown,
    responses=refusals(NotSignedIn, NotFound),
)
async def get_certificate(certificate: Number, desk: Counter, caller: SignedIn) -> Response:
    """持有人，以及看得到所属办件的工作人员可以查看；不归来人看的与没有，答复相同。"""
    return json_answer(
        _holding_shown(
            await desk.office.certificate(caller.actor, certificate, caller.now), caller.actor
        ).model_dump_json()
    )


class ShowingShown(Shown):
    """一个出示码。"""

    token: str = Field(description="出示码，五分钟内可在 GET /documents/shown/{token} 核验")
    url: str = Field(description="二维码里的网址，不用登录就能核验")
    until: datetime = Field(description="到这一刻失效；要再出示就再取一个")
    spoken: str = Field(
        description="报给没有摄像头的人的 8 位数字，与编号一起在 POST /documents/shown 核验，只能用一次"
    )


@router.get(
    "/{certificate}/show",
    operation_id="certificates_show",
    summary="出示一份证照：五分钟内有效的码",
    response_model=ShowingShown,
    responses=refusals(NotSignedIn, NotPermitted, NotFound, ActionNotAllowed),
)
async def show_certificate(
    certificate: Number, request: Request, desk: Counter, caller: SignedIn
) -> Response:
    """只有持有人可以出示，只能出示现在有效的。码由本系统签名，不另外存，过了五分钟谁拿着都没有用。"""
    made = await desk.office.show_certificate(caller.actor, certificate, caller.now)
    url = f"{address(request, desk)}/verify/{made.token}"
    answer = ShowingShown(token=made.token, url=url, until=made.until, spoken=made.spoken)
    return json_answer(answer.model_dump_json())


@router.get(
    "/{certificate}/face.html",
    operation_id="certificates_face_html",
    summary="证面，网页版，可以打印",
    response_class=Response,
    responses=refusals(NotSignedIn, NotFound)
    | described(HTML, "证面，一个完整的网页：没有脚本，不访问别的地址"),
)
async def face_html(
    certificate: Number, request: Request, desk: Counter, caller: SignedIn
) -> Response:
    """照定义包里的证面模板；没有模板的用通用样子。不再有效的，证面上印出来。谁能看，与 GET /certificates/{certificate} 相同。"""
    face = await desk.office.face(
        caller.actor, certificate, caller.now, base=address(request, desk)
    )
    headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
    return Response(face_page(face), headers=headers, media_type=HTML)


@router.get(
    "/{certificate}/face.pdf",
    operation_id="certificates_face_pdf",
    summary="证面，PDF",
    response_class=Response,
    responses=refusals(NotSignedIn, NotFound, Unavailable)
    | described(PDF, "证面，PDF/A，文字可以选取和朗读"),
)
async def face_pdf(
    certificate: Number, request: Request, desk: Counter, caller: SignedIn
) -> Response:
    """与网页版内容相同。服务器没有安装 PDF 组件或中文字体时返回 503，说明缺什么。"""
    name, content = await desk.office.face_pdf(
        caller.actor, certificate, caller.now, base=address(request, desk)
    )
    headers = {"content-disposition": disposition(name), "cache-control": "no-store"}
    return Response(content, headers=headers, media_type=PDF)


def _holding_shown(row: Holding, actor: Actor) -> HoldingShown:
    watching = actor.is_supervisor  # watches over the time of all, needs nobody's papers
    return shape_of(
        HoldingShown,
        row,
        holder_name=titles.masked(row.holder_name) if watching else row.holder_name,
        holder_id=titles.masked_id(row.holder_id) if watching else row.holder_id,
        state_title=titles.CERTIFICATE_STATES[row.state],
        carries={} if watching else row.carries,
    )
