"""演过的情景 — what did not come true, and what happened."""

from dataclasses import dataclass, field

from service.workflows.authoring.pack import Story
from service.workflows.calendar import local_date
from service.workflows.case.parts import Event


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that did not come true, with its line in the file."""

    line: int
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        told = ["没有" if each is None else each for each in (self.expected, self.found)]
        return f"{self.what}：应为 {told[0]}，实为 {told[1]}"


@dataclass(slots=True)
class Played:
    """One story as it went."""

    story: Story
    failures: list[Failure] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def not_taken(self) -> list[str]:
        """Return what a clock should have done at its end and did not, each with the reason, in Chinese.

        What the story expects (`events: [expiry_refused]`) is no news.
        """
        expected = [step.expect for step in self.story.scenario.steps if step.expect]
        if any("expiry_refused" in each.events for each in expected) and not self.failures:
            return []
        return [
            f"{local_date(event.at)} {event.item}.{event.data['action']} 到期没有办成：{event.data['why']}"
            + (f"（{event.law}）" if event.law else "")
            for event in self.events
            if event.action == "expiry_refused"
        ]
