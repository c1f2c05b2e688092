"""Somebody at a browser, and what it costs them: clicks, fields, files, pages.

A click is a press on a link, a button, a box or a circle; a field is what is typed or picked from a list. What stands there
already costs nothing, signing in is not counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Frame, Locator, Page, expect

PASSWORD = "yijianshi"
ASKED = """() => {
  const found = new Map();
  for (const el of document.querySelectorAll("main form :is(input, select, textarea)")) {
    if (["hidden", "file", "submit"].includes(el.type) || el.disabled || !el.checkVisibility()) continue;
    const known = found.get(el.name) ?? {name: el.name, kind: el.type, answered: false};
    known.answered ||= ["radio", "checkbox"].includes(el.type) ? el.checked : el.value.trim() !== "";
    found.set(el.name, known);
  }
  return [...found.values()];
}"""


@dataclass
class Person:
    """One person with one page open."""

    page: Page
    address: str  # of the service
    javascript: bool = True
    clicks: int = 0
    fields: int = 0
    uploads: int = 0
    pages: list[str] = field(default_factory=list)  # those that were opened one after the other

    def __post_init__(self) -> None:
        self.page.on("framenavigated", self._arrived)

    def _arrived(self, frame: Frame) -> None:
        path = frame.url.removeprefix(self.address).partition("?")[0].partition("#")[0]
        if (
            frame == self.page.main_frame
            and frame.url.startswith("http")
            and self.pages[-1:] != [path]
        ):
            self.pages.append(path)

    @property
    def cost(self) -> dict[str, int]:
        """Return what it took so far."""
        return {
            "clicks": self.clicks,
            "fields": self.fields,
            "uploads": self.uploads,
            "pages": len(self.pages),
        }

    def start_counting(self) -> None:
        """Begin anew, on the page that is open."""
        self.clicks = self.fields = self.uploads = 0
        self.pages = self.pages[-1:]

    async def open(self, path: str) -> None:
        """Go somewhere by its address."""
        await self.page.goto(self.address + path)

    async def sign_in(self, account: str) -> "Person":
        """Sign in by the form; where a page asked for it, that page follows."""
        if "/sign-in" not in self.page.url:
            await self.open("/sign-in")
        await self.page.get_by_label("用户名").fill(account)
        await self.page.get_by_label("密码", exact=True).fill(PASSWORD)
        await self.page.get_by_role("main").get_by_role("button", name="登录").click()
        await expect(self.page).not_to_have_url(f"{self.address}/sign-in")
        return self

    async def press(self, name: str, role: Any = "button", within: Locator | None = None) -> None:
        """Press what is called so."""
        await (within or self.page).get_by_role(role, name=name).first.click()
        self.clicks += 1

    async def go(self, name: str, role: Any = "button", within: Locator | None = None) -> None:
        """Press what leads to another page, and wait for that page."""
        async with self.page.expect_navigation(wait_until="load"):
            await self.press(name, role, within)

    async def follow(self, name: str, within: Locator | None = None) -> None:
        """Follow a link."""
        await self.press(name, "link", within)

    async def tick(self, box: Locator) -> None:
        """Tick a box or choose a circle, unless it is chosen already."""
        if not await box.is_checked():
            await box.check()
            self.clicks += 1

    async def type(self, box: Locator, text: str) -> None:
        """Type into a field, unless that stands there already."""
        if await box.input_value() != text:
            await box.fill(text)
            self.fields += 1

    async def pick(self, box: Locator, value: str) -> None:
        """Pick from a list, unless it is picked already."""
        if await box.input_value() != value:
            await box.select_option(value)
            self.fields += 1

    async def upload(self, box: Locator, *files: Path | Sequence[Path]) -> None:
        """Choose a file."""
        await box.set_input_files(files)  # type: ignore[arg-type]
        self.uploads += 1

    async def fill(self, said: Mapping[str, Any]) -> list[str]:
        """Answer what the open form asks, by the last part of each field's name; return the names that stay empty.

        An answer may call for further questions, so that one looks again until nothing is left.
        """
        done: set[str] = set()
        while fresh := [ask for ask in await self.page.evaluate(ASKED) if ask["name"] not in done]:
            ask = fresh[0]
            done.add(ask["name"])
            answer = said.get(ask["name"].rpartition("/")[2])
            if answer is None:
                continue
            found = self.page.locator(f"main form [name='{ask['name']}']")
            if ask["kind"] in ("radio", "checkbox"):
                for value in [answer] if isinstance(answer, str) else answer:
                    await self.tick(found.and_(self.page.locator(f"[value='{value}']")))
            elif ask["kind"] == "select-one":
                await self.pick(found, answer)
            else:
                await self.type(found, answer)
                await found.blur()
            await self.page.wait_for_load_state("networkidle")
        return [ask["name"] for ask in await self.page.evaluate(ASKED) if not ask["answered"]]

    async def heading(self) -> str:
        """Return what the page is called."""
        return " ".join((await self.page.locator("h1").first.inner_text()).split())
