"""定义包 — a folder of definitions as typed values, each with the file it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.workflows.authoring.source import Source
from service.workflows.definition import models


@dataclass(frozen=True, slots=True)
class Story:
    """情景 — one scenario and the file it stands in."""

    file: str
    scenario: models.Scenario
    source: Source = field(repr=False)

    def line(self, *path: str | int) -> int:
        """Return the line of one of its parts: `story.line("steps", 2)`."""
        return self.source.at(*path).line


@dataclass(frozen=True, slots=True)
class Pack:
    """定义包 — what is linted, tested and published together.

    `lifecycles` holds the standard five and its own. `origins` gives the source of a definition by kind and code;
    vocabulary parts are kept under `field`, `material`, `certificate` and `reason`.
    """

    directory: models.Directory | None
    vocabulary: models.Vocabulary
    calendars: tuple[models.Calendar, ...]
    lifecycles: Mapping[str, models.Lifecycle]
    items: Mapping[str, models.ItemDefinition]
    bundles: Mapping[str, models.Bundle]
    scenarios: tuple[Story, ...]
    texts: Mapping[str, str]
    origins: Mapping[tuple[str, str], Source] = field(repr=False)
    overlays: Mapping[str, models.Overlay] = field(default_factory=dict)

    def own_lifecycles(self) -> dict[str, models.Lifecycle]:
        """Return the lifecycles this pack wrote itself."""
        return {
            code: cycle
            for code, cycle in self.lifecycles.items()
            if ("lifecycle", code) in self.origins
        }
