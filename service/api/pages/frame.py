"""页面 — one environment for all templates: how a page is rendered, what every page gets, how dates are said.

Templates escape everything, take no decision and know no code: words come from the office's titles and the tables of the
API. A page carries no inline script or style; its policy would refuse them.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from service.api.auth import Desk
from service.api.pages.forms import Filled
from service.api.pages.prose import prose
from service.api.pages.visit import Visitor
from service.errors import KeyReused, ServiceError, Unavailable
from service.office import TZ, can_print, local_date, titles
from service.workflows import telling
from service.workflows.case import said_of
from service.workflows.definition import Duration
from service.workflows.notices import cited

HERE = Path(__file__).parent
STATIC = HERE / "static"
# what offices call a limit, as the applicant is told it
PLAIN_LIMITS = {"一次性告知": "告诉您材料齐不齐", "即办": "作出决定"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors {ancestors}; base-uri 'none'{frames}"
)
HEADERS = {
    "cache-control": "no-store",
    "vary": "Cookie, HX-Request",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
WEEKDAYS = "一二三四五六日"
TO_PEOPLE = {  # what programs are told otherwise
    KeyReused.slug: "这一页已经提交过一次，这次改过的内容没有办理。请刷新页面，核对最新的情况再办。",
    Unavailable.slug: "系统暂时没有答复，刚才的提交可能办成了，也可能没有。请过一会儿再点一次，不会重复办理。",
}
LENGTH = re.compile(r"^([0-9]+)")
OF_ADDRESSES = "/?#[]@!$&'()*+,;=:%~"  # and what quote never touches
HTMX = "vendor/htmx.min.js"


@cache
def asset(name: str) -> str:
    """Return the address of a static file, which changes with its content; empty when the file is not there."""
    path = STATIC / name
    if not path.is_file():
        return ""
    return f"/static/{name}?v={version_of(name)}"


@cache
def version_of(name: str) -> str:
    """Return the beginning of the SHA-256 of a static file."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:16]


@pass_context
def day(context: Context, value: date | str | None) -> str:
    """Say a date, or its ISO text: 9月24日（周四）, with its year unless that is the year in which the page is read.

    A weekend on which offices work is said to be one: 9月20日（周日，调休上班）.
    """
    if not value:
        return ""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    visitor: Visitor = context["visitor"]
    year = "" if value.year == local_date(visitor.now).year else f"{value.year}年"
    moved = "，调休上班" if value.weekday() >= 5 and _works(context, value) else ""
    return f"{year}{value.month}月{value.day}日（周{WEEKDAYS[value.weekday()]}{moved}）"


def _works(context: Context, value: date) -> bool:
    desk: Desk | None = context.get("desk")
    return desk is not None and desk.office.catalogue.national.is_working(value)


@pass_context
def moment(context: Context, value: datetime | None) -> str:
    """Say an instant in Beijing time: 9月11日（周五）09:12."""
    if value is None:
        return ""
    local = value.astimezone(TZ)
    return f"{day(context, local.date())}{local:%H:%M}"


def clock(value: datetime) -> str:
    """Say what the clock on the wall shows at an instant: 14:07."""
    return f"{value.astimezone(TZ):%H:%M}"


def plainly(limit: str) -> str:
    """Say the name of a limit, perhaps after its item, as an applicant understands it: 开店许可：告诉您材料齐不齐."""
    item, colon, name = limit.rpartition("：")
    return item + colon + PLAIN_LIMITS.get(name, name)


def span(value: int | str | None) -> str:
    """Say a length: 8 or "8wd" is 8 个工作日, "0wd" 当场."""
    if value is None:
        return ""
    said = Duration.parse(value).title() if isinstance(value, str) else f"{value}个工作日"
    return LENGTH.sub(r"\1 ", said)


def iso(value: datetime | date) -> str:
    """Write a date or an instant for the attribute `datetime`."""
    if isinstance(value, datetime):
        return value.astimezone(TZ).isoformat(timespec="minutes")
    return value.isoformat()


def said_plainly(refusal: ServiceError) -> str:
    """Say what was refused, in words for people."""
    return TO_PEOPLE.get(refusal.slug, refusal.detail)


def input_of(about: Mapping[str, Any]) -> telling.Input:
    """Return how a question or field is typed; `about` is what a control knows of it: {title, type, max, …}."""
    return telling.input_of(about["type"], about["title"], about["max"])


def new_key() -> str:
    """Return a key under which one form can be sent again without being done twice."""
    return secrets.token_urlsafe(16)


@cache
def environment() -> Environment:
    """Return the one environment of all pages."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "day": day,
        "moment": moment,
        "clock": clock,
        "prose": prose,
        "span": span,
        "plainly": plainly,
        "cited": cited,
        "iso": iso,
    }
    made.globals |= {
        "can_print": can_print,
        "asset": asset,
        "new_key": new_key,
        "said_plainly": said_plainly,
        "said_of": said_of,
        "material_title": titles.material_title,
        "input_of": input_of,
        "htmx": HTMX,
    }
    made.globals["m"] = made.get_template("parts/macros.html").module
    return made


def shown(
    request: Request,
    visitor: Visitor,
    template: str,
    status: int = 200,
    *,
    filled: Filled | None = None,
    refusal: ServiceError | None = None,
    fragment: str = "",
    frames: bool = False,
    **context: Any,
) -> Response:
    """Render a page; `fragment` names the block that is enough for a request of htmx.

    `refusal` with `filled` brings a form back as it was typed: the status is the refusal's, `errors` maps the name of a
    field (its pointer without the first slash) to what is wrong with it, and the key stays where the outcome is unknown.
    `frames` lets the page show own files in a frame.
    """
    page = environment().get_template(template)
    facts: dict[str, Any] = {
        "request": request,
        "visitor": visitor,
        "path": request.url.path,
        "refusal": refusal,
        "typed": filled or Filled.nothing(),
        "errors": errors_of(refusal),
        "desk": request.app.state.desk,
        "kept_key": filled.text("key") if filled and refusal and refusal.status == 503 else "",
        **context,
    }
    if fragment and _wants_part(request):
        content = "".join(page.blocks[fragment](page.new_context(facts)))
    else:
        content = page.render(facts)
    own_frames = "; frame-src 'self'; object-src 'self'" if frames else ""
    policy = POLICY.format(ancestors="'none'", frames=own_frames)
    headers = {**HEADERS, "content-security-policy": policy}
    if refusal is not None and status == 200:
        status = refusal.status
    return Response(content.encode(), status, headers, media_type="text/html; charset=utf-8")


def shown_paper(content: bytes, policy: str, **headers: str) -> Response:
    """Show a paper as the API gives it, with the one script that prints it."""
    script = f'<script src="{asset("print.js")}" defer></script></head>'.encode()
    policy = f"{policy}; script-src 'self'"
    return Response(
        content.replace(b"</head>", script, 1),
        headers={"cache-control": "no-store", "content-security-policy": policy, **headers},
        media_type="text/html; charset=utf-8",
    )


def _wants_part(request: Request) -> bool:
    """Tell whether htmx asks for a part of a page; going back, the page itself is gone and wanted as a whole."""
    asks = request.headers
    return "hx-request" in asks and "hx-history-restore-request" not in asks


def errors_of(refusal: ServiceError | None) -> dict[str, str]:
    """Return what is wrong by name of field; what belongs to no field stands under an empty name."""
    found: dict[str, str] = {}
    for error in refusal.facts.get("errors", ()) if refusal else ():
        found.setdefault(error["pointer"].removeprefix("/"), error["detail"])
    return found


def see(path: str) -> Response:
    """Send the browser to a page after something was done: going back or reloading does not do it again."""
    headers = {"location": address(path), "cache-control": "no-store"}
    return Response(status_code=303, headers=headers)


def address(path: str) -> str:
    """Return an address as a header can carry it: whatever is no character of addresses is percent-encoded."""
    return quote(path, safe=OF_ADDRESSES, errors="replace")
