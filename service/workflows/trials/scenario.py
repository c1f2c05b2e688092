"""情景运行 — a dated story played against the engine itself, in memory; every expectation that fails names its line."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from service.errors import ServiceError
from service.workflows.application import known, needed, order, questions
from service.workflows.application.concerned import named_in as concerned_named
from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.pack import Pack, Story
from service.workflows.calendar import WorkCalendar, build, built_in, local_date
from service.workflows.case import record
from service.workflows.case.engine import FORBIDDEN, NOT_RECEIVED
from service.workflows.case.parts import STEP, Case
from service.workflows.case.situation import Action, Actor, Held, Situation, Step
from service.workflows.definition.models import (
    BUILT_IN_POSTS,
    Expectation,
    Scenario,
    ScenarioHolding,
    ScenarioStep,
    dates_as_text,
)
from service.workflows.definition.release import Release
from service.workflows.handling import begun, draft_materials, numbers
from service.workflows.handling.submission import not_eligible
from service.workflows.rules import library
from service.workflows.step import step, tick
from service.workflows.trials import again
from service.workflows.trials.coverage import Coverage
from service.workflows.trials.played import Failure, Played
from service.workflows.trials.samples import (
    answers_with_neutral,
    asked_registers,
    refusal_said,
    refused_fields,
    sample,
)
from service.workflows.worksheet import Work

LIMITS = ("promised", "statutory", "safe")
NO_DAY = "没有日期（停着，或者没有这一种期限）"
AT_RECEIPT = (NOT_RECEIVED, FORBIDDEN)  # what the law bars is answered at the receipt itself


def pack_calendar(pack: Pack, release: Release) -> WorkCalendar:
    """Return the calendar of a pack: built-in years, its own notices, the layers its directory names."""
    regional = tuple(dict.fromkeys(c.layer for c in pack.calendars if c.layer != "CN"))
    layers = release.directory.policy.calendar_layers or ["CN", *regional]
    return build((*built_in(), *pack.calendars), layers)


def play(pack: Pack, story: Story, coverage: Coverage | None = None) -> Played:
    """Play one story; a definition error inside it (an unknown actor, say) is a failure at its line, never a crash."""
    release = compile_release(pack, story.scenario.bundle)
    stage = Stage(release, pack_calendar(pack, release), story)
    stage.run()
    if coverage is not None:
        coverage.see_answers(story.scenario.answers)
        coverage.see(release, tuple(stage.played.events))
    return stage.played


class Stage:
    """One story being played: the case so far and the virtual time."""

    def __init__(self, release: Release, calendar: WorkCalendar, story: Story) -> None:
        self.release, self.calendar, self.story = release, calendar, story
        self.scenario: Scenario = story.scenario
        self.now: datetime = story.scenario.now
        self.played = Played(story)
        self.case: Case | None = None
        self.began = 0  # where in the record of the story the present case begins
        self.left: tuple[Case, ...] = ()  # the cases before it
        self.serials: Counter[str] = Counter()  # certificates share one, as few as there are
        self.applicant = Actor("applicant", "applicant", subject=self.scenario.applicant.id)
        self.library = tuple(self._held(holding) for holding in self.scenario.holds)
        posts = {**BUILT_IN_POSTS, **release.directory.posts}
        self.staff = {  # one clerk on every post, whose account says which
            (department, post): (f"{department}.{post}",)
            for department in release.directory.departments
            for post in posts
        }

    def _held(self, holding: ScenarioHolding) -> Held:
        kind = self.release.vocabulary.certificates.get(holding.certificate)
        return Held(
            number=holding.number,
            certificate=holding.certificate,
            title=kind.title if kind else holding.certificate,
            holder_id=self._holder_of(holding),
            issued_on=holding.issued_on,
            valid_until=holding.valid_until,
            state=holding.state,
            carries=dates_as_text(holding.carries),
        )

    def _holder_of(self, holding: ScenarioHolding) -> str:
        person = concerned_named(self.release, dates_as_text(self.scenario.form))
        of_other = holding.holder == "concerned" and person
        return of_other.id if of_other else self.scenario.applicant.id

    def run(self) -> None:
        """Submit, then do step after step."""
        wrong = sorted(self.scenario.expect.wrong) if self.scenario.expect else []
        try:
            self._submit()
        except ServiceError as refusal:
            found = refused_fields(refusal) if wrong else refusal_said(refusal)
            self._check(("answers",), "提交", wrong or "受理收件", found)
            return
        if wrong:
            self._fail(("expect",), "提交", f"退回（{'、'.join(wrong)}）", "受理收件")
        if self.scenario.expect:
            self._compare(self.scenario.expect, ("expect",))
        for index, entry in enumerate(self.scenario.steps):
            self._step(entry, ("steps", index))

    # ---- acting ----

    def _situation(self) -> Situation:
        known = (*self.left, *((self.case,) if self.case else ()))
        breaches = [credit for case in known for credit in case.credits.values()]
        return Situation(
            self.release,
            self.calendar,
            self.now,
            staff=self.staff,
            excluded=self.scenario.applicant.credit.excluded or any(c.excluded for c in breaches),
            library=(*self.library, *again.held(self.left)),
            bans=tuple(ban for case in self.left for ban in case.bans.values()),
        )

    def _keep_step(self, taken: Step) -> None:
        first = {}
        for series, many in numbers.wanted(taken, self.release).items():
            kept = "certificate" if series.startswith("certificate ") else series
            first[series] = self.serials[kept] + 1
            self.serials[kept] += many
        taken = numbers.numbered(taken, self.release, first)
        self.case, events, _ = record.sealed(taken)
        self.played.events += events

    def _submit(self) -> None:
        who = self.scenario.applicant
        window = self._actor(f"{self.release.bundle.lead}.window")
        # Who comes to the counter has no account.
        typed = window if self.scenario.channel == "counter" else None
        answers = answers_with_neutral(self.release, dates_as_text(self.scenario.answers), who.type)
        story = hashlib.sha256(f"{self.story.file} {self.scenario.title}".encode()).hexdigest()
        case = Case(
            id=story[:32],
            bundle=self.release.bundle.code,
            release=self.release.hash,
            applicant_type=who.type,
            applicant_name=who.name,
            applicant_id=who.id,
            number="S-0001",
            salt="scenario",
            account="" if typed else self.applicant.account,
            entered_by=typed.account if typed else "",
            channel=self.scenario.channel,
            created_at=self.now,
            answers=answers,
            handling=dict(self.scenario.handling),
            form=self._form(answers),
        )
        case.registers = asked_registers(self.release, self.scenario, case, self.now)
        action = Action(
            "submit", data={"materials": self._materials(case), "meets_by": self.scenario.meets_by}
        )
        self._keep_step(step(case, action, typed or self.applicant, self._situation()))

    def _form(self, answers: dict[str, Any]) -> dict[str, Any]:
        asked = {
            q.id
            for q in questions.asked_questions(self.release, answers, self.scenario.applicant.type)
        }
        filled = {q.fills for q in self.release.bundle.questions if q.id in asked}
        told = ("applicant.", *(f"register.{code}." for code in self.scenario.registers))
        samples = {
            name: sample(definition, local_date(self.now))
            for name, definition in self.release.vocabulary.fields.items()
            if name not in filled and not any(s.startswith(told) for s in definition.source)
        }
        return {**samples, **dates_as_text(self.scenario.form)}

    def _materials(self, case: Case) -> list[dict[str, Any]]:
        """Supply everything the case asks for, each from its first origin, but what the story says is missing."""
        applicant = questions.Applicant(
            case.applicant_type, case.applicant_name, case.applicant_id, self._situation().excluded
        )
        selection = questions.select(self.release, case.answers, applicant, only=case.limited_to)
        full = needed.check_form(
            self.release, {**questions.filled_by_answers(self.release, case.answers), **case.form}
        )
        case = replace(case, form=full)
        needs = needed.one_set(
            self.release,
            selection.items,
            self._handling(case),
            questions.facts_for(self.release, case),
        )
        if self.scenario.expect and self.scenario.expect.materials is not None:
            self._check(
                ("expect", "materials"),
                "材料",
                sorted(self.scenario.expect.materials),
                sorted(needs),
            )
        given = [
            self._paper(c, self._origin(n))
            for c, n in needs.items()
            if c not in {*self.scenario.missing, *self.scenario.defer}
        ]
        return [*given, *({"material": code, "defer": True} for code in self.scenario.defer)]

    def _paper(self, code: str, source: str) -> dict[str, Any]:
        """Return a paper as it is handed in: what is uploaded is a file of its own."""
        said = f"{self.story.file} {code} {self.now.isoformat()}"
        file = hashlib.sha256(said.encode()).hexdigest() if source == library.UPLOAD else ""
        return {"material": code, "source": source, "file": file}

    def _origin(self, need: needed.MaterialNeed) -> str:
        """Return the first way in which the applicant can supply a paper: a certificate only if he holds it."""
        kinds = self.release.vocabulary.stand_for(need.material)
        today, who = local_date(self.now), self.scenario.applicant.id
        held = not kinds or any(library.standing(self.library, k, who, today) for k in kinds)
        ways = [origin for origin in need.origins if held or origin != library.ORIGIN]
        return ways[0] if ways else "upload"

    def _handling(self, case: Case) -> dict[str, str]:
        """Commitments that will not be open ask for the ordinary papers."""
        work = Work(self._situation(), case)
        items = [code for code in case.handling if code in self.release.items]
        return {
            code: "ordinary" if wish == "commitment" and not_eligible(work, code, items) else wish
            for code, wish in case.handling.items()
            if code in self.release.items
        }

    def _step(self, entry: ScenarioStep, path: tuple[str | int, ...]) -> None:
        assert self.case is not None
        if entry.at:
            self.now = max(self.now, entry.at)
            self._keep_tick()
        if entry.reapply:
            self._attempt(entry, path, f"重新申请 {'、'.join(entry.reapply)}", "reapply")
        if entry.do:
            self._attempt(entry, path, entry.do, "do")
        if entry.expect:
            self._compare(entry.expect, (*path, "expect"))

    def _keep_tick(self) -> None:
        assert self.case is not None
        fallen = tick(self.case, self._situation())
        if fallen.events:
            self._keep_step(fallen)

    def _attempt(
        self, entry: ScenarioStep, path: tuple[str | int, ...], what: str, key: str
    ) -> None:
        """Act, and hold against the story whether it was refused, and why."""
        try:
            if key == "do":
                self._act(entry)
            else:
                self._reapply(entry.reapply)
        except ServiceError as refusal:
            said = refusal_said(refusal)
            if not entry.refused:
                self._fail((*path, key), what, "可以办理", said)
            elif entry.refused not in ("any", refusal.slug):
                self._fail((*path, "refused"), f"{what} 被拒绝的原因", entry.refused, said)
            return
        if entry.refused:
            self._fail((*path, "refused"), what, f"被拒绝（{entry.refused}）", "办理成功")

    def _act(self, entry: ScenarioStep) -> None:
        assert self.case is not None
        item, _, name = (entry.do or "").rpartition(".")
        action = Action(name, "" if item == "case" else item, dates_as_text(entry.data))
        self._keep_step(step(self.case, action, self._actor(entry.by or ""), self._situation()))

    def _reapply(self, items: Sequence[str]) -> None:
        """Apply anew for items that came to nothing; from here on the story is that of the new case."""
        old = self.case
        assert old is not None
        writer = self._actor(old.entered_by) if old.entered_by else self.applicant
        told, now = self.played.events[self.began :], self._situation().now
        case, papers = again.draft_after(old, items, self.release, writer, told, now)
        self.left += (old,)
        self.began = len(self.played.events)
        self._keep_step(begun(case, papers.values(), writer, self._situation()))
        case = self.case or case
        new = [each for each in self._materials(case) if each["material"] not in papers]
        action = Action("submit", data={"materials": [*draft_materials(case), *new]})
        self._keep_step(step(case, action, writer, self._situation()))

    def _actor(self, by: str) -> Actor:
        if by == "supervisor":
            return Actor("supervisor", "supervisor", name="效能监察")
        if by == "applicant":
            return self.applicant
        department, _, post = by.partition(".")
        return Actor(by, "clerk", department, frozenset({post}))

    # ---- comparing ----

    def _fail(self, path: Sequence[str | int], what: str, expected: str, found: str) -> None:
        self.played.failures.append(Failure(self.story.line(*path), what, expected, found))

    def _check(self, path: Sequence[str | int], what: str, expected: object, found: object) -> None:
        if expected != found:
            self._fail(path, what, str(expected), str(found))

    def _compare(self, expected: Expectation, path: tuple[str | int, ...]) -> None:
        case = self.case
        assert case is not None
        if expected.stopped:
            barred = all(i.state in AT_RECEIPT for i in order.own_items(case).values())
            said = "依法不能办理" if barred else "已经收件"
            self._check((*path, "stopped"), "提交", "依法不能办理", said)
        if expected.items is not None:
            self._check(
                (*path, "items"), "事项", sorted(expected.items), sorted(order.own_items(case))
            )
        if expected.case is not None:
            self._check((*path, "case"), "办件状态", expected.case, case.state)
        for item, state in expected.states().items():
            found = case.items[item].state if item in case.items else "没有这个事项"
            self._check((*path, item), f"{item} 状态", state, found)
        for name, day in expected.due.items():
            wanted = str(day) if day else NO_DAY
            self._check((*path, "due", name), f"{name} 到期日", wanted, self._due_of(case, name))
        for item, card in expected.card.items():
            self._check((*path, "card", item), f"{item} 牌", card, _card_of(case, item))
        for code, state in expected.payments.items():
            payment = case.items[code].payment if code in case.items else None
            now = payment.state if payment else "none"
            self._check((*path, "payments", code), f"{code} 缴费", state, now)
        for who, n in expected.tasks.items():
            department, _, post = who.rpartition(".")
            tasks = [
                t
                for t in case.tasks.values()
                if t.done_at is None and t.post == post and t.department == department
            ]
            self._check((*path, "tasks", who), f"{who} 待办数", n, len(tasks))
        self._compare_record(expected, path, case)

    def _compare_record(
        self, expected: Expectation, path: tuple[str | int, ...], case: Case
    ) -> None:
        issued = [n.kind for n in case.notices.values()]
        for index, kind in enumerate(expected.notices):
            if kind not in issued:
                self._fail((*path, "notices", index), "文书", kind, "、".join(issued))
        if expected.differs is not None:
            differing = sorted(known.differing(self.release, case))
            self._check((*path, "differs"), "与登记不一样", sorted(expected.differs), differing)
        held = [c.certificate for c in case.certificates.values() if c.state == "valid"]
        for index, code in enumerate(expected.certificates):
            if code not in held:
                self._fail((*path, "certificates", index), "证照", code, "、".join(held) or "没有")
        happened = iter([e.action for e in self.played.events])
        for index, action in enumerate(expected.events):
            if not any(action == one for one in happened):
                self._fail(
                    (*path, "events", index),
                    "办理记录（按先后）",
                    action,
                    "、".join(e.action for e in self.played.events),
                )
                break

    def _due_of(self, case: Case, name: str) -> str:
        """Return a due date as text; `<item>.<clock>[.promised|.statutory|.safe]`."""
        parts = name.split(".")
        which = parts.pop() if parts[-1] in LIMITS else "due"
        item = ".".join(parts[:-1]) if len(parts) > 1 else parts[0]
        clock = case.clocks.get(("" if item == "case" else item, parts[-1]))
        if clock is None and which != "due":  # case.promised is the promise of the whole
            clock = case.clocks.get(("", "promise")) if name == "case.promised" else None
        if clock is None:
            return "没有这个时限"
        day = getattr(clock, f"{which}_on")
        return str(day) if day else NO_DAY


def _card_of(case: Case, item: str) -> str:
    """Return the card of an item or of the case; a stage that is late does not colour the whole (S-18)."""
    own = [c for c in case.clocks.values() if c.item == ("" if item == "case" else item)]
    cards = {c.card for c in own if not c.clock.startswith(STEP)}
    return next((card for card in ("red", "yellow") if card in cards), "none")
