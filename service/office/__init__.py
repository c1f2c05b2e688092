"""The verbs of the service, one transaction each: gather (store), decide (workflows), record (store)."""

from service.office.applications import Applications
from service.office.asking import ApplicationInput, BulkEntry, BulkOrder, CaseFilter, Request, TaskFilter, View
from service.office.bulk import Bulk
from service.office.crediting import CreditClass, Crediting, CreditRecord, PublishedPromise
from service.office.demo_clock import DemoClock
from service.office.due import Due
from service.office.exchange import Exchange
from service.office.figures import Figures
from service.office.filling import DraftView, Filling
from service.office.handling import Handling
from service.office.history import History
from service.office.holdings import Holding, Holdings
from service.office.printing import Printing
from service.office.publishing import Publishing
from service.office.reading import Reading
from service.office.sessions import Session, Sessions
from service.office.sweeps import Sweeps
from service.office.tasks import Tasks
from service.office.views import (
    Account,
    BulkResult,
    BulkView,
    CaseSummary,
    CaseView,
    FileInfo,
    Page,
    Progress,
    Recorded,
    TaskCounts,
    TaskRow,
    WhereIs,
)


class Office(
    Applications, Filling, Handling, Bulk, Tasks, Reading, History, Figures, Holdings, Printing, Publishing, Sessions, Exchange, Sweeps,
    DemoClock, Crediting,
):  # fmt: skip
    """办公室 — every verb of the service; built on a database and a folder of files."""


__all__ = [
    "Account",
    "ApplicationInput",
    "BulkEntry",
    "BulkOrder",
    "BulkResult",
    "BulkView",
    "CaseFilter",
    "CaseSummary",
    "CaseView",
    "CreditClass",
    "CreditRecord",
    "DraftView",
    "Due",
    "FileInfo",
    "Holding",
    "Office",
    "Page",
    "Progress",
    "PublishedPromise",
    "Recorded",
    "Request",
    "Session",
    "TaskCounts",
    "TaskFilter",
    "TaskRow",
    "View",
    "WhereIs",
]
