"""前文 — what a paper says of those before it: by title, number and day, so that they can be found."""

from collections.abc import Container

from service.workflows.calendar import local_date
from service.workflows.case.parts import Case, Notice
from service.workflows.notices.dates import say_date

ACCEPTING = ("acceptance", "tolerant_acceptance")
GRANTING = ("grant", "deemed_renewal", "issue")
ASKING = ("correction", "tolerant_acceptance")  # what told the applicant to hand something in


def accepted_by(case: Case, item: str) -> str:
    """Return the 文号 of the paper by which an item was accepted; empty where it has none."""
    own = _own(case, item, ACCEPTING)
    return own[-1].body.get("document_number", "") if own else ""


def asked_by(case: Case, item: str) -> str:
    """Return the last paper that asked for something: 2026年11月2日的《…通知书》（文号）; empty where there is none."""
    own = _own(case, item, ASKING)
    return _said(own[-1]) if own else ""


def granted_by(case: Case, item: str) -> str:
    """Return the decision that granted an item, and the certificate issued on it; empty where nothing did."""
    own = _own(case, item, GRANTING)
    if not own:
        return ""
    made = [f"{c.title}（编号 {c.number}）" for c in case.certificates.values() if c.item == item]
    rests = f"和据此颁发的{'、'.join(made)}" if made else ""
    return _said(own[0]) + rests


def _own(case: Case, item: str, kinds: Container[str]) -> list[Notice]:
    return [n for n in case.notices.values() if n.kind in kinds and _is_about(n, item)]


def _is_about(notice: Notice, item: str) -> bool:
    asked = (point["code"] for point in notice.body.get("asked", []))
    return notice.item == item or item in notice.body.get("accepted", []) or item in asked


def _said(notice: Notice) -> str:
    number = notice.body.get("document_number") or notice.number
    return f"{say_date(local_date(notice.issued_at))}的《{notice.title}》（{number}）"
