"""堆 — what a process keeps as long as it lives is set aside: the search for cycles does not walk through it at every turn."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# objects made and not yet gone, then searches of one generation, before the next search: a request makes few cycles, and
# searches of what is young come often enough for them to be told in megabytes
THRESHOLDS = (20_000, 20, 50)


@contextmanager
def loading() -> Iterator[None]:
    """Search for no cycles while modules are read: what they define stays, and is looked through ten times over."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def set_aside() -> None:
    """Leave out what is there now from every later search for cycles, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
