"""听证 — the right told, used, waived or run out; the hearing announced, held and recorded before the decision.

Where it stands is `item.special["hearing"]`: {stage, told_on?, answered?, date?, place?, chair?, announced_on?,
document?}. Third parties (利害关系人) are `item.third_parties`, each with its `answer` once it has one: asked | waived.
Law: 行政许可法 36, 46–48; R-DEC-2, R-HEAR-1…4.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from service.errors import ActionNotAllowed, one_field
from service.workflows.case import Item
from service.workflows.language.models import Transition
from service.workflows.situation import Actor
from service.workflows.work import Work

APPROVER = "approver"
NOTICE_DAYS = 7  # working days between the notice of a hearing and its day (行政许可法 48)
UNDECIDED_ENDS = frozenset({"lapsed", "withdrawn", "stopped"})  # ends that are no decision
SETTLED = {"ex_officio": frozenset({"held"}), "on_request": frozenset({"held", "waived", "over"})}


def stage_of(item: Item) -> str:
    """Return how far the hearing of an item has come, an empty text when nobody spoke of one."""
    return str(item.special.get("hearing", {}).get("stage", ""))


def refuse(work: Work, item: Item, transition: Transition, actor: Actor) -> None:
    """Refuse a decision before its hearing, and a step of the hearing out of its turn. Raises ActionNotAllowed."""
    if actor.officer and _decides(work, item, transition):
        _refuse_unheard(work, item, transition)
    step, stage = transition.effect and transition.effect.hearing, stage_of(item)
    why = ""
    if step == "told" and stage:
        why = "听证权利已经告知过，不再重复告知"
    elif step == "opened" and stage == "held":
        why = "听证已经举行过"
    elif "party" in transition.needs and not item.third_parties:
        why = "没有告知过利害关系人"
    elif step in ("asked", "waived") and not actor.officer and item.special.get("hearing", {}).get("answered"):
        why = "您已经作过答复"
    elif step == "held" and stage != "announced":
        why = "听证的时间、地点还没有通知，不能记录听证"
    elif step == "held" and work.today < date.fromisoformat(item.special["hearing"]["date"]):
        why = f"听证定于 {item.special['hearing']['date']} 举行，还没有到"
    if why:
        raise ActionNotAllowed(why, action=transition.action, state=item.state, law="行政许可法 47、48")


def ends_review(work: Work, item: Item, transition: Transition) -> bool:
    """Tell whether it decides; the intake decides nothing here, and an end without a decision is none."""
    machine = work.machine(item)
    if item.state in machine.acceptance_states or item.state not in machine.before_decision:
        return False
    return transition.to not in machine.before_decision and machine.states[transition.to].final not in UNDECIDED_ENDS


def _decides(work: Work, item: Item, transition: Transition) -> bool:
    """Tell whether it decides, or brings the matter before those who decide."""
    machine = work.machine(item)
    if item.state in machine.acceptance_states or item.state not in machine.before_decision:
        return False
    proposed = machine.states[transition.to].post == APPROVER and transition.to != item.state
    return proposed or ends_review(work, item, transition)


def _refuse_unheard(work: Work, item: Item, transition: Transition) -> None:
    definition = work.release.items.get(item.item)
    needed = definition.hearing if definition else None
    if needed is None or stage_of(item) in SETTLED[needed.mode]:
        return
    what = "公告并举行听证" if needed.mode == "ex_officio" else "告知听证权利，并等到举行、放弃或期满"
    raise ActionNotAllowed(
        f"本事项作出决定前应当{what}，现在不能{transition.title}",
        action=transition.action, state=item.state, law=needed.basis,
    )  # fmt: skip


def advance(work: Work, item: Item, transition: Transition, data: Mapping[str, Any], actor: Actor) -> None:
    """Take the hearing one step on, as the transition's `effect.hearing` says. Raises DataInvalid."""
    step = transition.effect.hearing if transition.effect else None
    known: dict[str, Any] = item.special.get("hearing", {})
    if step in ("told", "opened"):
        known = {"stage": step, "told_on": work.today.isoformat()}
        item.third_parties = [*item.third_parties, *({**party, "answer": ""} for party in data.get("parties", []))]
    elif step in ("asked", "waived"):
        known = _answered(item, known, data, step)
    elif step == "announced":
        _refuse_appointment(work, item, data, actor)
        named = {name: data[name] for name in ("date", "place", "chair")}
        known = {**known, "stage": step, "announced_on": work.today.isoformat(), **named}
    elif step == "held":
        known = {**known, "stage": step, "document": data["document"]}
    else:
        known = {**known, "stage": str(step)}
    item.special = {**item.special, "hearing": known}


def _answered(item: Item, known: dict[str, Any], data: Mapping[str, Any], step: str) -> dict[str, Any]:
    """Keep one answer; who asks ends the waiting for all, who waives only the own."""
    if "party" in data:
        place = data["party"] - 1
        if item.third_parties[place]["answer"]:
            raise one_field("/data/party", "这位利害关系人已经答复过")
        answered = {**item.third_parties[place], "answer": step}
        item.third_parties = [*item.third_parties[:place], answered, *item.third_parties[place + 1 :]]
        known = dict(known)
    else:
        known = {**known, "answered": True}
    silent = not known.get("answered") or any(not party["answer"] for party in item.third_parties)
    return known if step == "waived" and silent else {**known, "stage": step}


def _refuse_appointment(work: Work, item: Item, data: Mapping[str, Any], actor: Actor) -> None:
    """Refuse a hearing too soon after its notice, or one led by somebody who handled the matter (R-HEAR-3)."""
    law, on = "行政许可法 48", date.fromisoformat(data["date"])
    latest = work.situation.calendar.before(on, NOTICE_DAYS)
    if work.today > latest:
        detail = f"应当于举行听证的{NOTICE_DAYS}日前通知：{on.isoformat()} 的听证最迟 {latest.isoformat()} 通知"
        raise one_field("/data/date", detail, law=law)
    handled = {task.person for task in work.case.tasks.values() if task.item == item.item}
    handled |= {actor.account, item.reviewer, item.first_handler, *item.special.get("officers", [])}
    if data["chair"] in handled - {""}:
        raise one_field("/data/chair", "听证主持人应当是审查该申请的工作人员以外的人员", law=law)
