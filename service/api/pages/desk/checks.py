"""现场核查的表单 — one record, whatever it comes to: who went, when, where, point by point; its photos are kept as they come."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.api.auth import Desk
from service.api.pages.forms import Filled
from service.api.pages.visit import Member
from service.api.rest.files import pieces
from service.errors import DataInvalid, ServiceError
from service.office import TZ, CaseView, FileInfo
from service.workflows.definition import CHECK_RESULTS

PHOTOS = tuple(f"photo/{n}" for n in range(1, 7))
RECORD = "checklist"  # what an action needs that records a check


async def kept_photos(desk: Desk, visitor: Member, form: Filled) -> dict[str, FileInfo]:
    """Store the photos that came, and take over those of an earlier try: field → file. Raises DataInvalid."""
    found: dict[str, FileInfo] = {}
    errors = []
    for name in PHOTOS:
        try:
            if upload := form.file(name):
                found[name] = await desk.office.keep_file(
                    visitor.actor, pieces(upload), upload.filename or "", visitor.now
                )
            elif before := form.text(f"kept/{name}"):
                found[name] = await desk.office.own_file(visitor.actor, before)
        except ServiceError as refusal:
            errors.append({"pointer": "/data/photos", "detail": refusal.detail})
    if errors:
        raise DataInvalid(errors[0]["detail"], errors=errors)
    return found


def record_of(view: CaseView, form: Filled, photos: Sequence[str]) -> dict[str, Any]:
    """Return what the form says of a check; what was left out is left out, and the step says so."""
    others = form.many("data/officers")
    at = form.text("data/checked_at")
    item = view.whole.items.get(form.text("on"))
    points = view.points_checked(item) if item else []
    found = [
        {"point": n, "result": result, "note": form.text(f"checked/{n}/note")}
        for n in range(1, len(points) + 1)
        if (result := form.text(f"checked/{n}")) in CHECK_RESULTS
    ]
    return {
        "officers": [view.actor.account, *others] if others else [],
        "checked_at": f"{at}+08:00" if at and "+" not in at else at,
        RECORD: found,
        "photos": list(photos),
        "confirmed": form.text("data/confirmed") == "true",
    }


def beside(visitor: Member, photos: Mapping[str, FileInfo]) -> dict[str, Any]:
    """Return what the form shows beside what was typed: this minute, the fields for photos, those that came."""
    now = visitor.now.astimezone(TZ).strftime("%Y-%m-%dT%H:%M")
    return {"now_typed": now, "photo_names": PHOTOS, "photos": photos}
