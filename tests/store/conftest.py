"""Rows of cases as the office would hand them over."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import pytest

from service.store import cases
from service.store.database import Database
from service.workflows.case import (
    COLUMNS,
    Ban,
    Case,
    Certificate,
    Clock,
    Commitment,
    Credit,
    Event,
    Item,
    Material,
    Message,
    Notice,
    Rating,
    Task,
)

Row = dict[str, Any]
NOON = datetime(2026, 11, 5, 4, 0, 0, 123456, tzinfo=UTC)


def case_row(case_id: str, **changes: Any) -> Row:
    """A case row with every column filled."""
    case = Case(
        id=case_id, bundle="open-restaurant", release="abc", applicant_type="sole-trader", applicant_name="川味小馆",
        applicant_id="92999901MADEM0046F", number=f"N-{case_id}", query_code="7788", account="portal", version=1,
        state="received", created_at=NOON, received_at=NOON, answers={"area": 130.5, "名": "店\"'", "nil": None},
        handling={"food": "ordinary"}, form={"list": [1, 2.0, {"a": []}]}, last_event=1, last_hash="h",
    )  # fmt: skip
    return {name: getattr(case, name) for name in COLUMNS["cases"]} | changes


def event(n: int, **changes: Any) -> Row:
    """A record."""
    return asdict(Event(n, "submit", "food", NOON, NOON, {"account": "portal"}, hash=f"h{n}")) | changes


def task(n: int, **changes: Any) -> Row:
    """An open task of the food department's window."""
    return asdict(Task(n, "food", "scjg", "window", "received", NOON, due_on=date(2026, 11, 12))) | changes


def clock(**changes: Any) -> Row:
    """A running clock."""
    return asdict(Clock("food", "notice", "一次性告知", calendar="cal-1", due_on=date(2026, 11, 12))) | changes


def every_part() -> dict[str, list[Row]]:
    """One row of each part with every kind of column filled."""
    item = Item("food", "scjg", "licence", "received", received_at=NOON, accepted_on=date(2026, 11, 6))
    item.noted = [{"reason": "layout", "title": "缺"}]
    made = Certificate(
        1, "food", "food-licence", "食品经营许可证", "川味小馆", "id-1", date(2026, 11, 9), "JY{seq}", "JY1"
    )
    promise = Commitment(
        "sign", "文本", "f" * 64, NOON, "portal", {"method": "sms", "at": "2026"}, draw={"value": 0.25}
    )
    return {
        "items": [asdict(item)],
        "clocks": [clock(spans=[["2026-11-05T04:00:00+00:00", None, ""]], provisional=True, wake_at=NOON)],
        "tasks": [task(1)],
        "materials": [asdict(Material(1, "layout", "upload", NOON, "portal", "a" * 64, "图.pdf", replaced=True))],
        "notices": [asdict(Notice(1, "receipt", "", "收件凭证", "applicant", {"text": "已收"}, NOON, "R1", "code-1"))],
        "certificates": [asdict(made)],
        "commitments": [asdict(promise)],
        "credits": [asdict(Credit(1, "92999901MADEM0046F", "sign", "false_commitment", NOON))],
        "bans": [asdict(Ban(1, "id-1", "food", "fraud", date(2026, 11, 9), date(2029, 11, 9), "许可法 79"))],
        "ratings": [asdict(Rating(1, 5, "好", NOON))],
        "messages": [asdict(Message(1, "case.received", NOON, {"case": "N"}))],
        "events": [event(1, data={"大": [1.5, None]}, rows={"items": [{"item": "food"}]})],
    }


@pytest.fixture
def filed(database: Database) -> Callable[..., Any]:
    """Put a new case into the database."""

    async def file(case_id: str, rows: dict[str, list[Row]] | None = None, **changes: Any) -> None:
        async with database.transaction() as tx:
            await cases.record(tx, case_row(case_id, **changes), rows or {}, seen_version=None)

    return file


@pytest.fixture
def rows() -> Any:
    """The makers of rows."""

    class Makers:
        case = staticmethod(case_row)
        event = staticmethod(event)
        task = staticmethod(task)
        clock = staticmethod(clock)
        every_part = staticmethod(every_part)
        noon = NOON

    return Makers
