"""What a step is given and what it gives back: actor, action, situation, step — values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from service.errors import ActionNotAllowed
from service.workflows.calendar import WorkCalendar
from service.workflows.case.parts import Ban, Case, Event, Item
from service.workflows.case.representing import Representing
from service.workflows.definition.models import Effect, Policy, Transition
from service.workflows.definition.release import Release
from service.workflows.definition.spelling import code_spelling

ActorKind = Literal["applicant", "clerk", "clock", "portal", "supervisor", "admin"]
NO_EFFECT = Effect()
UNCLASSIFIED = "B"  # the class of credit of whoever was not classified (R-SUP-2)
UNDRAWN = "undrawn"  # the lot of who only looks ahead: nothing is drawn


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
    # by which the account acts for `subject`; None: for its own holder
    representing: Representing | None = None

    # kind of applicant that `subject` is, where it was registered: enterprise, sole-trader, individual, organisation
    subject_kind: str = ""
    document: str = ""  # kind of its identity document

    @property
    def representation(self) -> str:
        """Return the id of the representation by which the account acts; empty for its own holder."""
        return self.representing.id if self.representing else ""

    @property
    def capacity(self) -> str:
        """Return as what the account acts now: what was shown in one capacity is not shown in another."""
        place = (self.kind, self.department, *sorted(self.posts), self.representation)
        return "/".join(place).rstrip("/")

    @property
    def is_clerk(self) -> bool:
        """Tell whether it is somebody of an office; see `officer` for whom they act."""
        return self.kind == "clerk"

    @property
    def is_supervisor(self) -> bool:
        """Tell whether it is somebody of 效能监察."""
        return self.kind == "supervisor"

    @property
    def is_clock(self) -> bool:
        """Tell whether nobody acts: a period has ended."""
        return self.kind == "clock"

    def is_clerk_of(self, *departments: str) -> bool:
        """Tell whether it is somebody of one of these departments."""
        return self.kind == "clerk" and self.department in departments

    def sits(self, post: str, *departments: str) -> bool:
        """Tell whether it is somebody who has a post in one of these departments."""
        return self.is_clerk_of(*departments) and post in self.posts

    @property
    def officer(self) -> bool:
        """Tell whether a clerk acts for the office, and not for the applicant."""
        return self.kind == "clerk" and not self.behalf

    def record(self, post: str = "") -> dict[str, Any]:
        """Return what the event says about the actor."""
        told = {
            "account": self.account,
            "kind": self.kind,
            "department": self.department,
            "post": post,
        }
        if self.representing:
            told |= {"representation": self.representing.id, "role": self.representing.role}
        return {**told, "on_behalf": "applicant", "document": self.behalf} if self.behalf else told


def sides(case: Case) -> set[str]:
    """Return the numbers of whoever stands on the applicant's side: himself, and who represents him."""
    told = case.represented_by
    numbers = (case.applicant_id, told.get("number", ""), told.get("by_number", ""))
    return {one_person(number) for number in numbers if number}


def one_person(subject: str) -> str:
    """Return the number of a person in its one spelling."""
    plain = subject.isascii() and subject.isalnum()  # most are, and it is asked often
    return subject.upper() if plain else code_spelling(subject)


CLOCK_ACTOR = Actor("clock", "clock", name="系统（到期）")


@dataclass(frozen=True, slots=True)
class Action:
    """动作 — what is to be done on an item, or on the case as a whole (`item` empty)."""

    name: str
    item: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Move:
    """一步办理 — one transition of an item on its way: what every institute of the law looks at.

    While only its permission is asked, it carries nothing yet.
    """

    item: Item
    transition: Transition
    actor: Actor
    post: str  # in which the actor takes it
    was: str  # the state it leaves
    data: Mapping[str, Any] = field(default_factory=dict)  # what it carries, checked

    @property
    def effect(self) -> Effect:
        """Return what the definition says it does beyond moving the state."""
        return self.transition.effect or NO_EFFECT

    @property
    def leaves(self) -> bool:
        """Tell whether it leads to another state."""
        return self.transition.to != self.was

    def refusal(self, why: str, law: str = "", **facts: Any) -> ActionNotAllowed:
        """Return the refusal of this move: not now."""
        return ActionNotAllowed(
            why, action=self.transition.action, state=self.item.state, law=law, **facts
        )


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
    continues: str = ""  # number of the certificate that it renews or changes
    renewing: bool = (
        False  # its renewal was applied for in time and is open: at its end silence grants it
    )


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
    # (department, post) → accounts
    staff: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    # who clerks are: account → number of the person
    subjects: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)  # account of a clerk → name
    excluded: bool = False  # an unrepaired breach of the applicant is on record (R-NCP-3)
    library: tuple[Held, ...] = ()  # the applicant's certificates from all cases, of every state
    bans: tuple[Ban, ...] = ()  # what the applicant may not apply for, from all cases (R-ACC-10)
    # what the signature service answered just now, where one was asked
    signed: Signed | None = None
    # material → what the sharing platform answered just now
    shared: Mapping[str, Shared] = field(default_factory=dict)
    excluded_by: str = ""  # which, and who says so
    credit_class: str = UNCLASSIFIED  # A to D
    asked: bool = True  # whether anybody looked at what is kept about the applicant
    # what lots of this legal day are drawn with, see `Office.situation`; empty: of rehearsals, which anybody may repeat
    lot: str = ""

    @property
    def policy(self) -> Policy:
        """Return the region's readings where the law is silent."""
        return self.release.directory.policy

    def of_nobody(self) -> "Situation":
        """Return it without what is kept about the applicant, for who has not shown that he acts for him."""
        return replace(
            self,
            excluded=False,
            excluded_by="",
            credit_class=UNCLASSIFIED,
            library=(),
            bans=(),
            asked=False,
        )

    def person(self, account: str) -> str:
        """Return whose account it is: the number of the person, the account where nobody knows it."""
        return one_person(self.subjects.get(account, "")) or account

    def is_same(self, actor: Actor, *accounts: str) -> bool:
        """Tell whether one of the accounts, empty ones aside, is the actor's or of the same person."""
        known = {actor.account, self.person(actor.account)}
        known |= {one_person(actor.subject)} if actor.subject else set()
        return any(each in known or self.person(each) in known for each in accounts if each)

    def name_of(self, account: str) -> str:
        """Return the name of a clerk; the account where nobody knows it."""
        return self.names.get(account, "") or account

    def is_colleague(self, account: str, department: str) -> bool:
        """Tell whether an account works in a department; so does everybody where its staff is not known (rehearsals)."""
        staff = [who for (of, _), who in self.staff.items() if of == department]
        return not staff or any(account in who for who in staff)

    def persons(self, accounts: Iterable[str]) -> set[str]:
        """Return whose accounts they are, empty ones aside."""
        return {self.person(account) for account in accounts if account}


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
    says: str = ""  # what to know before it is done: what lacks, why more than usual is asked for
