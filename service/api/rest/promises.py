"""告知承诺 — the promise that an item rests on, as it was signed: 告知书 and 承诺书, for the applicant and who decides or checks."""

from datetime import date, datetime

from fastapi import APIRouter, Response
from pydantic import Field

from service.api.auth import Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.promised import promise_of
from service.api.rest.shapes import Shown, json_answer, shape_of
from service.api.texts import CaseNumber, ItemCode
from service.errors import NotFound, NotSignedIn

router = APIRouter(prefix="/cases", tags=["cases"], route_class=StrictRoute)


class PromiseShown(Shown):
    """一份签署的告知承诺。"""

    item: str
    title: str
    notice: str = Field(description="告知书全文（Markdown）；为空的，告知的内容都在承诺书里")
    text: str = Field(description="承诺书全文（Markdown），就是签署时看到的")
    version: str = Field(description="承诺书的版本")
    sha256: str = Field(description="承诺书全文的 SHA-256，与办理记录里的一致")
    signer: str = Field(description="签署人")
    how: str = Field(description="怎么签的：登录账号后签名，或者可靠的电子签名")
    certificate: str = Field(description="电子签名证书；用账号签的为空")
    signed_at: datetime
    listed: str = Field(description="依据的告知承诺清单条目；没有的为空")
    later_on: date | None = Field(description="承诺在哪一天前符合条件；签署时已经符合的为空")
    standing: str = Field(description="现在怎样：等待决定、已按承诺准予、已改按一般程序")


@router.get(
    "/{number}/promises/{item}",
    operation_id="promises_get",
    summary="签署的告知书和承诺书",
    response_model=PromiseShown,
    responses=refusals(NotSignedIn, NotFound),
)
async def promise(number: CaseNumber, item: ItemCode, desk: Counter, caller: SignedIn) -> Response:
    """申请人、牵头窗口、承办部门（决定、核查的人）和效能监察可以看；没有签过，或者不归来人看的，答复相同。"""
    view = await desk.office.case(caller.actor, number, caller.now)
    found = promise_of(view, item)
    if found is None:
        raise NotFound
    return json_answer(shape_of(PromiseShown, found).model_dump_json())
