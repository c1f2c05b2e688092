"""没有用到的 — parts of the pack that nothing uses: harmless, but usually a slip."""

from collections.abc import Iterator

from service.workflows.authoring.checks.view import VOCABULARY, View
from service.workflows.definition.diagnostics import Diagnostic, found


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield warnings; nothing where the definitions that might use a part could not be read."""
    if not (view.sure("item") and view.sure("bundle")):
        return
    yield from _vocabulary(view)
    yield from _definitions(view)
    for code, bundle in view.pack.bundles.items():
        conditions = view.conditions[code]
        every = [
            *conditions.questions,
            *conditions.stops,
            *conditions.items,
            *conditions.derived.values(),
        ]
        used = {name for expression in every if expression for name in conditions.uses(expression)}
        source = view.source("bundle", code)
        for index, question in enumerate(bundle.questions):
            if question.id not in used and question.fills is None and not conditions.findings:
                said = f"问题“{question.id}”不影响任何事项，也不填表"
                yield found(
                    source.at("questions", index, "id"),
                    "W203",
                    said,
                    "用在条件里，写 fills，或删去这个问题",
                )


def _named(view: View, start: str) -> set[str]:
    """Return the codes that sources of fields name after this beginning."""
    sources = (each for field in view.pack.vocabulary.fields.values() for each in field.source)
    return {source.split(".")[1] for source in sources if source.startswith(start)}


def _vocabulary(view: View) -> Iterator[Diagnostic]:
    if not view.pack.items:
        return
    used: dict[str, set[str]] = {"field": set(), "material": set(), "certificate": set()}
    for item in view.pack.items.values():
        used["field"] |= {use.use for use in item.field_uses()}
        used["material"] |= {use.use for use in item.material_uses()}
        used["certificate"] |= {item.result.certificate} if item.result else set()
    known = view.pack.vocabulary.materials
    used["material"] |= {
        other for code in used["material"] if code in known for other in known[code].any_of
    }
    used["field"] |= {
        q.fills for bundle in view.pack.bundles.values() for q in bundle.questions if q.fills
    }
    used["certificate"] |= _named(view, "certificate.")
    used["certificate"] |= {
        each.certificate for each in view.pack.vocabulary.materials.values() if each.certificate
    }
    used["register"] = _named(view, "register.")
    for kind, names in used.items():
        for name in getattr(view.pack.vocabulary, VOCABULARY[kind]):
            if name not in names:
                yield found(
                    view.part(kind, name), "W201", f"没有事项用到“{name}”", "用上它，或删去"
                )
    for code, reason in view.pack.vocabulary.reasons.items():
        material, field_ = reason.material, reason.field
        if (material and material not in used["material"]) or (
            field_ and field_ not in used["field"]
        ):
            yield found(
                view.part("reason", code),
                "W201",
                f"没有事项用到理由“{code}”所指的材料或字段",
                "删去它",
            )


def _definitions(view: View) -> Iterator[Diagnostic]:
    if view.pack.bundles:
        used = {entry.use for bundle in view.pack.bundles.values() for entry in bundle.items}
        for code in view.pack.items:
            if code not in used:
                at = view.source("item", code).at("code")
                yield found(at, "W202", f"没有一件事用到事项“{code}”", "写进某件事的 items，或删去")
        if view.sure("scenario"):
            told = {story.scenario.bundle for story in view.pack.scenarios}
            for code in view.pack.bundles:
                if code not in told:
                    at = view.source("bundle", code).at("code")
                    yield found(
                        at,
                        "W206",
                        f"“{code}”没有情景，改动时没有什么能证明它还对",
                        "加一个 kind: scenario",
                    )
    if view.pack.items:
        run = {item.lifecycle for item in view.pack.items.values()}
        for code in view.pack.own_lifecycles():
            if code not in run:
                at = view.source("lifecycle", code).at("code")
                yield found(at, "W202", f"没有事项用到生命周期“{code}”", "删去它，或在事项里用上")
