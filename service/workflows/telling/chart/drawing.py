"""流程图的绘制 — SVG from a layout: presentation attributes only, no script, no style, no font that must be fetched.

Everything carries a class (`paper`, `band`, `rule`, `pale`, `node n-run`, `edge e-done`, `way e-todo`), and what is inked
is inked by `currentColor`, so that a page can set its own colours for a dark screen. Every look differs in its sign, its
words and its outline, never in colour alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from service.workflows.telling.chart.graph import LOOK_TITLES, Graph, Look
from service.workflows.telling.chart.layout import LABEL, PAD_X, Box, Lane, Layout, Row
from service.workflows.telling.chart.text import width, wrap
from service.workflows.telling.chart.tracks import Placed

FONT = "'PingFang SC','Hiragino Sans GB','Microsoft YaHei','Noto Sans CJK SC','Source Han Sans SC',sans-serif"
INK, INK_2, LINE, PALE = "#1b2027", "#474e58", "#6f7885", "#f3f5f8"
GREEN, BLUE, RULE = "#0d6236", "#0a4f9c", "#d5dae1"
INKED, LINED = 'fill="currentColor"', 'fill="none" stroke="currentColor"'
CUT = 'fill="none" stroke="#ffffff" stroke-width="2.2"'


@dataclass(frozen=True, slots=True)
class Paint:
    """How a look is drawn: fill, outline, its width and dashes, ink."""

    fill: str
    stroke: str
    width: float
    ink: str
    dash: str = ""


PAINTS: Mapping[Look, Paint] = {
    "plain": Paint("#ffffff", LINE, 1.5, INK_2),
    "done": Paint("#e2f3e9", GREEN, 1.5, GREEN),
    "now": Paint("#fff0c7", "#704700", 3, "#704700"),
    "run": Paint("#e6effa", BLUE, 3, BLUE),
    "todo": Paint("#ffffff", LINE, 1.5, INK_2, "5 4"),
    "bad": Paint("#fde6e4", "#a5120d", 2, "#a5120d"),
    "skip": Paint("#ffffff", LINE, 1, "#5b6470", "2 3"),
}
# Signs on a field of 20 by 20; the class `bg` marks what is cut out of the ink.
SIGNS: Mapping[str, str] = {
    "done": f'<circle cx="10" cy="10" r="9" {INKED}/><path class="bg" d="M5.5 10.5l3 3 6-7" {CUT}/>',
    "now": f'<path d="M10 1.2L19.4 18H.6z" {INKED}/><path class="bg" d="M10 7v5.2M10 14.2v2" {CUT}/>',
    "run": f'<circle cx="10" cy="10" r="8.5" {LINED} stroke-width="2.6"/><path d="M10 5v5.4l3.6 2.2" {LINED} stroke-width="2.2"/>',
    "todo": f'<circle cx="10" cy="10" r="8.5" {LINED} stroke-width="2" stroke-dasharray="3 2.6"/>',
    "bad": f'<path d="M6 1h8l5 5v8l-5 5H6l-5-5V6z" {INKED}/><path class="bg" d="M6.3 6.3l7.4 7.4M13.7 6.3l-7.4 7.4" {CUT}/>',
    "skip": f'<circle cx="10" cy="10" r="8.5" {LINED} stroke-width="2"/><path d="M5.5 10h9" {LINED} stroke-width="2.2"/>',
}
EDGES: Mapping[Look, tuple[str, float, str]] = {
    "plain": (LINE, 1.5, ""),
    "done": (GREEN, 2.5, ""),
    "todo": (LINE, 1.5, "5 4"),
}
HEADS: Mapping[str, float] = {"heading": 20, "subheading": 13}
# Of what stands in a box; the rest is 12.
SIZES: Mapping[str, float] = {"title": 14, "state": 13, "stage": 13, "here": 13}
LEGEND_SIZE = 13.0


def draw(graph: Graph, layout: Layout, name: str, description: str) -> str:
    """Return the SVG; `name` keeps the ids of several charts on one page apart."""
    legend, bottom = _legend(graph, layout)
    parts = [
        _tag("title", {"id": f"{name}-title"}, graph.title),
        _tag("desc", {"id": f"{name}-desc"}, description),
        f'<rect class="paper" width="{_n(layout.width)}" height="{_n(bottom)}" fill="#ffffff"/>',
        *(
            _text(row.text, row.x, row.y, HEADS[row.style], bold=row.style == "heading")
            for row in layout.head
        ),
        *(_lane(lane, n, layout.width) for n, lane in enumerate(layout.lanes)),
        *_edges(graph, layout),
        *(_node(box) for box in layout.boxes.values()),
        *legend,
    ]
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(layout.width)} {_n(bottom)}" role="img" lang="zh-CN" '
        f'aria-labelledby="{name}-title {name}-desc" font-family="{escape(FONT)}" color="{INK}" fill="currentColor">'
    )
    return root + "\n" + "\n".join(parts) + "\n</svg>\n"


def _lane(lane: Lane, n: int, across: float) -> str:
    ground = f'class="band" fill="{PALE}"' if n % 2 == 0 else 'class="paper" fill="#ffffff"'
    lines = len(lane.title) + (n == 0)
    top = lane.y + lane.height / 2 - lines * 10 + 15
    texts = [_text(t, PAD_X, top + 20 * i, 14, bold=True) for i, t in enumerate(lane.title)]
    if n == 0:
        texts.append(_text("牵头部门", PAD_X, top + 20 * len(lane.title), 12))
    return (
        f'<g class="lane"><rect y="{_n(lane.y)}" width="{_n(across)}" height="{_n(lane.height)}" {ground}/>'
        f'<path class="rule" d="M0 {_n(lane.y)}H{_n(across)}M{_n(LABEL)} {_n(lane.y)}v{_n(lane.height)}" stroke="{RULE}"/>{"".join(texts)}</g>'
    )


def _node(box: Box) -> str:
    look = box.node.look
    paint = PAINTS[look]
    strong = box.node.key.startswith("#") and look == "plain"
    fill, stroke = ("#e6effa", BLUE) if strong else (paint.fill, paint.stroke)
    frame = (
        f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}" rx="5"'
    )
    line = f'stroke="{stroke}" stroke-width="{_n(paint.width)}"{_dash(paint.dash)}'
    parts = [
        f'<rect class="box" {frame} fill="{fill}" {line}/>',
        *(_drawn_row(box, row) for row in box.rows),
    ]
    parts += [piece for placed in box.tracks for piece in _track(placed, box)]
    return f'<g class="node n-{look}" data-item="{escape(box.node.key)}">{"".join(parts)}</g>'


def _drawn_row(box: Box, row: Row) -> str:
    x, y, look = box.x + row.x, box.y + row.y, box.node.look
    size, bold = SIZES.get(row.style, 12), row.style in ("title", "state") and look != "skip"
    if row.style == "state" and row.first and look in SIGNS:
        return _inked(
            look, _sign(look, x - 20, y - 12.5), _text(row.text, x, y, size, bold=bold, ink=None)
        )
    if row.style == "mark" and row.first:
        across = width(row.text, 12) + 12
        frame = f'<rect x="{_n(x - 6)}" y="{_n(y - 13)}" width="{_n(across)}" height="18" rx="3" {LINED}/>'
        return _inked("run", frame, _text(row.text, x, y, 12, ink=None))
    if row.style in ("mark", "state"):
        return _inked(
            "run" if row.style == "mark" else look, _text(row.text, x, y, size, bold=bold, ink=None)
        )
    return _text(row.text, x, y, size, bold=bold)


def _track(placed: Placed, box: Box) -> Iterator[str]:
    """Draw the stages of a box and the ways between them; `data-way` and `data-times` say what the record tells."""
    for way in sorted(placed.ways, key=lambda each: each.times > 0):
        look: Look = "done" if way.times else "todo"
        stroke, wide, dash = EDGES[look]
        d = "M" + "L".join(f"{_n(box.x + x)} {_n(box.y + y)}" for x, y in way.path)
        told = f'data-way="{escape(">".join(way.between))}" data-times="{way.times}"'
        line = f'fill="none" stroke="{stroke}" stroke-width="{_n(min(wide, 2))}"{_dash(dash and "3 3")}'
        yield f'<path class="way e-{look}" {told} d="{d}" {line}/>'
        if way.head:
            x, y = way.head
            yield f'<path class="head e-{look}" d="M{_n(box.x + x)} {_n(box.y + y)}l7 -3.5v7z" fill="{stroke}"/>'
    for text in placed.texts:
        x, y = box.x + text.x, box.y + text.y
        shown = _text(text.text, x, y, SIZES.get(text.style, 12), bold=text.style == "here")
        yield _inked(text.sign, _sign(text.sign, x - 20, y - 12.5)) + shown if text.sign else shown


# ---- arrows ----------------------------------------------------------------------------------------------------

Piece = tuple[Look, str, float]  # look, horizontal or vertical, at which height or x


def _edges(graph: Graph, layout: Layout) -> list[str]:
    """Draw each stretch once: what is done lies over what is not, dashes never double."""
    pieces: dict[Piece, list[tuple[float, float]]] = {}
    heads: list[str] = []
    for look in ("plain", "todo", "done"):
        for (source, target), own in graph.edges.items():
            if own != look:
                continue
            bend, start, end = (
                layout.bends[source, target],
                layout.boxes[source],
                layout.boxes[target],
            )
            for piece, a, b in (
                ((own, "h", start.middle), start.x + start.width, bend.trunk),
                ((own, "v", bend.trunk), start.middle, bend.port),
                ((own, "h", bend.port), bend.trunk, end.x - 7),
            ):
                pieces.setdefault(piece, []).append((min(a, b), max(a, b)))
            heads.append(_head(end.x, bend.port, own))
    drawn = [
        _stretch(piece, low, high) for piece, spans in pieces.items() for low, high in _union(spans)
    ]
    return [*drawn, *_dots(graph, layout), *heads]


def _stretch(piece: Piece, low: float, high: float) -> str:
    look, way, at = piece
    stroke, wide, dash = EDGES[look]
    d = f"M{_n(low)} {_n(at)}H{_n(high)}" if way == "h" else f"M{_n(at)} {_n(low)}V{_n(high)}"
    return f'<path class="edge e-{look}" d="{d}" fill="none" stroke="{stroke}" stroke-width="{_n(wide)}"{_dash(dash)}/>'


def _head(x: float, y: float, look: Look) -> str:
    return f'<path class="head e-{look}" d="M{_n(x)} {_n(y)}l-9 -4.5v9z" fill="{EDGES[look][0]}"/>'


def _union(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        elif high > low:
            joined.append((low, high))
    return joined


def _dots(graph: Graph, layout: Layout) -> list[str]:
    """Mark where arrows part or meet; where they only cross there is no dot."""
    ways: dict[tuple[float, float], set[str]] = {}
    looks: dict[tuple[float, float], Look] = {}
    for look in ("plain", "todo", "done"):
        for (source, target), own in graph.edges.items():
            if own != look:
                continue
            bend, y = layout.bends[source, target], layout.boxes[source].middle
            entry, leave = (bend.trunk, y), (bend.trunk, bend.port)
            ways.setdefault(entry, set()).add("left")
            ways.setdefault(leave, set()).add("right")
            if y != bend.port:
                ways[entry].add("down" if bend.port > y else "up")
                ways[leave].add("up" if bend.port > y else "down")
            for point in _passed(graph, layout, (source, target)):
                ways.setdefault(point, set()).update(("up", "down"))
            looks[entry] = looks[leave] = own
    # An arrow that goes on beyond the trunk where another turned.
    for (source, _), bend in layout.bends.items():
        for (other, _), turn in layout.bends.items():
            if source == other and turn.trunk < bend.trunk:
                ways[turn.trunk, layout.boxes[source].middle].add("right")
    return [
        f'<circle class="head e-{looks[x, y]}" cx="{_n(x)}" cy="{_n(y)}" r="2.8" fill="{EDGES[looks[x, y]][0]}"/>'
        for (x, y), met in ways.items()
        if len(met) > 2
    ]


def _passed(graph: Graph, layout: Layout, edge: tuple[str, str]) -> list[tuple[float, float]]:
    """Return the turns of the same trunk that an arrow passes on its way along it."""
    bend, y = layout.bends[edge], layout.boxes[edge[0]].middle
    low, high = sorted((y, bend.port))
    own = [
        e
        for e in graph.edges
        if layout.bends[e].trunk == bend.trunk and (e[0] == edge[0] or e[1] == edge[1])
    ]
    turns = {at for e in own for at in (layout.bends[e].port, layout.boxes[e[0]].middle)}
    return [(bend.trunk, at) for at in turns if low < at < high]


# ---- legend ----------------------------------------------------------------------------------------------------


def _legend(graph: Graph, layout: Layout) -> tuple[list[str], float]:
    looks = {node.look for node in graph.nodes.values()}
    looks |= {
        stage.look
        for node in graph.nodes.values()
        for track in node.tracks
        for stage in track.stages
    }
    entries: list[tuple[Look | None, str]] = [
        (look, title) for look, title in LOOK_TITLES.items() if look in looks
    ]
    entries.append((None, "箭头：办完前一项，接着办后一项"))
    entries.append((None, "上下并列、没有箭头相连的事项同时办"))
    if "done" in graph.edges.values() or "todo" in graph.edges.values():
        entries.append((None, "实线：办理记录里走过的；虚线：还没走到；×2：到过两次"))
    parts: list[str] = []
    x, y = LABEL / 8, layout.height + 28
    for look, title in entries:
        room = width(title, LEGEND_SIZE) + (20 if look else 0)
        if x + room > layout.width - PAD_X and x > LABEL / 8:
            x, y = LABEL / 8, y + 24
        if look:
            parts.append(_inked(look, _sign(look, x, y - 12.5)))
            x += 20
        for n, text in enumerate(wrap(title, LEGEND_SIZE, layout.width - x - PAD_X)):
            y += 20 if n else 0
            parts.append(_text(text, x, y, LEGEND_SIZE))
        x += width(title, LEGEND_SIZE) + 22
    return parts, y + 18


# ---- small pieces ----------------------------------------------------------------------------------------------


def _inked(look: Look, *parts: str) -> str:
    """Give everything inside the ink of a look."""
    return f'<g class="ink n-{look}" color="{PAINTS[look].ink}">{"".join(parts)}</g>'


def _sign(look: Look, x: float, y: float) -> str:
    return f'<g class="sign" transform="translate({_n(x)} {_n(y)}) scale(.75)">{SIGNS[look]}</g>'


def _text(
    text: str, x: float, y: float, size: float, *, bold: bool = False, ink: str | None = INK_2
) -> str:
    """Write a line: bold in full ink, else pale; without `ink` in that of its group."""
    weight = {"font-weight": "700"} if bold else {}
    colour = {} if bold or ink is None else {"class": "pale", "fill": ink}
    return _tag("text", {"x": _n(x), "y": _n(y), "font-size": _n(size), **weight, **colour}, text)


def _tag(name: str, attributes: Mapping[str, str], content: str) -> str:
    given = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{given}>{escape(content, quote=False)}</{name}>"


def _dash(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""


def _n(value: float) -> str:
    return f"{round(value, 1):g}"
