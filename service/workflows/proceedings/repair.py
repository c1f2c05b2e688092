"""信用修复 — open from the record of a broken promise until it is repaired or its term ends (R-SUP-4)."""

from collections.abc import Mapping
from typing import Any

from service.workflows.case.engine import APPLICANT
from service.workflows.case.parts import Credit, Item
from service.workflows.case.situation import Move
from service.workflows.definition.duration import Duration
from service.workflows.notices import wording
from service.workflows.proceedings.kind import Kind, checked_promises
from service.workflows.worksheet import Work

REPAIRED = "passed"
LAW = "国办发〔2025〕22号"


def way_to_repair(credit: Credit, title: str) -> str:
    """Say from when a record about the item of this title may be repaired, how, and when it ends by itself."""
    begins = wording.say_date(credit.repair_from) if credit.repair_from else "即日"
    ends = ""
    if credit.ends_on:
        ends = f"没有申请修复的，{wording.say_date(credit.ends_on)}到期，到期后不再作为限制的依据。"
    return f"「{title}」的失信记录，{begins}起，您履行了承诺或者纠正了失信行为的，可以申请信用修复：写明证明履行的文书，并作出信用承诺。三个工作日内决定。{ends}"


def refuse(work: Work, move: Move) -> None:
    """Refuse an application for repair before its day, and whoever found the breach (四眼; R-SEC-4)."""
    if move.item.lifecycle != KIND.code:
        return
    about = [credit for credit in work.case.credits.values() if credit.repair == move.item.item]
    found = [work.case.items[credit.item].first_handler for credit in about]
    if move.actor.officer and work.situation.is_same(move.actor, *found):
        raise move.refusal("认定失信的人不能再办信用修复，请换人")
    if move.transition.actors != [APPLICANT]:
        return
    days = [credit.repair_from for credit in about if credit.repair_from]
    if days and work.today < max(days):
        why = f"{wording.say_date(max(days))}起才可以申请信用修复"
        raise move.refusal(why, LAW)


def no_longer_excluded(work: Work, repair: Item, _: Mapping[str, Any]) -> None:
    """Let the record bar no further promise: it was repaired today, or its term is over."""
    for credit in work.case.credits.values():
        if credit.repair == repair.item:
            credit.excluded = False
            credit.repaired_on = work.today if repair.outcome == REPAIRED else None


KIND = Kind(
    code="repair",
    meets=checked_promises,
    ended=no_longer_excluded,
    barred=False,  # whoever found the breach is barred by name above; here one reviews, another decides
    longest_extension=Duration(3, "wd"),  # 深圳 82
)
