"""核验结果 — what somebody reads who scans the code on a paper: whether it is genuine, and whether it is still in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.workflows.calendar import TZ, local_date
from service.workflows.notices.dates import say_date

SAME_AS_SHOWN = "请与对方手机上的名称、编号核对。出示码五分钟内有效，截图过后不能再用。"


@dataclass(frozen=True, slots=True)
class Verdict:
    """核验结果 — a headline, sentences, then rows of (name, what) to compare with the paper in hand."""

    title: str
    told: tuple[str, ...]
    rows: tuple[tuple[str, str], ...] = ()
    compare: str = ""
    sha256: str = ""
    good: bool = False


def verdict(found: Mapping[str, Any] | None) -> Verdict:
    """Say what `office.document` tells of a paper; None when no paper carries the code."""
    if found is None:
        warning = "请核对网址是否完整，或者向发文机关询问。在查实之前，请不要相信这份文书。"
        return Verdict("没有查到这份文书", (warning,))
    issued_at: datetime = found["issued_at"]
    rows = [
        ("文书名称", found["title"]),
        *([("文号", found["document_number"])] if found.get("document_number") else []),
        ("文书编号", found["number"]),
        ("发文机关", found["department_title"]),
        ("发出日期", say_date(local_date(issued_at))),
        ("申请人", f"{found['applicant']}（部分隐去）"),
        ("事项", found["item_title"]),
        ("办件编号", found["case"]),
    ]
    if found.get("valid_until"):
        rows.append(("有效期到", say_date(found["valid_until"])))
    compare = "请与手里的文书逐项核对；有一处不同，那份文书就不是真的。"
    told = (found["note"],) if found["note"] else ()
    return Verdict(
        _title(found),
        told,
        tuple(rows),
        compare,
        found["sha256"],
        bool(found["intact"] and found["valid"]),
    )


def verdict_refused(why: str) -> Verdict:
    """Say why a code that is held out tells nothing."""
    return Verdict("不能凭这个码核验", (why,))


def verdict_on_shown(found: Mapping[str, Any]) -> Verdict:
    """Say what `office.shown_certificate` tells of a certificate that is held out: what, whose, whether it holds now."""
    rows = [
        ("证照", found["title"]),
        ("编号", found["number"]),
        ("持证人", f"{found['applicant']}（部分隐去）"),
        ("发证机关", found["department_title"]),
    ]
    until = found["valid_until"]
    rows.append(("有效期到", say_date(until) if until else "长期"))
    at = found["shown_at"].astimezone(TZ)
    rows.append(("出示时间", f"{say_date(local_date(at))}{at.hour}时{at.minute:02}分"))
    good = bool(found["intact"] and found["valid"])
    title = "证照属实，现在有效" if good else "这份证照现在不能使用"
    told = (found["note"],) if found["note"] else ()
    return Verdict(title, told, tuple(rows), SAME_AS_SHOWN, good=good)


def _title(found: Mapping[str, Any]) -> str:
    if not found["intact"]:
        return "这份文书的存档有异常"
    return "文书属实，现在有效" if found["valid"] else "文书属实，但已经失效"
