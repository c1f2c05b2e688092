"""办件的值 — a case and its parts, what a step may look at, its states, the record of what changed."""

from service.workflows.case.altering import altered
from service.workflows.case.columns import CheckedPoint, Point, RegisterAnswer
from service.workflows.case.engine import APPLICANT, OVERDUE_STATES, WAITING
from service.workflows.case.inspections import Inspection
from service.workflows.case.lifecycle import SATISFIED, machine_for, machine_of
from service.workflows.case.literals import Channel
from service.workflows.case.parts import (
    CASE,
    COLUMNS,
    KEYS,
    PARTS,
    PHOTO,
    THIRD_PARTY,
    Ban,
    Case,
    Certificate,
    Clock,
    Commitment,
    Event,
    Item,
    Material,
    Notice,
    Task,
)
from service.workflows.case.procedures import Feedback
from service.workflows.case.record import case_row, changed_rows, digest, sealed
from service.workflows.case.record import plain as plain_json
from service.workflows.case.representing import AGENT, ROLES, Representing, Role, said_of
from service.workflows.case.rows import part_of
from service.workflows.case.seen import item_seen
from service.workflows.case.situation import (
    CLOCK_ACTOR,
    UNCLASSIFIED,
    UNDRAWN,
    Action,
    Actor,
    ActorKind,
    Held,
    Offer,
    Shared,
    Signed,
    Situation,
    Step,
    one_person,
    sides,
)
from service.workflows.case.told import laid

__all__ = [
    "AGENT",
    "APPLICANT",
    "CASE",
    "CLOCK_ACTOR",
    "COLUMNS",
    "KEYS",
    "OVERDUE_STATES",
    "PARTS",
    "PHOTO",
    "ROLES",
    "SATISFIED",
    "THIRD_PARTY",
    "UNCLASSIFIED",
    "UNDRAWN",
    "WAITING",
    "Action",
    "Actor",
    "ActorKind",
    "Ban",
    "Case",
    "Certificate",
    "Channel",
    "CheckedPoint",
    "Clock",
    "Commitment",
    "Event",
    "Feedback",
    "Held",
    "Inspection",
    "Item",
    "Material",
    "Notice",
    "Offer",
    "Point",
    "RegisterAnswer",
    "Representing",
    "Role",
    "Shared",
    "Signed",
    "Situation",
    "Step",
    "Task",
    "altered",
    "case_row",
    "changed_rows",
    "digest",
    "item_seen",
    "laid",
    "machine_for",
    "machine_of",
    "one_person",
    "part_of",
    "plain_json",
    "said_of",
    "sealed",
    "sides",
]
