"""工作底稿 — one step in the making: a fork of the case, and the few ways in which it may change."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from service.workflows import clocks
from service.workflows.application import in_hand, order, questions
from service.workflows.application.concerned import concerned_in
from service.workflows.calendar import local_date
from service.workflows.case.altering import altered
from service.workflows.case.columns import Body
from service.workflows.case.engine import APPLICANT
from service.workflows.case.lifecycle import LifecycleMachine, machine_for
from service.workflows.case.parts import (
    CASE,
    STEP,
    THIRD_PARTY,
    Case,
    Clock,
    Event,
    Item,
    Message,
    Notice,
    Task,
)
from service.workflows.case.situation import Actor, Situation
from service.workflows.definition.models import Transition
from service.workflows.expiry import at_end
from service.workflows.limits import DEPARTMENT, new_clock
from service.workflows.notices.wording import Paper
from service.workflows.rights import departments_of_window, post_name

MOMENT = timedelta(microseconds=1)


class Start(NamedTuple):
    """起算 — the instant a limit counts from; `entry` where it is the receipt of an application."""

    at: datetime
    entry: bool = False


class Work:
    """A fork of the case being changed; `at` is when the act counts in law (a late sweep works with earlier instants)."""

    def __init__(self, situation: Situation, case: Case) -> None:
        self.situation = situation
        self.release = situation.release
        self.case = case.fork()
        self.before = case
        self.at: datetime = situation.now
        self.at_expiry = False  # the act is the end of a period
        self.told_from: datetime | None = None  # nothing is told as if before this instant
        self.events: list[Event] = []
        self._machines: dict[str, LifecycleMachine] = {}  # every institute asks for them

    # ---- looking ----

    def machine(self, item: Item) -> LifecycleMachine:
        """Return the machine of an item's lifecycle, in the words of its matter."""
        found = self._machines.get(item.item)
        if found is None:
            found = self._machines[item.item] = machine_for(self.release, item.item)
        return found

    @property
    def today(self) -> date:
        """Return the local legal date of the act."""
        return local_date(self.at)

    def facts(self, item: Item | None = None) -> dict[str, Any]:
        """Return expression facts of the case, and of an item."""
        facts = questions.facts_for(self.release, self.case, self.situation.excluded)
        if item is None:
            return facts
        return {
            **facts,
            "handling": item.handling,
            "item": in_hand.flags(self.release, self.case, item, facts),
        }

    @property
    def counted_at(self) -> datetime:
        """Return the instant for the ledgers: a period ends at 24:00 of its last day, not in the day after (民法典 203)."""
        return self.at - MOMENT if self.at_expiry else self.at

    @property
    def told_at(self) -> datetime:
        """Return the instant under which an act is told: never before what was told already.

        What falls due backwards – the card of a limit that counts from an earlier receipt – keeps its own day on the
        clock, and stands in the record where it became known.
        """
        earlier = [self.told_from, *(event.at for event in self.events[-1:])]
        return max([self.at, *(at for at in earlier if at)])

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
        """Write down what happened; the message to outside systems is a row of the same step.

        What is told later than it happened in law says so: `as_of`.
        """
        n, at = self.before.last_event + len(self.events) + 1, self.told_at
        if at > self.at:
            data = {**(data or {}), "as_of": self.at.isoformat()}
        self.events.append(
            Event(
                n=n,
                action=action,
                item=item,
                at=at,
                recorded_at=self.situation.now,
                actor=actor.record(post),
                state_from=states[0],
                state_to=states[1],
                law=law,
                data=data or {},
                release=self.case.release,
                calendar=self.situation.calendar.version,
            )
        )
        self._send(n, action, item, states[1], at)

    def _send(self, n: int, action: str, item: str, state: str, at: datetime) -> None:
        about = "item" if item else "case"
        payload = {
            "case": self.case.number,
            "item": item,
            "state": state or self.case.state,
            "at": at.isoformat(),
        }
        self.case.messages[n] = Message(n=n, type=f"{about}.{action}", at=at, payload=payload)

    def issue(self, kind: str, item: str, paper: Paper, to: str = APPLICANT) -> Notice:
        """Issue a paper: numbered within the case, with a code that cannot be guessed for its QR."""
        n = len(self.case.notices) + 1
        secret = hashlib.sha256(f"{self.case.salt}:{n}".encode()).hexdigest()
        inside = to not in (APPLICANT, THIRD_PARTY)
        online = to == APPLICANT and self.case.channel == "online"
        at = self.told_at
        notice = Notice(
            n=n,
            kind=kind,
            item=item,
            title=paper.title,
            to=to,
            body=self._naming(paper.body),
            issued_at=at,
            number=f"{self.case.number}-{n:02}",
            code=secret[:20],
            delivered_at=at if inside or online else None,
        )
        self.case.notices[n] = notice
        return notice

    def _naming(self, body: Body) -> Body:
        """Let a paper name whom the case is about, where that is not the applicant."""
        person = concerned_in(self.release, self.case)
        return {**body, "concerned": person.said} if person else body

    # ---- clocks ----

    def put(self, clock: Clock) -> None:
        """Keep a clock with its dates reckoned anew."""
        self.case.clocks[clock.item, clock.clock] = clocks.reckon(
            clock, self.situation.calendar, self.situation.policy, self.at
        )

    def begin(self, clock: Clock, at: datetime, *, entry: bool = False) -> None:
        """Start a clock afresh from an instant; `entry` marks a receipt (off-hours reading applies).

        The card of an earlier run of the same limit stays: one only ever gets darker (R-MON-5).
        """
        before = self.case.clocks.get((clock.item, clock.clock))
        started = clocks.start(
            clock, at, self.situation.policy, self.situation.calendar, entry=entry
        )
        if before and not clock.clock.startswith(STEP):
            started = altered(started, card=before.card)
        self.put(started)

    def office_receipt(self, at: datetime) -> datetime:
        """Return from when a receipt counts, by the region's reading of hours outside the office's (R-TIME-4)."""
        return clocks.office_receipt(at, self.situation.policy, self.situation.calendar)

    def hold(self, item: str, name: str, why: str) -> None:
        """Stop a clock while there is a reason, and let it go on when there is none."""
        clock = self.case.clocks.get((item, name))
        if clock is None or clock.state == "settled":
            return
        if why and clock.state == "running":
            self.put(clocks.stop(clock, self.counted_at, why))
        elif not why and clock.state == "paused":
            self.put(clocks.resume(clock, self.counted_at))

    def new_clock(self, item: Item, name: str, *, days: int | None = None) -> Clock:
        """Return a clock of an item that has not started; `days` (working days) overrides its limit."""
        return new_clock(self.situation, self.case, item, name, self.today, days=days)

    def turn_clocks(
        self,
        item: Item,
        transition: Transition | None,
        days: int | None = None,
        *,
        receipt: bool = False,
    ) -> None:
        """Run what the item's new state runs, let go on what it keeps, pause the rest, settle what cannot run again.

        What has begun is never begun anew, from whatever instant a transition counts: only where it names the clock
        (`restarts`), or tells its length (section 18, invariant 3). `receipt`: the item is received now.
        """
        machine = self.machine(item)
        state = machine.states[item.state]
        since = Start(self.counted_at, entry=receipt)
        if transition and transition.counts_from:
            since = self.counting_from(item, transition.counts_from)
        anew = transition.restarts if transition else []
        for name in machine.lifecycle.clocks:
            clock = self.case.clocks.get((item.item, name))
            if name in state.runs:
                length = days if self._sets_limit(transition, name) else None
                fresh = name in anew or length is not None
                self._run_clock(item, name, None if fresh else clock, since, length)
            elif clock and clock.state != "settled":
                if name in state.keeps and name not in anew:
                    self.put(clocks.resume(clock, self.counted_at))
                    continue
                again = not state.final and machine.can_run_again(item.state, name)
                why = state.title + (
                    f"（{transition.basis}）" if transition and transition.basis else ""
                )
                if not again or name in anew:
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
            self.begin(
                Clock(item.item, name, title, "本级规定的环节时限", promised=length),
                self.counted_at,
            )

    @staticmethod
    def _sets_limit(transition: Transition | None, clock: str) -> bool:
        return bool(transition and transition.effect and transition.effect.limit == clock)

    def _run_clock(
        self, item: Item, name: str, clock: Clock | None, since: "Start", days: int | None
    ) -> None:
        """Let a clock go on, or begin one that has not begun, has ended, or is to begin anew (None)."""
        expiry = at_end(self.situation.policy, self.machine(item), item.state, name)
        if clock is None or clock.state == "settled":
            clock = self.new_clock(item, name, days=days)
            clock.expiry = expiry
            self.begin(clock, since.at, entry=since.entry)
            return
        clock.expiry = expiry
        self.put(clocks.resume(clock, self.counted_at) if clock.state == "paused" else clock)

    def _settle_all(self, item: str) -> None:
        for clock in list(self.case.clocks.values()):
            if clock.item == item and clock.state != "settled":
                self.put(clocks.settle(clock, self.counted_at))

    def counting_from(self, item: Item, which: str) -> "Start":
        """Return the instant a limit counts from.

        `complete`: the day the last paper asked for came in; without a correction that is the day of the act itself
        (R-ACC-8, scenarios S-05 and S-10). `received`: the receipt of what the window has before it, which after a
        correction is the day of the last paper: the applicant's time is not the department's (R-ACC-5, R-ACC-8). What
        waited for another item is accepted on the day of the notice that this is done: it was reviewed meanwhile (R-BND-6).
        `checked`: the check on the spot, also where it is recorded later (R-NCP-9).
        """
        if which == "checked":
            at = [
                each.checked_at for each in self.case.inspections.values() if each.item == item.item
            ]
            return Start(at[-1] if at else self.counted_at)
        if which in ("received", "complete") and item.corrections and item.complete_at:
            return Start(item.complete_at)
        if which == "received" and item.received_at:
            return Start(item.received_at, entry=True)
        if which == "complete" and item.received_at and self._waited(item):
            return Start(item.received_at)
        return Start(self.counted_at)

    def _waited(self, item: Item) -> bool:
        own = not item.parent
        return own and bool(order.waits_for(self.release, item.item, self.case.items))

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
            t
            for t in self.case.tasks.values()
            if (t.item, t.department, t.post) == (item.item, department, post)
        ]
        n = len(self.case.tasks) + 1
        person = max(earlier, key=lambda t: t.n).person if earlier else ""
        self.case.tasks[n] = Task(
            n, item.item, department, post, item.state, since_at=self.at, person=person
        )

    def _department_for(self, item: Item, machine: LifecycleMachine, post: str) -> str:
        if post != "window":
            return item.department
        ways = [t for t in machine.leaving(item.state) if "window" in t.actors]
        ways = [
            t for t in ways if machine.states[t.to].final == "granted"
        ] or ways  # who can finish it has it to do
        owners = set()
        if ways:
            owners = set().union(
                *(departments_of_window(self.release, item, machine, t) for t in ways)
            )
        return self.release.bundle.lead if self.release.bundle.lead in owners else item.department

    def date_tasks(self) -> None:
        """Give each open task the due date and card of the clocks that run for it."""
        for task in self.case.tasks.values():
            if task.done_at is not None:
                continue
            going_on = [
                c for c in self.case.clocks.values() if c.item == task.item and c.state != "settled"
            ]
            if (
                task.post == APPLICANT
            ):  # what a department has to keep is no date and no card of his
                going_on = [c for c in going_on if c.owner == APPLICANT]
            running = [c for c in going_on if c.state == "running"]
            task.due_on = min((c.due_on for c in running if c.due_on), default=None)
            cards = {c.card for c in going_on if c.owner == DEPARTMENT}  # a stop takes none back
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
        self.case.state = order.derived_state(self.case, waiting, intake)
