"""地区参数检查 — an overlay names only what exists, and what it makes is as sound as what it changes."""

from collections.abc import Iterator

from service.workflows.authoring.checks.view import View
from service.workflows.authoring.regional import code_here
from service.workflows.authoring.source import Source
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found, near


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong in the overlays themselves."""
    for code, overlay in view.pack.overlays.items():
        source = view.source("overlay", code)
        for bundle, here in overlay.bundles.items():
            yield from view.known(
                "bundle", bundle, view.pack.bundles, source.at_key("bundles", bundle)
            )
            if bundle in view.pack.bundles:
                yield from _bundle(view, overlay, view.pack.bundles[bundle], here, source)
        for item, said in overlay.items.items():
            yield from _item(view, overlay, item, said, source)


def _bundle(
    view: View,
    overlay: models.Overlay,
    bundle: models.Bundle,
    here: models.BundleHere,
    source: Source,
) -> Iterator[Diagnostic]:
    path = ("bundles", bundle.code)
    uses = [entry.use for entry in bundle.items]
    if code_here(bundle.code, overlay) in view.pack.bundles:
        said = f"“{code_here(bundle.code, overlay)}”已经是一件事的代码"
        yield found(source.at("code"), "E112", said, "地区参数换一个代码")
    for name in here.derived:
        if name not in bundle.derived:
            said = f"“{bundle.code}”的 derived 里没有“{name}”"
            yield found(
                source.at_key(*path, "derived", name),
                "E216",
                said,
                near(name, bundle.derived.keys()),
            )
    for name in here.when:
        yield from view.known("item", name, uses, source.at_key(*path, "when", name))
    for index, name in enumerate(here.off):
        yield from view.known("item", name, uses, source.at(*path, "off", index))
    if not set(uses) - set(here.off):
        yield found(
            source.at_key(*path, "off"),
            "E217",
            "一个事项也没有剩下",
            "不办的一件事不要写进 bundles",
        )


def _item(
    view: View, overlay: models.Overlay, code: str, here: models.ItemHere, source: Source
) -> Iterator[Diagnostic]:
    path = ("items", code)
    yield from view.known("item", code, view.pack.items, source.at_key(*path))
    if here.department:
        known = view.departments | set(overlay.departments)
        yield from view.known("department", here.department, known, source.at(*path, "department"))
    item = view.pack.items.get(code)
    for name in here.limits if item else ():
        if item and name not in item.limits:
            said = f"事项“{code}”没有“{name}”这个期限"
            yield found(
                source.at_key(*path, "limits", name), "E218", said, near(name, item.limits.keys())
            )
