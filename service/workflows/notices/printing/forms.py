"""空白表、样表 — a form that an applicant fills in by hand, or an example of one filled in, as a page and as a sheet.

The text is that of the pack, in the few marks that such forms need: `# 标题`, paragraphs, `| 名称 | 内容 |` rows. A form never
bears a department's head: it is not a paper of an authority.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Literal

from service.workflows.notices.printing import page

Which = Literal["blank", "sample"]
KINDS: dict[Which, str] = {"blank": "空白表", "sample": "样表"}
EXAMPLE = "示例"
FILLED_IN = "内容是举例，照您的实际情况填写"
MARKUP = files(__package__).joinpath("form.typ").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a form: a heading, a paragraph (the lines), or a table (the rows of cells)."""

    kind: Literal["heading", "text", "table"]
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """一张表 — its title, the marks in its corner, and what stands on it."""

    title: str
    marks: tuple[str, ...]
    blocks: tuple[Block, ...] = field(default=())


def form_of(which: Which, title: str, text: str, *, example: bool) -> Form:
    """Return a form of a material; `example` says that the whole place is one."""
    marks = [KINDS[which], FILLED_IN if which == "sample" else "", EXAMPLE if example else ""]
    blocks = tuple(_blocks(text))
    if blocks and blocks[0].kind == "heading":
        title, blocks = blocks[0].lines[0], blocks[1:]
    return Form(title, tuple(mark for mark in marks if mark), blocks)


def html(form: Form) -> str:
    """Return the form as a page that stands alone, to read and to print."""
    made = "".join(_html(block) for block in form.blocks)
    marks = f'<p class="mark">{escape(" · ".join(form.marks))}</p>'
    return page.document(form.title, f"<div>{marks}<h1>{escape(form.title)}</h1>{made}</div>")


def typst(form: Form, fonts: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Return the markup, which is always the same, and the inputs that fill it."""
    blocks = [{"kind": b.kind, "lines": b.lines, "rows": b.rows} for b in form.blocks]
    shown = {"title": form.title, "marks": form.marks, "blocks": blocks, "fonts": fonts}
    return MARKUP, {"form": json.dumps(shown, ensure_ascii=False)}


def _html(block: Block) -> str:
    if block.kind == "heading":
        return f"<h2>{escape(block.lines[0])}</h2>"
    if block.kind == "text":
        return page.sentences(block.lines)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in block.rows
    )
    return f'<table class="rows"><tbody>{rows}</tbody></table>'


def _blocks(text: str) -> Iterator[Block]:
    lines = [line.strip() for line in text.strip().splitlines()]
    for kind, group in groupby(lines, _kind):
        if kind == "heading":
            yield from (Block("heading", (line.lstrip("# "),)) for line in group)
        elif kind == "table":
            rows = [tuple(cell.strip() for cell in line[1:-1].split("|")) for line in group]
            width = max(len(row) for row in rows)
            kept = (
                row for row in rows if not all(set(cell) <= set("-: ") and cell for cell in row)
            )
            yield Block("table", rows=tuple(row + ("",) * (width - len(row)) for row in kept))
        elif kind == "text":
            yield Block("text", tuple(group))


def _kind(line: str) -> str:
    if not line:
        return "nothing"
    if line.startswith("#"):
        return "heading"
    return "table" if len(line) > 1 and line[0] == line[-1] == "|" else "text"
