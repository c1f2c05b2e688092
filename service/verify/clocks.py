"""时限核对 — the stored dates of every clock against the count day by day."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.verify.days import chosen, dates_of, wake_of
from service.verify.dossier import Dossier, Row
from service.verify.report import Finding

NO_DATES = dict.fromkeys(("promised_on", "statutory_on", "due_on", "safe_on"))


class Dates:
    """Checks clocks with the notices at hand; those reckoned with others are counted, not judged."""

    def __init__(self, notices: Sequence[Mapping[str, Any]], counts: Counter[str]) -> None:
        self._notices = notices
        self._counts = counts
        self._chosen: dict[str, list[Mapping[str, Any]] | None] = {}

    def check(self, dossier: Dossier) -> Iterator[Finding]:
        """Compare promised, statutory, due and safe dates and the next waking with a recount (I-19, I-20)."""
        policy = dossier.definition.policy if dossier.definition else {}
        for clock in dossier.rows["clocks"]:
            where = f"clocks {clock['item'] or '办件'} {clock['clock']}"
            for what in _ledger(clock):
                yield Finding(dossier.name, where, what)
            version = clock["calendar"]
            if version not in self._chosen:
                self._chosen[version] = chosen(self._notices, version)
            notices = [] if clock["ends_on"] else self._chosen[version]
            if notices is None or not clock["spans"]:
                self._counts["unchecked_dates"] += 1
                if notices is None:
                    yield Finding(dossier.name, where, f"没有人发布过日历 {version or '（空）'}")
                continue
            self._counts["dates"] += 1
            for what in _differences(clock, notices, policy):
                yield Finding(dossier.name, where, what)


def _ledger(clock: Row) -> Iterator[str]:
    """Check that the ledger is in order and says the same as the state."""
    spans = clock["spans"]
    instants = [at for began, stopped, _ in spans for at in (began, stopped) if at]
    open_before = any(stopped is None for _, stopped, _ in spans[:-1])
    if not spans or open_before or instants != sorted(instants):
        yield "台账的起止时间不成顺序"
    elif (spans[-1][1] is None) != (clock["state"] == "running"):
        yield f"台账与状态 {clock['state']} 不符"


def _differences(clock: Row, notices: Sequence[Mapping[str, Any]], policy: Row) -> Iterator[str]:
    running = clock["state"] == "running"
    stands = clock["state"] == "paused"
    counted: Mapping[str, Any] = NO_DATES if stands else dates_of(clock, notices, policy)
    possible = [counted]
    began, stopped, _ = clock["spans"][-1]
    if clock["state"] == "settled" and len(clock["spans"]) > 1 and began == stopped:
        possible.append(NO_DATES)  # settled while it stood: it had no dates then
    if clock["state"] == "settled":  # one that ended before keeps the dates it had
        possible.append(dates_of(clock, notices, policy, as_before=True))
    stored = {name: clock[name] for name in NO_DATES}
    if stored not in possible:
        for name in NO_DATES:
            if stored[name] != counted[name]:
                yield f"{name} 是 {stored[name] or '空'}，逐日数应为 {counted[name] or '空'}"
    wake = wake_of(clock, counted, notices, policy) if running else None
    if clock["wake_at"] != wake:
        yield f"wake_at 是 {clock['wake_at'] or '空'}，应为 {wake or '空'}，到期处理会错过或提前"
