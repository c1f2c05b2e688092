"""列表的一行 — a task as people read it: how urgent in a shape and in words, until when and why, whose turn, where to."""

from dataclasses import dataclass
from typing import Literal

from service.office import Due, TaskRow

Kind = Literal["ok", "warn", "bad", "pause", "run", "todo"]
CARDS: dict[str, tuple[Kind, str]] = {"red": ("bad", "红牌"), "yellow": ("warn", "黄牌"), "none": ("ok", "")}


@dataclass(frozen=True, slots=True)
class Line:
    """一行."""

    row: TaskRow
    kind: Kind  # of its limit
    words: str
    why: tuple[str, ...]  # beside the date
    tag: Kind  # of its state
    claimable: bool
    mine: bool

    @property
    def pick(self) -> str:
        """Return what a box of this row stands for: the item of the case in the version that was seen."""
        return f"{self.row.number}~{self.row.item}~{self.row.version}"


def line_of(row: TaskRow, account: str) -> Line:
    """Return a row as it is shown to whoever looks."""
    waiting = not row.department
    tag: Kind = "ok" if row.done_at else "pause" if waiting else "todo" if row.state_title.startswith("待") else "run"
    kind, words = _urgency(row, waiting=waiting)
    return Line(
        row, kind, words, tuple(_why(row.due)) if row.due else (), tag,
        claimable=bool(row.department) and not row.person and not row.done_at,
        mine=row.person == account and not row.done_at,
    )  # fmt: skip


def _urgency(row: TaskRow, *, waiting: bool) -> tuple[Kind, str]:
    if row.done_at:
        return "ok", "已办"
    if row.due is None:
        return "run", "没有期限"
    if waiting:
        return "pause", f"等申请人，{row.due.left.words}"
    kind, card = CARDS[row.card]
    return kind, f"{card} {row.due.left.words}".strip()


def _why(due: Due) -> list[str]:
    """Say which limit it is, what happens by itself at its end, and why it is not what a wall calendar says."""
    found = [f"{due.clock.title}末日" if due.left.days == 0 and not due.left.over else due.clock.title]
    if due.then:
        found.append(due.then if due.then.startswith("逾期") else f"逾期{due.then}")
    if due.clock.breach_on:
        found.append("已超过法定期限")
    if due.clock.provisional:
        found.append("次年放假安排未公布，暂定")
    if due.left.note and due.left.note != "已扣除周末":
        found.append(due.left.note)
    return found
