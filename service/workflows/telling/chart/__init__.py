"""流程图 — the flow chart of a bundle or of a case, as SVG for every page and paper and as Mermaid text."""

from collections.abc import Collection, Iterable, Iterator

from service.workflows.case.parts import Case, Event
from service.workflows.definition.release import Release
from service.workflows.telling.chart.drawing import draw
from service.workflows.telling.chart.graph import END, START, Graph, Track, build, build_progress
from service.workflows.telling.chart.layout import arrange, layers_of
from service.workflows.telling.chart.mermaid import mermaid

__all__ = ["mermaid", "progress", "svg"]


def svg(release: Release, *, selected: Collection[str] | None = None) -> str:
    """Draw the flow chart of a bundle as a standalone SVG; items that are not `selected` (codes) are 「不需要」."""
    return _drawn(build(release, selected), release)


def progress(release: Release, case: Case, events: Iterable[Event]) -> str:
    """Draw the flow chart of a case as a standalone SVG: what was walked is told by its events alone."""
    return _drawn(build_progress(release, case, events), release)


def _drawn(graph: Graph, release: Release) -> str:
    return draw(graph, arrange(graph), f"chart-{release.bundle.code}", describe(graph))


def describe(graph: Graph) -> str:
    """Tell the chart in words, for those who do not see it."""
    layers = layers_of(graph)
    steps: dict[int, list[str]] = {}
    left_out = []
    for key, node in graph.nodes.items():
        if key in (START, END):
            continue
        if node.look == "skip":
            left_out.append(node.lines[0].text)
            continue
        said = "，".join(
            [graph.lanes[node.lane], *(line.text for line in node.lines[1:]), *_walks(node.tracks)]
        )
        steps.setdefault(layers[key], []).append(f"{node.lines[0].text}（{said}）")
    parts = ["，".join(line.text for line in graph.nodes[START].lines)]
    parts += [f"第{n}步办理：{'；'.join(items)}" for n, items in sorted(steps.items())]
    parts.append("，".join(line.text for line in graph.nodes[END].lines))
    if left_out:
        parts.append(f"不需要办理：{'、'.join(left_out)}")
    return f"{graph.subtitle}。{'。'.join(parts)}。"


def _walks(tracks: Iterable[Track]) -> Iterator[str]:
    """Tell where an item was, where it is, where it goes on."""
    for track in tracks:
        found = {
            "走过": [stage for stage in track.stages if stage.look == "done" and not stage.here],
            "现在": [stage for stage in track.stages if stage.here],
            "接下来": [stage for stage in track.stages if stage.look == "todo" and not stage.here],
        }
        parts = [
            f"{word}{'、'.join(stage.text for stage in stages)}"
            for word, stages in found.items()
            if stages
        ]
        yield (f"{track.title}：" if track.title else "") + "，".join(parts)
