"""时限文书 — what is told when a limit draws near, has passed, could do nothing at its end, or cannot be told yet."""

from datetime import date, datetime

from service.workflows.calendar import WorkCalendar, local_date
from service.workflows.case.engine import APPLICANT
from service.workflows.case.parts import Clock
from service.workflows.definition.release import Release
from service.workflows.notices.dates import say_date
from service.workflows.notices.wording import Paper, title_of


def card(kind: str, release: Release, item: str, clock: Clock) -> Paper:
    """黄牌、红牌 — to the department, once each."""
    title = release.title_of(item)
    last = clock.statutory_on if kind == "statutory_breach" else clock.due_on
    due = f"，期限{say_date(last)}" if last else ""
    says = {
        "yellow_card": f"「{title}」{clock.title}时限将到{due}。",
        "red_card": f"「{title}」{clock.title}已超过承诺时限{due}，请尽快办结并公开说明理由。",
        "statutory_breach": f"「{title}」{clock.title}已超过法定时限{due}，申请人有权申请行政复议或提起行政诉讼。",
    }
    return Paper(title_of(kind), {"text": says[kind], "basis": clock.basis})


def not_taken(release: Release, item: str, clock: Clock, act: str, why: str) -> Paper:
    """到期没有办成 — to the department: the clock does not come again, what is left a person has to do."""
    title = release.title_of(item)
    text = f"「{title}」{clock.title}到期，没有{act}：{why}。系统不会再办，请有权的岗位接着办理。"
    return Paper(title_of("expiry_refused"), {"text": text, "basis": clock.basis})


def awaited(release: Release, clock: Clock, calendar: WorkCalendar, to: str) -> Paper:
    """期限待定 — the estimated last day has passed, and the notice of holidays that would tell it is not there."""
    last = max(day for day in (clock.promised_on, clock.statutory_on, clock.due_on) if day)
    first = local_date(datetime.fromisoformat(str(clock.spans[0][0]))).year
    missing = [n for n in range(first, last.year + 1) if not calendar.known(date(n, 1, 1))]
    years = "、".join(f"{year}年" for year in missing)
    asked = "请不要等，尽快办理。" if to == APPLICANT else ""
    text = (
        f"「{release.title_of(clock.item)}」{clock.title}的期限按推算到{say_date(clock.due_on or last)}届满，"
        f"但{years}的放假安排还没有公布或者录入。安排公布后重新计算，在此以前不作期满处理。{asked}"
    )
    return Paper(title_of("await_calendar"), {"text": text, "law": clock.basis})
