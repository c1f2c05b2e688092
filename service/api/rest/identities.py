"""办事身份 — for whom an account may act."""

from datetime import date

from fastapi import APIRouter, Response
from pydantic import Field

from service.api.auth import Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import Shown, json_answer, shape_of
from service.errors import NotSignedIn

router = APIRouter(prefix="/me/identities", tags=["identities"], route_class=StrictRoute)


class IdentityShown(Shown):
    """一个办事身份。"""

    id: str = Field(description="放在请求头 Acts-By 里；账号本人（本单位）的为空，不用放")
    number: str = Field(description="证件号码；账号还没有核验身份的为空")
    name: str
    kind: str = Field(
        description="individual 个人，sole-trader 个体工商户，enterprise 企业，organisation 其他组织；还没有核验的为空"
    )
    kind_title: str
    role: str = Field(
        description="owner 经营者，legal_representative 法定代表人，authorised 经办人，agent 代理人；本人为空"
    )
    role_title: str
    through: str = Field(description="代理人是单位的：哪个单位")
    until_on: date | None = Field(description="授权到哪天；没有期限的为空")
    bundles: list[str] = Field(description="代理人：授权办哪些一件事；为空就是不限")
    cases: list[str] = Field(description="代理人：还授权接着办哪些办件")
    current: bool = Field(description="这次请求用的是不是这个身份")


class IdentitiesShown(Shown):
    """可以用的办事身份，账号本人（本单位）在最前面。"""

    items: list[IdentityShown]


@router.get(
    "",
    operation_id="me_identities",
    summary="可以以谁的身份办",
    response_model=IdentitiesShown,
    responses=refusals(NotSignedIn),
)
async def identities(desk: Counter, caller: SignedIn) -> Response:
    """办事时在请求头 `Acts-By` 里放所选身份的 `id`；失去的身份不再出现，用它的请求得到 403。工作人员、门户没有可选的身份。"""
    found = await desk.office.identities(caller.actor.account, caller.now)
    acts_by = caller.actor.representation
    items = [shape_of(IdentityShown, one, current=one.id == acts_by) for one in found]
    return json_answer(IdentitiesShown(items=items).model_dump_json())
