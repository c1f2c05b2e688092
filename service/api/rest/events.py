"""办理记录 — what happened, by whom, under which article; and how each date came about, day by day."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, ConfigDict, Field

from service.api.auth import Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.case_shapes import WhereShown
from service.api.rest.case_views import where_line
from service.api.rest.shapes import Shown, json_answer, shape_of
from service.api.texts import CaseNumber, ClockCode, Cursor, ItemCode
from service.errors import NotFound, NotPermitted, NotSignedIn
from service.office import Recorded, titles
from service.workflows.case import CASE, Actor
from service.workflows.definition import Release
from service.workflows.telling import action_title

router = APIRouter(prefix="/cases", tags=["cases"], route_class=StrictRoute)
OF_CASE = "case"  # stands for the case's own clocks in the path


class WhoShown(Shown):
    """谁办的。"""

    kind: str
    kind_title: str
    account: str = Field(description="账号；只有工作人员和监察看得到")
    department: str
    department_title: str
    post: str
    post_title: str
    role: str = Field(description="以什么身份为申请人办的，如 agent 代理人；不是的为空")
    role_title: str


class EventShown(Shown):
    """一条办理记录。"""

    n: int
    action: str
    action_title: str
    item: str
    item_title: str
    at: datetime = Field(description="在法律上发生的时间")
    recorded_at: datetime = Field(description="记录下来的时间")
    who: WhoShown
    state_from: str
    state_from_title: str
    state_to: str
    state_to_title: str
    law: str
    data: dict[str, Any] = Field(description="办理时携带的内容；只有工作人员和监察看得到")
    notices: list[int] = Field(description="同时发出的文书的序号")
    calendar: str = Field(description="所用工作日历的版本")
    hash: str = Field(description="本条与以前各条的链式哈希，供核对有没有被改动")


class EventPage(Shown):
    """办理记录的一页，按发生的先后。"""

    items: list[EventShown]
    next: str | None


class DayShown(Shown):
    """一天算不算。"""

    date: date
    counted: bool
    n: int
    why: str


class PauseShown(Shown):
    """一段停表。"""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: date | None = Field(alias="from")
    to: date | None
    why: str | None


class RemainingShown(Shown):
    """还剩多少。"""

    promised: int | None
    statutory: int | None


class ExplanationShown(Shown):
    """时限说明：这个日期是怎样算出来的，逐日可查。"""

    title: str
    basis: str
    state: str
    promised: str | None
    statutory: str | None
    started_on: date
    promised_on: date | None
    statutory_on: date | None
    due_on: date | None
    safe_on: date | None
    provisional: bool
    known: str = Field(description="依赖未公布的放假安排时，说明已确定多少")
    remaining: RemainingShown
    extensions: list[dict[str, Any]]
    pauses: list[PauseShown]
    days: list[DayShown]
    calendar: str
    sentence: str = Field(description="一句话说明，可以直接念给申请人听")


class OddityShown(Shown):
    """一处疑点。"""

    code: str = Field(
        description="back-dated 倒签，hasty 秒批，late-stop 临期停表，last-day-notice 踩点补正，"
        "sent-back-often 反复退回，corrected-often 反复补正，same-hands 一人到底，granted-incomplete 缺件准予，"
        "second-notice 再次告知，early-notice 提前告知，unchecked 事后核查没有做就终结"
    )
    item: str
    text: str
    events: list[int] = Field(description="依据的办理记录的序号")
    working_days: int | None = Field(description="涉及几个工作日；不按日数的为空")


class OddityPage(Shown):
    """一件办件的疑点；没有时为空列表。"""

    items: list[OddityShown]


class WherePage(Shown):
    """那一时刻在办的事项各在哪里。"""

    at: datetime
    where: list[WhereShown]


@router.get(
    "/{number}/events",
    operation_id="cases_events",
    summary="办理记录",
    response_model=EventPage,
    responses=refusals(NotSignedIn, NotFound),
)
async def list_events(
    number: CaseNumber,
    desk: Counter,
    caller: SignedIn,
    cursor: Cursor | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Response:
    """只增不改，逐条链接；申请人看到的没有经办人账号和内部意见。"""
    found = await desk.office.events(caller.actor, number, cursor, limit, now=caller.now)
    shown = [
        event_shown(each, await desk.office.release(each.release), caller.actor)
        for each in found.items
    ]
    return json_answer(EventPage(items=shown, next=found.next).model_dump_json())


@router.get(
    "/{number}/oddities",
    operation_id="cases_oddities",
    summary="办理记录里的疑点",
    response_model=OddityPage,
    responses=refusals(NotSignedIn, NotPermitted, NotFound),
)
async def list_oddities(number: CaseNumber, desk: Counter, caller: SignedIn) -> Response:
    """倒签、秒批、临期停表、踩点补正等，只供效能监察核实；疑点不等于违规。"""
    found = await desk.office.oddities(caller.actor, number, caller.now)
    shown = [shape_of(OddityShown, each) for each in found]
    return json_answer(OddityPage(items=shown).model_dump_json())


@router.get(
    "/{number}/where",
    operation_id="cases_where",
    summary="某一时刻办到哪里",
    response_model=WherePage,
    responses=refusals(NotSignedIn, NotFound),
)
async def where_at(
    number: CaseNumber,
    desk: Counter,
    caller: SignedIn,
    at: Annotated[
        AwareDatetime, Query(description="哪一时刻，带时区", examples=["2026-11-06T10:00:00+08:00"])
    ],
) -> Response:
    """那时在哪个环节、哪个部门、哪个岗位、谁手里，到哪天为止；申请人看不到具体的人。"""
    found = await desk.office.where_at(caller.actor, number, at, caller.now)
    named = caller.actor.kind in ("clerk", "supervisor")
    lines = [where_line(each, named=named) for each in found]
    return json_answer(WherePage(at=at, where=lines).model_dump_json())


@router.get(
    "/{number}/clocks/{item}/{clock}/explain",
    operation_id="clocks_explain",
    summary="时限逐日说明",
    response_model=ExplanationShown,
    responses=refusals(NotSignedIn, NotFound),
)
async def explain_clock(
    number: CaseNumber, item: ItemCode, clock: ClockCode, desk: Counter, caller: SignedIn
) -> Response:
    """整件的时限（如 promise）item 写 case。每一天算不算、为什么，都列出来。"""
    code = CASE if item == OF_CASE else item
    found = await desk.office.explain(caller.actor, number, code, clock, caller.now)
    return json_answer(ExplanationShown.model_validate(found).model_dump_json(by_alias=True))


@router.get(
    "/{number}/chart.svg",
    operation_id="cases_chart_svg",
    summary="办件的流程图（SVG）",
    response_class=Response,
    responses=refusals(NotSignedIn, NotFound)
    | {200: {"description": "流程图", "content": {"image/svg+xml": {}}}},
)
async def chart_svg(number: CaseNumber, desk: Counter, caller: SignedIn) -> Response:
    """各事项走过、正在和将要经过的环节；实线只画办理记录里有的，走过几次也照记录。"""
    found = await desk.office.progress(caller.actor, number, caller.now)
    policy = "default-src 'none'; frame-ancestors 'self'; sandbox"
    headers = {"cache-control": "no-store", "content-security-policy": policy}
    return Response(found.chart().encode(), headers=headers, media_type="image/svg+xml")


def event_shown(one: Recorded, release: Release, viewer: Actor) -> EventShown:
    """Show a record; the applicant sees department and post, not the person, and not what was written inside."""
    inside = viewer.kind in ("clerk", "supervisor")
    return shape_of(
        EventShown,
        one,
        action_title=action_title(release, one),
        item_title=titles.item_title(release, one.item) if one.item else "",
        who=_who_shown(one.actor, release, inside=inside),
        state_from_title=_state_title(release, one.item, one.state_from),
        state_to_title=_state_title(release, one.item, one.state_to),
        data=one.data if inside else {},
        notices=list(one.papers),
    )


def _state_title(release: Release, item: str, state: str) -> str:
    if not state:
        return ""
    return titles.state_title(release, item, state) if item else titles.CASE_STATES[state]


def _who_shown(actor: dict[str, Any], release: Release, *, inside: bool) -> WhoShown:
    kind, department, post = (str(actor.get(name, "")) for name in ("kind", "department", "post"))
    return WhoShown(
        kind=kind,
        kind_title=titles.ACTOR_KINDS[kind],
        account=str(actor.get("account", "")) if inside else "",
        department=department,
        department_title=titles.department_title(release, department) if department else "",
        post=post,
        post_title=titles.post_title(release, post) if post else "",
        role=(role := str(actor.get("role", ""))),
        role_title=titles.ROLES[role],
    )
