"""流程图的排布 — layers from left to right by longest path, a lane for each department, rows inside a lane.

A row is kept free to the right of a box for as long as an arrow of it runs there, and arrows turn only in the gutters
between the columns: so no arrow can cross a box, however many there are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.workflows.telling.chart.graph import END, LEFT_OUT, START, Graph, Line, Node
from service.workflows.telling.chart.text import wrap
from service.workflows.telling.chart.tracks import ICON, Placed, place

BOX, ENDS, LABEL = 212.0, 136.0, 118.0  # widths: an item, receipt and handing-out, the lane's label
TRACKED = 236.0  # an item with its stages
TRACK_GAP = 10.0
NARROWEST = 176.0  # an item that is not needed
PAD_X, PAD_Y = 12.0, 10.0
ROW_GAP, LANE_PAD = 14.0, 14.0
HEAD = 686.0  # the least room for the title: no chart is narrower than receipt, one item and handing-out
TRACK, MARGIN = 9.0, 18.0  # between trunks of a gutter, beside them
SIZES = {  # size, line height
    "heading": (20.0, 28.0),
    "subheading": (13.0, 24.0),
    "title": (14.0, 20.0),
    "detail": (12.0, 18.0),
    "mark": (12.0, 22.0),
    "state": (13.0, 20.0),
}
LABEL_SIZE = 14.0
NEAR = 6.0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of text in a box: baseline and left edge are relative to the box."""

    text: str
    style: str
    x: float
    y: float
    first: bool  # of its Line: has the sign or the frame


@dataclass(slots=True)
class Box:
    """A box with its place."""

    node: Node
    rows: list[Row]
    width: float
    height: float
    layer: int
    tracks: list[Placed]
    x: float = 0.0
    y: float = 0.0

    @property
    def middle(self) -> float:
        """Return the height at which arrows leave."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Lane:
    """泳道 — one department."""

    title: list[str]
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bend:
    """The way of one arrow: right to the trunk, along it, right into the box."""

    trunk: float
    port: float


@dataclass(slots=True)
class Layout:
    """Everything with its place, in user units (one is a CSS pixel)."""

    head: list[Row]
    boxes: dict[str, Box]
    lanes: list[Lane]
    bends: dict[tuple[str, str], Bend]
    width: float
    height: float


def arrange(graph: Graph) -> Layout:
    """Give everything a place."""
    layers = layers_of(graph)
    tracked = any(node.tracks for node in graph.nodes.values())
    inner = TRACKED if tracked else BOX
    boxes = {
        key: _box(graph.nodes[key], layer, inner if 0 < layer < layers[END] else ENDS)
        for key, layer in layers.items()
    }
    head = _head(graph)
    lanes = _place_rows(graph, boxes, head[-1].y + 18)
    for key in (START, END):
        boxes[key].y = lanes[0].y + (lanes[0].height - boxes[key].height) / 2
    ports = {edge: port for key in boxes for edge, port in _ports(graph, boxes, key).items()}
    bends, width = _place_columns(graph, boxes, ports)
    left_out = [node for node in graph.nodes.values() if node.lane == LEFT_OUT]
    if left_out:
        lanes.append(_place_left_out(graph, left_out, boxes, lanes[-1].y + lanes[-1].height, width))
    return Layout(head, boxes, lanes, bends, width, lanes[-1].y + lanes[-1].height)


def _head(graph: Graph) -> list[Row]:
    rows: list[Row] = []
    y = 2.0
    for style, said in (("heading", graph.title), ("subheading", graph.subtitle)):
        size, height = SIZES[style]
        for text in wrap(said, size, HEAD):
            y += height
            rows.append(Row(text, style, LABEL / 8, y, first=False))
    return rows


def layers_of(graph: Graph) -> dict[str, int]:
    """Return the column of each box that is part of the flow: one more than the last of those before it."""
    layers = {
        key: 1
        for key, node in graph.nodes.items()
        if key not in (START, END) and node.lane != LEFT_OUT
    }
    inner = [
        (source, target) for source, target in graph.edges if source != START and target != END
    ]
    for _ in layers:  # no way is longer than there are boxes
        for source, target in inner:
            layers[target] = max(layers[target], layers[source] + 1)
    return {START: 0, **layers, END: max(layers.values(), default=1) + 1}


def _box(node: Node, layer: int, wide: float) -> Box:
    rows: list[Row] = []
    y = PAD_Y
    for line in node.lines:
        size, height = SIZES[line.style]
        indent = _indent(line)
        for n, text in enumerate(
            wrap(line.text, size, wide - 2 * PAD_X - indent - (8 if line.style == "mark" else 0))
        ):
            rows.append(Row(text, line.style, PAD_X + indent, y + height / 2 + size * 0.36, n == 0))
            y += height
    tracks = []
    for track in node.tracks:
        tracks.append(place(track, wide, PAD_X, y + TRACK_GAP))
        y += TRACK_GAP + tracks[-1].height
    return Box(node, rows, wide, y + PAD_Y, layer, tracks)


def _indent(line: Line) -> float:
    return ICON if line.style == "state" else 8.0 if line.style == "mark" else 0.0


# ---- lanes and rows --------------------------------------------------------------------------------------------


def _place_rows(graph: Graph, boxes: dict[str, Box], y: float) -> list[Lane]:
    lanes: list[Lane] = []
    order = _lane_order(graph)
    for code in order:
        rows = _rows(graph, boxes, code, order)
        heights = [max(boxes[key].height for key in row) for row in rows]
        label = wrap(graph.lanes[code], LABEL_SIZE, LABEL - 2 * PAD_X)
        needs = [
            sum(heights) + ROW_GAP * max(len(rows) - 1, 0),
            len(label) * 20.0 + (20.0 if code == order[0] else 0.0),
        ]
        if code == order[0]:
            needs += [boxes[START].height, boxes[END].height]
        inner = max(needs)
        top = y + LANE_PAD + (inner - needs[0]) / 2
        for row, height in zip(rows, heights, strict=True):
            for key in row:
                boxes[key].y = top + (height - boxes[key].height) / 2
            top += height + ROW_GAP
        lanes.append(Lane(label, y, inner + 2 * LANE_PAD))
        y += inner + 2 * LANE_PAD
    return lanes


def _lane_order(graph: Graph) -> list[str]:
    """Order the lanes by the mean place of what they are joined to, the lead's first."""
    lead, *others = (code for code in graph.lanes if code != LEFT_OUT)
    for _ in range(4):
        at = {code: n for n, code in enumerate([lead, *others])}
        means = {
            code: _mean(graph, [k for k, n in graph.nodes.items() if n.lane == code], at)
            for code in others
        }
        others.sort(key=lambda code: means[code])
    return [lead, *others]


def _mean(graph: Graph, keys: Iterable[str], at: Mapping[str, int]) -> float:
    """Return the barycentre of the lanes that these boxes are joined to."""
    own = set(keys)
    ends = [(s, t) for s, t in graph.edges if (s in own) != (t in own) and s != START and t != END]
    places = [at[graph.nodes[t if s in own else s].lane] for s, t in ends]
    lanes = [at[graph.nodes[key].lane] for key in own]
    return sum(places) / len(places) if places else float(max(lanes, default=0))


def _rows(graph: Graph, boxes: Mapping[str, Box], lane: str, order: list[str]) -> list[list[str]]:
    """Pack the boxes of a lane into rows; a box keeps its row up to where its last arrow turns."""
    at = {code: n for n, code in enumerate(order)}
    keys = [
        key for key, node in graph.nodes.items() if node.lane == lane and key not in (START, END)
    ]
    keys.sort(key=lambda key: (_mean(graph, [key], at), boxes[key].layer))
    rows: list[list[str]] = []
    reach = {
        key: max((boxes[t].layer - 1 for s, t in graph.edges if s == key), default=boxes[key].layer)
        for key in keys
    }
    for key in keys:
        fits = (
            r
            for r in rows
            if all(reach[o] < boxes[key].layer or reach[key] < boxes[o].layer for o in r)
        )
        row = next(fits, None)
        if row is None:
            rows.append([key])
        else:
            row.append(key)
    return rows


def _place_left_out(
    graph: Graph, nodes: list[Node], boxes: dict[str, Box], top: float, across: float
) -> Lane:
    """Set what is not needed side by side below the flow, as many in a row as the width allows."""
    left, room = LABEL + MARGIN, across - LABEL - 2 * MARGIN
    count = max(1, int((room + ROW_GAP) // (NARROWEST + ROW_GAP)))
    wide = (room + ROW_GAP) / count - ROW_GAP
    y = top + LANE_PAD
    for n in range(0, len(nodes), count):
        row = [_box(node, 0, wide) for node in nodes[n : n + count]]
        for column, box in enumerate(row):
            box.x, box.y = left + column * (wide + ROW_GAP), y
            box.height = max(each.height for each in row)
            boxes[box.node.key] = box
        y += row[0].height + ROW_GAP
    return Lane([graph.lanes[LEFT_OUT]], top, y - ROW_GAP + LANE_PAD - top)


# ---- arrows and columns ----------------------------------------------------------------------------------------


def _ports(graph: Graph, boxes: Mapping[str, Box], target: str) -> dict[tuple[str, str], float]:
    """Return where each arrow enters a box: straight if it can, otherwise each at a height of its own."""
    box = boxes[target]
    sources = sorted((s for s, t in graph.edges if t == target), key=lambda s: boxes[s].middle)
    if target == END or (len(sources) == 1 and not _crossed(graph, boxes, target)):
        return {(s, target): box.middle for s in sources}
    above = [s for s in sources if boxes[s].middle < box.middle - NEAR]
    below = [s for s in sources if boxes[s].middle > box.middle + NEAR]
    gap = min(TRACK, (box.height / 2 - NEAR) / max(len(above), len(below), 1))
    ports = {(s, target): box.middle for s in sources}
    ports |= {(s, target): box.middle - gap * n for n, s in enumerate(reversed(above), 1)}
    ports |= {(s, target): box.middle + gap * n for n, s in enumerate(below, 1)}
    return ports


def _crossed(graph: Graph, boxes: Mapping[str, Box], target: str) -> bool:
    """Tell whether an arrow to another box comes along at the very height of this one's middle."""
    box = boxes[target]
    turning = {
        s for s, t in graph.edges if boxes[t].layer == box.layer and (s, target) not in graph.edges
    }
    return any(abs(boxes[s].middle - box.middle) < NEAR for s in turning)


def _place_columns(
    graph: Graph, boxes: Mapping[str, Box], ports: Mapping[tuple[str, str], float]
) -> tuple[dict[tuple[str, str], Bend], float]:
    bends: dict[tuple[str, str], Bend] = {}
    x = LABEL + MARGIN
    for layer in range(boxes[END].layer + 1):
        arriving = [edge for edge in graph.edges if boxes[edge[1]].layer == layer]
        tracks = _tracks(arriving, boxes, ports)
        for edge in arriving:
            bends[edge] = Bend(x + MARGIN + TRACK * tracks[_trunk(edge)], ports[edge])
        if layer:
            x += 2 * MARGIN + TRACK * max(tracks.values(), default=0) + 4
        column = [box for box in boxes.values() if box.layer == layer]
        for box in column:
            box.x = x
        x += max((box.width for box in column), default=0.0)
    return bends, x + MARGIN


def _trunk(edge: tuple[str, str]) -> str:
    """Arrows of one source share a trunk; those to the end share one too."""
    return END if edge[1] == END else edge[0]


def _tracks(
    edges: list[tuple[str, str]], boxes: Mapping[str, Box], ports: Mapping[tuple[str, str], float]
) -> dict[str, int]:
    """Give each trunk of a gutter a track; trunks that do not meet may share one."""
    spans: dict[str, tuple[float, float]] = {}
    for edge in edges:
        low, high = sorted((boxes[edge[0]].middle, ports[edge]))
        known = spans.get(_trunk(edge), (low, high))
        spans[_trunk(edge)] = (min(low, known[0]), max(high, known[1]))
    tracks: dict[str, int] = {}
    free: list[float] = []  # the lowest height each track is used to
    for trunk, (low, high) in sorted(spans.items(), key=lambda span: span[1]):
        n = next((n for n, used in enumerate(free) if used + 2 * TRACK < low), len(free))
        free[n : n + 1] = [high]
        tracks[trunk] = n
    return tracks
