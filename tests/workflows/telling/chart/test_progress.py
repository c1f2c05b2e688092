"""The flow chart of a case: what is done, whose turn it is, what is to come."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from service.workflows.calendar import WorkCalendar
from service.workflows.case.parts import Case, Event
from service.workflows.case.situation import Action, Actor, Situation
from service.workflows.definition.release import Release
from service.workflows.step import step
from service.workflows.telling import chart
from tests.workflows.telling.chart.seen import SVG, assert_readable, heads, nodes, said

APPLICANT = Actor("zhang", "applicant", subject="92999901MADEM0046F")

WINDOW = Actor("li", "clerk", "scjg", frozenset({"window", "reviewer"}))

FIRE = Actor("wang", "clerk", "xf", frozenset({"approver"}))


@pytest.fixture
def case(release: Release) -> Case:
    """Return an application for everything, not yet handed in."""
    return Case(
        id="c1",
        bundle="open-shop",
        release=release.hash,
        applicant_type="sole-trader",
        applicant_name="示例小馆",
        applicant_id="92999901MADEM0046F",
        number="N-1",
        salt="s",
        account="zhang",
        handling={"fire-check": "commitment"},
        answers={"licence": "have", "area": 400.0, "sign": True, "dishes": ["raw"], "staff": 0},
        form={"address": "临湖路1号", "seats": 20, "has_agent": False, "usable_area": 90},
    )


@dataclass
class Story:
    """An application, and the record of what happened to it."""

    situation: Situation
    case: Case
    events: list[Event] = field(default_factory=list)

    def act(self, actor: Actor, name: str, item: str = "", **data: object) -> "Story":
        """Let somebody act."""
        taken = step(self.case, Action(name, item, data), actor, self.situation)
        self.case, self.events = taken.case, [*self.events, *taken.events]
        return self

    def later(self, **length: float) -> "Story":
        """Let time pass."""
        self.situation = replace(self.situation, now=self.situation.now + timedelta(**length))
        return self

    def drawn(self) -> str:
        """Draw where it stands."""
        return chart.progress(self.situation.release, self.case, self.events)


@pytest.fixture
def story(release: Release, case: Case, calendar: WorkCalendar, now: datetime) -> Story:
    """Return the application received, the layout not handed in."""
    given = ["licence-copy", "identity", "workflow-doc", "rules", "premises-right"]
    told = Story(Situation(release, calendar, now), case)
    return told.act(
        APPLICANT, "submit", materials=given, signature={"method": "sms", "name": "张三"}
    )


def ways(svg: str, code: str) -> dict[str, int]:
    """Return how often each way inside a box is said to have been walked."""
    return {
        p.attrib["data-way"]: int(p.attrib["data-times"])
        for p in nodes(svg)[code].iter()
        if "data-way" in p.attrib
    }


class TestProgress:
    """Where a case stands, and how it came there."""

    def test_shows_each_state(self, story: Story) -> None:
        """State, date and handling are words beside a sign; the outline differs too."""
        svg = story.drawn()
        shown = nodes(svg)
        assert "待受理" in said(shown["food-licence"])
        assert "11月12日前办理" in said(shown["food-licence"])
        assert "承诺待决定" in said(shown["fire-check"])
        assert "告知承诺" in said(shown["fire-check"])
        assert "承诺1个工作日，法定13个工作日" in said(shown["fire-check"])
        assert "等前面的事项办好" in said(shown["outdoor-sign"])
        assert "11月5日收件" in said(shown["#start"])
        looks = {key: node.attrib["class"].removeprefix("node n-") for key, node in shown.items()}
        assert looks == {
            "#start": "done",
            "food-licence": "run",
            "fire-check": "run",
            "outdoor-sign": "todo",
            "#end": "todo",
        }
        assert_readable(svg)

    def test_never_speaks_by_colour_alone(self, story: Story) -> None:
        """Without any colour every look still differs: by its sign and its outline, and has words for both."""
        svg = story.drawn()
        seen: dict[str, str] = {}
        for group in ET.fromstring(svg).iter(f"{SVG}g"):
            sign = next((g for g in group if g.get("class") == "sign"), None)
            if sign is not None:
                seen[group.attrib["class"]] = "".join(p.attrib.get("d", "") for p in sign) + str(
                    len(sign)
                )
        assert len(seen) == len(set(seen.values())) == 3
        assert {"已完成", "部门办理中", "未开始"} <= {
            t.text for t in ET.fromstring(svg).findall(f"{SVG}text")
        }

    def test_shows_whose_turn_it_is(self, story: Story) -> None:
        """An item that waits for the applicant says so; the promise path that ended well is done, with its date."""
        story.later(hours=16).act(
            WINDOW, "note_defects", "food-licence", reasons=["layout-no-size"]
        )
        story.act(WINDOW, "notify_correction").act(FIRE, "grant_by_commitment", "fire-check")
        shown = nodes(story.act(WINDOW, "issue", "fire-check").drawn())
        assert "补正中（等申请人）" in said(shown["food-licence"])
        assert shown["food-licence"].attrib["class"] == "node n-now"
        assert shown["fire-check"].attrib["class"] == "node n-done"
        assert "11月6日办结" in said(shown["fire-check"])
        assert "事后核查|待核查" in said(shown["fire-check"])
        assert_readable(story.drawn())

    def test_tells_the_way_inside_an_item(self, story: Story) -> None:
        """What was walked is solid with its number, what lies ahead is dashed; a loop says how often it was gone round."""
        correct = {"received>correcting": 1, "correcting>received": 0}
        ahead = {
            "received>reviewing": 0,
            "reviewing>deciding": 0,
            "deciding>issuing": 0,
            "issuing>granted": 0,
        }
        assert ways(story.drawn(), "food-licence") == ahead
        for times in (1, 2):
            story.later(hours=3).act(
                WINDOW, "note_defects", "food-licence", reasons=["layout-no-size"]
            )
            story.act(WINDOW, "notify_correction")
            gone = {"received>correcting": times, "correcting>received": times - 1}
            assert ways(story.drawn(), "food-licence") == ahead | correct | gone
            story.later(hours=3).act(APPLICANT, "supply", "food-licence", materials=["layout"])
        story.act(WINDOW, "accept", "food-licence")
        svg = story.drawn()
        assert ways(svg, "food-licence") == ahead | {
            "received>correcting": 2,
            "correcting>received": 2,
            "received>reviewing": 1,
        }
        assert "补正中 ×2" in said(nodes(svg)["food-licence"])
        dashed = {
            p.get("data-times") == "0": p.get("stroke-dasharray")
            for p in nodes(svg)["food-licence"].iter()
            if p.get("data-way")
        }
        assert dashed == {False: None, True: "3 3"}
        described = ET.fromstring(svg).find(f"{SVG}desc")
        assert described is not None
        assert "走过待受理 ×3、补正中 ×2，现在审查中，接下来待决定、待颁证、已办结（准予）" in str(
            described.text
        )
        assert_readable(svg)

    def test_colours_nothing_the_record_does_not_tell(self, story: Story) -> None:
        """Though the items stand where they stand, without a record no arrow was walked."""
        story.later(hours=3).act(WINDOW, "note_defects", "food-licence", reasons=["layout-no-size"])
        story.act(WINDOW, "notify_correction")
        svg = chart.progress(story.situation.release, story.case, [])
        assert "e-done" not in svg
        assert "e-done" in story.drawn()

    def test_shows_the_end(self, story: Story) -> None:
        """A withdrawn case is over: every item says how it ended; what never began was never walked to."""
        svg = story.later(hours=16).act(APPLICANT, "withdraw").drawn()
        shown = nodes(svg)
        assert all("已撤回" in said(shown[code]) for code in ("food-licence", "fire-check"))
        assert {
            shown[code].attrib["class"] for code in ("food-licence", "fire-check", "outdoor-sign")
        } == {"node n-bad"}
        assert "11月6日结束" in said(shown["#end"])
        assert ways(svg, "food-licence") == {"received>withdrawn": 1}
        assert {head.attrib["class"] for head in heads(svg)} == {"head e-done", "head e-todo"}
        assert_readable(svg)

    def test_tells_done_from_not_yet(self, story: Story) -> None:
        """Arrows that were walked are solid, the others dashed."""
        paths = [
            p
            for p in ET.fromstring(story.drawn()).iter(f"{SVG}path")
            if p.get("class", "").startswith("edge")
        ]
        dashed = {path.attrib["class"]: "stroke-dasharray" in path.attrib for path in paths}
        assert dashed == {"edge e-done": False, "edge e-todo": True}

    def test_needs_no_style(self, story: Story) -> None:
        """It can stand in a page whose policy lets in no inline style; its inks can be set by the page's style sheet."""
        svg = story.drawn()
        assert not re.search(r"style=|<style|<script|\son\w+=|href|url\(|<image", svg)
        for text in ET.fromstring(svg).iter(f"{SVG}text"):
            assert text.get("fill") is None or text.get("class") == "pale"
