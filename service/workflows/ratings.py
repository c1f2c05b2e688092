"""好差评 — five grades, once per matter rated; a low grade under one's own name begins the redress (51号; R-EVAL-1…5)."""

from datetime import date

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.workflows import bundle, clocks, proceedings
from service.workflows.calendar import WorkCalendar, local_date
from service.workflows.case import CASE, Case, Item, Rating
from service.workflows.language.duration import Duration
from service.workflows.language.models import Policy
from service.workflows.rights import is_applicant
from service.workflows.situation import Action, Actor
from service.workflows.work import Work

GRADES = range(1, 6)
GRADE_TITLES = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
BAD = 2  # this grade and below is 差评
LONGEST = 1000
REDRESS = "redress"


def rate(work: Work, action: Action, actor: Actor) -> None:
    """评价: the whole once it is closed, or one item once it is final; each once (R-EVAL-1, R-EVAL-2).

    `action.data` carries {grade 1…5, text?, anonymous?, item?}.
    """
    if not is_applicant(work.case, actor) or actor.behalf:  # nobody rates in another name
        raise NotPermitted("只有申请人本人可以评价", action="rate")
    item = _rated(work, action)
    if any(rating.item == (item.item if item else CASE) for rating in work.case.ratings.values()):
        what = "这个事项" if item else "这件办件"
        raise ActionNotAllowed(f"{what}已经评价过", action="rate", state=work.case.state)
    grade, text, anonymous = _given(action)
    n = len(work.case.ratings) + 1
    work.case.ratings[n] = Rating(n, grade, text, work.at, anonymous=anonymous, item=item.item if item else CASE)
    work.log("rate", actor, item=item.item if item else CASE, data={"grade": grade})
    if grade <= BAD and not anonymous:
        _begin_redress(work, item)


def _rated(work: Work, action: Action) -> Item | None:
    code = action.data.get("item") or CASE
    if code == CASE:
        if not work.case.closed_at:
            raise ActionNotAllowed("办结后才能评价", action="rate", state=work.case.state)
        return None
    item = bundle.own_items(work.case).get(code)
    if item is None:
        raise one_field("/data/item", "办件里没有这个事项")
    if not item.outcome:
        raise ActionNotAllowed("这个事项办结后才能评价", action="rate", state=item.state)
    return item


def _given(action: Action) -> tuple[int, str, bool]:
    grade, text, anonymous = (action.data.get(k, d) for k, d in (("grade", None), ("text", ""), ("anonymous", False)))
    if isinstance(grade, bool) or grade not in GRADES:
        raise one_field("/data/grade", "请选 1 到 5：5 非常满意，4 满意，3 基本满意，2 不满意，1 非常不满意")
    if not isinstance(text, str) or len(text) > LONGEST:
        raise one_field("/data/text", f"评价最多 {LONGEST} 个字")
    if not isinstance(anonymous, bool):
        raise one_field("/data/anonymous", "请填是或否")
    return grade, text, anonymous


def _begin_redress(work: Work, item: Item | None) -> None:
    """差评整改: the head of the department that is responsible answers for it, not the clerk who was rated.

    An anonymous rating begins none: whoever works on the case would know whose it is (R-EVAL-3).
    """
    department = item.department if item else work.release.bundle.lead
    rated = (item.decided_by or item.first_handler) if item else ""
    proceedings.begin(work, REDRESS, item.item if item else "", department=department, barred=rated)


def defaulted_on(case: Case, policy: Policy, calendar: WorkCalendar) -> date | None:
    """Return the day after whose end silence counts as the default grade; None where there is none (R-EVAL-4)."""
    if case.closed_at is None or any(rating.item == CASE for rating in case.ratings.values()):
        return None
    return silence_ends(local_date(case.closed_at), policy, calendar)


def silence_ends(closed_on: date, policy: Policy, calendar: WorkCalendar) -> date | None:
    """Return the last day to rate what was closed on a day, None where silence is no grade.

    Calendar days are not rolled on for holidays: nobody has to act on it.
    """
    if policy.rating_default_after is None:
        return None
    pause = Duration.parse(policy.rating_default_after)
    return calendar.add(closed_on, pause.count) if pause.unit == "wd" else clocks.shift(closed_on, pause)


def readable_by_head(case: Case, *, department: str, lead: str) -> dict[int, Rating]:
    """Return the ratings the head of a department may read: those of its own items, and of the whole for the lead."""
    return {
        n: rating
        for n, rating in case.ratings.items()
        if not rating.anonymous
        and (case.items[rating.item].department if rating.item in case.items else lead) == department
    }
