"""核对结果 — what was found wrong, what was looked at, and the head to be witnessed outside the database."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Self

KIND_TITLES = {
    "cases": "办件",
    "events": "办理记录",
    "rows": "行",
    "transitions": "状态变更",
    "dates": "到期日",
    "unchecked_dates": "因缺日历未核到期日",
    "files": "文件",
    "unused_files": "没有用在办件里的文件",
    "releases": "发布版",
    "seals": "封存",
    "ledger": "台账",
    "unchecked_ledger": "没有审计密钥而未核的台账",
    "draws": "抽签",
    "unchecked_draws": "尚未公布当日抽签密码而未核的抽签",
    "unproven_draws": "当日未及事先封存的抽签",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """不符 — one difference: which case (empty: none), which row, and what is wrong with it."""

    case: str
    where: str  # table and key: `items food-licence`
    what: str

    def __str__(self) -> str:
        return f"办件 {self.case or '—'} · {self.where}：{self.what}"


@dataclass(frozen=True, slots=True)
class Head:
    """见证头 — how many events were written down up to an instant, and one hash over theirs.

    Kept outside the database it proves later that none of them was changed, removed or slipped in since, even by
    somebody who can recompute every hash inside.
    """

    until: datetime
    events: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.until.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}/{self.events}/{self.sha256}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote. Raises ValueError for anything else."""
        until, events, digest = text.strip().split("/")
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError(text)
        return cls(datetime.fromisoformat(until).astimezone(UTC), int(events), digest)


@dataclass(frozen=True, slots=True)
class SealHead:
    """封存头 — which seal was the newest, and its hash: it stands for everything before it, by sequence."""

    number: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.number}/{self.sha256}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote. Raises ValueError for anything else."""
        number, digest = text.strip().split("/")
        if not (number.isascii() and number.isdigit()) or len(number) > 15:
            raise ValueError(text)
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError(text)
        return cls(int(number), digest)


class HeadCount:
    """Adds up a head while the events pass by, in the order of case and number."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self.events = 0
        self._hash = sha256()

    def add(self, event: dict[str, Any]) -> None:
        """Count an event if it had been written down by then."""
        if event["recorded_at"] <= self.until:
            self.events += 1
            self._hash.update(f"{event['case_id']}/{event['n']}/{event['hash']}\n".encode())

    def head(self) -> Head:
        """Return the head of what passed by."""
        return Head(self.until, self.events, self._hash.hexdigest())


@dataclass(slots=True)
class Report:
    """核对报告 — differences (the first `most`), how many there were in all, and what was looked at."""

    most: int = 1000
    findings: list[Finding] = field(default_factory=list)
    found: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    head: Head | None = None
    sealed: SealHead | None = None

    @property
    def clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.found

    def add(self, finding: Finding) -> None:
        """Note a difference; of more than `most` only the number is kept."""
        self.found += 1
        if len(self.findings) < self.most:
            self.findings.append(finding)

    def lines(self, most: int = 20) -> list[str]:
        """Say it in lines for people: the first differences, then what was looked at."""
        told = [str(finding) for finding in self.findings[:most]]
        if self.found > len(told):
            told.append(f"……另有 {self.found - len(told)} 处不符")
        counted = [(title, self.counts[kind]) for kind, title in KIND_TITLES.items()]
        looked = "，".join(f"{title} {count}" for title, count in counted if count)
        verdict = "没有发现不符" if self.clean else f"发现 {self.found} 处不符"
        heads = [f"见证头：{self.head}", *([f"封存头：{self.sealed}"] if self.sealed else [])]
        return [*told, f"{verdict}；已核对：{looked or '没有办件'}", *heads]
