"""不找环 — where much is made that stays, looking for cycles among it again and again finds none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unsearched() -> Iterator[None]:
    """Search for no cycles meanwhile: for reading modules, or a whole pack; not where somebody else's work goes on for long."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
