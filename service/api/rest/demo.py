"""演示时钟 — see the demonstration's time and move it on, so that a deadline passes while one watches."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response
from pydantic import Field, StringConstraints

from service.api.auth import Counter, Now, SignedIn
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import Given, Shown, json_answer
from service.errors import NotSignedIn, one_field
from service.office import TZ

router = APIRouter(prefix="/demo", tags=["demo"], route_class=StrictRoute)
CLOCK_EXAMPLES: dict[str, Any] = {
    "往后三天": {"value": {"forward": "3d"}},
    "指定时刻": {"value": {"now": "2026-11-05T16:40:00+08:00"}},
}
HOURS_OF_UNIT = {"h": 1, "d": 24}


class ClockGiven(Given):
    """往后拨：到哪个时刻，或者往后多久；二选一。"""

    now: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        None, description="RFC 3339 时刻，带时区"
    )
    forward: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}[hd]$")] | None = Field(
        None, description="小时 h 或天 d，如 3d"
    )


class DemoTime(Shown):
    """演示时钟现在的时间。"""

    now: datetime


@router.get(
    "/clock",
    operation_id="demo_clock_get",
    summary="演示时钟现在几点",
    response_model=DemoTime,
    responses=refusals(),
)
async def get_clock(now: Now) -> Response:
    """演示环境才有。"""
    return shown(now)


@router.post(
    "/clock",
    operation_id="demo_clock_move",
    summary="把演示时钟往后拨",
    response_model=DemoTime,
    responses=refusals(NotSignedIn),
)
async def move_clock(
    desk: Counter,
    caller: SignedIn,
    given: Annotated[ClockGiven, Body(openapi_examples=CLOCK_EXAMPLES)],
) -> Response:
    """只能往后拨；其间到期的，会像真的到期一样办理。"""
    return shown(await desk.office.move_demo_clock(wanted(given, caller.now), caller.now))


def shown(now: datetime) -> Response:
    """Show the time as people in the office read it."""
    return json_answer(DemoTime(now=now.astimezone(TZ)).model_dump_json())


def wanted(given: ClockGiven, now: datetime) -> datetime:
    """Return the instant that is asked for. Raises DataInvalid."""
    if (given.now is None) == (given.forward is None):
        raise one_field("/now", "now 和 forward 填一个")
    if given.forward is not None:
        return now + timedelta(hours=int(given.forward[:-1]) * HOURS_OF_UNIT[given.forward[-1]])
    try:
        to = datetime.fromisoformat(given.now or "")
        if to.tzinfo is not None:
            return to.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise one_field("/now", "请按 2026-11-05T16:40:00+08:00 这样填写，要带时区")
