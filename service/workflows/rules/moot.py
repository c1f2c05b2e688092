"""终结事后核查 — a check whose object is gone is ended by the head, with reason and document; nobody is found to have kept or broken anything.

The place was closed before anybody came, the holder has died: there is nothing left to check. What was promised stands in
the record as unchecked, the applicant gets a paper, supervision is shown it among what looks odd.
Law: 行政许可法 61, 70.
"""

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.workflows import actions
from service.workflows.actions import Carries, CaseAction, Data
from service.workflows.case.engine import STOPPED
from service.workflows.case.parts import CASE, Case, Item
from service.workflows.case.situation import Actor
from service.workflows.notices import wording
from service.workflows.proceedings import KINDS, moot
from service.workflows.rights import refuse_own_application
from service.workflows.worksheet import Work

ACTION = "close_follow_up"
LAW = "行政许可法 61、70"


def closable(case: Case, actor: Actor) -> list[Item]:
    """Return the checks that are going on and that this head may end."""
    return [
        item
        for item in case.items.values()
        if item.parent
        and not item.outcome
        and KINDS[item.lifecycle].closed_by_head
        and actor.sits("head", item.department)
    ]


def _head(work: Work, actor: Actor) -> None:
    checks = [i for i in work.case.items.values() if i.parent and KINDS[i.lifecycle].closed_by_head]
    if not any(actor.sits("head", item.department) for item in checks):
        raise NotPermitted("只有核查部门的负责人可以终结事后核查", action=ACTION)
    refuse_own_application(work.case, actor)


def _going_on(work: Work, actor: Actor, of: str) -> None:
    open_ = [item.item for item in closable(work.case, actor)]
    if not open_ or of not in (CASE, *open_):
        why = "没有正在进行、可以由您终结的事后核查"
        raise ActionNotAllowed(why, action=ACTION, state=work.case.state, law=LAW)


def _item(work: Work, given: object) -> str:
    if not isinstance(given, str) or given not in work.case.items:
        raise one_field("/data/item", "请写明终结哪一项核查")
    return given


def _close(work: Work, data: Data, actor: Actor) -> None:
    item, reason, document = work.case.items[data["item"]], data["reason"], data["document"]
    was = item.state
    moot.end(work, item, f"核查的对象已经不存在，由部门负责人终结：{reason}")
    title = work.release.title_of(item.parent)
    text = f"「{title}」的事后核查不再进行。理由：{reason}。凭证：{document}。不影响您的信用记录。"
    work.issue("stopped", item.item, wording.plain("stopped", text, law=LAW))
    told = {"reason": reason, "document": document}
    states = (was, STOPPED)
    work.log(ACTION, actor, item=item.item, post="head", states=states, law=LAW, data=told)


CLOSE_FOLLOW_UP = CaseAction(
    name=ACTION,
    title="终结事后核查（核查的对象已不存在）",
    by=_head,
    when=_going_on,
    carries=(
        Carries("item", _item),
        Carries("reason", actions.text("reason", "终结的理由", law=LAW)),
        Carries("document", actions.text("document", "证明核查的对象已不存在的凭证", law=LAW)),
    ),
    do=_close,
)
