"""见证核对 — what a second place has kept, against what the database says today; what it kept may be forged, too."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from service.verify.report import Finding, SealHead
from service.verify.sealing import Sealed
from service.verify.signed import Believed, is_signed, sealed_hash

LONGEST_LINE = 1 << 22


def read(folder: Path) -> list[str]:
    """Return the lines of every file of seals in a folder. Raises OSError."""
    return [
        line
        for path in sorted(folder.glob("seals-*.jsonl"))
        for line in path.read_text(errors="replace").splitlines()
        if line.strip()
    ]


def parsed(line: str) -> Mapping[str, Any] | None:
    """Return a seal that was witnessed, None for a line that is none or that its own key did not sign."""
    if len(line) > LONGEST_LINE:
        return None
    try:
        seal = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(seal, dict) or type(seal.get("number")) is not int or seal["number"] < 1:
        return None
    whole = sealed_hash(seal) == seal.get("hash") != "" and is_signed(seal)
    return seal if whole else None


def believed_from(lines: Sequence[str], secrets: Sequence[str]) -> Believed:
    """Return the keys to believe: the audit keys at hand, else the one that signed what was witnessed first."""
    signers = [seal["signer"] for seal in map(parsed, lines) if seal]
    return Believed(tuple(secrets), frozenset(signers[:1]) if not secrets else frozenset())


def compare(lines: Sequence[str], believed: Believed, sealed: Sealed) -> Iterator[Finding]:
    """Check that every seal that was witnessed is still there, unchanged; by sequence, never by time."""
    kept: dict[int, str] = {}
    for place, line in enumerate(lines, start=1):
        seal, where = parsed(line), f"见证 第 {place} 行"
        if seal is None:
            yield Finding("", where, "不是一次封存，或者签名不对")
            continue
        if believed.signers and seal["signer"] not in believed.signers:
            yield Finding("", where, "是用别的密钥签名的")
            continue
        number = seal["number"]
        if kept.setdefault(number, seal["hash"]) != seal["hash"]:
            yield Finding("", where, f"第 {number} 次封存有两个不同的说法")
    for number, told in sorted(kept.items()):
        yield from expected(SealHead(number, told), sealed)


def expected(head: SealHead, sealed: Sealed) -> Iterator[Finding]:
    """Check that one seal that was witnessed is still there, unchanged."""
    today = sealed.hashes.get(head.number)
    if today is None:
        last = sealed.head.number if sealed.head else 0
        what = f"曾对外见证，库里只到第 {last} 次：此后的办理记录不在这个库里"
        yield Finding("", f"seals {head.number}", what)
    elif today != head.sha256:
        what = "与对外见证的不同：此前的记录被改动、删除或补入"
        yield Finding("", f"seals {head.number}", what)
