"""草稿的材料 — each paper of the one set: what was handed in for it, and the ways in which it could be."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.workflows.application import in_hand as held
from service.workflows.application.needed import MaterialNeed
from service.workflows.case.parts import EARLIER_CASE, Material
from service.workflows.rules import library
from service.workflows.telling.guide.contents import WITHOUT_PAPER, how
from service.workflows.telling.guide.titles import ORIGINS, coded
from service.workflows.worksheet import Work

UPLOAD, DEFER = "upload", "defer"
BROUGHT_OVER = "办件 {} 交过，沿用"
WAYS: Mapping[str, str] = {**ORIGINS, DEFER: "以后补交"}

Part = Mapping[str, Any]


def papers(work: Work, found: Part) -> list[dict[str, Any]]:
    """Return the papers of the guide, each with {given, ways, lacking}; a certificate nobody holds is no way.

    `given` is {source, source_title, file, name, origin} or None; a paper that is lacking never prevents the receipt, it is
    asked for in the one notice (R-ACC-4).
    """
    rows = {row.material: row for _, row in sorted(work.case.materials.items()) if not row.replaced}
    return [
        _paper(_reachable(work, paper), rows.get(paper["code"]), work.case.reapply_of)
        for paper in found["materials"]
    ]


def _paper(paper: Part, row: Material | None, before: str) -> dict[str, Any]:
    ways = [origin["code"] for origin in paper["origins"]]
    ways += [UPLOAD] if UPLOAD not in ways else []  # a paper in hand is always taken
    ways += [DEFER] if paper["deferrable"] else []
    given = row if row and row.source in ways else None
    supplied = given is not None and given.source in held.SUPPLIED
    return {
        **paper,
        "ways": [coded(way, WAYS) for way in ways],
        "given": given
        and {
            "source": given.source,
            "source_title": WAYS[given.source],
            "file": given.file,
            "name": given.name,
            "origin": BROUGHT_OVER.format(before) if given.reference == EARLIER_CASE else "",
        },
        "lacking": paper["required"] and not supplied,
    }


def _reachable(work: Work, paper: Part) -> Part:
    """Return a paper of the guide as it is for who holds no certificate of this kind: then it comes another way."""
    if not library.fault(work, {"material": paper["code"], "source": library.ORIGIN}):
        return paper
    codes = [origin["code"] for origin in paper["origins"] if origin["code"] != library.ORIGIN] or [
        UPLOAD
    ]
    way = next((way for way in WITHOUT_PAPER if way in codes), codes[0])
    limit = paper["deferrable"] and paper["deferrable"]["limit"]
    need = MaterialNeed(paper["code"], codes, required=paper["required"], deferrable=limit)
    return {
        **paper,
        "origins": [coded(code, ORIGINS) for code in codes],
        "way": coded(way, ORIGINS),
        "needed_from_applicant": way not in WITHOUT_PAPER,
        "how": how(need, way),
    }


def to_hand_in(made: Sequence[Part]) -> list[dict[str, Any]]:
    """Return what a draft should hand in: what was chosen, and what comes without paper where nothing was."""
    entries = []
    for paper in made:
        given, way = paper["given"], paper["way"]["code"]
        if given:
            entries.append(entry(paper["code"], given["source"], given["file"], given["name"]))
        elif way in WITHOUT_PAPER:
            entries.append(entry(paper["code"], way))
    return entries


def entry(material: str, source: str, file: str = "", name: str = "") -> dict[str, Any]:
    """Return one paper as it is handed in: {material, file, name?} or {material, <way>: true}."""
    if source != UPLOAD:
        return {"material": material, source: True}
    return {"material": material, "file": file, **({"name": name} if name else {})}
