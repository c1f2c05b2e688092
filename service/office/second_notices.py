"""再次告知 — the corrections that were asked for twice for one receipt, over all cases, with the reason given (R-ACC-6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.errors import NotPermitted
from service.office import titles
from service.office.desk import Desk
from service.office.views import Page
from service.store import second_notices
from service.store.cases import Row
from service.workflows.case import Actor

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class SecondNotice:
    """再次告知 — which case, which items, who sent it, and why it was not told the first time."""

    number: str
    bundle_title: str
    item_titles: Sequence[str]
    department_title: str
    account: str
    reason: str
    recorded_at: datetime


class SecondNotices(Desk):
    """What supervision looks at without being asked for one case."""

    async def second_notices(
        self, actor: Actor, cursor: str | None = None, limit: int = 50
    ) -> Page[SecondNotice]:
        """List them, the newest first (行政许可法 72). Raises NotPermitted for all but supervision."""
        if not actor.is_supervisor:
            raise NotPermitted("只有效能监察可以查看再次告知", action="second_notices")
        async with self.database.reading() as connection:
            found = await second_notices.listed(
                connection, limit=max(1, min(limit, MOST_ROWS)), cursor=cursor or ""
            )
        return Page([await self._told_again(row) for row in found.rows], found.next or None)

    async def _told_again(self, row: Row) -> SecondNotice:
        release = await self.catalogue.release(row["release"])
        return SecondNotice(
            number=row["number"],
            bundle_title=release.bundle.title,
            item_titles=[titles.item_title(release, item) for item in row["data"]["items"]],
            department_title=titles.department_title(release, row["actor"].get("department", "")),
            account=row["actor"].get("account", ""),
            reason=row["data"]["reason"],
            recorded_at=row["recorded_at"],
        )
