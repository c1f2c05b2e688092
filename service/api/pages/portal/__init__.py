"""门户 — the pages of those who apply."""

from service.api.pages.portal import acts, home, mine, papers, progress, supplement, tracking, why

routers = [
    home.router, mine.router, progress.router, why.router, supplement.router, acts.router, papers.router, tracking.router,
]  # fmt: skip
