"""证面 — a certificate as a page that stands alone, laid out by the same template and style as among the holder's pages."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.workflows.notices import SCAN_CERTIFICATE, Face, qr_svg

HERE = Path(__file__).parent / "pages"
STYLE = (HERE / "static" / "certificate.css").read_text(encoding="utf-8")
SHA256 = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{SHA256}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE = """{% import "parts/face.html" as f %}<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ face.title }} {{ face.number }}</title><link rel="icon" href="data:,"><style>{{ style|safe }}</style></head>
<body class="alone"><main>{{ f.sheet(face, code) }}</main></body></html>
"""


def face_page(face: Face) -> str:
    """Return a certificate as a page: one style block, no script, no outside request; what people wrote is escaped."""
    code = qr_svg(face.verify_url, SCAN_CERTIFICATE)
    return _environment().from_string(PAGE).render(face=face, code=code, style=STYLE)


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(HERE / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
