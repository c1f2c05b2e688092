"""重新申请核对 — a case that applies anew names one of the same applicant, for what came to nothing there, with its papers.

Law: 行政许可法 31, 32 ①(四); R-ACC-3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.store import audit
from service.store.database import Connection, Database
from service.verify.dossier import Dossier, Row
from service.verify.report import Finding, Report

CAME_TO_NOTHING = {"refused", "declined", "lapsed", "withdrawn", "stopped"}
BROUGHT_OVER = "earlier_case"
AT_ONCE = 200  # older cases read together


@dataclass(frozen=True, slots=True)
class Followers:
    """重新申请的办件 — what the older cases are held against once all were read: one row each, with its papers."""

    cases: list[tuple[Row, list[Row]]] = field(default_factory=list)

    def see(self, dossier: Dossier) -> Iterator[Finding]:
        """Check what a case tells by itself, and keep what only the older one tells."""
        case, brought = dossier.case, _brought(dossier)
        if bool(case["reapply_of"]) != bool(case["limited_to"]):
            yield Finding(dossier.name, "cases", "reapply_of 与 limited_to 应当同时有、同时没有")
        if case["reapply_of"]:
            self.cases.append((case, brought))
        elif any(row["file"] for row in brought):
            yield Finding(dossier.name, "materials", "沿用了材料，却没有写明原办件")
        own = {code for code, item in dossier.items.items() if not item["parent"]}
        if case["limited_to"] and not own <= set(case["limited_to"]):
            yield Finding(dossier.name, "items", "重新申请的办件里有没有列明的事项")


def _brought(dossier: Dossier) -> list[Row]:
    return [row for row in dossier.rows["materials"] if row["reference"] == BROUGHT_OVER]


async def check(database: Database, followers: Followers, report: Report) -> None:
    """Hold each case that applies anew against the one it names."""
    for start in range(0, len(followers.cases), AT_ONCE):
        some = followers.cases[start : start + AT_ONCE]
        async with audit.snapshot(database) as connection:
            older = await _older(connection, {case["reapply_of"] for case, _ in some})
        for case, papers in some:
            for what in _faults(case, papers, older.get(case["reapply_of"])):
                report.add(Finding(case["number"], "cases", what))


async def _older(connection: Connection, numbers: set[str]) -> dict[str, Row]:
    """Return older cases by number, each with its items and the files of its papers."""
    found = await audit.named(connection, sorted(numbers))
    return {case["number"]: case for case in found}


def _faults(case: Row, papers: list[Row], older: Mapping[str, Any] | None) -> Iterator[str]:
    if older is None or older["received_at"] is None:
        yield f"原办件 {case['reapply_of']} 不存在，或者没有提交过"
        return
    same = ("bundle", "applicant_id")
    if any(_plain(case[name]) != _plain(older[name]) for name in same):
        yield f"与原办件 {older['number']} 不是同一个申请人的同一件事"
    ended = {item["item"]: item for item in older["items"] if not item["parent"]}
    for code in case["limited_to"]:
        item = ended.get(code)
        open_ = item is None or item["final_at"] is None or item["final_at"] > case["created_at"]
        if open_ or (item and item["outcome"] not in CAME_TO_NOTHING):
            yield f"原办件 {older['number']} 的「{code}」当时不是没有办成的事项"
    known = {(row["material"], row["file"]) for row in older["materials"]}
    for row in papers:
        if row["file"] and (row["material"], row["file"]) not in known:
            yield f"材料「{row['material']}」不是原办件 {older['number']} 的"


def _plain(value: str) -> str:
    return value.strip().upper()
