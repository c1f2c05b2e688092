"""发布版 — the immutable compiled snapshot of one bundle with everything it uses, identified by its content hash.

The document is JSON whose meaning survives stores that reorder keys: a mapping by code, whose order counts (the first
state, the options as asked), is written `{"$map": [[code, value], …]}`. Calendars are not part of it: they change
under running cases.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal, cast

import rfc8785
from pydantic import BaseModel

from service.errors import DefinitionInvalid, NotFound
from service.workflows.language import models
from service.workflows.language.expressions import Expression, Kind, Scope
from service.workflows.language.pack import Pack
from service.workflows.language.regional import area_with
from service.workflows.language.scopes import bundle_scope, item_scope, lifecycle_scope

Place = Literal["bundle", "item", "lifecycle"]
FORMAT = 1
FOLLOW_UP = "follow-up"
LATER = "later"
DEREGISTRATION = "deregistration"
REPAIR = "repair"
DEFENCE = "defence"
PUBLICATION = "publication"
PROCEEDINGS = (
    FOLLOW_UP,
    LATER,
    REPAIR,
    DEFENCE,
    "supervision",
    "redress",
    DEREGISTRATION,
    PUBLICATION,
    "revocation",
)  # standard lifecycles of what follows a decision: started by the engine, beside the items
WHOLE = "case"  # what stands for the case as a whole in the code of a proceeding
_AGAIN = re.compile(r"-[0-9]+$")


def own_code(code: str) -> str:
    """Return the item a code is about: `<item>` itself, or that of a proceeding `<item>.<lifecycle>[-<n>]`."""
    return code.partition(".")[0]


def may_meet(kind: str, item: models.Item) -> bool:
    """Tell whether an item can come to a proceeding of this kind."""
    promise = item.commitment
    if kind == DEREGISTRATION:
        return bool(item.result)
    if kind == "revocation":
        return item.lifecycle in ("licence", "renewal")
    if kind == LATER:
        return bool(promise and promise.later)
    if kind == PUBLICATION:
        return PUBLICATION in item.limits
    return kind not in (FOLLOW_UP, REPAIR, DEFENCE) or bool(promise and promise.follow_up)


class Release:
    """发布版 — one bundle as it was published; running cases keep theirs."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Read a document made by `compile_release`. Raises DefinitionInvalid when it is of another format."""
        if document.get("format") != FORMAT:
            raise DefinitionInvalid("发布版的格式不认识")
        self.document: Mapping[str, Any] = document
        self.hash = sha256(rfc8785.dumps(cast("Any", document))).hexdigest()
        plain = _read(document)
        self.bundle = models.Bundle.model_validate(plain["bundle"])
        self.items = {code: models.Item.model_validate(item) for code, item in plain["items"].items()}
        self.lifecycles = {code: models.Lifecycle.model_validate(each) for code, each in plain["lifecycles"].items()}
        self.vocabulary = models.Vocabulary.model_validate(plain["vocabulary"])
        self.directory = models.Directory.model_validate(plain["directory"])
        self.texts: dict[str, str] = plain["texts"]
        self._scopes: dict[Place, Scope] = {
            "bundle": bundle_scope(self.bundle, self.vocabulary),
            "item": item_scope(self.vocabulary, bundle_scope(self.bundle, self.vocabulary).names),
            "lifecycle": lifecycle_scope(self.vocabulary),
        }
        self._compiled: dict[tuple[str, Place], Expression] = {}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Release":
        """Return the release a stored document describes; its hash is the same as when it was compiled."""
        return cls(document)

    def subject(self, code: str) -> models.Item | None:
        """Return the item a code is about, also that of a proceeding; None for one of the case as a whole."""
        return self.items.get(own_code(code))

    def lifecycle_of(self, code: str) -> models.Lifecycle:
        """Return the lifecycle of an item or of a proceeding (附带程序) by its code."""
        own, _, kind = code.partition(".")
        return self.lifecycles[_AGAIN.sub("", kind) if kind else self.items[own].lifecycle]

    def title_of(self, code: str) -> str:
        """Return the Chinese title of an item or of a proceeding by its code; empty stands for the whole case."""
        subject = self.subject(code)
        title = subject.title if subject else self.bundle.title
        return f"{title}（{self.lifecycle_of(code).title}）" if "." in code else title

    def expression(self, text: str, scope: Place) -> Expression:
        """Return the compiled expression of one of its texts, from the cache after the first use."""
        known = self._compiled.get((text, scope))
        if known is None:
            results: tuple[Kind, ...] = ("boolean", "number", "text") if scope == "bundle" else ("boolean",)
            known = self._compiled[(text, scope)] = self._scopes[scope].compile(text, results)
        return known


def compile_release(pack: Pack, bundle: str) -> Release:
    """Take the snapshot of one bundle. Raises NotFound for a bundle, DefinitionInvalid for a part the pack lacks."""
    area = area_with(pack, bundle)
    if area is None:
        raise NotFound(f"定义包里没有“{bundle}”这件事")
    pack, found = area, area.bundles[bundle]
    try:
        items = {entry.use: pack.items[entry.use] for entry in found.items}
        cycles = {item.lifecycle: pack.lifecycles[item.lifecycle] for item in items.values()}
        met = [kind for kind in PROCEEDINGS if any(may_meet(kind, item) for item in items.values())]
        cycles |= {kind: pack.lifecycles[kind] for kind in met}
        promises = [item.commitment for item in items.values() if item.commitment]
        texts = {code: pack.texts[code] for each in promises for code in (each.notice, each.text) if code}
    except KeyError as missing:
        raise DefinitionInvalid(f"定义包里缺少“{missing.args[0]}”") from None
    if pack.directory is None:
        raise DefinitionInvalid("定义包里缺少机构目录")
    document = {
        "format": FORMAT,
        "bundle": _written(found),
        "items": _written(items),
        "lifecycles": _written(cycles),
        "vocabulary": _written(_vocabulary(pack.vocabulary, found, items)),
        "directory": _written(_directory(pack.directory, found, items)),
        "texts": texts,
    }
    return Release(document)


def _vocabulary(
    vocabulary: models.Vocabulary, bundle: models.Bundle, items: Mapping[str, models.Item]
) -> models.Vocabulary:
    fields = {use.use for item in items.values() for use in item.field_uses()}
    fields |= {question.fills for question in bundle.questions if question.fills}
    materials = {use.use for item in items.values() for use in item.material_uses()}
    certificates = {item.result.certificate for item in items.values() if item.result}
    certificates |= {each.certificate for item in items.values() if (each := item.renews or item.changes)}
    for name in fields & vocabulary.fields.keys():
        parts = (source.split(".") for source in vocabulary.fields[name].source)
        certificates |= {part[1] for part in parts if part[0] == "certificate"}
    standing = (vocabulary.materials[code].certificate for code in materials & vocabulary.materials.keys())
    certificates |= {code for code in standing if code}
    reasons = {
        code: reason
        for code, reason in vocabulary.reasons.items()
        if (reason.material is None or reason.material in materials)
        and (reason.field is None or reason.field in fields)
    }
    return vocabulary.model_copy(
        update={
            "fields": {name: each for name, each in vocabulary.fields.items() if name in fields},
            "materials": {code: each for code, each in vocabulary.materials.items() if code in materials},
            "certificates": {code: each for code, each in vocabulary.certificates.items() if code in certificates},
            "reasons": reasons,
        }
    )


def _directory(
    directory: models.Directory, bundle: models.Bundle, items: Mapping[str, models.Item]
) -> models.Directory:
    used = {bundle.lead, directory.government} | {item.department for item in items.values()}
    departments = {code: title for code, title in directory.departments.items() if code in used}
    return directory.model_copy(update={"departments": departments})


def _written(value: Any) -> Any:
    """Turn models into JSON: defaults are left out, mappings by code keep their order as pairs."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        set_here = ((fields[name].alias or name, getattr(value, name), fields[name]) for name in fields)
        return {key: _written(v) for key, v, about in set_here if about.is_required() or v != about.get_default()}
    if isinstance(value, Mapping):
        return {"$map": [[key, _written(each)] for key, each in value.items()]}
    return [_written(each) for each in value] if isinstance(value, list) else value


def _read(value: Any) -> Any:
    if isinstance(value, Mapping):
        if "$map" in value:
            return {key: _read(each) for key, each in value["$map"]}
        return {key: _read(each) for key, each in value.items()}
    return [_read(each) for each in value] if isinstance(value, list) else value
