"""所需内容 — one form and one set of materials: what the items ask for, nothing twice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any

from service.errors import DataInvalid
from service.workflows.application.fieldtypes import faults_of
from service.workflows.definition.models import (
    FieldUse,
    ItemDefinition,
    MaterialUse,
    VocabularyField,
)
from service.workflows.definition.release import Release


@dataclass(slots=True)
class FieldNeed:
    """One field of the one form: who asks for it, whether it must be filled in, what fills it."""

    field: str
    definition: VocabularyField
    required: bool
    items: list[str] = default(default_factory=list)
    departments: list[str] = default(default_factory=list)
    value: Any = None
    origin: str = ""  # in plain Chinese: where the prefilled value comes from


@dataclass(slots=True)
class MaterialNeed:
    """One paper of the one set: who asks for it, where it may come from, whether it may follow later."""

    material: str
    origins: list[str]
    required: bool
    items: list[str] = default(default_factory=list)
    departments: list[str] = default(default_factory=list)
    deferrable: str | None = None


def field_uses(
    release: Release, code: str, handling: str, facts: Mapping[str, Any]
) -> list[FieldUse]:
    """Return the fields one item asks for in this situation."""
    now = {**facts, "handling": handling}
    return [u for u in release.items[code].field_uses() if holds(release, u.when, now)]


def material_uses(
    release: Release, code: str, handling: str, facts: Mapping[str, Any]
) -> list[MaterialUse]:
    """Return the materials one item asks for in this situation; a commitment drops what it waives (R-NCP-6)."""
    definition = release.items[code]
    waived = set()
    if handling == "commitment" and definition.commitment:
        waived = set(definition.commitment.waives)
    now = {**facts, "handling": handling}
    return [
        u for u in definition.material_uses() if u.use not in waived and holds(release, u.when, now)
    ]


def holds(release: Release, when: str | None, facts: Mapping[str, Any]) -> bool:
    """Tell whether an item's condition holds; no condition always does."""
    return when is None or bool(release.expression(when, "item").evaluate(facts))


def one_form(
    release: Release, items: Iterable[str], handling: Mapping[str, str], facts: Mapping[str, Any]
) -> dict[str, FieldNeed]:
    """Return the one form: the union of what the items ask, by field code (一张表)."""
    needs: dict[str, FieldNeed] = {}
    for code in items:
        for use in field_uses(release, code, handling.get(code, "ordinary"), facts):
            need = needs.setdefault(
                use.use, FieldNeed(use.use, release.vocabulary.fields[use.use], required=False)
            )
            need.required = need.required or use.required
            _asked_by(need, release.items[code])
    for question in release.bundle.questions:
        # To choose none is an answer too.
        if question.fills in needs and question.id in facts["answers"]:
            needs[question.fills].value = facts["answers"][question.id]
            needs[question.fills].origin = "来自您前面的回答"
    return needs


def one_set(
    release: Release, items: Iterable[str], handling: Mapping[str, str], facts: Mapping[str, Any]
) -> dict[str, MaterialNeed]:
    """Return the one set of materials: the union by material code (一套材料); nothing is asked twice."""
    needs: dict[str, MaterialNeed] = {}
    for code in items:
        for use in material_uses(release, code, handling.get(code, "ordinary"), facts):
            need = needs.setdefault(use.use, MaterialNeed(use.use, list(use.from_), required=False))
            need.origins = [origin for origin in need.origins if origin in use.from_] or list(
                use.from_
            )
            need.required = need.required or use.required
            need.deferrable = need.deferrable or use.deferrable
            _asked_by(need, release.items[code])
    return needs


def _asked_by(need: FieldNeed | MaterialNeed, item: ItemDefinition) -> None:
    need.items.append(item.code)
    if item.department not in need.departments:
        need.departments.append(item.department)


def check_form(
    release: Release, form: Mapping[str, Any], *, pointer: str = "/form"
) -> dict[str, Any]:
    """Return form values in canonical form.

    Raises:
        DataInvalid: an unknown field, or a value that does not fit its field.
    """
    errors, checked = [], {}
    for name, value in form.items():
        definition = release.vocabulary.fields.get(name)
        if definition is None:
            errors.append({"pointer": f"{pointer}/{name}", "detail": f"表单里没有「{name}」这一项"})
            continue
        checked[name], faults = faults_of(definition, value)
        errors += [
            {"pointer": f"{pointer}/{name}{place}", "detail": f"{definition.title}{wrong}"}
            for place, wrong in faults
        ]
    if errors:
        raise DataInvalid("表单填写有误，请检查", errors=errors)
    return checked
