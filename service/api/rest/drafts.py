"""草稿 — what an application that is still being written comes to, and what it lacks."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from service.api.auth import Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import FieldFault, refusals
from service.api.rest.bundle_shapes import Choice
from service.api.rest.guide_shapes import GuideMaterial, GuideShown
from service.api.rest.shapes import Shown, json_answer
from service.api.texts import CaseNumber
from service.errors import ActionNotAllowed, NotFound, NotSignedIn
from service.office import DraftView, titles

router = APIRouter(prefix="/cases", tags=["cases"], route_class=StrictRoute)


class DraftColumn(Shown):
    """一行一行填的一列。"""

    code: str
    title: str
    type: str
    hint: str
    unit: str
    min: float | None
    max: float | None
    options: list[Choice]
    required: bool


class DraftField(Shown):
    """一张表里的一项。"""

    code: str
    title: str
    type: str
    hint: str
    unit: str
    min: float | None
    max: float | None
    options: list[Choice]
    required: bool
    value: Any = Field(description="填了的，或者建议的；没有时为空")
    said: str = Field(description="内容的中文说法")
    origin: str = Field(description="替申请人填好的，从哪里来；申请人自己填的为空")
    fault: str = Field(description="填的内容有什么问题")
    lacking: bool = Field(description="提交以前还要填、要核对或者要改正")
    items: list[Choice] = Field(description="哪些事项要用")
    columns: list[DraftColumn] = Field(description="rows 的各列；别的类型没有")
    rows: list[dict[str, str]] = Field(description="rows 填了的各行：列 → 中文说法")


class DraftSection(Shown):
    """表的一节。"""

    title: str
    fields: list[DraftField]


class DraftPage(Shown):
    """表的一页：要填的不超过七项。"""

    n: int
    title: str
    sections: list[DraftSection]
    to_fill: int
    lacking: int


class DraftGiven(Shown):
    """已经提供的材料。"""

    source: str
    source_title: str
    file: str
    name: str
    origin: str = Field(description="沿用的，从哪件办件来；这次交的为空")
    scan: str | None = Field(description="查毒结果；没有接查毒服务、没有文件时为空")
    scan_title: str | None
    fault: str = Field(description="文件有什么问题、怎么办；有问题的提交不了")


class DraftPaper(GuideMaterial):
    """一套材料里的一份。"""

    ways: list[Choice] = Field(description="可以怎样提供")
    given: DraftGiven | None
    lacking: bool = Field(description="还没有提供；不妨碍收件，由窗口一次性告知补正")


class DraftReapplies(Shown):
    """重新申请的原办件。"""

    number: str
    items: list[Choice] = Field(description="这次只申请这些事项")
    points: list[str] = Field(description="原来有什么问题")


class DraftClosed(Shown):
    """选了告知承诺、现在不适用的事项。"""

    code: str
    title: str
    say: str = Field(description="为什么不适用；要先填什么才知道")


class DraftClash(Shown):
    """对不上的内容。"""

    field: str = Field(description="改哪一项")
    say: str
    reads: list[str] = Field(description="和哪些字段有关")


class DraftRegister(Shown):
    """可以查询的登记：申请人同意以后用 POST /cases/{number}/registers/{register} 查询。"""

    code: str
    title: str
    purpose: str = Field(description="为什么查，查询以前告诉申请人")
    about: str = Field(description="查谁的；还没有填写是谁时为空")
    fields: list[Choice] = Field(description="会填好哪些内容")
    said: str = Field(description="已经查到的，什么时候查的；没有时为空")
    receipt: str = Field(description="查询的回执编号")
    fault: str = Field(description="上次为什么没有查到；自己填写就可以")


class DraftShown(Shown):
    """草稿现在的样子，按现行的规则看。"""

    number: str
    version: int
    bundle: str
    guide: GuideShown | None = Field(description="按这些回答做的办事指南；回答还不完整时为空")
    pages: list[DraftPage]
    papers: list[DraftPaper]
    lacking: list[FieldFault] = Field(description="现在提交会因此退回；为空就可以提交")
    changes: list[str] = Field(description="开始填写以后规则变了什么")
    closed: list[DraftClosed] = Field(
        description="选了告知承诺、但不再适用或者还不知道适用不适用的；提交时按一般程序办"
    )
    clashes: list[DraftClash] = Field(description="填的内容之间对不上的，提交会因此退回")
    registers: list[DraftRegister] = Field(description="可以查询、自动填好一些内容的登记")
    reapplies: DraftReapplies | None = Field(description="重新申请的，原来是哪件；不是时为空")


@router.get(
    "/{number}/draft",
    operation_id="cases_draft",
    summary="草稿：分页的表、材料、还缺什么",
    response_model=DraftShown,
    responses=refusals(NotSignedIn, NotFound, ActionNotAllowed),
)
async def get_draft(number: CaseNumber, desk: Counter, caller: SignedIn) -> Response:
    """只有写草稿的人看得到；已经提交的返回 409。以前的申请填过、这次可以沿用的内容列为建议，要由申请人核对后保存。"""
    view = await desk.office.draft(caller.actor, number, caller.now)
    about = {"number": view.case.number, "version": view.case.version, "bundle": view.case.bundle}
    shown = DraftShown.model_validate({**about, **view.content, "reapplies": _reapplies(view)})
    return json_answer(shown.model_dump_json(), version=view.case.version)


def _reapplies(view: DraftView) -> DraftReapplies | None:
    if view.again is None:
        return None
    items = [
        Choice(code=code, title=titles.item_title(view.release, code))
        for code in view.case.limited_to
    ]
    return DraftReapplies(number=view.again.number, items=items, points=list(view.again.points))
