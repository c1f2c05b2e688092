"""台账核对 — accounts, credit classes, releases, calendars, files: each row is what its newest entry says."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from service.store import audit
from service.store.database import Database
from service.verify.canonical import canonical, fingerprint
from service.verify.dossier import Dossier
from service.verify.report import Finding, Report
from service.verify.signed import Believed, entry_text

Row = Mapping[str, Any]
AT_ONCE = 5000
KEYS = {
    "accounts": ("account",),
    "subjects": ("number",),
    "representations": ("id",),
    "credit_classes": ("subject", "since_on"),
    "credit_entries": ("id",),
    "releases": ("bundle", "number"),
    "in_force": ("bundle", "n"),
    "calendars": ("region", "layer", "year"),
    "files": ("sha256",),
    "file_owners": ("sha256", "account"),
    "messages": ("case_id", "n"),
}
FORGOTTEN = (
    "messages_until"  # no table: the messages of a case up to a number were sent and are gone
)
UNCOVERED = {
    "accounts": {"failed_count", "locked_until", "otp_step"},
    "releases": {"document"},
    "files": {"scan_at"},
    "messages": {"attempts", "next_at", "last_error"},
}
TITLES = {
    "accounts": "账号",
    "subjects": "主体",
    "representations": "代表与代理",
    "credit_classes": "信用分类",
    "credit_entries": "信用分类登记",
    "releases": "发布版",
    "in_force": "施行",
    "calendars": "工作日历",
    "files": "文件",
    "file_owners": "文件归属",
    "messages": "待发消息",
}


class Entries:
    """台账 — the newest entry of each row, by table and key, and the calendars that were ever published."""

    def __init__(self) -> None:
        self.newest: dict[tuple[str, str], Row] = {}
        self.notices: list[Row] = []
        self.forgotten: set[str] = set()  # keys of what was said of messages that are gone
        self._nonces: set[bytes] = set()

    def take(self, entry: Row, believed: Believed) -> Iterator[str]:
        """Take one entry, in the order of their numbers, and tell what is wrong with it."""
        if believed.secrets and entry["mark"] not in believed.marks(
            entry_text(entry), entry["signer"]
        ):
            yield "这一条不是用审计密钥写的"
            return
        nonce = sha256(entry["nonce"].encode()).digest()[:16]
        if nonce in self._nonces:
            yield "这一条是把以前的一条又写了一遍"
            return
        self._nonces.add(nonce)
        if entry["kind"] == FORGOTTEN:
            self.forgotten.add(entry["key"])
            return
        self.newest[entry["kind"], entry["key"]] = entry
        if entry["document"] and entry["document"] not in self.notices:
            self.notices.append(entry["document"])


async def read(database: Database, believed: Believed, report: Report) -> Entries:
    """Read the whole ledger."""
    found, number, more = Entries(), 0, True
    while more:
        async with audit.snapshot(database) as connection:
            rows = await audit.entries(connection, number, AT_ONCE)
        for row in rows:
            for what in found.take(row, believed):
                report.add(Finding("", f"ledger {row['number']}", what))
            number = row["number"]
        report.counts["ledger"] += len(rows)
        more = len(rows) == AT_ONCE
    return found


async def check(database: Database, entries: Entries, believed: Believed, report: Report) -> None:
    """Compare every row with its newest entry; only who has the audit key can tell which belongs to which."""
    if not believed.secrets:
        report.counts["unchecked_ledger"] += len(entries.newest)
        return
    left = {key for key, entry in entries.newest.items() if entry["content"]}
    for kind in KEYS:
        async with audit.snapshot(database) as connection:
            rows = await (
                audit.moved_messages(connection)
                if kind == "messages"
                else audit.every(connection, kind)
            )
        for row in rows:
            name = _named(kind, row)
            key = _key(kind, row, entries, believed)
            left.discard((kind, key))
            if not key:
                report.add(Finding("", name, "没有写入它的台账：不是经本系统办的"))
            elif not _agrees(kind, row, entries.newest[kind, key]):
                report.add(Finding("", name, "与台账不符：不是经本系统改的"))
    for kind, key in sorted(left):
        if kind != "messages":  # those that wait are in the record of their case
            where = f"{TITLES.get(kind, kind)} {key[:12]}"
            report.add(Finding("", where, "台账里有，表里没有"))


class Gone:
    """不在了的消息 — of which cases messages are missing, and whether the ledger says so: they were sent, and had their term."""

    def __init__(self, entries: Entries, believed: Believed) -> None:
        self._entries, self._believed = entries, believed
        self._cases = 0

    def until(self, dossier: Dossier) -> int:
        """Return up to which number the messages of a case may be missing; 0 where nothing says so.

        Without the audit key nobody can tell which entry is whose: then only how many there are is compared.
        """
        there = {row["n"] for row in dossier.rows["messages"]}
        made = (row["n"] for event in dossier.events for row in event["rows"].get("messages", ()))
        last = max((n for n in made if n not in there), default=0)
        if not last:
            return 0
        told = canonical([FORGOTTEN, dossier.case["id"], last])
        if self._believed.secrets:
            known = any(key in self._entries.forgotten for key in self._believed.marks(told, ""))
        else:
            self._cases += 1
            known = self._cases <= len(self._entries.forgotten)
        return last if known else 0


def _named(kind: str, row: Row) -> str:
    """Name a row without telling a person's number."""
    said = [row[name] for name in KEYS[kind]]
    if kind in ("credit_classes", "subjects"):
        said = ["…", *said[1:]]
    return " ".join(str(each)[:20] for each in (TITLES[kind], *said))


def _key(kind: str, row: Row, entries: Entries, believed: Believed) -> str:
    told = canonical([kind, *(row[name] for name in KEYS[kind])])
    known = (key for key in believed.marks(told, "") if (kind, key) in entries.newest)
    numbered = sorted(known, key=lambda key: entries.newest[kind, key]["number"])
    return numbered[-1] if numbered else ""


def _agrees(kind: str, row: Row, entry: Row) -> bool:
    bare = audit.unwritten(kind)
    told = {
        name: value
        for name, value in row.items()
        if name not in UNCOVERED.get(kind, ()) and value != bare[name]
    }
    return bool(fingerprint([entry["nonce"], told]) == entry["content"])
