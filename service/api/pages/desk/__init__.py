"""工作台 — the pages of those who handle cases."""

from service.api.pages.desk import bulk, case, enclosures, handover, worklist

routers = [handover.router, worklist.router, bulk.router, case.router, enclosures.router]
