"""我的账号 — how the own account is protected: another password, a second factor."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response
from pydantic import Field, StringConstraints

from service.api.auth import Counter, SignedIn, Whence
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import Given, Shown, json_answer, shape_of
from service.api.rest.tokens import (
    AccountShown,
    Otp,
    Password,
    TokenShown,
    account_shown,
    issued,
)
from service.errors import NotFound, NotPermitted, NotSignedIn, SecondFactorNeeded, TooManyAttempts

router = APIRouter(prefix="/me", tags=["tokens"], route_class=StrictRoute)
PASSWORD_EXAMPLES: dict[str, Any] = {
    "改密码": {"value": {"present": "现在的密码", "new": "几个不相干的词 2026"}}
}
SessionId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{20}$")]
END_EXAMPLES: dict[str, Any] = {"确认是本人": {"value": {"password": "现在的密码"}}}
BEGIN_EXAMPLES: dict[str, Any] = {"开始设置": {"value": {"password": "现在的密码"}}}
CONFIRM_EXAMPLES: dict[str, Any] = {
    "填手机上的动态码": {"value": {"enrolment": "bm9uY2UuLi4=", "code": "492039"}}
}


class MeShown(Shown):
    """我的账号。"""

    account: AccountShown
    second_factor_offered: bool = Field(description="本系统是否为这种账号开启动态码登录")
    second_factor_required: bool = Field(description="是否必须用动态码登录")
    second_factor_set: bool = Field(description="是否已经设置")
    recovery_codes_left: int = Field(description="还有几个没用过的恢复码")


class PasswordGiven(Given):
    """改密码。"""

    present: Password
    new: Password


class SecondFactorGiven(Given):
    """开始设置动态码；已经设置过、要换手机的，还要填原来的动态码。"""

    password: Password
    otp: Otp = ""


class SignInShown(Shown):
    """一处登录。"""

    id: str
    created_at: datetime = Field(description="什么时候登录的")
    seen_at: datetime = Field(description="最近一次使用，准到分钟")
    address: str = Field(description="从哪个网络地址登录的；以前的登录没有记，为空")


class SignInsShown(Shown):
    """登录着的浏览器。"""

    items: list[SignInShown]


class EndGiven(Given):
    """让一处登录退出，要再填一次密码。"""

    password: Password


class EnrolmentShown(Shown):
    """设置动态码：把密钥加进手机上的身份验证器，再用一个动态码确认。"""

    secret: str = Field(description="密钥（Base32），只在这里给出一次")
    address: str = Field(description="二维码的内容（otpauth://）")
    enrolment: str = Field(description="确认时原样交回，15 分钟内有效")


class ConfirmGiven(Given):
    """用一个动态码确认。"""

    enrolment: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    code: Annotated[str, StringConstraints(pattern=r"^[0-9 ]{6,8}$")]


class ConfirmedShown(Shown):
    """动态码已经设置。"""

    recovery_codes: list[str] = Field(description="恢复码：手机丢了时每个能用一次，只给出这一次")
    token: TokenShown


@router.get(
    "",
    operation_id="me_get",
    summary="我的账号",
    response_model=MeShown,
    responses=refusals(NotSignedIn),
)
async def me(desk: Counter, caller: SignedIn) -> Response:
    """登录的是谁，用什么登录。"""
    found = await desk.office.protection(caller.actor)
    shown = MeShown(
        account=account_shown(found.account),
        second_factor_offered=found.offered,
        second_factor_required=found.required,
        second_factor_set=found.account.second_factor,
        recovery_codes_left=found.recovery_codes_left,
    )
    return json_answer(shown.model_dump_json())


@router.post(
    "/password",
    operation_id="me_password",
    summary="改自己的密码",
    response_model=TokenShown,
    responses=refusals(NotSignedIn, TooManyAttempts),
)
async def change_password(
    desk: Counter,
    caller: SignedIn,
    whence: Whence,
    given: Annotated[PasswordGiven, Body(openapi_examples=PASSWORD_EXAMPLES)],
) -> Response:
    """改好后，这个账号以前的令牌和浏览器登录全部作废；答复里有新的令牌。现在的密码填错，与登录一样计数。"""
    now = desk.clock()
    account = await desk.office.change_password(
        caller.actor, given.present, given.new, now, origin=whence
    )
    return json_answer(issued(desk, account, now).model_dump_json())


@router.get(
    "/sessions",
    operation_id="me_sessions",
    summary="我在哪些浏览器里登录着",
    response_model=SignInsShown,
    responses=refusals(NotSignedIn),
)
async def sign_ins(desk: Counter, caller: SignedIn) -> Response:
    """最近用过的在前。令牌不在其中：用完调用 DELETE /tokens，或者全部退出。"""
    found = await desk.office.sign_ins(caller.actor, desk.clock())
    shown = SignInsShown(items=[shape_of(SignInShown, each) for each in found])
    return json_answer(shown.model_dump_json())


@router.post(
    "/sessions/{session}/end",
    operation_id="me_end_session",
    summary="让一处登录退出",
    status_code=204,
    response_class=Response,
    responses=refusals(NotSignedIn, NotFound, TooManyAttempts),
)
async def end_sign_in(
    session: SessionId,
    desk: Counter,
    caller: SignedIn,
    whence: Whence,
    given: Annotated[EndGiven, Body(openapi_examples=END_EXAMPLES)],
) -> Response:
    """要再填一次密码；填错与登录一样计数。"""
    await desk.office.end_sign_in(
        caller.actor, session, given.password, desk.clock(), origin=whence
    )
    return Response(status_code=204)


@router.post(
    "/second-factor",
    operation_id="me_second_factor_begin",
    summary="开始设置动态码",
    response_model=EnrolmentShown,
    responses=refusals(NotSignedIn, SecondFactorNeeded, NotPermitted, TooManyAttempts),
)
async def begin_second_factor(
    desk: Counter,
    caller: SignedIn,
    whence: Whence,
    given: Annotated[SecondFactorGiven, Body(openapi_examples=BEGIN_EXAMPLES)],
) -> Response:
    """得到一个新的密钥；在确认之前什么都没有变。"""
    found = await desk.office.begin_second_factor(
        caller.actor, given.password, desk.clock(), origin=whence, code=given.otp
    )
    shown = EnrolmentShown(secret=found.secret, address=found.address, enrolment=found.sealed)
    return json_answer(shown.model_dump_json())


@router.put(
    "/second-factor",
    operation_id="me_second_factor_confirm",
    summary="确认动态码",
    response_model=ConfirmedShown,
    responses=refusals(NotSignedIn, NotPermitted),
)
async def confirm_second_factor(
    desk: Counter,
    caller: SignedIn,
    given: Annotated[ConfirmGiven, Body(openapi_examples=CONFIRM_EXAMPLES)],
) -> Response:
    """从现在起登录要填动态码；以前的令牌和浏览器登录全部作废，答复里有新的令牌和恢复码。"""
    now = desk.clock()
    account, codes = await desk.office.confirm_second_factor(
        caller.actor, given.enrolment, given.code, now
    )
    shown = ConfirmedShown(recovery_codes=codes, token=issued(desk, account, now))
    return json_answer(shown.model_dump_json())
