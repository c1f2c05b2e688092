"""办事指南的内容 — what the guide says about items and materials."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from service.workflows.application import needed, order, papers
from service.workflows.definition.models import (
    CommitmentDefinition,
    FieldUse,
    FollowUp,
    ItemDefinition,
    MaterialUse,
)
from service.workflows.definition.models.terms import PROCEDURES, REFORMS, SELECTIONS
from service.workflows.definition.release import Release
from service.workflows.rules import library, season
from service.workflows.telling.guide import costs, titles
from service.workflows.telling.guide.rehearsal import Rehearsal
from service.workflows.telling.guide.timing import Projection

Undecided = dict[str, dict[str, dict[str, str]]]  # what is undecided → what it depends on, by code
EXCLUDES = "有未修复的失信记录的，不适用告知承诺"
WITHOUT_PAPER = ("certificate", "share", "generated")  # in this order of preference


def items(rehearsal: Rehearsal, projection: Projection) -> list[dict[str, Any]]:
    """Return the items that apply, with all that R-ACC-2 has published."""
    return [_item(rehearsal, code, projection) for code in rehearsal.items]


def _item(rehearsal: Rehearsal, code: str, projection: Projection) -> dict[str, Any]:
    release = rehearsal.release
    definition = release.items[code]
    quantity = definition.quantity
    handling = rehearsal.handling[code]
    promised = definition.limits.get("promised")
    if handling == "commitment" and definition.commitment:
        promised = definition.commitment.limit
    after = order.waits_for(release, code, rehearsal.items)
    return {
        **titles.item(release, code),
        "department": titles.department(release, definition.department),
        "category": titles.coded(definition.category, titles.CATEGORIES),
        "basis": definition.basis,
        "conditions": definition.conditions,
        "quantity": {"limit": quantity.limit, "basis": quantity.basis} if quantity else None,
        "selection": _selection(definition),
        "procedures": _procedures(definition),
        "handling": titles.handling(handling),
        "limits": {
            "statutory": titles.length(definition.limits.get("statutory")),
            "promised": titles.length(promised),
        },
        "statutory_basis": definition.basis_of("statutory")
        if "statutory" in definition.limits
        else "",
        "extension": _extension(definition),
        "expected_on": titles.iso(projection.expected[code]),
        "afterwards": projection.after(code),
        "after": [titles.item(release, before) for before in after],
        "commitment": _commitment(rehearsal, code, definition.commitment)
        if definition.commitment
        else None,
        "result": _result(release, code),
        "reform": _reform(definition),
        "open": season.said(definition.open) if definition.open else "",
        "fee": costs.fee(rehearsal, code),
        "charges": costs.charges(rehearsal, code),
        "window": titles.window(release, definition.department),
    }


def _reform(definition: ItemDefinition) -> dict[str, Any] | None:
    """Return how the matter was reformed, and by which document (证照分离)."""
    reform = definition.reform
    return {**titles.coded(reform.mode, REFORMS), "basis": reform.basis} if reform else None


def _procedures(definition: ItemDefinition) -> list[dict[str, str]]:
    return [
        {**titles.coded(kind, PROCEDURES), "basis": each.basis}
        for kind, each in definition.procedures.items()
    ]


def _selection(definition: ItemDefinition) -> dict[str, Any] | None:
    """Return by what the applicants are chosen, and what is announced of it before (行政许可法 53、54)."""
    chosen = definition.selection
    if chosen is None:
        return None
    by = {"code": chosen.by, "title": SELECTIONS[chosen.by]}
    return {"by": by, "basis": chosen.basis, "published": chosen.published}


def _extension(definition: ItemDefinition) -> dict[str, Any] | None:
    """Return by how much a statute of its own lets the decision be put off, and which one."""
    special = definition.extension
    if special is None:
        return None
    return {"limit": titles.length(special.days), "basis": special.basis or ""}


def _commitment(
    rehearsal: Rehearsal, code: str, commitment: CommitmentDefinition
) -> dict[str, Any]:
    release = rehearsal.release
    why_not, hangs_on = rehearsal.closed.get(code, ("", []))
    known = release.vocabulary.fields
    return {
        "offered": not why_not and not hangs_on,
        "unknown": bool(hangs_on),
        "why_not": why_not,
        "say": commitment.say or "",
        "excludes": "" if rehearsal.asked_library else EXCLUDES,
        "depends_on": [{"code": name, "title": known[name].title} for name in hangs_on],
        "notice": release.texts[commitment.notice] if commitment.notice else "",
        "text": release.texts[commitment.text],
        "later": titles.length(commitment.later),
        "basis": commitment.basis,
        "limit": titles.length(commitment.limit),
        "waives": [titles.material(release, material) for material in commitment.waives],
        "follow_up": _follow_up(release, commitment.follow_up) if commitment.follow_up else None,
    }


def _follow_up(release: Release, check: FollowUp) -> dict[str, Any]:
    drawn = "全部核查" if check.sample >= 1 else f"按{check.sample:.0%}随机抽取"
    limit = titles.length(check.limit) or {}
    return {
        "limit": limit,
        "sample": check.sample,
        "post": titles.post(release, check.post),
        "title": f"准予后{limit['title']}内核查，{drawn}",
    }


def _result(release: Release, code: str) -> dict[str, Any] | None:
    result = release.items[code].result
    if result is None:
        return None
    certificate = release.vocabulary.certificates[result.certificate]
    return {
        "code": result.certificate,
        "title": certificate.title,
        "valid": titles.length(certificate.valid),
    }


def not_needed(rehearsal: Rehearsal) -> list[dict[str, str]]:
    """Return the items that do not apply, each with its reason."""
    return [
        {**titles.item(rehearsal.release, c), "reason": why}
        for c, why in rehearsal.selection.left_out.items()
    ]


def departments(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    """Return the departments that take part, the lead first, each with its items."""
    release = rehearsal.release
    codes = dict.fromkeys(
        [release.bundle.lead, *(release.items[code].department for code in rehearsal.items)]
    )
    return [
        {
            **titles.department(release, code),
            "lead": code == release.bundle.lead,
            "items": [
                titles.item(release, i)
                for i in rehearsal.items
                if release.items[i].department == code
            ],
        }
        for code in codes
    ]


# ---- materials -------------------------------------------------------------------------------------------------


def materials(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    """Return the one set of materials for the handling that was chosen."""
    return [_material(rehearsal, need) for need in needed_papers(rehearsal).values()]


def needed_papers(rehearsal: Rehearsal) -> dict[str, needed.MaterialNeed]:
    """Return the papers that are certain."""
    needs = needed.one_set(rehearsal.release, rehearsal.items, rehearsal.handling, rehearsal.facts)
    definitions = (rehearsal.release.items[code] for code in rehearsal.items)
    certain = rehearsal.certain(use for each in definitions for use in each.material_uses())
    return {code: need for code, need in needs.items() if code in certain}


def needed_fields(rehearsal: Rehearsal) -> dict[str, needed.FieldNeed]:
    """Return the fields of the one form that are certain."""
    needs = needed.one_form(rehearsal.release, rehearsal.items, rehearsal.handling, rehearsal.facts)
    definitions = (rehearsal.release.items[code] for code in rehearsal.items)
    certain = rehearsal.certain(use for each in definitions for use in each.field_uses())
    return {name: need for name, need in needs.items() if name in certain}


def _material(rehearsal: Rehearsal, need: needed.MaterialNeed) -> dict[str, Any]:
    release = rehearsal.release
    definition = release.vocabulary.materials[need.material]
    need = replace(need, origins=_origins(rehearsal, need))
    way = next((way for way in WITHOUT_PAPER if way in need.origins), need.origins[0])
    return {
        **titles.material(release, need.material),
        "required": need.required,
        "origins": [titles.coded(origin, titles.ORIGINS) for origin in need.origins],
        "formats": list(definition.formats),
        "max_mb": definition.max_mb,
        "hint": definition.hint,
        "sample": release.texts.get(definition.sample or "", ""),
        "blank": release.texts.get(definition.blank or "", ""),
        "any_of": [_instead(release, code) for code in definition.any_of],
        "on_paper": papers.on_paper(definition),
        "items": [titles.item(release, code) for code in need.items],
        "deferrable": titles.length(need.deferrable),
        "way": titles.coded(way, titles.ORIGINS),
        "needed_from_applicant": way not in WITHOUT_PAPER,
        "promise": definition.promised if "commitment" in need.origins else "",
        "how": library.exemption(rehearsal.work, need) or how(need, way),
    }


def _instead(release: Release, code: str) -> dict[str, Any]:
    """Return one of the papers of which any one will do."""
    definition = release.vocabulary.materials[code]
    return {
        **titles.material(release, code),
        "hint": definition.hint,
        "sample": release.texts.get(definition.sample or "", ""),
        "blank": release.texts.get(definition.blank or "", ""),
    }


def _origins(rehearsal: Rehearsal, need: needed.MaterialNeed) -> list[str]:
    """Return how a material can come; not from a certificate where one looked and there is none, unless by no other way."""
    issued = [rehearsal.release.items[code].result for code in rehearsal.items]
    brought = {result.certificate for result in issued if result}
    if rehearsal.asked_library and library.lacks(rehearsal.work, need.material, brought):
        return [origin for origin in need.origins if origin != library.ORIGIN] or need.origins
    return need.origins


def how(need: needed.MaterialNeed, way: str) -> str:
    """Say how a material comes, and how else it may."""
    others = [origin for origin in need.origins if origin != way]
    said = {
        "certificate": "调取电子证照，免交",
        "share": "数据共享，免交",
        "generated": "系统按您填写的内容生成，免交",
        "commitment": "告知承诺替代",
        "upload": "上传 1 份",
    }[way]
    if way == "commitment" and "upload" in others:
        said += "，也可以上传 1 份"
    elif way == "upload" and "commitment" in others:
        said += "，也可以书面承诺代替"
    elif "upload" in others:
        said += "；系统取不到时再上传"
    if need.deferrable and way not in WITHOUT_PAPER:
        said += f"；可以先受理、{(titles.length(need.deferrable) or {})['title']}内补交"
    return said if need.required else f"{said}（选交）"


# ---- what depends on the form ----------------------------------------------------------------------------------


def undecided(rehearsal: Rehearsal) -> dict[str, list[dict[str, Any]]]:
    """Return what only what is still to be answered or filled in decides on: {items, fields, materials}.

    Each is {code, title, depends_on: [{code, title}]}, so that the published list is complete (R-ACC-2).
    """
    release = rehearsal.release
    fields: Undecided = {}
    papers: Undecided = {}
    for code in rehearsal.items:
        definition = release.items[code]
        waived = []
        if definition.commitment and rehearsal.handling[code] == "commitment":
            waived = definition.commitment.waives
        uses = [use for use in definition.material_uses() if use.use not in waived]
        _collect(rehearsal, fields, definition.field_uses())
        _collect(rehearsal, papers, uses)
    certain_fields, certain_papers = needed_fields(rehearsal), needed_papers(rehearsal)
    known = release.vocabulary.fields
    return {
        "items": _undecided_items(rehearsal),
        "fields": [
            {"code": c, "title": known[c].title, "depends_on": list(on.values())}
            for c, on in fields.items()
            if c not in certain_fields
        ],
        "materials": [
            {**titles.material(release, c), "depends_on": list(on.values())}
            for c, on in papers.items()
            if c not in certain_papers
        ],
    }


def _undecided_items(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    asks = {question.id: question.ask for question in rehearsal.release.bundle.questions}
    return [
        {
            **titles.item(rehearsal.release, code),
            "depends_on": [{"code": id_, "title": asks[id_]} for id_ in first],
        }
        for code, first in rehearsal.selection.depends.items()
    ]


def _collect(rehearsal: Rehearsal, into: Undecided, uses: Iterable[FieldUse | MaterialUse]) -> None:
    for use in uses:
        for each in rehearsal.depends_on(use.when):
            into.setdefault(use.use, {})[each["code"]] = each
