"""字段核对检查 — checks between fields: written where they can be told, about fields that are asked for; bounds of dates."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.workflows.authoring.checks.view import View
from service.workflows.authoring.source import Source
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found
from service.workflows.definition.scopes import check_scope

FORM = "form."


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong in the checks of the vocabulary, of items and of bundles."""
    pack = view.pack
    for code, check in pack.vocabulary.checks.items():
        yield from _check(view, view.source("check", code), code, check, {})
    for name, item in pack.items.items():
        own = {use.use for use in item.field_uses()}
        for code, check in item.checks.items():
            source = view.source("item", name)
            yield from _check(view, source, code, check, {})
            yield from _unasked(view, source, code, check, own)
    for name, bundle in pack.bundles.items():
        names = view.conditions[name].scope.names
        for code, check in bundle.checks.items():
            yield from _check(view, view.source("bundle", name), code, check, names)
    for name, field in pack.vocabulary.fields.items():
        yield from _bounds(view.source("field", name), name, field)


def _check(
    view: View, source: Source, code: str, check: models.Check, names: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    at = source.at("checks", code, "at")
    yield from view.known("field", check.at, view.pack.vocabulary.fields, at)
    scope = check_scope(view.pack.vocabulary, names)
    expression, wrong = view.compiled(scope, check.must, source, ("checks", code, "must"))
    if not view.sure("field"):
        wrong = [each for each in wrong if FORM not in each.message]
    yield from wrong
    known = check.at in view.pack.vocabulary.fields
    if expression and known and FORM + check.at not in expression.names:
        said = f"条件不看“{check.at}”，改它也不会对上"
        yield found(at, "E123", said, "at 写条件里的一个字段")


def _unasked(
    view: View, source: Source, code: str, check: models.Check, own: set[str]
) -> Iterator[Diagnostic]:
    if check.at in view.pack.vocabulary.fields and check.at not in own:
        said = f"本事项没有采集“{check.at}”，这条核对不会提示"
        yield found(source.at("checks", code, "at"), "E123", said, f"在 fields 里加上 {check.at}")


def _bounds(source: Source, name: str, field: models.VocabularyField) -> Iterator[Diagnostic]:
    for key in ("earliest", "latest"):
        if getattr(field, key) and field.type != "date":
            said = "只有日期才有最早、最晚的一天"
            yield found(source.at_key("fields", name, key), "E117", said, f"删去 {key}")
