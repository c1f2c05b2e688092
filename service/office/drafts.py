"""草稿 — an application that is still being written: kept as given, checked when it is submitted."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.errors import one_field
from service.workflows import library
from service.workflows.case import Case
from service.workflows.needs import material_given
from service.workflows.situation import Actor, Situation, Step
from service.workflows.work import Work

PARTS = {"answers": dict, "handling": dict, "form": dict, "materials": list, "applicant": dict}


def kept(case: Case, given: Sequence[Any], actor: Actor, situation: Situation) -> Step:
    """Keep a new draft with its papers."""
    work = Work(situation, case)
    _hand_in(work, given, actor)
    work.log("draft", actor, states=("", "draft"))
    return Step(work.before, work.case, tuple(work.events))


def changed(case: Case, changes: Mapping[str, Any], actor: Actor, situation: Situation) -> Step:
    """Change parts of a draft, each as a whole. Raises DataInvalid."""
    work = Work(situation, case)
    for name, value in changes.items():
        if name not in PARTS or not isinstance(value, PARTS[name]):
            raise one_field(f"/{name}", f"草稿里可以改的有：{'、'.join(PARTS)}")
        if name == "materials":
            for earlier in work.case.materials.values():
                earlier.replaced = True
            _hand_in(work, value, actor)
        elif name == "applicant":
            for part in ("type", "name", "id"):
                setattr(work.case, f"applicant_{part}", value[part])
        else:
            setattr(work.case, name, dict(value))
    work.log("change_draft", actor, states=("draft", "draft"), data={"changed": sorted(changes)})
    return Step(work.before, work.case, tuple(work.events))


def _hand_in(work: Work, given: Sequence[Any], actor: Actor) -> None:
    for index, entry in enumerate(given):
        library.hand_in(work, material_given(work.release, f"/materials/{index}", entry), actor)


def materials(case: Case) -> list[dict[str, str]]:
    """Return the papers of a draft as they are handed in when it is submitted."""
    return [
        {"material": row.material, "source": row.source, "file": row.file, "name": row.name}
        for row in case.materials.values()
        if not row.replaced
    ]
