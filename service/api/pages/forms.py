"""表单 — what a page sends in: checked to come from our own page, its texts read by the same rule as the API's.

A form carries the session's secret and is sent by our own page: both are checked. What it then asks for is an office
request like any other, with the key and the seen version as hidden fields.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from service import office
from service.api import texts
from service.api.auth import Desk, desk_of, seen_of, spend_a_write
from service.api.pages.visit import Member, Visitor
from service.errors import DataInvalid, NotPermitted
from service.workflows.definition import readable, seen_text

MOST_FIELDS, MOST_FILES = 500, 20
LONGEST_KEY = 128
NOT_OURS = "这次提交不是从本网站的页面发出的，没有办理。请回到页面，刷新后再试。"
UNSAID = frozenset({"csrf", "key"})  # what does not make one request another
Route = TypeVar("Route", bound=Callable[..., Any])


def does(*operations: str) -> Callable[[Route], Route]:
    """Say which operations of the API a form's route performs, by their operationIds."""

    def mark(route: Route) -> Route:
        route.operations = operations  # type: ignore[attr-defined]  # read by the test that compares both doors
        return route

    return mark


@dataclass(frozen=True, slots=True)
class Filled:
    """填好的表单 — texts, several values of a name in their order, files."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)
    fingerprint: str = ""  # tells a repeat from another request under the same key
    # what is wrong with the characters of a field, where the page is shown again
    unreadable: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def nothing(cls) -> "Filled":
        """Return the form nobody has filled yet."""
        return cls()

    def __contains__(self, name: str) -> bool:
        """Tell whether the form had a field of this name; a box that is not ticked is not sent."""
        return name in self.fields

    def text(self, name: str, otherwise: str = "") -> str:
        """Return what was typed, without blanks around it; `otherwise` where the form had no such field."""
        found = self.fields.get(name)
        return found[0].strip() if found else otherwise

    def exact(self, name: str) -> str:
        """Return what was typed, blanks included: a password."""
        return self.fields.get(name, ("",))[0]

    def many(self, name: str) -> list[str]:
        """Return every value of a name: ticked boxes, repeated fields; empty ones left out."""
        return [value.strip() for value in self.fields.get(name, ()) if value.strip()]

    def beginning(self, prefix: str) -> dict[str, list[str]]:
        """Return the fields whose names begin with a prefix, by the rest of the name."""
        return {
            name.removeprefix(prefix): self.many(name)
            for name in self.fields
            if name.startswith(prefix)
        }

    def file(self, name: str) -> UploadFile | None:
        """Return an uploaded file; None when none was chosen."""
        return self.files.get(name)


async def filled(request: Request, visitor: Visitor, *, shown_again: bool = False) -> Filled:
    """Read a form. Raises NotPermitted when it is not from our own page, DataInvalid for texts that are not taken in.

    Where the page can be `shown_again`, such a text is no refusal: it comes without what is not taken in, and is named in
    `unreadable`, so that nothing else of the page is lost.
    """
    refuse_strangers(request)
    desk = desk_of(request)
    form = await _received(request, desk, visitor)
    fields: dict[str, list[str]] = {}
    files: dict[str, UploadFile] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files[name] = value
        else:
            fields.setdefault(name, []).append(seen_text(value.replace("\r\n", "\n")))
    if isinstance(visitor, Member) and not hmac.compare_digest(
        visitor.csrf.encode(), _first(form, "csrf").encode()
    ):
        raise NotPermitted(NOT_OURS)
    unreadable = _unreadable(fields) if shown_again else {}
    for name in unreadable:
        fields[name] = [readable(value) for value in fields[name]]
    _refuse_unreadable(fields, files)
    return Filled(fields, files, _fingerprint(request, fields), unreadable)


def _unreadable(fields: Mapping[str, Sequence[str]]) -> dict[str, str]:
    found = {
        name: next((fault for value in values if (fault := texts.text_fault(value))), "")
        for name, values in fields.items()
    }
    return {name: fault for name, fault in found.items() if fault}


async def _received(request: Request, desk: Desk, visitor: Visitor) -> FormData:
    """Receive the fields and files; files take a place for as long as they come. Raises TooManyAttempts."""
    if not isinstance(visitor, Member):
        return await request.form(max_files=0, max_fields=MOST_FIELDS)
    await spend_a_write(desk, visitor.actor)
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return await request.form(max_files=0, max_fields=MOST_FIELDS)
    await desk.office.spend("uploads", visitor.actor.account, desk.clock())
    await desk.office.refuse_hoarders(visitor.actor)
    with desk.uploads.place(visitor.actor.account):
        return await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)


def _first(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def refuse_strangers(request: Request) -> None:
    """Refuse a form that another site sent, as the browser tells. Raises NotPermitted.

    A browser too old to tell sends neither header; then the secret in the form decides alone.
    """
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "")
    if site not in ("", "same-origin", "none"):
        raise NotPermitted(NOT_OURS)
    if not site and origin and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise NotPermitted(NOT_OURS)


def _refuse_unreadable(
    fields: Mapping[str, Sequence[str]], files: Mapping[str, UploadFile]
) -> None:
    found = [("", fault) for name in fields if (fault := texts.text_fault(name))]
    found += [
        (f"/{name}", fault)
        for name, values in fields.items()
        for value in values
        if (fault := texts.text_fault(value))
    ]
    found += [
        (f"/{name}", f"文件名{fault}")
        for name, file in files.items()
        if (fault := texts.text_fault(file.filename or ""))
    ]
    if found:
        errors = [{"pointer": pointer, "detail": detail} for pointer, detail in found]
        raise DataInvalid(f"填写的内容有 {len(found)} 处有误，请检查。", errors=errors)


def _fingerprint(request: Request, fields: Mapping[str, Sequence[str]]) -> str:
    said = {name: list(values) for name, values in sorted(fields.items()) if name not in UNSAID}
    content = f"{request.method} {request.url.path}\n{json.dumps(said, ensure_ascii=False)}"
    return hashlib.sha256(content.encode()).hexdigest()


def asked(
    visitor: Member, form: Filled, seen: int | Literal["form"] | None = "form"
) -> office.Request:
    """Return the request as the office wants it, under the form's key; `seen` is by default the form's own version."""
    version, item = seen_of(form.text("seen")[:LONGEST_KEY]) if seen == "form" else (seen, "")
    key = form.text("key")[:LONGEST_KEY]
    return office.Request(
        visitor.actor,
        visitor.now,
        key=key,
        fingerprint=form.fingerprint,
        seen_version=version,
        seen_item=item,
    )
