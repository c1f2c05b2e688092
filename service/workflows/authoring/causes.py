"""病根 — of many findings those that are mended; what only follows from them is left out until they are.

An author mends causes. What a broken file, a renamed name or a limit that is too long makes of the files around it is no
second fault: it goes with the first one, and would send its reader to the wrong place.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from service.workflows.authoring.pack import Pack
from service.workflows.definition.diagnostics import At, Diagnostic, found

UNUSED = ("W201", "W202")
NAMED = re.compile(r"没有“(?:form\.)?([^”]+)”这")
MEANT = re.compile(r"^是不是想写“(?:form\.)?([^”]+)”？$")
QUOTED = re.compile(r"“([^”]+)”")
SHOWN = 6


def only_causes(pack: Pack, findings: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return the findings without those that are there only because of others."""
    kept = _renamed(findings)
    errors = [each for each in kept if each.severity == "error"]
    if not errors:
        return list(kept)
    kept = [each for each in errors if not _follows_a_limit(pack, each, errors)]
    return _stories(pack, kept)


def _renamed(findings: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """Tell once, where it is defined, that a name was changed there and nowhere else."""
    unused = {QUOTED.findall(each.message)[-1]: each for each in findings if each.code in UNUSED}
    uses: dict[tuple[str, str], list[Diagnostic]] = defaultdict(list)
    for each in findings:
        said, meant = NAMED.search(each.message), MEANT.fullmatch(each.hint)
        if said and meant and meant[1] in unused:
            uses[said[1], meant[1]].append(each)
    told: list[Diagnostic] = []
    gone: set[int] = set()
    for (old, new), some in uses.items():
        if len(some) > 1:
            gone.update(map(id, some))
            told.append(_one_name(unused[new], old, new, some))
    return [*told, *(each for each in findings if id(each) not in gone)]


def _one_name(at: Diagnostic, old: str, new: str, uses: Sequence[Diagnostic]) -> Diagnostic:
    places = "、".join(f"{each.file}:{each.line}" for each in uses[:SHOWN])
    more = f" 等 {len(uses)} 处" if len(uses) > SHOWN else ""
    said = f"没有地方用到“{new}”，有 {len(uses)} 处写的是“{old}”"
    hint = f"改了名的，那几处也要改：{places}{more}；写错了的，这里改回“{old}”"
    return found(At(at.file, at.line, at.col), uses[0].code, said, hint)


def _follows_a_limit(pack: Pack, each: Diagnostic, errors: Iterable[Diagnostic]) -> bool:
    """Tell whether a bundle's promise is too short only for an item whose own limits are wrong."""
    if each.code != "E502":
        return False
    wrong = {error.file for error in errors if error.code == "E407"}
    items = [
        code
        for (kind, code), source in pack.origins.items()
        if kind == "item" and source.file in wrong
    ]
    return any(re.search(rf"\b{re.escape(code)} ", each.message) for code in items)


def _stories(pack: Pack, errors: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Leave out what a scenario cannot know while what it plays on is wrong; tell an unknown item of it once."""
    wrong = {error.file for error in errors}
    stories = {story.file: story.scenario.bundle for story in pack.scenarios}
    unread = any(each.code[:2] in ("E0", "E1") and each.file not in stories for each in errors)
    waiting = {f for f, bundle in stories.items() if unread or wrong & _rests_on(pack, bundle)}
    kept, told = [], set()
    for each in errors:
        same = (each.file, each.code, each.message)
        once = each.code == "E602" and same in told
        if each.file not in waiting and not once:
            kept.append(each)
        told.add(same)
    return kept


def _rests_on(pack: Pack, bundle: str) -> set[str]:
    """Return the files on which the scenarios of a bundle rest."""
    made = pack.bundles.get(bundle)
    items = {entry.use for entry in made.items} if made else set()
    cycles = {pack.items[code].lifecycle for code in items if code in pack.items}
    shared = ("directory", "field", "material", "certificate", "reason", "register")
    return {
        source.file
        for (kind, code), source in pack.origins.items()
        if (kind == "bundle" and code == bundle)
        or (kind == "item" and code in items)
        or (kind == "lifecycle" and code in cycles)
        or kind in shared
    }
