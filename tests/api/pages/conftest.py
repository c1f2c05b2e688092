"""Browsers, as far as HTTP tells: a jar of cookies, forms that are found on the page and sent as it says."""

from collections.abc import Awaitable, Callable

import pytest

from tests.api.city import City
from tests.api.pages.browser import Browser


@pytest.fixture
def browser(city: City) -> Browser:
    """A browser nobody has signed in with."""
    return Browser(city)


SignIn = Callable[[str], Awaitable[Browser]]


@pytest.fixture
def as_(city: City) -> SignIn:
    """Open a browser and sign in as somebody."""

    async def opened(account: str) -> Browser:
        made = Browser(city)
        await made.sign_in(account)
        return made

    return opened
