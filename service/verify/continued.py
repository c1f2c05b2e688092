"""延续核对 — what was renewed in time did not run out, whichever of the two cases was looked at first.

Law: 行政许可法 50; R-LIFE-2.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from service.verify.dossier import Dossier, Row
from service.verify.report import Finding, Report

GONE = {"revoked", "recalled", "void"}


Known = tuple[
    str, str, str
]  # holder, number, last day: what a certificate is known by to another case


@dataclass(frozen=True, slots=True)
class Continued:
    """换发 — certificates that ran out, and what took the place of which; held against each other once all were read."""

    ran_out: dict[Known, str] = field(default_factory=dict)  # → case
    renewals: list[tuple[Known, str]] = field(default_factory=list)  # of what, day decided

    def see(self, dossier: Dossier) -> None:
        """Keep of a case what only another one makes wrong."""
        made = {row["item"]: row for row in dossier.rows["certificates"]}
        for event in dossier.events:
            row = made.get(event["item"])
            if row and event["action"] == "expire_certificate":
                known = row["holder_id"], row["number"], str(row["valid_until"])
                self.ran_out[known] = dossier.name
        self.renewals.extend(_renewals(dossier))

    def check(self, report: Report) -> None:
        """Find what ran out though its renewal had been granted, or was deemed to be, by its last day."""
        for known, decided_on in self.renewals:
            if known in self.ran_out and decided_on <= known[2]:
                what = f"证照 {known[1]} 在 {decided_on} 已经准予延续，却记为有效期届满"
                report.add(Finding(self.ran_out[known], "certificates", what))


def _renewals(dossier: Dossier) -> Iterator[tuple[Known, str]]:
    for row in dossier.rows["certificates"]:
        item = dossier.items.get(row["item"])
        if row["continues"] and item and row["state"] not in GONE and _renews(dossier, item):
            last = str((item["window"] or {}).get("valid_until"))
            yield (row["holder_id"], row["continues"], last), str(row["issued_on"])


def _renews(dossier: Dossier, item: Row) -> bool:
    definition = dossier.definition
    return bool(definition and definition.items.get(item["item"], {}).get("renews"))
