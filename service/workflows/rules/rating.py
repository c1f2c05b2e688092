"""好差评 — five grades, once per matter rated; a low grade under one's own name begins the redress (51号; R-EVAL-1…4)."""

from datetime import date
from typing import Any

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.workflows import actions, clocks
from service.workflows.actions import Carries, CaseAction, Data
from service.workflows.application import order
from service.workflows.calendar import WorkCalendar, local_date
from service.workflows.case.parts import CASE, Case, Item, Rating
from service.workflows.case.situation import Actor
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import Policy
from service.workflows.proceedings import redress
from service.workflows.rights import is_applicant
from service.workflows.worksheet import Work

GRADES = range(1, 6)
GRADE_TITLES = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
BAD = 2  # this grade and below is 差评
LONGEST = 1000


def _applicant_in_person(work: Work, actor: Actor) -> None:
    if not is_applicant(work.case, actor) or actor.behalf:  # nobody rates in another name
        raise NotPermitted("只有申请人本人可以评价", action="rate")


def _ended_and_not_rated(work: Work, _: Actor, of: str) -> None:
    """The whole once it is closed, or one item once it is final; each once (R-EVAL-1, R-EVAL-2)."""
    item = _rated_item(work, of)
    if item is None and not work.case.closed_at:
        raise ActionNotAllowed("办结后才能评价", action="rate", state=work.case.state)
    if item and not item.outcome:
        raise ActionNotAllowed("这个事项办结后才能评价", action="rate", state=item.state)
    if any(rating.item == of for rating in work.case.ratings.values()):
        what = "这个事项" if item else "这件办件"
        raise ActionNotAllowed(f"{what}已经评价过", action="rate", state=work.case.state)


def _words(_: object, value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise one_field("/data/text", f"评价最多 {LONGEST} 个字")
    return value


def _rate(work: Work, data: Data, actor: Actor) -> None:
    of, grade, anonymous = data.get("item", CASE), data["grade"], data.get("anonymous", False)
    n = len(work.case.ratings) + 1
    work.case.ratings[n] = Rating(
        n, grade, data.get("text", ""), work.at, anonymous=anonymous, item=of
    )
    work.log("rate", actor, item=of, data={"grade": grade})
    if grade <= BAD and not anonymous:
        redress.begin_redress(work, _rated_item(work, of))


def _rated_item(work: Work, of: str) -> Item | None:
    if of == CASE:
        return None
    item = order.own_items(work.case).get(of)
    if item is None:
        raise one_field("/data/item", "办件里没有这个事项")
    return item


RATE = CaseAction(
    name="rate",
    title="评价",
    by=_applicant_in_person,
    when=_ended_and_not_rated,
    carries=(
        Carries(
            "grade",
            actions.number(
                "grade",
                GRADES[0],
                GRADES[-1],
                "请选 1 到 5：5 非常满意，4 满意，3 基本满意，2 不满意，1 非常不满意",
            ),
        ),
        Carries("text", _words, optional=True),
        Carries("anonymous", actions.flag("anonymous"), optional=True),
        Carries("item", actions.as_given, optional=True),
    ),
    do=_rate,
)


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
    if pause.unit == "wd":
        return calendar.add(closed_on, pause.count)
    return clocks.shift(closed_on, pause)


def readable_by_head(case: Case, *, department: str, lead: str) -> dict[int, Rating]:
    """Return the ratings the head of a department may read: those of its own items, and of the whole for the lead."""
    return {
        n: rating
        for n, rating in case.ratings.items()
        if not rating.anonymous
        and (case.items[rating.item].department if rating.item in case.items else lead)
        == department
    }
