"""配额 — how much one account or one address may ask for in a minute, counted over all processes.

A process takes portions: most requests cost no statement. What it holds when it ends is lost to nobody but that account.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from typing import Literal

from service.errors import TooManyAttempts, Unavailable
from service.office.desk import Desk
from service.store import quotas

Spent = Literal["writes", "portal_writes", "uploads", "asks"]
PORTIONS = 20  # of what one may ask for in a minute
MOST_KNOWN = 10_000


@dataclass(slots=True)
class _Portion:
    left: int = 0
    refused_until: datetime | None = None


class Quotas(Desk):
    """The verb that every request of a stranger, and every change, spends from."""

    @cached_property
    def _portions(self) -> OrderedDict[str, _Portion]:
        return OrderedDict()

    async def spend(self, kind: Spent, who: str, now: datetime) -> None:
        """Spend one unit. Raises TooManyAttempts with `retry_after` in seconds when none is left."""
        a_minute: int = getattr(self.bounds, kind)
        if not a_minute or not who:
            return
        portion = self._portion(f"{kind}\0{who}")
        if portion.left:
            portion.left -= 1
            return
        if portion.refused_until is None or now >= portion.refused_until:
            wanted = max(1, a_minute // PORTIONS)
            name = hashlib.sha256(f"{kind}\0{who}".encode()).hexdigest()
            given, seconds = await self._more(name, now, a_minute, wanted)
            if given:
                portion.left += given - 1
                return
            portion.refused_until = now + timedelta(seconds=seconds)
        wait = max(1, ceil((portion.refused_until - now).total_seconds()))
        raise TooManyAttempts(f"请求太频繁，请过 {wait} 秒再试。", retry_after=wait)

    async def _more(
        self, name: str, now: datetime, a_minute: int, wanted: int
    ) -> tuple[int, float]:
        """Take a portion; while it cannot be counted, nobody is refused for that."""
        try:
            async with self.database.transaction(answers=False) as tx:
                return await quotas.take(tx, name, now, a_minute=a_minute, wanted=wanted)
        except Unavailable:
            return wanted, 0.0

    def _portion(self, key: str) -> _Portion:
        found = self._portions.setdefault(key, _Portion())
        self._portions.move_to_end(key)
        if len(self._portions) > MOST_KNOWN:
            self._portions.popitem(last=False)
        return found
