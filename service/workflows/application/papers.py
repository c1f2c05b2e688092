"""一份材料的要求 — which of several papers will do, whether the original is seen, how many are handed in on paper."""

from service.workflows.definition.models import VocabularyMaterial
from service.workflows.definition.release import Release

ORIGINALS = {"show": "带原件，核对后当场退还", "hand_in": "收原件"}


def on_paper(definition: VocabularyMaterial) -> str:
    """Say what of a paper is handed in at a counter: its original, and how many of it; empty where nothing is said."""
    seen = ORIGINALS.get(definition.original or "", "")
    counted = f"到窗口交的，纸质 {definition.copies} 份" if definition.copies else ""
    return "；".join(said for said in (seen, counted) if said)


def requirement(release: Release, code: str) -> str:
    """Say what is asked of a paper in one line; empty where any copy of it will do."""
    known = release.vocabulary.materials
    instead = "、".join(known[other].title for other in known[code].any_of)
    choice = f"{instead}，交一种就可以" if instead else ""
    return "；".join(said for said in (choice, on_paper(known[code])) if said)
