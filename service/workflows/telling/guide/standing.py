"""现在能不能提交 — which certificate an application is about, and what a submission today would be refused for."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from service.workflows.case.procedures import RenewalWindow
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import Renewal, RenewalWindowDefinition
from service.workflows.notices.dates import say_date
from service.workflows.rules import bans, season
from service.workflows.rules.renewal import Continuation
from service.workflows.telling.guide import titles
from service.workflows.telling.guide.rehearsal import Rehearsal

CODES = {"延续": "renew", "变更": "change"}


def continues(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    """Return what becomes of which certificate: its dates as far as they are known, and the same in sentences (R-LIFE-1, 2)."""
    return [_continues(rehearsal, code, found) for code, found in rehearsal.continuing.items()]


def _continues(rehearsal: Rehearsal, code: str, found: Continuation) -> dict[str, Any]:
    return {
        "item": titles.item(rehearsal.release, code),
        "what": {"code": CODES[found.what], "title": found.what},
        "certificate": {"code": found.wanted.certificate, "title": found.title},
        "number": found.held.number if found.held else "",
        **{name: day and day.isoformat() for name, day in _days(found.window).items()},
        "say": list(_told(found) if found.held else _untold(rehearsal, found)),
    }


def _days(window: RenewalWindow) -> dict[str, date | None]:
    return {
        "valid_until": window.valid_until,
        "opens_on": window.opens_on,
        "warn_on": window.warn_on,
        "closes_on": window.closes_on,
    }


def _told(found: Continuation) -> Iterator[str]:
    """Say which certificate it is, and when one may apply."""
    held, window = found.held, found.window
    if held is None:
        return
    ends = f"有效期到{say_date(held.valid_until)}" if held.valid_until else "长期有效"
    yield f"{found.what}的是您的{held.title} {held.number}，{ends}。"
    if window.closes_on:
        last = say_date(window.closes_on)
        begins = f"{say_date(window.opens_on)}至{last}" if window.opens_on else f"{last}以前"
        yield f"可以申请延续的时间：{begins}。"
    if isinstance(found.wanted, Renewal) and found.wanted.window.late == "accept":
        yield "过了这段时间、还在有效期内的也可以申请，但届满以后、准予以前应当停止经营。"
    if found.warning:
        yield f"{found.warning}。"


def _untold(rehearsal: Rehearsal, found: Continuation) -> Iterator[str]:
    """Say what can be said without the certificate."""
    if not rehearsal.asked_library:
        yield f"申请人登录以后，这里写明{found.what}的是您名下哪一份{found.title}。申请时要填它的编号。"
    if isinstance(found.wanted, Renewal):
        yield _rule(found.wanted.window)


def _rule(window: RenewalWindowDefinition) -> str:
    last = Duration.parse(window.close or window.before or "30d").title()
    if window.open:
        return f"申请延续要在有效期届满前{Duration.parse(window.open).title()}至{last}之间提出。"
    return f"申请延续要在有效期届满{last}以前提出。"


def barred(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    """Return the items that the law forbids while others go on, and what falls with them: [{item, say, basis}]."""
    release, selection = rehearsal.release, rehearsal.selection
    if selection.stops:
        return []  # nothing goes on
    found = []
    for code in selection.items:
        stops = selection.bars.against(code)
        say, basis = "".join(each.say for each in stops), [each.basis for each in stops]
        if before := selection.bars.falls.get(code):
            say = f"「{release.items[before].title}」不能办，这一项随之终止"
        if say:
            law = "；".join(dict.fromkeys(basis))
            found.append({"item": titles.item(release, code), "say": say, "basis": law})
    return found


def obstacles(rehearsal: Rehearsal) -> list[dict[str, str]]:
    """Return what a submission today would be refused for beside the answers: [{say, basis, pointer}].

    What is on record about somebody is told to that person alone: then the library was asked.
    """
    return [
        {"say": say, "basis": basis, "pointer": pointer}
        for say, basis, pointer in _obstacles(rehearsal)
    ]


def _obstacles(rehearsal: Rehearsal) -> Iterator[tuple[str, str, str]]:
    served, kind = rehearsal.release.bundle.applicants, rehearsal.work.case.applicant_type
    if kind not in served:
        wanted = "、".join(titles.applicant_type(each)["title"] for each in served)
        yield (
            f"这件事面向{wanted}，您选的是{titles.applicant_type(kind)['title']}",
            "",
            "/applicant/type",
        )
    for ban, say in bans.barred(rehearsal.work, rehearsal.items):
        yield say, ban.basis, "/answers"
    for code in rehearsal.items:
        if shut := season.closed(rehearsal.work, code):
            yield shut.say, shut.law, "/answers"
    for found in rehearsal.continuing.values():
        if found.barred:
            yield found.barred, found.law, found.pointer
        elif found.held is None and rehearsal.asked_library:
            yield found.missing, "", found.pointer
