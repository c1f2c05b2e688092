"""文书 — one notice as a paper to read and to print: a page of its own, and what typst needs to set it.

Everything comes from the stored notice and the release the case is pinned to, so that it reads the same for ever.
"""

from service.workflows.case.parts import Case, Notice
from service.workflows.definition.release import Release
from service.workflows.notices.printing import page, sheet
from service.workflows.notices.printing.contents import (
    Contents,
    fingerprint,
    prepared,
    track_address,
)
from service.workflows.notices.printing.genuine import (
    Verdict,
    verdict,
    verdict_on_shown,
    verdict_refused,
)
from service.workflows.notices.printing.page import STYLE


def html(notice: Notice, case: Case, release: Release, *, verify_url: str, base: str = "") -> str:
    """Return the paper as an HTML page that stands alone: one style block, no script, no outside request."""
    return page.html(prepared(notice, case, release, verify_url=verify_url, base=base))


def typst(
    notice: Notice,
    case: Case,
    release: Release,
    *,
    verify_url: str,
    fonts: tuple[str, ...],
    base: str = "",
) -> tuple[str, dict[str, str]]:
    """Return the typst markup, which is always the same, and the inputs that fill it; the first font that has a character is used."""
    return sheet.MARKUP, sheet.inputs(
        prepared(notice, case, release, verify_url=verify_url, base=base), fonts
    )


__all__ = [
    "STYLE",
    "Contents",
    "Verdict",
    "fingerprint",
    "html",
    "prepared",
    "track_address",
    "typst",
    "verdict",
    "verdict_on_shown",
    "verdict_refused",
]
