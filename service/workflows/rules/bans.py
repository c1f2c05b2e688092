"""禁止申请 — false material and fraud bar the same item for a time, where it concerns safety and health (R-ACC-10)."""

from collections.abc import Iterable, Iterator

from service.workflows import clocks
from service.workflows.case.parts import Ban
from service.workflows.case.situation import Move
from service.workflows.definition.duration import Duration
from service.workflows.notices.dates import say_date
from service.workflows.worksheet import Work

# (how it ended, on which ground) → for how long, by which article
TERMS: dict[tuple[str, str], tuple[str, str]] = {
    ("refused", "false_material"): ("1y", "行政许可法 78"),
    ("declined", "false_material"): ("1y", "行政许可法 78"),
    ("revoked", "fraud"): ("3y", "行政许可法 79"),
}


def ended(work: Work, move: Move) -> None:
    """Bar the applicant from the same item when it ended on such a ground; the time counts from the day of the decision."""
    item, ground = move.item, str(move.data.get("ground", ""))
    definition = work.release.items.get(item.item)
    term = TERMS.get((item.outcome, ground))
    if definition is None or not definition.public_safety or term is None:
        return
    length, basis = term
    n = len(work.case.bans) + 1
    work.case.bans[n] = Ban(
        n=n,
        subject=work.case.applicant_id,
        item=item.item,
        ground=ground,
        from_on=work.today,
        until_on=clocks.shift(work.today, Duration.parse(length)),
        basis=basis,
    )


def barred(work: Work, items: Iterable[str]) -> Iterator[tuple[Ban, str]]:
    """Yield what bars the applicant from these items today, and how it is said; the last day still is barred."""
    wanted = set(items)
    for ban in work.situation.bans:
        concerns = ban.subject == work.case.applicant_id and ban.item in wanted
        if concerns and ban.from_on <= work.today <= ban.until_on:
            title = work.release.items[ban.item].title
            yield ban, f"{say_date(ban.until_on)}以前不得再次申请「{title}」"
