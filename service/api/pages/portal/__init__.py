"""门户 — the pages of those who apply."""

from service.api.pages.portal import (
    acts,
    applying,
    asking,
    checking,
    commitments,
    filling,
    home,
    materials,
    mine,
    papers,
    progress,
    supplement,
    things,
    tracking,
    why,
)  # fmt: skip

applying_for = [home, asking, things, applying, filling, materials, commitments, checking]
what_was_applied_for = [mine, progress, why, supplement, acts, papers, tracking]
routers = [module.router for module in (*applying_for, *what_was_applied_for)]
