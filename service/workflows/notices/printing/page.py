"""网页文书 — a paper as one HTML page: for reading on any screen, and for printing on A4 from the browser."""

from collections.abc import Iterable
from html import escape
from importlib.resources import files

from service.workflows.notices.printing import qr
from service.workflows.notices.printing.contents import (
    GENUINE,
    NO_FORCE,
    PROGRESS,
    SAMPLE,
    SEAL_PLACE,
    UNCHANGING,
    Contents,
    Line,
    Section,
)

STYLE = files(__package__).joinpath("paper.css").read_text(encoding="utf-8")


def html(paper: Contents) -> str:
    """Lay a paper out as a page; everything that people wrote is escaped."""
    mark = f'<p class="mark">{SAMPLE}</p>' if paper.example else ""
    number = f'<p class="number">{escape(paper.document_number or paper.number)}</p>'
    head = (
        f'{mark}<header><p class="authority">{escape(paper.authority)}</p>'
        f"<h1>{escape(paper.title)}</h1></header>{number}"
    )
    letter = f'<p class="to">{escape(paper.to)}：</p>{sentences(paper.sentences)}'
    sections = "".join(_section(section) for section in paper.sections)
    signed = (
        f'<div class="signed">{_seal(paper)}<p>{escape(paper.signed)}</p>'
        f'<p><time datetime="{paper.issued_on.isoformat()}">{paper.issued}</time></p></div>'
        f"{table(paper.served, 'served')}"
    )
    print_it = (
        '<p class="screen"><button type="button" data-print hidden>打印</button>'
        "<span data-by-key>打印：按 Ctrl+P（苹果电脑按 Command+P），纸张选 A4。</span></p>"
    )
    return document(
        f"{paper.title} {paper.number}",
        f"<div>{head}{letter}{sections}{signed}</div>{_check_block(paper)}{print_it}",
    )


def document(title: str, content: str) -> str:
    """Put content, which is markup already, into a page with the one style."""
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,"><style>{STYLE}</style></head>'
        f"<body><main>{content}</main></body></html>\n"
    )


def sentences(texts: Iterable[str]) -> str:
    """Write paragraphs."""
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def table(rows: Iterable[tuple[str, str]], kind: str = "") -> str:
    """Write rows of (name, what), the name as the row's heading."""
    made = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(what)}</td></tr>'
        for name, what in rows
    )
    return f'<table class="{kind}"><tbody>{made}</tbody></table>' if made else ""


def _section(section: Section) -> str:
    made = "".join(_line(line) for line in section.lines)
    short = ' class="short"' if section.is_long_list else ""
    lines = f"<ol{short}>{made}</ol>" if made else ""
    return f"<section><h2>{escape(section.title)}</h2>{sentences(section.sentences)}{lines}{table(section.rows, 'rows')}{_columns(section)}</section>"


def _columns(section: Section) -> str:
    """Write a table with a heading for each column; a narrow screen shows each row as a block with its headings."""
    if not section.cells:
        return ""
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in section.heads)
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td data-head="{escape(head)}">{escape(cell)}</td>'
            for head, cell in zip(section.heads, row, strict=True)
        )
        + "</tr>"
        for row in section.cells
    )
    return f'<table class="columns"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _line(line: Line) -> str:
    detail = f"<small>{escape(line.detail)}</small>" if line.detail else ""
    return f"<li>{escape(line.text)}{detail}</li>"


def _seal(paper: Contents) -> str:
    """Return the place of the seal: in the sample city a circle that says it is none, else in words which one it bears."""
    if paper.seal and paper.example:
        return (
            f'<div class="seal" aria-hidden="true"><span>{SEAL_PLACE}</span><b>{NO_FORCE}</b></div>'
        )
    return f"<p>{escape(paper.seal)}</p>" if paper.seal else ""


def _check_block(paper: Contents) -> str:
    facts = "　".join(f"{escape(name)}：{escape(what)}" for name, what in paper.facts)
    return (
        f'<aside aria-label="核验">{qr.svg(paper.verify_url, "核验这份文书的二维码")}<div>'
        f"<p>{facts}　文书编号：{escape(paper.number)}</p><p>{UNCHANGING}{GENUINE}</p>"
        f'<p class="code">{escape(paper.verify_url)}</p>'
        f'<p>内容指纹（SHA-256）：<span class="code">{paper.sha256}</span></p></div>'
        f"{_progress(paper)}</aside>"
    )


def _progress(paper: Contents) -> str:
    if paper.track_url:
        return f"<figure>{qr.svg(paper.track_url, PROGRESS)}<figcaption>{PROGRESS}</figcaption></figure>"
    return ""
