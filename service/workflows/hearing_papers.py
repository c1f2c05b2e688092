"""听证文书 — what the papers of a hearing say, and how a decision cites its record."""

from collections.abc import Mapping
from typing import Any

from service.workflows.case import Item


def said_of_hearing(kind: str, name: str, data: Mapping[str, Any]) -> str:
    """Return the sentences of a hearing's paper, an empty text for any other kind. Law: 行政许可法 45–48."""
    free = "听证不收取费用。"
    if kind == "hearing_right":
        why = f"理由：{data['reason']}。" if data.get("reason") else ""
        return (
            f"{name}直接涉及申请人与他人之间重大利益关系，作出决定前，您有权陈述、申辩和要求听证。"
            f"要求听证的，应当在被告知之日起五个工作日内提出；逾期未提出的，视为放弃。{free}{why}"
        )
    if kind == "hearing_request":
        return f"已收到{name}的听证申请，将在二十个工作日内组织听证，听证所需时间不计入办理期限。{free}"
    if kind == "hearing_waived":
        return f"您已就{name}书面放弃听证。"
    if kind == "hearing_announcement":
        when = f"听证预计需要{data['days']}个工作日，这段时间不计入办理期限。"
        return f"{name}在作出决定前举行听证。{data['notice_text']}{when}{free}"
    if kind == "hearing_notice":
        return (
            f"{name}的听证于{data['date']}在{data['place']}公开举行，主持人：{data['chair']}。"
            f"您认为主持人与本件有直接利害关系的，有权申请回避。{free}"
        )
    if kind == "hearing_end":
        return f"{name}的听证已经举行，笔录（{data['document']}）已由参加人签字确认，办理期限继续计算。"
    return ""


def record_cited(item: Item) -> str:
    """Say on which record the decision rests, an empty text where no hearing was held. Law: 行政许可法 48."""
    held: Mapping[str, Any] = item.special.get("hearing", {})
    return f"本决定根据听证笔录（{held['document']}）作出。" if held.get("stage") == "held" else ""
