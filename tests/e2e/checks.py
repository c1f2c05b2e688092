"""What is checked of every page beside the journeys; each check answers with findings, sentences that name the place.

`inspect` is for one page in one mode. A finding has a check's name in front: `overlap: “…” and “…” lie on each other …`.
"""

import gzip
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Error, Page, Request, Response

HERE = Path(__file__).parent
ASSETS = HERE.parents[1] / "service" / "api" / "pages" / "assets"
AXE = ASSETS / "node_modules" / "axe-core" / "axe.min.js"
MEASURE = (HERE / "measure.js").read_text(encoding="utf-8")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MAIN = ".btn-p:not(.btn-s)"
MOST_STOPS = 200
KB = 1024

BROWSERS_OWN = (
    "chrome://",
    "chrome-extension://",
)  # its viewer of PDFs asks the browser itself, not the network
POLICY = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"}

# Words with Latin letters that people know as such; everything else in Latin letters is a code that slipped through.
KNOWN_WORDS = {
    "PDF",
    "JPG",
    "JPEG",
    "PNG",
    "OFD",
    "DOC",
    "DOCX",
    "XLSX",
    "KB",
    "MB",
    "GB",
    "LOGO",
    "Excel",
    "ISO",
    "LED",
    "Cookie",
    "Safari",
    "http",
    "https",
    "OK",
}
NUMBERS = re.compile(
    r"https?://\S+|\b[\w一-鿿-]+\.(?:pdf|png|jpg|jpeg|ofd)\b"  # addresses, names of files people chose
    r"|(?<![0-9A-Za-z])(?=[0-9A-Z-]*[0-9])[0-9A-Z]+(?:-[0-9A-Z]+)*(?![0-9A-Za-z])"  # numbers of cases, papers and credit codes
)
BAD_WORDS = {
    "a bare “nothing here”": re.compile(r"暂无数据|没有数据|无数据"),
    "a hole in a template": re.compile(
        r"\{\{|\}\}|\{%|%\(|\[object|(?<![a-zA-Z])(undefined|NaN|None|null|True|False)(?![a-zA-Z])"
    ),
    "a date for machines": re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)|\d\dT\d\d:\d\d"),
    "half-width punctuation between Chinese characters": re.compile(
        r"[一-鿿][,;!?][一-鿿]|[一-鿿]:[一-鿿]"
    ),
}


@dataclass
class Witness:
    """Listens to a browser's context: what was asked of whom, what the console said."""

    origin: str
    findings: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    def attend(self, context: BrowserContext) -> "Witness":
        """Begin to listen."""
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.findings.append(f"script: {error.error}"))
        return self

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.origin + "/", "data:", "blob:", *BROWSERS_OWN)):
            self.findings.append(f"outside: {request.url} was asked for")

    def _response(self, response: Response) -> None:
        if response.url.startswith(self.origin + "/"):
            self.responses.append(response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        if message.location.get("url", "").startswith(BROWSERS_OWN):
            return
        where = urlsplit(message.location.get("url", "")).path
        # an answer of 4xx is looked at by whoever asked for it
        if "Failed to load resource" in message.text:
            return
        policy = "Content Security Policy" in message.text
        self.findings.append(f"{'csp' if policy else 'console'}: {message.text} ({where})")

    def told(self) -> list[str]:
        """Return what was noticed since it was last asked."""
        told, self.findings = self.findings, []
        return told


async def measured(page: Page, ask: str, **more: Any) -> Any:
    """Ask the page one of the questions of measure.js."""
    return await page.evaluate(MEASURE, {"ask": ask, **more})


async def layout(page: Page) -> list[str]:
    """Reflow, overlaps, text cut off or covered, targets too small."""
    found: list[str] = []
    for ask in ("reflow", "overlaps", "cut", "covered", "targets"):
        found += await measured(page, ask, main=MAIN)
    return found


async def keyboard(page: Page, *, forced: bool = False) -> list[str]:
    """Press Tab through the page: everything is reached, seen, and not obscured."""
    found: list[str] = []
    await page.evaluate(
        "() => { const top = document.createElement('span'); top.tabIndex = -1; document.body.prepend(top);"
        " top.focus(); top.remove(); window.scrollTo(0, 0); }"
    )
    stops = 0
    for stops in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        told = await measured(page, "focus", forced=forced)
        found += told["wrong"]
        if told["who"] is None and stops:
            break
    return (
        found
        + await measured(page, "unreached")
        + ([] if stops < MOST_STOPS - 1 else ["focus: Tab does not come to an end"])
    )


async def axe(page: Page, rules: Iterable[str] = ()) -> list[str]:
    """Let axe look: all of its rules for WCAG 2.2 AA and good practice, or the given ones."""
    if not AXE.exists():
        return []
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": AXE_TAGS}
    told = await page.evaluate(
        "(only) => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only
    )
    return [
        f"axe {broken['id']}: {node['html'][:160]} — {' '.join(node['failureSummary'].split())}"
        for broken in told["violations"]
        for node in broken["nodes"]
    ]


async def words(page: Page) -> list[str]:
    """No codes, no English, no bare “nothing here”, no dates for machines."""
    return wrong_words(await measured(page, "wording"))


def wrong_words(parts: Iterable[str]) -> list[str]:
    """Return what people should not have to read in these texts."""
    found = []
    for text in parts:
        for what, pattern in BAD_WORDS.items():
            found += [
                f"words: {what}: “{near(text, hit.start())}”" for hit in pattern.finditer(text)
            ]
        plain = NUMBERS.sub("0", text)
        for hit in re.finditer(r"[A-Za-z][A-Za-z0-9_-]*", plain):
            if hit[0] not in KNOWN_WORDS:
                found.append(f"words: “{hit[0]}” in “{near(plain, hit.start())}”")
    return list(dict.fromkeys(found))


def near(text: str, at: int) -> str:
    """Return what stands around a place."""
    return " ".join(text[max(0, at - 12) : at + 24].split())


async def weight(responses: list[Response], *, html: int, css: int, js: int) -> list[str]:
    """Compare what came over the wire, compressed, with the budgets in KB."""
    sums = {"html": 0, "css": 0, "js": 0}
    for response in responses:
        kind = response.headers.get("content-type", "").partition(";")[0]
        name = {
            "text/html": "html",
            "text/css": "css",
            "text/javascript": "js",
            "application/javascript": "js",
        }.get(kind)
        if name:
            with suppress(Error):  # of a page that was left before, such as the one for signing in
                sums[name] += len(gzip.compress(await response.body(), 6))
    if not sums["html"]:
        return ["weight: the page itself could not be weighed"]
    most = {"html": html, "css": css, "js": js}
    return [
        f"weight: {sums[n] / KB:.1f} KB of {n}, at most {most[n]}"
        for n in sums
        if sums[n] > most[n] * KB
    ]


def headers(response: Response, *, personal: bool) -> list[str]:
    """A strict policy; what is personal is kept nowhere."""
    found = []
    policy = {
        part.strip() for part in response.headers.get("content-security-policy", "").split(";")
    }
    if missing := POLICY - policy:
        found.append(f"csp: the policy lacks {', '.join(sorted(missing))}")
    if loose := [part for part in policy if "unsafe" in part or " http" in part or " *" in part]:
        found.append(f"csp: the policy allows {', '.join(loose)}")
    if personal and "no-store" not in response.headers.get("cache-control", ""):
        found.append("cache: a personal page may be kept by the browser")
    return found
