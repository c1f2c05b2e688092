"""检查用的定义包 — a pack with the places of its parts and the doubts about what could not be read."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from service.workflows.authoring.pack import Pack
from service.workflows.authoring.source import Path, Source
from service.workflows.calendar import WorkCalendar, build, built_in
from service.workflows.definition import models
from service.workflows.definition.diagnostics import At, Diagnostic, found, near
from service.workflows.definition.expressions import Expression, Scope
from service.workflows.definition.scopes import item_scope, lifecycle_scope
from service.workflows.definition.tokens import ExpressionRefused, Problem

VOCABULARY = {
    "field": "fields",
    "material": "materials",
    "certificate": "certificates",
    "reason": "reasons",
    "check": "checks",
    "register": "registers",
}
TITLES = {
    "department": "部门", "lifecycle": "生命周期", "field": "字段", "material": "材料", "certificate": "证照",
    "reason": "理由", "item": "事项", "bundle": "“一件事”", "text": "承诺书文本", "post": "岗位", "state": "状态",
    "clock": "时限", "action": "动作", "question": "问题",
}  # fmt: skip
CODES = {
    "department": "E201", "lifecycle": "E202", "field": "E203", "material": "E204", "certificate": "E205",
    "item": "E206", "post": "E207", "text": "E208", "state": "E210", "clock": "E211", "reason": "E612",
    "bundle": "E601", "action": "E603", "question": "E604",
}  # fmt: skip
_HOME = {
    "department": "directory",
    "post": "directory",
    "field": "vocabulary",
    "material": "vocabulary",
    "certificate": "vocabulary",
    "reason": "vocabulary",
    "lifecycle": "lifecycle",
    "item": "item",
    "bundle": "bundle",
}


Results = tuple[models.ValueKind, ...]
Refused = tuple[Problem, ...]


def _asked_for(fields: Mapping[str, models.VocabularyField]) -> dict[str, models.Described]:
    """Return fields and columns of rows by their names in conditions."""
    found: dict[str, models.Described] = {f"form.{name}": each for name, each in fields.items()}
    for name, each in fields.items():
        found |= {f"form.{name}.{code}": column for code, column in each.columns.items()}
    return found


@dataclass(frozen=True)
class View:
    """What the checks look at."""

    pack: Pack
    # Kinds of which a definition could not be read: what is missing may stand there.
    unread: frozenset[str]
    # Bundle → its `Conditions`, once they are compiled; who takes them says so.
    conditions: dict[str, Any] = field(default_factory=dict)
    # What was compiled in which scope: many definitions say the same.
    _compiled: dict[tuple[int, str, Results], tuple[Scope, Expression | Refused]] = field(
        default_factory=dict
    )

    def source(self, kind: str, code: str) -> Source:
        """Return the file a definition stands in."""
        return self.pack.origins[kind, code]

    def part(self, kind: str, code: str) -> At:
        """Return the place of a part of the vocabulary."""
        return self.source(kind, code).at_key(VOCABULARY[kind], code)

    def sure(self, kind: str) -> bool:
        """Tell whether every definition of this sort was read, so that what is missing is missing."""
        return _HOME.get(kind, kind) not in self.unread

    def known(self, sort: str, name: str, among: Collection[str], at: At) -> Iterator[Diagnostic]:
        """Yield the finding when a name refers to nothing."""
        if name not in among and self.sure(sort):
            where = "的机构目录" if sort == "department" else ""
            said = f"没有“{name}”这个{TITLES[sort]}"
            yield found(
                at, CODES[sort], said, near(name, set(among)) or f"先在定义包{where}里定义它"
            )

    @cached_property
    def departments(self) -> frozenset[str]:
        """Return the known departments."""
        return frozenset(self.pack.directory.departments if self.pack.directory else ())

    @cached_property
    def posts(self) -> frozenset[str]:
        """Return the built-in posts and the directory's own."""
        return frozenset(models.BUILT_IN_POSTS) | frozenset(
            self.pack.directory.posts if self.pack.directory else ()
        )

    @cached_property
    def item_scope(self) -> Scope:
        """Return the names of item expressions, compiled once for the pack."""
        return item_scope(self.pack.vocabulary)

    @cached_property
    def lifecycle_scope(self) -> Scope:
        """Return the names of lifecycle expressions."""
        return lifecycle_scope(self.pack.vocabulary)

    @cached_property
    def form_options(self) -> Mapping[str, Mapping[str, str]]:
        """Return the form fields that are chosen from a list, with what can be chosen."""
        fields = self.pack.vocabulary.fields
        return {
            name: models.one_of(each.options)
            for name, each in _asked_for(fields).items()
            if each.options
        }

    @cached_property
    def form_dates(self) -> frozenset[str]:
        """Return the form fields that are dates."""
        fields = self.pack.vocabulary.fields
        return frozenset(
            name
            for name, each in _asked_for(fields).items()
            if models.value_kind(each.type) == "date"
        )

    def compiled(
        self,
        scope: Scope,
        text: str,
        source: Source,
        path: Path,
        results: Results = ("boolean",),
    ) -> tuple[Expression | None, list[Diagnostic]]:
        """Compile an expression of a definition; what is wrong with it gets its place in the file."""
        key = id(scope), text, results
        if key not in self._compiled:  # the scope is kept with it: another may not get its id
            try:
                self._compiled[key] = scope, scope.compile(text, results)
            except ExpressionRefused as refused:
                self._compiled[key] = scope, tuple(refused.problems)
        made = self._compiled[key][1]
        if isinstance(made, Expression):
            return made, []
        return None, [found(source.within(path, p.offset), p.code, p.message, p.hint) for p in made]

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Return the calendar by which limits are compared: the nation's, and what the pack adds to it."""
        own = self.pack.calendars
        chosen = self.pack.directory.policy.calendar_layers if self.pack.directory else None
        layers = chosen or list(dict.fromkeys(["CN", *(calendar.layer for calendar in own)]))
        try:
            return build([*built_in(), *own], layers)
        except ValueError:  # the calendar's own finding says so
            return build(built_in(), ["CN"])


def repeated(names: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the index and name of what stands in a list a second time."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield index, name
        seen.add(name)
