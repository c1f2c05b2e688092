"""核查记录 — the checks that the public may consult, and those that wait for one's own signature."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from service.api.auth import Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import Shown, json_answer, shape_of
from service.api.texts import Cursor
from service.errors import DataInvalid, NotPermitted, NotSignedIn

router = APIRouter(tags=["inspections"], route_class=StrictRoute)


class PublicPointShown(Shown):
    """一个审查要点和核查结果。"""

    point: str
    result: str


class PublicInspectionShown(Shown):
    """一份公开的核查记录。"""

    applicant_name: str = Field(description="企业和组织写名称，个人和个体工商户隐去一部分")
    item_title: str
    department_title: str
    checked_on: date
    filed_on: date = Field(description="核查人员都签字、归档的日期")
    points: list[PublicPointShown]
    result: str


class InspectionPage(Shown):
    """公开的核查记录的一页。"""

    items: list[PublicInspectionShown]
    next: str | None = Field(description="下一页的 cursor；没有下一页时为空")


class AwaitedShown(Shown):
    """一份等您签字的核查记录。"""

    number: str = Field(
        description="办件编号；签字用 POST /cases/{number}/actions，动作 sign_inspection"
    )
    item: str
    item_title: str
    checked_at: datetime


class AwaitedList(Shown):
    """等您签字的核查记录，早的在前。"""

    items: list[AwaitedShown]


@router.get(
    "/inspections",
    operation_id="inspections_list",
    summary="公开的核查记录",
    response_model=InspectionPage,
    responses=refusals(DataInvalid),
)
async def list_inspections(
    desk: Counter, cursor: Cursor | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 50
) -> Response:
    """准予以后的核查，新的在前：查了谁、查了什么、哪一天、结果。核查人员都签字归档以后公开（行政许可法 61）。"""
    found = await desk.office.public_inspections(cursor, limit)
    shown = [
        shape_of(
            PublicInspectionShown,
            each,
            points=[PublicPointShown(point=point, result=result) for point, result in each.points],
        )
        for each in found.items
    ]
    return json_answer(InspectionPage(items=shown, next=found.next).model_dump_json())


@router.get(
    "/inspections/awaiting",
    operation_id="inspections_awaiting",
    summary="等我签字的核查记录",
    response_model=AwaitedList,
    responses=refusals(NotSignedIn, NotPermitted),
)
async def list_awaiting(desk: Counter, caller: SignedIn) -> Response:
    """一起核查、还没有在记录上签字的。"""
    found = await desk.office.awaited_signatures(caller.actor)
    shown = [shape_of(AwaitedShown, each) for each in found]
    return json_answer(AwaitedList(items=shown).model_dump_json())
