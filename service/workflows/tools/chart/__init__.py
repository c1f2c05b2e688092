"""流程图 — the flow chart of a bundle or of a case, as SVG for every page and paper and as Mermaid text."""

from collections.abc import Collection

from service.workflows.case import Case
from service.workflows.language.release import Release
from service.workflows.tools.chart.drawing import draw
from service.workflows.tools.chart.graph import END, START, Graph, build
from service.workflows.tools.chart.layout import arrange, layers_of
from service.workflows.tools.chart.mermaid import mermaid

__all__ = ["mermaid", "svg"]


def svg(release: Release, case: Case | None = None, *, selected: Collection[str] | None = None) -> str:
    """Draw the flow chart as a standalone SVG: of the whole bundle, of the selected items, or of a case with its states.

    `selected` are item codes; items that are not selected or not in the case are shown as 「不需要」.
    """
    graph = build(release, case, selected)
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
        said = "，".join([graph.lanes[node.lane], *(line.text for line in node.lines[1:])])
        steps.setdefault(layers[key], []).append(f"{node.lines[0].text}（{said}）")
    parts = ["，".join(line.text for line in graph.nodes[START].lines)]
    parts += [f"第{n}步办理：{'；'.join(items)}" for n, items in sorted(steps.items())]
    parts.append("，".join(line.text for line in graph.nodes[END].lines))
    if left_out:
        parts.append(f"不需要办理：{'、'.join(left_out)}")
    return f"{graph.subtitle}。{'。'.join(parts)}。"
