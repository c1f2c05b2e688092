"""注销 — the closing entry after a certificate has ended; never the sanction itself (R-LIFE-5). Law: 行政许可法 70."""

from collections.abc import Mapping
from typing import Any, Final

from service.workflows import clocks
from service.workflows.case.parts import Item
from service.workflows.definition import models
from service.workflows.proceedings.kind import Kind, begin, open_one
from service.workflows.worksheet import Work

DEREGISTERED: Final = "deregistered"  # the state of the entry, and of the certificate
VALIDITY = "validity"  # the clock of an item whose certificate runs out


def issues_certificate(item: models.ItemDefinition) -> bool:
    """Tell whether an item ends in a certificate, whose entry can be struck off."""
    return bool(item.result)


def strike_off(work: Work, code: str, cause: str = "", basis: str = "") -> None:
    """注销: begin the closing entry of an item whose certificate has ended; never the sanction itself (R-LIFE-5).

    `cause` is what has happened to the holder or the matter, where that is why: one of DEREGISTRATION_CAUSES;
    `basis` the statute that says so, where it is none of those article 70 names.
    """
    if KIND.code in work.release.lifecycles and not open_one(work.case, KIND.code, code):
        entry = begin(work, KIND, code, department=work.case.items[code].department)
        entry.ground, entry.note = cause, basis


def struck_off(work: Work, proceeding: Item, _: Mapping[str, Any]) -> None:
    """Let a certificate that still holds end with its entry: its holder asked for it (行政许可法 70)."""
    for certificate in work.case.certificates.values():
        holds = (certificate.item, certificate.state) == (proceeding.parent, "valid")
        if holds and proceeding.state == DEREGISTERED:
            certificate.state = DEREGISTERED
            if clock := work.case.clocks.get((proceeding.parent, VALIDITY)):
                work.put(clocks.settle(clock, work.counted_at))


KIND = Kind(code="deregistration", meets=issues_certificate, ended=struck_off)
