"""督办与抄送 — what supervision orders and departments must answer; who else is told of a case."""

from collections.abc import Iterator

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.workflows import item_actions, notices, proceedings
from service.workflows.case import CASE, Item
from service.workflows.language.release import WHOLE
from service.workflows.rights import require_lead_window
from service.workflows.situation import Action, Actor
from service.workflows.work import Work

SUPERVISION = "supervision"
LONGEST = 2000


def supervise(work: Work, action: Action, actor: Actor) -> None:
    """督办: order the head of the department responsible to answer within the region's period (R-MON-2).

    `action.data` carries {text, item?}; without an item the lead answers for the whole. One order at a time each.
    """
    if actor.kind != "supervisor":
        raise NotPermitted("只有效能监察可以督办", action="supervise")
    target = _target(work, action)
    if work.case.closed_at and not (target and not target.outcome):
        raise ActionNotAllowed("办件已经办结，没有在办的事项", action="supervise", state=work.case.state)
    if target and target.outcome:
        raise ActionNotAllowed("这个事项已经办结", action="supervise", state=target.state)
    code = target.item if target else CASE
    if any(order.parent == (code or WHOLE) for order in _open_orders(work)):
        raise ActionNotAllowed("已经督办，还没有办结", action="supervise")
    text = _text(action, "text", "督办要求")
    department = target.department if target else work.release.bundle.lead
    order = proceedings.begin(work, SUPERVISION, code, department=department)
    due = work.case.clocks[order.item, "reply"].due_on
    said = f"「{work.release.title_of(code)}」被督办：{text}"
    paper = notices.plain("supervision", said, dates={"答复期限": due.isoformat()} if due else {})
    work.issue("supervision", order.item, paper, to=department)
    work.log("supervise", actor, item=code, data={"text": text, "order": order.item})


def reply(work: Work, action: Action, actor: Actor) -> None:
    """答复督办: the head of the department answers the order it got; `action.data` carries {opinion, item?}."""
    if actor.kind != "clerk" or "head" not in actor.posts:
        raise NotPermitted("只有被督办部门的负责人可以答复督办", action="reply")
    mine = [order for order in _open_orders(work) if order.department == actor.department and order.state == "issued"]
    if "item" in action.data:
        of = action.data["item"] or WHOLE
        mine = [order for order in mine if order.parent == of]
    if not mine:
        raise ActionNotAllowed("本部门没有待答复的督办", action="reply")
    text = _text(action, "opinion", "答复")
    item_actions.act(work, Action("reply", mine[0].item, {"opinion": text}), actor)


def copy(work: Work, action: Action, actor: Actor) -> None:
    """抄送: let another department know of the case and follow it; it gets nothing to do and nobody's papers."""
    if actor.kind != "supervisor":
        require_lead_window(work.release, work.case, actor, "抄送")
    to = action.data.get("to")
    if not isinstance(to, str) or to not in work.release.directory.departments:
        raise one_field("/data/to", "请选择这件事的一个部门")
    if any(paper.kind == "copy" and paper.to == to for paper in work.case.notices.values()):
        raise ActionNotAllowed("已经抄送过这个部门", action="copy")
    said = f"办件 {work.case.number}「{work.release.bundle.title}」抄送你单位知悉。"
    work.issue("copy", CASE, notices.plain("copy", said), to=to)
    work.log("copy", actor, data={"to": to})


def _open_orders(work: Work) -> Iterator[Item]:
    return (item for item in work.case.items.values() if item.lifecycle == SUPERVISION and not item.outcome)


def _target(work: Work, action: Action) -> Item | None:
    code = action.data.get("item") or ""
    if not code:
        return None
    if code not in work.case.items or work.case.items[code].lifecycle == SUPERVISION:
        raise one_field("/data/item", "办件里没有这个事项")
    return work.case.items[code]


def _text(action: Action, name: str, title: str) -> str:
    value = action.data.get(name)
    if not isinstance(value, str) or not value.strip():
        raise one_field(f"/data/{name}", f"请填写{title}")
    if len(value) > LONGEST:
        raise one_field(f"/data/{name}", f"{title}最多 {LONGEST} 个字")
    return value.strip()
