"""办件视图 — one case as this actor may see it: where it is, what may be done, what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from service.office import sight, titles
from service.office.whereabouts import WhereIs, where_is
from service.workflows import clocks, rights, step
from service.workflows.application import (
    ConcernedPerson,
    concerned_in,
    declines,
    differing,
    doubts,
    facts_for,
    field_uses,
    filled_by_answers,
    grounds_of,
    material_uses,
    missing_materials,
    offered_reasons,
    open_gaps,
    own_items,
    waits_for,
)
from service.workflows.calendar import WorkCalendar
from service.workflows.case import (
    CASE,
    Action,
    Actor,
    Case,
    Clock,
    Event,
    Feedback,
    Item,
    Material,
    Notice,
    Offer,
    Situation,
    machine_for,
)
from service.workflows.clocks import Left
from service.workflows.definition import (
    MaterialUse,
    Policy,
    Release,
    Transition,
    VocabularyField,
    VocabularyReason,
    own_code,
)
from service.workflows.handling import Later, reappliable
from service.workflows.proceedings import is_inside
from service.workflows.rules import FEEDBACK_CLOCK, compensates, defaulted_on, points_checked
from service.workflows.telling import (
    Entry,
    Owed,
    Turn,
    attached_papers,
    case_chart,
    owed_of,
    timeline_of,
    turn_of,
)


@dataclass(frozen=True)
class CaseView:
    """办件视图 — a case as the actor may see it, and what the act changed."""

    case: Case
    release: Release
    actor: Actor
    situation: Situation = field(repr=False)
    whole: Case = field(repr=False)  # what deciding looks at; never shown
    events: tuple[Event, ...] = ()  # those of this act
    # table → keys of its rows that changed
    changed: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    replayed: bool = False  # the answer of a repeated key
    answer: Any = None  # the body that was rendered and stored, when there was a way to render it
    # file → {scan, threat}, of those that a scanner was to see; None where that was not looked up
    scans: Mapping[str, Mapping[str, Any]] | None = None
    later: Sequence[Later] = ()  # what applies anew for items of this case, where it was looked up
    newest: Release | None = None  # the rules one would apply under now, where they were looked up

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
    def is_applicant(self) -> bool:
        """Tell whether the actor stands for the applicant."""
        return rights.is_applicant(self.whole, self.actor)

    def scan_of(self, file: str) -> str | None:
        """Return what the scanner said of a file of the case: unscanned, pending, clean, found; None if not looked up."""
        if self.scans is None or not file:
            return None
        return str(self.scans[file]["scan"]) if file in self.scans else "unscanned"

    def points_checked(self, item: Item) -> list[str]:
        """Return the 审查要点 of an item, in the order in which a check answers them."""
        return points_checked(self.release, item)

    @cached_property
    def infected(self) -> list[Material]:
        """Return the materials in whose file something was found; they are kept from everybody."""
        return [
            row
            for row in self.case.materials.values()
            if not row.replaced and self.scan_of(row.file) == "found"
        ]

    @property
    def doubts(self) -> list[str]:
        """Return what of the application a clerk should look at twice; nothing for anybody else, nor of a draft."""
        if not self.actor.is_clerk or self.case.state == "draft":
            return []
        asked = differing(self.release, self.whole)
        registers = [said for name, said in asked.items() if name in self.case.form]
        return [*doubts(self.release, self.whole), *registers]

    @property
    def own(self) -> bool:
        """Tell whether the actor is the applicant, or typed it in for them and sits at that window still."""
        return self.is_applicant or rights.typed_in(self.release, self.whole, self.actor)

    @property
    def inside(self) -> bool:
        """Tell whether the actor may know what the offices say among themselves."""
        return self.actor.kind in ("clerk", "supervisor")

    def reads(self, n: int) -> bool:
        """Tell whether a paper of the case is for the actor's eyes, by its number."""
        notice = self.case.notices.get(n)
        return notice is not None and sight.reads(notice, self.actor)

    def about(self, notice: Notice) -> str:
        """Return the item a paper is told under: the matter itself where it came from a proceeding the actor does not know of."""
        if notice.item in self.case.items or notice.item == CASE:
            return notice.item
        own = own_code(notice.item)
        return own if own in self.case.items else CASE

    @cached_property
    def turn(self) -> Turn:
        """Return whose turn it is, in words for the actor."""
        you = "您" if self.is_applicant else titles.APPLICANT_TITLE
        return turn_of(self.whole, self.situation, you=you)

    @cached_property
    def owed(self) -> list[Owed]:
        """Return what the applicant has to do; nothing to who is neither the applicant nor typed it in."""
        return owed_of(self.whole, self.situation) if self.own else []

    def concerned(self, action: str) -> dict[str, str]:
        """Return the items that an action on the case, which names one, may be about now: code → title."""
        codes = step.concerned(self.whole, action, self.actor, self.situation)
        return {code: titles.item_title(self.release, code) for code in codes}

    @cached_property
    def reappliable(self) -> list[str]:
        """Return the items that the actor may apply for anew now."""
        if self.newest is None:
            return []
        return reappliable(self.whole, self.newest, self.actor, self.later)

    # ---- items -----------------------------------------------------------------------------------------------------

    @cached_property
    def own_items(self) -> Mapping[str, Item]:
        """Return the items of the application itself, without the proceedings that follow."""
        return own_items(self.case)

    @property
    def told_items(self) -> list[Item]:
        """Return the items and proceedings that the applicant is told of: without those among offices."""
        return [item for item in self.case.items.values() if not is_inside(item.lifecycle)]

    def waits_for(self, item: Item) -> list[str]:
        """Return the items of the case that have to be done before this one begins."""
        return waits_for(self.release, item.item, self.case.items)

    def gaps_of(self, item: Item) -> list[str]:
        """Return the materials that still have to follow for an item accepted with gaps."""
        return open_gaps(self.case, item.item)

    def feedback_of(self, item: Item) -> Feedback | None:
        """Return what the department said of its papers at the common intake; inside only."""
        return item.feedback if self.inside else None

    def sees_contents_of(self, item: Item) -> bool:
        """Tell whether the actor has business with what was filled in and handed in for an item."""
        own = item.department == self.actor.department
        return own or sight.sees_all(self.release, self.whole, self.actor)

    def materials_for(self, item: Item) -> list[MaterialUse]:
        """Return the materials an item asks for; nothing where the actor has no business with them."""
        if not self._asks(item):
            return []
        code = own_code(item.item)
        return material_uses(self.release, code, item.handling, self._facts)

    def form_for(self, item: Item) -> list[tuple[VocabularyField, Any]]:
        """Return the fields of the one form that an item asks for, each with what was filled in."""
        if not self._asks(item):
            return []
        release, code = self.release, own_code(item.item)
        known = filled_by_answers(release, self.case.answers) | self.case.form
        uses = field_uses(release, code, item.handling, self._facts)
        return [(release.vocabulary.fields[use.use], known.get(use.use)) for use in uses]

    @property
    def about_whom(self) -> ConcernedPerson | None:
        """Return whom the case is about, where that is not the applicant, for who may see what was filled in."""
        return concerned_in(self.release, self.case)

    def asked_of(self, item: Item) -> tuple[list[str], list[str]]:
        """Return the codes of the fields and of the materials that an item asks for in this situation."""
        if self.release.subject(item.item) is None:
            return [], []
        code, facts = own_code(item.item), self._facts
        fields = field_uses(self.release, code, item.handling, facts)
        materials = material_uses(self.release, code, item.handling, facts)
        return [use.use for use in fields], [use.use for use in materials]

    def reasons_for(self, item: Item, transition: Transition) -> Mapping[str, VocabularyReason]:
        """Return the reasons of the catalogue that an action on an item takes, by code."""
        return offered_reasons(self.release, self.whole, item, transition)

    def may_carry(self, item: Item, transition: Transition) -> tuple[str, ...]:
        """Return what an action on an item may carry beside what it needs, where the page asks for it."""
        decides = transition.effect is not None and transition.effect.parent is not None
        return ("compensation",) if decides and compensates(item) else ()

    def grounds(self, item: Item, action: str) -> Mapping[str, str]:
        """Return the grounds on which an action does not receive the application (不予受理); none where it does not."""
        leaving = machine_for(self.release, item.item).leaving(item.state)
        ways = [transition for transition in leaving if transition.action == action]
        turns_away = any(declines(self.release, item, each) for each in ways)
        return grounds_of(self.release, item) if turns_away else {}

    def missing_of(self, item: Item) -> list[str]:
        """Return the codes of the required materials of an item that are not there."""
        return missing_materials(self.release, self.whole, item, self._facts)

    def _asks(self, item: Item) -> bool:
        return self.release.subject(item.item) is not None and self.sees_contents_of(item)

    @property
    def _facts(self) -> dict[str, Any]:
        return facts_for(self.release, self.whole)

    # ---- limits ----------------------------------------------------------------------------------------------------

    def clocks_of(self, code: str) -> list[Clock]:
        """Return the clocks of an item, or of the case as a whole; those of a duty among offices inside only."""
        hidden = set() if self.inside else {(CASE, FEEDBACK_CLOCK)}
        return [
            clock for key, clock in self.case.clocks.items() if key[0] == code and key not in hidden
        ]

    def left(self, clock: Clock) -> Left | None:
        """Return what is left of a clock now; None when it has ended or has no limit."""
        calendar, policy, now = self._reckoning
        return clocks.left(clock, calendar, policy, now)

    def explained(self, clock: Clock) -> dict[str, Any]:
        """Tell how the date of a clock came about, as `clocks.explain` does."""
        calendar, policy, now = self._reckoning
        return clocks.explain(clock, calendar, policy, now)

    @property
    def _reckoning(self) -> tuple[WorkCalendar, Policy, datetime]:
        return self.situation.calendar, self.situation.policy, self.situation.now

    @property
    def rating_ends_on(self) -> date | None:
        """Return the day after whose end silence counts as the default grade; None where there is none (R-EVAL-4)."""
        return defaulted_on(self.whole, self.situation.policy, self.situation.calendar)


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
        return [
            event
            for event in self.events
            if sight.sees_event(
                release, case, actor, event.item, event.action, told=self._told_by(event.n)
            )
        ]

    def _told_by(self, n: int) -> bool:
        """Tell whether a paper that the actor reads went out with an event."""
        return any(map(self.view.reads, self.papers.get(n, ())))

    @cached_property
    def papers(self) -> Mapping[int, Sequence[int]]:
        """Return which papers went out with which event: numbers of notices by number of event."""
        return attached_papers(self.events)

    def timeline(self, people: Mapping[str, str] | None = None) -> list[Entry]:
        """Tell what happened, the newest first; inside with names (`people`: account → name)."""
        view = self.view
        return timeline_of(
            view.release, view.case, self.seen, self.papers, inside=view.inside, people=people
        )

    def chart(self) -> str:
        """Draw the chart of the case as SVG."""
        return case_chart(self.view.release, self.view.whole, self.events)
