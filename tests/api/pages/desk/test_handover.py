"""Handing a task over in a browser without JavaScript."""

import pytest

from tests.api.city import PASSWORD, City
from tests.api.conftest import Open
from tests.api.pages.conftest import SignIn


@pytest.fixture
async def beside(city: City) -> None:
    """A colleague at the same window."""
    await city.office.create_account(
        "beside", PASSWORD, name="周窗", kind="clerk", department="scjg", posts=["window"]
    )


class TestHandover:
    """GET and POST /desk/tasks/{number}/{n}/transfer."""

    async def test_is_chosen_from_the_colleagues_by_name(
        self, as_: SignIn, opened: Open, beside: None
    ) -> None:
        """From the case: who, why; then back in the list."""
        number = (await opened())["number"]
        browser = await as_("window")
        await browser.submit(await browser.get("/desk"), f"/desk/tasks/{number}/1/claim")
        page = await browser.get(f"/desk/cases/{number}?back=view%3Dmine")
        page = await browser.get(dict(page.links)["转办"])
        assert "周窗" in page.text
        assert "beside" not in page.text
        page = await browser.submit(
            page, f"/desk/tasks/{number}/1/transfer", {"to": "beside", "reason": "休假"}
        )
        assert (page.url.path, dict(page.url.params)["view"]) == ("/desk", "mine")
        assert f"已转办：{number}" in page.text
        assert number in (await (await as_("beside")).get("/desk?view=mine")).text

    async def test_what_was_typed_stays_when_nobody_was_chosen(
        self, as_: SignIn, opened: Open, beside: None
    ) -> None:
        """The summary leads to the place."""
        number = (await opened())["number"]
        browser = await as_("window")
        await browser.submit(await browser.get("/desk"), f"/desk/tasks/{number}/1/claim")
        address = f"/desk/tasks/{number}/1/transfer"
        page = await browser.submit(await browser.get(address), address, {"reason": "明天起休假"})
        assert page.status == 422
        assert "请选择转给谁" in page.text
        assert dict(page.form(address).fields)["reason"] == "明天起休假"

    async def test_without_colleagues_it_says_so(self, as_: SignIn, opened: Open) -> None:
        """Nobody else at this window."""
        number = (await opened())["number"]
        browser = await as_("window")
        await browser.submit(await browser.get("/desk"), f"/desk/tasks/{number}/1/claim")
        page = await browser.get(f"/desk/tasks/{number}/1/transfer")
        assert "没有可以转给的同事" in page.text
