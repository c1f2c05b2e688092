"""办理 — actions on items, on the case and on tasks, and what follows from them."""

from service.workflows.handling.bulk import one_of_many
from service.workflows.handling.bulk import ways as bulk_ways
from service.workflows.handling.drafting import asked_register
from service.workflows.handling.drafting import changed as changed_draft
from service.workflows.handling.drafting import erased as erased_draft
from service.workflows.handling.drafting import kept as kept_draft
from service.workflows.handling.drafting import materials as draft_materials
from service.workflows.handling.numbers import numbered as with_numbers
from service.workflows.handling.numbers import wanted as numbers_wanted
from service.workflows.handling.on_case import CASE_ACTIONS
from service.workflows.handling.on_items import no_item
from service.workflows.handling.on_tasks import TASK_ACTIONS, colleagues, no_task
from service.workflows.handling.oversight import SUPERVISE
from service.workflows.handling.reapplying import (
    Later,
    begun,
    brought_over,
    objected,
    reappliable,
    refuse_reapplying,
    told_before,
)

__all__ = [
    "CASE_ACTIONS",
    "SUPERVISE",
    "TASK_ACTIONS",
    "Later",
    "asked_register",
    "begun",
    "brought_over",
    "bulk_ways",
    "changed_draft",
    "colleagues",
    "draft_materials",
    "erased_draft",
    "kept_draft",
    "no_item",
    "no_task",
    "numbers_wanted",
    "objected",
    "one_of_many",
    "reappliable",
    "refuse_reapplying",
    "told_before",
    "with_numbers",
]
