"""作用域 — which names each place of a definition may use.

bundle     answers.* answered.* derived.* form.* applicant.type applicant.credit.excluded
item       as the bundle it is used in, and handling
           form.<rows> and its columns only in sum, count, all, any: see `aggregates`
check      as item without handling, and today (the legal date of the act that hands the form in)
lifecycle  as item, and item.complete item.gaps (open 容缺 gaps)
           item.charged item.settled (a fee holds here; nothing of it is left to pay)
           item.timely (a renewal applied for in time) item.third_parties item.unheard item.askers (of a hearing)
"""

from collections.abc import Mapping

from service.workflows.definition import models
from service.workflows.definition.expressions import Scope
from service.workflows.definition.models import ValueKind
from service.workflows.definition.tokens import ExpressionRefused

APPLICANT: Mapping[str, ValueKind] = {
    "applicant.type": "text",
    "applicant.credit.excluded": "boolean",
}
DERIVED_KINDS: tuple[ValueKind, ...] = ("boolean", "number", "text")


def question_names(questions: list[models.Question]) -> dict[str, ValueKind]:
    """Return the names that questions give."""
    kinds = {f"answers.{question.id}": models.value_kind(question.type) for question in questions}
    told: dict[str, ValueKind] = {f"answered.{question.id}": "boolean" for question in questions}
    return {name: kind for name, kind in kinds.items() if kind} | told


def bundle_scope(bundle: models.Bundle, vocabulary: models.Vocabulary) -> Scope:
    """Return the scope of `when` and `stop` in a bundle; a `derived` that does not compile is left out."""
    scope = Scope(
        "一件事", {**question_names(bundle.questions), **form_names(vocabulary.fields), **APPLICANT}
    )
    kinds: dict[str, ValueKind] = {}
    for name, text in bundle.derived.items():
        try:
            kinds[f"derived.{name}"] = scope.extended(kinds).compile(text, DERIVED_KINDS).result
        except ExpressionRefused:
            continue
    return scope.extended(kinds)


def form_names(fields: Mapping[str, models.VocabularyField]) -> dict[str, ValueKind]:
    """Return the names of form fields and of the columns of rows; a person cannot be compared."""
    kinds = {f"form.{name}": models.value_kind(field.type) for name, field in fields.items()}
    kinds |= {
        f"form.{name}.{column}": models.COLUMN_KINDS.get(models.value_kind(about.type))
        for name, field in fields.items()
        for column, about in field.columns.items()
    }
    return {name: kind for name, kind in kinds.items() if kind}


def item_scope(
    vocabulary: models.Vocabulary, of_bundle: Mapping[str, ValueKind] | None = None
) -> Scope:
    """Return the scope of `when` and `eligible` in an item; `of_bundle` are the names of the bundle it is used in."""
    return Scope(
        "事项",
        {**(of_bundle or {}), **form_names(vocabulary.fields), **APPLICANT, "handling": "text"},
    )


def check_scope(
    vocabulary: models.Vocabulary, of_bundle: Mapping[str, ValueKind] | None = None
) -> Scope:
    """Return the scope of `must` in a check; those of the vocabulary know no bundle."""
    names = {**(of_bundle or {}), **form_names(vocabulary.fields), **APPLICANT}
    return Scope("核对", {**names, "today": "date"})


def lifecycle_scope(vocabulary: models.Vocabulary) -> Scope:
    """Return the scope of `when` in a transition."""
    names: dict[str, ValueKind] = {
        "item.timely": "boolean",
        "item.complete": "boolean",
        "item.gaps": "number",
        "item.third_parties": "number",
        "item.unheard": "number",
        "item.askers": "number",
        "item.charged": "boolean",
        "item.settled": "boolean",
    }
    return Scope("生命周期", {**item_scope(vocabulary).names, **names})
