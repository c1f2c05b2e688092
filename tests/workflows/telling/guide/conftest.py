"""Somebody who asks for guides."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from service.workflows.application.questions import Applicant
from service.workflows.calendar import WorkCalendar
from service.workflows.definition.release import Release
from service.workflows.telling.guide import guide

ANSWERS: dict[str, Any] = {
    "licence": "have",
    "area": 400,
    "sign": True,
    "dishes": ["raw"],
    "staff": 0,
}

WHO = Applicant("sole-trader", "示例小馆", "92999901MADEM0046F")

LICENCE = {"business-licence": {"address": "临湖路1号", "seats": "很多"}}


class Desk:
    """Someone who asks for guides."""

    def __init__(self, release: Release, calendar: WorkCalendar, now: datetime) -> None:
        self.release, self.calendar, self.now = release, calendar, now

    def guide(
        self, *, who: Applicant = WHO, handling: Mapping[str, str] | None = None, **more: Any
    ) -> dict[str, Any]:
        answers = more.pop("answers", ANSWERS)
        return guide(self.release, who, answers, handling or {}, self.calendar, self.now, **more)


@pytest.fixture
def desk(release: Release, calendar: WorkCalendar, now: datetime) -> Desk:
    return Desk(release, calendar, now)


def by_code(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["code"]: entry for entry in entries}
