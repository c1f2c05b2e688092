"""核验文书、证照 — whether a printed paper or certificate is what it says, by the code in its QR."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from fastapi.openapi.models import Example
from pydantic import Field

from service.api.auth import Counter, Now, address_of
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import Given, Shown, json_answer
from service.api.texts import Name, PaperCode, Short, ShowToken
from service.errors import NotFound, TooManyAttempts

router = APIRouter(prefix="/documents", tags=["public"], route_class=StrictRoute)


class DocumentShown(Shown):
    """一份文书或证照的真伪。"""

    number: str
    document_number: str = Field(description="文号，如 云临市监许准〔2026〕327号；没有的为空")
    title: str
    case: str
    issued_at: datetime
    department_title: str
    item_title: str
    applicant: str = Field(description="隐去后的名称")
    sha256: str = Field(description="内容指纹，与纸面上印的一致才是真的")
    intact: bool = Field(description="存档的内容与发出时的记录一致")
    valid: bool = Field(description="属实，而且对应的决定、证照现在仍然有效")
    note: str = Field(description="为什么失效；有效时为空")
    valid_until: date | None = Field(description="证照的有效期止；文书和长期有效的证照为空")
    state: str = Field(
        description="证照的状态 made、valid、pending、expired、superseded、revoked、recalled、void、deregistered；文书为空"
    )


class HeldOutShown(DocumentShown):
    """一份正在出示的证照。"""

    shown_at: datetime = Field(description="出示的时刻")
    shown_until: datetime = Field(description="出示码到这一刻失效")


@router.get(
    "/shown/{token}",
    operation_id="documents_shown",
    summary="核验别人出示的证照",
    response_model=HeldOutShown,
    responses=refusals(NotFound),
)
async def shown(token: ShowToken, desk: Counter, now: Now) -> Response:
    """出示码五分钟内有效：是什么证照、谁的（部分隐去）、现在有没有效。过了时间的，或者不是本系统出的，都是 404，detail 写明。"""
    found = await desk.office.shown_certificate(token, now)
    return json_answer(HeldOutShown(**found).model_dump_json())


class HeardGiven(Given):
    """持证人口报的出示码。"""

    number: Annotated[Name, Field(description="证照编号")]
    code: Annotated[Short, Field(min_length=1, description="持证人报的 8 位数字，空格、横线都可以")]


HEARD: dict[str, Example] = {"口报": {"value": {"number": "JY29999010000001", "code": "4821 7053"}}}


@router.post(
    "/shown",
    operation_id="documents_heard",
    summary="没有摄像头时，凭口报的出示码核验证照",
    response_model=HeldOutShown,
    responses=refusals(NotFound, TooManyAttempts),
)
async def heard(
    given: Annotated[HeardGiven, Body(openapi_examples=HEARD)],
    desk: Counter,
    request: Request,
    now: Now,
) -> Response:
    """与二维码一样五分钟内有效，但只能用一次。编号没有、数字不对、过期、用过，答复相同（404）；错得多了，这份证照和这个地址要等一等（429）。"""
    found = await desk.office.heard_certificate(
        given.number, given.code, now, address=address_of(request)
    )
    return json_answer(HeldOutShown(**found).model_dump_json())


@router.get(
    "/{code}",
    operation_id="documents_verify",
    summary="凭二维码核验文书、证照",
    response_model=DocumentShown,
    responses=refusals(NotFound),
)
async def verify(code: PaperCode, desk: Counter, now: Now) -> Response:
    """纸面上的编号、名称、日期、机关、内容指纹与这里都一致，就是真的；valid 说明现在是否仍然有效。"""
    return json_answer(DocumentShown(**await desk.office.document(code, now)).model_dump_json())
