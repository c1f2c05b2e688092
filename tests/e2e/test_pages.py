"""Every page in every mode: what a person would see wrong, and what the rules of access ask for."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.async_api import Page, Response

from . import checks
from .checks import Witness
from .conftest import DESK, NARROW, PHONE, City, Open
from .places import PLACES, Place, address

pytestmark = pytest.mark.asyncio(loop_scope="session")
PICTURES = Path(__file__).parents[2] / "pictures"
COLOURS = ["color-contrast", "link-in-text-block"]


class Look:
    """One look at one page: goes through the modes and collects what is wrong."""

    def __init__(self, place: Place, path: str) -> None:
        self.place, self.path = place, path
        self.found: list[str] = []

    def note(self, mode: str, findings: list[str]) -> None:
        """Keep findings, once each, under the mode in which they were seen first."""
        known = {each.partition("] ")[2] for each in self.found}
        self.found += [f"[{mode}] {each}" for each in findings if each not in known]

    def judge(self) -> None:
        """Fail with all that was found."""
        if self.found:
            pytest.fail(f"{self.path}\n  " + "\n  ".join(self.found), pytrace=False)

    async def picture(self, page: Page, mode: str) -> None:
        """Write what it looks like."""
        if mode in self.place.pictures:
            PICTURES.mkdir(exist_ok=True)
            await page.screenshot(path=PICTURES / f"{self.place.name}-{mode}.png", full_page=True)

    async def arrive(self, page: Page, city: City, mode: str) -> Response:
        """Open the page."""
        response = await page.goto(city.address + self.path)
        assert response
        if response.status != self.place.status:
            self.note(mode, [f"status: {response.status} at {self.path}"])
        return response


@pytest.fixture
def look(place: Place, numbers: Mapping[str, str]) -> Look:
    """A look at the page of this test."""
    return Look(place, address(place, numbers))


every_page = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)


@every_page
async def test_as_most_people_see_it(place: Place, look: Look, city: City, somebody: Open) -> None:
    """On a desk, on phones of 390 and 320 pixels, in the dark, in forced colours, on paper."""
    page = (await somebody(city, place.who)).page
    witness = Witness(city.address).attend(page.context)
    response = await look.arrive(page, city, "desk")
    look.note("desk", checks.headers(response, personal=place.personal))
    look.note("desk", await checks.weight(witness.responses, html=place.html, css=12, js=place.js))
    look.note("desk", await checks.layout(page))
    await look.picture(page, "desk")
    look.note("desk", await checks.words(page))
    look.note("desk", await checks.axe(page))
    look.note("desk", await checks.keyboard(page))
    await page.emulate_media(color_scheme="dark")
    look.note("dark", await checks.axe(page, COLOURS))
    await look.picture(page, "dark")
    await page.emulate_media(color_scheme="light", forced_colors="active")
    look.note("forced", await checks.keyboard(page, forced=True))
    await look.picture(page, "forced")
    await page.emulate_media(forced_colors="none", media="print")
    look.note("print", await checks.measured(page, "cut") + await checks.measured(page, "overlaps"))
    await look.picture(page, "print")
    await page.emulate_media(media="screen")
    for mode, size in (("phone", PHONE), ("narrow", NARROW)):
        await page.set_viewport_size(size)
        look.note(mode, await checks.layout(page))
        await look.picture(page, mode)
    look.note("narrow", await checks.axe(page))
    look.note("desk", witness.told())
    look.judge()


@every_page
async def test_as_few_people_see_it(
    place: Place, look: Look, city: City, bare_city: City, somebody: Open
) -> None:
    """In large letters, without JavaScript, and where nothing from npm is there."""
    page = (await somebody(city, place.who, elder=True, viewport=PHONE)).page
    witness = Witness(city.address).attend(page.context)
    await look.arrive(page, city, "elder")
    look.note(
        "elder", await checks.layout(page) + await checks.axe(page) + await checks.keyboard(page)
    )
    await look.picture(page, "elder")
    await page.set_viewport_size(DESK)
    look.note("elder on a desk", await checks.layout(page) + witness.told())
    page = (await somebody(city, place.who, javascript=False, viewport=PHONE)).page
    await look.arrive(page, city, "without JavaScript")
    look.note("without JavaScript", await checks.layout(page) + await checks.words(page))
    page = (await somebody(bare_city, place.who)).page
    witness = Witness(bare_city.address).attend(page.context)
    await look.arrive(page, bare_city, "without npm")
    assert not await page.evaluate("() => 'htmx' in window")
    look.note("without npm", await checks.layout(page) + witness.told())
    look.judge()


async def test_htmx_is_there_where_it_was_built(city: City, somebody: Open) -> None:
    """Otherwise the checks without it would prove nothing."""
    if not (checks.ASSETS.parent / "static" / "vendor" / "htmx.min.js").exists():
        pytest.skip("NO HTMX: .ci/assets dev")
    page = (await somebody(city)).page
    await page.goto(city.address + "/")
    assert await page.evaluate("() => htmx.version") == "2.0.11"
