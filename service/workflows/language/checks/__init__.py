"""检查 — what only a whole pack can know: every reference, expression, lifecycle, limit and scenario."""

from collections.abc import Iterator

from service.workflows.language.checks.bundles import findings as of_bundles
from service.workflows.language.checks.conditions import findings as of_conditions
from service.workflows.language.checks.items import findings as of_items
from service.workflows.language.checks.lifecycles import findings as of_lifecycles
from service.workflows.language.checks.limits import findings as of_limits
from service.workflows.language.checks.scenarios import findings as of_scenarios
from service.workflows.language.checks.unused import findings as of_unused
from service.workflows.language.checks.view import View
from service.workflows.language.checks.vocabulary import findings as of_vocabulary
from service.workflows.language.diagnostics import Diagnostic
from service.workflows.language.pack import Pack

CHECKS = (of_vocabulary, of_lifecycles, of_items, of_bundles, of_conditions, of_limits, of_scenarios, of_unused)


def run(pack: Pack, unread: frozenset[str]) -> Iterator[Diagnostic]:
    """Yield every finding; `unread` are the kinds of which a definition could not be read."""
    view = View(pack, unread)
    for check in CHECKS:
        yield from check(view)
