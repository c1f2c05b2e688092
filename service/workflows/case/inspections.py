"""核查记录 — the record of one check on the spot, a part of the case."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from service.workflows.case.columns import CheckedPoint, Officer, SignedBy

CheckResult = Literal["conforming", "not_conforming"]


@dataclass(slots=True)
class Inspection:
    """核查记录 — one check on the spot: who went, when and where, point by point, and who signed it.

    It is filed (归档) when all who went have signed, and never changes after that. Law: 行政许可法 34 ③, 61.
    """

    n: int
    item: str  # the item, or the proceeding, that was checked
    action: str  # the act that recorded it
    checked_at: datetime
    place: str
    officers: list[Officer]  # two or more persons
    points: list[CheckedPoint]
    findings: str
    result: CheckResult  # follows from the points
    recorded_at: datetime
    signatures: list[SignedBy] = field(default_factory=list)
    photos: list[str] = field(default_factory=list)  # SHA-256 of stored files
    awaits: str = ""  # the account that signs next; empty once all have
    filed_on: date | None = None
    public: bool = (
        False  # open to the public once filed: a check of what a licence holder does (61 ②)
    )
