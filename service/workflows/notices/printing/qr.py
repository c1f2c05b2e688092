"""二维码 — an address as a QR code, drawn as one path."""

from html import escape
from itertools import groupby

import segno

QUIET = 4  # modules of white around it, without which readers do not find it


def svg(text: str, label: str) -> str:
    """Return the QR code of a text as SVG without any style; `label` is read out by screen readers."""
    matrix = segno.make_qr(text, error="m").matrix
    size = len(matrix) + 2 * QUIET
    dark = []
    for y, row in enumerate(matrix, QUIET):
        x = QUIET
        for bit, run in groupby(row):
            length = len(list(run))
            if bit:
                dark.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {size} {size}" shape-rendering="crispEdges" '
        f'role="img" aria-label="{escape(label)}"><path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/>'
        f'<path d="{"".join(dark)}"/></svg>'
    )
