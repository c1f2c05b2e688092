"""看得懂 — progress, chart, guide and draft, said from the case and its record alone."""

from service.workflows.telling.chart import mermaid as bundle_mermaid
from service.workflows.telling.chart import progress as case_chart
from service.workflows.telling.chart import svg as bundle_chart
from service.workflows.telling.draft import draft as draft_as_it_stands
from service.workflows.telling.draft import to_hand_in
from service.workflows.telling.draft.form_pages import control_of as field_control
from service.workflows.telling.draft.given import entry as material_row
from service.workflows.telling.finding import matching as matching_bundles
from service.workflows.telling.guide import Earlier, guide_text, stops_so_far
from service.workflows.telling.guide import guide as guide_for
from service.workflows.telling.guide import questions as questions_of
from service.workflows.telling.guide.titles import CATEGORIES as CATEGORY_TITLES
from service.workflows.telling.inputs import Input, input_of, texts_of, value_of
from service.workflows.telling.inputs import checked as checked_value
from service.workflows.telling.oddities import Oddity
from service.workflows.telling.oddities import oddities as oddities_of
from service.workflows.telling.progress import (
    WHOSE_TITLES,
    Ask,
    Entry,
    Owed,
    Turn,
    action_title,
)
from service.workflows.telling.progress import attached as attached_papers
from service.workflows.telling.progress import office as office_of
from service.workflows.telling.progress import owed as owed_of
from service.workflows.telling.progress import timeline as timeline_of
from service.workflows.telling.progress import turn as turn_of

__all__ = [
    "CATEGORY_TITLES",
    "WHOSE_TITLES",
    "Ask",
    "Earlier",
    "Entry",
    "Input",
    "Oddity",
    "Owed",
    "Turn",
    "action_title",
    "attached_papers",
    "bundle_chart",
    "bundle_mermaid",
    "case_chart",
    "checked_value",
    "draft_as_it_stands",
    "field_control",
    "guide_for",
    "guide_text",
    "input_of",
    "matching_bundles",
    "material_row",
    "oddities_of",
    "office_of",
    "owed_of",
    "questions_of",
    "stops_so_far",
    "texts_of",
    "timeline_of",
    "to_hand_in",
    "turn_of",
    "value_of",
]
