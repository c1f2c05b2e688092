"""The flow chart: everything readable, nothing overlapping, nothing said by colour alone."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.workflows.calendar import WorkCalendar
from service.workflows.case import Case, Event
from service.workflows.language.release import Release
from service.workflows.situation import Action, Actor, Situation
from service.workflows.step import step
from service.workflows.tools import chart
from service.workflows.tools.chart.text import wrap

Maker = Callable[..., Release]
SVG = "{http://www.w3.org/2000/svg}"
APPLICANT = Actor("zhang", "applicant", subject="92999901MADEM0046F")
WINDOW = Actor("li", "clerk", "scjg", frozenset({"window", "reviewer"}))
FIRE = Actor("wang", "clerk", "xf", frozenset({"approver"}))


@dataclass(frozen=True)
class Rect:
    """A box as drawn."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: "Rect") -> bool:
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and self.y < other.y + other.height and other.y < self.y + self.height

    def inside(self, other: "Rect") -> bool:
        across = other.x <= self.x and self.x + self.width <= other.x + other.width
        return across and other.y <= self.y and self.y + self.height <= other.y + other.height


def nodes(svg: str) -> dict[str, ET.Element]:
    return {g.attrib["data-item"]: g for g in ET.fromstring(svg).iter(f"{SVG}g") if "data-item" in g.attrib}


def rect(node: ET.Element) -> Rect:
    box = next(r for r in node.iter(f"{SVG}rect") if r.get("class") == "box")
    return Rect(*(float(box.attrib[name]) for name in ("x", "y", "width", "height")))


def said(node: ET.Element) -> str:
    return "|".join(text.text or "" for text in node.iter(f"{SVG}text"))


def extent(text: ET.Element) -> Rect:
    """Estimate the room a text takes: an em for a Chinese character, six tenths for a Latin one."""
    size = float(text.attrib["font-size"])
    width = sum(size if char > "⺀" else size * 0.6 for char in text.text or "")
    return Rect(float(text.attrib["x"]), float(text.attrib["y"]) - size * 0.88, width, size)


def stretches(svg: str) -> Iterator[tuple[float, float, float, float]]:
    """Yield the straight pieces of the arrows as (x1, y1, x2, y2)."""
    for path in ET.fromstring(svg).iter(f"{SVG}path"):
        if path.get("class", "").startswith("edge"):
            x, y, way, to = re.fullmatch(r"M(\S+) (\S+)([HV])(\S+)", path.attrib["d"]).groups()  # type: ignore[union-attr]
            yield (float(x), float(y), float(to), float(y)) if way == "H" else (float(x), float(y), float(x), float(to))


def heads(svg: str) -> list[ET.Element]:
    """Return the tips of the arrows between the boxes."""
    return [path for path in ET.fromstring(svg).findall(f"{SVG}path") if path.get("class", "").startswith("head ")]


def assert_readable(svg: str) -> None:
    """No two boxes overlap, no text leaves its box or the picture, no arrow runs through a box or another's text."""
    root = ET.fromstring(svg)
    width, height = (float(n) for n in root.attrib["viewBox"].split()[2:])
    boxes = {key: rect(node) for key, node in nodes(svg).items()}
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        assert not a.meets(b), f"{one} overlaps {other}"
    for key, node in nodes(svg).items():
        box, texts = boxes[key], [extent(text) for text in node.iter(f"{SVG}text")]
        for text in texts:
            assert text.inside(box), f"a text of {key} leaves its box"
        assert all(b.y >= a.y + a.height - 1 for a, b in pairwise(texts)), f"lines of {key} overlap"
    for text in map(extent, root.iter(f"{SVG}text")):
        assert text.inside(Rect(0, 0, width, height)), "a text leaves the picture"
    for x1, y1, x2, y2 in stretches(svg):
        line = Rect(min(x1, x2), min(y1, y2), abs(x2 - x1) or 0.1, abs(y2 - y1) or 0.1)
        assert not any(line.meets(box) for box in boxes.values()), "an arrow runs through a box"


@st.composite
def bundles(draw: st.DrawFn) -> list[tuple[str, str, list[str]]]:
    """Draw up to sixty items in up to nine departments, each after some of those before."""
    words = st.text("公众聚集场所投入使用、（）消防ABCxyz019 ", min_size=1, max_size=60)
    parts: list[tuple[str, str, list[str]]] = []
    for n in range(draw(st.integers(1, 60))):
        before = draw(st.lists(st.sampled_from(range(n)), max_size=4, unique=True)) if n else []
        parts.append((draw(words), f"d{draw(st.integers(0, 8))}", [f"i{b}" for b in before]))
    return parts


@pytest.fixture
def case(release: Release) -> Case:
    """Return an application for everything, not yet handed in."""
    return Case(
        id="c1", bundle="open-shop", release=release.hash, applicant_type="sole-trader", applicant_name="示例小馆",
        applicant_id="92999901MADEM0046F", number="N-1", salt="s", account="zhang", handling={"fire-check": "commitment"},
        answers={"licence": "have", "area": 400.0, "sign": True, "dishes": ["raw"], "staff": 0},
        form={"address": "临湖路1号", "seats": 20, "has_agent": False},
    )  # fmt: skip


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
    return told.act(APPLICANT, "submit", materials=given, signature={"method": "sms", "name": "张三"})


class TestSvg:
    """What anyone sees."""

    def test_stands_alone(self, release: Release) -> None:
        """It has a title and a description and needs nothing from outside, under the strictest content policy."""
        svg = chart.svg(release)
        root = ET.fromstring(svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        assert not {"width", "height", "style"} & set(root.attrib)
        named = {element.get("id"): element.text for element in root if element.get("id")}
        assert list(named) == root.attrib["aria-labelledby"].split()
        assert "开办餐饮店办理流程" in named.values()
        assert not re.search(r"style=|<style|<script|\son\w+=|href|url\(|<image|@import|@font-face", svg)
        assert re.findall(r"https?://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]

    def test_shows_the_whole_bundle(self, release: Release) -> None:
        """Each item has its box with limits, the commitment mark and the order of the arrows."""
        svg = chart.svg(release)
        shown = nodes(svg)
        assert list(shown) == [
            "#start",
            "business-licence",
            "food-licence",
            "fire-check",
            "outdoor-sign",
            "health-check",
            "#end",
        ]
        assert "统一收件" in said(shown["#start"])
        assert "汇总出件" in said(shown["#end"])
        assert "承诺5个工作日，法定10个工作日" in said(shown["food-licence"])
        assert "可选告知承诺：1个工作日" in said(shown["fire-check"])
        assert "告知承诺" not in said(shown["food-licence"])
        x = {key: rect(node).x for key, node in shown.items()}
        assert (
            x["#start"] < x["business-licence"] < x["food-licence"] == x["fire-check"] < x["outdoor-sign"] < x["#end"]
        )
        assert x["health-check"] == x["business-licence"]
        assert_readable(svg)

    def test_has_a_lane_for_each_department(self, release: Release) -> None:
        """An item stands in the lane of its department; the lead's lane is the first."""
        root = ET.fromstring(chart.svg(release))
        lanes = {}
        for lane in (g for g in root.iter(f"{SVG}g") if g.get("class") == "lane"):
            band = lane.find(f"{SVG}rect")
            assert band is not None
            lanes[said(lane).replace("|", "")] = (float(band.attrib["y"]), float(band.attrib["height"]))
        assert next(iter(lanes)) == "市场监督管理局牵头部门"
        assert set(lanes) == {"市场监督管理局牵头部门", "消防救援大队", "城市管理局", "卫生健康局"}
        where = {"fire-check": "消防救援大队", "outdoor-sign": "城市管理局", "health-check": "卫生健康局"}
        for code, title in where.items():
            top, height = lanes[title]
            assert rect(nodes(chart.svg(release))[code]).inside(Rect(0, top, 9999, height))

    def test_greys_what_is_not_selected(self, release: Release) -> None:
        """Items outside the selection say 「不需要」 and have no arrows; an `after` of theirs is dropped."""
        svg = chart.svg(release, selected=["food-licence", "outdoor-sign"])
        shown = nodes(svg)
        for code in ("business-licence", "fire-check", "health-check"):
            assert "不需要" in said(shown[code])
            assert shown[code].attrib["class"] == "node n-skip"
        assert rect(shown["food-licence"]).x < rect(shown["outdoor-sign"]).x
        assert len(heads(svg)) == 3
        assert "不需要办理：市场主体设立登记、公众聚集场所" in svg
        assert_readable(svg)

    def test_draws_an_empty_selection(self, release: Release) -> None:
        """When nothing applies, that is what it says."""
        svg = chart.svg(release, selected=[])
        assert svg.count("node n-skip") == 5
        assert not heads(svg)
        assert_readable(svg)

    def test_tells_it_in_words(self, release: Release) -> None:
        """The description gives the same order to those who do not see it."""
        described = ET.fromstring(chart.svg(release)).find(f"{SVG}desc")
        assert described is not None
        assert described.text
        first, second = described.text.index("第1步"), described.text.index("第2步")
        assert first < described.text.index("市场主体设立登记") < second < described.text.index("食品经营许可")

    def test_escapes_titles(self, bundle_of: Maker) -> None:
        """A title with markup in it is text."""
        svg = chart.svg(bundle_of([('<a href="x">&"\'', "d0", [])], '<b>"&'))
        assert '<a href="x">&"\'' in said(nodes(svg)["i0"])
        assert_readable(svg)

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(parts=bundles())
    def test_never_overlaps(self, bundle_of: Maker, parts: list[tuple[str, str, list[str]]]) -> None:
        """Whatever the bundle, up to sixty items: no box, text or arrow is in the way of another."""
        release = bundle_of(parts, "很长的名字" * 20)
        assert_readable(chart.svg(release))
        assert_readable(chart.svg(release, selected=[f"i{n}" for n in range(0, len(parts), 2)]))

    def test_joins_what_belongs_together(self, bundle_of: Maker) -> None:
        """Each arrow can be followed from its source to its target, and ends in a head there."""
        parts = [
            ("甲", "d0", []),
            ("乙", "d1", ["i0"]),
            ("丙", "d0", ["i0", "i1"]),
            ("丁", "d2", ["i0", "i2"]),
            ("戊", "d1", []),
        ]
        svg = chart.svg(bundle_of(parts))
        expected = {
            ("#start", "i0"),
            ("i0", "i1"),
            ("i0", "i2"),
            ("i1", "i2"),
            ("i0", "i3"),
            ("i2", "i3"),
            ("#start", "i4"),
            ("i3", "#end"),
            ("i4", "#end"),
        }
        boxes = {key: rect(node) for key, node in nodes(svg).items()}
        ends = [tuple(float(n) for n in re.findall(r"[\d.]+", head.attrib["d"])[:2]) for head in heads(svg)]
        hit = [key for x, y in ends for key, box in boxes.items() if box.x == x and box.y < y < box.y + box.height]
        assert sorted(hit) == sorted(target for _, target in expected)
        ports = [end for end in ends if end[0] != boxes["#end"].x]
        assert len(set(ports)) == len(ports), "two arrows enter a box at the same point"


def ways(svg: str, code: str) -> dict[str, int]:
    """Return how often each way inside a box is said to have been walked."""
    return {
        p.attrib["data-way"]: int(p.attrib["data-times"]) for p in nodes(svg)[code].iter() if "data-way" in p.attrib
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
        assert "待前置事项办结" in said(shown["outdoor-sign"])
        assert "11月5日收件" in said(shown["#start"])
        looks = {key: node.attrib["class"].removeprefix("node n-") for key, node in shown.items()}
        assert looks == {
            "#start": "done", "food-licence": "run", "fire-check": "run", "outdoor-sign": "todo", "#end": "todo",
        }  # fmt: skip
        assert_readable(svg)

    def test_never_speaks_by_colour_alone(self, story: Story) -> None:
        """Without any colour every look still differs: by its sign and its outline, and has words for both."""
        svg = story.drawn()
        seen: dict[str, str] = {}
        for group in ET.fromstring(svg).iter(f"{SVG}g"):
            sign = next((g for g in group if g.get("class") == "sign"), None)
            if sign is not None:
                seen[group.attrib["class"]] = "".join(p.attrib.get("d", "") for p in sign) + str(len(sign))
        assert len(seen) == len(set(seen.values())) == 3
        assert {"已完成", "部门办理中", "未开始"} <= {t.text for t in ET.fromstring(svg).findall(f"{SVG}text")}

    def test_shows_whose_turn_it_is(self, story: Story) -> None:
        """An item that waits for the applicant says so; the promise path that ended well is done, with its date."""
        story.later(hours=16).act(WINDOW, "note_defects", "food-licence", reasons=["layout-no-size"])
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
        ahead = {"received>reviewing": 0, "reviewing>deciding": 0, "deciding>issuing": 0, "issuing>granted": 0}
        assert ways(story.drawn(), "food-licence") == ahead
        for times in (1, 2):
            story.later(hours=3).act(WINDOW, "note_defects", "food-licence", reasons=["layout-no-size"])
            story.act(WINDOW, "notify_correction")
            gone = {"received>correcting": times, "correcting>received": times - 1}
            assert ways(story.drawn(), "food-licence") == ahead | correct | gone
            story.later(hours=3).act(APPLICANT, "supply", "food-licence", materials=["layout"])
        story.act(WINDOW, "accept", "food-licence")
        svg = story.drawn()
        assert ways(svg, "food-licence") == ahead | {
            "received>correcting": 2, "correcting>received": 2, "received>reviewing": 1,
        }  # fmt: skip
        assert "补正中 ×2" in said(nodes(svg)["food-licence"])
        dashed = {
            p.get("data-times") == "0": p.get("stroke-dasharray")
            for p in nodes(svg)["food-licence"].iter()
            if p.get("data-way")
        }
        assert dashed == {False: None, True: "3 3"}
        described = ET.fromstring(svg).find(f"{SVG}desc")
        assert described is not None
        assert "走过待受理 ×3、补正中 ×2，现在审查中，接下来待决定、待颁证、已办结（准予）" in str(described.text)
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
        assert {shown[code].attrib["class"] for code in ("food-licence", "fire-check", "outdoor-sign")} == {
            "node n-bad"
        }
        assert "11月6日结束" in said(shown["#end"])
        assert ways(svg, "food-licence") == {"received>withdrawn": 1}
        assert {head.attrib["class"] for head in heads(svg)} == {"head e-done", "head e-todo"}
        assert_readable(svg)

    def test_tells_done_from_not_yet(self, story: Story) -> None:
        """Arrows that were walked are solid, the others dashed."""
        paths = [p for p in ET.fromstring(story.drawn()).iter(f"{SVG}path") if p.get("class", "").startswith("edge")]
        dashed = {path.attrib["class"]: "stroke-dasharray" in path.attrib for path in paths}
        assert dashed == {"edge e-done": False, "edge e-todo": True}

    def test_needs_no_style(self, story: Story) -> None:
        """It can stand in a page whose policy lets in no inline style; its inks can be set by the page's style sheet."""
        svg = story.drawn()
        assert not re.search(r"style=|<style|<script|\son\w+=|href|url\(|<image", svg)
        for text in ET.fromstring(svg).iter(f"{SVG}text"):
            assert text.get("fill") is None or text.get("class") == "pale"


class TestMermaid:
    """The chart as text."""

    def test_has_lanes_boxes_and_arrows(self, release: Release) -> None:
        """One subgraph for each department, one arrow for each dependency."""
        lines = chart.mermaid(release).splitlines()
        assert lines[0] == "flowchart LR"
        assert sum(line.startswith("  subgraph ") for line in lines) == lines.count("  end") == 4
        ids = {m[2]: m[1] for m in (re.match(r'    (n\d+)\(?\["([^<"]*)', line) for line in lines) if m}
        arrows = {tuple(line.split(" --> ")) for line in (line.strip() for line in lines) if " --> " in line}
        pairs = [
            ("统一收件", "市场主体设立登记"), ("市场主体设立登记", "食品经营许可（餐饮服务）"), ("食品经营许可（餐饮服务）", "户外招牌设置备案"),
            ("市场主体设立登记", "公众聚集场所投入使用、营业前消防安全检查"), ("统一收件", "从业人员健康检查"), ("户外招牌设置备案", "汇总出件"),
            ("公众聚集场所投入使用、营业前消防安全检查", "汇总出件"), ("从业人员健康检查", "汇总出件"),
        ]  # fmt: skip
        assert arrows == {(ids[source], ids[target]) for source, target in pairs}

    def test_escapes_labels(self, bundle_of: Maker) -> None:
        """Nothing in a title is read as Mermaid, Markdown or HTML."""
        title = 'a"b#<i>*x*`[z](y){q}|;'
        text = chart.mermaid(bundle_of([(title, "d0", [])], "名\n字"))
        label = next(line for line in text.splitlines() if line.startswith("    n1")).split('"')[1].split("<br/>")[0]
        assert not set('"<>*`[](){}|') & set(label)
        assert re.sub(r"#(\d+);", lambda m: chr(int(m[1])), label) == title
        assert "\n字" not in text


class TestWrap:
    """Breaking a text into lines."""

    def test_keeps_a_short_text(self) -> None:
        """What fits is not broken."""
        assert wrap("食品经营许可", 14, 188) == ["食品经营许可"]

    def test_breaks_at_punctuation(self) -> None:
        """A bracket or a comma is a better place than the middle of a word."""
        assert wrap("食品经营许可（餐饮服务，简化审查）", 14, 188) == ["食品经营许可", "（餐饮服务，简化审查）"]
        assert wrap("公众聚集场所投入使用、营业前消防安全检查", 14, 188) == [
            "公众聚集场所投入使用、",
            "营业前消防安全检查",
        ]

    @given(st.text("公众聚集、（）《》ABC xyz01-", max_size=120), st.integers(30, 300))
    def test_loses_nothing(self, text: str, room: int) -> None:
        """All that is not space is still there, in order, and every line fits or is one piece."""
        lines = wrap(text, 14, room)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(lines) or not text.strip()
