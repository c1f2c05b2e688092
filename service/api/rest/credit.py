"""信用 — one's own records, the classes that supervisors keep, and the promises that are published."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import Field, StringConstraints

from service.api.auth import Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import Given, Shown, json_answer, shape_of
from service.api.texts import Clean, Cursor
from service.errors import (
    ActionNotAllowed,
    DataInvalid,
    NotFound,
    NotPermitted,
    NotSignedIn,
    one_field,
)
from service.office import CreditClass, titles
from service.workflows.definition import CreditGrade

router = APIRouter(tags=["credit"], route_class=StrictRoute)
Subject = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$"),
    Path(description="统一社会信用代码或身份证号码"),
]
Entry = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{32}$"), Path(description="登记的编号（id）")
]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
CLASS_EXAMPLE = {
    "grade": "C",
    "since_on": "2026-09-18",
    "source": "市企业信用风险分类结果（2026年第三季度）",
}


class CreditShown(Shown):
    """一条信用记录。"""

    case: str
    item: str
    item_title: str
    kind: str
    kind_title: str
    severity: str
    severity_title: str = Field(description="失信程度")
    recorded_on: date
    excluded: bool = Field(description="是否仍然限制选用告知承诺")
    repair: str = Field(
        description="信用修复的事项代码：申请修复用 POST /cases/{number}/items/{item}/actions，动作 apply_repair"
    )
    repair_from: date | None = Field(description="最早哪一天可以申请修复")
    ends_on: date | None = Field(description="有效到哪一天")
    repaired_on: date | None = Field(description="哪一天修复的")


class CreditList(Shown):
    """本人的信用记录。"""

    items: list[CreditShown]


class ClassGiven(Given):
    """信用分类。"""

    grade: CreditGrade
    since_on: Day = Field(description="自哪一天起")
    source: Annotated[Clean, StringConstraints(min_length=1, max_length=200)] = Field(
        description="来源：名单或者评价的名称"
    )
    serious: bool = Field(False, description="是否列入严重失信名单；列入的不能选用告知承诺")


class ClassShown(Shown):
    """一次信用分类：谁登记，谁复核。"""

    id: str
    subject: str
    since_on: date
    grade: str
    serious: bool
    source: str
    set_by: str = Field(description="登记人；本人查看时为空")
    set_at: datetime
    confirmed_by: str = Field(description="复核人；还没有复核、或者本人查看时为空")
    confirmed_at: datetime | None = Field(description="复核以后才算数；为空的还没有复核")
    in_force: bool = Field(description="现在算数的一条")


class ClassList(Shown):
    """历次信用分类，新的在前，一条不删；复核过的里最新的一条算数，没有的算 B。"""

    items: list[ClassShown]


class PromiseShown(Shown):
    """一份公开的承诺。"""

    applicant_name: str = Field(description="企业和组织写名称，个人和个体工商户隐去一部分")
    item: str
    item_title: str
    department_title: str
    granted_on: date
    text: str = Field(description="承诺书的版本")
    text_sha256: str
    later_on: date | None = Field(description="承诺将于哪天前符合条件；为空的是承诺已经符合")
    result: str = Field(description="事后核查的结果")
    revoked: bool = Field(description="许可是否已经撤销")


class PromisePage(Shown):
    """公开的承诺的一页。"""

    items: list[PromiseShown]
    next: str | None = Field(description="下一页的 cursor；没有下一页时为空")


@router.get(
    "/credits",
    operation_id="credits_list",
    summary="本人的信用记录",
    response_model=CreditList,
    responses=refusals(NotSignedIn, NotPermitted),
)
async def list_credits(desk: Counter, caller: SignedIn) -> Response:
    """各办件里记下的失信行为，是否修复，最早哪一天可以申请修复。"""
    found = await desk.office.credit_records(caller.actor)
    shown = [
        shape_of(CreditShown, each, severity_title=titles.CREDIT_SEVERITIES[each.severity])
        for each in found
    ]
    return json_answer(CreditList(items=shown).model_dump_json())


@router.get(
    "/credit-classes/{subject}",
    operation_id="credit_classes_get",
    summary="一个申请人的信用分类",
    response_model=ClassList,
    responses=refusals(NotSignedIn, NotPermitted),
)
async def get_classes(subject: Subject, desk: Counter, caller: SignedIn) -> Response:
    """历次登记和复核，新的在前。申请人可以看本人的，不写登记人。"""
    found = await desk.office.credit_classes(caller.actor, subject)
    return json_answer(_class_list(found).model_dump_json())


@router.put(
    "/credit-classes/{subject}",
    operation_id="credit_classes_set",
    summary="登记信用分类，等另一人复核",
    response_model=ClassList,
    responses=refusals(NotSignedIn, NotPermitted, DataInvalid),
)
async def set_class(
    subject: Subject,
    desk: Counter,
    caller: SignedIn,
    given: Annotated[ClassGiven, Body(openapi_examples={"C类": {"value": CLASS_EXAMPLE}})],
) -> Response:
    """由一人登记、另一人复核，复核以后自写明的那一天起算数。告知承诺的核查按分类抽取比例。"""
    try:
        since_on = date.fromisoformat(given.since_on)
    except ValueError as wrong:
        raise one_field("/since_on", "日期写成 2026-10-30") from wrong
    found = await desk.office.propose_class(
        caller.actor,
        subject,
        caller.now,
        grade=given.grade,
        since_on=since_on,
        source=given.source,
        serious=given.serious,
    )
    return json_answer(_class_list(found).model_dump_json())


@router.post(
    "/credit-classes/{subject}/{entry}/confirm",
    operation_id="credit_classes_confirm",
    summary="复核信用分类",
    response_model=ClassList,
    responses=refusals(NotSignedIn, NotPermitted, NotFound, ActionNotAllowed),
)
async def confirm_class(
    subject: Subject, entry: Entry, desk: Counter, caller: SignedIn
) -> Response:
    """登记的人自己不能复核，用他的另一个账号也不能。"""
    found = await desk.office.confirm_class(caller.actor, subject, entry, caller.now)
    return json_answer(_class_list(found).model_dump_json())


@router.get(
    "/commitments",
    operation_id="commitments_list",
    summary="公开的告知承诺和核查结果",
    response_model=PromisePage,
    responses=refusals(DataInvalid),
)
async def list_commitments(
    desk: Counter, cursor: Cursor | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 50
) -> Response:
    """按承诺准予的许可，新的在前；核查结果一作出就公开（二十个工作日以内）。"""
    found = await desk.office.published_promises(cursor, limit)
    shown = [shape_of(PromiseShown, each) for each in found.items]
    return json_answer(PromisePage(items=shown, next=found.next).model_dump_json())


def _class_list(found: Sequence[CreditClass]) -> ClassList:
    return ClassList(items=[shape_of(ClassShown, each) for each in found])
