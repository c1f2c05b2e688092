"""情景与模拟 — scenarios that must come true, what they reached, samples."""

from service.workflows.trials.coverage import Coverage, demanded
from service.workflows.trials.coverage import report as coverage_report
from service.workflows.trials.played import Played
from service.workflows.trials.samples import answers_with_neutral
from service.workflows.trials.samples import sample as sample_value
from service.workflows.trials.scenario import pack_calendar, play

__all__ = [
    "Coverage",
    "Played",
    "answers_with_neutral",
    "coverage_report",
    "demanded",
    "pack_calendar",
    "play",
    "sample_value",
]
