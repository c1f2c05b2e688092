"""地区之间 — packs of different regions beside each other: a department's code is one department's alone.

Accounts carry a department and no region: with one code in two regions the clerks of each would sit in both.
"""

from collections.abc import Collection
from dataclasses import dataclass

from service.workflows.authoring.pack import Pack
from service.workflows.definition.diagnostics import Diagnostic, found


@dataclass(frozen=True, slots=True)
class Neighbour:
    """邻区 — a region with the departments that its definitions name."""

    code: str
    title: str
    departments: Collection[str]


def neighbour(pack: Pack) -> Neighbour | None:
    """Return the region of a pack, None where it has no directory."""
    place = pack.directory
    return Neighbour(place.region.code, place.region.title, place.departments) if place else None


def taken_departments(pack: Pack, others: Collection[Neighbour]) -> list[Diagnostic]:
    """Return the departments of a pack whose code is one of another region already (R-BND-10)."""
    own = neighbour(pack)
    if own is None:
        return []
    here = {own.code} | {
        overlay.region.code for overlay in pack.overlays.values() if overlay.region
    }
    wrong = []
    for code in own.departments:
        for other in others:
            if other.code not in here and code in other.departments:
                at = pack.origins["directory", ""].at_key("departments", code)
                said = f"部门代码「{code}」在{other.title}（{other.code}）已经使用，两地的工作人员会分不开"
                wrong.append(found(at, "E120", said, f"换一个代码，如 {code}-{own.code}"))
                break
    return wrong
