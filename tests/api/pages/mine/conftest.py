"""A case in each state, brought there through the API; then looked at in a browser without JavaScript."""

import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.city import APPLICATION, City
from tests.api.pages.browser import Browser, Page

PDF = ("布局图.pdf", b"%PDF-1.7 plan", "application/pdf")
PNG = ("招牌.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20, "image/png")
NONE = "none"  # stands for no papers
BUDGET = 12 * 1024  # of a page of the portal, gzipped


@dataclass
class Life:
    """One case of the citizen, and those who work on it."""

    city: City
    number: str
    query_code: str

    @property
    def here(self) -> str:
        """Return the address of its page."""
        return f"/my/cases/{self.number}"

    async def act(self, who: str, what: str, /, **data: Any) -> dict[str, Any]:
        """Let somebody act on `<item>.<action>`, or on the case with the bare name of the action."""
        item, _, action = what.rpartition(".")
        path = f"/api/v1/cases/{self.number}" + (f"/items/{item}/actions" if item else "/actions")
        answer = await self.city.client(who).post(path, json={"action": action, "data": data})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def corrected(self, item: str = "shop-licence", reason: str = "layout-no-size") -> "Life":
        """Let the window send the one notice."""
        await self.act("window", f"{item}.note_defects", reasons=[reason])
        await self.act("window", "notify_correction")
        return self

    async def granted(
        self, item: str = "shop-licence", reviewer: str = "reviewer", approver: str = "approver"
    ) -> "Life":
        """Let an item go its ordinary way."""
        await self.act("window", f"{item}.accept")
        await self.act(reviewer, f"{item}.propose", opinion="符合")
        await self.act(approver, f"{item}.grant", opinion="同意")
        await self.act("window", f"{item}.issue")
        return self

    async def shown(self) -> dict[str, Any]:
        """Return what the API says of it to the citizen."""
        return dict((await self.city.client("citizen").get(f"/api/v1/cases/{self.number}")).json())


Begin = Callable[..., Awaitable[Life]]


@pytest.fixture
def begin(city: City) -> Begin:
    """Let the citizen apply with these papers."""

    async def opened(*papers: str, **changes: Any) -> Life:
        client = city.client("citizen")
        materials = []
        for code in papers or ("layout", "sign-picture"):
            if code != NONE:
                sent = await client.post(
                    "/api/v1/files", files={"file": PDF if code == "layout" else PNG}
                )
                materials.append({"material": code, "file": sent.json()["id"]})
        answer = await client.post(
            "/api/v1/cases", json={"materials": materials, **APPLICATION, **changes}
        )
        assert answer.status_code == 201, answer.text
        return Life(city, answer.json()["number"], answer.json()["query_code"])

    return opened


@pytest.fixture
async def me(city: City) -> Browser:
    """The citizen's browser."""
    made = Browser(city)
    await made.sign_in("citizen")
    return made


def light(page: Page) -> Page:
    """Check that a page is one: its status, its weight, no inline code, nothing from elsewhere; return it."""
    assert page.status == 200, page.text
    assert len(gzip.compress(page.answer.content)) <= BUDGET
    assert page.answer.headers["cache-control"] == "no-store"
    for tag, given in page.tags:
        assert not {name for name in given if name == "style" or name.startswith("on")}, (
            tag,
            given,
        )
        assert not (tag == "script" and not given.get("src")), given
        for name in ("src", "href", "action"):
            assert not given.get(name, "").startswith(("http:", "https:", "//")), given
    assert len([heading for tag, heading in page.tags if tag == "h1"]) == 1
    return page
