"""用语 — the codes that columns of a case may hold."""

from typing import Literal

Handling = Literal["ordinary", "commitment"]
ClockOwner = Literal["department", "applicant", "public"]
ClockState = Literal["running", "paused", "settled"]
MaterialSource = Literal["upload", "share", "commitment", "certificate", "generated", "defer"]
CertificateState = Literal[
    "made", "valid", "expired", "superseded", "revoked", "recalled", "void", "deregistered"
]
BreachKind = Literal["false_commitment", "unkept_commitment"]
Channel = Literal["online", "counter"]
CaseState = Literal[
    "draft",
    "received",
    "in_progress",
    "correcting",
    "granted",
    "partly_granted",
    "refused",
    "withdrawn",
    "terminated",
]
