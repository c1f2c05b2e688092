"""口报的出示码 — digits that a holder says to who has no camera: typed in with the number of the certificate, good once.

Nothing is kept of them but how often somebody was wrong and that one was used, both as digests in the table of the
attempts to sign in: the digits follow from the certificate and the second in which they end.
"""

import hmac
import json
from datetime import datetime, timedelta

from service.office.attempts import GROWING, Allowance, refused, taken
from service.office.showing import Showing
from service.store import attempts
from service.store.database import Database
from service.workflows.definition import code_spelling

LOCKED_FOR = timedelta(minutes=15)
OF_A_CERTIFICATE = Allowance(
    10, (LOCKED_FOR,), LOCKED_FOR
)  # wrong ones for one number, from wherever
OF_AN_ADDRESS = Allowance(20, GROWING, timedelta(days=1))  # for whatever number
_BRACKETS = str.maketrans("[【(（", "〔〔〔〔") | str.maketrans("]】)）", "〕〕〕〕")


def digits(typed: str) -> str:
    """Return the digits of what somebody typed: 4821 7730 as 48217730, of any width."""
    return code_spelling(typed).replace("-", "")


def spellings(number: str) -> tuple[str, ...]:
    """Return how a certificate's number may be meant: as typed, with the brackets that keyboards lack."""
    typed = (number.strip(), code_spelling(number))
    return tuple(dict.fromkeys((*typed, *(each.translate(_BRACKETS) for each in typed))))


class Heard:
    """Counts who types in what he was told, and lets each code pass once."""

    def __init__(self, database: Database, secret: str) -> None:
        """Count under digests with a key of its own."""
        self._database = database
        self._key = hmac.digest(secret.encode(), b"yijianshi: codes heard", "sha256")

    async def passes(
        self, number: str, address: str, showing: Showing | None, now: datetime
    ) -> bool:
        """Count a try at a number; True for a right code that nobody has used yet, which is not counted as wrong.

        Raises TooManyAttempts; then nothing was counted.
        """
        keys = (self._digest("certificate", number), self._digest("address", address))
        async with self._database.transaction() as tx:
            for key, allowance in zip(keys, (OF_A_CERTIFICATE, OF_AN_ADDRESS), strict=True):
                if not await taken(tx, key, allowance, now):
                    raise refused((await attempts.find(tx, (key,)))[key]["locked_until"], now)
            if showing is None:
                return False
            used = self._digest("used", showing.token)
            once = Allowance(1, (showing.until - now,), showing.until - now)
            if not await taken(tx, used, once, now):
                return False
            for key in keys:
                await attempts.give_back(tx, key)
        return True

    def _digest(self, *parts: str) -> str:
        return hmac.digest(self._key, json.dumps(parts).encode(), "sha256").hex()
