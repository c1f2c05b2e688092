"""禁止申请 — false material and fraud bar the same item for a time, where it concerns safety and health (R-ACC-10)."""

from collections.abc import Iterable, Mapping
from typing import Any

from service.errors import Stopped
from service.workflows import clocks
from service.workflows.case import Ban, Item
from service.workflows.language.duration import Duration
from service.workflows.notices import say_date
from service.workflows.work import Work

TERMS: dict[tuple[str, str], tuple[str, str]] = {  # (how it ended, on which ground) → for how long, by which article
    ("refused", "false_material"): ("1y", "行政许可法 78"),
    ("declined", "false_material"): ("1y", "行政许可法 78"),
    ("revoked", "fraud"): ("3y", "行政许可法 79"),
}


def pronounce(work: Work, item: Item, data: Mapping[str, Any]) -> None:
    """Bar the applicant from the same item when it ended on such a ground; the time counts from the day of the decision."""
    definition = work.release.items.get(item.item)
    term = TERMS.get((item.outcome, str(data.get("ground", ""))))
    if definition is None or not definition.public_safety or term is None:
        return
    n = len(work.case.bans) + 1
    until = clocks.shift(work.today, Duration.parse(term[0]))
    work.case.bans[n] = Ban(n, work.case.applicant_id, item.item, str(data["ground"]), work.today, until, term[1])


def refuse_banned(work: Work, items: Iterable[str]) -> None:
    """Refuse an application for an item that is barred; the last day still is. Raises Stopped."""
    wanted = set(items)
    for ban in work.situation.bans:
        if ban.subject == work.case.applicant_id and ban.item in wanted and ban.from_on <= work.today <= ban.until_on:
            title = work.release.items[ban.item].title
            say = f"{say_date(ban.until_on)}以前不得再次申请「{title}」"
            raise Stopped(say, law=ban.basis, stops=[say], until=ban.until_on.isoformat())
