"""代表与代理 — on what ground somebody acts for an applicant who is not himself, and how far that reaches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from service.workflows.case.columns import RepresentedBy
from service.workflows.case.parts import Case

Role = Literal["owner", "legal_representative", "authorised", "agent"]
ROLES: Mapping[str, str] = MappingProxyType(
    {
        "owner": "经营者",
        "legal_representative": "法定代表人",
        "authorised": "经办人",
        "agent": "代理人",
    }
)
AGENT: Role = "agent"


@dataclass(frozen=True, slots=True)
class Representing:
    """代表、代理 — one representation as it is in force: by whom, in which role, for what; both names are recorded."""

    id: str
    role: Role
    name: str  # who represents: a person, or the company that is the agent
    number: str
    by_name: str = ""  # who acts for the company that is the agent
    by_number: str = ""
    bundles: frozenset[str] = frozenset()  # of an agent, where it is not for all: for which
    cases: frozenset[str] = (
        frozenset()
    )  # of an agent: cases that others filed, which he goes on with
    until_on: date | None = None

    def covers(self, case: Case) -> bool:
        """Tell whether a case of the applicant is this one's business: of an agent only what he filed, or was named."""
        return self.role != AGENT or case.representation == self.id or case.number in self.cases

    def opens(self, bundle: str) -> bool:
        """Tell whether an application for a bundle may be made by it."""
        if self.role != AGENT or bundle in self.bundles:
            return True
        return not self.bundles and not self.cases

    def record(self) -> RepresentedBy:
        """Return what an application says of it."""
        until = self.until_on.isoformat() if self.until_on else ""
        said = RepresentedBy(role=self.role, name=self.name, number=self.number)
        if self.by_name:
            said |= {"by_name": self.by_name, "by_number": self.by_number}
        return {**said, "until_on": until} if until else said


def said_of(case: Case) -> str:
    """Say who acted for the applicant: 代理人 某某公司（经办 某某）; empty where he acted himself."""
    told = case.represented_by
    if not told:
        return ""
    by = f"（经办 {told['by_name']}）" if told.get("by_name") else ""
    return f"{ROLES.get(told['role'], told['role'])} {told['name']}{by}"
