"""催办、督办与抄送 — what reminds those whose turn it is, what supervision orders, who else is told of a case (R-MON-2)."""

from typing import Any

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.workflows import actions, clocks, proceedings
from service.workflows.actions import Carries, CaseAction, Data
from service.workflows.calendar import local_date
from service.workflows.case.parts import CASE, Item, Task
from service.workflows.case.situation import Action, Actor
from service.workflows.definition.duration import Duration
from service.workflows.definition.release import WHOLE
from service.workflows.handling import on_items
from service.workflows.notices import wording
from service.workflows.proceedings import supervision
from service.workflows.rights import is_applicant, require_lead_window
from service.workflows.worksheet import Work

# ---- 催办 ------------------------------------------------------------------------------------------------------


def _applicant_or_lead(work: Work, actor: Actor) -> None:
    if not is_applicant(work.case, actor):
        require_lead_window(work.release, work.case, actor, "催办")


def _somebody_to_urge(work: Work, _: Actor, __: str) -> None:
    if work.case.closed_at:
        raise ActionNotAllowed("办件已经办结，不需要催办", action="urge", state=work.case.state)
    if work.case.urged_at:
        pause = Duration.parse(work.situation.policy.urge_every)
        again = clocks.deadline(local_date(work.case.urged_at), pause, work.situation.calendar)
        if work.today < again:
            raise ActionNotAllowed(
                f"已经催办过，{wording.say_date(again)}后可以再次催办", action="urge"
            )
    if not _with_departments(work):
        raise ActionNotAllowed(
            "现在没有部门在办的事项，轮到申请人办理", action="urge", state=work.case.state
        )


def _urge(work: Work, _: Data, actor: Actor) -> None:
    """Remind each department that has something to do; without legal consequence."""
    work.case.urged_at = work.at
    departments = sorted({task.department for task in _with_departments(work)})
    for department in departments:
        said = f"办件 {work.case.number}「{work.release.bundle.title}」被催办，请尽快办理。"
        work.issue("urge", CASE, wording.plain("urge", said), to=department)
    work.log("urge", actor, data={"departments": departments})


def _with_departments(work: Work) -> list[Task]:
    return [t for t in work.case.tasks.values() if t.done_at is None and t.department]


URGE = CaseAction(
    name="urge",
    title="催办",
    by=_applicant_or_lead,
    when=_somebody_to_urge,
    do=_urge,
    in_bulk=True,
)


# ---- 督办 ------------------------------------------------------------------------------------------------------


def _supervision(_: Work, actor: Actor) -> None:
    if not actor.is_supervisor:
        raise NotPermitted("只有效能监察可以督办", action="supervise")


def _in_hand_and_not_ordered(work: Work, _: Actor, of: str) -> None:
    """Refuse where nothing is in hand any more; one order at a time each."""
    target = _item_named(work, of)
    if work.case.closed_at and not (target and not target.outcome):
        raise ActionNotAllowed(
            "办件已经办结，没有在办的事项", action="supervise", state=work.case.state
        )
    if target and target.outcome:
        raise ActionNotAllowed("这个事项已经办结", action="supervise", state=target.state)
    if any(order.parent == (of or WHOLE) for order in supervision.open_orders(work.case)):
        raise ActionNotAllowed("已经督办，还没有办结", action="supervise")


def _supervise(work: Work, data: Data, actor: Actor) -> None:
    """Order the head of the department responsible to answer; without an item the lead answers for the whole."""
    code = data.get("item", CASE)
    target = _item_named(work, code)
    department = target.department if target else work.release.bundle.lead
    order = proceedings.begin(work, supervision.KIND, code, department=department)
    due = work.case.clocks[order.item, "reply"].due_on
    said = f"「{work.release.title_of(code)}」被督办：{data['text']}"
    paper = wording.plain("supervision", said, dates={"答复期限": due.isoformat()} if due else {})
    work.issue("supervision", order.item, paper, to=department)
    work.log("supervise", actor, item=code, data={"text": data["text"], "order": order.item})


def _item_named(work: Work, of: str) -> Item | None:
    if of == CASE:
        return None
    if of not in work.case.items or work.case.items[of].lifecycle == supervision.KIND.code:
        raise one_field("/data/item", "办件里没有这个事项")
    return work.case.items[of]


SUPERVISE = CaseAction(
    name="supervise",
    title="督办",
    by=_supervision,
    when=_in_hand_and_not_ordered,
    carries=(
        Carries("text", actions.text("text", "督办要求")),
        Carries("item", actions.as_given, optional=True),
    ),
    do=_supervise,
)


# ---- 答复督办 --------------------------------------------------------------------------------------------------


def _head(_: Work, actor: Actor) -> None:
    if not actor.sits("head", actor.department):
        raise NotPermitted("只有被督办部门的负责人可以答复督办", action="reply")


def _ordered(work: Work, actor: Actor, of: str) -> None:
    if not _unanswered_orders(work, actor, of):
        raise ActionNotAllowed("本部门没有待答复的督办", action="reply")


def _reply(work: Work, data: Data, actor: Actor) -> None:
    """Answer the order on the item named, or the first one that waits for the department."""
    first = _unanswered_orders(work, actor, data.get("item", ""))[0]
    on_items.act(work, Action("reply", first.item, {"opinion": data["opinion"]}), actor)


def _unanswered_orders(work: Work, actor: Actor, of: str) -> list[Item]:
    return [
        order
        for order in supervision.open_orders(work.case)
        if order.department == actor.department
        and order.state == "issued"
        and of in ("", order.parent)
    ]


REPLY = CaseAction(
    name="reply",
    title="答复督办",
    by=_head,
    when=_ordered,
    carries=(
        Carries("opinion", actions.text("opinion", "答复")),
        Carries("item", actions.as_given, optional=True),
    ),
    do=_reply,
)


# ---- 抄送 ------------------------------------------------------------------------------------------------------


def _supervision_or_lead(work: Work, actor: Actor) -> None:
    if not actor.is_supervisor:
        require_lead_window(work.release, work.case, actor, "抄送")


def _department(work: Work, value: Any) -> str:
    if not isinstance(value, str) or value not in work.release.directory.departments:
        raise one_field("/data/to", "请选择这件事的一个部门")
    return value


def _copy(work: Work, data: Data, actor: Actor) -> None:
    """Let another department follow the case; it gets nothing to do and nobody's papers."""
    to = data["to"]
    if any(paper.kind == "copy" and paper.to == to for paper in work.case.notices.values()):
        raise ActionNotAllowed("已经抄送过这个部门", action="copy")
    said = f"办件 {work.case.number}「{work.release.bundle.title}」抄送你单位知悉。"
    work.issue("copy", CASE, wording.plain("copy", said), to=to)
    work.log("copy", actor, data={"to": to})


COPY = CaseAction(
    name="copy",
    title="抄送",
    by=_supervision_or_lead,
    when=actions.at_any_time,
    carries=(Carries("to", _department),),
    do=_copy,
)
