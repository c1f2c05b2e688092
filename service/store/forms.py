"""写法 — in which form a process writes, as long as processes of the release before may stand beside it."""

from time import monotonic

from sqlalchemy import text

from service.store.database import Connection

TERSE = "0036"  # the revision whose program reads records and answers in the terse form
_AGAIN_AFTER = 60.0  # seconds until somebody who was told no asks again


class Form:
    """写法 — terse as soon as every program that may work here reads it; that never turns back."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._terse = False
        self._asked = -_AGAIN_AFTER

    async def terse(self, connection: Connection) -> bool:
        """Tell whether to write tersely; asks the database until it says so, once a minute."""
        if self._terse or monotonic() - self._asked < _AGAIN_AFTER:
            return self._terse
        self._asked = monotonic()
        row = await connection.row(text("SELECT least FROM compatible"))
        self._terse = bool(row and row["least"] >= TERSE)
        return self._terse


async def alone(tx: Connection) -> None:
    """Say that no process of the release before will work here any more: what it cannot read may be written."""
    await tx.change(text(f"UPDATE compatible SET least = '{TERSE}' WHERE least < '{TERSE}'"))  # noqa: S608 - a constant
