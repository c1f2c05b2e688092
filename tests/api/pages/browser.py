"""A browser without JavaScript: keeps cookies, follows a form as the page states it, knows nothing the page does not say."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from tests.api.city import PASSWORD, City

HTML = {"accept": "text/html,application/xhtml+xml"}
INLINE = {
    "a",
    "abbr",
    "b",
    "code",
    "em",
    "i",
    "span",
    "strong",
    "sub",
    "sup",
    "time",
}  # part a text, do not part it
VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}


@dataclass
class Form:
    """A form as the page states it: where it goes, what stands in it."""

    action: str
    method: str
    # what is sent when nothing is changed
    fields: list[tuple[str, str]] = field(default_factory=list)
    # name → values one may tick or choose
    options: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # (name, value, words)
    enctype: str = ""
    id: str = ""


class Page(HTMLParser):
    """What a page says: its text, links, forms, headings."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer, self.status, self.url = answer, answer.status_code, answer.url
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.headings: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._open: list[tuple[str, int]] = []
        self._select = ""
        self._pressed: Form | None = None  # the form of the button whose words are being read
        self._disabled: list[
            bool
        ] = []  # the fieldsets around: what stands in a disabled one is not sent
        self.feed(answer.text)
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag not in INLINE:
            self.words.append(" ")
        if tag not in VOID:
            self._open.append((tag, len(self.words)))
        if tag == "form":
            self.forms.append(
                Form(
                    given.get("action", ""),
                    given.get("method", "get"),
                    enctype=given.get("enctype", ""),
                    id=given.get("id", ""),
                )
            )
        named = [form for form in self.forms if given.get("form") and form.id == given["form"]]
        if tag == "fieldset":
            self._disabled.append("disabled" in given)
        if self.forms and not any(self._disabled):
            self._control(tag, given, (named or self.forms)[-1])

    def _control(self, tag: str, given: dict[str, str], form: Form) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        match tag, given.get("type", "text"):
            case "input", "checkbox" | "radio":
                form.options.setdefault(name, []).append(given.get("value", "on"))
                form.fields += [(name, given.get("value", "on"))] if "checked" in given else []
            case "input", kind if name and kind != "file":
                form.fields.append((name, value))
            case "textarea", _:
                form.fields.append((name, ""))
            case "button", "button":  # does nothing by itself
                self._pressed = None
            case "button", _:
                form.buttons.append((name, value, ""))
                self._pressed = form
            case "select", _:
                self._select = name
            case "option", _ if self._select:
                form.options.setdefault(self._select, []).append(value)
                if "selected" in given or self._select not in dict(form.fields):
                    form.fields = [pair for pair in form.fields if pair[0] != self._select]
                    form.fields.append((self._select, value))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, start = self._open.pop()
            if opened == tag:
                break
        else:
            return
        said = "".join(self.words[start:]).strip()
        if tag == "fieldset":
            self._disabled.pop()
        if tag in ("h1", "h2", "h3"):
            self.headings.append(said)
        if tag == "a":
            href = next(given.get("href", "") for name, given in reversed(self.tags) if name == "a")
            self.links.append((said, href))
        if tag == "button" and self._pressed:
            name, value, _ = self._pressed.buttons[-1]
            self._pressed.buttons[-1] = (name, value, said)
        if tag == "textarea" and self.forms and not any(self._disabled):
            name, _ = self.forms[-1].fields[-1]
            self.forms[-1].fields[-1] = (name, "".join(self.words[start:]).removeprefix("\n"))
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def form(self, action: str) -> Form:
        """Return the first form that goes to an address."""
        found = [form for form in self.forms if form.action.partition("?")[0] == action]
        assert found, f"no form goes to {action}: {[form.action for form in self.forms]}"
        return found[0]


class Browser:
    """One browser."""

    def __init__(self, city: City, base: str = "https://city") -> None:
        self.city = city
        transport = httpx.ASGITransport(app=city.app)
        self.http = httpx.AsyncClient(
            transport=transport, base_url=base, headers=HTML, follow_redirects=True
        )
        city.clients.append(self.http)

    async def get(self, path: str, **headers: str) -> Page:
        """Open an address."""
        return Page(await self.http.get(path, headers=headers))

    async def submit(
        self,
        page: Page,
        action: str,
        changes: dict[str, Any] | None = None,
        *,
        files: Any = None,
        **headers: str,
    ) -> Page:
        """Send a form of a page with some fields changed, a list being several boxes; leave out what is None."""
        form = page.form(action)
        sent: dict[str, list[str]] = {}
        for name, value in form.fields:
            sent.setdefault(name, []).append(value)
        for name, value in (changes or {}).items():
            sent.pop(name, None)
            if value is not None:
                sent[name] = list(value) if isinstance(value, (list, tuple)) else [str(value)]
        address = page.url.join(form.action)
        if form.method.upper() == "GET":
            return Page(await self.http.get(address.copy_with(params=sent), headers=headers))
        return Page(
            await self.http.request(
                form.method.upper(), str(address), data=sent, files=files, headers=headers
            )
        )

    async def sign_in(self, account: str, password: str = PASSWORD, path: str = "/sign-in") -> Page:
        """Sign in by the form."""
        return await self.submit(
            await self.get(path), "/sign-in", {"username": account, "password": password}
        )
