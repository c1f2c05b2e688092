"""Mermaid 流程图 — the same chart as text for documents that draw Mermaid themselves."""

from service.workflows.definition.release import Release
from service.workflows.telling.chart.graph import END, START, build


def mermaid(release: Release) -> str:
    """Return the flow chart as a Mermaid `flowchart LR`, one subgraph for each department."""
    graph = build(release)
    ids = {key: f"n{n}" for n, key in enumerate(graph.nodes)}
    lines = ["flowchart LR", f"  %% {graph.title}".replace("\n", " ")]
    for n, (lane, title) in enumerate(graph.lanes.items()):
        members = [node for node in graph.nodes.values() if node.lane == lane]
        lines.append(f'  subgraph d{n}["{_label(title)}"]')
        for node in members:
            text = "<br/>".join(_label(line.text) for line in node.lines)
            left, right = ('(["', '"])') if node.key in (START, END) else ('["', '"]')
            lines.append(f"    {ids[node.key]}{left}{text}{right}")
        lines.append("  end")
    lines += [f"  {ids[source]} --> {ids[target]}" for source, target in graph.edges]
    return "\n".join(lines) + "\n"


def _label(text: str) -> str:
    """Write a label so that nothing in it is read as Mermaid, Markdown or HTML."""
    return "".join(
        f"#{ord(char)};" if char in '"#&<>`\\*_[](){}|;' else max(char, " ") for char in text
    )
