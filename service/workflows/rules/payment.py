"""缴费 — what is due for an item is told in writing, and nothing is handed over before it was paid or waived.

Money moves elsewhere: who collects answers with a receipt, by a clerk or by a payment platform that acts as one. While the
applicant has not paid, no limit of the office runs; the lifecycle says where that is.
Law: 行政许可法 58, 59; 价格法 47.
"""

from collections.abc import Mapping
from typing import Any

from service.errors import one_field
from service.workflows.application import charges as charging
from service.workflows.case.parts import Item
from service.workflows.case.procedures import Payment
from service.workflows.case.situation import Move
from service.workflows.definition.models import Outcome, Transition
from service.workflows.definition.release import Release
from service.workflows.notices.wording import Said
from service.workflows.worksheet import Work

DUE, PAID, WAIVED, REFUNDED, DROPPED = "due", "paid", "waived", "refunded", "dropped"
TITLES = {
    DUE: "待缴费",
    PAID: "已缴费",
    WAIVED: "免予缴费",
    REFUNDED: "已退费",
    DROPPED: "不用再缴",
}
CARRIES = {
    PAID: ("receipt", "amount"),
    WAIVED: ("reason",),
    REFUNDED: ("receipt", "amount", "reason"),
}
LAW = "行政许可法 59"
BEFORE = {PAID: DUE, WAIVED: DUE, REFUNDED: PAID}  # what each of them follows


def refuse(work: Work, move: Move) -> None:
    """Refuse what is out of its order, and whatever would hand over before it was paid."""
    wanted, payment = move.effect.payment, move.item.payment
    title, now = move.transition.title, payment.state if payment else ""
    if wanted == DUE and not held(work, move.item):
        raise move.refusal(f"这次办理不收费，不用{title}", "行政许可法 58")
    if wanted == DUE and now in (DUE, PAID):
        raise move.refusal(f"{TITLES[now]}，不用再{title}")
    if (before := BEFORE.get(wanted or "")) and now != before:
        raise move.refusal(f"现在不是{TITLES[before]}，不能{title}")
    grants = work.machine(move.item).states[move.transition.to].final == "granted"
    if not grants or not move.leaves or wanted in (PAID, WAIVED):
        return
    if now == DUE:
        raise move.refusal(f"还没有缴费，不能{title}", LAW)
    if not now and asks(work, move.item) and held(work, move.item):
        raise move.refusal(f"这次办理要收费，还没有通知缴费，不能{title}", LAW)


def asks(work: Work, item: Item) -> bool:
    """Tell whether the lifecycle of an item has a way to ask for what is due; one from before has none."""
    ways = work.machine(item).transitions
    return any(way.effect and way.effect.payment == DUE for way in ways)


def carries(release: Release, item: Item, transition: Transition) -> tuple[str, ...]:
    """Return what an action on a payment must carry; how much is due only where the definition cannot say it."""
    wanted = transition.effect.payment if transition.effect else None
    if wanted == DUE:
        fees = release.items[item.item].charges() if item.item in release.items else ()
        return ("amount",) if any(fee.unit and not fee.times for fee in fees) else ()
    return CARRIES.get(wanted or "", ())


def held(work: Work, item: Item) -> tuple[charging.Charge, ...]:
    """Return the charges of an item that hold in this case; a proceeding has none."""
    if item.parent:
        return ()
    return charging.charges(work.release, item.item, item.handling, work.facts())


def apply(work: Work, move: Move) -> None:
    """Keep what is due, or how it was settled. Raises DataInvalid: another amount than is due."""
    wanted, item, data = move.effect.payment, move.item, move.data
    if wanted == DUE:
        item.payment = _asked(work, item, data)
    elif wanted and item.payment:
        if wanted in (PAID, REFUNDED) and data["amount"] != item.payment.amount:
            raise one_field("/data/amount", f"与应缴的 {item.payment.amount:g} 元不一致，请核对")
        item.payment = Payment(
            state=wanted,
            amount=item.payment.amount,
            charges=item.payment.charges,
            asked_at=item.payment.asked_at,
            settled_at=work.at,
            by=move.actor.account,
            receipt=data.get("receipt", ""),
            reason=data.get("reason", ""),
        )


def _asked(work: Work, item: Item, data: Mapping[str, Any]) -> Payment:
    charges = held(work, item)
    reckoned, told = charging.total(charges), data.get("amount")
    if reckoned is None and told is None:
        said = "、".join(f"{each.title}{each.price}" for each in charges)
        raise one_field("/data/amount", f"请算好应缴多少元：{said}")
    if reckoned is not None and told not in (None, reckoned):
        raise one_field("/data/amount", f"按标准应缴 {reckoned:g} 元")
    amount = told if reckoned is None else reckoned
    lines = tuple(_line(each) for each in charges)
    return Payment(state=DUE, amount=float(amount or 0), charges=lines, asked_at=work.at)


def _line(charge: charging.Charge) -> str:
    due = f"，{charge.due:g}元" if charge.due is not None else ""
    return f"{charge.title}：{charge.price}{due}（依据：{charge.basis}）"


def says(_: Work, move: Move, name: str) -> Said | None:
    """Say what is due and on which basis, or how it was settled."""
    payment = move.item.payment
    if move.effect.payment is None or payment is None or not move.transition.notice:
        return None
    if payment.state == DUE:
        text = (
            f"{name}应缴 {payment.amount:g} 元，项目、标准和依据如下。请凭本通知书缴费，缴费以后索取票据；"
            "收到缴费结果以前，不计算办理时限，也不能发证、办结。除此以外不收任何费用。"
        )
        note = "符合减免条件的，请在缴费以前向窗口提出。"
        return Said(text, note=note, more={"points": list(payment.charges)})
    settled = {
        PAID: f"{name}已收到 {payment.amount:g} 元（票据：{payment.receipt}）。",
        WAIVED: f"{name}应缴的 {payment.amount:g} 元免予缴纳：{payment.reason}。",
        REFUNDED: f"{name}已缴的 {payment.amount:g} 元退回（凭证：{payment.receipt}）：{payment.reason}。",
    }
    return Said(settled[payment.state], more={"points": list(payment.charges)})


def warns(_: Work, move: Move) -> str:
    """Say how much is due before somebody records that it came."""
    payment = move.item.payment
    asks = move.effect.payment in (PAID, WAIVED, REFUNDED)
    return f"应缴 {payment.amount:g} 元" if asks and payment else ""


def tells(_: Work, move: Move) -> dict[str, Any]:
    """Add to the record how much it is."""
    payment = move.item.payment
    return {"amount": payment.amount} if move.effect.payment and payment else {}


def ended(_: Work, move: Move) -> None:
    """Let go of what is due where the item ends without a result."""
    payment, outcome = move.item.payment, move.item.outcome
    good: tuple[Outcome, ...] = ("granted",)
    if payment and payment.state == DUE and outcome not in good:
        move.item.payment = Payment(
            state=DROPPED,
            amount=payment.amount,
            charges=payment.charges,
            asked_at=payment.asked_at,
        )
