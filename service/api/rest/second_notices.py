"""再次告知 — what was asked for twice for one receipt; for supervision only (R-ACC-6)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from service.api.auth import Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import Shown, json_answer, shape_of
from service.api.texts import Cursor
from service.errors import DataInvalid, NotPermitted, NotSignedIn

router = APIRouter(prefix="/second-notices", tags=["service"], route_class=StrictRoute)


class SecondNoticeShown(Shown):
    """同一次收件的第二份一次性告知。"""

    number: str = Field(description="办件编号")
    bundle_title: str
    item_titles: list[str] = Field(description="又要补正的事项")
    department_title: str
    account: str = Field(description="谁发出的")
    reason: str = Field(description="为什么第一次没有告知")
    recorded_at: datetime


class SecondNoticePage(Shown):
    """再次告知的一页。"""

    items: list[SecondNoticeShown]
    next: str | None = Field(description="下一页的 cursor；没有更多时为空")


@router.get(
    "",
    operation_id="second_notices",
    summary="再次告知：同一次收件要了两次补正的办件",
    response_model=SecondNoticePage,
    responses=refusals(NotSignedIn, NotPermitted, DataInvalid),
)
async def list_second_notices(
    desk: Counter,
    caller: SignedIn,
    cursor: Cursor | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """所有办件，新的在前，只有效能监察能看。需要补正的应当一次告知全部内容（行政许可法 32、72）。"""
    found = await desk.office.second_notices(caller.actor, cursor, limit)
    shown = [shape_of(SecondNoticeShown, each) for each in found.items]
    return json_answer(SecondNoticePage(items=shown, next=found.next).model_dump_json())
