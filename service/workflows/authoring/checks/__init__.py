"""检查 — what only a whole pack can know: every reference, expression, lifecycle, limit and scenario."""

from collections.abc import Iterator

from service.workflows.authoring.checks.bundles import findings as of_bundles
from service.workflows.authoring.checks.conditions import findings as of_conditions
from service.workflows.authoring.checks.contradictions import findings as of_contradictions
from service.workflows.authoring.checks.items import findings as of_items
from service.workflows.authoring.checks.licences import findings as of_licences
from service.workflows.authoring.checks.lifecycles import findings as of_lifecycles
from service.workflows.authoring.checks.limits import findings as of_limits
from service.workflows.authoring.checks.matters import findings as of_matters
from service.workflows.authoring.checks.overlays import findings as of_overlays
from service.workflows.authoring.checks.papers import findings as of_papers
from service.workflows.authoring.checks.scenarios import findings as of_scenarios
from service.workflows.authoring.checks.unused import findings as of_unused
from service.workflows.authoring.checks.view import View
from service.workflows.authoring.checks.vocabulary import findings as of_vocabulary
from service.workflows.authoring.pack import Pack
from service.workflows.authoring.regional import applied
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found

# What an overlay can spoil.
IN_AN_AREA = (of_items, of_licences, of_bundles, of_conditions, of_limits, of_scenarios)
WITHIN = (of_vocabulary, of_matters, of_lifecycles)
CHECKS = (*WITHIN, *IN_AN_AREA, of_contradictions, of_papers, of_overlays, of_unused)


def run(pack: Pack, unread: frozenset[str]) -> Iterator[Diagnostic]:
    """Yield every finding; `unread` are the kinds of which a definition could not be read."""
    view = View(pack, unread)
    told = [finding for check in CHECKS for finding in check(view)]
    yield from told
    wrong = {finding.file for finding in told if finding.severity == "error"}
    for overlay in pack.overlays.values():
        if view.source("overlay", overlay.code).file not in wrong:
            yield from _in_area(view, overlay, {_fault(finding) for finding in told})


def _in_area(
    view: View, overlay: models.Overlay, told: set[tuple[str, int, int, str]]
) -> Iterator[Diagnostic]:
    """Yield what is wrong only with what an overlay makes; it is told at the overlay, naming where it shows."""
    area = View(applied(view.pack, overlay), view.unread)
    stories = {story.file for story in area.pack.scenarios}
    for check in IN_AN_AREA:
        for finding in check(area):
            if finding.file in stories:
                yield finding
            elif _fault(finding) not in told:
                said = (
                    f"在“{overlay.title}”：{finding.message}（{finding.file} 第 {finding.line} 行）"
                )
                yield found(
                    view.source("overlay", overlay.code).at("code"),
                    finding.code,
                    said,
                    finding.hint,
                )


def _fault(finding: Diagnostic) -> tuple[str, int, int, str]:
    return finding.file, finding.line, finding.col, finding.code
