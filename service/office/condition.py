"""运行状况 — how the service stands at one instant, and what of it an operator has to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from service.workflows.calendar import local_date

LATE_SECONDS = 300
UNSENT_SECONDS = 3600
LEAST_FREE = 0.15
WARNS_FROM_MONTH = 10  # the notice of the next year comes in October or November


class Check(NamedTuple):
    """检查 — what was looked at, whether it is well, what was found; a warning that is not well is no failure."""

    name: str
    ok: bool
    detail: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """到期处理进程 — one that was seen lately, and what its last round did: sweep → cases."""

    name: str
    host: str
    started_at: datetime
    seen_at: datetime
    round: Mapping[str, int]


class Reach(NamedTuple):
    """日历够不够 — how far the calendars reach and how far the limits: the last day of each, and what waits already."""

    calendar_until: date | None
    last_due_on: date | None
    awaiting: int


@dataclass(frozen=True, slots=True)
class Condition:
    """运行状况 — at one instant."""

    at: datetime  # by the wall clock
    due_seconds: float  # how long the oldest thing has been due; 0: nothing is
    resting: int
    waiting: int
    given_up: int
    waiting_seconds: float
    workers: tuple[WorkerSeen, ...]
    calendar_until: date | None
    last_due_on: date | None
    awaiting: int  # limits whose end waits for a notice of holidays
    purged_at: datetime | None
    disk_free: float  # 0 to 1


def age(since: datetime | None, now: datetime) -> float:
    """Return how many seconds ago that was; 0 for never."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def until(years: tuple[int, ...]) -> date:
    """Return the last day of the years without a gap that a calendar knows."""
    last = years[0] if years else date.min.year
    for year in years:
        last = year if year <= last + 1 else last
    return date(last, 12, 31)


def looked_at(stands: Condition) -> list[Check]:
    """Say of each thing whether it is well, in Chinese, and what to do where it is not."""
    names = "、".join(each.name for each in stands.workers)
    late, unsent = round(stands.due_seconds), round(stands.waiting_seconds)
    return [
        Check(
            "workers",
            bool(stands.workers),
            f"正在运行：{names}" if names else "没有到期处理进程在运行，请启动 yijianshi work",
        ),
        Check(
            "due",
            late <= LATE_SECONDS,
            f"最早一件到期未处理的已等 {late} 秒" if late else "没有到期未处理的办件",
        ),
        Check(
            "resting",
            not stands.resting,
            f"{stands.resting} 件处理失败、暂时搁下，请看日志"
            if stands.resting
            else "没有搁下的办件",
        ),
        Check(
            "outbox",
            unsent <= UNSENT_SECONDS and not stands.given_up,
            f"待发消息 {stands.waiting} 条，最早的已等 {unsent} 秒；发不出去的 {stands.given_up} 条",
            warning=True,  # nothing sends yet, and no case waits for it
        ),
        calendar_check(
            Reach(stands.calendar_until, stands.last_due_on, stands.awaiting), local_date(stands.at)
        ),
        Check(
            "disk",
            stands.disk_free >= LEAST_FREE,
            f"存放文件的磁盘还空 {stands.disk_free:.0%}"
            + ("" if stands.disk_free >= LEAST_FREE else "，请腾出空间"),
        ),
    ]


def calendar_check(reach: Reach, today: date) -> Check:
    """Warn where limits run into years whose notice of holidays nobody has: nothing ends on an estimate (R-CAL-5)."""
    ends, last = reach.calendar_until, reach.last_due_on
    if ends is None:
        return Check("calendar", ok=True, detail="还没有发布任何一件事")
    short = f"工作日历到 {ends} 为止"
    if last is not None and last > ends:
        what = f"{short}，最长的期限到 {last}，超出的日期是推算的，到了也不作期满处理；请发布新的放假安排"
        if reach.awaiting:
            what += f"。{reach.awaiting} 项期限已到推算的日子，在等"
        return Check("calendar", ok=False, detail=what, warning=True)
    if today.month >= WARNS_FROM_MONTH and ends.year == today.year:
        what = f"{short}，请发布明年的放假安排"
        return Check("calendar", ok=False, detail=what, warning=True)
    return Check("calendar", ok=True, detail=short)


def worker_at(stands: Condition, host: str) -> Check:
    """Say whether a worker of this host was seen lately."""
    seen = [each for each in stands.workers if each.host == host]
    if not seen:
        return Check("worker", ok=False, detail=f"{host} 上没有到期处理进程报到")
    last = max(seen, key=lambda each: each.seen_at)
    did = "、".join(f"{name} {count} 件" for name, count in last.round.items()) or "没有到期的"
    return Check("worker", ok=True, detail=f"{last.name} 正在运行；上一轮：{did}")
