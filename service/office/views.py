"""What callers get back: a case as this actor may see it, rows of lists, pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from service.office import sight, titles
from service.office.asking import BulkEntry
from service.office.due import Due
from service.workflows import rights, step
from service.workflows.case import Card, Case, Event, Item, Task
from service.workflows.language.release import Release
from service.workflows.machine import WAITING
from service.workflows.situation import Action, Actor, Offer, Situation
from service.workflows.tools import chart, progress

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

    def after(self, action: Action) -> "CaseView":
        """Show what would come of an action, its papers included; nothing is recorded. Raises what `step` raises."""
        taken = step.step(self.whole, action, self.actor, self.situation)
        return CaseView.of(taken.case, self.actor, self.situation, events=taken.events)

    @cached_property
    def where(self) -> list[WhereIs]:
        """Return where each open item is."""
        return where_is(self.release, self.case)

    @property
    def own(self) -> bool:
        """Tell whether the actor is the applicant, or typed it in for them."""
        typed_in = bool(self.whole.entered_by) and self.whole.entered_by == self.actor.account
        return rights.is_applicant(self.whole, self.actor) or typed_in

    def reads(self, n: int) -> bool:
        """Tell whether a paper of the case is for the actor's eyes, by its number."""
        notice = self.case.notices.get(n)
        return notice is not None and sight.reads(notice, self.actor)

    @cached_property
    def turn(self) -> progress.Turn:
        """Return whose turn it is, in words for the actor."""
        applicant = rights.is_applicant(self.whole, self.actor)
        return progress.turn(self.whole, self.situation, you="您" if applicant else "申请人")

    @cached_property
    def owed(self) -> list[progress.Owed]:
        """Return what the applicant has to do; nothing to who is neither the applicant nor typed it in."""
        return progress.owed(self.whole, self.situation) if self.own else []


@dataclass(slots=True)
class Recorded(Event):
    """一条办理记录 — an event as a reader sees it, with the papers that went out with it and are for their eyes."""

    papers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Progress:
    """办件进度 — a case with its record: what happened, and the chart that the record colours."""

    view: CaseView
    events: Sequence[Event] = field(repr=False)  # the whole record

    @cached_property
    def seen(self) -> list[Event]:
        """Return the events that concern the actor, in order."""
        case, actor, release = self.view.whole, self.view.actor, self.view.release
        return [event for event in self.events if sight.sees_event(case, actor, release, event.item, event.action)]

    @cached_property
    def papers(self) -> Mapping[int, Sequence[int]]:
        """Return which papers went out with which event: numbers of notices by number of event."""
        return progress.attached(self.events)

    def timeline(self, people: Mapping[str, str] | None = None) -> list[progress.Entry]:
        """Tell what happened, the newest first; inside with names (`people`: account → name)."""
        inside = self.view.actor.kind in ("clerk", "supervisor")
        view = self.view
        return progress.timeline(view.release, view.case, self.seen, self.papers, inside=inside, people=people)

    def chart(self) -> str:
        """Draw the chart of the case as SVG."""
        return chart.progress(self.view.release, self.view.whole, self.events)


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
    whose: str = "department"  # applicant | department | nobody: whose turn it is
    yours_on: date | None = None  # the nearest date of what the applicant has to do


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
