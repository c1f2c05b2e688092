"""安全日志 — who signed in, was refused, read which case and why; for supervision only (R-SEC-3)."""

import re
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field, StringConstraints

from service.api.auth import Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import Shown, json_answer, shape_of
from service.api.texts import CaseNumber, Cursor
from service.errors import NotPermitted, NotSignedIn
from service.office import LogLine, looked_for, titles
from service.office.security import Fact

router = APIRouter(prefix="/security-log", tags=["service"], route_class=StrictRoute)
ACCOUNT_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
CASE_NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}")
AccountName = Annotated[str, StringConstraints(pattern=rf"^{ACCOUNT_NAME.pattern}$")]


class LogLineShown(Shown):
    """安全日志的一条：只有账号、编号和代码，没有个人信息。"""

    at: datetime
    fact: Fact
    fact_title: str
    account: str = Field(description="谁；不知道是谁时为空")
    kind: str
    kind_title: str
    address: str = Field(description="从哪个网络地址")
    about: str = Field(description="关于哪件办件、哪件事")
    part: str = Field(description="其中的哪个文件（SHA-256）、第几份文书、第几版")
    request: str = Field(description="请求编号")
    detail: str
    detail_title: str = Field(description="凭什么看，或者为什么被拒绝")


class LogPage(Shown):
    """安全日志的一页。"""

    items: list[LogLineShown]
    next: str | None = Field(description="下一页的 cursor；没有更多时为空")


@router.get(
    "",
    operation_id="security_log",
    summary="安全日志：登录、拒绝、查阅",
    response_model=LogPage,
    responses=refusals(NotSignedIn, NotPermitted),
)
async def security_log(
    desk: Counter,
    caller: SignedIn,
    account: AccountName | None = None,
    case: Annotated[CaseNumber | None, Query(description="办件编号")] = None,
    fact: Fact | None = None,
    since: Annotated[date | None, Query(description="从哪一天起（北京时间）")] = None,
    until: Annotated[date | None, Query(description="到哪一天止，含这一天")] = None,
    cursor: Cursor | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """只有效能监察能看，新的在前；看这份日志本身也会留下一条。"""
    wanted = looked_for(account or "", case or "", fact or "", since, until)
    found = await desk.office.security_log(caller.actor, desk.clock(), wanted, cursor or "", limit)
    shown = LogPage(items=[line_shown(each) for each in found.items], next=found.next)
    return json_answer(shown.model_dump_json())


def line_shown(line: LogLine) -> LogLineShown:
    """Show one line with the words of its codes."""
    return shape_of(
        LogLineShown,
        line,
        fact_title=titles.SECURITY_FACTS[line.fact],
        kind_title=titles.ACTOR_KINDS[line.kind] if line.kind else "",
        detail_title=titles.SECURITY_DETAILS.get(line.detail, line.detail),
    )
