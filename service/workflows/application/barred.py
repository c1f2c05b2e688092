"""依法不能办的事项 — what a stop of the bundle bars: the whole, or only some items and what cannot go on without them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.workflows.application import order
from service.workflows.definition.models import Stop
from service.workflows.definition.release import Release


@dataclass(frozen=True, slots=True)
class Bars:
    """禁止 — the stops that hold, whom they bar, and which items fall with a barred one."""

    whole: tuple[Stop, ...] = ()  # against every item
    some: tuple[Stop, ...] = ()  # against those they name
    falls: Mapping[str, str] = field(default_factory=dict)  # item → the one it falls with

    def against(self, item: str) -> tuple[Stop, ...]:
        """Return the stops against one item."""
        return (*self.whole, *(stop for stop in self.some if item in stop.items))

    def of_all(self, items: Iterable[str]) -> tuple[Stop, ...]:
        """Return the stops that leave nothing of these items: those of the whole, and all where nothing goes on."""
        own = tuple(items)
        return (*self.whole, *(self.some if own and not self.going(own) else ()))

    def going(self, items: Iterable[str]) -> tuple[str, ...]:
        """Return the items that go on."""
        return tuple(code for code in items if code not in self.falls and not self.against(code))


def bars(release: Release, stops: Iterable[Stop], items: Iterable[str]) -> Bars:
    """Sort the stops that hold; `items` are those that apply."""
    held = tuple(stops)
    own = tuple(items)
    whole = tuple(stop for stop in held if not stop.items)
    some = tuple(stop for stop in held if stop.items and set(stop.items) & set(own))
    barred = [code for code in own if any(code in stop.items for stop in some)]
    return Bars(whole, some, _falling(release, barred, own))


def _falling(release: Release, barred: list[str], items: tuple[str, ...]) -> dict[str, str]:
    """Return what cannot go on without a barred item, and with which: what waits for it, or all where the policy says so."""
    falls: dict[str, str] = {}
    todo = list(barred)
    for code in barred:
        policy = order.entry_of(release, code).on_refusal or release.bundle.on_refusal
        if policy == "stop_all":
            falls |= {other: code for other in items if other not in {*barred, *falls}}
    while todo:
        before = todo.pop()
        for other in items:
            if other in falls or other in barred:
                continue
            if before in order.waits_for(release, other, items):
                falls[other] = before
                todo.append(other)
    return falls
