"""标准生命周期 — those that come with the engine; every pack may use them, and what follows a decision runs by them."""

from collections.abc import Mapping
from functools import cache

from service.errors import DefinitionInvalid
from service.workflows.authoring import shape
from service.workflows.authoring.folders import standard_files
from service.workflows.authoring.source import read
from service.workflows.definition import models


@cache
def standard_lifecycles() -> Mapping[str, models.Lifecycle]:
    """Return the standard lifecycles by code. Raises DefinitionInvalid when one of the engine's own files is broken."""
    cycles: dict[str, models.Lifecycle] = {}
    for file, content in standard_files().items():
        source, findings = read(file, content)
        cycle, more = shape.check(source) if source else (None, [])
        if not isinstance(cycle, models.Lifecycle):
            raise DefinitionInvalid("\n".join(map(str, [*findings, *more])))
        cycles[cycle.code] = cycle
    return cycles
