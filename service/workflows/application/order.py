"""先后与结果 — which item waits for which, and the state of a case derived from its items."""

from collections.abc import Iterable

from service.workflows.case.engine import WAITING
from service.workflows.case.lifecycle import SATISFIED
from service.workflows.case.literals import CaseState
from service.workflows.case.parts import Case, Item
from service.workflows.definition.models import BundleItem
from service.workflows.definition.release import Release


def entry_of(release: Release, code: str) -> BundleItem:
    """Return the bundle's entry of an item."""
    return next(entry for entry in release.bundle.items if entry.use == code)


def waits_for(release: Release, code: str, present: Iterable[str]) -> list[str]:
    """Return the predecessors of an item that are in this case; an `after` that is not is dropped."""
    return [before for before in entry_of(release, code).after if before in set(present)]


def own_items(case: Case) -> dict[str, Item]:
    """Return the items of the application itself, without the proceedings that follow."""
    return {code: item for code, item in case.items.items() if not item.parent}


def derived_state(
    case: Case, waiting_for_applicant: Iterable[str], intake: Iterable[str]
) -> CaseState:
    """Derive the state of a case from its items, and from nothing else.

    `waiting_for_applicant` are the items whose state waits for the applicant, `intake` those still before acceptance.
    A revoked grant counts as granted: the closed case stays closed.
    """
    items = own_items(case)
    if not items:
        return "draft"
    if all(item.outcome for item in items.values()):
        return final_state([item.outcome for item in items.values()])
    if set(waiting_for_applicant) & set(items):
        return "correcting"
    before = set(intake)
    if all(code in before or item.state == WAITING for code, item in items.items()):
        return "received"
    return "in_progress"


def final_state(outcomes: list[str]) -> CaseState:
    """Return the result of a case from the outcomes of its items (R-BND-5)."""
    good = [outcome in ("granted", "revoked", "recalled") for outcome in outcomes]
    if all(ok or outcome in SATISFIED for ok, outcome in zip(good, outcomes, strict=True)) and any(
        good
    ):
        return "granted"
    if any(good):
        return "partly_granted"
    if set(outcomes) <= {"withdrawn", "stopped"} and "withdrawn" in outcomes:
        return "withdrawn"  # what stopped, stopped because of the withdrawal
    if any(outcome in ("refused", "declined") for outcome in outcomes):
        return "refused"
    return "terminated"
