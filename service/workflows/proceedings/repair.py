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


def way_to_repair(credit: Credit) -> str:
    """Say from when a record may be repaired, how, and when it ends by itself."""
    begins = wording.say_date(credit.repair_from) if credit.repair_from else "即日"
    ends = ""
    if credit.ends_on:
        ends = f"没有申请修复的，{wording.say_date(credit.ends_on)}到期，到期后不再作为限制的依据。"
    return f"{begins}起，您履行了承诺或者纠正了失信行为的，可以申请信用修复：写明证明履行的文书，并作出信用承诺。三个工作日内决定。{ends}"


def refuse(work: Work, move: Move) -> None:
    """Refuse an application for repair before its day."""
    code = move.item.item
    if move.item.lifecycle != KIND.code or move.transition.actors != [APPLICANT]:
        return
    days = [
        credit.repair_from
        for credit in work.case.credits.values()
        if credit.repair == code and credit.repair_from
    ]
    if days and work.today < max(days):
        why = f"{wording.say_date(max(days))}起才可以申请信用修复"
        raise move.refusal(why, "国办发〔2025〕22号")


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
    longest_extension=Duration(3, "wd"),  # 深圳 82
)
