"""听证 — the right told, used, waived or run out; the hearing announced, held and recorded before the decision.

Where it stands is `item.hearing`. Third parties (利害关系人) are `item.third_parties`, each with its `answer` once it has
one: asked | waived.
Law: 行政许可法 36, 46–48; R-DEC-2, R-HEAR-1…4.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from service.errors import one_field
from service.workflows.calendar import TZ
from service.workflows.case.columns import ThirdParty
from service.workflows.case.parts import Item
from service.workflows.case.procedures import Hearing
from service.workflows.case.situation import Move
from service.workflows.definition.models.terms import HearingStep
from service.workflows.notices.wording import Said, say_date
from service.workflows.proceedings import revocation
from service.workflows.rules import decision
from service.workflows.worksheet import Work

OPEN = "open"  # a challenge of the chair, not decided yet
LATER = ("taken_back", "challenged", "replaced", "kept")  # steps of an institute of their own
NOTICE_DAYS = 7  # working days between the notice of a hearing and its day (行政许可法 48)
SETTLED = {
    "ex_officio": frozenset({"held"}),
    "on_request": frozenset({"held", "waived", "over"}),
}


def stage_of(item: Item) -> str:
    """Return how far the hearing of an item has come, an empty text when nobody spoke of one."""
    return item.hearing.stage if item.hearing else ""


# ---- what is not possible now ----------------------------------------------------------------------------------


def refuse(work: Work, move: Move) -> None:
    """Refuse a decision before its hearing, and a step of the hearing out of its turn."""
    if move.actor.officer and (decision.decides(work, move) or decision.proposes(work, move)):
        _refuse_unheard(work, move)
    if why := _out_of_turn(work, move):
        raise move.refusal(why, "行政许可法 47、48")


def _refuse_unheard(work: Work, move: Move) -> None:
    definition = work.release.items.get(move.item.item)
    required = definition.hearing if definition else None
    if required is None or stage_of(move.item) in SETTLED[required.mode]:
        return
    first = "告知听证权利，并等到举行、放弃或期满"
    if required.mode == "ex_officio":
        first = "公告并举行听证"
    why = f"本事项作出决定前应当{first}，现在不能{move.transition.title}"
    raise move.refusal(why, required.basis)


def _out_of_turn(work: Work, move: Move) -> str:
    """Say why a step of the hearing is not the next one; an empty text when it is."""
    item, step, known = move.item, move.effect.hearing, move.item.hearing
    stage = stage_of(item)
    if step == "told" and stage:
        return "听证权利已经告知过，不再重复告知"
    if step == "opened" and stage == "held":
        return "听证已经举行过"
    if "party" in move.transition.needs and not item.third_parties:
        return "没有告知过利害关系人"
    if step in ("asked", "waived") and not move.actor.officer and known and known.answered:
        return "您已经作过答复"
    if step != "held":
        return ""
    if known is None or known.held_on is None or stage != "announced":
        return "听证的时间、地点还没有通知，不能记录听证"
    if known.challenge == OPEN:
        return "申请主持人回避还没有决定，不能举行听证"
    if work.today < known.held_on:
        return f"听证定于 {known.held_on.isoformat()} 举行，还没有到"
    if (
        known.hour
        and work.today == known.held_on
        and f"{work.at.astimezone(TZ):%H:%M}" < known.hour
    ):
        return f"听证定于今天 {known.hour} 举行，还没有到"
    return ""


# ---- one step on -----------------------------------------------------------------------------------------------


def apply(work: Work, move: Move) -> None:
    """Take the hearing one step on, as the transition's `effect.hearing` says. Raises DataInvalid."""
    item, data, step = move.item, move.data, move.effect.hearing
    if step is None or step in LATER:
        return
    known = item.hearing or Hearing(step)  # a lifecycle may hold one that nobody was told of
    if step in ("told", "opened"):
        item.hearing = Hearing(step, told_on=work.today)
        for party in data.get("parties", []):
            named = ThirdParty(name=party["name"], contact=party["contact"], answer="")
            item.third_parties = [*item.third_parties, named]
    elif step in ("asked", "waived"):
        item.hearing = _answered(item, known, data, step)
    elif step == "announced":
        _refuse_appointment(work, move)
        item.hearing = replace(
            known,
            stage=step,
            announced_on=work.today,
            held_on=date.fromisoformat(data["date"]),
            # kept only where it is asked for: a release of before is read by the program of before, which knows no such key
            hour=data["hour"] if "hour" in move.transition.needs else "",
            place=data["place"],
            chair=data["chair"],
        )
    elif step == "held":
        item.hearing = replace(known, stage=step, document=data["document"])
    else:
        item.hearing = replace(known, stage=step)


def _answered(item: Item, known: Hearing, data: Mapping[str, Any], step: HearingStep) -> Hearing:
    """Keep one answer; who asks ends the waiting for all, who waives only the own."""
    parties = item.third_parties
    if "party" in data:
        place: int = data["party"] - 1
        if parties[place]["answer"]:
            raise one_field("/data/party", "这位利害关系人已经答复过")
        answered: ThirdParty = {**parties[place], "answer": step}
        item.third_parties = [*parties[:place], answered, *parties[place + 1 :]]
    else:
        known = replace(known, answered=True, asked_for=step == "asked")
    silent = not known.answered or any(not party["answer"] for party in item.third_parties)
    return known if step == "waived" and silent else replace(known, stage=step)


def _refuse_appointment(work: Work, move: Move) -> None:
    """Refuse a hearing too soon after its notice, or one led by somebody who handled the matter (R-HEAR-3)."""
    item, law = move.item, "行政许可法 48"
    on = date.fromisoformat(move.data["date"])
    latest = work.situation.calendar.before(on, NOTICE_DAYS)
    if work.today > latest:
        why = f"应当于举行听证的{NOTICE_DAYS}日前通知：{on.isoformat()} 的听证最迟 {latest.isoformat()} 通知"
        raise one_field("/data/date", why, law=law)
    about = {item.item, item.parent}  # who granted it does not lead the hearing on its revocation
    handled = {task.person for task in work.case.tasks.values() if task.item in about}
    handled |= {move.actor.account, item.reviewer, item.first_handler}
    handled |= set(item.officers)
    left_out = item.hearing.left_out if item.hearing else ()
    if work.situation.person(move.data["chair"]) in work.situation.persons(left_out):
        raise one_field("/data/chair", "这位主持人已经决定回避，请另行指定", law=law)
    if work.situation.person(move.data["chair"]) in work.situation.persons(handled):
        raise one_field("/data/chair", "听证主持人应当是审查该申请的工作人员以外的人员", law=law)


# ---- what is said of it ----------------------------------------------------------------------------------------


FREE = "听证不收取费用。"


def says(work: Work, move: Move, name: str) -> Said | None:
    """Say what the papers of a hearing say; a decision cites its record (行政许可法 45–48).

    Before a decision to grant the days of the hearing are left out of the limit; those of a revocation count.
    """
    kind, data = move.transition.notice, move.data
    own, name = not move.item.parent, heard_of(move.item, name)
    match kind:
        case "hearing_right":
            why = f"理由：{data['reason']}。" if data.get("reason") else ""
            return Said(
                f"{name}直接涉及申请人与他人之间重大利益关系，作出决定前，您有权陈述、申辩和要求听证。"
                f"要求听证的，应当在被告知之日起五个工作日内提出；逾期未提出的，视为放弃。{FREE}{why}"
            )
        case "hearing_request":
            counted = "听证所需时间不计入办理期限" if own else "听证的时间、地点另行通知"
            return Said(f"已收到{name}的听证申请，将在二十个工作日内组织听证，{counted}。{FREE}")
        case "hearing_waived":
            return Said(f"您已就{name}书面放弃听证。")
        case "hearing_announcement":
            when = f"听证预计需要{data['days']}个工作日，这段时间不计入办理期限。"
            return Said(f"{name}在作出决定前举行听证。{data['notice_text']}{when}{FREE}")
        case "hearing_notice":
            day, time = say_date(date.fromisoformat(data["date"])), data.get("hour", "")
            return Said(
                f"{name}的听证于{day}{time}在{data['place']}公开举行，主持人：{work.situation.name_of(data['chair'])}。"
                f"您认为主持人与本件有直接利害关系的，有权申请回避。{FREE}"
            )
        case "hearing_overrun":
            return Said(
                f"{name}的听证没有在期限内举行完毕，办理期限从即日起继续计算。请尽快举行听证，并记录结果。"
            )
        case "hearing_end":
            counted = "，办理期限继续计算" if own else ""
            return Said(
                f"{name}的听证已经举行，笔录（{data['document']}）已由参加人签字确认{counted}。"
            )
        case "grant" | "refusal":
            return _cites(move.item)
    return None


def heard_of(item: Item, name: str) -> str:
    """Return what the hearing is about: the matter, or that it is to be revoked."""
    return f"撤销{name}" if item.lifecycle == revocation.KIND.code else name


def _cites(item: Item) -> Said | None:
    """Say on which record the decision rests, where a hearing was held."""
    if item.hearing is None or item.hearing.stage != "held":
        return None
    return Said(adds=f"本决定根据听证笔录（{item.hearing.document}）作出。")
