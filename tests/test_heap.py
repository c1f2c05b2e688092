"""What a process keeps is set aside; what it throws away is still found."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from service.commands import heap


@pytest.fixture
def set_aside() -> Iterator[None]:
    """The heap as it is while the service runs."""
    before = gc.get_threshold()
    heap.set_aside()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


class Ring:
    """Something that holds on to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.usefixtures("set_aside")
class TestSetAside:
    """What is there at the start, and what comes after."""

    def test_is_not_walked_through_again(self) -> None:
        """Of all that is loaded, nothing is left to the search."""
        assert gc.get_freeze_count() > 100_000
        assert len(gc.get_objects()) < gc.get_freeze_count() / 100

    def test_what_comes_after_is_found_without_being_asked(self) -> None:
        """Rings are collected by the search that runs by itself: memory does not grow with what is thrown away."""
        first = weakref.ref(Ring())
        kept = [[each] for each in range(heap.THRESHOLDS[0] + 1)]
        assert (len(kept), first()) == (heap.THRESHOLDS[0] + 1, None)
