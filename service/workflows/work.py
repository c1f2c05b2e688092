"""一次办理的工作底稿 — one step in the making: a fork of the case, and the few ways in which it may change."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from service.workflows import bundle, clocks, papers
from service.workflows.calendar import local_date
from service.workflows.case import CASE, THIRD_PARTY, Case, Clock, Event, Item, Message, Notice, Task
from service.workflows.language.duration import Duration
from service.workflows.language.models import Lifecycle, Transition
from service.workflows.language.release import FOLLOW_UP, LATER, PUBLICATION, REPAIR
from service.workflows.machine import APPLICANT, LifecycleMachine, machine_of
from service.workflows.notices import Paper
from service.workflows.rights import departments_of_window, post_name
from service.workflows.situation import Actor, Situation

MOMENT = timedelta(microseconds=1)
DEPARTMENT, PUBLIC = "department", "public"
EXPIRY = "expiry"  # the limit of a clock that ends with the certificate an item renews
STEP = "step-"  # the clock of a stage is named step-<state>


class Work:
    """A fork of the case being changed; `at` is when the act counts in law (a late sweep works with earlier instants)."""

    def __init__(self, situation: Situation, case: Case) -> None:
        self.situation = situation
        self.release = situation.release
        self.case = case.fork()
        self.before = case
        self.at: datetime = situation.now
        self.at_expiry = False  # the act is the end of a period
        self.events: list[Event] = []

    # ---- looking ----

    def machine(self, item: Item) -> LifecycleMachine:
        """Return the machine of an item's lifecycle."""
        return machine_of(self.release, item.lifecycle)

    @property
    def today(self) -> date:
        """Return the local legal date of the act."""
        return local_date(self.at)

    def facts(self, item: Item | None = None) -> dict[str, Any]:
        """Return expression facts of the case, and of an item."""
        facts = bundle.facts_for(self.release, self.case, self.situation.excluded)
        if item is None:
            return facts
        return {**facts, "handling": item.handling, "item": papers.flags(self.release, self.case, item, facts)}

    @property
    def counted_at(self) -> datetime:
        """Return the instant for the ledgers: a period ends at 24:00 of its last day, not in the day after (民法典 203)."""
        return self.at - MOMENT if self.at_expiry else self.at

    # ---- telling ----

    def log(  # an event has this many facts
        self,
        action: str,
        actor: Actor,
        *,
        item: str = CASE,
        post: str = "",
        states: tuple[str, str] = ("", ""),
        law: str = "",
        data: dict[str, Any] | None = None,
    ) -> None:
        """Write down what happened; the message to outside systems is a row of the same step."""
        n = self.before.last_event + len(self.events) + 1
        self.events.append(
            Event(
                n=n, action=action, item=item, at=self.at, recorded_at=self.situation.now, actor=actor.record(post),
                state_from=states[0], state_to=states[1], law=law, data=data or {},
                release=self.case.release, calendar=self.situation.calendar.version,
            )
        )  # fmt: skip
        about = "item" if item else "case"
        payload = {
            "case": self.case.number,
            "item": item,
            "state": states[1] or self.case.state,
            "at": self.at.isoformat(),
        }
        self.case.messages[n] = Message(n=n, type=f"{about}.{action}", at=self.at, payload=payload)

    def issue(self, kind: str, item: str, paper: Paper, to: str = APPLICANT) -> Notice:
        """Issue a paper: numbered within the case, with a code that cannot be guessed for its QR."""
        n = len(self.case.notices) + 1
        secret = hashlib.sha256(f"{self.case.salt}:{n}".encode()).hexdigest()
        notice = Notice(
            n=n, kind=kind, item=item, title=paper.title, to=to, body=paper.body, issued_at=self.at,
            number=f"{self.case.number}-{n:02}", code=secret[:20],
            delivered_at=self.at if to != THIRD_PARTY and (self.case.channel == "online" or to != APPLICANT) else None,
        )  # fmt: skip
        self.case.notices[n] = notice
        return notice

    # ---- clocks ----

    def put(self, clock: Clock) -> None:
        """Keep a clock with its dates reckoned anew."""
        self.case.clocks[clock.item, clock.clock] = clocks.reckon(
            clock, self.situation.calendar, self.situation.policy, self.at
        )

    def begin(self, clock: Clock, at: datetime, *, entry: bool = False) -> None:
        """Start a clock afresh from an instant; `entry` marks a receipt (off-hours reading applies)."""
        started = clocks.start(clock, at, self.situation.policy, self.situation.calendar, entry=entry)
        self.put(started)

    def limits_of(self, item: Item, name: str) -> tuple[str | None, str | None]:
        """Return (statutory, promised) of an item's lifecycle clock, as durations."""
        limit = self.release.lifecycles[item.lifecycle].clocks[name].limit
        if item.lifecycle == REPAIR and limit == "credit_term":
            return self.situation.policy.ends_after(item.special["severity"]), None
        if item.parent and (of_region := getattr(self.situation.policy, limit, None)):
            return None, str(of_region)  # a duty towards the region's own rules, not a statutory limit
        definition = self.release.subject(item.item)
        if definition is None:
            return limit, None
        if limit == EXPIRY:
            return None, None
        if limit == "limits":
            statutory, promised = definition.limits.get("statutory"), definition.limits.get("promised")
            if item.handling == "commitment" and definition.commitment:
                promised = definition.commitment.limit
            return statutory, promised
        if item.lifecycle == LATER and limit == "later":
            day = self.case.commitments[item.parent].later_on
            return (f"{max(0, (day - self.today).days)}d" if day else None), None
        if (
            item.lifecycle == FOLLOW_UP
            and limit == "follow_up"
            and definition.commitment
            and definition.commitment.follow_up
        ):
            return definition.commitment.follow_up.limit, None
        own = definition.limits.get(limit, limit)
        return (
            (None, own) if item.lifecycle == PUBLICATION else (own, None)
        )  # late publishing harms no applicant's right

    def new_clock(self, item: Item, name: str, *, days: int | None = None) -> Clock:
        """Return a clock of an item that has not started; `days` (working days) overrides its limit."""
        definition = self.release.lifecycles[item.lifecycle].clocks[name]
        statutory, promised = self.limits_of(item, name)
        if days is not None:
            statutory, promised = str(Duration(days, "wd")), None
        subject = self.release.subject(item.item)
        safe = bool(subject and subject.category == "licence") and self.case.channel == "online"
        return Clock(
            item=item.item, clock=name, title=definition.title, basis=definition.basis,
            owner=definition.owner or _owner(self.release.lifecycles[item.lifecycle], name),
            statutory=statutory, promised=promised,
            ends_on=date.fromisoformat(item.window["valid_until"]) if definition.limit == EXPIRY else None,
            entered_at=item.complete_at if safe and definition.limit == "limits" else None,
        )  # fmt: skip

    def turn_clocks(self, item: Item, transition: Transition | None, days: int | None = None) -> None:
        """Run what the item's new state runs, pause the rest, settle what cannot run again.

        A transition with `counts_from` starts the clocks of its target afresh from that instant.
        """
        machine = self.machine(item)
        state = machine.states[item.state]
        fresh = self.counting_from(item, transition.counts_from) if transition and transition.counts_from else None
        for name in machine.lifecycle.clocks:
            clock = self.case.clocks.get((item.item, name))
            if name in state.runs:
                self._run(item, name, clock, fresh, days if self._sets_limit(transition, name) else None)
            elif clock and clock.state != "settled":
                again = not state.final and machine.can_run_again(item.state, name)
                why = state.title + (f"（{transition.basis}）" if transition and transition.basis else "")
                if not again:
                    self.put(clocks.settle(clock, self.counted_at))
                elif clock.state == "running":
                    self.put(clocks.stop(clock, self.counted_at, why))
        self._turn_step(item)
        if state.final:
            self._settle_all(item.item)

    def _turn_step(self, item: Item) -> None:
        """环节时限: the limit of the one stage the item is in; it ends with the stage and moves nothing else (R-MON-1)."""
        name = STEP + item.state
        for clock in list(self.case.clocks.values()):
            left = clock.item == item.item and clock.clock.startswith(STEP) and clock.clock != name
            if left and clock.state != "settled":
                self.put(clocks.settle(clock, self.counted_at))
        definition = self.release.items.get(item.item)
        running = self.case.clocks.get((item.item, name))
        if (
            definition
            and (length := definition.steps.get(item.state))
            and (running is None or running.state == "settled")
        ):
            title = f"{self.machine(item).states[item.state].title}（环节）"
            self.begin(Clock(item.item, name, title, "本级规定的环节时限", promised=length), self.counted_at)

    @staticmethod
    def _sets_limit(transition: Transition | None, clock: str) -> bool:
        return bool(transition and transition.effect and transition.effect.limit == clock)

    def _run(self, item: Item, name: str, clock: Clock | None, fresh: datetime | None, days: int | None) -> None:
        expiry = self.machine(item).states[item.state].on_expiry.get(name, "")
        if clock is None or fresh is not None or clock.state == "settled":
            clock = self.new_clock(item, name, days=days)
            clock.expiry = expiry
            at = fresh or self.counted_at
            self.begin(clock, at, entry=at == item.received_at)
            return
        clock.expiry = expiry
        self.put(clocks.resume(clock, self.counted_at) if clock.state == "paused" else clock)

    def _settle_all(self, item: str) -> None:
        for clock in list(self.case.clocks.values()):
            if clock.item == item and clock.state != "settled":
                self.put(clocks.settle(clock, self.counted_at))

    def counting_from(self, item: Item, which: str) -> datetime:
        """Return the instant a limit counts from.

        `complete`: the day the last paper asked for came in; without a correction that is the day of the act itself
        (R-ACC-8, scenarios S-05 and S-10). `received`: the receipt of what the window has before it, which after a
        correction is the day of the last paper: the applicant's time is not the department's (R-ACC-5, R-ACC-8).
        """
        if which in ("received", "complete") and item.corrections and item.complete_at:
            return item.complete_at
        return item.received_at if which == "received" and item.received_at else self.counted_at

    # ---- tasks ----

    def close_tasks(self, item: str) -> None:
        """Close the open tasks of an item."""
        for task in self.case.tasks.values():
            if task.item == item and task.done_at is None:
                task.done_at = self.at

    def open_task(self, item: Item) -> None:
        """Open the task that the item's state asks for; who handled it before keeps it (首问负责)."""
        machine = self.machine(item)
        state = machine.states[item.state]
        if not state.post or state.final:
            return
        post = post_name(self.release, item, state.post)
        department = "" if post == APPLICANT else self._department_for(item, machine, post)
        earlier = [
            t for t in self.case.tasks.values() if (t.item, t.department, t.post) == (item.item, department, post)
        ]
        n = len(self.case.tasks) + 1
        person = max(earlier, key=lambda t: t.n).person if earlier else ""
        self.case.tasks[n] = Task(n, item.item, department, post, item.state, since_at=self.at, person=person)

    def _department_for(self, item: Item, machine: LifecycleMachine, post: str) -> str:
        if post != "window":
            return item.department
        ways = [t for t in machine.leaving(item.state) if "window" in t.actors]
        ways = [t for t in ways if machine.states[t.to].final == "granted"] or ways  # who can finish it has it to do
        owners = set().union(*(departments_of_window(self.release, item, machine, t) for t in ways)) if ways else set()
        return self.release.bundle.lead if self.release.bundle.lead in owners else item.department

    def date_tasks(self) -> None:
        """Give each open task the due date and card of the clocks that run for it."""
        for task in self.case.tasks.values():
            if task.done_at is not None:
                continue
            running = [c for c in self.case.clocks.values() if c.item == task.item and c.state == "running"]
            task.due_on = min((c.due_on for c in running if c.due_on), default=None)
            cards = {c.card for c in running if c.owner == DEPARTMENT}
            task.card = "red" if "red" in cards else "yellow" if "yellow" in cards else "none"

    # ---- the whole ----

    def set_derived_state(self) -> None:
        """Derive the case's state from its items and store it."""
        waiting, intake = [], []
        for code, item in self.case.items.items():
            machine = self.machine(item)
            if machine.states[item.state].post == APPLICANT:
                waiting.append(code)
            if item.state == machine.lifecycle.initial:
                intake.append(code)
        self.case.state = bundle.derived_state(self.case, waiting, intake)


def _owner(lifecycle: Lifecycle, clock: str) -> str:
    """Say whose time a clock is: the applicant's, a department's, or the public's where nobody has anything to do."""
    posts = {state.post for state in lifecycle.states.values() if clock in state.runs}
    if APPLICANT in posts:
        return APPLICANT
    return DEPARTMENT if posts - {None} or not posts else PUBLIC
