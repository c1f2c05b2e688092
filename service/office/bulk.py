"""批量办理 — one action for many cases, each in a transaction of its own, each done or refused on its own.

What became of an entry is written in the transaction that did it. So the same order under the same key goes on where
a process was killed, does nothing twice, and a finished one gives the same answer again.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from service.errors import KeyReused, NotFound, NotPermitted, ServiceError, Unavailable, one_field
from service.office import sight, titles
from service.office.asking import BulkEntry, BulkOrder, Request
from service.office.desk import NO_KEY, Desk, new_id, refuse_stale, there
from service.office.views import BulkResult, BulkView
from service.store import bulks, case_lists, cases
from service.store.cases import Row
from service.store.database import Connection
from service.store.faults import KeyTaken
from service.workflows.case import Action, Actor, Case
from service.workflows.definition import Release
from service.workflows.handling import one_of_many
from service.workflows.step import step

MOST_ENTRIES = 100
NO_BULK = "没有这次批量办理，或者不是您办的。"
NOT_SEEN = {"version": None, "item_title": "", "state": "", "state_title": "", "title": ""}
NO_REASON = {"slug": "", "detail": "", "law": ""}

log = logging.getLogger("yijianshi.bulk")


class Bulk(Desk):
    """The verbs for many cases at once."""

    async def act_in_bulk(self, request: Request, order: BulkOrder) -> BulkView:
        """Take one action on each entry, in the order given; who repeats it under its key gets the same results.

        Raises:
            NotPermitted: only for clerks. DataInvalid: no entries, or too many. KeyReused: another order had this key.
            Unavailable: the entries done so far stay done; the same order again goes on.
        """
        if not request.actor.is_clerk:
            raise NotPermitted("只有工作人员可以批量办理", action="bulk")
        if not 0 < len(order.entries) <= MOST_ENTRIES:
            raise one_field("/items", f"请选择 1 到 {MOST_ENTRIES} 件")
        bulk_id = await self._begun(request, order)
        while await self._do_next(request, bulk_id):
            pass
        return await self.bulk(request.actor, bulk_id)

    async def bulk(self, actor: Actor, bulk_id: str) -> BulkView:
        """Return what became of each entry so far, of cases he may see still. Raises NotFound, also for another's order."""
        async with self.database.reading() as connection:
            row = await bulks.look(connection, bulk_id)
            if row is None or row["account"] != actor.account or not actor.is_clerk:
                raise NotFound(NO_BULK)
            known = {r["number"] for r in row["results"] if r["item_title"]}
            right = await self.right_to_cases(actor, connection)
            names = await case_lists.applicants(connection, right, sorted(known))
        return _view_of(row, names)

    async def _begun(self, request: Request, order: BulkOrder) -> str:
        row = {
            "id": new_id(request.now),
            "account": request.actor.account,
            "key": request.key,
            "request_hash": request.fingerprint,
            "action": order.action,
            "data": dict(order.data),
            "entries": [asdict(entry) for entry in order.entries],
            "results": [],
            "created_at": request.now,
        }
        known = await self._ordered(request)
        if known is None:
            try:
                async with self.database.transaction() as tx:
                    await bulks.begin(tx, row)
            except KeyTaken:
                # the same order arrived twice at once: both go on with the one that was first
                known = await self._ordered(request)
        if known is not None and known["request_hash"] != request.fingerprint:
            raise KeyReused
        return str((known or row)["id"])

    async def _ordered(self, request: Request) -> Row | None:
        async with self.database.reading() as connection:
            return await bulks.ordered(connection, request.actor.account, request.key)

    async def _do_next(self, request: Request, bulk_id: str) -> bool:
        """Do the first entry that has no result; tell whether there was one."""
        row: Row | None = None
        try:
            async with self.database.transaction() as tx:
                row = await bulks.hold(tx, bulk_id)
                if row is None or len(row["results"]) == len(row["entries"]):
                    return False
                await bulks.note(
                    tx, bulk_id, [*row["results"], await self._entry_done(tx, row, request)]
                )
        except Unavailable:
            raise
        except Exception:
            if row is None:
                raise
            log.exception(
                "entry %s of bulk %s failed; the others go on", len(row["results"]), bulk_id
            )
            await self._give_up(bulk_id, len(row["results"]))
        return True

    async def _give_up(self, bulk_id: str, n: int) -> None:
        """Note that an entry could not be done, so that it does not stop the line."""
        async with self.database.transaction() as tx:
            row = await bulks.hold(tx, bulk_id)
            if row and len(row["results"]) == n:
                failed = _entry_result(row, done=False, refusal=ServiceError())
                await bulks.note(tx, bulk_id, [*row["results"], failed])

    async def _entry_done(self, tx: Connection, row: Row, request: Request) -> dict[str, Any]:
        """Take the action on one entry and return what became of it; a refusal leaves the case as it was."""
        entry = row["entries"][len(row["results"])]
        release: Release | None = None
        try:
            found = there(await cases.gather(tx, number=entry["number"]))
            case, situation = await self.opened(found, request.actor, request.now, tx)
            release = situation.release
            asked = replace(request, key="", seen_version=_expected_version(row, entry))
            refuse_stale(case, asked)
            wanted = Action(row["action"], entry["item"], row["data"])
            sight.refuse_hidden(case, request.actor, wanted)
            action = one_of_many(release, case, wanted)
            taken = step(case, action, request.actor, situation)
            view = await self.recorded(tx, taken, asked, situation, was=found.case, scope=NO_KEY)
        except Unavailable:
            raise
        except ServiceError as refusal:
            return _entry_result(
                row, release=release, case=case if release else None, refusal=refusal
            )
        return _entry_result(row, done=True, release=release, case=view.whole, was=case.version)


def _expected_version(row: Row, entry: Row) -> int | None:
    """Return the version an entry expects: what this order itself did to the case before is nobody else's doing."""
    version: int | None = entry["version"]
    for result in row["results"]:
        if result["done"] and (result["number"], result["was"]) == (entry["number"], version):
            version = result["version"]
    return version


def _entry_result(
    row: Row,
    *,
    done: bool = False,
    release: Release | None = None,
    case: Case | None = None,
    was: int = 0,
    refusal: ServiceError | None = None,
) -> dict[str, Any]:
    """Return {number, item, item_title, state, state_title, version, was, done, title, slug, detail, law} of the next entry."""
    entry = row["entries"][len(row["results"])]
    told = NOT_SEEN
    if release and case:
        told = _how_it_stands(release, case, entry["item"], row["action"])
    why_not: Mapping[str, str] = NO_REASON
    if refusal:
        why_not = {"slug": refusal.slug, "detail": refusal.detail, "law": refusal.law}
    of_entry = {"number": entry["number"], "item": entry["item"], "was": was, "done": done}
    return {**of_entry, **told, **why_not}


def _how_it_stands(release: Release, case: Case, code: str, action: str) -> dict[str, Any]:
    """Say how the item of an entry, or the case itself, stands, and what the action is called there."""
    item = case.items.get(code)
    found = {
        "version": case.version,
        "item_title": release.bundle.title,
        "state": case.state,
        "state_title": titles.CASE_STATES[case.state],
        "title": "",
    }
    if item:
        found["item_title"] = titles.item_title(release, item.item)
        found["state"] = item.state
        found["state_title"] = titles.state_title(release, item.item, item.state)
    if item or not code:
        found["title"] = titles.action_title(release, code, action)
    return found


def _view_of(row: Row, names: dict[str, str]) -> BulkView:
    told = []
    for result in row["results"]:
        known = {name: value for name, value in result.items() if name != "was"}
        if result["item_title"] and result["number"] not in names:
            known |= NOT_SEEN | NO_REASON  # he has moved on since
        told.append(BulkResult(**known, applicant_name=names.get(result["number"], "")))
    waiting = [BulkResult(entry["number"], entry["item"]) for entry in row["entries"][len(told) :]]
    entries = [BulkEntry(**entry) for entry in row["entries"]]
    return BulkView(
        row["id"], row["action"], row["key"], row["created_at"], entries, (*told, *waiting)
    )
