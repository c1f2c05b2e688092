"""An independent small model of a case: what may be done, and what has become of it. Imports nothing of the engine.

Written from the rules and the lifecycle as people read it. It knows two items, one of them on a promise, and the days
on which silence has consequences; it does not know clocks, papers or hashes: those are the oracle's.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar  # type: ignore[import-untyped]

BEIJING = ZoneInfo("Asia/Shanghai")
LEAD, OWNERS = "scjg", {"food": "scjg", "sign": "cg"}
STATUTORY = {"food": 20, "sign": 10}
PAPER = {"food": "layout", "sign": "drawing"}
CHECK = "sign.follow-up"
UNDECIDED = {"received", "correcting", "pledged", "reviewing", "special", "overrun", "deciding"}
FINAL = {"granted", "refused", "lapsed", "withdrawn", "passed", "broken", "unkept"}
# item action → from which states, to which state, whose: (post, where)
MOVES: dict[str, tuple[set[str], str, str, str]] = {
    "note_defects": ({"received"}, "", "window", "lead"),
    "accept": ({"received"}, "reviewing", "window", "lead"),
    "propose": ({"reviewing"}, "deciding", "reviewer", "own"),
    "start_special": ({"reviewing"}, "special", "reviewer", "own"),
    "end_special": ({"special", "overrun"}, "reviewing", "reviewer", "own"),
    "extend": ({"pledged", "reviewing", "special", "overrun", "deciding"}, "", "head", "own"),
    "send_back": ({"deciding"}, "reviewing", "approver", "own"),
    "grant": ({"deciding"}, "issuing", "approver", "own"),
    "refuse": ({"deciding"}, "refused", "approver", "own"),
    "issue": ({"issuing"}, "granted", "window", "both"),
    "grant_by_commitment": ({"pledged"}, "issuing", "approver", "own"),
    "reject_commitment": ({"pledged"}, "received", "approver", "own"),
    "take_back_commitment": ({"pledged"}, "received", "applicant", ""),
    "supply": ({"correcting"}, "received", "applicant", ""),
    "withdraw": (UNDECIDED, "withdrawn", "applicant", ""),
}
CHECKING: dict[str, tuple[set[str], str, str, str]] = {
    "pass": ({"due", "rechecking"}, "passed", "inspector", "own"),
    "record_mismatch": ({"due"}, "mismatch", "inspector", "own"),
    "order_rectify": ({"due", "mismatch"}, "rectifying", "inspector", "own"),
    "report_rectified": ({"rectifying"}, "rechecking", "applicant", ""),
    "find_false": ({"due", "mismatch", "rechecking"}, "broken", "inspector", "own"),
}
POST = {"received": "window", "issuing": "window", "reviewing": "reviewer", "special": "reviewer"}
POST |= {"deciding": "approver", "pledged": "approver", "overrun": "reviewer"}


def day(at: datetime) -> date:
    """Return the day in Beijing."""
    return at.astimezone(BEIJING).date()


def after(since: date, working_days: int) -> date:
    """Return the day on which so many working days have passed."""
    while working_days:
        since += timedelta(days=1)
        working_days -= bool(chinese_calendar.is_workday(since))
    return since


@dataclass(frozen=True)
class Who:
    """Somebody who acts."""

    account: str
    kind: str
    department: str = ""
    posts: frozenset[str] = frozenset()


@dataclass
class Line:
    """An item."""

    code: str
    state: str
    silent_until: date | None = None  # the last day on which nothing follows from silence
    told: set[str] = field(default_factory=set)  # points of the one notice
    noted: set[str] = field(default_factory=set)
    corrected: bool = False
    held: dict[str, str] = field(default_factory=dict)  # post → who had the last task of this post
    accepted_on: date | None = None
    received_on: date | None = None
    complete_on: date | None = None  # the last paper that a notice asked for came in (R-ACC-8)
    extended: bool = False
    # days between which the limit stands still
    special: list[tuple[date, date | None]] = field(default_factory=list)
    granter: str = ""


@dataclass
class Case:
    """A case."""

    owner: str
    papers: set[str]
    lines: dict[str, Line]
    version: int = 1
    release: str = ""


@dataclass
class Model:
    """All cases, and whom nobody believes any more."""

    cases: dict[str, Case] = field(default_factory=dict)
    excluded: set[str] = field(default_factory=set)

    # ---- what time does ----

    def tick(self, now: datetime) -> None:
        """Let silence have its consequences."""
        for case in self.cases.values():
            for line in case.lines.values():
                self._silence(line, day(now))

    def _silence(self, line: Line, today: date) -> None:
        if line.silent_until is None or today <= line.silent_until:
            return
        since, line.silent_until = line.silent_until, None
        if line.state == "received":
            line.state = "reviewing"
            line.accepted_on = line.accepted_on or line.complete_on or line.received_on
            line.noted = set()
        elif line.state == "special":  # only the time that was told is not counted
            line.state, line.special[-1] = "overrun", (line.special[-1][0], since)
        elif line.state == "correcting":
            line.state = "lapsed"
        elif line.state == "rectifying":
            line.state = "rechecking"
        assert since < today

    # ---- what people do ----

    def submit(self, owner: str, papers: set[str], now: datetime, *, promise: bool) -> Case | None:
        """Receive an application; None when it is refused."""
        if promise and owner in self.excluded:
            return None
        lines = {code: self._received(Line(code, ""), now) for code in OWNERS}
        if promise:
            sign = lines["sign"]
            sign.state, sign.silent_until, sign.accepted_on = "pledged", None, day(now)
        return Case(owner, set(papers), lines)

    def _received(self, line: Line, now: datetime, *, first: bool = True) -> Line:
        line.state, line.silent_until = "received", after(day(now), 5)
        line.received_on = day(now) if first else line.received_on
        return line

    def allowed(
        self, case: Case, code: str, action: str, who: Who, now: datetime, data: dict[str, Any]
    ) -> bool:
        """Predict whether an action is ACKED."""
        line = case.lines.get(code)
        move = (CHECKING if code == CHECK else MOVES).get(action)
        if line is None or move is None or line.state not in move[0]:
            return False
        _, _, post, where = move
        if post == "applicant":
            return who.account == case.owner and self._handed_in(case, line, action, data)
        if not self._sits(line, who, post, where) or self._taken(case, line, who):
            return False
        return self._possible(case, line, action, who, now, data)

    def _sits(self, line: Line, who: Who, post: str, where: str) -> bool:
        own = OWNERS[line.code.partition(".")[0]]
        places = {"lead": {LEAD}, "own": {own}, "both": {LEAD, own}}[where]
        return post in who.posts and who.department in places

    def _taken(self, _: Case, line: Line, who: Who) -> bool:
        post = POST.get(line.state, "")
        department = LEAD if post == "window" else OWNERS.get(line.code, "")
        holder = line.held.get(post, "")
        mine = post in who.posts and who.department == department
        return bool(mine and holder and holder != who.account and "head" not in who.posts)

    def _handed_in(self, case: Case, line: Line, action: str, data: dict[str, Any]) -> bool:
        if action != "supply":
            return True
        wanted = PAPER[line.code]
        return bool(data.get("materials")) and wanted in self._wanted(case, line)

    def _wanted(self, case: Case, line: Line) -> set[str]:
        return {PAPER[line.code]} if line.told or PAPER[line.code] not in case.papers else set()

    def over(self, line: Line, now: datetime, limit: int) -> bool:
        """Tell whether so many working days are used up: a day has begun behind the last one on which they count."""
        used, at = 0, line.accepted_on or day(now)
        while at < day(now):
            at += timedelta(days=1)
            if any(begin < at <= (end or at) for begin, end in line.special):
                continue
            if used >= limit:
                return True
            used += bool(chinese_calendar.is_workday(at))
        return False

    def _possible(
        self, case: Case, line: Line, action: str, who: Who, now: datetime, data: dict[str, Any]
    ) -> bool:
        if action == "accept":
            return line.corrected or PAPER[line.code] in case.papers
        if action == "note_defects":
            return not line.told or set(data["reasons"]) <= line.told
        if action == "extend":
            return not line.extended and not self.over(line, now, STATUTORY[line.code])
        if action == "start_special":
            return not self.over(line, now, STATUTORY[line.code] + 5 * line.extended)
        if action == "grant_by_commitment":
            return case.owner not in self.excluded
        return not (line.code == CHECK and who.account == line.granter)

    def taken(
        self, case: Case, code: str, action: str, who: Who, now: datetime, data: dict[str, Any]
    ) -> None:
        """Do what was predicted to be possible."""
        line = case.lines[code]
        was, (_, to, post, _) = line.state, (CHECKING if code == CHECK else MOVES)[action]
        case.version += 1
        if to and to != was:
            if POST.get(was) == post and who.kind == "clerk":
                line.held.setdefault(post, who.account)
            line.state, line.silent_until = to, None
        follow = getattr(self, f"_{action}", None)
        if follow:
            follow(case, line, who, now, data)

    def _accept(self, _: Case, line: Line, __: Who, now: datetime, *___: Any) -> None:
        line.accepted_on = line.accepted_on or line.complete_on or day(now)
        line.noted = set()

    def _note_defects(self, _: Case, line: Line, __: Who, ___: datetime, data: Any) -> None:
        line.noted |= set(data["reasons"])

    def _extend(self, _: Case, line: Line, *__: Any) -> None:
        line.extended = True

    def _start_special(
        self, _: Case, line: Line, __: Who, now: datetime, data: dict[str, Any]
    ) -> None:
        line.special.append((day(now), None))
        line.silent_until = after(day(now), data["days"])

    def _end_special(self, _: Case, line: Line, __: Who, now: datetime, *___: Any) -> None:
        begin, told = line.special[-1]
        line.special[-1] = (begin, told or day(now))

    def _supply(self, case: Case, line: Line, _: Who, now: datetime, *__: Any) -> None:
        case.papers.add(PAPER[line.code])
        line.corrected, line.complete_on = True, day(now)
        self._received(line, now, first=False)

    def _reject_commitment(self, case: Case, line: Line, _: Who, now: datetime, *__: Any) -> None:
        self._received(line, now, first=False)
        line.corrected = False
        assert case

    def _take_back_commitment(
        self, case: Case, line: Line, who: Who, now: datetime, *_: Any
    ) -> None:
        self._reject_commitment(case, line, who, now)
        line.accepted_on, line.received_on, line.extended = None, day(now), False

    def _grant_by_commitment(
        self, case: Case, line: Line, who: Who, now: datetime, *_: Any
    ) -> None:
        line.accepted_on = line.accepted_on or day(now)
        case.lines[CHECK] = Line(CHECK, "due", granter=who.account)

    def _order_rectify(self, _: Case, line: Line, __: Who, now: datetime, data: Any) -> None:
        line.silent_until = after(day(now), data["days"])

    def _find_false(self, case: Case, *_: Any) -> None:
        self.excluded.add(case.owner)

    # ---- what is done to the whole ----

    def may_notify(self, case: Case, who: Who) -> bool:
        """Predict whether the one notice can go out."""
        noted = any(line.noted and line.state == "received" for line in case.lines.values())
        return noted and "window" in who.posts and who.department == LEAD

    def notified(self, case: Case, now: datetime) -> None:
        """Let the items concerned wait for the applicant."""
        case.version += 1
        for line in case.lines.values():
            if line.noted and line.state == "received":
                missing = set() if PAPER[line.code] in case.papers else {f"missing:{line.code}"}
                line.told |= line.noted | missing
                line.noted, line.corrected, line.complete_on = set(), False, None
                line.state, line.silent_until = "correcting", after(day(now), 15)

    def may_withdraw(self, case: Case, who: Who) -> bool:
        """Predict whether the application can be taken back."""
        return who.account == case.owner and bool(self.undecided(case))

    def undecided(self, case: Case) -> list[Line]:
        """Return the items that a withdrawal ends."""
        return [case.lines[code] for code in OWNERS if case.lines[code].state in UNDECIDED]

    def withdrawn(self, case: Case) -> None:
        """End what is undecided."""
        case.version += 1
        for line in self.undecided(case):
            line.state, line.silent_until = "withdrawn", None
