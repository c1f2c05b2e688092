"""好差评公开 — how services are rated, in figures that show nobody."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from service.api.auth import Counter, Now
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import Shown, json_answer, shape_of
from service.errors import DataInvalid
from service.office.figures import Rated

router = APIRouter(prefix="/ratings", tags=["public"], route_class=StrictRoute)


class RatedLine(Shown):
    """一件事或者一个事项的评价数字；评价太少的不公开，以免看出是谁评的。"""

    bundle: str
    bundle_title: str
    item: str = Field(description="空为整件事")
    item_title: str
    department_title: str
    rated: int | None = Field(description="评价件数；少于五件的不公开，为空")
    grades: dict[str, int] | None = Field(description="等级 → 件数，5 非常满意 … 1 非常不满意")
    average: float | None = Field(description="平均等级，不含默认评价")
    defaulted: int | None = Field(
        description="没有评价、按本地规定计为默认评价的件数；没有这条规定时为空"
    )


class RatedMonth(Shown):
    """一个月的好差评。"""

    month: str
    lines: list[RatedLine]


@router.get(
    "",
    operation_id="ratings_month",
    summary="好差评公开：一个月的评价数字",
    response_model=RatedMonth,
    responses=refusals(DataInvalid),
)
async def month_of_ratings(
    desk: Counter,
    now: Now,
    month: Annotated[str, Query(pattern=r"^[0-9]{4}-[0-9]{2}$", examples=["2026-10"])],
) -> Response:
    """只有汇总数字，没有评价内容，也没有评价人；不需要登录。"""
    lines = [_rated_shown(each) for each in await desk.office.ratings(month, now)]
    return json_answer(RatedMonth(month=month, lines=lines).model_dump_json())


def _rated_shown(each: Rated) -> RatedLine:
    return shape_of(
        RatedLine,
        each,
        grades=None if each.grades is None else {str(n): count for n, count in each.grades.items()},
    )
