"""What the record of a check on the spot carries, as two officers write it down."""

from datetime import datetime
from typing import Any


def seen(
    at: datetime, *officers: str, points: int = 1, bad: str = "", findings: str = "与承诺一致。"
) -> dict[str, Any]:
    """Return a record of this moment; `bad` is what was seen at the first point that does not conform."""
    checklist: list[dict[str, Any]] = [{"point": n, "result": "ok"} for n in range(1, points + 1)]
    if bad:
        checklist[0] |= {"result": "bad", "note": bad}
    return {
        "officers": list(officers),
        "checked_at": at.isoformat(),
        "place": "登记的经营场所",
        "checklist": checklist,
        "findings": bad or findings,
        "confirmed": True,
    }
