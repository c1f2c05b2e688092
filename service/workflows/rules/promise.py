"""一件事承诺时限 — the one date that the citizen was told for the whole.

It waits while the case is with the applicant for correction, and for nothing else: special procedures move the item's
own promise, not this one. Law: 优化营商环境条例 36; R-BND-7.
"""

from service.workflows.case.parts import CASE, Clock
from service.workflows.worksheet import Work

PROMISE = "promise"  # the clock of the case


def begin(work: Work) -> None:
    """Start the bundle's promise with the common receipt."""
    clock = Clock(CASE, PROMISE, "一件事承诺办结", promised=work.release.bundle.promised)
    work.begin(clock, work.at, entry=True)


def turns(work: Work) -> None:
    """Let it wait while the applicant corrects."""
    work.hold(CASE, PROMISE, "等待申请人补正" if work.case.state == "correcting" else "")
