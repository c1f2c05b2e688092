"""公开地址 — where anyone who holds a case's number and query code sees how far it is: what the QR codes lead to."""

from urllib.parse import quote

from service.workflows.case import Case


def track_address(base: str, case: Case) -> str:
    """Return the address of the public progress; empty where the reader must not have the query code."""
    if not case.query_code or not base:
        return ""
    return f"{base}/track/{quote(case.number)}?code={quote(case.query_code)}"
