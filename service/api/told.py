"""所答 — what is counted and logged of each request: which route, what came of it, why, how long it took.

A route is told as its template, never as the address that was asked for: an address may hold a query code.
"""

import logging
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.types import Scope

from service.errors import ServiceError
from service.watching import metrics
from service.watching.log import Throttle, cause_of, tell

UNMATCHED, STATIC = "unmatched", "/static"
TOLD_STATUSES = frozenset({403, 409, 429})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})

log = logging.getLogger("yijianshi.requests")
_throttle = Throttle()


def note(scope: Scope, refusal: ServiceError) -> None:
    """Keep in mind why a request is refused, until it is answered."""
    cause = refusal.slug
    if refusal.__cause__ is not None:
        cause = f"{cause}/{cause_of(refusal)}"
    scope["state"]["cause"] = cause


def outcome_of(status: int) -> str:
    """Return what a status promises: done, nothing changed, or unknown. 0: there was no answer."""
    if 200 <= status < 400:
        return "ACKED"
    return "REFUSED" if 400 <= status < 500 else "UNKNOWN"


def route_of(scope: Scope) -> str:
    """Return the template of the route that was found, with what stands before it."""
    endpoint = scope.get("endpoint")
    if endpoint is None or not hasattr(endpoint, "__name__"):  # nothing, or a folder of files
        return STATIC if scope["path"].startswith(f"{STATIC}/") else UNMATCHED
    app = scope["app"]
    # kept with the application and gone with it: what a route calls holds on to all that the application is made of
    known: dict[Any, str] = getattr(app.state, "templates", {})
    if endpoint not in known:
        found = {each.endpoint: each.path for each in iter_route_contexts(app.routes) if each.path}
        known = {endpoint: UNMATCHED, **known, **found}
        app.state.templates = known
    return known[endpoint]


def facts_of(scope: Scope) -> dict[str, str]:
    """Return what a span tells of a request that is answered."""
    told = {name: str(scope["state"].get(name, "")) for name in ("request_id", "outcome", "cause")}
    return {"route": route_of(scope), "method": scope["method"], **told}


def answered(scope: Scope, status: int, seconds: float, *, in_log: bool) -> None:
    """Count a request, and tell it in a line; a refusal in one of its own."""
    route, outcome = route_of(scope), outcome_of(status)
    scope["state"]["outcome"] = outcome
    method = scope["method"] if scope["method"] in METHODS else "other"
    metrics.REQUESTS.labels(route, method, outcome).inc()
    metrics.SECONDS.labels(route).observe(seconds)
    ms, request_id = round(seconds * 1000, 1), scope["state"]["request_id"]
    if status >= 400:
        cause = scope["state"].get("cause") or f"http-{status}"
        metrics.REFUSALS.labels(route, cause).inc()
        if status >= 500 or status in TOLD_STATUSES:
            _refused(route, method, status, cause, ms, request_id)
    if in_log and not (route in QUIET and outcome == "ACKED"):
        tell(
            log,
            "request",
            route=route,
            method=method,
            status=status,
            outcome=outcome,
            ms=ms,
            request_id=request_id,
        )


def _refused(route: str, method: str, status: int, cause: str, ms: float, request_id: str) -> None:
    left_out = _throttle.admits(cause)
    if left_out is None:  # told with the next one of its cause
        return
    level = logging.WARNING if status >= 500 or status == 429 else logging.INFO
    tell(
        log,
        "refused",
        level=level,
        route=route,
        method=method,
        status=status,
        cause=cause,
        ms=ms,
        request_id=request_id,
        left_out=left_out or None,
    )


def gone(scope: Scope, request_id: str) -> None:
    """Tell that the caller hung up before there was an answer: nothing of ours went wrong."""
    route = route_of(scope)
    metrics.DISCONNECTS.labels(route).inc()
    tell(log, "client_gone", route=route, request_id=request_id)
