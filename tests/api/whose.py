"""Whose business what of a case is, by the rules alone (R-BND-10, R-EVAL-3): what each GET about a case answers to whom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.workflows.case.engine import APPLICANT
from service.workflows.case.parts import CASE, Case
from service.workflows.case.situation import Actor
from tests.api.followed import BESIDE, GOVERNMENT, LEAD, SHOP, person

SHOWN, LED, NOT_SIGNED_IN, FORBIDDEN, UNKNOWN, NOT_NOW = 200, 303, 401, 403, 404, 409
WINDOW = f"{LEAD}.window"  # checks for all, so sees all
Named = Mapping[str, Any]  # the parameters of a path
Answers = Callable[[Actor, Case, Named], int]


@dataclass(frozen=True)
class Look:
    """One GET about a case: what of it each request names, and what it answers to whom has signed in."""

    path: str
    names: str  # case, draft, paper, task, clock, …: see `named` of test_followed
    answers: Answers

    def expected(self, account: str, case: Case, named: Named) -> int:
        """Return the status for somebody, or for who has not signed in (an empty account)."""
        if account or self.answers is anybody:
            return self.answers(person(account), case, named)
        return NOT_SIGNED_IN if self.path.startswith("/api/") else LED


def sees(actor: Actor) -> bool:
    """Tell who may know of the case: both departments, the government of joint handling, supervision, who applied."""
    known = actor.kind == "clerk" and actor.department in (LEAD, BESIDE, GOVERNMENT)
    return known or actor.kind == "supervisor" or actor.account == "citizen"


def kept_from(actor: Actor, case: Case, item: str) -> bool:
    """Tell whether it is kept from somebody: what offices do among themselves from all outside, a redress from who was rated.

    The redress of a rating is for the head who answers it and for supervision.
    """
    if actor.kind not in ("clerk", "supervisor"):
        return "redress" in item or "supervision" in item
    if "redress" not in item or actor.kind != "clerk":
        return False
    return "head" not in actor.posts or actor.department != case.items[item].department


def seen(actor: Actor, _: Case, __: Named) -> int:
    """For whoever may know of the case."""
    return SHOWN if sees(actor) else UNKNOWN


def supervised(actor: Actor, _: Case, __: Named) -> int:
    """For supervision alone."""
    return SHOWN if actor.kind == "supervisor" else FORBIDDEN


def known_item(actor: Actor, case: Case, named: Named) -> int:
    """For whoever may know of the case and of this part of it."""
    return SHOWN if sees(actor) and not kept_from(actor, case, named["item"]) else UNKNOWN


def promised(actor: Actor, case: Case, named: Named) -> int:
    """A signed promise: for the applicant, supervision, the lead's window and the department that decides on it."""
    item = named["item"]
    if item not in case.commitments or not sees(actor):
        return UNKNOWN
    own = case.items[item].department == actor.department or actor.account == WINDOW
    return SHOWN if actor.kind != "clerk" or own else UNKNOWN


def given_back(actor: Actor, case: Case, named: Named) -> int:
    """A certificate that is given back: by its holder alone."""
    if actor.account != "citizen":
        return FORBIDDEN if sees(actor) else UNKNOWN
    held = {certificate.item for certificate in case.certificates.values()}
    return SHOWN if named["item"] in held else UNKNOWN


def read(actor: Actor, case: Case, named: Named) -> int:
    """A paper: the applicant their own, supervision all, a clerk those about the own items and to the own department."""
    notice = case.notices[named["n"]]
    if actor.kind == "clerk":
        about = (
            notice.item == CASE
            or case.items[notice.item].department == actor.department
            or actor.account == WINDOW
        )
        mine = (
            about
            and notice.to in (APPLICANT, actor.department)
            and not kept_from(actor, case, notice.item)
        )
    else:
        mine = actor.kind == "supervisor" or notice.to == APPLICANT
    return SHOWN if sees(actor) and mine else UNKNOWN


def given(actor: Actor, case: Case, _: Named) -> int:
    """A file that was handed in for an item of the lead's."""
    mine = actor.account == "citizen" or (actor.department == LEAD == case.items[SHOP].department)
    return SHOWN if mine else UNKNOWN


def handed_over(actor: Actor, case: Case, named: Named) -> int:
    """A task: the clerks of its department."""
    if not sees(actor):
        return UNKNOWN
    task = case.tasks[named["n"]]
    if actor.kind == "clerk" and kept_from(actor, case, task.item):
        return UNKNOWN
    return SHOWN if actor.kind == "clerk" and task.department == actor.department else FORBIDDEN


def written(actor: Actor, _: Case, __: Named) -> int:
    """A draft that has been submitted: whoever may know of the case is told so."""
    return NOT_NOW if sees(actor) else UNKNOWN


def led(actor: Actor, _: Case, __: Named) -> int:
    """The page of a draft that has been submitted: whoever may know of the case is led to its progress."""
    return LED if sees(actor) else UNKNOWN


def received(actor: Actor, case: Case, _: Named) -> int:
    """The page of the receipt: later, and for everybody but who applied, it leads on."""
    if actor.account == "citizen" and not case.closed_at:
        return SHOWN
    return LED if sees(actor) else UNKNOWN


def done_by_applicant(actor: Actor, case: Case, named: Named) -> int:
    """A step of the applicant's, looked at before it is taken: on what is there for them to do."""
    if actor.account != "citizen":
        return FORBIDDEN if sees(actor) else UNKNOWN
    return SHOWN if named.get("open", True) else NOT_NOW


def at_desk(rule: Answers) -> Answers:
    """Of the pages of the desk nothing is shown to who is no clerk."""
    return lambda actor, case, named: (
        rule(actor, case, named) if actor.kind == "clerk" else FORBIDDEN
    )


def anybody(_: Actor, __: Case, ___: Named) -> int:
    """For everybody who has the code."""
    return SHOWN
