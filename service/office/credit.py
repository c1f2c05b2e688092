"""信用 — what is on record about an applicant, in words: what bars a promise, and the class by which checks are drawn."""

from service.office import titles
from service.store.cases import Standing
from service.workflows.calendar import local_date
from service.workflows.case import UNCLASSIFIED
from service.workflows.notices import say_date


def source(standing: Standing) -> str:
    """Say what bars 告知承诺 and who says so; an empty text when nothing does."""
    if standing.barred:
        on = say_date(local_date(standing.barred["recorded_at"]))
        return f"{on}记录的{titles.CREDIT_KINDS[standing.barred['kind']]}（办件 {standing.barred['number']}）尚未修复"
    rated = standing.rated
    if rated and rated["serious"]:
        return f"{say_date(rated['since_on'])}列入：{rated['source']}"
    return ""


def grade(standing: Standing) -> str:
    """Return the class of credit, A to D."""
    return str(standing.rated["grade"]) if standing.rated else UNCLASSIFIED
