"""What callers get back: a case as this actor may see it, rows of lists, pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from service.office import sight, titles
from service.office.due import Due
from service.workflows import step
from service.workflows.case import Card, Case, Event, Item, Task
from service.workflows.language.release import Release
from service.workflows.machine import WAITING
from service.workflows.situation import Actor, Offer, Situation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """一页 — `next` is the cursor of the page after, None at the end."""

    items: Sequence[T]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class WhereIs:
    """办到哪里 — stage, department, post and person of one open item, since when and until when (R-MON-3)."""

    item: str
    item_title: str
    stage: str
    department: str
    department_title: str
    post: str
    post_title: str
    person: str  # empty: nobody has taken it yet
    since_at: datetime | None
    due_on: date | None
    card: Card


@dataclass(frozen=True)
class CaseView:
    """办件视图 — a case as the actor may see it, and what the act changed."""

    case: Case
    release: Release
    actor: Actor
    situation: Situation = field(repr=False)
    whole: Case = field(repr=False)  # what deciding looks at; never shown
    events: tuple[Event, ...] = ()  # those of this act
    changed: Mapping[str, Sequence[Any]] = field(default_factory=dict)  # table → keys of its rows that changed
    replayed: bool = False  # the answer of a repeated key
    answer: Any = None  # the body that was rendered and stored, when the caller gave a way to render it

    @classmethod
    def of(cls, case: Case, actor: Actor, situation: Situation, **more: Any) -> "CaseView":
        """Show a case to an actor."""
        shown = sight.shown(situation.release, case, actor)
        return cls(shown, situation.release, actor, situation, case, **more)

    @cached_property
    def offers(self) -> list[Offer]:
        """Return the actions this actor may take now, and those not, with the reason."""
        return step.offers(self.whole, self.actor, self.situation)

    @cached_property
    def where(self) -> list[WhereIs]:
        """Return where each open item is."""
        return where_is(self.release, self.case)


def where_is(release: Release, case: Case) -> list[WhereIs]:
    """Return where each open item of a case is: its open task, or what it waits for."""
    tasks = {task.item: task for task in case.tasks.values() if task.done_at is None}
    found = []
    for item in case.items.values():
        if item.item in tasks:
            found.append(_at_task(release, item, tasks[item.item]))
        elif item.state == WAITING:
            found.append(_waiting(release, case, item))
    return found


def _at_task(release: Release, item: Item, task: Task) -> WhereIs:
    return WhereIs(
        item.item, titles.item_title(release, item.item), titles.state_title(release, item.item, item.state),
        task.department, titles.department_title(release, task.department), task.post,
        titles.post_title(release, task.post), task.person, task.since_at, task.due_on, task.card,
    )  # fmt: skip


def _waiting(release: Release, case: Case, item: Item) -> WhereIs:
    return WhereIs(
        item.item, titles.item_title(release, item.item), titles.state_title(release, item.item, item.state),
        item.department, titles.department_title(release, item.department), "", "", "", case.received_at, None, "none",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """办件列表的一行 — `due_on` is the nearest date of a running clock."""

    number: str
    bundle: str
    bundle_title: str
    applicant_type: str
    applicant_name: str
    channel: str
    state: str
    state_title: str
    version: int
    created_at: datetime | None
    received_at: datetime | None
    closed_at: datetime | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """待办列表的一行 — who must act on which item of which case, until when."""

    number: str
    n: int
    item: str
    item_title: str
    bundle: str
    bundle_title: str
    state: str
    state_title: str
    department: str
    department_title: str
    post: str
    post_title: str
    person: str
    since_at: datetime
    due_on: date | None
    card: Card
    applicant_type: str
    applicant_name: str
    version: int
    due: Due | None = None  # the clock that ends first; None when none runs
    bulk: Sequence[tuple[str, str]] = ()  # (action, title) that may be tried on many cases at once
    done_at: datetime | None = None
    answer: Any = None  # the body that was rendered and stored, when the caller gave a way to render it


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """待办件数 — how many there are, each counted up to `most` and no further."""

    mine: int
    unclaimed: int
    yellow: int
    red: int
    waiting: int
    most: int


@dataclass(frozen=True, slots=True)
class BulkResult:
    """批量办理中一件的结果 — done, refused with the reason, or not reached yet (`done` None)."""

    number: str
    item: str
    item_title: str = ""  # empty for a case the actor may not see
    applicant_name: str = ""
    state: str = ""
    state_title: str = ""
    version: int | None = None
    done: bool | None = None
    slug: str = ""  # kind of the refusal
    detail: str = ""
    law: str = ""


@dataclass(frozen=True, slots=True)
class BulkView:
    """批量办理 — what was ordered, and what became of each entry, in the order given."""

    id: str
    action: str
    created_at: datetime
    results: Sequence[BulkResult]

    @property
    def finished(self) -> bool:
        """Tell whether every entry has its result."""
        return all(result.done is not None for result in self.results)


@dataclass(frozen=True, slots=True)
class FileInfo:
    """文件 — `id` is the SHA-256 of its bytes, `size` in bytes, `type` its media type as told by its content."""

    id: str
    name: str
    size: int
    type: str


@dataclass(frozen=True, slots=True)
class Account:
    """账号 — who signs in."""

    account: str
    name: str
    kind: str
    department: str
    posts: tuple[str, ...]
    subject: str
    active: bool = True
