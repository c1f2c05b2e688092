"""登记查询 — a register of another authority is asked for values, by who applies and agreed to it, before anything is sent in.

What it does not say, or not in time, is typed in as ever; no limit waits for it (R-ACC-3, R-SEC-8). The protocol is a small
one of ours, see docs/operations.md: POST `{url}/registers/{register}`, JSON in and out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from service.office.outside import Platform, short_text, told_of
from service.workflows.definition import VocabularyRegister

NOT_THERE = "登记里没有查到"


@dataclass(frozen=True, slots=True)
class Said:
    """答复 — the values a register gave and its receipt, or why there are none."""

    values: Mapping[str, Any] = field(default_factory=dict)
    receipt: str = ""
    fault: str = ""


class Registers(Protocol):
    """What is asked of registers; whatever goes wrong is an answer too, never an exception."""

    async def ask(
        self, code: str, register: VocabularyRegister, applicant: Mapping[str, str]
    ) -> Said:
        """Ask one register for what it has of a person {type, name, id}."""
        ...


class HttpRegisters:
    """登记 — the real ones, behind the data sharing platform."""

    def __init__(self, url: str, token: str = "", seconds: float = 5.0) -> None:
        """Ask at `url`, signed with `token`, and wait for `seconds` in all."""
        self._platform = Platform("登记查询", url, token, seconds)

    async def ask(
        self, code: str, register: VocabularyRegister, applicant: Mapping[str, str]
    ) -> Said:
        """Ask once and read `{found, values, receipt, reason}`."""
        body = {
            "register": code,
            "title": register.title,
            "values": sorted(register.gives),
            "purpose": register.purpose,
            "applicant": told_of(applicant),
        }
        said = await self._platform.ask(f"registers/{code}", body)
        if isinstance(said, str):
            return Said(fault=said)
        receipt, given = short_text(said.get("receipt")), said.get("values")
        if said.get("found") is False:
            return Said(fault=short_text(said.get("reason")) or NOT_THERE)
        if said.get("found") is True and receipt and isinstance(given, Mapping):
            values = {name: _read(kind, given.get(name)) for name, kind in register.gives.items()}
            known = {name: value for name, value in values.items() if value is not None}
            return Said(known, receipt) if known else Said(fault=self._platform.unreadable)
        return Said(fault=self._platform.unreadable)


def _read(kind: str, value: Any) -> Any:
    """Return a value of the kind that was agreed; None for any other."""
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if kind == "number":
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return value if number else None
    return short_text(value) or None
