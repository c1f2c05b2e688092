"""A chart as somebody sees it: its boxes, its lines, its words."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

from service.workflows.definition.release import Release

Maker = Callable[..., Release]

SVG = "{http://www.w3.org/2000/svg}"


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
    return {
        g.attrib["data-item"]: g
        for g in ET.fromstring(svg).iter(f"{SVG}g")
        if "data-item" in g.attrib
    }


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
            if way == "H":
                yield float(x), float(y), float(to), float(y)
            else:
                yield float(x), float(y), float(x), float(to)


def heads(svg: str) -> list[ET.Element]:
    """Return the tips of the arrows between the boxes."""
    return [
        path
        for path in ET.fromstring(svg).findall(f"{SVG}path")
        if path.get("class", "").startswith("head ")
    ]


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
