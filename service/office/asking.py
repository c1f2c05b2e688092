"""What callers hand in: who asks and how to repeat it safely, an application, what a list is narrowed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from service.workflows.case import Actor, Channel

View = Literal["mine", "unclaimed", "all", "waiting", "done"]


@dataclass(frozen=True, slots=True)
class Request:
    """请求 — who asks, when, and how to repeat it safely."""

    actor: Actor
    now: datetime
    key: str = ""  # Idempotency-Key; empty: not repeatable
    # SHA-256 of method, path and canonical body: another body under the same key is refused
    fingerprint: str = ""
    seen_version: int | None = None  # the version of the case the caller decided on (If-Match)
    seen_item: str = ""  # or that of the one item, as `workflows.case.item_seen` tells it

    def __post_init__(self) -> None:
        """Take the instant in UTC: what is recorded reads the same wherever it was written."""
        object.__setattr__(self, "now", self.now.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class ApplicationInput:
    """申请 — what an applicant sends in one go."""

    bundle: str
    applicant: Mapping[str, Any]  # {type, name, id}
    answers: Mapping[str, Any] = field(default_factory=dict)
    handling: Mapping[str, str] = field(default_factory=dict)  # item → ordinary | commitment
    form: Mapping[str, Any] = field(default_factory=dict)
    materials: Sequence[Any] = ()  # [{material, file | share | commitment | defer, name?}]
    channel: Channel | Literal[""] = ""  # empty: by who asks
    draft: bool = False
    signature: Mapping[str, Any] = field(default_factory=dict)  # {method, name}
    # item → the day by which the conditions will be met
    meets_by: Mapping[str, str] = field(default_factory=dict)
    # {received_on, document}: an earlier day, with its proof
    received: Mapping[str, str] = field(default_factory=dict)
    # {name, reference}: who let a portal apply, and what proves it
    mandate: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """办件筛选 — empty means everything."""

    state: str = ""
    bundle: str = ""
    text: str = ""  # part of the number or of the applicant's name, or the whole of their number


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """待办筛选 — `all` is what one has taken and what one could take; `waiting` waits for applicants; `done` one has done."""

    view: View = "mine"
    card: str = ""
    bundle: str = ""
    item: str = ""
    text: str = ""  # part of the number or of the applicant's name, or the whole of their number
    numbers: Sequence[str] = ()  # of cases


@dataclass(frozen=True, slots=True)
class BulkEntry:
    """批量办理的一件 — an item of a case, or the case itself, and the version that was seen."""

    number: str
    item: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """批量办理 — one action for many cases."""

    action: str
    entries: Sequence[BulkEntry]
    data: Mapping[str, Any] = field(default_factory=dict)
