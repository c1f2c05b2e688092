"""核验页 — what somebody sees who scans the code on a paper: whether it is genuine, and whether it is still in force."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from service.workflows.calendar import local_date
from service.workflows.notices import say_date
from service.workflows.tools.papers.page import document, sentences, table


def verdict(found: Mapping[str, Any] | None) -> str:
    """Return the page about a paper, as `office.document` tells of it; None when no paper carries the code."""
    if found is None:
        told = ["请核对网址是否完整，或者向发文机关询问。在查实之前，请不要相信这份文书。"]
        return document("没有查到这份文书", f"<h1>没有查到这份文书</h1>{sentences(told)}")
    issued_at: datetime = found["issued_at"]
    rows = [
        ("文书名称", found["title"]), ("文书编号", found["number"]), ("发文机关", found["department_title"]),
        ("发出日期", say_date(local_date(issued_at))), ("申请人", f"{found['applicant']}（部分隐去）"),
        ("事项", found["item_title"]), ("办件编号", found["case"]),
    ]  # fmt: skip
    if found.get("valid_until"):
        rows.append(("有效期到", say_date(found["valid_until"])))
    title = _title(found)
    told = [found["note"]] if found["note"] else []
    compare = "请与手里的文书逐项核对，包括内容指纹；有一处不同，那份文书就不是真的。"
    code = f'<p>内容指纹（SHA-256）：<span class="code">{escape(found["sha256"])}</span></p>'
    return document(title, f"<h1>{title}</h1>{sentences(told)}{table(rows, 'facts')}{sentences([compare])}{code}")


def _title(found: Mapping[str, Any]) -> str:
    if not found["intact"]:
        return "这份文书的存档有异常"
    return "文书属实，现在有效" if found["valid"] else "文书属实，但已经失效"
