"""What callers get back beside a case: rows of lists, pages, files, accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Any, Generic, TypeVar

from service.office.asking import BulkEntry
from service.office.due import Due
from service.workflows.definition import Card

T = TypeVar("T")


def value_of(kind: type[T], row: Mapping[str, Any], /, **more: Any) -> T:
    """Return a row as a value: each field is the row's own of that name, unless it is given in `more`.

    Raises TypeError for a field without a default that is in neither, and for a name that is no field.
    """
    names = _names_of(kind)  # type: ignore[arg-type]  # every class can be a key
    return kind(**{n: row[n] for n in names if n in row and n not in more}, **more)


@cache
def _names_of(kind: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """一页 — `next` is the cursor of the page after, None at the end."""

    items: Sequence[T]
    next: str | None = None


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
    whose: str = "department"  # applicant | department | nobody: whose turn it is
    yours_on: date | None = None  # the nearest date of what the applicant has to do
    named: tuple[
        str, ...
    ] = ()  # what tells it from others of its bundle, for the applicant: a shop, a place


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
    objection: str = (
        ""  # what the department says is missing, while it keeps the item from being accepted
    )
    bulk: Sequence[tuple[str, str]] = ()  # (action, title) that may be tried on many cases at once
    done_at: datetime | None = None
    answer: Any = None  # the body that was rendered and stored, when there was a way to render it


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
    title: str = ""  # of the action on this item
    slug: str = ""  # kind of the refusal
    detail: str = ""
    law: str = ""


@dataclass(frozen=True, slots=True)
class BulkView:
    """批量办理 — what was ordered, and what became of each entry, in the order given."""

    id: str
    action: str
    key: str
    created_at: datetime
    entries: Sequence[BulkEntry]
    results: Sequence[BulkResult]

    @property
    def title(self) -> str:
        """Return what the action is called; empty while nobody can tell."""
        return next((result.title for result in self.results if result.title), "")

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
    token_generation: int = 0  # tokens of an earlier one are worth nothing
    second_factor: bool = False  # whether it has been set up
