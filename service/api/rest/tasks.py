"""待办 — a clerk's work list; taking a task, giving it back, handing it over."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response
from pydantic import Field, StringConstraints

from service.api import noting
from service.api.auth import Asked, Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.given import Long
from service.api.rest.shapes import Given, Shown, json_answer, shape_of
from service.api.texts import CaseNumber, Code, Cursor, ItemCode, Short, Whole, Word
from service.errors import (
    ActionNotAllowed,
    CaseChanged,
    KeyReused,
    NotFound,
    NotPermitted,
    NotSignedIn,
    one_field,
)
from service.office import Due, TaskFilter, TaskRow, View, titles
from service.workflows.definition import Card

router = APIRouter(prefix="/tasks", tags=["tasks"], route_class=StrictRoute)
TEXT_MEANS = "编号或申请人名称的一部分，或者完整的统一社会信用代码、身份证号码"


class DueShown(Shown):
    """期限今天怎么样。"""

    clock: str
    clock_title: str
    on: date
    left_days: int = Field(description="今天以后还剩几天；最后一天是 0，超过的是负数")
    working: bool = Field(description="true 按工作日数，false 按自然日数")
    left_title: str = Field(examples=["还剩 6 个工作日", "今天是最后一天", "已超过 1 个工作日"])
    note: str = Field(description="为什么与挂历上的天数不同，如已扣除国庆节放假；为空表示相同")
    at_expiry_title: str = Field(description="逾期会自动发生什么，如视为受理；为空表示没有")
    provisional: bool = Field(description="跨到放假安排还没有公布的年份，暂定")


class BulkAction(Shown):
    """可以批量办理的动作。"""

    action: str
    title: str


class TaskCountsShown(Shown):
    """待办件数，每个数最多数到 most。"""

    mine: int = Field(description="我的待办")
    unclaimed: int = Field(description="待认领")
    yellow: int = Field(description="我的和待认领的里面，黄牌")
    red: int = Field(description="我的和待认领的里面，红牌")
    waiting: int = Field(description="等申请人补正、整改的")
    most: int


class TaskShown(Shown):
    """待办。"""

    case: str = Field(description="办件编号")
    n: int
    item: str
    item_title: str
    bundle: str
    bundle_title: str
    state: str
    state_title: str
    department: str
    department_title: str
    post: str
    post_title: str
    person: str = Field(description="认领的人；为空表示还没有人认领")
    since_at: datetime
    done_at: datetime | None = Field(description="办完的时刻；还没有办完的为 null")
    due_on: date | None
    due: DueShown | None = Field(description="最先到期的时限今天怎么样；没有在走的时限时为 null")
    card: str
    card_title: str
    applicant_type: str
    applicant_type_title: str
    applicant_name: str
    version: int = Field(description="办件版本，认领、退还时可放进 If-Match")
    objection: str = Field(
        description="部门反馈还缺什么，没有告知申请人、也没有撤回以前不能受理；没有就是空的"
    )
    bulk_actions: list[BulkAction] = Field(
        description="可以放进 POST /bulk 的动作；每一件办的时候还要再检查"
    )


class TaskPage(Shown):
    """待办列表的一页，最急的在前。"""

    items: list[TaskShown]
    next: str | None


class HandGiven(Given):
    """转给谁，只有转办才写。"""

    to: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")] | None = Field(
        None, description="同事的账号，见 GET /tasks/{case}/{n}/colleagues"
    )
    reason: Long | None = Field(None, description="为什么转")


class ColleagueShown(Shown):
    """同事。"""

    account: str
    name: str


class ColleaguePage(Shown):
    """可以转给的同事。"""

    items: list[ColleagueShown]


NOBODY = HandGiven()
HAND_EXAMPLES: dict[str, Any] = {
    "认领、退还": {"value": {}},
    "转办": {"value": {"to": "scjg.window2", "reason": "明天起休假"}},
}


@router.get(
    "",
    operation_id="tasks_list",
    summary="待办列表",
    response_model=TaskPage,
    responses=refusals(NotSignedIn, NotPermitted),
)
async def list_tasks(
    desk: Counter,
    caller: SignedIn,
    view: Annotated[
        View,
        Query(
            description="mine 我的，unclaimed 待认领，all 两者，waiting 等申请人补正或整改，done 我办过的（后办完的在前）"
        ),
    ] = "all",
    card: Card | None = None,
    bundle: Code | None = None,
    item: ItemCode | None = None,
    text: Annotated[Short | None, Query(description=TEXT_MEANS)] = None,
    number: Annotated[
        list[CaseNumber] | None, Query(description="只要这些办件，可以写多次", max_length=100)
    ] = None,
    cursor: Cursor | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """只列出来人的岗位可以办的，期限最近的在前。"""
    wanted = TaskFilter(view, card or "", bundle or "", item or "", text or "", tuple(number or ()))
    found = await desk.office.tasks(caller.actor, wanted, cursor, limit, now=caller.now)
    noting.listed(desk, caller.actor, "tasks")
    page = TaskPage(items=[task_line(each) for each in found.items], next=found.next)
    return json_answer(page.model_dump_json())


@router.get(
    "/counts",
    operation_id="tasks_count",
    summary="待办件数",
    response_model=TaskCountsShown,
    responses=refusals(NotSignedIn, NotPermitted),
)
async def count_tasks(desk: Counter, caller: SignedIn) -> Response:
    """每个数最多数到 most：到了 most 就表示还有更多。"""
    found = await desk.office.task_counts(caller.actor)
    return json_answer(shape_of(TaskCountsShown, found).model_dump_json())


@router.get(
    "/{case}/{n}/colleagues",
    operation_id="tasks_colleagues",
    summary="待办可以转给谁",
    response_model=ColleaguePage,
    responses=refusals(NotSignedIn, NotPermitted, NotFound),
)
async def list_colleagues(case: CaseNumber, n: Whole, desk: Counter, caller: SignedIn) -> Response:
    """本部门同一岗位的在岗人员；申请人本人和依法应当回避的不在其中。"""
    found = await desk.office.colleagues(caller.actor, case, n, caller.now)
    page = ColleaguePage(items=[shape_of(ColleagueShown, each) for each in found])
    return json_answer(page.model_dump_json())


@router.post(
    "/{case}/{n}/{verb}",
    operation_id="tasks_claim",
    summary="认领、退还或转办待办",
    response_model=TaskShown,
    responses=refusals(
        NotSignedIn, NotPermitted, NotFound, ActionNotAllowed, CaseChanged, KeyReused
    ),
)
async def hand_task(
    case: CaseNumber,
    n: Whole,
    verb: Word,
    desk: Counter,
    asked: Asked,
    given: Annotated[HandGiven, Body(openapi_examples=HAND_EXAMPLES)] = NOBODY,
) -> Response:
    """用 claim 认领、用 release 退还、用 transfer 转给本部门同一岗位的同事。认领后只有本人能办这一项；负责人可以退还、转办别人的。"""
    if verb not in titles.TASK_ACTIONS:
        known = "、".join(f"{code}（{title}）" for code, title in titles.TASK_ACTIONS.items())
        raise one_field("/verb", f"没有这种办法；可以用：{known}")
    if verb == "transfer":
        if given.to is None:
            raise one_field("/to", "请写明转给谁")
        row = await desk.office.transfer(
            asked, case, n, given.to, given.reason or "", answer=_rendered
        )
    elif given != NOBODY:
        raise one_field("/to" if given.to else "/reason", "只有转办才写转给谁、为什么转")
    else:
        row = await (desk.office.claim if verb == "claim" else desk.office.release_task)(
            asked, case, n, answer=_rendered
        )
    return json_answer(row.answer)


def _rendered(row: TaskRow) -> str:
    return task_line(row).model_dump_json()


def task_line(row: TaskRow) -> TaskShown:
    """Show one line of the list."""
    return shape_of(
        TaskShown,
        row,
        case=row.number,
        due=_due_shown(row.due),
        card_title=titles.CARDS[row.card],
        applicant_type_title=titles.APPLICANT_TYPES[row.applicant_type],
        bulk_actions=[BulkAction(action=action, title=title) for action, title in row.bulk],
    )


def _due_shown(found: Due | None) -> DueShown | None:
    if found is None or found.on is None:
        return None
    left, clock = found.left, found.clock
    return shape_of(
        DueShown,
        left,
        clock=clock.clock,
        clock_title=clock.title,
        left_days=left.days,
        left_title=left.words,
        at_expiry_title=found.then,
        provisional=clock.provisional,
    )
