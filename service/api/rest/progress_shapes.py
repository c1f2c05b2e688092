"""进度的样子 — whose turn it is, what is left of a limit, what the applicant has to do."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from service.api.rest.shapes import Shown, shape_of
from service.office import Left, titles
from service.workflows.telling import WHOSE_TITLES, Ask, Owed, Turn


class LeftShown(Shown):
    """还剩多少。"""

    days: int = Field(description="最后一天为 0，过期为负数")
    working: bool = Field(description="按工作日数；否则按自然日")
    words: str = Field(description="还剩 11 个工作日")
    note: str = Field(description="为什么不是日历上的天数：已扣除哪些节假日，计入哪些调休上班日")


class TurnShown(Shown):
    """轮到谁。"""

    whose: str = Field(
        description="applicant 申请人，department 部门，public 公示期间等期满，nobody 已经结束"
    )
    whose_title: str
    headline: str = Field(description="一句话")
    told: list[str] = Field(description="说明，逐句")
    points: list[str] = Field(description="要申请人办的，逐条")
    due_on: date | None
    left: LeftShown | None
    limit: str = Field(description="是什么期限")
    item: str = Field(description="这个期限属于哪个事项；整件的为空")
    clock: str = Field(description="是哪个时限，可以查逐日说明")


class EarlierShown(Shown):
    """以前交过的。"""

    n: int
    name: str
    source: str
    source_title: str
    at: datetime
    file: str


class AskShown(Shown):
    """要补的一样。"""

    kind: str = Field(
        description="material 材料，field 表单里的一项，point 要确认已改正的问题，document 文书编号"
    )
    code: str
    title: str
    why: list[str] = Field(description="有什么问题")
    basis: list[str] = Field(description="依据的条款")
    answered: bool
    due_on: date | None = Field(description="容缺后补的材料有自己的期限")
    left: LeftShown | None
    origins: list[str] = Field(description="除了上传，还可以怎样提供")
    requirement: str = Field(description="材料的要求：几种选一种、原件、纸质份数；没有要求的为空")
    earlier: list[EarlierShown] = Field(description="以前交过的，新的在前")
    value: Any = Field(description="表单里现在的内容")


class OwedShown(Shown):
    """一个事项等申请人办的。"""

    item: str
    title: str
    department_title: str
    state_title: str
    action: str = Field(description="办的动作，见 POST /cases/{number}/items/{item}/actions")
    action_title: str
    asks: list[AskShown]
    due_on: date | None
    left: LeftShown | None
    clock: str
    blocking: bool = Field(description="办好以前，这个事项停在这里")
    lapses: bool = Field(description="到期没有办好，申请就此结束：视为撤回，或者按本地的规定")


def left_shown(left: Left | None) -> LeftShown | None:
    """Show what is left."""
    return shape_of(LeftShown, left) if left else None


def turn_shown(turn: Turn) -> TurnShown:
    """Show whose turn it is."""
    return shape_of(
        TurnShown,
        turn,
        whose_title=WHOSE_TITLES[turn.whose],
        due_on=turn.left.on if turn.left else None,
        left=left_shown(turn.left),
    )


def owed_shown(owed: Owed) -> OwedShown:
    """Show what an item waits for."""
    return shape_of(
        OwedShown,
        owed,
        department_title=owed.department,
        asks=[_ask_shown(ask) for ask in owed.asks],
        due_on=owed.left.on if owed.left else None,
        left=left_shown(owed.left),
    )


def _ask_shown(ask: Ask) -> AskShown:
    return shape_of(
        AskShown,
        ask,
        due_on=ask.left.on if ask.left else None,
        left=left_shown(ask.left),
        earlier=[
            shape_of(EarlierShown, each, source_title=titles.MATERIAL_SOURCES[each.source])
            for each in ask.earlier
        ],
    )
