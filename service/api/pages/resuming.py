"""接着办 — what somebody sent after the session had ended: it stays in the page while one signs in, and is sent once more.

Only for who sends a form without our script, which keeps the page itself. Files do not come along: the page says so.
"""

from fastapi import Request, Response

from service.api.pages.forms import MOST_FIELDS, Filled, refuse_strangers
from service.api.pages.frame import see, shown
from service.api.pages.visit import Member
from service.errors import ServiceError

AGAIN, WHERE, FILES = "again/", "again-to", "again-files"


def navigates(request: Request) -> bool:
    """Tell whether a browser itself sent a form, which is gone when another page is shown."""
    return request.method == "POST" and request.headers.get("sec-fetch-mode") == "navigate"


async def carried(request: Request) -> list[tuple[str, str]]:
    """Return what a form carried, as hidden fields of the form that asks who one is; nothing of a stranger's."""
    try:
        refuse_strangers(request)
    except ServiceError:
        return []
    if request.headers.get("content-type", "").startswith("multipart/"):
        return [(WHERE, request.url.path), (FILES, "1")]
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return [(WHERE, request.url.path)] + [
        (AGAIN + name, value) for name, value in texts if name != "csrf"
    ]


def carried_on(form: Filled) -> list[tuple[str, str]]:
    """Return the hidden fields again, where the form that asks who one is comes back with a refusal."""
    return [
        (name, value)
        for name, values in form.fields.items()
        if name.startswith(AGAIN) or name in (WHERE, FILES)
        for value in values
    ]


def pressed_again(request: Request, member: Member, form: Filled) -> Response:
    """Show the button that sends it once more, now that one is signed in; where files were chosen, the page they belong to."""
    to = form.text(WHERE)
    if not to.startswith("/") or to.startswith(("//", "/\\")):
        return see("/")
    fields = [
        (name.removeprefix(AGAIN), value)
        for name, value in carried_on(form)
        if name.startswith(AGAIN)
    ]
    return shown(request, member, "resume.html", to=to, fields=fields, files=FILES in form)
