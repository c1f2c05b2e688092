"""登录 — a name and a password for a bearer token, and the end of it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Response
from pydantic import Field, StringConstraints

from service.api import noting
from service.api.auth import Counter, Desk, SignedIn, Whence
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import Given, Shown, json_answer, shape_of
from service.api.texts import Clean
from service.errors import NotSignedIn, SecondFactorNeeded, TooManyAttempts
from service.office import Account, titles

router = APIRouter(prefix="/tokens", tags=["tokens"], route_class=StrictRoute)
BY_TOKEN = "token"  # noqa: S105 - a word
SIGN_IN_EXAMPLES: dict[str, Any] = {
    "受理岗": {"value": {"username": "scjg-window", "password": "口令"}},
    "还要动态码": {"value": {"username": "scjg-window", "password": "口令", "otp": "492039"}},
}
Password = Annotated[Clean, StringConstraints(min_length=1, max_length=200)]
Otp = Annotated[
    str,
    Field(
        pattern=r"^[0-9A-Za-z -]{0,20}$",
        description="手机上的动态码（六位数字），或者一个恢复码；没有设置动态码的不填",
    ),
]


class SignInGiven(Given):
    """登录。"""

    username: Annotated[Clean, StringConstraints(min_length=1, max_length=64)]
    password: Password
    otp: Otp = ""


class AccountShown(Shown):
    """登录的账号。"""

    account: str
    name: str
    kind: str
    kind_title: str
    department: str
    posts: list[str]


class TokenShown(Shown):
    """令牌。"""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of the scheme
    expires_in: int = Field(description="有效的秒数")
    expires_at: datetime
    account: AccountShown


def account_shown(account: Account) -> AccountShown:
    """Return an account as its holder sees it."""
    return shape_of(AccountShown, account, kind_title=titles.ACTOR_KINDS[account.kind])


def issued(desk: Desk, account: Account, now: datetime) -> TokenShown:
    """Return a new token for an account."""
    token, ends = desk.tokens.issue(account.account, account.token_generation, now)
    return TokenShown(
        access_token=token,
        expires_in=int((ends - now).total_seconds()),
        expires_at=ends,
        account=account_shown(account),
    )


@router.post(
    "",
    operation_id="tokens_create",
    summary="登录，取得令牌",
    response_model=TokenShown,
    responses=refusals(NotSignedIn, SecondFactorNeeded, TooManyAttempts),
)
async def create_token(
    desk: Counter,
    whence: Whence,
    given: Annotated[SignInGiven, Body(openapi_examples=SIGN_IN_EXAMPLES)],
) -> Response:
    """从一个地址连续 5 次不对，这个地址 15 分钟内不能再试这个账号。之后的请求带上 Authorization: Bearer 令牌。

    设置了动态码的账号还要填 `otp`；没有填时得到 401 `second-factor-needed`。
    """
    now = desk.clock()
    try:
        account = await desk.office.sign_in(
            given.username, given.password, now, origin=whence, code=given.otp
        )
    except SecondFactorNeeded:
        raise
    except (NotSignedIn, TooManyAttempts) as refusal:
        noting.not_signed_in(desk, given.username, refusal, BY_TOKEN)
        raise
    noting.signed_in(desk, account.account, account.kind, BY_TOKEN)
    return json_answer(issued(desk, account, now).model_dump_json())


@router.delete(
    "",
    operation_id="tokens_end",
    summary="退出，令牌作废",
    status_code=204,
    responses=refusals(NotSignedIn),
)
async def end_token(
    desk: Counter,
    caller: SignedIn,
    everywhere: Annotated[
        bool,
        Query(alias="all", description="true：这个账号在所有地方登录的令牌和浏览器都退出"),
    ] = False,
) -> Response:
    """这个令牌从现在起作废，在所有服务进程上一秒之内生效。"""
    token = caller.token
    if everywhere:
        await desk.office.sign_out_everywhere(token.account)
    else:
        await desk.office.end_token(token.account, token.id, token.ends_at, desk.clock())
    return Response(status_code=204)
