"""情景里的重新申请 — the case that follows another in a story, and what the ones before it have left."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from service.workflows.case.parts import Case, Event
from service.workflows.case.situation import Actor, Held
from service.workflows.definition.release import Release
from service.workflows.handling import brought_over, objected, refuse_reapplying, told_before

Papers = dict[str, dict[str, str]]  # material → what comes over
KEPT = (
    "bundle",
    "release",
    "applicant_type",
    "applicant_name",
    "applicant_id",
    "account",
    "entered_by",
    "channel",
)


def draft_after(
    old: Case,
    items: Sequence[str],
    release: Release,
    writer: Actor,
    record: Iterable[Event],
    now: datetime,
) -> tuple[Case, Papers]:
    """Return the draft that applies anew for items of a case, and the papers that come over. Raises what refuses it."""
    refuse_reapplying(old, items, release, writer, ())
    points = objected(old, items, record)
    case = Case(
        id=hashlib.sha256(f"{old.id} {now}".encode()).hexdigest()[:32],
        **{name: getattr(old, name) for name in KEPT},
    )
    case = replace(
        case,
        number=f"{old.number}R",
        salt=f"{old.salt} again",
        created_at=now,
        reapply_of=old.number,
        limited_to=sorted(items),
        **told_before(old, points, release),
    )
    return case, {row["material"]: row for row in brought_over(old, items, points, release)}


def held(cases: Iterable[Case]) -> Iterator[Held]:
    """Yield the certificates that these cases have issued, as the library has them."""
    for case in cases:
        for made in case.certificates.values():
            yield Held(
                number=made.number,
                certificate=made.certificate,
                title=made.title,
                holder_id=made.holder_id,
                issued_on=made.issued_on,
                valid_until=made.valid_until,
                state=made.state,
                carries=made.carries,
                valid_from=made.valid_from,
                continues=made.continues,
            )
