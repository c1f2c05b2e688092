"""开业（投入使用）— what must be granted before anybody opens: said on the receipt, the progress and the result."""

from service.workflows.case.parts import Case
from service.workflows.definition.models import Bundle
from service.workflows.definition.release import Release

GOOD = ("granted", "not_required")


def needed(bundle: Bundle, items: list[str]) -> list[str]:
    """Return which of the items must be granted before one opens, in the order of the bundle."""
    if bundle.opens_with is None:
        return []
    named = items if bundle.opens_with == "all" else bundle.opens_with
    return [code for code in items if code in named]


def says(release: Release, case: Case) -> str:
    """Say what keeps the applicant from opening, or that nothing does any more; empty where nothing was demanded."""
    own = [code for code, item in case.items.items() if not item.parent]
    asked = needed(release.bundle, own)
    left = [code for code in asked if case.items[code].outcome not in GOOD]
    if not asked:
        return ""
    if not left:
        return "开业（投入使用）以前应当办成的都已办成，可以开业（投入使用）。"
    named = "".join(f"「{release.items[code].title}」" for code in left)
    return f"{named}办成以前，不能开业（投入使用）。"
