"""注册 — a person opens an account, and adds the sole trade or enterprise of which the register names him."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response
from pydantic import Field, StringConstraints

from service.api.auth import Counter, Now, SignedIn, Whence, spend_a_write
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.given import Document
from service.api.rest.shapes import Given, Shown, json_answer
from service.api.rest.tokens import AccountShown, Password, account_shown
from service.api.texts import Clean, TypedNumber
from service.errors import ActionNotAllowed, NotPermitted, NotSignedIn, TooManyAttempts
from service.office import Registration

router = APIRouter(tags=["identities"], route_class=StrictRoute)
REGISTER_EXAMPLES: dict[str, Any] = {
    "用身份证": {
        "value": {
            "account": "sun.jianping",
            "password": "几个不相干的词 2026",
            "name": "孙建平",
            "number": "999901197811305532",
            "phone": "19900000106",
        }
    }
}
COMPANY_EXAMPLES: dict[str, Any] = {
    "我是法定代表人": {"value": {"number": "91999901MADEM02396", "name": "云泽市建平五金有限公司"}}
}
PersonName = Annotated[
    Clean, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)
]


class RegistrationGiven(Given):
    """注册个人账号：姓名、证件号码、在登记机关预留的手机号码三项核对。"""

    account: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")]
    password: Password
    name: PersonName
    number: TypedNumber
    document: Document = Field("id_card", description="证件种类")
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+-]{5,20}$")]


class CompanyGiven(Given):
    """添加单位：登记机关登记您是它的经营者或者法定代表人。"""

    number: TypedNumber = Field(description="统一社会信用代码")
    name: PersonName


class CompanyAdded(Shown):
    """添加的办事身份。"""

    id: str = Field(description="放在请求头 Acts-By 里")


@router.post(
    "/registrations",
    operation_id="registrations_create",
    summary="注册个人账号",
    status_code=201,
    response_model=AccountShown,
    responses=refusals(ActionNotAllowed, TooManyAttempts),
)
async def register(
    desk: Counter,
    now: Now,
    whence: Whence,
    given: Annotated[RegistrationGiven, Body(openapi_examples=REGISTER_EXAMPLES)],
) -> Response:
    """经实名核验以后开通，随即可以登录。核对不上的按登录失败计次。"""
    wanted = Registration(**given.model_dump())
    made = await desk.office.register(wanted, now, origin=whence)
    return json_answer(account_shown(made).model_dump_json(), 201)


@router.post(
    "/me/companies",
    operation_id="me_add_company",
    summary="添加我的个体户、企业",
    status_code=201,
    response_model=CompanyAdded,
    responses=refusals(NotSignedIn, NotPermitted, ActionNotAllowed, TooManyAttempts),
)
async def add_company(
    desk: Counter,
    caller: SignedIn,
    whence: Whence,
    given: Annotated[CompanyGiven, Body(openapi_examples=COMPANY_EXAMPLES)],
) -> Response:
    """以本人身份添加；添加过的再添加一次，得到原来那一个。"""
    await spend_a_write(desk, caller.actor)
    made = await desk.office.add_company(
        caller.actor, given.number, given.name, caller.now, origin=whence
    )
    return json_answer(CompanyAdded(id=made).model_dump_json(), 201)
