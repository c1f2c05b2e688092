"""A clerk's day at the window: the list says what is next, many at once, and somebody else who is faster."""

from dataclasses import replace
from urllib.parse import quote

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
        await expect(page.get_by_role("heading", level=1)).to_have_text(
            "批量受理：办成 9 件，没有办成 1 件"
        )
        assert clerk.cost == {"clicks": 3, "fields": 0, "uploads": 0, "pages": 3}
        refused = page.locator(".outcome.again li")
        await expect(refused).to_have_count(1)
        await expect(refused).to_contain_text(numbers[3])
        await expect(refused.get_by_role("checkbox")).to_be_checked()
        async with town.office() as office:
            who = await office.actor("scjg.window")
            assert who
            states = [
                (await office.case(who, n, wall_clock())).whole.items[FOOD].state for n in numbers
            ]
        assert states.count("reviewing") == 9


class TestOneCase:
    """办件详情: what was handed in beside what may be done."""

    async def test_one_is_accepted_in_two_presses_and_the_next_is_open(
        self, town: City, somebody: Open
    ) -> None:
        """Nothing to type; back in the list it is gone."""
        numbers = await town.applications(2, TEN)
        clerk = await somebody(town, "scjg.window")
        page = clerk.page
        await clerk.open(f"/desk?text={TEN.name}")
        clerk.start_counting()
        first = page.locator("#rows tbody tr").first
        opened = await first.locator("a.no").inner_text()
        (other,) = {*numbers} - {opened}
        await clerk.follow("办理", within=first)
        await clerk.press("受理并打开下一件")
        await expect(page.get_by_role("status").filter(has_text="已办：受理")).to_be_focused()
        await expect(page.get_by_role("heading", level=1)).to_contain_text(other)
        assert (clerk.clicks, clerk.fields) == (2, 0)
        await clerk.follow("返回我的待办")
        await expect(page.locator("#rows tbody tr")).to_have_count(1)
        assert page.url.endswith(f"text={quote(TEN.name)}")

    async def test_a_correction_is_four_presses(self, town: City, somebody: Open) -> None:
        """Open the reasons, tick one, see the one notice, send it."""
        (number,) = await town.applications(1, TEN)
        clerk = await somebody(town, "scjg.window")
        page = clerk.page
        await clerk.open(f"/desk/cases/{number}?item={FOOD}")
        clerk.start_counting()
        await page.locator("#do-note_defects summary").first.click()
        clerk.clicks += 1
        await clerk.tick(
            page.locator("#do-note_defects").get_by_role("checkbox", name="尺寸").first
        )
        await clerk.press("记录，下一步预览通知")
        await expect(page.locator("#preview")).to_contain_text("布局")
        await clerk.press("发出一次性补正通知")
        await expect(page.get_by_role("status").filter(has_text="已办")).to_be_visible()
        assert (clerk.clicks, clerk.fields) == (4, 0)
        await expect(page.get_by_role("main")).to_contain_text("申请人")

    async def test_a_lost_race_keeps_the_opinion(self, town: City, somebody: Open) -> None:
        """Two propose at once; the second sees who was faster, and the words typed are still there."""
        (number,) = await town.applications(1, TEN)
        await town.act("scjg.window", number, FOOD, "accept")
        clerk = await somebody(town, "scjg.reviewer")
        page = clerk.page
        await clerk.open(f"/desk/cases/{number}?item={FOOD}")
        words = "布局合理，设备齐全，建议准予。"
        way = page.locator("#do-propose")
        await way.get_by_label("意见").fill(words)
        await town.act("scjg.reviewer", number, FOOD, "propose", opinion="别人先写的意见。")
        async with page.expect_response(lambda answer: answer.request.method == "POST") as told:
            await way.get_by_role("button").first.click()
        assert (await told.value).status == 409
        await expect(page.locator("#error-summary")).to_be_focused()
        await expect(page.locator("textarea").first).to_have_value(words)
        await expect(page.locator("#act")).to_contain_text("有了变化")
