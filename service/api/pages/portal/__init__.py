"""门户 — the pages of those who apply."""

from service.api.pages.portal import (
    acts,
    applying,
    asking,
    certificates,
    checking,
    commitments,
    consulting,
    filling,
    giving_back,
    home,
    inspections,
    materials,
    mine,
    papers,
    progress,
    reapplying,
    supplement,
    things,
    tracking,
    why,
)

applying_for = [
    home,
    asking,
    things,
    applying,
    filling,
    consulting,
    materials,
    commitments,
    checking,
]
what_was_applied_for = [
    mine,
    certificates,
    progress,
    why,
    supplement,
    acts,
    giving_back,
    reapplying,
    papers,
    tracking,
    inspections,
]
routers = [module.router for module in (*applying_for, *what_was_applied_for)]
