"""编号 — the numbers of what a step has made: certificates and official papers, each drawn once from its own series."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from service.workflows.case.situation import Step
from service.workflows.definition.release import Release
from service.workflows.notices import numbering
from service.workflows.rules import certificates


def wanted(taken: Step, release: Release) -> dict[str, int]:
    """Return how many numbers of each series a step needs, before anything of it is recorded."""
    papers = numbering.series_of(taken.before, taken.case, release)
    return Counter([*certificates.series_of(taken, release).values(), *papers.values()])


def numbered(taken: Step, release: Release, first: Mapping[str, int]) -> Step:
    """Return the step with its numbers: `first` is the first drawn of each series, the others follow it."""
    if not first:
        return taken
    following = {series: count(n) for series, n in first.items()}
    papers = numbering.series_of(taken.before, taken.case, release)
    drawn = {n: next(following[series]) for n, series in sorted(papers.items())}
    numbers = {
        n: next(following[series]) for n, series in certificates.series_of(taken, release).items()
    }
    case = numbering.numbered(taken.case, release, drawn)
    return certificates.numbered(replace(taken, case=case), release, numbers)
