"""留痕 — the rows a step changed, and events chained by hash so that history cannot change unnoticed.

Every row follows from the events: the last event of a step carries the rows the step changed. What is personal in
them stands as a salted hash, so that the record can be shown and kept when the personal data must go.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any

from service import jsons
from service.workflows.case.altering import altered
from service.workflows.case.parts import COLUMNS, PARTS, VALUES, Case, Event
from service.workflows.case.rows import row_of
from service.workflows.case.situation import Step
from service.workflows.case.told import CHANGED, changed_row, key_of, new_row

PERSONAL: dict[str, frozenset[str]] = {
    "cases": frozenset(
        {
            "applicant_name",
            "applicant_id",
            "form",
            "query_code",
            "salt",
            "mandate",
            "represented_by",
            "reapply_of",
            "registers",
        }
    ),
    "certificates": frozenset({"holder_name", "holder_id", "code", "carries"}),
    "commitments": frozenset({"signature"}),
    "credits": frozenset({"subject"}),
    "bans": frozenset({"subject"}),
    "items": frozenset({"third_parties"}),
    "materials": frozenset({"name"}),
    "ratings": frozenset({"text"}),
    "notices": frozenset({"body", "code"}),
}
CHAIN = frozenset({"last_event", "last_hash"})  # follow from the events themselves

Row = dict[str, Any]

_OWN = attrgetter(*COLUMNS["cases"])
_HASHED = tuple(name for name in COLUMNS["events"] if name != "hash")
_HASHED_OF = attrgetter(*_HASHED)
_AS_IT_IS = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """Return a value as JSON has it: instants in UTC with microseconds, dates as ISO text."""
    kind = type(value)
    # first, because almost everything is: this runs for every value of every step
    if kind in _AS_IT_IS:
        return value
    if kind is list:
        return [plain(inner) for inner in value]
    if kind is dict:
        return {key: plain(inner) for key, inner in value.items()}
    if kind is float:
        return int(value) if value.is_integer() else value
    if isinstance(value, date):
        return moment(value)
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def moment(value: date) -> str:
    """Return an instant or a day as the record has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat()


def plain_bytes(value: Any) -> bytes:
    """Return the plain form of a value as it is digested; what holds no fraction is not gone through for it."""
    found = jsons.canonical_dated(value, moment)
    return jsons.canonical(plain(value)) if found is None else found


def digest(value: Any) -> str:
    """Return the SHA-256 of a plain value as JSON in UTF-8 with sorted keys and no spaces."""
    return hashlib.sha256(jsons.canonical(value)).hexdigest()


def redacted(table: str, row: Mapping[str, Any], salt: str) -> Row:
    """Return a row as the record keeps it: personal values as `{"sha256": …}`."""
    hidden = PERSONAL.get(table, frozenset())
    return {
        name: {"sha256": digest([salt, plain(value)])}
        if name in hidden
        else value
        if type(value) in _AS_IT_IS
        else plain(value)
        for name, value in row.items()
    }


def case_row(case: Case) -> Row:
    """Return the case's own row."""
    return dict(zip(COLUMNS["cases"], _OWN(case), strict=True))


def changed_rows(before: Case, after: Case) -> dict[str, list[Row]]:
    """Return the parts' rows that are new or changed, whole; none is ever removed.

    With another salt all are told anew: what was told before cannot be compared any more.
    """
    found: dict[str, list[Row]] = {}
    anew = before.salt != after.salt
    for table in PARTS:
        old, new, values = getattr(before, table), getattr(after, table), VALUES[table]
        rows = [
            row_of(table, part)
            for key, part in new.items()
            if anew or (was := old.get(key)) is None or values(was) != values(part)
        ]
        if rows:
            found[table] = rows
    return found


_NEW = object()  # stands for "no such row before": the first event tells every column


def told_rows(before: Case, case: Case, rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Return the rows of a step as the record tells them: of those it told before, what changed.

    With another salt all are told as a whole: a digest of before says nothing any more.
    """
    if before.salt != case.salt:
        return whole_rows(case, rows)
    found: dict[str, list[Row]] = {}
    for table, listed in rows.items():
        known = getattr(before, table)
        for row in listed:
            key = key_of(table, row)
            was = known.get(key if len(key) > 1 else key[0])
            if was is None:
                name, said = table, new_row(table, row)
            else:
                name, said = CHANGED + table, changed_row(table, row_of(table, was), row)
            found.setdefault(name, []).append(redacted(table, said, case.salt))
    return found


def whole_rows(case: Case, rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Return the rows of a step as the release before tells them: each as a whole."""
    return {
        table: [redacted(table, row, case.salt) for row in found] for table, found in rows.items()
    }


def sealed(
    step: Step, *, whole: bool = False
) -> tuple[Case, tuple[Event, ...], dict[str, list[Row]]]:
    """Return the case with its version and chain moved on, the events with hashes, and the rows to store.

    Call it when every number has been drawn: what is sealed does not change any more. `whole` tells rows so that the
    release before reads them.
    """
    case = altered(step.case, version=step.case.version + 1)
    before = step.before or step.case
    rows = changed_rows(before, case)
    told = whole_rows(case, rows) if whole else told_rows(before, case, rows)
    old = case_row(step.before) if step.before and step.before.last_event else {}
    anew = PERSONAL["cases"] if old and old["salt"] != case.salt else frozenset[str]()
    moved = {
        n: v
        for n, v in case_row(case).items()
        if n == "id" or n in anew or (n not in CHAIN and old.get(n, _NEW) != v)
    }
    told["cases"] = [redacted("cases", moved, case.salt)]
    events = []
    last = case.last_hash
    for event in step.events:
        linked = altered(event, previous=last, rows=told if event is step.events[-1] else {})
        last = event_hash(case.id, linked)
        linked.hash = last
        events.append(linked)
    case.last_event, case.last_hash = case.last_event + len(events), last
    return case, tuple(events), rows


def event_hash(case_id: str, event: Event) -> str:
    """Return the hash of an event: everything but the hash itself, with the case it belongs to."""
    content = dict(zip(_HASHED, _HASHED_OF(event), strict=True))
    return hashlib.sha256(plain_bytes({"case_id": case_id, **content})).hexdigest()


def chain_faults(case_id: str, events: Iterable[Event]) -> list[str]:
    """Return what is wrong with a chain: gaps, repeats, broken links, changed contents."""
    faults, last, n = [], "", 0
    for event in events:
        n += 1
        if event.n != n:
            faults.append(f"序号应为 {n}，实为 {event.n}")
            n = event.n
        if event.previous != last:
            faults.append(f"第 {event.n} 条与上一条的哈希不连续")
        if event.hash != event_hash(case_id, event):
            faults.append(f"第 {event.n} 条的内容与哈希不符")
        last = event.hash
    return faults
