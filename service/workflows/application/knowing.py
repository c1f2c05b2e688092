"""已知和未知 — what a condition comes to while not everything is known: true, false, or it hangs on something.

Three-valued (Kleene): what is not known is neither true nor false, and a condition is known as soon as what is known
decides it, whatever the rest will be.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.workflows.definition.expressions import Expression
from service.workflows.definition.release import Place, Release

NOTHING: frozenset[str] = frozenset()
FORM, DERIVED = "form.", "derived."


@dataclass(frozen=True, slots=True)
class Knowing:
    """所知 — the facts, and the names whose values may still come: `answers.x`, `answered.x`, `form.y`."""

    release: Release
    facts: Mapping[str, Any]
    unknown: Collection[str] = NOTHING

    def value(self, text: str, scope: Place) -> Any:
        """Return what an expression comes to, or None while it hangs on what is not known."""
        expression = self.release.expression(text, scope)
        return expression.evaluate(self.facts, self._missing(expression))

    def holds(self, when: str | None, scope: Place) -> bool | None:
        """Tell whether a condition holds, or None while that hangs on what is not known; no condition always does."""
        return True if when is None else self.value(when, scope)

    def hangs_on(self, when: str | None, scope: Place) -> list[str]:
        """Return the names a condition hangs on, in order; none when it is known."""
        if when is None or not self.unknown or self.value(when, scope) is not None:
            return []
        found: set[str] = set()
        for name in self._missing(self.release.expression(when, scope)):
            derived = name.startswith(DERIVED)
            found |= set(self.hangs_on(self._derived(name), "bundle")) if derived else {name}
        return sorted(found)

    def _missing(self, expression: Expression) -> set[str]:
        """Return the names of an expression that are not known, derived values among them."""
        if not self.unknown:
            return set()
        return {
            name
            for name in expression.names
            if name in self.unknown
            or (name.startswith(DERIVED) and self.value(self._derived(name), "bundle") is None)
        }

    def _derived(self, name: str) -> str:
        return self.release.bundle.derived[name.removeprefix(DERIVED)]


def of_form(release: Release, items: Iterable[str], facts: Mapping[str, Any]) -> Knowing:
    """Return what is known of the form: what an item asks for, or may come to ask for, and nobody filled in is not.

    What no item asks for is known to be empty.
    """
    given = facts["form"]
    uses = [use for code in items for use in release.items[code].field_uses()]
    empty = {FORM + use.use for use in uses if use.use not in given}
    before = Knowing(release, {"handling": "commitment", **facts}, empty)
    asked = {use.use for use in uses if before.holds(use.when, "item") is not False}
    return Knowing(release, before.facts, {FORM + name for name in asked if name not in given})
