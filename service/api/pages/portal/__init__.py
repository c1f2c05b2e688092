"""门户 — the pages of those who apply."""

from service.api.pages.portal import home

routers = [home.router]
