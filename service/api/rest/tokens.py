"""登录 — a name and a password for a bearer token."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Response
from pydantic import Field, StringConstraints

from service.api.auth import Counter
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import KINDS, Given, Shown, json_answer, said
from service.api.texts import Clean
from service.errors import NotSignedIn, TooManyAttempts

router = APIRouter(prefix="/tokens", tags=["tokens"], route_class=StrictRoute)
EXAMPLE: dict[str, Any] = {"受理岗": {"value": {"username": "scjg-window", "password": "口令"}}}


class SignInGiven(Given):
    """登录。"""

    username: Annotated[Clean, StringConstraints(min_length=1, max_length=64)]
    password: Annotated[Clean, StringConstraints(min_length=1, max_length=200)]


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


@router.post(
    "", operation_id="tokens_create", summary="登录，取得令牌", response_model=TokenShown,
    responses=refusals(NotSignedIn, TooManyAttempts),
)  # fmt: skip
async def create_token(desk: Counter, given: Annotated[SignInGiven, Body(openapi_examples=EXAMPLE)]) -> Response:
    """连续 5 次口令错误，账号锁定 15 分钟。之后的请求带上 Authorization: Bearer 令牌。"""
    now = desk.clock()
    account = await desk.office.sign_in(given.username, given.password, now)
    token, ends = desk.tokens.issue(account.account, now)
    shown = TokenShown(
        access_token=token, expires_in=int((ends - now).total_seconds()), expires_at=ends,
        account=AccountShown(
            account=account.account, name=account.name, kind=account.kind, kind_title=said(KINDS, account.kind),
            department=account.department, posts=list(account.posts),
        ),
    )  # fmt: skip
    return json_answer(shown.model_dump_json())
