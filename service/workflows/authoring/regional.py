"""地区版 — a pack as an area has it: the same definitions with what its overlay says otherwise.

What comes out is a pack like any other, so every check, guide and release works on it without knowing of areas.
"""

from collections.abc import Mapping
from dataclasses import replace

from service.workflows.authoring.pack import Pack
from service.workflows.definition import models


def code_here(bundle: str, overlay: models.Overlay) -> str:
    """Return the code under which an area's version of a bundle is published."""
    return f"{bundle}-{overlay.code}"


def applied(pack: Pack, overlay: models.Overlay) -> Pack:
    """Return the pack of an area: its versions of the bundles, and the stories told of them."""
    items = {code: _item(item, overlay.items.get(code)) for code, item in pack.items.items()}
    bundles, origins = {}, dict(pack.origins)
    for code, here in overlay.bundles.items():
        if code in pack.bundles:
            made = _bundle(pack.bundles[code], here, overlay)
            bundles[made.code] = made
            origins["bundle", made.code] = pack.origins["bundle", code]
    return replace(
        pack,
        items=items,
        bundles=bundles,
        origins=origins,
        overlays={},
        directory=_directory(pack.directory, overlay),
        scenarios=tuple(story for story in pack.scenarios if story.scenario.bundle in bundles),
    )


def _item(item: models.ItemDefinition, here: models.ItemHere | None) -> models.ItemDefinition:
    if here is None:
        return item
    changes: dict[str, object] = {"limits": {**item.limits, **here.limits}}
    if here.department:
        changes["department"] = here.department
    if here.commitment is False:
        changes["commitment"] = None
    return item.model_copy(update=changes)


def _bundle(
    bundle: models.Bundle, here: models.BundleHere, overlay: models.Overlay
) -> models.Bundle:
    entries = [_entry(entry, here) for entry in bundle.items if entry.use not in here.off]
    changes: dict[str, object] = {
        "code": code_here(bundle.code, overlay),
        "title": here.title or f"{bundle.title}（{overlay.title}）",
        "derived": {**bundle.derived, **here.derived},
        "items": entries,
    }
    if here.about:
        changes["about"] = here.about
    if here.promised:
        changes["promised"] = here.promised
    return bundle.model_copy(update=changes)


def _entry(entry: models.BundleItem, here: models.BundleHere) -> models.BundleItem:
    after = [before for before in entry.after if before not in here.off]
    return entry.model_copy(update={"after": after, "when": here.when.get(entry.use, entry.when)})


def _directory(
    directory: models.Directory | None, overlay: models.Overlay
) -> models.Directory | None:
    if directory is None:
        return None
    changes: dict[str, object] = {"departments": {**directory.departments, **overlay.departments}}
    if overlay.region:
        changes["region"] = overlay.region
    if overlay.policy:
        said: Mapping[str, object] = {
            name: getattr(overlay.policy, name) for name in overlay.policy.model_fields_set
        }
        changes["policy"] = directory.policy.model_copy(update=dict(said))
    return directory.model_copy(update=changes)


def areas(pack: Pack) -> list[Pack]:
    """Return the pack itself and what each of its overlays makes of it."""
    return [pack, *(applied(pack, overlay) for overlay in pack.overlays.values())]


def bundles_of(pack: Pack) -> list[str]:
    """Return the codes of all bundles of a pack, those of its areas included."""
    return [code for area in areas(pack) for code in area.bundles]


def area_with(pack: Pack, bundle: str) -> Pack | None:
    """Return the pack as the area that has this bundle has it."""
    return next((area for area in areas(pack) if bundle in area.bundles), None)
