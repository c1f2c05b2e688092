"""依法办理 — what institutes of the law left behind must be as the item, the region and the statute say."""

from collections.abc import Iterator
from typing import Any

from service.verify.days import count_of, instant
from service.verify.dossier import Dossier
from service.verify.report import Finding

# what the region makes of papers that did not come: the act of the clock → the state it ends in
OVERDUE = {
    "decline_overdue": "overdue_declined",
    "refuse_overdue": "overdue_refused",
    "file_overdue": "overdue_filed",
    "revoke_acceptance": "acceptance_revoked",
}
BY_RULE = {
    "decline_overdue": "declined",
    "refuse_overdue": "refused",
    "file_overdue": "filed",
    "revoke_acceptance": "acceptance_revoked",
}
SETTLES = {
    "due": ("", "waived", "refunded"),
    "paid": ("due",),
    "waived": ("due",),
    "refunded": ("paid",),
}
PAUSES = ("pause_promise", "resume_promise")
PAUSE = "pause-"


def overdue(dossier: Dossier) -> Iterator[Finding]:
    """What ends an application whose papers did not come is what the region says (R-ACC-9, R-RQ-1)."""
    policy = dossier.definition.policy if dossier.definition else {}
    for event in dossier.events:
        then = BY_RULE.get(event["action"])
        item = dossier.items.get(event["item"])
        cycle = dossier.lifecycle(item) if item else None
        if cycle is None or event["actor"].get("kind") != "clock":
            continue
        corrects = cycle.post(event["state_from"]) == "applicant"
        rule = policy.get("correction_overdue" if corrects else "gap_overdue") or {}
        said = rule.get("then", "withdrawn")
        if then and then != said:
            yield Finding(
                dossier.name, f"events {event['n']}", f"本地的规定是 {said}，办的是 {then}"
            )


def pauses(dossier: Dossier) -> Iterator[Finding]:
    """A promise stands only by a rule of the region, for its days, and never the statutory limit with it (R-CLK-1)."""
    policy = dossier.definition.policy if dossier.definition else {}
    stops = policy.get("promise_stops") or {}
    for clock in dossier.rows["clocks"]:
        if not clock["clock"].startswith(PAUSE):
            continue
        where = f"clocks {clock['item']} {clock['clock']}"
        rule = stops.get(clock["clock"].removeprefix(PAUSE), {})
        if not rule or count_of(clock["statutory"])[0] > count_of(rule["days"])[0]:
            yield Finding(dossier.name, where, "本地没有规定可以这样暂停承诺时限")
        began = clock["spans"][0][0]
        for other in dossier.rows["clocks"]:
            own = other["item"] == clock["item"] and other["statutory"] and other is not clock
            if own and any(stopped == began for _, stopped, _ in other["spans"]):
                yield Finding(dossier.name, where, "暂停承诺时限，法定时限也停了")


def went_without(dossier: Dossier) -> Iterator[Finding]:
    """A paper that the record of a grant calls missing is one the item asks for, and had not come by then (R-ACC-5)."""
    for event in dossier.events:
        if event["data"].get("rules") or not dossier.defined(event["item"]).get("materials"):
            continue
        asked = {_used(each) for each in dossier.defined(event["item"])["materials"]}
        there = {
            row["material"]
            for row in dossier.rows["materials"]
            if instant(row["at"]) < instant(event["at"])
        }
        for code in event["data"].get("missing") or ():
            if code in there or code not in asked:
                why = "当时已经在案" if code in there else "这个事项并不要求"
                what = f"记为还缺「{code}」，{why}"
                yield Finding(dossier.name, f"events {event['n']}", what)


def _used(use: Any) -> str:
    return str(use["use"]) if isinstance(use, dict) else str(use)


def selections(dossier: Dossier) -> Iterator[Finding]:
    """What rests on bids, an auction or an exam is decided on its result, and granted only to whom it names (53、54)."""
    for code, item in dossier.items.items():
        if not dossier.defined(code).get("selection") or not item["decided_at"]:
            continue
        result, where = item.get("selection") or {}, f"items {code}"
        if not result and item["outcome"] not in ("declined", "not_required"):
            yield Finding(dossier.name, where, "没有招标、拍卖、考试的结果，就作了决定")
        elif item["outcome"] == "granted" and not result.get("chosen"):
            yield Finding(dossier.name, where, "结果不是他，却准予了")


def payments(dossier: Dossier) -> Iterator[Finding]:
    """What was due was asked for, settled in its order, and nothing was handed over before (行政许可法 59)."""
    for code, item in dossier.items.items():
        cycle, now, where = dossier.lifecycle(item), "", f"items {code}"
        if cycle is None:
            continue
        for event in dossier.events:
            if event["item"] != code or not event["state_to"]:
                continue
            ways = cycle.taking(event["action"], event["state_from"])
            told = {
                (t.get("effect") or {}).get("payment") for t in ways if t["to"] == event["state_to"]
            }
            wanted = next((each for each in told if each), "")
            if wanted and now not in SETTLES[wanted]:
                what = f"第 {event['n']} 条记录：{now or '没有通知缴费'}，不能变成 {wanted}"
                yield Finding(dossier.name, where, what)
            now = wanted or now
            if cycle.final(event["state_to"]) == "granted" and now == "due":
                yield Finding(dossier.name, where, "还没有缴费，就办结了")
        now = "dropped" if now == "due" and item["outcome"] else now
        if (kept := (item.get("payment") or {}).get("state", "")) != now:
            yield Finding(dossier.name, where, f"缴费应为 {now or '没有'}，写的是 {kept or '没有'}")


def founded(dossier: Dossier) -> Iterator[Finding]:
    """Whatever statute the item names for its limit stands on the limit (R-TIME-10)."""
    for code, item in dossier.items.items():
        cycle, named = dossier.lifecycle(item), dossier.defined(code).get("bases") or {}
        if cycle is None or item["parent"] or "statutory" not in named:
            continue
        for clock in dossier.rows["clocks"]:
            of = cycle.clocks.get(clock["clock"]) if clock["item"] == code else None
            if of and of["limit"] == "limits" and clock["basis"] != named["statutory"]:
                what = f"依据是 {clock['basis'] or '空'}，应为 {named['statutory']}"
                yield Finding(dossier.name, f"clocks {code} {clock['clock']}", what)
