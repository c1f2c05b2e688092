"""文书内容 — what each paper says, in plain Chinese, from the case alone. Numbering and keeping is done by the step.

A body is {text, item?, department?, law?, points?: [title], dates?: {name: date}, remedies?: text, note?}.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from service.workflows import clocks
from service.workflows.calendar import WorkCalendar
from service.workflows.case import Case, Clock, Item
from service.workflows.hearing_papers import record_cited, said_of_hearing
from service.workflows.language.duration import Duration
from service.workflows.language.models import NOTICE_TITLES, Transition
from service.workflows.language.release import Release
from service.workflows.machine import CLOCK, machine_of
from service.workflows.needs import PROCEDURES

ENGINE_TITLES = {
    "yellow_card": "黄牌提醒", "red_card": "红牌警示", "statutory_breach": "超过法定时限警示",
    "ordinary_path": "转一般程序告知书", "result": "办结结果汇总", "started": "前置事项办结告知书",
    "recalendar": "期限变动告知书", "share_failed": "共享材料未取到告知书", "expire_certificate": "证照有效期届满告知书",
    "feedback_overdue": "部门反馈超时提醒",
}  # fmt: skip
NOT_ADMINISTRATIVE = frozenset({"utility"})  # an enterprise decides: no administrative act
SENTENCES = {  # papers that say the same of every item
    "withdrawal": "您已撤回{name}的申请，可以重新申请。",
    "commitment_taken_back": "您已撤回{name}的承诺，改按一般程序办理，对您的信用没有影响。承诺免交的材料请准备补交。",
    "operable": "{name}承诺的条件经核实已经符合，自即日起可以凭证照从事活动。",
    "repair_granted": "{name}的失信记录经审查准予修复，自即日起可以重新适用告知承诺。",
    "credit_expired": "{name}的失信信息有效期已满，不再作为限制的依据。",
}
INWARD = frozenset({"special_overrun"})  # what a transition issues to the department, not to the applicant
TO_THIRD_PARTIES = frozenset({"hearing_right", "hearing_notice", "hearing_announcement"})
NEGATIVE = frozenset({
    "refusal", "not_accepted", "lapse", "revocation", "permit_withdrawal", "stopped", "termination", "not_required",
    "repair_refused",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper before it is numbered."""

    title: str
    body: dict[str, Any] = field(default_factory=dict)


def title_of(kind: str) -> str:
    """Return the Chinese title of a kind of paper."""
    titles: dict[str, str] = {**{str(k): title for k, title in NOTICE_TITLES.items()}, **ENGINE_TITLES}
    return titles.get(kind, "通知书")


def say_date(day: date) -> str:
    """Say a date: 2026年11月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def remedies(calendar: WorkCalendar, served_on: date) -> dict[str, Any]:
    """Return the two remedies with their last days, counted from service (R-DEC-3, R-TIME-7)."""
    review = calendar.roll(served_on + timedelta(days=60))
    suit = calendar.roll(clocks.shift(served_on, Duration(6, "mo")))
    text = (
        f"如不服，可以在收到之日起六十日内（{say_date(review)}前）申请行政复议，"
        f"或者在六个月内（{say_date(suit)}前）向人民法院提起行政诉讼。"
    )
    return {
        "text": text,
        "review_until": review.isoformat(),
        "suit_until": suit.isoformat(),
        "law": "行政复议法 20；行政诉讼法 46",
    }


def for_transition(
    release: Release,
    calendar: WorkCalendar,
    case: Case,
    item: Item,
    transition: Transition,
    data: Mapping[str, Any],
    on: date,
) -> Paper:
    """Write the paper a transition's `notice` asks for."""
    kind = transition.notice or ""
    definition = release.subject(item.item)
    title = definition.title if definition else release.bundle.title
    body: dict[str, Any] = {
        "item": title, "department": release.directory.departments[item.department], "law": transition.basis,
        "text": _sentence(kind, title, transition, data, item),
        "points": [point["title"] for point in data.get("reasons", [])], "dates": dates_of(case, item.item),
    }  # fmt: skip
    if kind in NEGATIVE and (definition is None or definition.category not in NOT_ADMINISTRATIVE):
        body["remedies"] = remedies(calendar, on)
    if kind == "not_required":
        body["note"] = "这件事依法不需要取得行政许可，您不必再申请。"
    if data.get("opinion"):
        body["note"] = data["opinion"]
    if kind == "revocation" and (found := broken_promise(case, item)):
        body["note"] = found
    if kind in ("grant", "refusal") and (record := record_cited(item)):
        body["text"] += record
    if transition.effect and transition.effect.extend:
        body["note"] = promise_kept(case.clocks[item.item, transition.effect.extend])
    known = kind in NOTICE_TITLES
    return Paper(title_of(kind) if known else f"{transition.title}通知书", {k: v for k, v in body.items() if v})


def _sentence(kind: str, title: str, transition: Transition, data: Mapping[str, Any], item: Item) -> str:
    name = f"「{title}」"
    if kind in ("acceptance", "tolerant_acceptance"):
        since = f"，受理日期为{say_date(item.accepted_on)}" if item.accepted_on else ""
        how = "视为受理（逾期未告知补正）" if transition.actors == [CLOCK] else "已受理"
        return f"{name}{how}{since}。"
    if kind == "special":
        procedure = PROCEDURES[item.special["procedure"]]
        again = "原告知的时间不够，" if "procedure" not in data else ""
        return (
            f"{again}{name}需要{procedure}，预计{data['days']}个工作日，这段时间不计入办理期限。{data['notice_text']}"
        )
    if kind == "extension":
        return f"{name}经负责人批准延长{data['days']}个工作日。理由：{data['reason']}"
    if kind in SENTENCES:
        return SENTENCES[kind].format(name=name)
    if kind == "rectification":
        return f"{name}事后核查发现与承诺不符，请在{data['days']}个工作日内整改。"
    if kind == "special_overrun":
        return f"{name}的特别程序已超过书面告知的{item.special['days']}个工作日，请另行书面告知申请人还需要的时间。"
    return said_of_hearing(kind, name, data) or f"{name}：{transition.title}。"


def broken_promise(case: Case, item: Item) -> str:
    """Name the paper of the check that a revocation rests on (R-NCP-9)."""
    checks = {i.item for i in case.items.values() if i.parent == item.item and i.outcome in ("broken", "unkept")}
    told = [n for n in case.notices.values() if n.item in checks and n.kind == "credit_recorded"]
    return f"依据：{told[-1].title}（{told[-1].number}）。" if told else ""


def promise_kept(clock: Clock) -> str:
    """Say that an extension of the legal limit leaves the promise where it was (R-DEC-4, 优化营商环境条例 36)."""
    if clock.promised_on is None:
        return ""
    return f"承诺时限{say_date(clock.promised_on)}不变；到期没有办结的，理由向社会公开。"


def dates_of(case: Case, item: str) -> dict[str, str]:
    """Return the dates of an item's running clocks, by their titles."""
    dates: dict[str, str] = {}
    for clock in case.clocks.values():
        if clock.item == item and clock.state == "running":
            for title, day in ((f"{clock.title}期限", clock.due_on), (f"{clock.title}法定期限", clock.statutory_on)):
                if day:
                    dates[title] = day.isoformat()
    return dates


def all_dates(release: Release, case: Case) -> dict[str, str]:
    """Return the dates of every running clock of the items, by item and title."""
    dates: dict[str, str] = {}
    for code in case.items:
        title = release.title_of(code)
        dates |= {f"{title}：{name}": day for name, day in dates_of(case, code).items()}
    return dates


def receipt(release: Release, case: Case, materials: Iterable[str], missing: Iterable[str]) -> Paper:
    """收件凭证 — dated, numbered, at once; not the acceptance (R-ACC-7)."""
    titles = release.vocabulary.materials
    body = {
        "text": f"已收到「{release.bundle.title}」申请，编号 {case.number}。这是收件凭证，不是受理通知书。",
        "department": release.directory.departments[release.bundle.lead],
        "items": [release.items[code].title for code in case.items],
        "materials": [titles[code].title for code in materials],
        "missing": [titles[code].title for code in missing],
        "dates": {f"{release.items[i].title}：{c.title}期限": c.due_on.isoformat()
                  for (i, _), c in case.clocks.items() if i in release.items and c.due_on},
    }  # fmt: skip
    return Paper(title_of("receipt"), body)


def correction(release: Release, case: Case, items: Iterable[Item]) -> Paper:
    """一次性告知 — one notice with every point of every item (R-ACC-6, R-BND-4)."""
    parts: list[dict[str, Any]] = []
    dates: dict[str, str] = {}
    for item in items:
        title = release.items[item.item].title
        parts += [{"item": title, "code": item.item, **point} for point in item.asked]
        dates |= {f"{title}：{name}": day for name, day in dates_of(case, item.item).items()}
    body = {
        "text": "您提交的材料需要补正，以下为一次性告知的全部内容。补齐后即进入受理；逾期未补正的，视为撤回申请，可以重新申请。",
        "points": [f"{point['item']}：{point['title']}" for point in parts], "asked": parts, "dates": dates,
        "law": "行政许可法 32",
    }  # fmt: skip
    return Paper(title_of("correction"), body)


def card(kind: str, release: Release, item: str, clock: Clock) -> Paper:
    """黄牌、红牌 — to the department, once each."""
    title = release.title_of(item)
    due = f"，期限{say_date(clock.due_on)}" if clock.due_on else ""
    says = {
        "yellow_card": f"「{title}」{clock.title}时限将到{due}。",
        "red_card": f"「{title}」{clock.title}已超过承诺时限{due}，请尽快办结并公开说明理由。",
        "statutory_breach": f"「{title}」{clock.title}已超过法定时限{due}，申请人有权申请行政复议或提起行政诉讼。",
    }
    return Paper(title_of(kind), {"text": says[kind], "basis": clock.basis})


def plain(kind: str, text: str, **more: Any) -> Paper:
    """Write a paper that is one sentence."""
    return Paper(title_of(kind), {"text": text, **more})


def result(release: Release, case: Case) -> Paper:
    """办结结果汇总 — one package when the last item is final, with the invitation to rate."""
    lines = []
    for code, item in case.items.items():
        if not item.parent:
            lines.append(f"{release.items[code].title}：{machine_of(release, item.lifecycle).states[item.state].title}")
    certificates = [f"{c.title} {c.number}".strip() for c in case.certificates.values() if c.state == "valid"]
    text = f"「{release.bundle.title}」已全部办结。请对本次服务作出评价。"
    return Paper(title_of("result"), {"text": text, "items": lines, "certificates": certificates})
