"""状态变更 — every change of an item is one the pinned definition knows, by somebody it allows; the case's state follows."""

from collections.abc import Iterator

from service.verify import institutes
from service.verify.dossier import Dossier, Lifecycle, Row, listed
from service.verify.report import Finding

GOOD_OUTCOMES = {"granted", "revoked", "recalled"}
# what departments say of papers at the common intake
FEEDBACK_ACTIONS = {"note_complete", "note_missing"}
# what the receipt itself answers: barred by a ban, a window or the law
AT_THE_RECEIPT = {"decline_at_once": "not_received", "refuse_at_once": "forbidden"}
# the head of the department, of a check whose object is gone (行政许可法 61, 70)
CLOSE_BY_HEAD = "close_follow_up"
HARMLESS_OUTCOMES = GOOD_OUTCOMES | {"not_required"}


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
        for row in event["whole"].get("items", []):
            yield from _agrees(dossier, event, row, states, cycles.get(row["item"]))
            states[row["item"]] = row["state"]


def _agrees(
    dossier: Dossier, event: Row, row: Row, states: dict[str, str], cycle: Lifecycle | None
) -> Iterator[Finding]:
    where = f"items {row['item']}"
    if cycle is None or row["item"] not in dossier.items:
        yield Finding(dossier.name, where, f"发布版里没有它的生命周期 {row['lifecycle']}")
    elif row["item"] in states:
        if (expected := states[row["item"]]) != row["state"]:
            what = f"第 {event['n']} 条记录后应为 {expected}，写的是 {row['state']}"
            yield Finding(dossier.name, where, what)
    elif row["state"] not in cycle.begins | {"waiting"}:
        yield Finding(dossier.name, where, f"不能从 {row['state']} 开始")


def _step(dossier: Dossier, event: Row, cycle: Lifecycle | None, before: str) -> Iterator[Finding]:
    where, was, to = f"events {event['n']}", event["state_from"], event["state_to"]
    if cycle is None:
        yield Finding(dossier.name, where, f"办件里没有事项 {event['item']}")
        return
    if was != before:
        what = f"{event['item']} 应从 {before or '无'} 开始变更，记录写的是 {was or '无'}"
        yield Finding(dossier.name, where, what)
    action, who = event["action"], event["actor"]
    taken = [t for t in cycle.taking(action, was) if to in (t["to"], was)]
    decides = cycle.is_granted(to) and not cycle.is_granted(was)
    by_time = who.get("kind") == "clock" and decides
    if not taken and not _engine_step(cycle, action, was, to):
        yield Finding(dossier.name, where, f"定义里没有 {was or '无'} —{action}→ {to} 这一步")
    elif by_time and not _tacit(dossier, event, cycle):
        yield Finding(dossier.name, where, f"{action}：时限到期不能准予")
    elif action == CLOSE_BY_HEAD and not _by_head(dossier, event):
        yield Finding(dossier.name, where, f"{action} 只由核查部门的负责人凭理由和凭证办")
    elif action in FEEDBACK_ACTIONS and not _asked(dossier, event):
        yield Finding(dossier.name, where, f"{action} 只归牵头部门以外的承办部门反馈")
    elif taken and not any(_allowed(dossier, event, by) for t in taken for by in listed(t["by"])):
        named = f"{who.get('department') or who.get('kind')}.{who.get('post')}"
        yield Finding(dossier.name, where, f"{action} 不归 {named} 办")


def _asked(dossier: Dossier, event: Row) -> bool:
    """Tell whether a department says it of its own item, and not the lead that accepts for all (R-BND-4)."""
    who, bundle = event["actor"], dossier.definition.bundle if dossier.definition else {}
    own = who.get("department") == dossier.items[event["item"]]["department"]
    apart = bundle.get("lead") != who.get("department")
    common = bundle.get("acceptance", "lead") == "lead"
    clerk = who.get("kind") == "clerk" and who.get("post") in ("window", "reviewer")
    return bool(clerk and own and apart and common)


def _by_head(dossier: Dossier, event: Row) -> bool:
    """Tell whether the head of its department ended a check after a grant, and said why and by what."""
    item, who, said = dossier.items[event["item"]], event["actor"], event["data"]
    head = (who.get("kind"), who.get("post"), who.get("department"))
    proven = bool(said.get("reason")) and bool(said.get("document"))
    check = bool(item["parent"]) and item["lifecycle"] == "follow-up"
    return check and proven and head == ("clerk", "head", item["department"])


def _tacit(dossier: Dossier, event: Row, cycle: Lifecycle) -> bool:
    """Tell whether silence may renew: a renewal, about a certificate, made in time (行政许可法 50)."""
    item = dossier.items[event["item"]]
    timely = bool(item["window"].get("timely"))
    return cycle.tacit == "renewal" and bool(item["about"]) and timely


def _engine_step(cycle: Lifecycle, action: str, was: str, to: str) -> bool:
    """Tell whether it is one of the steps that every lifecycle has."""
    if action == "start":
        return was in ("", "waiting") and to in cycle.begins
    if action in AT_THE_RECEIPT:  # by the clock's hand: no office had it before it
        return was in ("", "waiting") and to == AT_THE_RECEIPT[action]
    if action == "note_opinion":
        return was == to == "waiting"
    if action in FEEDBACK_ACTIONS:
        return was == to == cycle.initial and cycle.post(was) == "window"
    if (
        action in institutes.OVERDUE
    ):  # where the lifecycle lets it lapse, the region may say otherwise
        by_time = [t for t in cycle.transitions if t["by"] == "clock" and was in listed(t["from"])]
        lapses = any(cycle.final(t["to"]) == "lapsed" for t in by_time)
        return to == institutes.OVERDUE[action] and lapses
    if action in institutes.PAUSES:
        own = {name for name, clock in cycle.clocks.items() if clock["limit"] == "limits"}
        return was == to and bool(own & set(cycle.states.get(was, {}).get("runs", [])))
    if action == "request_correction":
        return was in cycle.begins and cycle.post(to) == "applicant"
    ends = {"stop": "stopped", "withdraw": "withdrawn", CLOSE_BY_HEAD: "stopped"}
    return ends.get(action) == to and was in cycle.states and not cycle.final(was)


def _allowed(dossier: Dossier, event: Row, by: str) -> bool:
    """Tell whether the definition lets this actor take it: post and department, the clock, the applicant."""
    actor, item = event["actor"], dossier.items[event["item"]]
    kind, post = actor.get("kind"), actor.get("post")
    lead = dossier.definition.bundle["lead"] if dossier.definition else ""
    if by == "applicant" and kind == "clerk":
        # a window writes down what an applicant without an account does
        counter = bool(dossier.case["entered_by"]) and not dossier.case["account"]
        at_lead = actor.get("department") == lead
        return bool(post == by and actor.get("document") and at_lead and counter)
    if by == "proceeding":
        return bool(kind == "clerk" and _brought_about(dossier, event))
    if by == "supervisor":
        return bool(kind == post == by)
    if by in ("clock", "applicant"):
        return bool(post == by and (kind == "clock") == (by == "clock") and kind != "clerk")
    if by == "inspector" and item["parent"] and dossier.definition:
        commitment = dossier.definition.items.get(item["parent"], {}).get("commitment") or {}
        by = (commitment.get("follow_up") or {}).get("post", "inspector")
    owners = {item["department"]} | ({lead} if by == "window" else set())
    return kind == "clerk" and post == by and actor.get("department") in owners


def _brought_about(dossier: Dossier, event: Row) -> bool:
    """Tell whether the same person just decided it in a proceeding about this very item."""
    same = ("account", "department")
    for before in dossier.events:
        of = dossier.items.get(before["item"])
        cycle = dossier.lifecycle(of) if of else None
        if (
            cycle is None
            or of is None
            or of["parent"] != event["item"]
            or before["n"] >= event["n"]
        ):
            continue
        names = {
            (t.get("effect") or {}).get("parent")
            for t in cycle.taking(before["action"], before["state_from"])
        }
        by_same = all(before["actor"].get(each) == event["actor"].get(each) for each in same)
        if event["action"] in names and before["at"] == event["at"] and by_same:
            return True
    return False


def _case_step(dossier: Dossier, event: Row) -> Iterator[Finding]:
    known = {
        "submit": {"received"},
        "close": {"granted", "partly_granted", "refused", "withdrawn", "terminated"},
    }
    action, to = event["action"], event["state_to"]
    if action in known and to not in known[action]:
        yield Finding(dossier.name, f"events {event['n']}", f"{action} 不能到 {to}")


def derived_state(dossier: Dossier) -> str:
    """Derive the state of a case from the states of its items (R-BND-5)."""
    own = [item for item in dossier.rows["items"] if not item["parent"]]
    placed = [(item["state"], dossier.lifecycle(item)) for item in own]
    ends = [cycle.final(state) if cycle else "" for state, cycle in placed]
    if not own:
        return "draft"
    if all(ends):
        return _result(set(ends))
    if any(cycle and cycle.post(state) == "applicant" for state, cycle in placed):
        return "correcting"
    before = [state in ("waiting", cycle.initial if cycle else "") for state, cycle in placed]
    return "received" if all(before) else "in_progress"


def _result(ends: set[str]) -> str:
    if ends & GOOD_OUTCOMES:
        return "granted" if ends <= HARMLESS_OUTCOMES else "partly_granted"
    if ends <= {"withdrawn", "stopped"} and "withdrawn" in ends:
        return "withdrawn"
    return "refused" if ends & {"refused", "declined"} else "terminated"


def state(dossier: Dossier) -> Iterator[Finding]:
    """Check that the case's state is what its items make it, and that it is closed exactly when they are (I-06)."""
    derived = derived_state(dossier)
    if dossier.case["state"] != derived:
        what = f"状态是 {dossier.case['state']}，按各事项应为 {derived}"
        yield Finding(dossier.name, "cases", what)
    ended = derived not in ("draft", "received", "in_progress", "correcting")
    if ended != bool(dossier.case["closed_at"]):
        yield Finding(dossier.name, "cases", "办结时间与状态不符")
