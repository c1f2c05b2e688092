"""What a step is given and what it gives back: actor, action, situation, step — values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from service.workflows.calendar import WorkCalendar
from service.workflows.case import Ban, Case, Event
from service.workflows.language.models import Policy
from service.workflows.language.release import Release

ActorKind = Literal["applicant", "clerk", "clock", "portal", "supervisor", "admin"]


@dataclass(frozen=True, slots=True)
class Actor:
    """经办人 — who acts: an account with its department and posts, an applicant, or the clock."""

    account: str
    kind: ActorKind
    department: str = ""
    posts: frozenset[str] = frozenset()
    subject: str = ""  # the applicant's own id: nobody decides on their own application
    name: str = ""
    behalf: str = ""  # the paper by which a window acts for an applicant without an account; set by `rights.on_behalf`

    @property
    def officer(self) -> bool:
        """Tell whether a clerk acts for the office, and not for the applicant."""
        return self.kind == "clerk" and not self.behalf

    def record(self, post: str = "") -> dict[str, Any]:
        """Return what the event says about the actor."""
        told = {"account": self.account, "kind": self.kind, "department": self.department, "post": post}
        return {**told, "on_behalf": "applicant", "document": self.behalf} if self.behalf else told


CLOCK_ACTOR = Actor("clock", "clock", name="系统（到期）")


@dataclass(frozen=True, slots=True)
class Action:
    """动作 — what is to be done on an item, or on the case as a whole (`item` empty)."""

    name: str
    item: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """持有的证照 — one certificate of the applicant, of whichever case, as the library has it."""

    number: str
    certificate: str
    title: str
    holder_id: str
    issued_on: date
    valid_until: date | None = None
    state: str = "valid"
    carries: Mapping[str, Any] = field(default_factory=dict)
    valid_from: date | None = None
    replaced_on: date | None = None  # the day on which a newer certificate took its place


@dataclass(frozen=True, slots=True)
class Shared:
    """共享结果 — what the sharing platform answered about one material: a receipt, or why there is none."""

    receipt: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """签名结果 — what the signature service answered: whose it is and by which certificate, or why it does not hold."""

    name: str = ""
    certificate: str = ""
    over: tuple[str, ...] = ()  # the hashes it was asked about
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision may look at beside the case itself; gathered before, never read while deciding."""

    release: Release
    calendar: WorkCalendar
    now: datetime
    staff: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)  # (department, post) → accounts
    subjects: Mapping[str, str] = field(default_factory=dict)  # accounts of clerks who are somebody's applicant id
    excluded: bool = False  # an unrepaired breach of the applicant is on record (R-NCP-3)
    library: tuple[Held, ...] = ()  # the applicant's certificates from all cases, of every state
    bans: tuple[Ban, ...] = ()  # what the applicant may not apply for, from all cases (R-ACC-10)
    signed: Signed | None = None  # what the signature service answered just now, where one was asked
    shared: Mapping[str, Shared] = field(default_factory=dict)  # material → what the sharing platform answered just now
    excluded_by: str = ""  # which, and who says so
    credit_class: str = "B"  # A to D; whoever is not classified is a B (R-SUP-2)

    @property
    def policy(self) -> Policy:
        """Return the region's readings where the law is silent."""
        return self.release.directory.policy


@dataclass(frozen=True, slots=True)
class Step:
    """One step taken: the case before and after, and the events that tell it. Nothing is stored yet."""

    before: Case | None
    case: Case
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """可办动作 — an action this actor may take now, or why not (the same decision that `step` would make)."""

    action: str
    item: str
    title: str
    needs: tuple[str, ...]
    allowed: bool
    reason: str = ""
    law: str = ""
