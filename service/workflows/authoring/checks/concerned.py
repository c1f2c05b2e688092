"""事主 — who a case is about must be filled in by fields of their kind; what is his is asked for only where there is one."""

from collections.abc import Iterator

from service.workflows.authoring.checks.view import View
from service.workflows.authoring.source import Source
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found, near

TYPES = {"name": "text", "id": "id-number", "kin": "choice"}


def findings(view: View, bundle: models.Bundle, source: Source) -> Iterator[Diagnostic]:
    """Yield what is wrong with `concerns`, and what of the bundle needs one where it has none."""
    if bundle.concerns is None:
        yield from _nobody(view, bundle)
        return
    fields, asked = view.pack.vocabulary.fields, _asked(view, bundle)
    for key, kind in TYPES.items():
        name, at = getattr(bundle.concerns, key), source.at("concerns", key)
        yield from view.known("field", name, fields, at)
        if name not in fields:
            continue
        if fields[name].type != kind:
            said = f"字段“{name}”是 {fields[name].type}，这里要 {kind}"
            yield found(at, "E133", said, "换一个字段，或改它的 type")
        elif name not in asked and view.sure("item"):
            said = f"这件事的事项都不采集字段“{name}”"
            yield found(at, "E133", said, near(name, asked) or "写进事项的 fields")


def _asked(view: View, bundle: models.Bundle) -> set[str]:
    items = [view.pack.items[e.use] for e in bundle.items if e.use in view.pack.items]
    fills = {question.fills for question in bundle.questions if question.fills}
    return fills | {use.use for item in items for use in item.field_uses()}


def _nobody(view: View, bundle: models.Bundle) -> Iterator[Diagnostic]:
    """Yield what of its items is somebody's whom it does not name, each thing once."""
    items = [view.pack.items[e.use] for e in bundle.items if e.use in view.pack.items]
    said = f"是事主的，“{bundle.title}”用到它，却没有写事主是谁"
    hint = f"在 {bundle.code} 里加上 concerns: {{title, name, id, kin}}"
    papers = view.pack.vocabulary.materials
    for code in dict.fromkeys(use.use for item in items for use in item.material_uses()):
        if code in papers and papers[code].whose == "concerned":
            at = view.source("material", code).at("materials", code, "whose")
            yield found(at, "E134", f"材料“{papers[code].title}”{said}", hint)
    for item in items:
        if item.result and item.result.holder == "concerned":
            at = view.source("item", item.code).at("result", "holder")
            yield found(at, "E134", f"“{item.title}”的办理结果{said}", hint)
