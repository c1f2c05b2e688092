"""记录与行 — the chain of events is whole, and every row is what the events say, column by column."""

from collections.abc import Iterator
from typing import Any

from service.store.columns import LAST_DAY
from service.verify.canonical import canonical, fingerprint
from service.verify.dossier import Dossier, Row, key_of
from service.verify.report import Finding

PERSONAL: dict[str, set[str]] = {
    "cases": {"applicant_name", "applicant_id", "form", "query_code", "salt"},
    "certificates": {"holder_name", "holder_id", "code", "carries"},
    "commitments": {"signature"},
    "credits": {"subject"},
    "bans": {"subject"},
    "items": {"third_parties"},
    "materials": {"name"},
    "ratings": {"text"},
    "notices": {"body", "code"},
}
OUTSIDE: dict[str, set[str]] = {  # columns that no event speaks of: they follow from others, or tell of deliveries
    "cases": {"last_event", "last_hash", "retry_at"},
    "tasks": {"number", "bundle", "rank_on"},
    "messages": {"state", "attempts", "next_at", "sent_at", "last_error"},
}
EMPTY: tuple[Any, ...] = (None, "", 0, False, [], {})
SENDING = {"pending", "sent", "dead"}


def chain(dossier: Dossier) -> Iterator[Finding]:
    """Check that events are numbered 1…n, each sealed over its content and the one before (I-01, I-02)."""
    last = ""
    for place, event in enumerate(dossier.events, start=1):
        where = f"events {event['n']}"
        if event["n"] != place:
            yield Finding(dossier.name, where, f"序号应为 {place}")
        if event["previous"] != last:
            yield Finding(dossier.name, where, "与上一条的哈希不连续")
        if event["hash"] != _sealed(event):
            yield Finding(dossier.name, where, "内容与哈希不符")
        if event["release"] != dossier.case["release"]:
            yield Finding(dossier.name, where, "记录所依据的发布版不是本件的发布版")
        last = event["hash"]
    if (dossier.case["last_event"], dossier.case["last_hash"]) != (len(dossier.events), last):
        yield Finding(dossier.name, "cases", "最后一条记录的序号或哈希与记录不符")


def _sealed(event: Row) -> str:
    try:
        return fingerprint({name: value for name, value in event.items() if name != "hash"})
    except ValueError:
        return ""


def told(dossier: Dossier) -> dict[tuple[str, str], Row]:
    """Replay the events: the last version of every row, by table and key. Of the case, events tell what has changed."""
    found: dict[tuple[str, str], Row] = {("cases", ""): {}}
    for event in dossier.events:
        for table, changed in event["rows"].items():
            for row in changed:
                if table == "cases":
                    found["cases", ""] |= row
                else:
                    found[table, key_of(table, row)] = row
    return found


def rows(dossier: Dossier) -> Iterator[Finding]:
    """Compare every row with what the events made of it, and no row without an event (I-05, I-07)."""
    expected = told(dossier)
    actual = {("cases", ""): dossier.case}
    for table, found in dossier.rows.items():
        actual |= {(table, key_of(table, row)): row for row in found}
    for table, key in sorted(expected.keys() | actual.keys()):
        where = f"{table} {key}".strip()
        if (table, key) not in actual:
            yield Finding(dossier.name, where, "记录里有，表里没有")
        elif (table, key) not in expected:
            yield Finding(dossier.name, where, "表里有，没有产生它的记录")
        else:
            yield from _columns(dossier, table, where, expected[table, key], actual[table, key])


def _columns(dossier: Dossier, table: str, where: str, expected: Row, actual: Row) -> Iterator[Finding]:
    outside = OUTSIDE.get(table, set()) | ({"case_id"} if table != "cases" else set())
    for column in sorted((expected.keys() | actual.keys()) - outside):
        if column not in expected and actual[column] in EMPTY:
            continue  # a column younger than the record: what it would have told is nothing
        if column not in expected or column not in actual:
            yield Finding(dossier.name, where, f"{column} 只在{'表' if column in actual else '记录'}里有")
        elif column in PERSONAL.get(table, set()):
            if expected[column] != {"sha256": fingerprint([dossier.case["salt"], actual[column]])}:
                yield Finding(dossier.name, where, f"{column}（个人信息）与记录的摘要不符")
        elif canonical(expected[column]) != canonical(actual[column]):
            says = f"表里是 {_short(actual[column])}，记录是 {_short(expected[column])}"
            yield Finding(dossier.name, where, f"{column}：{says}")


def _short(value: Any) -> str:
    text = canonical(value)
    return text if len(text) <= 80 else f"{text[:80]}…"


def followers(dossier: Dossier) -> Iterator[Finding]:
    """Check the columns that follow from others: what lists sort and filter by, and the state of deliveries."""
    for task in dossier.rows["tasks"]:
        where = f"tasks {task['n']}"
        if (task["number"], task["bundle"]) != (dossier.case["number"], dossier.case["bundle"]):
            yield Finding(dossier.name, where, "办件编号或一件事与办件不符")
        if task["rank_on"] != (task["due_on"] or LAST_DAY):
            yield Finding(dossier.name, where, "rank_on 与到期日不符，待办会排错位置")
    for message in dossier.rows["messages"]:
        if message["state"] not in SENDING:
            yield Finding(dossier.name, f"messages {message['n']}", f"没有「{message['state']}」这种发送状态")
