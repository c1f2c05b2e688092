"""G1, G2 — random lives of cases through the real verbs, predicted by a model that knows nothing of the engine.

Each rule either is ACKED as predicted, and the states are those of the model, or REFUSED as predicted, and nothing has
changed. Time passes, the worker comes by, definitions and calendars are published, and now and then the process breaks
off at a random statement: then the same key tells what became of it. At the end the oracle looks at everything.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from service.errors import KeyReused, ServiceError, Unavailable
from service.office import CaseView, Office
from service.store.database import Database
from service.store.files import Folder
from service.workflows.case import Action, Actor
from service.workflows.rules import acceptance, legal_order
from tests.checked import seen
from tests.gates import stall
from tests.gates.gate import Gate, Tally
from tests.gates.model import CHECK, CHECKING, MOVES, Case, Model, Who
from tests.gates.points import watched
from tests.gates.stall import BOTH, DAY, FOREIGN, MORNING, PACK, PROMISED, STAFF, STALL, asks
from tests.stories.people import credit_code

STEPS = 50
LAST = datetime(2026, 11, 20, 1, 30, 0, 417_389, tzinfo=MORNING.tzinfo)
DATA: dict[str, dict[str, Any]] = {
    "notify_correction": {
        "reason": "申请人急用"
    },  # the other department may still have days to answer
    "propose": {"opinion": "符合"},
    "send_back": {"opinion": "再看"},
    "grant": {"opinion": "准予"},
    "refuse": {"reasons": ["unfit"]},
    "reject_commitment": {"reasons": ["unfit"]},
    "start_special": {
        "procedure": "expert_review",
        "basis": "某法 9",
        "notice_text": "请等候",
        "days": 3,
    },
    "extend": {"reason": "案情复杂", "days": 5},
    "order_rectify": {"reasons": ["unfit"], "days": 4},
    "find_false": {"reasons": ["unfit"]},
}
CHECKED = {"pass", "record_mismatch", "order_rectify", "find_false"}
PICK = st.integers(0, 10**6)
BREAK = st.floats(0, 3)  # where, as a share of the points; beyond the last one nothing breaks off


NEVER = 1.0
RECORDS = re.compile("settle|commit|IMMEDIATE")


class Broken(BaseException):
    """The process ends here."""


class Lives(RuleBasedStateMachine):
    """Some cases of some applicants."""

    tally: Tally
    place: stall.Place
    postgres = ""
    points = 45  # that a request passes, about: it breaks off at one of them
    number = 0

    def __init__(self) -> None:
        super().__init__()
        cls = type(self)
        cls.number += 1
        self.runner = asyncio.Runner()
        self.url = self.postgres or self.place.sqlite()
        self.files = self.place.files(self.url)
        self.office = self._opened()
        self.model, self.now, self.keys = Model(), MORNING, 0
        self.owners = {
            f"zhang{n}": credit_code(
                f"92999901MA{self.tally.seed % 1000:03}{n}{cls.number % 1000:03}"
            )
            for n in range(3)
        }
        self.away: set[str] = set()
        self.published = 0
        self.accepted = self.refused = 0
        self.last: tuple[Any, ...] | None = None
        self.steps: list[str] = []

    def _opened(self) -> Office:
        return Office(Database(self.url), Folder(self.files, reserve=0), cheap_passwords=True)

    def run(self, work: Any) -> Any:
        """Run a verb."""
        return self.runner.run(work)

    # ---- who ----

    def people(self, case: Case | None = None) -> list[Who]:
        """Return who may come by; the applicant more often."""
        clerks = [Who(a.account, "clerk", a.department, a.posts) for a in STAFF.values()]
        mine = [Who(case.owner, "applicant")] * 2 if case else []
        return [*clerks, *mine, Who(FOREIGN.account, "clerk", "xf", FOREIGN.posts)]

    def actor(self, who: Who) -> Actor | None:
        """Return who that is to the office; None when the account is closed."""
        if who.kind == "applicant":
            return Actor(who.account, "applicant", subject=self.owners[who.account])
        if who.account == FOREIGN.account:
            return FOREIGN
        return self.run(self.office.actor(who.account))

    # ---- how ----

    def key(self) -> str:
        """Return a key that nobody used."""
        self.keys += 1
        return f"{type(self).number}-{self.keys}"

    def told(self, step: str, expected: bool, verb: Any) -> CaseView | None:
        """Make a request, compare with what was predicted, and return what is there now."""
        self.steps.append(f"{self.now:%m-%d %H} {step} {'ok' if expected else 'no'}")
        self.tally.trials += 1
        try:
            view: CaseView = self.run(verb())
        except Unavailable:
            raise
        except ServiceError as refusal:
            self.tally.refused += 1
            self.refused += 1
            assert not expected, f"refused: {refusal!r} {refusal.detail} after {self.steps[-14:]}"
            return None
        self.tally.accepted += 1
        self.accepted += 1
        assert expected, f"accepted after {self.steps[-14:]}"
        return view

    def same(self, number: str, view: CaseView) -> None:
        """Compare a case with the model."""
        case = self.model.cases[number]
        states = {
            code: item.state
            for code, item in view.case.items.items()
            if "." not in code or code == CHECK
        }
        expected = {code: line.state for code, line in case.lines.items()}
        assert states == expected, f"{states} not {expected} after {self.steps[-14:]}"
        dates = {c: view.case.items[c].accepted_on for c in MOVES_DATES if c in view.case.items}
        wanted = {c: case.lines[c].accepted_on for c in MOVES_DATES}
        assert dates == wanted, f"accepted {dates} not {wanted} after {self.steps[-14:]}"
        assert view.case.release == case.release, f"another release after {self.steps[-14:]}"

    # ---- rules ----

    @initialize()
    def begins(self) -> None:
        """There is always a case."""
        self.submits(0, 0, False)

    @rule(who=PICK, papers=st.integers(0, 3), promise=st.booleans())
    @precondition(lambda self: len(self.model.cases) < 4)
    def submits(self, who: int, papers: int, promise: bool) -> None:
        """An application comes in, with some of its papers."""
        owner = sorted(self.owners)[who % 3]
        given = PROMISED if promise else STALL
        handed = [paper for n, paper in enumerate(BOTH) if not papers >> n & 1]
        handed = [p for p in handed if not promise or p["material"] != "drawing"]
        given = replace(
            given,
            materials=tuple(handed),
            applicant={"type": "sole-trader", "name": owner, "id": self.owners[owner]},
        )
        codes = {str(paper["material"]) for paper in handed}
        case = self.model.submit(owner, codes, self.now, promise=promise)
        request = asks(self.actor(Who(owner, "applicant")), self.now, self.key())

        def verb() -> Any:
            return self.office.open_case(request, given, answer=_version)

        view = self.told(f"submit {owner} {sorted(codes)} {promise}", case is not None, verb)
        if view and case:
            case.release = view.case.release
            self.model.cases[view.case.number] = case
            self.same(view.case.number, view)
            self.last = (verb, view.answer)

    def options(self) -> list[tuple[str, str, str, Who]]:
        """Return all that the model would allow now."""
        found = []
        for number, case in self.model.cases.items():
            for who in dict.fromkeys(self.people(case)):
                if who.account in self.away:
                    continue
                if self.model.may_notify(case, who):
                    found.append((number, "", "notify_correction", who))
                for code, line in case.lines.items():
                    found += [
                        (number, code, action, who)
                        for action in (CHECKING if code == CHECK else MOVES)
                        if action != "withdraw" or self.keys % 7 == 0
                        if self.model.allowed(
                            case, code, action, who, self.now, self.data(code, line, action)
                        )
                    ]
        return found

    def data(self, code: str, line: Any, action: str) -> dict[str, Any]:
        """Return what an action carries."""
        if action == "note_defects":
            told = sorted(r for r in line.told if not r.startswith("missing:"))
            return {"reasons": told[:1] or (["layout-no-size"] if code == "food" else ["unfit"])}
        if action == "supply":
            return {"materials": "all"}
        found = DATA.get(action, {})
        if code == CHECK and action in CHECKED and line and line.state != "mismatch":
            bad = "" if action == "pass" else "与承诺不符"
            found = {**seen(self.now, "cg.inspector1", "cg.reviewer1", bad=bad), **found}
        return found

    @rule(pick=PICK, break_at=BREAK)
    @precondition(lambda self: self.options())
    def does_what_is_allowed(self, pick: int, break_at: float) -> None:
        """Somebody does what may be done; sometimes the process breaks off meanwhile."""
        options = self.options()
        self.does(*options[pick % len(options)], break_at=break_at)

    @rule(pick=PICK, break_at=BREAK)
    @precondition(lambda self: self.options())
    def does_another(self, pick: int, break_at: float) -> None:
        """Again: what may be done is done more often than anything else."""
        options = self.options()
        self.does(*options[pick % len(options)], break_at=break_at)

    @rule(pick=PICK, who=PICK, action=PICK)
    @precondition(lambda self: self.model.cases and self.refused < self.accepted / 2 + 1)
    def tries_anything(self, pick: int, who: int, action: int) -> None:
        """Somebody tries something; a life in which almost everything is refused comes to nothing."""
        numbers = sorted(self.model.cases)
        number = numbers[pick % len(numbers)]
        case = self.model.cases[number]
        people, codes = self.people(case), sorted(case.lines)
        code = codes[action % len(codes)]
        moves, state = (CHECKING if code == CHECK else MOVES), case.lines[code].state
        fitting = sorted(name for name, move in moves.items() if state in move[0])
        # nobody hands in what was not asked for: that is one refusal, and would be most of them
        others = sorted(set(moves) - {"supply"})
        chosen = fitting if fitting and pick % 3 else others
        self.does(number, code, chosen[action % len(chosen)], people[who % len(people)])

    def does(self, number: str, code: str, action: str, who: Who, break_at: float = NEVER) -> None:
        """Take an action, predicted and compared."""
        self.model.tick(self.now)
        case, model, actor = self.model.cases[number], self.model, self.actor(who)
        data = self.data(code, case.lines.get(code), action)
        if not code:
            expected = model.may_notify(case, who)
        else:
            expected = model.allowed(case, code, action, who, self.now, data)
        if actor is None:
            self.tally.refused += 1
            assert who.account in self.away, "closed by nobody"
            return
        before = (case.lines[code].state if code else "case", action)
        request = asks(actor, self.now, self.key())

        def verb() -> Any:
            return self.office.act(request, number, Action(action, code, data), answer=_version)

        broken = break_at < 1
        if broken:
            self.breaks_off(verb, 1 + int(break_at * self.points))
        view = self.told(f"{who.account} {number[-2:]} {code}.{action}", expected, verb)
        if view is None:
            return
        if code:
            model.taken(case, code, action, who, self.now, data)
        else:
            model.notified(case, self.now)
        self.tally.seen[f"{before[0]}→{before[1]}"] += 1
        self.last = (verb, view.answer)
        self.same(number, view if actor.kind == "clerk" and not broken else self.shown(number))

    def breaks_off(self, verb: Any, break_at: int) -> None:
        """Let the process end at a point of a request, and another begin."""
        passed: list[str] = []

        def point(name: str) -> None:
            passed.append(name)
            if len(passed) == break_at:
                raise Broken

        try:
            with watched(point):
                self.run(verb())
        except Broken:
            self.tally.seen["broken off"] += 1
            self.tally.seen["while recording"] += any(RECORDS.search(name) for name in passed)
        except ServiceError:
            pass
        self.run(self.office.database.close())
        self.office = self._opened()

    def shown(self, number: str) -> CaseView:
        """Read a case as its owner."""
        owner = self.actor(Who(self.model.cases[number].owner, "applicant"))
        assert owner
        return self.run(self.office.case(owner, number, self.now))

    @rule(pick=PICK)
    @precondition(lambda self: self.model.cases and self.keys % 5 == 0)
    def is_taken_back(self, pick: int) -> None:
        """An applicant withdraws the whole."""
        numbers = sorted(self.model.cases)
        number = numbers[pick % len(numbers)]
        self.model.tick(self.now)
        case = self.model.cases[number]
        who = Who(case.owner, "applicant")
        request = asks(self.actor(who), self.now, self.key())

        def verb() -> Any:
            return self.office.act(request, number, Action("withdraw"), answer=_version)

        if self.told(f"withdraw {number[-2:]}", self.model.may_withdraw(case, who), verb):
            self.model.withdrawn(case)
            self.same(number, self.shown(number))

    @rule(other=st.booleans())
    @precondition(lambda self: self.last)
    def repeats(self, other: bool) -> None:
        """The last request comes once more under its key, or another under the same key."""
        assert self.last
        verb, answer = self.last
        view = self.run(verb())
        assert view.answer == answer, f"{view.answer} after {answer}"
        assert view.replayed
        self.tally.seen["repeated"] += 1
        if other:
            self.another_body()

    def another_body(self) -> None:
        """Use a key again for something else."""
        number = next(iter(self.model.cases))
        owner = self.actor(Who(self.model.cases[number].owner, "applicant"))
        key = self.key()
        first = asks(owner, self.now, key)
        try:
            self.run(self.office.act(first, number, Action("urge"), answer=_version))
        except ServiceError:
            return
        self.model.cases[number].version += 1
        second = asks(owner, self.now, key, fingerprint="another")
        try:
            self.run(self.office.act(second, number, Action("urge"), answer=_version))
        except KeyReused:
            self.tally.seen["key reused"] += 1
        else:
            raise AssertionError("another body under the same key was accepted")

    @rule(hours=st.sampled_from([1, 3, 20, 30, 75, 180, 420, 960]), works=st.booleans())
    def time_passes(self, hours: int, works: bool) -> None:
        """Time passes; the worker comes by, or is late."""
        self.now = min(self.now + timedelta(hours=hours, microseconds=1), LAST)
        self.model.tick(self.now)
        if works:
            self.worker()

    def worker(self) -> None:
        """Let the clock do what is due, and compare all cases."""
        self.run(self.office.recalendar(self.now))
        self.run(self.office.expire_due(self.now))
        self.tally.seen["sweeps"] += 1
        for number in self.model.cases:
            self.same(number, self.shown(number))

    @rule()
    @precondition(lambda self: self.published < 1)
    def is_published(self) -> None:
        """A new version: new cases get it, running ones keep theirs. The calendar of next year comes with it."""
        self.published += 1
        pack = dict(PACK)
        promised = 10 - self.published
        food = str(pack["food.yaml"]).replace("promised: 10wd", f"promised: {promised}wd")
        pack["food.yaml"] = food.replace("食品经营许可\n", f"食品经营许可{self.published}\n")
        if type(self).number % 2:
            pack["cn-2027.yaml"] = NEXT_YEAR
        self.run(self.office.publish_pack(pack, "admin", self.now))
        self.tally.seen["published"] += 1

    @rule(back=st.booleans())
    @precondition(lambda self: not self.postgres)
    def leaves_office(self, back: bool) -> None:
        """A clerk's account is closed, or opened again."""
        account = "scjg.window2"
        if back == (account in self.away):
            self.run(self.office.set_active(account, active=back))
            (self.away.discard if back else self.away.add)(account)

    def teardown(self) -> None:
        """Let the worker come by once more; the oracle has nothing to say."""
        try:
            if not self.postgres:
                wrong = self.run(stall.oracle(self.office.database, self.now + DAY))
                assert not wrong, f"{wrong} after {self.steps[-30:]}"
                self.tally.seen["verified"] += 1
        finally:
            self.run(self.office.database.close())
            self.runner.close()
            if not self.postgres:
                for path in self.place.folder.glob(f"{Path(self.url).name}*"):
                    path.unlink()


MOVES_DATES = ("food", "sign")
NEXT_YEAR = """
kind: calendar
layer: CN
year: 2027
source: 国务院办公厅关于2027年部分节假日安排的通知（示例）
holidays: ["2027-01-01/2027-01-03"]
workdays: []
"""


def _version(view: CaseView) -> str:
    return f"{view.case.number} {view.case.version}"


def _live(machine: Any, lives: int, tally: Tally) -> None:
    chosen = settings(
        max_examples=lives,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # the steps are told: no search for the shortest
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=chosen)
    except AssertionError as wrong:
        tally.fails(str(wrong)[:1500])


def _run(tally: Tally, *, postgres: bool) -> None:
    with stall.place() as place:
        url = place.postgres() if postgres else ""

        class Machine(Lives):
            """The lives of this run."""

        Machine.tally, Machine.place, Machine.postgres = tally, place, url
        Machine.points = 10 if postgres else Machine.points
        batch = 0
        while tally.trials < tally.size and not tally.failures:
            left = tally.size - tally.trials
            _live(seed(tally.seed + batch)(Machine), max(8, min(50, left // 20)), tally)
            batch += 1
        if url:
            wrongs = stall.run(_verified(url, place.files(url)))
            tally.failures += wrongs


async def _verified(url: str, files: Path) -> list[str]:
    async with stall.opened(url, files) as office:
        return await stall.oracle(office.database, LAST + DAY)


def run_sqlite(tally: Tally) -> None:
    """Live on SQLite, a file for each machine."""
    _run(tally, postgres=False)


def run_postgres(tally: Tally) -> None:
    """Live on PostgreSQL, all machines in one database."""
    _run(tally, postgres=True)


@contextmanager
def planted() -> Iterator[None]:
    """Date a deemed acceptance on the day of the sweep."""
    real = acceptance.moved

    def moved(work: Any, move: Any) -> None:
        real(work, move)
        if move.transition.action == "deem_accepted":
            move.item.accepted_on = work.today

    orders = legal_order.MOVED
    legal_order.MOVED = tuple(moved if each is real else each for each in orders)
    try:
        yield
    finally:
        legal_order.MOVED = orders


G1 = Gate(
    "G1",
    "random lives of cases on SQLite",
    "rules",
    size=4000,
    night_size=300_000,
    run=run_sqlite,
    planted=planted,
    tiny=20,
    planted_size=1500,
    floor=0.8,
    accepted=0.5,
    reached={"broken off": 4, "while recording": 1, "sweeps": 1, "published": 0.3, "repeated": 1},
)
G2 = replace(
    G1,
    code="G2",
    title="random lives of cases on PostgreSQL",
    size=2000,
    night_size=60_000,
    run=run_postgres,
)
