"""Texts that people sign, as markup."""

from service.api.pages.prose import prose


class TestProse:
    """The few marks."""

    def test_knows_headings_lists_and_bold(self) -> None:
        """Numbers and dots, one level of headings under another."""
        found = str(
            prose("# 承诺书\n\n## 一、告知\n\n**事项**：招牌。\n第二行\n\n1. 一\n2. 二\n\n- 三\n")
        )
        assert found == (
            "<h3>承诺书</h3>\n<h4>一、告知</h4>\n<p><strong>事项</strong>：招牌。<br>第二行</p>\n"
            "<ol><li>一</li><li>二</li></ol>\n<ul><li>三</li></ul>"
        )

    def test_lets_nothing_else_through(self) -> None:
        """Whoever writes a definition writes no markup."""
        found = str(
            prose("# <b>题</b>\n\n<script>alert(1)</script>\n\n1. <img src=x>\n\n**a<i>b**")
        )
        assert "<script" not in found
        assert "<img" not in found
        assert "<strong>a&lt;i&gt;b</strong>" in found
