"""The server dies while somebody works: a banner, nothing that was typed is lost, nothing is done twice."""

import pytest
from playwright.async_api import expect

from .conftest import City, Open
from .person import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")


class TestSignIn:
    """The smallest form there is."""

    async def test_waits_for_the_server(self, town: City, somebody: Open) -> None:
        """The page stays, with what was typed; the same press works when the server is back."""
        person = await somebody(town)
        await person.open("/sign-in")
        page = person.page
        await page.get_by_label("用户名").fill("zhang")
        await page.get_by_label("密码", exact=True).fill(PASSWORD)
        town.kill()
        button = page.get_by_role("main").get_by_role("button", name="登录")
        await button.click()
        await expect(page.get_by_role("alert")).to_contain_text("填写的内容还在")
        await expect(page.get_by_label("用户名")).to_have_value("zhang")
        await town.start()
        await button.click()
        await expect(page.get_by_role("button", name="退出", exact=True)).to_be_visible()

    async def test_shows_a_refusal_where_it_belongs(self, city: City, somebody: Open) -> None:
        """The form comes back with what is wrong, the summary has the focus, and reloading asks for the page anew."""
        person = await somebody(city)
        await person.open("/sign-in")
        page = person.page
        await page.get_by_label("用户名").fill("nobody")
        await person.press("登录", within=page.get_by_role("main"))
        await expect(page.locator("#error-summary")).to_be_focused()
        await expect(page).to_have_title("错误：登录 - 一件事一次办")
        await expect(page.get_by_label("用户名")).to_have_value("nobody")
        await page.reload()
        await expect(page.locator("#error-summary")).to_have_count(0)
