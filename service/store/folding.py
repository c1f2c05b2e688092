"""叠写 — JSON written small: deflated over a text of what such JSON repeats, so that even a short one shrinks to a fourth.

The texts stand in `repeated/`. They are part of the form: what was folded over one is read with it alone, so none is ever
changed; a better one gets a number of its own, and the first character of what is stored says which it was.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from service import jsons

HERE = Path(__file__).parent / "repeated"
FIRST = "1"
_RAW = -15  # deflate without header and sum: hashes and seals stand above
_LEVEL = 3  # what costs no more than to fold without such a text
# of what is written, 16 kB at once: a window made for more costs more than what is folded in it
_WINDOW = -14
_encode = jsons.writer(ordered=True)


class Fold:
    """折叠 — folds and unfolds texts of one kind."""

    def __init__(self, name: str) -> None:
        """Name the text in `repeated/`; it is read when it is needed."""
        self._name = name

    @cached_property
    def _repeated(self) -> bytes:
        return (HERE / f"{self._name}.txt").read_bytes()

    @cached_property
    def _begun(self) -> Any:
        """Have a folding that knows the text: a copy of it is made faster than another one."""
        return zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, zdict=self._repeated)

    def folded(self, text: str) -> bytes:
        """Return a text as it is stored."""
        folding = self._begun.copy()
        found: bytes = folding.compress(text.encode()) + folding.flush()
        return found

    def unfolded(self, stored: bytes) -> str:
        """Return the text that was folded. Raises ValueError for anything else."""
        unfolding = zlib.decompressobj(_RAW, zdict=self._repeated)
        try:
            return (unfolding.decompress(stored) + unfolding.flush()).decode()
        except zlib.error as error:
            raise ValueError("not folded over this text") from error


@cache
def fold(kind: str, number: str = FIRST) -> Fold:
    """Return the fold of `rows` or `answers` by its number. Raises ValueError for one that is not known."""
    if not (HERE / f"{kind}-{number}.txt").is_file():
        raise ValueError(f"folded over {kind}-{number}, which this release does not know")
    return Fold(f"{kind}-{number}")


def folded_rows(rows: Mapping[str, Any]) -> Any:
    """Return the rows of a record as they are stored: a text; no rows as they are."""
    if not rows:
        return {}
    return FIRST + base64.b64encode(fold("rows").folded(_encode(rows))).decode()


def unfolded_rows(stored: Any) -> Any:
    """Return the rows of a record, also those that an earlier release stored as JSON. Raises ValueError."""
    if not isinstance(stored, str):
        return stored
    return json.loads(fold("rows", stored[:1]).unfolded(base64.b64decode(stored[1:])))
