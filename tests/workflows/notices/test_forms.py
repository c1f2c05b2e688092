from service.workflows.notices import form_html, form_markup, form_of

TEXT = "# 授权委托书\n\n| 委托人 | <b> |\n| --- | --- |\n| 电话 | 13800000000 |\n\n特此委托。\n## 附件\n"


class TestForm:
    def test_a_form_is_read_in_blocks(self) -> None:
        """The heading is the title; rows, paragraphs and headings stand in their order, the rule below a head is none."""
        form = form_of("blank", "委托书", TEXT, example=True)
        assert (form.title, form.marks) == ("授权委托书", ("空白表", "示例"))
        assert [(block.kind, block.lines, block.rows) for block in form.blocks] == [
            ("table", (), (("委托人", "<b>"), ("电话", "13800000000"))),
            ("text", ("特此委托。",), ()),
            ("heading", ("附件",), ()),
        ]

    def test_what_is_written_is_no_markup(self) -> None:
        """On a page everything is escaped; on a sheet it travels as data."""
        form = form_of("sample", "委托书", TEXT, example=False)
        page = form_html(form)
        assert "<td>&lt;b&gt;</td>" in page
        assert "样表 · 内容是举例，照您的实际情况填写" in page
        markup, inputs = form_markup(form, ("FangSong",))
        assert "授权委托书" not in markup
        assert "授权委托书" in inputs["form"]

    def test_rows_of_different_length(self) -> None:
        """A row that lacks cells gets empty ones: a table has as many columns everywhere."""
        form = form_of("blank", "表", "| 甲 |\n| 乙 | 1 |", example=False)
        assert form.blocks[0].rows == (("甲", ""), ("乙", "1"))
