"""发布版 — the models and expressions of the language, and the release they are compiled into."""

from service.workflows.definition.characters import readable, text_fault
from service.workflows.definition.diagnostics import Diagnostic, explanations
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import (
    BUILT_IN_POSTS,
    MOST_ROWS,
    Bundle,
    BundleItem,
    Calendar,
    Directory,
    ItemDefinition,
    MaterialUse,
    Policy,
    Question,
    Region,
    Transition,
    VocabularyField,
    VocabularyReason,
    VocabularyRegister,
    one_of,
)
from service.workflows.definition.models.carried import (
    CARRIED,
    CHECK_RESULTS,
    NO_STANDARD,
    SEVERITIES,
    Carried,
    Shape,
)
from service.workflows.definition.models.terms import (
    AFFECTS,
    PROCEDURES,
    REFORMS,
    STILL_DEFECTIVE,
    ApplicantType,
    Card,
    CreditGrade,
    Outcome,
)
from service.workflows.definition.release import Release, kinds_of, own_code
from service.workflows.definition.spelling import code_spelling, name_spelling, sought_spelling
from service.workflows.definition.spelling import seen as seen_text

__all__ = [
    "AFFECTS",
    "BUILT_IN_POSTS",
    "CARRIED",
    "CHECK_RESULTS",
    "MOST_ROWS",
    "NO_STANDARD",
    "PROCEDURES",
    "REFORMS",
    "SEVERITIES",
    "STILL_DEFECTIVE",
    "ApplicantType",
    "Bundle",
    "BundleItem",
    "Calendar",
    "Card",
    "Carried",
    "CreditGrade",
    "Diagnostic",
    "Directory",
    "Duration",
    "ItemDefinition",
    "MaterialUse",
    "Outcome",
    "Policy",
    "Question",
    "Region",
    "Release",
    "Shape",
    "Transition",
    "VocabularyField",
    "VocabularyReason",
    "VocabularyRegister",
    "code_spelling",
    "explanations",
    "kinds_of",
    "name_spelling",
    "one_of",
    "own_code",
    "readable",
    "seen_text",
    "sought_spelling",
    "text_fault",
]
