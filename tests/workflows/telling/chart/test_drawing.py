"""The flow chart: everything readable, nothing overlapping, nothing said by colour alone."""

import re
from xml.etree import ElementTree as ET

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.workflows.definition.release import Release
from service.workflows.telling import chart
from service.workflows.telling.chart.text import wrap
from tests.workflows.telling.chart.seen import (
    SVG,
    Maker,
    Rect,
    assert_readable,
    heads,
    nodes,
    rect,
    said,
)


@st.composite
def bundles(draw: st.DrawFn) -> list[tuple[str, str, list[str]]]:
    """Draw up to sixty items in up to nine departments, each after some of those before."""
    words = st.text("公众聚集场所投入使用、（）消防ABCxyz019 ", min_size=1, max_size=60)
    parts: list[tuple[str, str, list[str]]] = []
    for n in range(draw(st.integers(1, 60))):
        before = draw(st.lists(st.sampled_from(range(n)), max_size=4, unique=True)) if n else []
        parts.append((draw(words), f"d{draw(st.integers(0, 8))}", [f"i{b}" for b in before]))
    return parts


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
        assert not re.search(
            r"style=|<style|<script|\son\w+=|href|url\(|<image|@import|@font-face", svg
        )
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
        assert "结果一起给您" in said(shown["#end"])
        assert "承诺5个工作日，法定10个工作日" in said(shown["food-licence"])
        assert "可选告知承诺：1个工作日" in said(shown["fire-check"])
        assert "告知承诺" not in said(shown["food-licence"])
        x = {key: rect(node).x for key, node in shown.items()}
        assert (
            x["#start"]
            < x["business-licence"]
            < x["food-licence"]
            == x["fire-check"]
            < x["outdoor-sign"]
            < x["#end"]
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
            lanes[said(lane).replace("|", "")] = (
                float(band.attrib["y"]),
                float(band.attrib["height"]),
            )
        assert next(iter(lanes)) == "市场监督管理局牵头部门"
        assert set(lanes) == {"市场监督管理局牵头部门", "消防救援大队", "城市管理局", "卫生健康局"}
        where = {
            "fire-check": "消防救援大队",
            "outdoor-sign": "城市管理局",
            "health-check": "卫生健康局",
        }
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
        assert (
            first
            < described.text.index("市场主体设立登记")
            < second
            < described.text.index("食品经营许可")
        )

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
    def test_never_overlaps(
        self, bundle_of: Maker, parts: list[tuple[str, str, list[str]]]
    ) -> None:
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
        ends = [
            tuple(float(n) for n in re.findall(r"[\d.]+", head.attrib["d"])[:2])
            for head in heads(svg)
        ]
        hit = [
            key
            for x, y in ends
            for key, box in boxes.items()
            if box.x == x and box.y < y < box.y + box.height
        ]
        assert sorted(hit) == sorted(target for _, target in expected)
        ports = [end for end in ends if end[0] != boxes["#end"].x]
        assert len(set(ports)) == len(ports), "two arrows enter a box at the same point"


class TestWrap:
    """Breaking a text into lines."""

    def test_keeps_a_short_text(self) -> None:
        """What fits is not broken."""
        assert wrap("食品经营许可", 14, 188) == ["食品经营许可"]

    def test_breaks_at_punctuation(self) -> None:
        """A bracket or a comma is a better place than the middle of a word."""
        assert wrap("食品经营许可（餐饮服务，简化审查）", 14, 188) == [
            "食品经营许可",
            "（餐饮服务，简化审查）",
        ]
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
