"""应有之事 — what must and must not exist beside an item's state: tasks, clocks, certificates, promises."""

import hashlib
from collections.abc import Iterator

from service.verify.days import count_of, instant, local
from service.verify.dossier import Dossier, Row
from service.verify.lots import Lots
from service.verify.record import as_columns
from service.verify.report import Finding

VALIDITY = "validity"
GAP = "gap-"  # the clock of a paper that may follow
# outcome of the item → state of its certificate; it is made by the decision and valid once handed over
STANDING = {"": "made", "revoked": "revoked", "recalled": "recalled", "stopped": "void"}
ENDED_BY = {"expire_certificate": "expired", "supersede_certificate": "superseded"}


def open_and_closed(dossier: Dossier) -> Iterator[Finding]:
    """A closed item has no running clock and no open task; an open one says whose turn it is (I-26, I-28)."""
    for code, item in dossier.items.items():
        cycle = dossier.lifecycle(item)
        if cycle is None:
            continue
        where, final = f"items {code}", cycle.final(item["state"])
        tasks = [t for t in dossier.rows["tasks"] if t["item"] == code and t["done_at"] is None]
        clocks = [c for c in _open_clocks(dossier) if c["item"] == code]
        if item["outcome"] != final:
            is_, ought = item["outcome"] or "空", final or "空"
            yield Finding(dossier.name, where, f"结果是 {is_}，状态 {item['state']} 应为 {ought}")
        if final and (tasks or clocks):
            yield Finding(dossier.name, where, "已经办结，却还有未办的待办或在走的时限")
        post = "" if final else cycle.post(item["state"])
        if post and len(tasks) != 1:
            yield Finding(dossier.name, where, f"应有一项待办，实有 {len(tasks)} 项")
        for task in tasks:
            for what in _task_faults(item, task, post):
                yield Finding(dossier.name, f"tasks {task['n']}", what)
        running = {c["clock"] for c in clocks if c["state"] == "running"} & cycle.clocks.keys()
        state = cycle.states.get(item["state"], {})
        runs = set(state.get("runs", []))
        # what had begun before goes on, what had not does not begin
        runs |= {c["clock"] for c in clocks} & set(state.get("keeps", []))
        if cycle.is_granted(item["state"]) and not running and _gap_is_open(clocks):
            runs = running  # the days for handing out stand while the applicant's paper is missing
        if not final and item["state"] != "waiting" and running != runs:
            what = f"在走的时限是 {sorted(running)}，{item['state']} 应走 {sorted(runs)}"
            yield Finding(dossier.name, where, what)


def _gap_is_open(clocks: list[Row]) -> bool:
    return any(clock["clock"].startswith(GAP) for clock in clocks)


def _open_clocks(dossier: Dossier) -> list[Row]:
    """Return the clocks that have not ended; the validity of a certificate runs on when all else has."""
    return [
        clock
        for clock in dossier.rows["clocks"]
        if clock["state"] != "settled" and clock["clock"] != VALIDITY
    ]


def _task_faults(item: Row, task: Row, post: str) -> Iterator[str]:
    if not task["post"] or (not task["department"] and task["post"] != "applicant"):
        yield "没有写明责任部门或岗位"
    if task["state"] != item["state"]:
        yield f"对应状态 {task['state']}，事项已是 {item['state']}"
    if (post == "applicant") != (task["post"] == "applicant"):
        yield "轮到谁办与状态不符"


def closed_case(dossier: Dossier) -> Iterator[Finding]:
    """A closed case has no limit of its own running."""
    if dossier.case["closed_at"]:
        for clock in dossier.rows["clocks"]:
            if not clock["item"] and clock["state"] != "settled":
                where = f"clocks 办件 {clock['clock']}"
                yield Finding(dossier.name, where, "办件已经办结，时限还没有结束")


def certificates(dossier: Dossier) -> Iterator[Finding]:
    """No certificate without a grant, none valid after a revocation, at most one per item (I-13)."""
    granted = {e["item"] for e in dossier.events if e["item"] and _is_grant(dossier, e)}
    seen: set[str] = set()
    for certificate in dossier.rows["certificates"]:
        where, code = f"certificates {certificate['n']}", certificate["item"]
        item = dossier.items.get(code)
        if item is None or code not in granted:
            yield Finding(dossier.name, where, "没有准予决定，却有证照")
            continue
        if code in seen:
            yield Finding(dossier.name, where, "同一事项有两张证照")
        seen.add(code)
        actions = [event["action"] for event in dossier.events if event["item"] == code]
        ended = [ENDED_BY[action] for action in actions if action in ENDED_BY]
        entries = [row for row in dossier.rows["items"] if row["parent"] == code]
        asked = any(row["state"] == "deregistered" for row in entries)
        standing = ended[-1] if ended else "deregistered" if asked else "valid"
        expected = (STANDING | {"granted": standing}).get(item["outcome"])
        if certificate["state"] != expected:
            yield Finding(
                dossier.name,
                where,
                f"证照状态 {certificate['state']} 与事项结果 {item['outcome']} 不符",
            )
    for code, item in dossier.items.items():
        result = dossier.definition and dossier.definition.items.get(code, {}).get("result")
        if result and item["outcome"] == "granted" and code not in seen:
            yield Finding(dossier.name, f"items {code}", "已经准予，却没有证照")


def _is_grant(dossier: Dossier, event: Row) -> bool:
    item = dossier.items.get(event["item"])
    cycle = dossier.lifecycle(item) if item else None
    moved = event["state_from"] != event["state_to"]
    return bool(cycle and moved and cycle.is_granted(event["state_to"]))


def blocked(dossier: Dossier) -> Iterator[Finding]:
    """Who waits for what the applicant gave up has the days that the region gives (R-ACC-11)."""
    region = dossier.definition.policy.get("blocked", {}) if dossier.definition else {}
    within = region.get("within", "15wd")
    for clock in dossier.rows["clocks"]:
        if clock["clock"] == "blocked" and clock["promised"] != within:
            where = f"clocks {clock['item']} blocked"
            yield Finding(
                dossier.name, where, f"等申请人决定的时间是 {clock['promised']}，应为 {within}"
            )


def assigned(dossier: Dossier) -> Iterator[Finding]:
    """检验、检测、检疫: two officers are named within five working days of the acceptance (行政许可法 55)."""
    clocks = {c["item"]: c for c in dossier.rows["clocks"] if c["clock"] == "assign"}
    for code, item in dossier.items.items():
        clock, where = clocks.get(code), f"clocks {code} assign"
        due = bool(dossier.defined(code).get("inspection")) and _was_accepted(dossier, code)
        if due != (clock is not None):
            yield Finding(dossier.name, where, "受理以后指派核查人员的时限与定义不符")
        elif clock:
            named = len(set(item["officers"])) >= 2
            over = clock["state"] == "settled"
            if clock["statutory"] != "5wd" or local(clock["spans"][0][0]) != item["accepted_on"]:
                yield Finding(dossier.name, where, "应自受理之日起五个工作日")
            if named and not over:
                yield Finding(dossier.name, where, "已经指派两名工作人员，时限还没有结束")
            if over and not named and not item["decided_at"] and not item["outcome"]:
                yield Finding(dossier.name, where, "没有指派两名工作人员，时限却结束了")


def _was_accepted(dossier: Dossier, code: str) -> bool:
    """Tell whether an item went from the intake to where it is reviewed."""
    cycle = dossier.lifecycle(dossier.items[code])
    return cycle is not None and any(
        event["item"] == code
        and event["state_from"] == cycle.initial
        and event["state_to"] != cycle.initial
        and not cycle.final(event["state_to"])
        and cycle.post(event["state_to"]) != "applicant"
        for event in dossier.events
    )


def promises_apart(dossier: Dossier) -> Iterator[Finding]:
    """A promise that a special procedure leaves alone goes on through it, in a ledger of its own (R-CLK-1)."""
    clocks = {(c["item"], c["clock"]): c for c in dossier.rows["clocks"]}
    for event in dossier.events:
        begins = "procedure" in event["data"] and event["state_to"] != event["state_from"]
        if not (begins and event["data"].get("affects") == "statutory"):
            continue
        parted = [
            c
            for (item, name), c in clocks.items()
            if item == event["item"] and name.startswith("promise-")
        ]
        limits = dossier.defined(event["item"]).get("limits", {})
        if limits.get("promised") and not parted:
            yield Finding(dossier.name, f"events {event['n']}", "承诺时限应当照走，却停了")
        for clock in parted:
            where = f"clocks {clock['item']} {clock['clock']}"
            of = clocks.get((clock["item"], clock["clock"].removeprefix("promise-")))
            if clock["statutory"] or of is None or of["promised"]:
                yield Finding(dossier.name, where, "承诺时限和法定时限没有分开")
            at = instant(event["at"])
            if any(stopped and instant(stopped) == at for _, stopped, _ in clock["spans"]):
                yield Finding(dossier.name, where, "承诺时限应当照走，却停了")


def extended(dossier: Dossier) -> Iterator[Finding]:
    """No limit of an item was put off by more than its lifecycle, its statute or article 42 allows (R-DEC-4, R-TIME-10)."""
    for clock in dossier.rows["clocks"]:
        item = dossier.items.get(clock["item"])
        cycle = dossier.lifecycle(item) if item else None
        if item is None or cycle is None or item["parent"] or clock["clock"] not in cycle.clocks:
            continue
        defined = dossier.defined(clock["item"])
        own = (defined.get("extension") or {}).get("days") or defined.get("limits", {}).get(
            "extension", "10wd"
        )
        longest, _ = count_of(cycle.clocks[clock["clock"]].get("extension") or own)
        for each in clock["extensions"]:
            if count_of(each["days"])[0] > longest:
                what = f"延长了 {each['days']}，最多 {longest} 个工作日"
                yield Finding(dossier.name, f"clocks {clock['item']} {clock['clock']}", what)


def hearings(dossier: Dossier) -> Iterator[Finding]:
    """Nothing is decided that had to be heard before and was not (行政许可法 46–48)."""
    enough = {"ex_officio": {"held"}, "on_request": {"held", "waived", "over"}}
    for code, item in dossier.items.items():
        needed = dossier.defined(code).get("hearing")
        if not needed or not item["decided_at"] or item["outcome"] in ("declined", "not_required"):
            continue
        stages = [
            row.get("hearing", {}).get("stage", "") for row in _before_decision(dossier, code)
        ]
        if not enough[needed["mode"]] & set(stages):
            yield Finding(dossier.name, f"items {code}", "没有听证，也没有放弃或期满，就作了决定")


def _text_of(dossier: Dossier, name: str) -> str:
    """Return a text of the release; empty where there is none."""
    return dossier.definition.texts.get(name, "") if dossier.definition else ""


def _before_decision(dossier: Dossier, code: str) -> Iterator[Row]:
    """Yield the item's row as each event up to its decision left it."""
    for event in dossier.events:
        for row in event["whole"].get("items", []):
            if row["item"] == code and not row["decided_at"]:
                yield as_columns("items", row)


def promises(dossier: Dossier, lots: Lots) -> Iterator[Finding]:
    """告知承诺: the text that was signed is the one published; a grant on it has its check after, or a recorded draw (I-18)."""
    for promise in dossier.rows["commitments"]:
        code, where = promise["item"], f"commitments {promise['item']}"
        text, notice = _text_of(dossier, promise["text"]), _text_of(dossier, promise["notice"])
        if hashlib.sha256(text.encode()).hexdigest() != promise["text_sha256"]:
            yield Finding(dossier.name, where, "承诺书文本与发布版不符")
        shown = hashlib.sha256(notice.encode()).hexdigest() if notice else ""
        if shown != promise["notice_sha256"]:
            yield Finding(dossier.name, where, "告知书文本与发布版不符")
        own = {event["action"] for event in dossier.events if event["item"] == code}
        by_promise = "grant_by_commitment" in own
        if by_promise and not promise["granted_on"]:
            yield Finding(dossier.name, where, "已按承诺准予，没有记下日期")
        waits = _awaited_later(dossier, code)
        for what in _promised_day(dossier, promise, waits):
            yield Finding(dossier.name, where, what)
        follow_up = (dossier.defined(code).get("commitment") or {}).get("follow_up")
        came = all(row["outcome"] not in ("", "stopped") for row in waits)
        if promise["granted_on"] and follow_up and came:
            for what in lots.check(dossier, promise, follow_up, waits):
                yield Finding(dossier.name, where, what)


def _awaited_later(dossier: Dossier, code: str) -> list[Row]:
    """Return the proceedings that wait for conditions promised for a later day."""
    of_item = [row for row in dossier.rows["items"] if row["parent"] == code]
    return [row for row in of_item if row["lifecycle"] == "later"]


def breaches(dossier: Dossier) -> Iterator[Finding]:
    """Every broken promise is on record with its way to repair, and bars the next until repaired or expired."""
    recorded = {row["item"]: row for row in dossier.rows["credits"]}
    for code, item in dossier.items.items():
        broken = item["lifecycle"] == "follow-up" and item["outcome"] in ("broken", "unkept")
        if broken != (code in recorded):
            what = "核查结果与信用记录不符：该有的没有，或者不该有的有"
            yield Finding(dossier.name, f"items {code}", what)
    for code, row in recorded.items():
        repair = dossier.items.get(row["repair"])
        ended = repair["outcome"] if repair else ""
        bars, repaired = row["excluded"], bool(row["repaired_on"])
        if repair is None or bars != (not ended) or repaired != (ended == "passed"):
            what = f"{code} 的失信记录与它的信用修复不符"
            yield Finding(dossier.name, f"credits {row['n']}", what)


def _promised_day(dossier: Dossier, promise: Row, waits: list[Row]) -> Iterator[str]:
    """Conditions promised for a day: watched from the grant, and nothing may be done with the certificate before."""
    if promise["granted_on"] and bool(promise["later_on"]) != bool(waits):
        yield "承诺将来符合条件的，准予后应有一项条件核实"
    met = not promise["later_on"] or any(row["outcome"] == "passed" for row in waits)
    for certificate in dossier.rows["certificates"]:
        handed_over = certificate["state"] not in ("made", "void")
        own = certificate["item"] == promise["item"] and promise["granted_on"] and handed_over
        if own and bool(certificate["operable_from"]) != met:
            yield "证照可以使用的日期与承诺的条件是否符合对不上"
