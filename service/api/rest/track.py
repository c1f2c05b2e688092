"""公开查询 — how far a case is, for whoever has its query code."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from service.api.auth import Counter, Now
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.progress_shapes import TurnShown, turn_shown
from service.api.rest.shapes import Shown, json_answer, shape_of
from service.api.texts import Secret, TypedNumber
from service.errors import NotFound
from service.office import titles

router = APIRouter(prefix="/track", tags=["public"], route_class=StrictRoute)


class TrackItem(Shown):
    """一个事项的进度。"""

    item: str
    title: str
    department_title: str
    state: str
    state_title: str
    outcome: str
    outcome_title: str
    due_on: date | None


class TrackWhere(Shown):
    """现在在哪里。"""

    item: str
    item_title: str
    stage: str
    department_title: str
    since_at: datetime | None
    due_on: date | None
    card: str
    card_title: str


class TrackShown(Shown):
    """公开的进度：没有人员、没有材料，名称隐去。"""

    number: str
    bundle: str
    title: str
    state: str
    state_title: str
    applicant: str = Field(description="隐去后的名称")
    received_at: datetime | None
    closed_at: datetime | None
    promised_on: date | None
    turn: TurnShown = Field(description="轮到谁，到哪一天，还剩多少")
    items: list[TrackItem]
    where: list[TrackWhere]


@router.get(
    "/{number}",
    operation_id="track_get",
    summary="凭查询码查进度",
    response_model=TrackShown,
    responses=refusals(NotFound),
)
async def track(
    number: TypedNumber,
    desk: Counter,
    now: Now,
    code: Annotated[Secret, Query(description="收件时给的查询码")],
) -> Response:
    """编号不存在与查询码不对，答复相同。"""
    found = await desk.office.track(number, code, now)
    shown = shape_of(
        TrackShown,
        found,
        turn=turn_shown(found["turn"]),
        items=[shape_of(TrackItem, each) for each in found["items"]],
        where=[
            shape_of(TrackWhere, each, card_title=titles.CARDS[each["card"]])
            for each in found["where"]
        ],
    )
    return json_answer(shown.model_dump_json())
