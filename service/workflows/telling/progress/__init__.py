"""进度 — whose turn it is, what the applicant has to do, and what happened, said from the case and its record alone."""

from service.workflows.telling.progress.owed import Ask, Owed, owed
from service.workflows.telling.progress.timeline import Entry, action_title, attached, timeline
from service.workflows.telling.progress.turn import WHOSE_TITLES, Turn, office, turn

__all__ = [
    "WHOSE_TITLES",
    "Ask",
    "Entry",
    "Owed",
    "Turn",
    "action_title",
    "attached",
    "office",
    "owed",
    "timeline",
    "turn",
]
