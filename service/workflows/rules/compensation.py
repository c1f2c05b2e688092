"""赔偿、补偿 — who lost by the authority's fault, or by a permit taken back, claims it in writing and is answered.

Law: 行政许可法 8, 69 ④; 国家赔偿法 13, 14; R-LIFE-3, R-LIFE-4.
"""

from service.workflows.case.parts import Item
from service.workflows.case.situation import Move
from service.workflows.definition.models.terms import AUTHORITYS_FAULT
from service.workflows.notices.wording import Said, body_of
from service.workflows.proceedings import compensation, revocation
from service.workflows.worksheet import Work

RECALLED = "recalled"
RECALLED_BY = "行政许可法 8"
REMEDIES = {
    "text": "对赔偿的方式、项目、数额有异议，或者对不予赔偿不服的，可以自决定作出之日起三个月内向人民法院提起诉讼。",
    "law": "国家赔偿法 14",
}


def refuse(work: Work, move: Move) -> None:
    """Refuse a claim that the law does not give: for what the holder brought about himself, or a second one."""
    if move.effect.begin != compensation.KIND.code:
        return
    item = move.item
    known = [each for each in work.case.items.values() if each.parent == item.item]
    if any(each.lifecycle == compensation.KIND.code for each in known):
        raise move.refusal("已经要求过，请看那一次的决定")
    if item.outcome != RECALLED and _ground(known) not in AUTHORITYS_FAULT:
        why = "撤销不是因为机关的原因，基于原决定取得的利益不受保护"
        raise move.refusal(why, "行政许可法 69")


def _ground(proceedings: list[Item]) -> str:
    """Return the ground on which it was revoked."""
    own = [each for each in proceedings if each.lifecycle == revocation.KIND.code and each.outcome]
    return own[-1].ground if own else ""


def says(work: Work, move: Move, name: str) -> Said | None:
    """Say that it was claimed and until when it is answered; what is decided, and where to turn."""
    said = str(move.data.get("reason", "")).rstrip("。")
    of = (
        move.item
        if move.transition.notice == "loss_claim"
        else work.case.items.get(move.item.parent)
    )
    recalled = (
        of is not None and of.outcome == RECALLED
    )  # 补偿: an ordinary decision, with its ordinary remedies
    made_good = "补偿" if recalled else "赔偿"
    match move.transition.notice:
        case "loss_claim":
            suit = "可以依法向人民法院提起诉讼"
            if not recalled:
                suit = "可以自期满之日起三个月内向人民法院提起诉讼（国家赔偿法 13、14）"
            return Said(
                f"已收到您就{name}提出的{made_good}要求，本机关自收到之日起两个月内作出是否{made_good}的决定；"
                f"逾期没有决定的，{suit}。您的要求：{said}。"
            )
        case "compensation_award":
            text = f"本机关决定就{name}给您造成的损失予以{made_good}，方案：{move.data['document']}。理由：{said}。"
        case "compensation_refusal":
            text = f"本机关决定对您就{name}提出的{made_good}要求不予{made_good}。理由：{said}。"
        case _:
            return None
    if recalled:
        return Said(text, more=body_of(law=RECALLED_BY))
    return Said(text, more=body_of(remedies={"text": REMEDIES["text"], "law": REMEDIES["law"]}))
