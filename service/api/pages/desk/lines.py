"""列表的一行 — a task as people read it: how urgent in a shape and in words, until when and why, whose turn, where to."""

from dataclasses import dataclass
from typing import Literal

from service.office import Due, TaskRow, titles

Kind = Literal["ok", "warn", "bad", "pause", "run", "todo"]
CARD_KINDS: dict[str, Kind] = {"red": "bad", "yellow": "warn", "none": "ok"}


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
    kind, words = _urgency(row)
    return Line(
        row,
        kind,
        words,
        why=tuple(_why(row.due)) if row.due else (),
        tag=_tag(row),
        claimable=bool(row.department) and not row.person and not row.done_at,
        mine=row.person == account and not row.done_at,
    )


def _tag(row: TaskRow) -> Kind:
    """Return the shape of the state the item is in."""
    if row.done_at:
        return "ok"
    if _waits_for_applicant(row):
        return "pause"
    return "todo" if row.state_title.startswith("待") else "run"


def _waits_for_applicant(row: TaskRow) -> bool:
    return not row.department


def _urgency(row: TaskRow) -> tuple[Kind, str]:
    if row.done_at:
        return "ok", "已办"
    if row.due is None:
        return "run", "没有期限"
    if _waits_for_applicant(row):
        return "pause", f"等申请人，{row.due.left.words}"
    left = row.due.left.words
    words = left if row.card == "none" else f"{titles.CARDS[row.card]} {left}"
    return CARD_KINDS[row.card], words


def _why(due: Due) -> list[str]:
    """Say which limit it is, what happens by itself at its end, and why it is not what a wall calendar says."""
    last_day = due.left.days == 0 and not due.left.over
    found = [f"{due.clock.title}末日" if last_day else due.clock.title]
    if due.then:
        found.append(due.then if due.then.startswith("逾期") else f"逾期{due.then}")
    if due.clock.breach_on:
        found.append("已超过法定期限")
    if due.clock.provisional:
        found.append("次年放假安排未公布，暂定")
    if due.left.note and due.left.note != "已扣除周末":
        found.append(due.left.note)
    return found
