"""核查记录核对 — every check has its record by two persons; the record bears its result, and nobody touches it once filed.

Law: 行政许可法 34 ③, 61 ②.
"""

from collections.abc import Iterator

from service.verify.dossier import Dossier, Row
from service.verify.persons import People
from service.verify.report import Finding

LEAST_OFFICERS = 2


def check(dossier: Dossier, people: People) -> Iterator[Finding]:
    """Look at each record by itself, and at the acts that should have left one (R-DEC-1, R-LIFE-6)."""
    records = sorted(dossier.rows["inspections"], key=lambda row: row["n"])
    for row in records:
        for what in _faults(row, people):
            yield Finding(dossier.name, f"inspections {row['n']}", what)
    told = [event for event in dossier.events if "checklist" in event["data"]]
    if len(told) != len(records):
        yield Finding(dossier.name, "inspections", "核查的次数与核查记录的份数不符")
    for event, row in zip(told, records, strict=False):
        for what in _contradictions(dossier, event, row):
            yield Finding(dossier.name, f"inspections {row['n']}", what)
    yield from _filed_for_good(dossier)


def _faults(row: Row, people: People) -> Iterator[str]:
    went = [who["account"] for who in row["officers"]]
    if len({people.person(account) for account in went}) < LEAST_OFFICERS:
        yield "参加核查的不足两人"
    signed = [who["account"] for who in row["signatures"]]
    if len(set(signed)) < len(signed) or not set(signed) <= set(went):
        yield "签字的人与参加核查的人不符"
    waits = [account for account in went if account not in signed]
    if row["awaits"] != next(iter(waits), "") or bool(row["filed_on"]) == bool(waits):
        yield "没有都签字就归档了，或者都签了字没有归档"
    bad = any(point["result"] == "bad" for point in row["points"])
    if row["result"] != ("not_conforming" if bad else "conforming"):
        yield "核查结果与逐项的结果不符"


def _contradictions(dossier: Dossier, event: Row, row: Row) -> Iterator[str]:
    """Compare a record with the act that made it; a check after a grant goes where its result says."""
    if (event["item"], event["action"]) != (row["item"], row["action"]):
        yield "不是产生它的那次核查"
        return
    if event["data"]["checklist"] != row["points"]:
        yield "逐项的结果与办理记录不符"
    item = dossier.items.get(row["item"])
    cycle = dossier.lifecycle(item) if item and item["parent"] else None
    if cycle is None:
        return
    passed = cycle.final(event["state_to"]) == "passed"
    if passed != (row["result"] == "conforming"):
        yield f"核查结果与「{event['action']}」不符"


def _filed_for_good(dossier: Dossier) -> Iterator[Finding]:
    """Nothing is said of a record again after it was filed."""
    filed: set[int] = set()
    for event in dossier.events:
        for row in event["whole"].get("inspections", []):
            if row["n"] in filed:
                where = f"inspections {row['n']}"
                yield Finding(dossier.name, where, "归档以后又改过")
            if row["filed_on"]:
                filed.add(row["n"])
