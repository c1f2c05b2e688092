"""最后的日子 — until when what an item waits for is to be done, as papers say it."""

from service.workflows.case.columns import AcceptedItem
from service.workflows.case.parts import STEP, Case, Clock, Item
from service.workflows.definition.release import Release


def limits_of(release: Release, case: Case, item: Item) -> AcceptedItem:
    """Return the line of an acceptance certificate: the day an item was accepted, and its last days as they now stand."""
    told: AcceptedItem = {"item": item.item, "accepted_on": ""}
    if item.accepted_on:
        told["accepted_on"] = item.accepted_on.isoformat()
    clock = decision_clock(release, case, item.item)
    if clock and clock.statutory_on:
        told["statutory_on"] = clock.statutory_on.isoformat()
    if clock and clock.promised_on:
        told["promised_on"] = clock.promised_on.isoformat()
    return told


def decision_clock(release: Release, case: Case, item: str) -> Clock | None:
    """Return the running clock with the limits of the item itself, within which is decided; None where none runs."""
    defined = release.lifecycle_of(item).clocks
    own = [c for c in case.clocks.values() if c.item == item and c.state == "running"]
    return next((c for c in own if c.clock in defined and defined[c.clock].limit == "limits"), None)


def dates_of(case: Case, item: str, *, without: Clock | None = None) -> dict[str, str]:
    """Return the dates of an item's running clocks, by their titles; `without` the one that is told in a table."""
    dates: dict[str, str] = {}
    for clock in case.clocks.values():
        if clock.item == item and clock.state == "running" and clock is not without:
            if clock.clock.startswith(STEP):
                continue  # of a stage within the office: nobody outside can hold it to that day
            for title, day in (
                (limit_title(clock.title), clock.due_on),
                (f"{clock.title}法定期限", clock.statutory_on),
            ):
                if day:
                    dates[title] = day.isoformat()
    return dates


def limit_title(clock: str) -> str:
    """Return what the last day of a clock is called: 补正期限; a 公示期 is a period already."""
    return clock if clock.endswith(("期", "期限")) else f"{clock}期限"


def all_dates(release: Release, case: Case) -> dict[str, str]:
    """Return the dates of every running clock of the items, by item and title."""
    dates: dict[str, str] = {}
    for code in case.items:
        title = release.title_of(code)
        dates |= {f"{title}：{name}": day for name, day in dates_of(case, code).items()}
    return dates
