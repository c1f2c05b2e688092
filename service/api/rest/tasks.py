"""待办 — a clerk's work list; taking a task and giving it back."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from service.api.auth import Asked, Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import APPLICANT_TYPES, CARDS, Shown, json_answer, said
from service.api.texts import CaseNumber, Code, Cursor, ItemCode, Short, Whole, Word
from service.errors import ActionNotAllowed, CaseChanged, KeyReused, NotFound, NotPermitted, NotSignedIn, one_field
from service.office import TaskFilter, TaskRow

router = APIRouter(prefix="/tasks", tags=["tasks"], route_class=StrictRoute)
VERBS = {"claim": "认领", "release": "退还"}


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
    due_on: date | None
    card: str
    card_title: str
    applicant_type: str
    applicant_type_title: str
    applicant_name: str
    version: int = Field(description="办件版本，认领、退还时可放进 If-Match")


class TaskPage(Shown):
    """待办列表的一页，最急的在前。"""

    items: list[TaskShown]
    next: str | None


@router.get(
    "",
    operation_id="tasks_list",
    summary="待办列表",
    response_model=TaskPage,
    responses=refusals(NotSignedIn, NotPermitted),
)
async def list_tasks(
    desk: Counter, caller: SignedIn,
    view: Annotated[Literal["mine", "unclaimed", "all"], Query(description="mine 我的，unclaimed 待认领，all 两者")] = "all",
    card: Literal["none", "yellow", "red"] | None = None, bundle: Code | None = None, item: ItemCode | None = None,
    text: Annotated[Short | None, Query(description="编号或申请人名称的一部分")] = None, cursor: Cursor | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:  # fmt: skip
    """只列出来人的岗位可以办的，期限最近的在前。"""
    wanted = TaskFilter(view, card or "", bundle or "", item or "", text or "")
    found = await desk.office.tasks(caller.actor, wanted, cursor, limit)
    page = TaskPage(items=[line(each) for each in found.items], next=found.next)
    return json_answer(page.model_dump_json())


@router.post(
    "/{case}/{n}/{verb}", operation_id="tasks_claim", summary="认领或退还待办", response_model=TaskShown,
    responses=refusals(NotSignedIn, NotPermitted, NotFound, ActionNotAllowed, CaseChanged, KeyReused),
)  # fmt: skip
async def hand_task(case: CaseNumber, n: Whole, verb: Word, desk: Counter, asked: Asked) -> Response:
    """用 claim 认领、用 release 退还。认领后只有本人能办这一项。"""
    if verb not in VERBS:
        known = "、".join(f"{code}（{title}）" for code, title in VERBS.items())
        raise one_field("/verb", f"没有这种办法；可以用：{known}")
    hand = desk.office.claim if verb == "claim" else desk.office.release_task
    row = await hand(asked, case, n, answer=lambda row: line(row).model_dump_json())
    return json_answer(row.answer)


def line(row: TaskRow) -> TaskShown:
    """Show one line of the list."""
    return TaskShown(
        case=row.number, n=row.n, item=row.item, item_title=row.item_title, bundle=row.bundle,
        bundle_title=row.bundle_title, state=row.state, state_title=row.state_title, department=row.department,
        department_title=row.department_title, post=row.post, post_title=row.post_title, person=row.person,
        since_at=row.since_at, due_on=row.due_on, card=row.card, card_title=said(CARDS, row.card),
        applicant_type=row.applicant_type, applicant_type_title=said(APPLICANT_TYPES, row.applicant_type),
        applicant_name=row.applicant_name, version=row.version,
    )  # fmt: skip
