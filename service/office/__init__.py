"""The verbs of the service, one transaction each: gather (store), decide (workflows), record (store)."""

from service.office.asking import (
    ApplicationInput,
    BulkEntry,
    BulkOrder,
    CaseFilter,
    Request,
    TaskFilter,
    View,
)
from service.office.attempts import KNOWN_FOR, Origin
from service.office.bulk import Bulk
from service.office.case_view import CaseView, Progress, Recorded
from service.office.condition import Check, Reach
from service.office.consulting import Consulting
from service.office.crediting import CreditClass, Crediting, CreditRecord, PublishedPromise
from service.office.demo_clock import DemoClock
from service.office.desk import Demands
from service.office.due import Due
from service.office.exchange import Exchange
from service.office.figures import Figures
from service.office.filling import Again, DraftView, Filling
from service.office.forms import Forms
from service.office.handling import Handling
from service.office.history import History
from service.office.holdings import Holding, Holdings
from service.office.inspecting import AwaitedSignature, Inspecting, PublicInspection
from service.office.installing import Installing
from service.office.mandates import Mandate, MandateInput, Mandates, Mandating, last_day
from service.office.own_account import Enrolment, Protection
from service.office.press import can_print
from service.office.printing import Printing
from service.office.publishing import Publishing
from service.office.purging import Purging, Terms
from service.office.quotas import Quotas, Spent
from service.office.reading import Reading
from service.office.reapplying import Reapplying
from service.office.registering import Registering, Registration
from service.office.second_notices import SecondNotices
from service.office.security_log import LogLine, SecurityLog, looked_for
from service.office.sessions import Session
from service.office.sweeps import Sweeps
from service.office.tasks import Tasks
from service.office.views import (
    Account,
    BulkResult,
    BulkView,
    CaseSummary,
    FileInfo,
    Page,
    TaskCounts,
    TaskRow,
)
from service.office.watch import Watch, new_worker
from service.office.whereabouts import WhereIs
from service.office.witnessing import Witnessing
from service.workflows.calendar import TZ, local_date
from service.workflows.clocks import Left
from service.workflows.handling import Later


class Office(
    Reapplying,
    Filling,
    Consulting,
    Handling,
    Bulk,
    Tasks,
    Reading,
    History,
    Figures,
    Holdings,
    Printing,
    Forms,
    Publishing,
    Registering,
    Mandating,
    Exchange,
    Sweeps,
    Witnessing,
    DemoClock,
    Crediting,
    Inspecting,
    Installing,
    Watch,
    Purging,
    Quotas,
    SecurityLog,
    SecondNotices,
):
    """办公室 — every verb of the service; built on a database and a folder of files."""


__all__ = [
    "KNOWN_FOR",
    "TZ",
    "Account",
    "Again",
    "ApplicationInput",
    "AwaitedSignature",
    "BulkEntry",
    "BulkOrder",
    "BulkResult",
    "BulkView",
    "CaseFilter",
    "CaseSummary",
    "CaseView",
    "Check",
    "CreditClass",
    "CreditRecord",
    "Demands",
    "DraftView",
    "Due",
    "Enrolment",
    "FileInfo",
    "Holding",
    "Later",
    "Left",
    "LogLine",
    "Mandate",
    "MandateInput",
    "Mandates",
    "Office",
    "Origin",
    "Page",
    "Progress",
    "Protection",
    "PublicInspection",
    "PublishedPromise",
    "Reach",
    "Recorded",
    "Registration",
    "Request",
    "Session",
    "Spent",
    "TaskCounts",
    "TaskFilter",
    "TaskRow",
    "Terms",
    "View",
    "WhereIs",
    "can_print",
    "last_day",
    "local_date",
    "looked_for",
    "new_worker",
]
