"""工作台 — the pages of those who handle cases."""

from service.api.pages.desk import bulk, worklist

routers = [worklist.router, bulk.router]
