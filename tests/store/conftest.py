"""Rows of cases as the office would hand them over."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import pytest

from service.store import cases
from service.store.database import Database
from service.workflows.case.inspections import Inspection
from service.workflows.case.parts import (
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
from service.workflows.case.procedures import Draw
from service.workflows.case.rows import row_of

Row = dict[str, Any]
NOON = datetime(2026, 11, 5, 4, microsecond=123_456, tzinfo=UTC)


def case_row(case_id: str, **changes: Any) -> Row:
    """A case row with every column filled."""
    case = Case(
        id=case_id,
        bundle="open-restaurant",
        release="abc",
        applicant_type="sole-trader",
        applicant_name="川味小馆",
        applicant_id="92999901MADEM0046F",
        number=f"N-{case_id}",
        query_code="7788",
        account="portal",
        version=1,
        state="received",
        created_at=NOON,
        received_at=NOON,
        answers={"area": 130.5, "名": "店\"'", "nil": None},
        handling={"food": "ordinary"},
        form={"list": [1, 2.0, {"a": []}]},
        last_event=1,
        last_hash="h",
    )
    return {name: getattr(case, name) for name in COLUMNS["cases"]} | changes


def event(n: int, **changes: Any) -> Row:
    """A record."""
    return (
        asdict(Event(n, "submit", "food", NOON, NOON, {"account": "portal"}, hash=f"h{n}"))
        | changes
    )


def task(n: int, **changes: Any) -> Row:
    """An open task of the food department's window."""
    return (
        asdict(Task(n, "food", "scjg", "window", "received", NOON, due_on=date(2026, 11, 12)))
        | changes
    )


def clock(**changes: Any) -> Row:
    """A running clock."""
    return (
        asdict(Clock("food", "notice", "一次性告知", calendar="cal-1", due_on=date(2026, 11, 12)))
        | changes
    )


def every_part() -> dict[str, list[Row]]:
    """One row of each part with every kind of column filled."""
    item = Item(
        "food", "scjg", "licence", "received", received_at=NOON, accepted_on=date(2026, 11, 6)
    )
    item.noted = [{"reason": "layout", "title": "缺"}]
    made = Certificate(
        n=1,
        item="food",
        certificate="food-licence",
        title="食品经营许可证",
        holder_name="川味小馆",
        holder_id="id-1",
        issued_on=date(2026, 11, 9),
        pattern="JY{seq}",
        number="JY1",
    )
    promise = Commitment(
        "sign",
        "文本",
        "f" * 64,
        NOON,
        "portal",
        {"method": "sms", "at": "2026"},
        draw=Draw("5eed", 0.25, 1.0, drawn=True, credit_class="B"),
    )
    return {
        "items": [row_of("items", item)],
        "clocks": [
            clock(spans=[["2026-11-05T04:00:00+00:00", None, ""]], provisional=True, wake_at=NOON)
        ],
        "tasks": [task(1)],
        "materials": [
            asdict(
                Material(
                    n=1,
                    material="layout",
                    source="upload",
                    at=NOON,
                    by="portal",
                    file="a" * 64,
                    name="图.pdf",
                    replaced=True,
                )
            )
        ],
        "notices": [
            asdict(
                Notice(
                    n=1,
                    kind="receipt",
                    item="",
                    title="收件凭证",
                    to="applicant",
                    body={"text": "已收"},
                    issued_at=NOON,
                    number="R1",
                    code="code-1",
                )
            )
        ],
        "certificates": [asdict(made)],
        "commitments": [row_of("commitments", promise)],
        "credits": [asdict(Credit(1, "92999901MADEM0046F", "sign", "false_commitment", NOON))],
        "bans": [
            asdict(
                Ban(
                    n=1,
                    subject="id-1",
                    item="food",
                    ground="fraud",
                    from_on=date(2026, 11, 9),
                    until_on=date(2029, 11, 9),
                    basis="许可法 79",
                )
            )
        ],
        "inspections": [
            asdict(
                Inspection(
                    n=1,
                    item="food.follow-up",
                    action="pass",
                    checked_at=NOON,
                    place="示例路1号",
                    officers=[
                        {"account": "wei", "name": "卫"},
                        {"account": "qin", "name": "秦"},
                    ],
                    points=[{"point": "有场所", "result": "ok", "note": ""}],
                    findings="相符",
                    result="conforming",
                    recorded_at=NOON,
                    signatures=[{"account": "wei", "name": "卫", "at": NOON.isoformat()}],
                    photos=["b" * 64],
                    awaits="qin",
                    filed_on=date(2026, 11, 9),
                    public=True,
                )
            )
        ],
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
