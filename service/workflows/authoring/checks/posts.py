"""轮到谁 — in each state somebody can act, and what waits for the applicant ends some time."""

from collections.abc import Iterator

from service.workflows.authoring.checks.matters import pays
from service.workflows.authoring.checks.view import View
from service.workflows.authoring.source import Source
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found


def findings(
    view: View, cycle: models.Lifecycle, name: str, state: models.State, source: Source
) -> Iterator[Diagnostic]:
    """Yield what is wrong with whose turn it is in a state."""
    if state.final or pays(cycle, name):  # what is paid elsewhere waits for nothing of the office's
        return
    if state.post == "applicant" and not state.on_expiry:
        said = f"“{name}”等申请人办，到期怎么办没有写"
        at = source.at_key("states", name)
        yield found(at, "E410", said, "runs 一个时限，并写 on_expiry: {时限: 动作}")
    known = state.post in view.posts or state.post == "applicant"
    if known and state.post and not _can_act(cycle, name, state.post):
        yield found(
            source.at("states", name, "post"),
            "E419",
            f"“{state.post}”在“{name}”没有可以办的动作",
            "改 post 或 by",
        )


def _can_act(cycle: models.Lifecycle, name: str, post: str) -> bool:
    return any(name in t.sources and post in t.actors for t in cycle.transitions)
