"""Forty ways of tampering, and some more: what is done with every right on the database, and what must be said of it.

`KINDS` is what gates import: each does its damage to one case (`place` picks which) and names a part of the finding.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from service.store.audit import BELONGING

from .meddling import Meddler, rewritten

Event = dict[str, Any]
# what finds it at the latest: the record by itself, the audit key, or only what a second place has kept
By = Literal["record", "key", "witness"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One way of tampering."""

    do: Callable[[Meddler, str], Awaitable[None]]
    words: str
    by: By = "record"
    needs: str = (
        "SELECT id FROM cases WHERE number <> '' AND last_event > 3"  # the cases it can be done to
    )
    tidy: bool = True


async def damage(kind: str, url: str, place: int = 0) -> None:
    """Do one kind of damage to a database."""
    made = KINDS[kind]
    meddler = Meddler(url, tidy=made.tidy)
    ids = [row[0] for row in await meddler.run(f"{made.needs} ORDER BY 1")]
    await made.do(meddler, ids[place % len(ids)])


def sql(*statements: str) -> Callable[[Meddler, str], Awaitable[None]]:
    """Run statements; `{id}` is the case."""

    async def do(meddler: Meddler, case: str) -> None:
        await meddler.run(*(each.replace("{id}", case) for each in statements))

    return do


def chained(
    change: Callable[[Event], None], *rows: str
) -> Callable[[Meddler, str], Awaitable[None]]:
    """Change the record of a case, compute every hash anew, and let its rows say the same."""

    async def do(meddler: Meddler, case: str) -> None:
        await meddler.reseal(case, change)
        await meddler.run(*(each.replace("{id}", case) for each in rows), "SELECT 1")

    return do


def acted_by(account: str, *actions: str) -> Callable[[Event], None]:
    """Let somebody else have acted."""

    def change(event: Event) -> None:
        if not actions or event["action"] in actions:
            event["actor"]["account"] = account

    return change


def earlier(event: Event) -> None:
    """Let everything have been written down nine days before."""
    at = event["recorded_at"]
    event["recorded_at"] = f"{at[:8]}{max(1, int(at[8:10]) - 9):02}{at[10:]}"


def other_opinion(event: Event) -> None:
    """Let the reviewer have said the opposite."""
    if "opinion" in event["data"]:
        event["data"]["opinion"] = "不符合条件。"


def other_calendar(event: Event) -> None:
    """Let dates have been reckoned by a calendar nobody knows, which moves them as one likes."""
    rewritten("clocks", calendar="国务院-2031#00000000", promised_on="2031-03-03")(event)


async def cleared(meddler: Meddler, case: str) -> None:
    """Remove a case without a trace."""
    statements = [f"DELETE FROM {name} WHERE case_id = '{case}'" for name in BELONGING]
    await meddler.run(
        *statements,
        f"DELETE FROM idempotency WHERE case_id = '{case}'",
        f"DELETE FROM cases WHERE id = '{case}'",
    )


async def guards_dropped(meddler: Meddler, _: str) -> None:
    """Take away what keeps the record from being changed."""
    if meddler.sqlite:
        await meddler.run("SELECT 1")  # who is not tidy leaves it so
    else:
        await meddler.run(
            "ALTER TABLE events DISABLE TRIGGER events_append_only",
            "DROP TRIGGER ledger_append_only ON ledger",
        )


IN = "WHERE case_id = '{id}'"
GRANTED = "SELECT DISTINCT case_id FROM events WHERE action IN ('grant', 'grant_by_commitment')"
PROPOSED = "SELECT DISTINCT case_id FROM events WHERE action = 'propose'"
CERTIFIED = "SELECT DISTINCT case_id FROM certificates WHERE number <> ''"
ANSWERED = "SELECT DISTINCT case_id FROM idempotency WHERE case_id <> ''"
CLERK = "(SELECT account FROM accounts WHERE kind = 'clerk' ORDER BY account LIMIT 1)"
RELEASE = "(SELECT bundle FROM releases ORDER BY bundle LIMIT 1)"
CHANGED, NOT_OURS = "封存之后被改动", "不是经本系统"
KINDS: dict[str, Kind] = {
    # what the record of a case tells by itself
    "event edited": Kind(sql(f"UPDATE events SET law = '另一条' {IN} AND n = 2"), "内容与哈希不符"),
    "event deleted in the middle": Kind(sql(f"DELETE FROM events {IN} AND n = 2"), "序号应为 2"),
    "item state": Kind(sql(f"UPDATE items SET state = 'elsewhere' {IN} AND parent = ''"), "state"),
    "clock due date": Kind(sql(f"UPDATE clocks SET due_on = '2031-03-03' {IN}"), "due_on"),
    "clock wake_at": Kind(
        sql(f"UPDATE clocks SET wake_at = NULL {IN} AND wake_at IS NOT NULL"),
        "wake_at",
        needs="SELECT case_id FROM clocks WHERE wake_at IS NOT NULL",
    ),
    "form": Kind(sql("UPDATE cases SET form = '{}' WHERE id = '{id}'"), "form"),
    "applicant name": Kind(
        sql("UPDATE cases SET applicant_name = '冒名' WHERE id = '{id}'"), "applicant_name"
    ),
    "account of the case": Kind(
        sql("UPDATE cases SET account = 'other' WHERE id = '{id}'"), "account"
    ),
    "certificate holder": Kind(
        sql(f"UPDATE certificates SET holder_id = 'X' {IN}"), "holder_id", needs=CERTIFIED
    ),
    "query code": Kind(sql("UPDATE cases SET query_code = 'abc' WHERE id = '{id}'"), "query_code"),
    "message deleted": Kind(
        sql(f"DELETE FROM messages {IN} AND n = (SELECT min(n) FROM messages {IN})"),
        "记录里有，表里没有",
    ),
    "last event cut": Kind(
        sql(f"DELETE FROM events {IN} AND n = (SELECT max(n) FROM events {IN})"), "最后一条记录"
    ),
    # histories told anew, and removed
    "case deleted": Kind(cleared, CHANGED, "key"),
    "re-chained: other approver": Kind(
        chained(acted_by("cg.window", "grant", "grant_by_commitment")), CHANGED, "key", GRANTED
    ),
    "re-chained: reviewer approved": Kind(
        chained(acted_by("scjg.reviewer", "grant", "grant_by_commitment")), CHANGED, "key", GRANTED
    ),
    "re-chained: unknown account": Kind(chained(acted_by("nobody")), "不存在"),
    "re-chained: applicant's account": Kind(
        chained(acted_by("zhang", "accept", "propose")), CHANGED, "key", PROPOSED
    ),
    "re-chained: unknown calendar": Kind(
        chained(
            other_calendar,
            f"UPDATE clocks SET calendar = '国务院-2031#00000000', promised_on = '2031-03-03' {IN}",
        ),
        "没有人发布过日历",
    ),
    "re-chained: nine days back": Kind(chained(earlier), CHANGED, "key"),
    "re-chained: opinion": Kind(chained(other_opinion), CHANGED, "key", PROPOSED),
    "re-chained: form": Kind(
        chained(
            rewritten("cases", channel="counter"),
            "UPDATE cases SET channel = 'counter' WHERE id = '{id}'",
        ),
        CHANGED,
        "key",
    ),
    # what stands beside the cases
    "retry_at": Kind(
        sql("UPDATE cases SET retry_at = '2099-01-01T00:00:00.000000+00:00' WHERE id = '{id}'"),
        "retry_at 是",
    ),
    "messages sent": Kind(sql(f"UPDATE messages SET state = 'sent' {IN}"), "已发出"),
    "messages sent, with a time": Kind(
        sql(f"UPDATE messages SET state = 'sent', sent_at = at, attempts = 1 {IN}"), NOT_OURS, "key"
    ),
    "messages next_at": Kind(
        sql(f"UPDATE messages SET next_at = '2099-01-01T00:00:00.000000+00:00' {IN}"), "next_at 是"
    ),
    "triggers dropped": Kind(guards_dropped, "触发器", tidy=False),
    "account posts": Kind(
        sql(f"UPDATE accounts SET posts = '[\"head\"]' WHERE account = {CLERK}"), NOT_OURS, "key"
    ),
    "account password": Kind(
        sql(f"UPDATE accounts SET password_hash = 'x' WHERE account = {CLERK}"), NOT_OURS, "key"
    ),
    "account subject": Kind(
        sql("UPDATE accounts SET subject = '' WHERE account = 'zhang'"), NOT_OURS, "key"
    ),
    "account inserted": Kind(
        sql(
            "INSERT INTO accounts (account, password_hash, name, kind, department, posts, subject, active, failed_count) "
            "VALUES ('ghost', 'x', '鬼', 'clerk', 'scjg', '[\"approver\"]', '', true, 0)"
        ),
        NOT_OURS,
        "key",
    ),
    "account deleted": Kind(
        sql("DELETE FROM accounts WHERE account = 'cg.window'"), "台账里有，表里没有", "key"
    ),
    "subject renamed": Kind(sql("UPDATE subjects SET name = '冒名'"), NOT_OURS, "key"),
    "representation made longer": Kind(
        sql("UPDATE representations SET role = 'owner', until_on = NULL"), NOT_OURS, "key"
    ),
    "representation deleted": Kind(sql("DELETE FROM representations"), "台账里有，表里没有", "key"),
    "credit class deleted": Kind(sql("DELETE FROM credit_classes"), "台账里有，表里没有", "key"),
    "credit class edited": Kind(sql("UPDATE credit_classes SET grade = 'A'"), NOT_OURS, "key"),
    "credit entry edited": Kind(sql("UPDATE credit_entries SET source = 'x'"), NOT_OURS, "key"),
    "release number": Kind(
        sql(f"UPDATE releases SET number = 77 WHERE bundle = {RELEASE}"), NOT_OURS, "key"
    ),
    "release publisher": Kind(
        sql(f"UPDATE releases SET published_by = 'other' WHERE bundle = {RELEASE}"), NOT_OURS, "key"
    ),
    "release deleted": Kind(
        sql("DELETE FROM releases WHERE hash NOT IN (SELECT release FROM cases)"),
        "台账里有，表里没有",
        "key",
    ),
    "forged newest release": Kind(
        sql(
            "INSERT INTO releases (bundle, number, hash, pack_title, document, published_at, published_by) "
            "SELECT bundle, number + 1, 'f00d', pack_title, document, published_at, published_by FROM releases "
            f"WHERE bundle = {RELEASE} ORDER BY number DESC LIMIT 1"
        ),
        NOT_OURS,
        "key",
    ),
    "release in force": Kind(
        sql(f"UPDATE in_force SET number = 77 WHERE bundle = {RELEASE}"), NOT_OURS, "key"
    ),
    "calendar": Kind(
        sql("UPDATE calendars SET published_at = '2026-01-01T00:00:00.000000+00:00'"),
        NOT_OURS,
        "key",
    ),
    "file owner": Kind(
        sql(
            "INSERT INTO file_owners (sha256, account, name, uploaded_at) "
            "SELECT sha256, 'ghost', 'x', uploaded_at FROM files"
        ),
        NOT_OURS,
        "key",
    ),
    "file type": Kind(sql("UPDATE files SET type = 'text/html'"), NOT_OURS, "key"),
    "file called clean": Kind(sql("UPDATE files SET scan = 'clean', threat = ''"), NOT_OURS, "key"),
    "answer deleted": Kind(sql(f"DELETE FROM idempotency {IN}"), "已答复的请求", "key", ANSWERED),
    "answer forged": Kind(
        sql(
            "INSERT INTO idempotency (principal, key, request_hash, status, response, case_id, created_at) "
            "SELECT principal, 'forged', request_hash, status, response, case_id, created_at FROM idempotency "
            f"{IN} LIMIT 1"
        ),
        "已答复的请求",
        "key",
        ANSWERED,
    ),
    "answer made up": Kind(
        sql(
            "INSERT INTO idempotency (principal, key, request_hash, status, response, case_id, created_at) VALUES "
            "('zhang', 'submit made up', 'x', 201, '{}', '{id}', '2026-01-01T00:00:00.000000+00:00')"
        ),
        "没有产生这份答复",
    ),
    "counter back": Kind(
        sql("UPDATE counters SET value = 0 WHERE name LIKE 'certificate %'"), "流水号倒退"
    ),
    # what was sealed
    "ledger forged": Kind(
        sql(
            f"UPDATE accounts SET posts = '[\"approver\"]' WHERE account = {CLERK}",
            "INSERT INTO ledger (kind, key, nonce, content, mark, signer) SELECT kind, key, 'n', 'c', 'm', signer FROM ledger "
            "WHERE kind = 'accounts' LIMIT 1",
        ),
        "不是用审计密钥写的",
        "key",
    ),
    "ledger said again": Kind(
        sql(
            "INSERT INTO ledger (kind, key, nonce, content, mark, signer) SELECT kind, key, nonce, content, mark, signer "
            "FROM ledger WHERE kind = 'accounts' LIMIT 1"
        ),
        "又写了一遍",
        "key",
    ),
    "ledger cut": Kind(sql("DELETE FROM ledger WHERE kind = 'files'"), CHANGED, "key"),
    "seal edited": Kind(sql("UPDATE seals SET signature = '00' WHERE number = 1"), "签名不对"),
    "last seal cut": Kind(
        sql("DELETE FROM seals WHERE number = (SELECT max(number) FROM seals)"),
        "曾对外见证",
        "witness",
    ),
    "sealing started over": Kind(
        sql("DELETE FROM seals", "DELETE FROM ledger"), "曾对外见证", "witness"
    ),
}
