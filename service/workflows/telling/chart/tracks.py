"""环节的排布 — the stages of a track one below the other inside a box, and the ways between them.

A way to the next stage is the line between two signs. Every other way, back or past a stage, runs beside the texts at
their right: the longer it is the further out, so no two lie on each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from service.workflows.telling.chart.graph import Look, Stage, Track
from service.workflows.telling.chart.text import width, wrap

ICON, SIGN = 20.0, 15.0
SIZE, LINE = 13.0, 20.0
DETAIL, DETAIL_LINE = 12.0, 17.0
TITLE_LINE = 24.0
GAP = 9.0  # between two stages: room for the line between their signs
LANE, EDGE = 9.0, 10.0  # between two ways that run beside each other, to the edge of the box
HEAD = 7.0
APART = 3.5  # a way leaves below the middle of a stage and arrives above it


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; `sign` is the look whose sign stands before it, empty for none."""

    text: str
    style: str
    x: float
    y: float
    sign: Look | None = None


class Way(NamedTuple):
    """一步 — how a way is drawn, how often it was walked (0: not yet); `head` is the tip of its arrow, if it has one."""

    between: tuple[str, str]
    times: int
    path: tuple[tuple[float, float], ...]  # corners
    head: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A track with its place inside the box."""

    texts: list[Text]
    ways: list[Way]
    height: float


def place(track: Track, wide: float, pad: float, top: float) -> Placed:
    """Place a track in a box of this width from `top` on."""
    order = {stage.state: n for n, stage in enumerate(track.stages)}
    beside = _lanes({between: (order[between[0]], order[between[1]]) for between in track.ways})
    count = max(beside.values(), default=-1) + 1
    room = wide - 2 * pad - ICON - (count * LANE + HEAD + EDGE - pad if count else 0)
    texts: list[Text] = []
    rows: dict[str, tuple[float, float]] = {}  # state → middle of its first line, end of its text
    y = top
    if track.title:
        texts.append(Text(track.title, "detail", pad, y + TITLE_LINE / 2 + DETAIL * 0.36))
        y += TITLE_LINE
    for stage in track.stages:
        lines, bottom = _lines(stage, room, pad, y)
        rows[stage.state] = (
            y + LINE / 2,
            max(line.x + width(line.text, SIZE) for line in lines if line.style != "detail"),
        )
        texts += lines
        y = bottom + GAP
    ways = [
        _way(
            between,
            times,
            rows,
            beside.get(between),
            pad,
            wide - EDGE - LANE * (count - 1 - beside.get(between, 0)),
        )
        for between, times in track.ways.items()
    ]
    return Placed(texts, ways, y - GAP - top)


def _lines(stage: Stage, room: float, pad: float, y: float) -> tuple[list[Text], float]:
    found: list[Text] = []
    for n, text in enumerate(wrap(stage.text, SIZE, room)):
        style = "here" if stage.here else "stage"
        found.append(
            Text(text, style, pad + ICON, y + LINE / 2 + SIZE * 0.36, None if n else stage.look)
        )
        y += LINE
    for text in wrap(stage.detail, DETAIL, room) if stage.detail else ():
        found.append(Text(text, "detail", pad + ICON, y + DETAIL_LINE / 2 + DETAIL * 0.36))
        y += DETAIL_LINE
    return found, y


def _lanes(ways: Mapping[tuple[str, str], tuple[int, int]]) -> dict[tuple[str, str], int]:
    """Give each way that runs beside the texts a lane: the shortest lie innermost, those that meet lie apart."""
    beside = [
        (abs(b - a), min(a, b), max(a, b), between)
        for between, (a, b) in ways.items()
        if b != a + 1
    ]
    taken: list[list[tuple[int, int]]] = []
    lanes: dict[tuple[str, str], int] = {}
    for _, low, high, between in sorted(beside):
        inner = [
            n for n, spans in enumerate(taken) if any(a <= high and low <= b for a, b in spans)
        ]
        lane = max(inner, default=-1) + 1
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        lanes[between] = lane
    return lanes


def _way(
    between: tuple[str, str],
    times: int,
    rows: Mapping[str, tuple[float, float]],
    lane: int | None,
    pad: float,
    out: float,
) -> Way:
    (start, start_end), (end, end_end) = rows[between[0]], rows[between[1]]
    if lane is None:
        x = pad + SIGN / 2
        return Way(between, times, ((x, start + SIGN / 2 + 1), (x, end - SIGN / 2 - 1)), None)
    leave, arrive = start + APART, end - APART
    tip = end_end + 4
    return Way(
        between,
        times,
        ((start_end + 4, leave), (out, leave), (out, arrive), (tip + HEAD - 1, arrive)),
        (tip, arrive),
    )
