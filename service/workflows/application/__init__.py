"""一张表、一套材料 — what is asked of the applicant: questions, form, materials, in which order."""

from service.workflows.application.concerned import Person as ConcernedPerson
from service.workflows.application.concerned import concerned_in
from service.workflows.application.concerned import named_in as concerned_named
from service.workflows.application.fieldtypes import (
    Declared,
    say_cells,
)
from service.workflows.application.fieldtypes import say as say_value
from service.workflows.application.identities import (
    DOCUMENTS,
    PERSONAL_DOCUMENTS,
    applicant_type_of,
    document_fault,
    document_of,
    id_check,
    id_number_fault,
    identity_fault,
    number_fault,
)
from service.workflows.application.in_hand import missing as missing_materials
from service.workflows.application.in_hand import open_gaps
from service.workflows.application.known import differing, doubts, whose_record
from service.workflows.application.needed import (
    check_form,
    field_uses,
    material_uses,
    one_form,
    one_set,
)
from service.workflows.application.order import own_items, waits_for
from service.workflows.application.papers import requirement as paper_requirement
from service.workflows.application.questions import Applicant, facts_for, filled_by_answers
from service.workflows.application.questions import select as select_items
from service.workflows.application.reasons import declines, grounds_of
from service.workflows.application.reasons import offered as offered_reasons

__all__ = [
    "DOCUMENTS",
    "PERSONAL_DOCUMENTS",
    "Applicant",
    "ConcernedPerson",
    "Declared",
    "applicant_type_of",
    "check_form",
    "concerned_in",
    "concerned_named",
    "declines",
    "differing",
    "document_fault",
    "document_of",
    "doubts",
    "facts_for",
    "field_uses",
    "filled_by_answers",
    "grounds_of",
    "id_check",
    "id_number_fault",
    "identity_fault",
    "material_uses",
    "missing_materials",
    "number_fault",
    "offered_reasons",
    "one_form",
    "one_set",
    "open_gaps",
    "own_items",
    "paper_requirement",
    "say_cells",
    "say_value",
    "select_items",
    "waits_for",
    "whose_record",
]
