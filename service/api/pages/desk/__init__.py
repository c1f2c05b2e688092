"""工作台 — the pages of those who handle cases."""

from service.api.pages.desk import worklist

routers = [worklist.router]
