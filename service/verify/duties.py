"""应有之事 — what must and must not exist beside an item's state: tasks, clocks, certificates, promises."""

import hashlib
from collections.abc import Iterator

from service.verify.dossier import Dossier, Row
from service.verify.report import Finding

VALIDITY = "validity"
ENDS = {"expire_certificate": "expired", "supersede_certificate": "superseded"}


def open_and_closed(dossier: Dossier) -> Iterator[Finding]:
    """A closed item has no running clock and no open task; an open one says whose turn it is (I-26, I-28)."""
    for code, item in dossier.items.items():
        cycle = dossier.lifecycle(item)
        if cycle is None:
            continue
        where, final = f"items {code}", cycle.final(item["state"])
        tasks = [t for t in dossier.rows["tasks"] if t["item"] == code and t["done_at"] is None]
        clocks = [c for c in dossier.rows["clocks"] if c["item"] == code and c["state"] != "settled"]
        clocks = [c for c in clocks if c["clock"] != VALIDITY]  # it runs while the certificate holds
        if item["outcome"] != final:
            yield Finding(
                dossier.name, where, f"结果是 {item['outcome'] or '空'}，状态 {item['state']} 应为 {final or '空'}"
            )
        if final and (tasks or clocks):
            yield Finding(dossier.name, where, "已经办结，却还有未办的待办或在走的时限")
        post = "" if final else cycle.post(item["state"])
        if post and len(tasks) != 1:
            yield Finding(dossier.name, where, f"应有一项待办，实有 {len(tasks)} 项")
        yield from (Finding(dossier.name, f"tasks {t['n']}", what) for t in tasks for what in _task(item, t, post))
        running = {c["clock"] for c in clocks if c["state"] == "running" and c["clock"] in cycle.clocks}
        runs = set(cycle.states.get(item["state"], {}).get("runs", []))
        if not final and item["state"] != "waiting" and running != runs:
            yield Finding(dossier.name, where, f"在走的时限是 {sorted(running)}，{item['state']} 应走 {sorted(runs)}")


def _task(item: Row, task: Row, post: str) -> Iterator[str]:
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
                yield Finding(dossier.name, f"clocks 办件 {clock['clock']}", "办件已经办结，时限还没有结束")


def certificates(dossier: Dossier) -> Iterator[Finding]:
    """No certificate without a grant, none valid after a revocation, at most one per item (I-13)."""
    granted = {e["item"] for e in dossier.events if e["item"] and _grants(dossier, e)}
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
        ended = [ENDS[e["action"]] for e in dossier.events if e["item"] == code and e["action"] in ENDS]
        standing = ended[-1] if ended else "valid"
        expected = {"granted": standing, "revoked": "revoked", "recalled": "recalled"}.get(item["outcome"])
        if certificate["state"] != expected:
            yield Finding(dossier.name, where, f"证照状态 {certificate['state']} 与事项结果 {item['outcome']} 不符")
    for code, item in dossier.items.items():
        result = dossier.definition and dossier.definition.items.get(code, {}).get("result")
        if result and item["outcome"] == "granted" and code not in seen:
            yield Finding(dossier.name, f"items {code}", "已经准予，却没有证照")


def _grants(dossier: Dossier, event: Row) -> bool:
    item = dossier.items.get(event["item"])
    cycle = dossier.lifecycle(item) if item else None
    return bool(cycle and event["state_from"] != event["state_to"] and cycle.final(event["state_to"]) == "granted")


def hearings(dossier: Dossier) -> Iterator[Finding]:
    """Nothing is decided that had to be heard before and was not (行政许可法 46–48)."""
    enough = {"ex_officio": {"held"}, "on_request": {"held", "waived", "over"}}
    for code, item in dossier.items.items():
        needed = (dossier.definition.items.get(code, {}) if dossier.definition else {}).get("hearing")
        if not needed or not item["decided_at"] or item["outcome"] in ("declined", "not_required"):
            continue
        stages = [row["special"].get("hearing", {}).get("stage", "") for row in _told(dossier, code)]
        if not enough[needed["mode"]] & set(stages):
            yield Finding(dossier.name, f"items {code}", "没有听证，也没有放弃或期满，就作了决定")


def _told(dossier: Dossier, code: str) -> Iterator[Row]:
    """Yield the item's row as each event up to its decision left it."""
    for event in dossier.events:
        for row in event["rows"].get("items", []):
            if row["item"] == code and not row["decided_at"]:
                yield row


def promises(dossier: Dossier) -> Iterator[Finding]:
    """告知承诺: the text that was signed is the one published; a grant on it has its check after, or a recorded draw (I-18)."""
    for promise in dossier.rows["commitments"]:
        code, where = promise["item"], f"commitments {promise['item']}"
        text = dossier.definition.texts.get(promise["text"], "") if dossier.definition else ""
        if hashlib.sha256(text.encode()).hexdigest() != promise["text_sha256"]:
            yield Finding(dossier.name, where, "承诺书文本与发布版不符")
        notice = dossier.definition.texts.get(promise["notice"], "") if dossier.definition else ""
        if (hashlib.sha256(notice.encode()).hexdigest() if notice else "") != promise["notice_sha256"]:
            yield Finding(dossier.name, where, "告知书文本与发布版不符")
        commitment = (dossier.definition.items.get(code, {}) if dossier.definition else {}).get("commitment") or {}
        by_promise = any(e["item"] == code and e["action"] == "grant_by_commitment" for e in dossier.events)
        if by_promise and not promise["granted_on"]:
            yield Finding(dossier.name, where, "已按承诺准予，没有记下日期")
        waits = [row for row in dossier.rows["items"] if row["parent"] == code and row["lifecycle"] == "later"]
        yield from (Finding(dossier.name, where, what) for what in _promised_day(dossier, promise, waits))
        if promise["granted_on"] and commitment.get("follow_up") and all(row["outcome"] for row in waits):
            yield from (Finding(dossier.name, where, what) for what in _draw(dossier, promise, commitment["follow_up"]))


def breaches(dossier: Dossier) -> Iterator[Finding]:
    """Every broken promise is on record with its way to repair, and bars the next until repaired or expired."""
    recorded = {row["item"]: row for row in dossier.rows["credits"]}
    for code, item in dossier.items.items():
        broken = item["lifecycle"] == "follow-up" and item["outcome"] in ("broken", "unkept")
        if broken != (code in recorded):
            yield Finding(dossier.name, f"items {code}", "核查结果与信用记录不符：该有的没有，或者不该有的有")
    for code, row in recorded.items():
        repair = dossier.items.get(row["repair"])
        ended = repair["outcome"] if repair else ""
        if repair is None or row["excluded"] != (not ended) or bool(row["repaired_on"]) != (ended == "passed"):
            yield Finding(dossier.name, f"credits {row['n']}", f"{code} 的失信记录与它的信用修复不符")


def _promised_day(dossier: Dossier, promise: Row, waits: list[Row]) -> Iterator[str]:
    """Conditions promised for a day: watched from the grant, and nothing may be done with the certificate before."""
    if promise["granted_on"] and bool(promise["later_on"]) != bool(waits):
        yield "承诺将来符合条件的，准予后应有一项条件核实"
    met = not promise["later_on"] or any(row["outcome"] == "passed" for row in waits)
    for certificate in dossier.rows["certificates"]:
        own = certificate["item"] == promise["item"] and promise["granted_on"]
        if own and bool(certificate["operable_from"]) != met:
            yield "证照可以使用的日期与承诺的条件是否符合对不上"


def _draw(dossier: Dossier, promise: Row, follow_up: Row) -> Iterator[str]:
    """Draw again: the seed is the case, the item and the text that was signed, so nobody could choose it."""
    seed = hashlib.sha256(f"{dossier.case['id']}:{promise['item']}:{promise['text_sha256']}".encode()).hexdigest()
    value = int(seed[:13], 16) / 16**13
    unmet = any(
        row["parent"] == promise["item"] and row["lifecycle"] == "later" and row["outcome"] == "unkept"
        for row in dossier.rows["items"]
    )
    rates = dossier.definition.policy.get("credit_sampling", {}) if dossier.definition else {}
    percent = rates.get(promise["draw"].get("class"))
    sample = 1.0 if unmet else follow_up.get("sample", 1.0) if percent is None else percent / 100
    drawn = value < sample
    if promise["draw"].get("seed") != seed or promise["draw"].get("drawn") is not drawn:
        yield "抽查的随机结果与重新计算的不符"
    check = dossier.items.get(promise["follow_up"])
    if drawn and (check is None or check["parent"] != promise["item"]):
        yield "抽中核查，却没有事后核查"
    if drawn and promise["draw"].get("inspectors"):
        yield from _inspectors(dossier, promise, follow_up, seed)


def _inspectors(dossier: Dossier, promise: Row, follow_up: Row, seed: str) -> Iterator[str]:
    """Draw the inspectors again from the list that was recorded; who granted may not be among them."""
    lot = promise["draw"]["inspectors"]
    free = [account for account in lot["among"] if account not in lot["barred"]]
    order = sorted(free, key=lambda account: hashlib.sha256(f"{seed}:{account}".encode()).hexdigest())
    if lot["drawn"] != order[: follow_up.get("inspectors", 1)]:
        yield "抽取的核查人员与重新抽取的不符"
    if dossier.items[promise["item"]]["decided_by"] in lot["drawn"]:
        yield "作出准予决定的人被抽为核查人员"
