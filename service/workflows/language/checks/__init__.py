"""检查 — what only a whole pack can know: every reference, expression, lifecycle, limit and scenario."""

from collections.abc import Iterator

from service.workflows.language.checks import (
    bundles,
    conditions,
    items,
    lifecycles,
    limits,
    scenarios,
    unused,
    vocabulary,
)
from service.workflows.language.checks.view import View
from service.workflows.language.diagnostics import Diagnostic
from service.workflows.language.pack import Pack

CHECKS = (vocabulary, lifecycles, items, bundles, conditions, limits, scenarios, unused)


def run(pack: Pack, unread: frozenset[str]) -> Iterator[Diagnostic]:
    """Yield every finding; `unread` are the kinds of which a definition could not be read."""
    view = View(pack, unread)
    for check in CHECKS:
        yield from check.findings(view)
