"""容缺受理 — accepted although a paper that may follow is missing: each gap has its own date, and blocks the issue.

Its end before the decision ends the item where the lifecycle says so; a decision stands.

Law: local, e.g. 广东省优化营商环境条例 32, 安阳市政务服务条例 24; R-RQ-1.
"""

from dataclasses import replace

from service.errors import NotEligible
from service.workflows import expiry
from service.workflows.application import in_hand, needed, order
from service.workflows.case.engine import APPLICANT
from service.workflows.case.parts import Clock, Item
from service.workflows.case.situation import Move
from service.workflows.definition.models import MaterialUse
from service.workflows.limits import closing_hour
from service.workflows.notices import letters
from service.workflows.notices.wording import Said
from service.workflows.worksheet import Work

LAW = "地方规定（容缺受理）"


def refuse(work: Work, move: Move) -> None:
    """Refuse where nothing is missing, where it may not follow, and where the promise cannot be trusted."""
    if "gaps" not in move.transition.needs:
        return
    item = move.item
    if work.situation.excluded:
        raise NotEligible(
            "申请人有未修复的失信记录，不适用容缺受理",
            action=move.transition.action,
            state=item.state,
        )
    titles, uses = work.release.vocabulary.materials, _uses_by_material(work, item)
    lacking = in_hand.missing(work.release, work.case, item, work.facts())
    if not lacking:
        raise move.refusal("材料已经齐全，不需要容缺受理")
    if main := [code for code in lacking if not uses[code].deferrable]:
        named = "、".join(titles[code].title for code in main)
        raise move.refusal(f"主要材料还缺：{named}，不能容缺受理", missing=main)


def apply(work: Work, move: Move) -> None:
    """Begin the clock of each gap; at its end the item lapses where its lifecycle says how."""
    if "gaps" not in move.transition.needs:
        return
    item, uses = move.item, _uses_by_material(work, move.item)
    ends = expiry.of_gap(work.situation.policy, work.machine(item))
    for code in move.data["gaps"]:
        title = f"后补{work.release.vocabulary.materials[code].title}"
        gap = Clock(
            item.item,
            in_hand.GAP + code,
            title,
            owner=APPLICANT,
            statutory=uses[code].deferrable,
            expiry=ends,
            closes_at=closing_hour(work.situation, work.case, APPLICANT),
        )
        work.begin(gap, work.at)


def moved(work: Work, move: Move) -> None:
    """Let no gap undo a grant: after the decision it only keeps the result locked (行政许可法 8、69)."""
    if not work.machine(move.item).decides(move.transition, move.was):
        return
    for code in in_hand.open_gaps(work.case, move.item.item):
        gap = work.case.clocks[move.item.item, in_hand.GAP + code]
        work.put(replace(gap, expiry=""))


def turns(work: Work) -> None:
    """Stop the days for handing out while a promised paper is missing: they are the applicant's, not the department's."""
    for item in order.own_items(work.case).values():
        machine = work.machine(item)
        if not machine.decided(item.state):
            continue
        gaps = in_hand.open_gaps(work.case, item.item)
        for name in machine.states[item.state].runs:
            work.hold(item.item, name, "容缺材料还没有补齐" if gaps else "")


def says(work: Work, move: Move, _: str) -> Said | None:
    """Say which papers are to follow, and what becomes of the matter if they do or do not."""
    if "gaps" not in move.transition.needs or not move.data.get("gaps"):
        return None
    subject = work.release.subject(move.item.item)
    accepted = letters.bases(move.transition.notice or "", "行政许可法 32", subject)
    titles = work.release.vocabulary.materials
    named = "、".join(titles[code].title for code in move.data["gaps"])
    ends = (
        f"期限届满没有补齐的，{expiry.consequence(work.situation.policy.gap_overdue)}，另行书面告知，材料退还；您可以重新申请；"
        "这以前已经准予的，决定有效，补齐以前不颁发证照。"
        if expiry.of_gap(work.situation.policy, work.machine(move.item))
        else "期限届满没有补齐的，不颁发证照，直到补齐为止。"
    )
    return Said(
        adds=f"下列材料暂缺，可以后补：{named}。请在下面所列的日期以前（含当日）补交。",
        consequences=(
            "补齐以前照常审查，不因等待补齐而停止；补齐以前不颁发证照。",
            f"{ends}其他事项不受影响。",
            "补交的材料与实际情况不符的，依法处理，并记入信用记录。",
        ),
        more={"law": f"{accepted}；{LAW}".strip("；")},
    )


def _uses_by_material(work: Work, item: Item) -> dict[str, MaterialUse]:
    uses = needed.material_uses(work.release, item.item, item.handling, work.facts())
    return {use.use: use for use in uses}
