"""一张表 — the one form as JSON Schema 2020-12, accepting what `fieldtypes.check_value` accepts in its one spelling.

What a schema cannot say stays with the server: birth date and check character of an ID number, and that other spellings of
the same value (full width, blanks, +86, 2026年11月5日) are taken for it. Dates need a validator that asserts `format`.
"""

from collections.abc import Mapping
from typing import Any

from service.workflows.application.fieldtypes import type_of
from service.workflows.application.needed import FieldNeed
from service.workflows.definition.release import Release

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def form_schema(release: Release, needs: Mapping[str, FieldNeed]) -> dict[str, Any]:
    """Return the schema of the one form, its fields in the order of the vocabulary.

    Beside the standard words a field has `x-type` (its type in the vocabulary), `x-section`, `x-unit`, `x-origin`
    (where its prefilled value comes from), and `x-items` and `x-departments` as [{code, title}]: who asks for it (R-BND-10).
    """
    order = [name for name in release.vocabulary.fields if name in needs]
    return {
        "$schema": DIALECT,
        "title": f"{release.bundle.title}申请表",
        "type": "object",
        "properties": {name: _field(release, needs[name]) for name in order},
        "required": [name for name in order if needs[name].required],
    }


def _field(release: Release, need: FieldNeed) -> dict[str, Any]:
    definition = need.definition
    kind = type_of(definition)
    departments = release.directory.departments
    about = {
        "title": definition.title,
        "description": definition.hint or kind.hint,
        "x-type": definition.type,
        "x-section": definition.section,
        "x-unit": definition.unit or kind.unit,
        "x-origin": need.origin,
    }
    return {
        **{key: words for key, words in about.items() if words},
        **kind.schema(definition),
        "x-items": [{"code": code, "title": release.items[code].title} for code in need.items],
        "x-departments": [{"code": code, "title": departments[code]} for code in need.departments],
    }
