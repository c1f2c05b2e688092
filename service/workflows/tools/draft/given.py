"""草稿的材料 — each paper of the one set: what was handed in for it, and the ways in which it could be."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.workflows import papers as held
from service.workflows.case import Case
from service.workflows.tools.guide.contents import WITHOUT_PAPER
from service.workflows.tools.guide.titles import ORIGINS

DEFER = "defer"
WAYS: Mapping[str, str] = {**ORIGINS, DEFER: "以后补交"}

Part = Mapping[str, Any]


def papers(found: Part, case: Case) -> list[dict[str, Any]]:
    """Return the papers of the guide, each with {given, ways, lacking}.

    `given` is {source, source_title, file, name} or None; a paper that is lacking never prevents the receipt, it is
    asked for in the one notice (R-ACC-4).
    """
    rows = {row.material: row for row in sorted(case.materials.values(), key=lambda row: row.n) if not row.replaced}
    made = []
    for paper in found["materials"]:
        ways = [origin["code"] for origin in paper["origins"]]
        ways += ["upload"] if "upload" not in ways else []  # a paper in hand is always taken
        ways += [DEFER] if paper["deferrable"] else []
        row = rows.get(paper["code"])
        given = row if row and row.source in ways else None
        supplied = given is not None and given.source in held.SUPPLIED
        made.append({
            **paper,
            "ways": [{"code": way, "title": WAYS[way]} for way in ways],
            "given": given and {
                "source": given.source, "source_title": WAYS[given.source], "file": given.file, "name": given.name,
            },
            "lacking": paper["required"] and not supplied,
        })  # fmt: skip
    return made


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
    if source != "upload":
        return {"material": material, source: True}
    return {"material": material, "file": file, **({"name": name} if name else {})}
