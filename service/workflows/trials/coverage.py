"""覆盖 — which states, transitions, answers and reasons of a bundle its scenarios reached, and which none did."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.workflows.case.lifecycle import machine_of
from service.workflows.case.parts import Event
from service.workflows.definition.models import one_of, value_kind
from service.workflows.definition.release import Release
from service.workflows.proceedings import KINDS

Place = tuple[str, ...]


@dataclass(slots=True)
class Coverage:
    """What there is to reach in one bundle, and what was reached; places are (item, state) or (item, from, action, to)."""

    states: set[Place] = field(default_factory=set)
    transitions: set[Place] = field(default_factory=set)
    answers: set[Place] = field(default_factory=set)
    reasons: set[Place] = field(default_factory=set)
    handled: set[str] = field(default_factory=set)  # lifecycles in which a person did something

    def see_answers(self, answers: Mapping[str, Any]) -> None:
        """Note the answers of one story."""
        for question, value in answers.items():
            for one in value if isinstance(value, list) else [value]:
                self.answers.add((question, str(one)))

    def see(self, release: Release, events: tuple[Event, ...]) -> None:
        """Note what happened; states and transitions count per lifecycle, wherever an item reached them."""
        for event in events:
            for reason in event.data.get("reasons", []):
                self.reasons.add((str(reason.get("reason", "")),))
            for code in event.data.get("items", []) if event.action == "submit" else []:
                cycle = release.items[code].lifecycle
                self.states.add((cycle, release.lifecycles[cycle].initial))
            if event.item and event.state_to:
                cycle = release.lifecycle_of(event.item).code
                self.states |= {(cycle, event.state_to), (cycle, event.state_from)}
                self.transitions.add((cycle, event.state_from, event.action, event.state_to))
                if event.actor.get("kind") != "clock":
                    self.handled.add(cycle)


def everything(release: Release) -> Coverage:
    """Return all there is to reach in a release."""
    whole = Coverage()
    for code in release.lifecycles:
        machine = machine_of(release, code)
        for name in machine.lifecycle.states:
            whole.states.add((code, name))
        for transition in machine.lifecycle.transitions:
            for source in transition.sources:
                whole.transitions.add((code, source, transition.action, transition.to))
    for question in release.bundle.questions:
        if value_kind(question.type) == "boolean":
            whole.answers |= {(question.id, "True"), (question.id, "False")}
        elif question.options:
            whole.answers |= {(question.id, option) for option in one_of(question.options)}
    whole.reasons |= {(code,) for code in release.vocabulary.reasons}
    return whole


def demanded(release: Release, reached: Coverage) -> Coverage:
    """Return what the stories of a bundle owe: a hearing only where one of them begins it, or an item asks for it."""
    whole = everything(release)
    if any(item.hearing for item in release.items.values()):
        return whole
    for code in release.lifecycles:
        ways = machine_of(release, code).lifecycle.transitions
        aside = {t.to for t in ways if t.effect and t.effect.hearing in ("told", "opened")}
        aside = {state for state in aside if (code, state) not in reached.states}
        whole.states -= {(code, state) for state in aside}
        whole.transitions -= {
            place
            for place in whole.transitions
            if place[0] == code and aside & {place[1], place[3]}
        }
    return whole


def report(whole: Coverage, reached: Coverage) -> dict[str, dict[str, Any]]:
    """Return per kind {all, reached, missing: ["licence：special"]}.

    A proceeding (附带程序) is asked for only where somebody in a story handled one: what follows a decision is the
    engine's, not the bundle's.
    """
    idle = {code for code, kind in KINDS.items() if not kind.demanded} - reached.handled
    whole = replace(
        whole,
        states={place for place in whole.states if place[0] not in idle},
        transitions={place for place in whole.transitions if place[0] not in idle},
    )
    titles = (
        ("states", "状态"),
        ("transitions", "动作"),
        ("answers", "问题答案"),
        ("reasons", "理由"),
    )
    return {
        title: {
            "all": len(getattr(whole, name)),
            "reached": len(getattr(whole, name) & getattr(reached, name)),
            "missing": [
                _say(place) for place in sorted(getattr(whole, name) - getattr(reached, name))
            ],
        }
        for name, title in titles
    }


def _say(place: Place) -> str:
    if len(place) == 4:  # (lifecycle, from, action, to)
        return f"{place[0]}：{place[1]} —{place[2]}→ {place[3]}"
    return "：".join(place)
