"""地区参数 — what one area does otherwise with bundles written once: thresholds, limits, items, names of departments."""
# ruff: noqa: RUF012  # pydantic gives each model its own copy of a default

from typing import Annotated, Literal

from pydantic import Field

from service.workflows.definition.models.handling import AboutLine
from service.workflows.definition.models.policy import Policy
from service.workflows.definition.models.shared import Region
from service.workflows.definition.models.terms import Code, Expression, Length, Model, Name, Title


class BundleHere(Model):
    """一件事在本地 — its promise, thresholds, conditions, and the items that are not handled here."""

    title: Title | None = None
    about: AboutLine | None = Field(None, description="本地的一句话说明，和别处分得开")
    promised: Length | None = None
    derived: dict[Name, Expression] = {}
    when: dict[Code, Expression] = {}
    off: list[Code] = []


class ItemHere(Model):
    """事项在本地 — who handles it and within which limits; `commitment: false` takes the promise off the list."""

    department: Code | None = None
    limits: dict[Name, Length] = {}
    commitment: Literal[False] | None = None


class Overlay(Model):
    """地区参数 — a bundle `<bundle>` becomes the further bundle `<bundle>-<code>`; nothing is copied."""

    kind: Literal["overlay"]
    code: Code
    title: Title
    region: Region | None = None
    departments: dict[Code, Title] = {}
    policy: Policy | None = None
    bundles: Annotated[dict[Code, BundleHere], Field(min_length=1)]
    items: dict[Code, ItemHere] = {}
