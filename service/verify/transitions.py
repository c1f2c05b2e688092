"""状态变更 — every change of an item is one the pinned definition knows, by somebody it allows; the case's state follows."""

from collections.abc import Iterator

from service.verify.dossier import Dossier, Lifecycle, Row, listed
from service.verify.report import Finding

GOOD = {"granted", "revoked", "recalled"}
ASKED = {"note_complete", "note_missing"}  # what a department says of its papers at the common intake
HARMLESS = GOOD | {"not_required"}


def walk(dossier: Dossier) -> Iterator[Finding]:
    """Follow each item from event to event (I-11, I-14); the rows an event carries must agree with the walk."""
    states: dict[str, str] = {}
    cycles = {code: dossier.lifecycle(row) for code, row in dossier.items.items()}
    for event in dossier.events:
        item, was, to = event["item"], event["state_from"], event["state_to"]
        if item and to:
            yield from _step(dossier, event, cycles.get(item), states.get(item, ""))
            states[item] = to
        elif was or to:
            yield from _case_step(dossier, event)
        for row in event["rows"].get("items", []):
            yield from _agrees(dossier, event, row, states, cycles.get(row["item"]))
            states[row["item"]] = row["state"]


def _agrees(
    dossier: Dossier, event: Row, row: Row, states: dict[str, str], cycle: Lifecycle | None
) -> Iterator[Finding]:
    where = f"items {row['item']}"
    if cycle is None or row["item"] not in dossier.items:
        yield Finding(dossier.name, where, f"发布版里没有它的生命周期 {row['lifecycle']}")
    elif row["item"] in states:
        if states[row["item"]] != row["state"]:
            yield Finding(
                dossier.name, where, f"第 {event['n']} 条记录后应为 {states[row['item']]}，写的是 {row['state']}"
            )
    elif row["state"] not in cycle.begins | {"waiting"}:
        yield Finding(dossier.name, where, f"不能从 {row['state']} 开始")


def _step(dossier: Dossier, event: Row, cycle: Lifecycle | None, before: str) -> Iterator[Finding]:
    where, was, to = f"events {event['n']}", event["state_from"], event["state_to"]
    if cycle is None:
        yield Finding(dossier.name, where, f"办件里没有事项 {event['item']}")
        return
    if was != before:
        yield Finding(dossier.name, where, f"{event['item']} 应从 {before or '无'} 开始变更，记录写的是 {was or '无'}")
    action, taken = event["action"], [t for t in cycle.taking(event["action"], was) if to in (t["to"], was)]
    if not taken and not _engine_step(cycle, action, was, to):
        yield Finding(dossier.name, where, f"定义里没有 {was or '无'} —{action}→ {to} 这一步")
    elif event["actor"].get("kind") == "clock" and cycle.final(to) == "granted" and not _tacit(dossier, event, cycle):
        yield Finding(dossier.name, where, f"{action}：时限到期不能准予")
    elif action in ASKED and not _asked(dossier, event):
        yield Finding(dossier.name, where, f"{action} 只归牵头部门以外的承办部门反馈")
    elif taken and not any(_allowed(dossier, event, by) for t in taken for by in listed(t["by"])):
        who = event["actor"]
        yield Finding(
            dossier.name, where, f"{action} 不归 {who.get('department') or who.get('kind')}.{who.get('post')} 办"
        )


def _asked(dossier: Dossier, event: Row) -> bool:
    """Tell whether a department says it of its own item, and not the lead that accepts for all (R-BND-4)."""
    who, bundle = event["actor"], dossier.definition.bundle if dossier.definition else {}
    own = who.get("department") == dossier.items[event["item"]]["department"]
    apart = bundle.get("lead") != who.get("department") and bundle.get("acceptance", "lead") == "lead"
    return bool(who.get("kind") == "clerk" and who.get("post") in ("window", "reviewer") and own and apart)


def _tacit(dossier: Dossier, event: Row, cycle: Lifecycle) -> bool:
    """Tell whether silence may renew: a renewal, about a certificate, made in time (行政许可法 50)."""
    item = dossier.items[event["item"]]
    return cycle.tacit == "renewal" and bool(item["about"]) and bool((item["window"] or {}).get("timely"))


def _engine_step(cycle: Lifecycle, action: str, was: str, to: str) -> bool:
    """Tell whether it is one of the steps that every lifecycle has."""
    if action == "start":
        return was in ("", "waiting") and to in cycle.begins
    if action == "note_opinion":
        return was == to == "waiting"
    if action in ASKED:
        return was == to == cycle.initial and cycle.post(was) == "window"
    if action == "request_correction":
        return was == cycle.initial and cycle.post(to) == "applicant"
    ends = {"stop": "stopped", "withdraw": "withdrawn"}
    return ends.get(action) == to and was in cycle.states and not cycle.final(was)


def _allowed(dossier: Dossier, event: Row, by: str) -> bool:
    """Tell whether the definition lets this actor take it: post and department, the clock, the applicant."""
    actor, item = event["actor"], dossier.items[event["item"]]
    kind, post = actor.get("kind"), actor.get("post")
    if by == "applicant" and kind == "clerk":  # a window writes down what an applicant without an account does
        lead = dossier.definition.bundle["lead"] if dossier.definition else ""
        counter = bool(dossier.case["entered_by"]) and not dossier.case["account"]
        return bool(post == by and actor.get("document") and actor.get("department") == lead and counter)
    if by == "supervisor":
        return bool(kind == post == by)
    if by in ("clock", "applicant"):
        return bool(post == by and (kind == "clock") == (by == "clock") and kind != "clerk")
    if by == "inspector" and item["parent"] and dossier.definition:
        follow_up = (dossier.definition.items.get(item["parent"], {}).get("commitment") or {}).get("follow_up") or {}
        by = follow_up.get("post", "inspector")
    lead = dossier.definition.bundle["lead"] if dossier.definition else ""
    owners = {item["department"]} | ({lead} if by == "window" else set())
    return kind == "clerk" and post == by and actor.get("department") in owners


def _case_step(dossier: Dossier, event: Row) -> Iterator[Finding]:
    known = {"submit": {"received"}, "close": {"granted", "partly_granted", "refused", "withdrawn", "terminated"}}
    if event["action"] in known and event["state_to"] not in known[event["action"]]:
        yield Finding(dossier.name, f"events {event['n']}", f"{event['action']} 不能到 {event['state_to']}")


def derived_state(dossier: Dossier) -> str:
    """Derive the state of a case from the states of its items (R-BND-5)."""
    own = [item for item in dossier.rows["items"] if not item["parent"]]
    cycles = {item["item"]: dossier.lifecycle(item) for item in own}
    ends = {item["item"]: (cycle.final(item["state"]) if (cycle := cycles[item["item"]]) else "") for item in own}
    if not own:
        return "draft"
    if all(ends.values()):
        return _result(set(ends.values()))
    posts = {cycle.post(item["state"]) for item in own if (cycle := cycles[item["item"]])}
    if "applicant" in posts:
        return "correcting"
    before = [item["state"] in ("waiting", getattr(cycles[item["item"]], "initial", "")) for item in own]
    return "received" if all(before) else "in_progress"


def _result(ends: set[str]) -> str:
    if ends & GOOD:
        return "granted" if ends <= HARMLESS else "partly_granted"
    if ends <= {"withdrawn", "stopped"} and "withdrawn" in ends:
        return "withdrawn"
    return "refused" if ends & {"refused", "declined"} else "terminated"


def state(dossier: Dossier) -> Iterator[Finding]:
    """Check that the case's state is what its items make it, and that it is closed exactly when they are (I-06)."""
    derived = derived_state(dossier)
    if dossier.case["state"] != derived:
        yield Finding(dossier.name, "cases", f"状态是 {dossier.case['state']}，按各事项应为 {derived}")
    ended = derived not in ("draft", "received", "in_progress", "correcting")
    if ended != bool(dossier.case["closed_at"]):
        yield Finding(dossier.name, "cases", "办结时间与状态不符")
