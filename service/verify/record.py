"""记录与行 — the chain of events is whole, and every row is what the events say, column by column."""

from collections.abc import Iterator
from typing import Any

from service.store import audit
from service.store.columns import LAST_DAY
from service.verify.canonical import canonical, fingerprint
from service.verify.dossier import CHANGED, Dossier, Row, key_of
from service.verify.report import Finding

PERSONAL_COLUMNS: dict[str, set[str]] = {
    "cases": {
        "applicant_name",
        "applicant_id",
        "form",
        "query_code",
        "salt",
        "mandate",
        "represented_by",
        "reapply_of",
        "registers",
    },
    "certificates": {"holder_name", "holder_id", "code", "carries"},
    "commitments": {"signature"},
    "credits": {"subject"},
    "bans": {"subject"},
    "items": {"third_parties"},
    "materials": {"name"},
    "ratings": {"text"},
    "notices": {"body", "code"},
}
# columns that no event speaks of: they follow from others, or tell of deliveries
OUTSIDE_COLUMNS: dict[str, set[str]] = {
    "cases": {"last_event", "last_hash", "retry_at", "retry_since", "retry_error"},
    "tasks": {"number", "bundle", "rank_on"},
    "messages": {"state", "attempts", "next_at", "sent_at", "last_error"},
}
INSIDE_SPECIAL = ("hearing", "legal_review", "feedback", "officers", "ground", "severity")
# What a column added later holds, and reads as, where nothing was written.
FILLED: tuple[Any, ...] = ([], {})
# What was issued before the column is usable from its issue.
FILLED_FROM = {("certificates", "operable_from"): "issued_on"}
UNSEALED = {"hash", "number", "whole"}  # of a record
SENDING_STATES = {"pending", "sent", "dead"}


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
        return fingerprint({name: value for name, value in event.items() if name not in UNSEALED})
    except ValueError:
        return ""


def replayed(dossier: Dossier) -> dict[tuple[str, str], Row]:
    """Replay the events: the last version of every row, by table and key.

    Of the case, and of rows told before, events tell what has changed; earlier releases told those as a whole again.
    """
    found: dict[tuple[str, str], Row] = {("cases", ""): {}}
    for event in dossier.events:
        for told, changed in event["rows"].items():
            table = told.removeprefix(CHANGED)
            for row in changed:
                key = table, key_of(table, row)
                over = table == "cases" or told != table
                before = found.get(key, {}) if over else {}
                found[key] = {**before, **as_columns(table, row)}
    return found


def as_columns(table: str, row: Row) -> Row:
    """Return a row with columns of its own for what earlier releases kept inside `special` of an item."""
    special = row.get("special") if table == "items" else None
    inside = [name for name in INSIDE_SPECIAL if name in (special or {})]
    if not special or not inside:
        return row
    rest = {name: value for name, value in special.items() if name not in inside}
    return {**row, **{name: special[name] for name in inside}, "special": rest}


def rows(dossier: Dossier, sent_until: int = 0) -> Iterator[Finding]:
    """Compare every row with what the events made of it, and no row without an event (I-05, I-07).

    Messages up to `sent_until` were sent and may be gone.
    """
    expected = replayed(dossier)
    actual = {("cases", ""): dossier.case}
    for table, found in dossier.rows.items():
        actual |= {(table, key_of(table, row)): as_columns(table, row) for row in found}
    for table, key in sorted(expected.keys() | actual.keys()):
        where = f"{table} {key}".strip()
        if (table, key) not in actual:
            if table == "messages" and int(key) <= sent_until:
                continue
            yield Finding(dossier.name, where, "记录里有，表里没有")
        elif (table, key) not in expected:
            yield Finding(dossier.name, where, "表里有，没有产生它的记录")
        else:
            yield from _columns(dossier, table, where, expected[table, key], actual[table, key])


def _columns(
    dossier: Dossier, table: str, where: str, expected: Row, actual: Row
) -> Iterator[Finding]:
    outside = OUTSIDE_COLUMNS.get(table, set()) | ({"case_id"} if table != "cases" else set())
    for column in sorted((expected.keys() | actual.keys()) - outside):
        if _nothing(table, column, expected, actual):
            continue
        if column not in expected or column not in actual:
            place = "表" if column in actual else "记录"
            yield Finding(dossier.name, where, f"{column} 只在{place}里有")
        elif column in PERSONAL_COLUMNS.get(table, set()):
            if expected[column] not in _digests(dossier.case["salt"], actual[column]):
                yield Finding(dossier.name, where, f"{column}（个人信息）与记录的摘要不符")
        elif canonical(expected[column]) != canonical(actual[column]):
            says = f"表里是 {_short(actual[column])}，记录是 {_short(expected[column])}"
            yield Finding(dossier.name, where, f"{column}：{says}")


def _nothing(table: str, column: str, expected: Row, actual: Row) -> bool:
    """Tell whether record and row both say nothing: the row then holds what the column is declared with.

    A record does not know a column younger than itself; one from before the column was filled may say null.
    """
    if column not in actual or expected.get(column) is not None:
        return False
    if actual[column] == actual.get(FILLED_FROM.get((table, column), "")):
        return True
    return bool(
        actual[column] in FILLED
        if column in expected
        else actual[column] == audit.unwritten(table)[column]
    )


def _digests(salt: str, value: Any) -> list[Row]:
    """Return what the record may hold instead of a personal value; of an empty one also the digest of nothing."""
    return [
        {"sha256": fingerprint([salt, said])}
        for said in ([value, None] if value in FILLED else [value])
    ]


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
        if message["state"] not in SENDING_STATES:
            where = f"messages {message['n']}"
            yield Finding(dossier.name, where, f"没有「{message['state']}」这种发送状态")
