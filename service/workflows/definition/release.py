"""发布版 — the immutable compiled snapshot of one bundle with everything it uses, identified by its content hash.

The document is JSON whose meaning survives stores that reorder keys: a mapping by code, whose order counts (the first
state, the options as asked), is written `{"$map": [[code, value], …]}`. Calendars are not part of it: they change
under running cases.
"""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal, cast

import rfc8785

from service.errors import DefinitionInvalid
from service.workflows.definition import models
from service.workflows.definition.expressions import Expression, Scope
from service.workflows.definition.scopes import (
    bundle_scope,
    check_scope,
    item_scope,
    lifecycle_scope,
)

Place = Literal["bundle", "item", "lifecycle", "check"]
FORMAT = 2
BEFORE_RESTARTS = 1  # there `counts_from` began anew what had begun before
WHOLE = "case"  # what stands for the case as a whole in the code of a proceeding
_LARGEST = 2**53 - 1  # what a number of JSON holds exactly
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode
_AGAIN = re.compile(r"-[0-9]+$")
_LATER = re.compile(r"-([2-9]|[1-9][0-9]+)$")  # the second of a kind is -2


def own_code(code: str) -> str:
    """Return the item a code is about: `<item>` itself, or that of a proceeding `<item>.<lifecycle>[-<n>]`.

    A proceeding may follow another one, so that a code has any number of parts; it may be about the case (`WHOLE`).
    """
    return code.partition(".")[0]


def kinds_of(code: str) -> list[str]:
    """Return the lifecycles of the proceedings that a code names, one following the other; none for an item."""
    if "." not in code:
        return []
    return [_AGAIN.sub("", part) for part in code.split(".")[1:]]


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return a document in the JSON Canonicalization Scheme (RFC 8785).

    Where no number has a fraction and no key leaves the first plane, that is what the standard encoder writes, in a
    tenth of the time; a process that starts does this for every release. Raises rfc8785.CanonicalizationError.
    """
    if _is_simple(document):
        try:
            return _encode(document).encode()
        except UnicodeEncodeError:  # half a character
            pass
    return rfc8785.dumps(cast("Any", document))


def _is_simple(value: Any) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return abs(int(value)) <= _LARGEST
    if kind is list:
        return all(map(_is_simple, value))
    # beyond the first plane UTF-16 sorts otherwise than characters do
    return (
        kind is dict
        and all(type(key) is str and (key.isascii() or max(key) < "\ud800") for key in value)
        and all(map(_is_simple, value.values()))
    )


def first_of(code: str) -> str:
    """Return the code of the first proceeding of a kind for that of a later one: `sign.revocation-2` → `sign.revocation`."""
    item, *proceedings = code.split(".")
    return ".".join([item, *(_LATER.sub("", part) for part in proceedings)])


class Release:
    """发布版 — one bundle as it was published; running cases keep theirs."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Read a document made by `compile_release`. Raises DefinitionInvalid when it is of another format."""
        if document.get("format") not in (BEFORE_RESTARTS, FORMAT):
            raise DefinitionInvalid("发布版的格式不认识")
        self.document: Mapping[str, Any] = document
        self.hash = sha256(canonical(document)).hexdigest()
        plain = _read(document)
        self.bundle = models.Bundle.model_validate(plain["bundle"])
        self.items = {
            code: models.ItemDefinition.model_validate(_checked_by_as_published(item))
            for code, item in plain["items"].items()
        }
        self.lifecycles = {
            code: models.Lifecycle.model_validate(each)
            for code, each in plain["lifecycles"].items()
        }
        if document["format"] == BEFORE_RESTARTS:
            self.lifecycles = {
                code: restarting_as_before(cycle) for code, cycle in self.lifecycles.items()
            }
        self.vocabulary = models.Vocabulary.model_validate(plain["vocabulary"])
        self.directory = models.Directory.model_validate(plain["directory"])
        self.texts: dict[str, str] = plain["texts"]
        self._scopes: dict[Place, Scope] = {
            "bundle": bundle_scope(self.bundle, self.vocabulary),
            "item": item_scope(self.vocabulary, bundle_scope(self.bundle, self.vocabulary).names),
            "lifecycle": lifecycle_scope(self.vocabulary),
            "check": check_scope(self.vocabulary, bundle_scope(self.bundle, self.vocabulary).names),
        }
        # the machine of each item and proceeding that was asked for, by its code: see `case.lifecycle`
        self.machines: dict[str, Any] = {}
        self._compiled: dict[tuple[str, Place], Expression] = {}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Release":
        """Return the release a stored document describes; its hash is the same as when it was compiled."""
        return cls(document)

    def subject(self, code: str) -> models.ItemDefinition | None:
        """Return the item a code is about, also that of a proceeding; None for one of the case as a whole."""
        return self.items.get(own_code(code))

    def lifecycle_of(self, code: str) -> models.Lifecycle:
        """Return the lifecycle of an item or of a proceeding (附带程序) by its code."""
        kinds = kinds_of(code)
        return self.lifecycles[kinds[-1] if kinds else self.items[code].lifecycle]

    def title_of(self, code: str) -> str:
        """Return the Chinese title of an item or of a proceeding by its code; empty stands for the whole case."""
        subject = self.subject(code)
        title = subject.title if subject else self.bundle.title
        following = " · ".join(self.lifecycles[kind].title for kind in kinds_of(code))
        return f"{title}（{following}）" if following else title

    def expression(self, text: str, scope: Place) -> Expression:
        """Return the compiled expression of one of its texts, from the cache after the first use."""
        known = self._compiled.get((text, scope))
        if known is None:
            results: tuple[models.ValueKind, ...] = (
                ("boolean", "number", "text") if scope == "bundle" else ("boolean",)
            )
            known = self._compiled[(text, scope)] = self._scopes[scope].compile(text, results)
        return known


def restarting_as_before(cycle: models.Lifecycle) -> models.Lifecycle:
    """Return a lifecycle as it was meant before it said which clocks begin anew: a running case keeps its rules.

    `counts_from` began anew what the target runs, but for what ran in the state that was left.
    """
    transitions = [
        each.model_copy(update={"restarts": _restarted_before(cycle, each)})
        for each in cycle.transitions
    ]
    return cycle.model_copy(update={"transitions": transitions})


def _restarted_before(cycle: models.Lifecycle, transition: models.Transition) -> list[str]:
    if transition.counts_from is None:
        return []
    left = [name for name in transition.sources if name != transition.to]
    goes_on = {clock for name in left for clock in cycle.states[name].runs}
    return [clock for clock in cycle.states[transition.to].runs if clock not in goes_on]


def _checked_by_as_published(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item as it was meant when it was published: one draws two inspectors only where the release says so."""
    promise = item.get("commitment") or {}
    check = promise.get("follow_up")
    if not check:
        return item
    as_meant = {"inspectors": 1, **check}
    return {**item, "commitment": {**promise, "follow_up": as_meant}}


def _read(value: Any) -> Any:
    if isinstance(value, Mapping):
        if "$map" in value:
            return {key: _read(each) for key, each in value["$map"]}
        return {key: _read(each) for key, each in value.items()}
    return [_read(each) for each in value] if isinstance(value, list) else value
