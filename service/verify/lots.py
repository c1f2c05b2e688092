"""抽签核对 — every draw again: whether a grant on a promise is checked, and by whom (双随机, R-SUP-1)."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from service.verify.days import local
from service.verify.dossier import Dossier, Row
from service.verify.sealing import Sealed
from service.verify.signed import Believed, day_seal

# processes of the release before may go on drawing by its rule until they are replaced
REPLACED_WITHIN = timedelta(days=1)


class Lots:
    """抽签 — the lots that are known: by the audit key, or because their day is over and they were published."""

    def __init__(self, believed: Believed, sealed: Sealed, counts: Counter[str]) -> None:
        self._believed = believed
        self._sealed = sealed
        self._counts = counts

    def check(
        self, dossier: Dossier, promise: Row, follow_up: Row, waits: list[Row]
    ) -> Iterator[str]:
        """Draw again and compare with what was recorded; `waits` are the checks of conditions promised for a day."""
        draw = promise["draw"]
        seed = str(draw.get("seed", ""))
        yield from self._seed(dossier, promise, seed)
        try:
            value = int(seed[:13], 16) / 16**13
        except ValueError:
            yield "抽查没有记下种子"
            return
        drawn = value < _sample(dossier, promise, follow_up, waits)
        if draw.get("value") != value or draw.get("drawn") is not drawn:
            yield "抽查的随机结果与重新计算的不符"
        check = dossier.items.get(promise["follow_up"])
        if drawn and (check is None or check["parent"] != promise["item"]):
            yield "抽中核查，却没有事后核查"
        if drawn and draw.get("inspectors"):
            yield from _inspectors(dossier, promise, follow_up, seed)

    def _seed(self, dossier: Dossier, promise: Row, seed: str) -> Iterator[str]:
        event, record = _drawn_in(dossier, promise["item"], seed)
        draw, case = promise["draw"], dossier.case["id"]
        if not draw.get("day"):
            if self._too_late(event):
                yield "仍按以前的规则抽取，申请时就可以预知"
            known = f"{case}:{promise['item']}:{promise['text_sha256']}"
            if seed != hashlib.sha256(known.encode()).hexdigest():
                yield "抽查的随机结果与重新计算的不符"
            return
        if event is None or record != draw.get("record"):
            yield "抽签所依据的记录不是准予时的记录"
        elif draw["day"] != local(event["recorded_at"]).isoformat():
            yield "抽签用的不是当日的密码"
        else:
            yield from self._by_lot(f"{case}:{promise['item']}:{record}", seed, draw["day"], event)

    def _by_lot(self, drawn_from: str, seed: str, day: str, event: Row) -> Iterator[str]:
        known = {*self._believed.lots(date.fromisoformat(day)), *self._sealed.opened.get(day, ())}
        if not known:
            self._counts["unchecked_draws"] += 1
            return
        self._counts["draws"] += 1
        used = [
            lot
            for lot in known
            if hmac.new(lot.encode(), drawn_from.encode(), hashlib.sha256).hexdigest() == seed
        ]
        sealed = self._sealed.lots.get(day, {})
        if not used or (sealed and day_seal(used[0]) not in sealed):
            yield "抽签用的不是当日事先封存的密码"
        elif sealed.get(day_seal(used[0]), event["number"] or 0) >= (event["number"] or 0):
            self._counts["unproven_draws"] += 1

    def _too_late(self, event: Row | None) -> bool:
        began: datetime | None = self._sealed.began_at
        return bool(event and began and event["recorded_at"] > began + REPLACED_WITHIN)


def _drawn_in(dossier: Dossier, item: str, seed: str) -> tuple[Row | None, str]:
    """Return the record that tells of a draw, and the hash of the last record before its step."""
    for place, event in enumerate(dossier.events):
        rows: list[Row] = event["whole"].get("commitments", [])
        if any(row["item"] == item and row["draw"].get("seed") == seed for row in rows):
            first = place
            while first and not dossier.events[first - 1]["rows"]:
                first -= 1  # of the records of a step the last one carries the rows
            return event, str(dossier.events[first]["previous"])
    return None, ""


def _sample(dossier: Dossier, promise: Row, follow_up: Row, waits: list[Row]) -> float:
    """Return the share of grants that is checked: all where a promised day was not kept, else by the class of credit."""
    if any(row["outcome"] == "unkept" for row in waits):
        return 1.0
    rates: dict[str, Any] = (
        dossier.definition.policy.get("credit_sampling", {}) if dossier.definition else {}
    )
    percent = rates.get(promise["draw"].get("credit_class", promise["draw"].get("class")))
    return float(follow_up.get("sample", 1.0) if percent is None else percent / 100)


def _inspectors(dossier: Dossier, promise: Row, follow_up: Row, seed: str) -> Iterator[str]:
    """Draw the inspectors again from the list that was recorded; who granted may not be among them."""
    lot = promise["draw"]["inspectors"]
    free = [account for account in lot["among"] if account not in lot["barred"]]

    def lot_of(account: str) -> str:
        return hashlib.sha256(f"{seed}:{account}".encode()).hexdigest()

    order = sorted(free, key=lot_of)
    if lot["drawn"] != order[: follow_up.get("inspectors", 1)]:
        yield "抽取的核查人员与重新抽取的不符"
    if dossier.items[promise["item"]]["decided_by"] in lot["drawn"]:
        yield "作出准予决定的人被抽为核查人员"
