"""撤销 — a grant is taken back on a ground of the law, with the right to be heard before.

Law: 行政许可法 36, 47, 69; R-LIFE-4, R-NCP-9.
"""

from typing import Any

from service.errors import NotPermitted
from service.workflows.case.parts import Item, Notice
from service.workflows.case.situation import Move
from service.workflows.definition.models import GROUNDS, Transition
from service.workflows.definition.models.terms import AUTHORITYS_FAULT
from service.workflows.notices import matters
from service.workflows.notices.citations import cited
from service.workflows.notices.wording import Said
from service.workflows.proceedings import KINDS, begin, credit, follow_up, open_one, revocation
from service.workflows.worksheet import Work

REVOKED, RECALLED = "revoked", "recalled"


def refuse(work: Work, move: Move) -> None:
    """Refuse a second proceeding of the kind while one is going on, and to revoke without one.

    Nobody may take the way itself (`by: proceeding`); older releases let a head take it beside the proceeding. Where a
    release knows no proceeding it is the only way there is.
    """
    machine, begins = work.machine(move.item), move.effect.begin
    _refuse_of_no_authority(work, move)
    ends = machine.states[move.transition.to].final
    if ends == REVOKED and move.leaves and any(_opens_one(t) for t in machine.transitions):
        raise move.refusal(
            "不能直接撤销：要先启动撤销程序，告知并听取陈述申辩以后才能决定", "行政许可法 36、69"
        )
    if begins and open_one(work.case, begins, move.item.item):
        raise move.refusal("这个程序正在进行")


def _refuse_of_no_authority(work: Work, move: Move) -> None:
    """Refuse to take back what no authority decided: the answer of a company is no decision, and nobody revokes it."""
    taken_back = (
        move.effect.begin or work.machine(move.item).states[move.transition.to].final == RECALLED
    )
    subject = work.release.subject(move.item.item)
    if taken_back and subject and subject.category == "utility":
        raise NotPermitted(
            "公司的答复不是行政决定，不适用撤销、撤回", action=move.transition.action
        )


def _opens_one(transition: Transition) -> bool:
    effect = transition.effect
    return effect is not None and effect.begin == revocation.KIND.code


def follows(work: Work, move: Move) -> None:
    """Begin the proceeding on the ground that was named."""
    if begins := move.effect.begin:
        item = move.item
        begun = begin(work, KINDS[begins], item.item, department=item.department)
        begun.ground = move.data.get("ground", "")


def tells(work: Work, move: Move) -> dict[str, Any]:
    """Return the check that a revocation rests on as {check, paper}, nothing where there is none."""
    if work.machine(move.item).states[move.transition.to].final != REVOKED:
        return {}
    return follow_up.cited(work.case, move.item)


def says(work: Work, move: Move, name: str) -> Said | None:
    """Say on what facts it is to be revoked and what may be said to it, or why not; what becomes of the loss (8, 69 ④)."""
    case, item, notice = work.case, move.item, move.transition.notice
    if notice == "revocation_right":
        return _told_before(item, name, move.data.get("reason", ""))
    if notice == "revocation_kept":
        why = move.data.get("reason", "")
        return Said(
            f"经审查并听取陈述、申辩，本机关决定不予撤销{name}，原决定继续有效。理由：{why}。"
        )
    if notice == "permit_withdrawal":
        return Said(
            adds=f"因此给您造成的财产损失依法给予补偿，补偿方案：{move.data['compensation']}。"
        )
    if notice != "revocation":
        return None
    checks = {
        other.item
        for other in case.items.values()
        if other.parent == item.item and other.outcome in credit.BREACHES
    }
    told = [n for n in case.notices.values() if n.item in checks and n.kind == "credit_recorded"]
    note = f"事实依据：《{told[-1].title}》（{_number(told[-1])}）。" if told else ""
    subject = work.release.subject(item.item)
    return Said(
        adds=_of_loss(move, matters.RESULTS[subject.category if subject else "licence"]), note=note
    )


def compensates(item: Item) -> bool:
    """Tell whether the decision on a revocation may name a plan of compensation: the authority bears the loss (69 ④)."""
    return item.lifecycle == revocation.KIND.code and item.ground in AUTHORITYS_FAULT


def _number(notice: Notice) -> str:
    return notice.body.get("document_number") or notice.number


def _told_before(item: Item, name: str, facts: str) -> Said:
    """Write the notice before a revocation: the facts, the ground, the right to be heard and what silence means (36, 69)."""
    ground = GROUNDS.get(item.ground, "")
    on = f"，属于“{ground}”的情形" if ground else ""
    return Said(
        f"本机关拟撤销{name}。事实和理由：{facts}{on}。",
        note="您有权在下面所列的期限内陈述、申辩，可以要求听证；逾期没有提出的，视为放弃，本机关依法作出决定。",
    )


def _of_loss(move: Move, result: str) -> str:
    """Say who bears the loss: the authority on the grounds of its own fault, the holder who brought it about himself."""
    if move.data.get("ground") not in AUTHORITYS_FAULT:
        return f"基于该{result}取得的利益不受保护（{cited('行政许可法 69.4')}）。"
    plan = move.data.get("compensation", "")
    agreed = f"赔偿方案：{plan}。" if plan else ""
    return (
        f"您的合法权益因此受到损害的，本机关依法给予赔偿（{cited('行政许可法 69.4')}）。{agreed}"
        f"可以自知道或者应当知道之日起两年内书面向本机关要求赔偿（{cited('国家赔偿法 9、39')}），写明损失和要求，附证明材料。"
    )
