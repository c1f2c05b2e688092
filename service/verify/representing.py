"""代表与代理核对 — whoever acted for an applicant by a representation had it then, for him, and it reached so far."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from service.verify.dossier import Dossier, Row
from service.verify.report import Finding

BEIJING = timedelta(hours=8)  # ahead of UTC
BEGINS = ("draft", "submit")


class Representations:
    """代表与代理 — every one there ever was, by id."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Know these rows of the table."""
        self._by_id: Mapping[str, Row] = {row["id"]: row for row in rows}

    def check(self, dossier: Dossier) -> Iterator[Finding]:
        """Look at everybody who acted by one (R-XR-4)."""
        for event in dossier.events:
            if id_ := event["actor"].get("representation"):
                for what in self._faults(dossier, event, id_):
                    yield Finding(dossier.name, f"events {event['n']}", what)

    def _faults(self, dossier: Dossier, event: Row, id_: str) -> Iterator[str]:
        found, case = self._by_id.get(id_), dossier.case
        if found is None:
            yield "按它办理的代表、代理关系不存在"
            return
        at, day = _instant(event["recorded_at"]), _local(event["recorded_at"])
        if found["accepted_at"] is None or _instant(found["accepted_at"]) > at:
            yield "代表、代理关系还没有成立就按它办理"
        if found["ended_at"] is not None and _instant(found["ended_at"]) < at:
            yield "代表、代理关系终止以后还按它办理"
        if found["until_on"] is not None and found["until_on"] < day:
            yield "授权到期以后还按它办理"
        if found["role"] != event["actor"].get("role"):
            yield "记录的身份与登记的不符"
        if case["applicant_id"] and found["subject"] != case["applicant_id"].strip().upper():
            yield "代表、代理的不是本件的申请人"
        if found["role"] == "agent" and not _reaches(found, dossier, event):
            yield "超出授权的范围"


def _reaches(found: Row, dossier: Dossier, event: Row) -> bool:
    case = dossier.case
    if event["action"] in BEGINS:
        anything = not found["bundles"] and not found["cases"]
        return anything or case["bundle"] in found["bundles"]
    erased = not case["applicant_id"]
    return erased or case["representation"] == found["id"] or case["number"] in found["cases"]


def _instant(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _local(value: Any) -> date:
    return (_instant(value) + BEIJING).date()
