"""法定顺序 — where the institutes of the law speak, and in which order.

An institute has up to ten places where it speaks, each a function of its module:

    refuse   what it forbids, before anything that the action carries is looked at
    warns    what to know before it is done, though it is not forbidden
    apply    what it changes before the state moves: the conditions of the lifecycle see it
    moved    what it changes with the new state, before clocks turn, the record is written and papers go out
    says     what it adds to the paper of the move
    tells    what it adds to the record of the move
    ended    what the end of an item means
    follows  what a move begins beside the item, after the move is told
    turns    how it turns its own clock of the case
    expires  what the end of a clock that it began does, by the act the clock names (`Clock.expiry`)

`RULES` is their order, the same in every place; the comment beside each says why it stands there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.workflows.case.parts import Clock
from service.workflows.case.situation import Move
from service.workflows.notices.wording import Said
from service.workflows.proceedings import defence, publication, repair
from service.workflows.rules import (
    acceptance,
    assignment,
    bans,
    certificates,
    commitments,
    compensation,
    correction,
    countersigning,
    decision,
    deregistration,
    extension,
    feedback,
    first_handler,
    four_eyes,
    hearing,
    hearing_change,
    inspection,
    joint,
    legal_review,
    not_received,
    overdue,
    payment,
    promise,
    promise_pause,
    renewal,
    revocation,
    selection,
    special_procedure,
    supplement,
    tolerance,
)
from service.workflows.worksheet import Work

Speaks = Callable[[Work, Move], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Institute:
    """制度 — what one institute of the law forbids, needs, changes, ends and says; `law` names its articles."""

    name: str
    law: str
    refuse: Speaks | None = None
    warns: Callable[[Work, Move], str] | None = None
    apply: Speaks | None = None
    moved: Speaks | None = None
    says: Callable[[Work, Move, str], Said | None] | None = None
    tells: Callable[[Work, Move], Mapping[str, Any]] | None = None
    ended: Speaks | None = None
    follows: Speaks | None = None
    turns: Callable[[Work], None] | None = None
    expires: Mapping[str, Callable[[Work, Clock], None]] = field(default_factory=dict)


RULES: tuple[Institute, ...] = (
    # Who acts. Nothing else is asked of who may not touch the matter at all.
    Institute(
        name="首问负责",
        law="国办发〔2020〕43号 (十八)",
        refuse=first_handler.refuse,
        moved=first_handler.moved,
    ),
    Institute(
        name="审查与决定分离",
        law="行政许可法 34",
        refuse=four_eyes.refuse,
        moved=four_eyes.moved,
    ),
    # Whether the application is complete. What was noted stands before what is handed in is held against it, and both
    # before anybody asks whether a promise, a gap or the decision still needs it.
    Institute(
        name="补正告知",
        law="行政许可法 32",
        refuse=correction.refuse,
        apply=correction.apply,
    ),
    Institute(
        name="部门反馈",
        law="地方规定（并联审批部门反馈）",
        refuse=feedback.refuse,
        apply=feedback.apply,
        turns=feedback.turns,
        expires={feedback.OVERDUE: feedback.overdue},
    ),
    Institute(
        name="补齐材料、当场更正",
        law="行政许可法 32",
        refuse=supplement.refuse,
        apply=supplement.apply,
    ),
    Institute(
        name="容缺受理",
        law="地方规定（容缺受理）",
        refuse=tolerance.refuse,
        apply=tolerance.apply,
        moved=tolerance.moved,
        turns=tolerance.turns,
        says=tolerance.says,
    ),
    Institute(
        name="受理",
        law="行政许可法 32",
        warns=acceptance.warns,
        tells=acceptance.tells,
        moved=acceptance.moved,  # its day is what the limits below count from
        says=acceptance.says,
    ),
    Institute(name="不予受理", law="行政许可法 32、78、79", says=not_received.says),
    Institute(
        name="逾期不补",
        law="地方规定（逾期不补正）",
        refuse=overdue.refuse,
        says=overdue.says,
        ended=overdue.ended,
    ),
    # Which time runs: the promise and the legal cap of the whole, then what stops or lengthens an item's own limit.
    Institute(name="一件事承诺时限", law="优化营商环境条例 36", turns=promise.turns),
    Institute(name="统一办理总时限", law="行政许可法 26、42", turns=joint.turns),
    Institute(
        name="现场核查",
        law="行政许可法 34、61",
        apply=inspection.apply,
        moved=inspection.moved,  # before the clocks: the limit to tell a mismatch counts from the check
        says=inspection.says,
    ),
    Institute(name="指派核查人员", law="行政许可法 55", follows=assignment.follows),
    Institute(
        name="特别程序",
        law="行政许可法 45",
        refuse=special_procedure.refuse,
        apply=special_procedure.apply,
        moved=special_procedure.moved,  # before the clocks turn: a promise that goes on parts from its limit
        follows=special_procedure.follows,
        says=special_procedure.says,
    ),
    Institute(
        name="承诺时限暂停",
        law="地方规定（承诺时限暂停）",
        refuse=promise_pause.refuse,
        moved=promise_pause.moved,  # after the special procedure, which lets a promise part from its limit too
        says=promise_pause.says,
        turns=promise_pause.turns,
        expires={promise_pause.OVER: promise_pause.over},
    ),
    Institute(
        name="延续",
        law="行政许可法 50",
        moved=renewal.moved,  # whose the end of the validity is, before the clocks turn
    ),
    Institute(
        name="延长期限",
        law="行政许可法 42",
        refuse=extension.refuse,
        moved=extension.moved,  # before the clocks turn, so that they are reckoned once
        tells=extension.tells,
        says=extension.says,
    ),
    # What a decision rests on. First whether it may be taken at all: silence and a stale promise bar it whoever was heard.
    Institute(
        name="决定",
        law="行政许可法 38、42",
        refuse=decision.refuse,
        moved=decision.moved,
        says=decision.says,
        ended=decision.ended,
    ),
    Institute(
        name="告知承诺",
        law="国办发〔2020〕42号",
        refuse=commitments.refuse,
        apply=commitments.apply,
        tells=commitments.tells,
        follows=commitments.follows,
    ),
    Institute(name="信用修复", law="国办发〔2025〕22号", refuse=repair.refuse),
    Institute(name="撤销前陈述申辩", law="行政许可法 36、47", refuse=defence.refuse),
    Institute(
        name="撤销",
        law="行政许可法 69",
        refuse=revocation.refuse,
        says=revocation.says,
        tells=revocation.tells,
        follows=revocation.follows,
    ),
    Institute(
        name="赔偿、补偿",
        law="行政许可法 8、69",
        refuse=compensation.refuse,
        says=compensation.says,
    ),
    Institute(
        name="听证",
        law="行政许可法 36、46–48",
        refuse=hearing.refuse,
        apply=hearing.apply,
        says=hearing.says,
    ),
    Institute(
        name="听证申请的撤回、主持人回避",
        law="行政许可法 47、48",
        refuse=hearing_change.refuse,
        apply=hearing_change.apply,  # before the state moves: whether anybody still asks decides which way is taken
        says=hearing_change.says,
    ),
    Institute(
        name="招标、拍卖、考试",
        law="行政许可法 53–55",
        refuse=selection.refuse,
        apply=selection.apply,
        says=selection.says,
    ),
    Institute(
        name="法制审核",
        law="国办发〔2018〕118号",
        refuse=legal_review.refuse,  # after the hearing, for it reviews its record too
        apply=legal_review.apply,
    ),
    Institute(
        name="会签",
        law="行政许可法 38",
        refuse=countersigning.refuse,  # last: who may decide signs in turn
        moved=countersigning.moved,
    ),
    Institute(
        name="缴费",
        law="行政许可法 58、59；价格法 47",
        refuse=payment.refuse,  # after who decides: whether money came is no reason for or against it
        warns=payment.warns,
        apply=payment.apply,
        says=payment.says,
        tells=payment.tells,
        ended=payment.ended,
    ),
    # What a decision leaves behind. The certificate first: bans, publication and striking off rest on it.
    Institute(
        name="证照",
        law="行政许可法 39、44、70",
        apply=certificates.apply,
        moved=certificates.moved,  # its days are known when the paper of the decision is written
        ended=certificates.ended,
        expires={certificates.RUN_OUT: certificates.run_out},
    ),
    Institute(
        name="注销",
        law="行政许可法 70",
        says=deregistration.says,
        ended=deregistration.ended,
    ),
    Institute(name="禁止申请", law="行政许可法 78、79", ended=bans.ended),
    Institute(name="公开决定", law="行政许可法 40", follows=publication.follows),
)

# Collected once: most institutes speak in few places, and every transition asks in all of them.
REFUSE = tuple(each.refuse for each in RULES if each.refuse)
WARNS = tuple(each.warns for each in RULES if each.warns)
APPLY = tuple(each.apply for each in RULES if each.apply)
MOVED = tuple(each.moved for each in RULES if each.moved)
SAYS = tuple(each.says for each in RULES if each.says)
TELLS = tuple(each.tells for each in RULES if each.tells)
ENDED = tuple(each.ended for each in RULES if each.ended)
FOLLOWS = tuple(each.follows for each in RULES if each.follows)
TURNS = tuple(each.turns for each in RULES if each.turns)
EXPIRES = {act: ends for each in RULES for act, ends in each.expires.items()}
