"""一张表分页 — the sections of the one form on pages short enough to fill in without losing heart."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from service.workflows.application.fieldtypes import Fault, say, say_cells, type_of
from service.workflows.definition.models import (
    FEWEST_ROWS,
    USUAL_ROWS,
    Described,
    VocabularyField,
    one_of,
)
from service.workflows.definition.release import Release

MOST = 14  # fields to fill in on one page; what the record and the answers say does not count
MOST_SAID = 3  # of what is wrong with one value
REST = "其他"

Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Typed:
    """填了的 — the values that fit their fields, what is wrong with the others, and what a submission would know.

    `given` is what the record and the answers say, whatever was typed: the same as long as the answers are.
    """

    values: Mapping[str, Any]
    faults: Mapping[str, list[Fault]]
    known: Collection[str] = ()
    given: Collection[str] = ()


def pages(release: Release, found: Part, typed: Typed) -> list[dict[str, Any]]:
    """Return the pages of the form: [{n, title, sections: [{title, fields}], to_fill, lacking}], n from 1.

    Short sections share a page, a long one takes several. A field is {code, title, type, hint, unit, min, max, options,
    required, value, said, origin, fault, lacking, items}; `found` is the guide. What is only proposed, by an earlier
    application, is lacking until it was looked at and saved. Where pages end rests on the answers alone, never on what was
    filled in meanwhile: no step moves while one is on it.
    One of rows also has {columns, rows: [{column: words}]}; it has a page of its own.
    """
    made: list[list[dict[str, Any]]] = []
    room = 0
    weighs = _weighing(release, found, typed)
    for title, fields in _sections(release, found, typed).items():
        parts = _parts(fields, weighs)
        for number, part in enumerate(parts, 1):
            cost = _weight(part, weighs)
            if not made or cost > room:
                made.append([])
                room = MOST
            room -= cost
            made[-1].append(
                {"title": f"{title}（{number}）" if len(parts) > 1 else title, "fields": part}
            )
    return [_page(n, sections) for n, sections in enumerate(made, 1)]


def _page(n: int, sections: list[dict[str, Any]]) -> dict[str, Any]:
    fields = [field for section in sections for field in section["fields"]]
    return {
        "n": n,
        "title": "、".join(section["title"] for section in sections),
        "sections": sections,
        "to_fill": _to_fill(fields),
        "lacking": sum(field["lacking"] for field in fields),
    }


def _weighing(release: Release, found: Part, typed: Typed) -> frozenset[str]:
    """Return the fields by which the length of a page is measured: those that are asked for whatever the form says."""
    uses = [use for item in found["items"] for use in release.items[item["code"]].field_uses()]
    always = {use.use for use in uses if not _rests_on_form(release, use.when)}
    return frozenset(always - set(typed.given))


def _rests_on_form(release: Release, when: str | None) -> bool:
    names = release.expression(when, "item").names if when else ()
    return any(name.startswith("form.") for name in names)


def _weight(fields: Sequence[Part], weighs: Collection[str]) -> int:
    """Return how much of a page there is to fill in: rows take all of one."""
    return sum(MOST if field["columns"] else 1 for field in fields if field["code"] in weighs)


def _parts(fields: list[dict[str, Any]], weighs: Collection[str]) -> list[list[dict[str, Any]]]:
    """Cut the fields of a section that is too long for one page into parts of about the same length."""
    weight = _weight(fields, weighs)
    even = ceil(weight / max(1, ceil(weight / MOST)))
    most = max([even, *(_weight([field], weighs) for field in fields)])
    parts: list[list[dict[str, Any]]] = [[]]
    for field in fields:
        if field["code"] in weighs and parts[-1] and _weight([*parts[-1], field], weighs) > most:
            parts.append([])
        parts[-1].append(field)
    return parts


def _to_fill(fields: Sequence[Part]) -> int:
    return sum(1 for field in fields if not field["origin"])


def _sections(release: Release, found: Part, typed: Typed) -> dict[str, list[dict[str, Any]]]:
    sections: dict[str, list[dict[str, Any]]] = {}
    for name in found["form"]["properties"]:
        title = release.vocabulary.fields[name].section or REST
        sections.setdefault(title, []).append(_field(release, name, found, typed))
    if REST in sections:
        sections[REST] = sections.pop(REST)
    return sections


def _field(release: Release, name: str, found: Part, typed: Typed) -> dict[str, Any]:
    definition, schema = release.vocabulary.fields[name], found["form"]["properties"][name]
    prefilled = found["prefill"].get(name, {})
    value = typed.values.get(name, prefilled.get("value"))
    required, faults = name in found["form"]["required"], typed.faults.get(name, [])
    words = "" if value is None else say(definition, value, release.directory.region)
    return {
        **control_of(name, definition, required=required),
        "value": value,
        "said": words,
        "origin": prefilled.get("origin", ""),
        "fault": "；".join(wrong for _, wrong in faults[:MOST_SAID]),
        "lacking": name in typed.faults or (required and name not in typed.known),
        "items": schema["x-items"],
        "rows": [
            say_cells(definition, row, release.directory.region)
            for row in (value if definition.columns and value else ())
        ],
    }


def control_of(name: str, definition: VocabularyField, *, required: bool) -> dict[str, Any]:
    """Return what a page has to know to ask for a field: {code, title, type, hint, unit, min, max, options, required, columns}."""
    columns = [
        _control(code, column, required=column.required)
        for code, column in definition.columns.items()
    ]
    return {**_control(name, definition, required=required), "columns": columns}


def _control(name: str, definition: Described, *, required: bool) -> dict[str, Any]:
    kind, rows = type_of(definition), definition.type == "rows"
    return {
        "code": name,
        "title": definition.title,
        "type": definition.type,
        "hint": definition.hint or kind.hint,
        "unit": definition.unit or kind.unit,
        "min": FEWEST_ROWS if rows and definition.min is None else definition.min,
        "max": USUAL_ROWS if rows and definition.max is None else definition.max,
        "options": [
            {"code": code, "title": label}
            for code, label in one_of(definition.options or {}).items()
        ],
        "required": required,
    }
