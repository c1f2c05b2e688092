"""实名核验 — an outside register says whether a person is who he says, and what he is of a company.

Asked before the transaction begins. The protocol is a small one of ours, see docs/operations.md: POST `{url}/persons` and
`{url}/companies`, JSON in and out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from service.office.outside import Platform, short_text

KINDS = ("sole-trader", "enterprise", "organisation")
ROLES = ("owner", "legal_representative")
NOT_THE_ONE = "姓名、证件号码、登记的手机号码对不上，请核对"
NOT_OF_IT = "登记机关没有您是这家单位的经营者或者法定代表人的登记"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """核验结果 — the name as the register has it and its receipt; or `fault`; `unanswered` where nothing was said at all."""

    name: str = ""
    receipt: str = ""
    kind: str = ""  # of a company
    role: str = ""  # of the person in it
    fault: str = ""
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class PersonAsked:
    """要核验的人 — as he says he is; the telephone number is the one that the register has."""

    name: str
    document: str
    number: str
    phone: str


class Verification(Protocol):
    """What is asked of the registers; whatever goes wrong is an answer too, never an exception."""

    async def person(self, asked: PersonAsked) -> Confirmed:
        """Ask whether there is such a person, and whether it is he who asks."""
        ...

    async def company(self, number: str, name: str, person: Mapping[str, str]) -> Confirmed:
        """Ask what a person {name, number} is of a company or sole trade."""
        ...


class HttpVerification:
    """实名核验服务 — the real one."""

    source = "实名核验服务"

    def __init__(self, url: str, token: str = "", seconds: float = 5.0) -> None:
        """Ask at `url`, signed with `token`, and wait for `seconds` in all."""
        self._platform = Platform(self.source, url, token, seconds)

    async def person(self, asked: PersonAsked) -> Confirmed:
        """Ask once and read `{confirmed, name, receipt, reason}`."""
        body = {
            "name": asked.name,
            "document": asked.document,
            "number": asked.number,
            "phone": asked.phone,
        }
        return self._read(await self._platform.ask("persons", body), NOT_THE_ONE)

    async def company(self, number: str, name: str, person: Mapping[str, str]) -> Confirmed:
        """Ask once and read `{confirmed, name, kind, role, receipt, reason}`."""
        body = {"number": number, "name": name, "person": dict(person)}
        said = self._read(await self._platform.ask("companies", body), NOT_OF_IT)
        if not said.fault and (said.kind not in KINDS or said.role not in ROLES):
            return Confirmed(fault=self._platform.unreadable, unanswered=True)
        return said

    def _read(self, said: Mapping[str, Any] | str, otherwise: str) -> Confirmed:
        if isinstance(said, str):
            return Confirmed(fault=said, unanswered=True)
        name, receipt = short_text(said.get("name")), short_text(said.get("receipt"))
        if said.get("confirmed") is True and name and receipt:
            kind, role = short_text(said.get("kind")), short_text(said.get("role"))
            return Confirmed(name, receipt, kind, role)
        if said.get("confirmed") is False:
            return Confirmed(fault=short_text(said.get("reason")) or otherwise)
        return Confirmed(fault=self._platform.unreadable, unanswered=True)
