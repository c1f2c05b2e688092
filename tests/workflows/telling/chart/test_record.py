"""Random lives: whatever happened, the chart colours what the record tells, as often as it tells it, and nothing else."""

import re
from collections import Counter
from xml.etree import ElementTree as ET

from hypothesis import HealthCheck, Phase, given, settings

from service.workflows.case.parts import Event
from service.workflows.telling import chart
from service.workflows.telling.chart.graph import END, START, build_progress
from tests.workflows.story import Town
from tests.workflows.telling.chart.seen import SVG, assert_readable, nodes
from tests.workflows.test_invariants import Script, live, scripts, worlds
from tests.workflows.town import Data


def moves(events: list[Event], code: str) -> Counter[str]:
    """Count the recorded moves of an item, and of the proceedings after it, from one state to another."""
    own = [
        e
        for e in events
        if e.item.partition(".")[0] == code and e.state_from and e.state_from != e.state_to
    ]
    return Counter(f"{event.state_from}>{event.state_to}" for event in own)


def walked(svg: str, code: str) -> Counter[str]:
    """Count the ways in an item's box by how often the chart says they were walked; coloured are those and no others."""
    found: Counter[str] = Counter()
    for path in nodes(svg)[code].iter(f"{SVG}path"):
        if "data-way" in path.attrib:
            times = int(path.attrib["data-times"])
            assert path.attrib["class"] == ("way e-done" if times else "way e-todo")
            found[path.attrib["data-way"]] += times
    return +found


class TestTheRecord:
    """Coloured edges = log."""

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(world=worlds(), script=scripts)
    def test_is_what_is_coloured(self, shop: type[Town], world: Data, script: Script) -> None:
        """Inside the boxes and between them; where an item stands plays no part, and is where the record leads."""
        story, _ = live(shop, world, script)
        svg = chart.progress(story.release, story.case, story.events)
        began = {
            e.item: e.data["after"]
            for e in story.events
            if e.action == "start" and "after" in e.data
        }
        first = {e.item: e.state_from for e in reversed(story.events) if e.state_to}
        closed = any(e.action == "close" and not e.item for e in story.events)
        for (before, after), look in build_progress(
            story.release, story.case, story.events
        ).edges.items():
            if before == START:
                told = first.get(after, story.state(after)) != "waiting"
            else:
                told = closed if after == END else before in began.get(after, ())
            assert (look == "done") == told, (before, after)
        for code, item in story.case.items.items():
            if not item.parent:
                assert walked(svg, code) == moves(story.events, code)
        assert_readable(svg)

    @settings(
        max_examples=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(world=worlds(), script=scripts)
    def test_leads_to_where_each_item_stands(
        self, shop: type[Town], world: Data, script: Script
    ) -> None:
        """The stage marked as the present one is the item's state."""
        story, _ = live(shop, world, script)
        graph = build_progress(story.release, story.case, story.events)
        for code, node in graph.nodes.items():
            if code in story.case.items:
                here = [[s.state for s in track.stages if s.here] for track in node.tracks]
                after = [item.state for item in story.case.items.values() if item.parent == code]
                assert here == [[state] for state in [story.state(code), *after]]

    def test_is_drawn_without_style(self, shop: type[Town]) -> None:
        """Presentation attributes only: a strict content policy lets it into a page."""
        story = shop.accepted("food", "tax")
        svg = chart.progress(story.release, story.case, story.events)
        assert not re.search(r"style|<script|\son\w+=|url\(", svg)
        assert {element.tag for element in ET.fromstring(svg).iter()} == {
            f"{SVG}{name}"
            for name in ("svg", "title", "desc", "rect", "g", "path", "circle", "text")
        }
