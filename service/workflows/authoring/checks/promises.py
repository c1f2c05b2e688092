"""告知承诺检查 — whether who chooses a promise can know that it is open to him."""

from collections.abc import Iterator

from service.workflows.authoring.checks.view import View
from service.workflows.authoring.source import Source
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found
from service.workflows.definition.tokens import tokens_of

HANDLING = "handling"
HERE = ("commitment", "eligible")


def findings(
    view: View, item: models.ItemDefinition, commitment: models.CommitmentDefinition, source: Source
) -> Iterator[Diagnostic]:
    """Yield what the condition of a promise hangs on that is asked for too late, or perhaps never."""
    names = _names(commitment.eligible)
    if HANDLING in names:
        said = "选告知承诺以前，还没有办理方式可看"
        yield found(source.within(HERE, 0), "E526", said, "删去 handling")
    fields = {name.removeprefix("form.") for name in names if name.startswith("form.")}
    for index, use in enumerate(item.field_uses()):
        if use.use not in fields or use.use not in view.pack.vocabulary.fields:
            continue
        title = view.pack.vocabulary.fields[use.use].title
        if HANDLING in _names(use.when):
            said = f"能不能选告知承诺要看“{title}”，但它要选了办理方式才问"
            yield found(
                source.within(("fields", index, "when"), 0), "E526", said, "条件里不要写 handling"
            )
        elif not use.required:
            said = f"能不能选告知承诺要看“{title}”，但它可以不填；不填的不能选"
            yield found(source.at("fields", index), "W214", said, "去掉 required: false")
    if fields and not commitment.say:
        said = "能不能选要看填的内容，没有用一句话说什么情况才能选"
        yield found(source.at(*HERE), "W215", said, "加上 say，如 使用面积不超过150㎡的才能选")


def _names(text: str | None) -> set[str]:
    return {token.text for token in tokens_of(text or "") if token.sort == "name"}
