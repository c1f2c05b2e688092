"""编译 — the snapshot of one bundle, taken from a pack."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from service.errors import DefinitionInvalid, NotFound
from service.workflows.authoring.pack import Pack
from service.workflows.authoring.regional import area_with
from service.workflows.authoring.standard import standard_lifecycles
from service.workflows.definition import models
from service.workflows.definition.expressions import Scope
from service.workflows.definition.release import FORMAT, Release
from service.workflows.definition.scopes import check_scope, item_scope
from service.workflows.proceedings import KINDS

# what leaving it out means has changed: a release says it, one from before keeps what it meant (`Release`)
ALWAYS_SAID = {(models.FollowUp, "inspectors")}


def compile_release(pack: Pack, bundle: str) -> Release:
    """Take the snapshot of one bundle. Raises NotFound for a bundle, DefinitionInvalid for a part the pack lacks."""
    area = area_with(pack, bundle)
    if area is None:
        raise NotFound(f"定义包里没有“{bundle}”这件事")
    pack, found = area, area.bundles[bundle]
    try:
        items = {entry.use: pack.items[entry.use] for entry in found.items}
        cycles = {item.lifecycle: pack.lifecycles[item.lifecycle] for item in items.values()}
        cycles |= {code: pack.lifecycles[code] for code in proceedings_of(items, cycles)}
        promises = [item.commitment for item in items.values() if item.commitment]
        named = [code for each in promises for code in (each.notice, each.text) if code]
        papers = [pack.vocabulary.materials[code] for code in sorted(_papers(pack, items))]
        forms = [code for each in papers for code in (each.sample, each.blank) if code]
        texts = {code: pack.texts[code] for code in (*named, *forms)}
    except KeyError as missing:
        raise DefinitionInvalid(f"定义包里缺少“{missing.args[0]}”") from None
    if pack.directory is None:
        raise DefinitionInvalid("定义包里缺少机构目录")
    document = {
        "format": FORMAT,
        "bundle": _written(found),
        "items": _written(items),
        "lifecycles": _written(cycles),
        "vocabulary": _written(_vocabulary(pack, found, items)),
        "directory": _written(_directory(pack.directory, found, items)),
        "texts": texts,
    }
    return Release(document)


def read_release(document: Mapping[str, Any]) -> Release:
    """Return the release that a stored document describes, also one from before a proceeding existed."""
    release, standard = Release.from_document(document), standard_lifecycles()
    following = proceedings_of(release.items, release.lifecycles)
    release.lifecycles = {**{code: standard[code] for code in following}, **release.lifecycles}
    return release


def standard_document() -> Mapping[str, Any]:
    """Return the proceedings as a document has them, for whoever reads documents of releases that lack some."""
    return {code: _written(standard_lifecycles()[code]) for code in KINDS}


def proceedings_of(
    items: Mapping[str, models.ItemDefinition], cycles: Mapping[str, models.Lifecycle]
) -> list[str]:
    """Return the proceedings that may follow: what the items can meet, and what an act of the lifecycles begins."""
    effects = (each.effect for cycle in cycles.values() for each in cycle.transitions)
    begun = {effect.begin for effect in effects if effect}
    return [
        code
        for code, kind in KINDS.items()
        if code in begun or any(kind.meets(item) for item in items.values())
    ]


def _papers(pack: Pack, items: Mapping[str, models.ItemDefinition]) -> set[str]:
    """Return the materials that the items ask for, and those that do in place of one."""
    asked = {use.use for item in items.values() for use in item.material_uses()}
    return asked | {other for code in asked for other in pack.vocabulary.materials[code].any_of}


def _vocabulary(
    pack: Pack, bundle: models.Bundle, items: Mapping[str, models.ItemDefinition]
) -> models.Vocabulary:
    vocabulary = pack.vocabulary
    fields = {use.use for item in items.values() for use in item.field_uses()}
    fields |= {question.fills for question in bundle.questions if question.fills}
    materials = _papers(pack, items)
    certificates = {item.result.certificate for item in items.values() if item.result}
    certificates |= {
        each.certificate for item in items.values() if (each := item.renews or item.changes)
    }
    for name in fields & vocabulary.fields.keys():
        parts = (source.split(".") for source in vocabulary.fields[name].source)
        certificates |= {part[1] for part in parts if part[0] == "certificate"}
    standing = (
        vocabulary.materials[code].certificate for code in materials & vocabulary.materials.keys()
    )
    certificates |= {code for code in standing if code}
    reasons = {
        code: reason
        for code, reason in vocabulary.reasons.items()
        if (reason.material is None or reason.material in materials)
        and (reason.field is None or reason.field in fields)
        and _asked_about(vocabulary, reason) <= fields
    }
    return vocabulary.model_copy(
        update={
            "checks": _checks(vocabulary, fields),
            "fields": {name: each for name, each in vocabulary.fields.items() if name in fields},
            "materials": {
                code: each for code, each in vocabulary.materials.items() if code in materials
            },
            "certificates": {
                code: each for code, each in vocabulary.certificates.items() if code in certificates
            },
            "reasons": reasons,
            "registers": _registers(vocabulary, fields),
        }
    )


def _registers(
    vocabulary: models.Vocabulary, fields: set[str]
) -> dict[str, models.VocabularyRegister]:
    """Return the registers that fill one of these fields."""
    sources = (
        source.split(".")
        for name in fields & vocabulary.fields.keys()
        for source in vocabulary.fields[name].source
    )
    asked = {parts[1] for parts in sources if parts[0] == "register"}
    return {code: each for code, each in vocabulary.registers.items() if code in asked}


def _checks(vocabulary: models.Vocabulary, fields: set[str]) -> dict[str, models.Check]:
    """Return the checks between fields that are all asked for."""
    scope = check_scope(vocabulary)
    return {
        code: check
        for code, check in vocabulary.checks.items()
        if {check.at, *_looked_at(scope, check.must)} <= fields
    }


def _asked_about(vocabulary: models.Vocabulary, reason: models.VocabularyReason) -> set[str]:
    """Return the fields that the condition of a reason looks at."""
    return _looked_at(item_scope(vocabulary), reason.when) if reason.when else set()


def _looked_at(scope: Scope, text: str) -> set[str]:
    names = scope.compile(text, ("boolean",)).names
    return {name.removeprefix("form.") for name in names if name.startswith("form.")}


def _directory(
    directory: models.Directory, bundle: models.Bundle, items: Mapping[str, models.ItemDefinition]
) -> models.Directory:
    used = {bundle.lead, directory.government} | {item.department for item in items.values()}
    departments = {code: title for code, title in directory.departments.items() if code in used}
    papers = {
        code: said for code, said in directory.papers.items() if code in used or code == models.ALL
    }
    windows = {
        code: window
        for code, window in directory.windows.items()
        if code in used or code == models.ALL
    }
    return directory.model_copy(
        update={"departments": departments, "papers": papers, "windows": windows}
    )


def _written(value: Any) -> Any:
    """Turn models into JSON: defaults are left out, mappings by code keep their order as pairs."""
    if isinstance(value, BaseModel):
        return {
            about.alias or name: _written(said)
            for name, about in type(value).model_fields.items()
            if _is_said(value, name, said := getattr(value, name))
        }
    if isinstance(value, Mapping):
        return {"$map": [[key, _written(each)] for key, each in value.items()]}
    return [_written(each) for each in value] if isinstance(value, list) else value


def _is_said(model: BaseModel, name: str, value: Any) -> bool:
    about = type(model).model_fields[name]
    differs = about.is_required() or value != about.get_default()
    return differs or (type(model), name) in ALWAYS_SAID
