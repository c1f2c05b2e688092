"""印制文书 — the same paper for typst: constant markup, and the contents as JSON that it reads."""

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from service.workflows.notices.printing import qr
from service.workflows.notices.printing.contents import (
    GENUINE,
    NO_FORCE,
    PROGRESS,
    SAMPLE,
    SEAL_PLACE,
    UNCHANGING,
    Contents,
)

MARKUP = files(__package__).joinpath("paper.typ").read_text(encoding="utf-8")


def inputs(paper: Contents, fonts: tuple[str, ...]) -> dict[str, str]:
    """Return typst's `sys.inputs`: texts travel as data and are never read as markup."""
    label = "核验这份文书的二维码"
    shown: dict[str, Any] = {
        **asdict(paper),
        "issued": paper.issued,
        "sections": [{**asdict(each), "long": each.is_long_list} for each in paper.sections],
        "to": paper.to,
        "sample": SAMPLE if paper.example else "",
        "seal_place": SEAL_PLACE,
        "no_force": NO_FORCE,
        "issued_on": [paper.issued_on.year, paper.issued_on.month, paper.issued_on.day],
        "unchanging": UNCHANGING,
        "genuine": GENUINE,
        "qr": qr.svg(paper.verify_url, label),
        "qr_label": label,
        "fonts": fonts,
        "progress": PROGRESS,
        "track": qr.svg(paper.track_url, PROGRESS) if paper.track_url else "",
    }
    return {"paper": json.dumps(shown, ensure_ascii=False)}
