"""定义语言 — the YAML of the administrators: read, checked, explained, and compiled into releases."""

from service.workflows.authoring.checks.conditions import HANDLING as HANDLING_TITLES
from service.workflows.authoring.checks.neighbours import (
    Neighbour,
    neighbour,
    taken_departments,
)
from service.workflows.authoring.compiling import compile_release, read_release, standard_document
from service.workflows.authoring.folders import read_folder
from service.workflows.authoring.load import load_pack
from service.workflows.authoring.pack import Pack, Story
from service.workflows.authoring.regional import bundles_of
from service.workflows.authoring.schema import json_schema

__all__ = [
    "HANDLING_TITLES",
    "Neighbour",
    "Pack",
    "Story",
    "bundles_of",
    "compile_release",
    "json_schema",
    "load_pack",
    "neighbour",
    "read_folder",
    "read_release",
    "standard_document",
    "taken_departments",
]
