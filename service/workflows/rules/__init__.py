"""应当与不得 — one module for each institute of the law; `legal_order` says in which order they speak."""

from service.workflows.rules.certificates import (
    RUN_OUT,
    begin_validity,
    goes_on,
    replaced_by,
    supersede,
)
from service.workflows.rules.commitments import texts_of as promised_texts
from service.workflows.rules.feedback import FEEDBACK as FEEDBACK_CLOCK
from service.workflows.rules.inspection import points_of as points_checked
from service.workflows.rules.payment import TITLES as PAYMENT_TITLES
from service.workflows.rules.rating import BAD as LOW_GRADE
from service.workflows.rules.rating import (
    GRADE_TITLES,
    defaulted_on,
    readable_by_head,
    silence_ends,
)
from service.workflows.rules.revocation import compensates

__all__ = [
    "FEEDBACK_CLOCK",
    "GRADE_TITLES",
    "LOW_GRADE",
    "PAYMENT_TITLES",
    "RUN_OUT",
    "begin_validity",
    "compensates",
    "defaulted_on",
    "goes_on",
    "points_checked",
    "promised_texts",
    "readable_by_head",
    "replaced_by",
    "silence_ends",
    "supersede",
]
