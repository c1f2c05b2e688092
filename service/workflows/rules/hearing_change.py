"""听证申请的撤回、主持人的回避 — who asked for a hearing may take it back; who is heard may challenge its chair.

Until a challenge is decided by the head nothing is heard. Law: 行政许可法 47, 48 ①(三); R-HEAR-3.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.errors import one_field
from service.workflows.case.columns import ThirdParty
from service.workflows.case.parts import Item
from service.workflows.case.procedures import Hearing
from service.workflows.case.situation import Move
from service.workflows.notices.wording import Said
from service.workflows.rules.hearing import LATER, OPEN, heard_of, stage_of
from service.workflows.worksheet import Work

SAYS: Mapping[str, str] = {
    "hearing_taken_back": "已收到撤回{name}听证申请的意思表示，听证不再为此举行；撤回的视为放弃。",
    "chair_challenged": "已收到申请{name}听证主持人回避的意见，由本机关负责人决定；决定以前不举行听证。理由：{reason}。",
    "chair_replaced": "{name}的听证主持人依法回避，将另行指定，并于举行的七日前重新通知。理由：{reason}。",
    "chair_kept": "经审查，申请{name}听证主持人回避的理由不成立，予以驳回。理由：{reason}。",
}


def refuse(_: Work, move: Move) -> None:
    """Refuse what is out of its turn: to take back what was not asked for, to challenge whom nobody named, twice at once."""
    if move.effect.hearing in LATER and (why := _out_of_turn(move)):
        raise move.refusal(why, "行政许可法 47、48")


def _out_of_turn(move: Move) -> str:
    step, known, party = move.effect.hearing, move.item.hearing, "party" in move.transition.needs
    if party and not move.item.third_parties:
        return "没有告知过利害关系人"
    if step == "taken_back":
        mine = party or bool(known and known.asked_for)
        return "" if mine else "没有要求过听证，或者听证是主动举行的，不能撤回"
    challenged = bool(known and known.challenge == OPEN)
    if step != "challenged":
        return "" if challenged else "没有人申请主持人回避"
    if challenged:
        return "已经有人申请主持人回避，请等决定"
    return "" if stage_of(move.item) == "announced" else "还没有通知听证主持人"


def apply(_: Work, move: Move) -> None:
    """Take it one step on, as the transition's `effect.hearing` says. Raises DataInvalid."""
    item, step = move.item, move.effect.hearing
    if step not in LATER or item.hearing is None:
        return
    if step == "taken_back":
        item.hearing = _taken_back(item, item.hearing, move.data)
    elif step == "challenged":
        item.hearing = replace(item.hearing, challenge=OPEN)
    elif step == "kept":
        item.hearing = replace(item.hearing, challenge=step)
    else:
        item.hearing = _without_chair(item.hearing)


def _without_chair(known: Hearing) -> Hearing:
    """Another has to be named, seven days before a new day; who had to leave does not come back."""
    return replace(
        known,
        stage="asked",
        challenge="replaced",
        chair="",
        hour="",
        place="",
        held_on=None,
        left_out=(*known.left_out, known.chair),
    )


def _taken_back(item: Item, known: Hearing, data: Mapping[str, Any]) -> Hearing:
    """Let one who asked take it back: as if waived; where others have yet to answer their days go on."""
    if "party" in data:
        parties = item.third_parties
        place: int = data["party"] - 1
        if parties[place]["answer"] != "asked":
            raise one_field("/data/party", "这位利害关系人没有要求听证")
        given_up: ThirdParty = {**parties[place], "answer": "waived"}
        item.third_parties = [*parties[:place], given_up, *parties[place + 1 :]]
    else:
        known = replace(known, asked_for=False)
    if known.asked_for or any(party["answer"] == "asked" for party in item.third_parties):
        return known
    silent = not known.answered or any(not party["answer"] for party in item.third_parties)
    return replace(
        known, stage="told" if silent else "waived", held_on=None, hour="", place="", chair=""
    )


def says(_: Work, move: Move, name: str) -> Said | None:
    """Say what was taken back, challenged or decided."""
    text = SAYS.get(move.transition.notice or "")
    name = heard_of(move.item, name)
    return Said(text.format(name=name, reason=move.data.get("reason", ""))) if text else None
