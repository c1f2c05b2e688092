"""The same chart as text for others to draw."""

import re

from service.workflows.definition.release import Release
from service.workflows.telling import chart
from tests.workflows.telling.chart.seen import Maker


class TestMermaid:
    """The chart as text."""

    def test_has_lanes_boxes_and_arrows(self, release: Release) -> None:
        """One subgraph for each department, one arrow for each dependency."""
        lines = chart.mermaid(release).splitlines()
        assert lines[0] == "flowchart LR"
        assert sum(line.startswith("  subgraph ") for line in lines) == lines.count("  end") == 4
        ids = {
            m[2]: m[1] for m in (re.match(r'    (n\d+)\(?\["([^<"]*)', line) for line in lines) if m
        }
        arrows = {
            tuple(line.split(" --> "))
            for line in (line.strip() for line in lines)
            if " --> " in line
        }
        pairs = [
            ("统一收件", "市场主体设立登记"),
            ("市场主体设立登记", "食品经营许可（餐饮服务）"),
            ("食品经营许可（餐饮服务）", "户外招牌设置备案"),
            ("市场主体设立登记", "公众聚集场所投入使用、营业前消防安全检查"),
            ("统一收件", "从业人员健康检查"),
            ("户外招牌设置备案", "结果一起给您"),
            ("公众聚集场所投入使用、营业前消防安全检查", "结果一起给您"),
            ("从业人员健康检查", "结果一起给您"),
        ]
        assert arrows == {(ids[source], ids[target]) for source, target in pairs}

    def test_escapes_labels(self, bundle_of: Maker) -> None:
        """Nothing in a title is read as Mermaid, Markdown or HTML."""
        title = 'a"b#<i>*x*`[z](y){q}|;'
        text = chart.mermaid(bundle_of([(title, "d0", [])], "名\n字"))
        label = (
            next(line for line in text.splitlines() if line.startswith("    n1"))
            .split('"')[1]
            .split("<br/>")[0]
        )
        assert not set('"<>*`[](){}|') & set(label)
        assert re.sub(r"#(\d+);", lambda m: chr(int(m[1])), label) == title
        assert "\n字" not in text
