"""留痕 — what the counter tells the security log: who signs in and out, and who is refused what."""

import re

from fastapi import Request

from service.api.auth import Desk
from service.errors import NotFound, NotPermitted, ServiceError, TooManyAttempts
from service.office.security import HOUR, MINUTE, Entry, Fact
from service.workflows.case import Actor

_CASE_NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}")
_OF_A_CASE = ("number", "case")


def signed_in(desk: Desk, account: str, kind: str, way: str) -> None:
    """Note a sign-in; `way` is browser or token."""
    now = desk.clock()
    entry = Entry(fact="signed_in", at=now, account=account, kind=kind, detail=way)
    desk.office.noted.later(entry)


def not_signed_in(desk: Desk, name: str, refusal: ServiceError, way: str) -> None:
    """Note a sign-in that was refused, once a minute for a name and an address; what is no account's name is not kept."""
    locked = isinstance(refusal, TooManyAttempts)
    fact: Fact = "sign_in_locked" if locked else "sign_in_failed"
    entry = Entry(fact=fact, at=desk.clock(), account=name[:64], detail=way)
    desk.office.noted.later(entry, once=MINUTE, claimed=True)


def signed_out(desk: Desk, actor: Actor) -> None:
    """Note that somebody signed out."""
    entry = Entry(fact="signed_out", at=desk.clock(), account=actor.account, kind=actor.kind)
    desk.office.noted.later(entry)


def listed(desk: Desk, actor: Actor, what: str) -> None:
    """Note that somebody looked through a list of other people's cases, tasks or certificates: once an hour."""
    if actor.kind != "applicant":
        entry = Entry(
            fact="listed", at=desk.clock(), account=actor.account, kind=actor.kind, detail=what
        )
        desk.office.noted.later(entry, once=HOUR)


def refused(request: Request, refusal: ServiceError) -> None:
    """Note who was told that he may not, or that there is no such case: once a minute for each person and case."""
    actor = _who(request)
    about = _case_of(request)
    if not isinstance(refusal, (NotPermitted, NotFound)) or not (actor or about):
        return
    desk: Desk = request.app.state.desk
    entry = Entry(
        fact="refused",
        at=desk.clock(),
        account=actor.account if actor else "",
        kind=actor.kind if actor else "",
        about=about,
        detail=refusal.slug,
    )
    desk.office.noted.later(entry, once=MINUTE)


def _who(request: Request) -> Actor | None:
    visitor = getattr(request.state, "visitor", None)
    actor = getattr(visitor, "actor", None) or getattr(request.state, "actor", None)
    return actor if isinstance(actor, Actor) else None


def _case_of(request: Request) -> str:
    given = (str(request.path_params.get(name, "")) for name in _OF_A_CASE)
    return next((number for number in given if _CASE_NUMBER.fullmatch(number)), "")
