"""A clerk's day at the window: the list says what is next, many at once, and somebody else who is faster."""

from dataclasses import replace

import pytest
from playwright.async_api import expect

from service.commands.sample_cases import FOOD, ZHANG
from service.worker import wall_clock

from .conftest import City, Open

pytestmark = pytest.mark.asyncio(loop_scope="session")
TEN = replace(ZHANG, name="十家小店")


class TestTheList:
    """我的待办: the first row is the answer."""

    async def test_the_first_case_is_six_stops_away(self, city: City, somebody: Open) -> None:
        """By keyboard: the link to the list, then the first box, number and button."""
        page = (await somebody(city, "scjg.window")).page
        await page.goto(f"{city.address}/desk")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        stops, act = 3, "() => document.activeElement.matches('#rows tbody a')"
        while not await page.evaluate(act):
            await page.keyboard.press("Tab")
            stops += 1
            assert stops <= 6
        await expect(page.locator(":focus")).to_be_in_viewport()

    async def test_ten_are_accepted_in_three_presses(self, town: City, somebody: Open) -> None:
        """All of the page, accept, confirm: nine accepted; the one that was withdrawn meanwhile says so."""
        numbers = await town.applications(10, TEN)
        clerk = await somebody(town, "scjg.window")
        await clerk.open(f"/desk?text={TEN.name}")
        page = clerk.page
        await expect(page.locator("#rows tbody tr")).to_have_count(10)
        clerk.start_counting()
        await clerk.tick(page.get_by_label("选中本页全部 10 件"))
        await clerk.press("批量受理")
        await expect(page.get_by_role("heading", level=1)).to_have_text("批量受理：请核对 10 件")
        await town.act("zhang", numbers[3], "", "withdraw")
        await clerk.press("受理勾选的办件")
        await expect(page.get_by_role("heading", level=1)).to_have_text("批量受理：办成 9 件，没有办成 1 件")
        assert clerk.cost == {"clicks": 3, "fields": 0, "uploads": 0, "pages": 3}
        refused = page.locator(".outcome.again li")
        await expect(refused).to_have_count(1)
        await expect(refused).to_contain_text(numbers[3])
        await expect(refused.get_by_role("checkbox")).to_be_checked()
        async with town.office() as office:
            who = await office.actor("scjg.window")
            assert who
            states = [(await office.case(who, n, wall_clock())).whole.items[FOOD].state for n in numbers]
        assert states.count("reviewing") == 9
