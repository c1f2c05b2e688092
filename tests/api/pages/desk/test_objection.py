"""部门反馈缺什么, in the window's list: a warning in the row of its item, in a browser without JavaScript."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.commands.sample_cases import WITH_SIGN
from tests.api.city import City, MovableClock, living
from tests.api.holder import applied
from tests.api.pages.conftest import SignIn


@pytest.fixture
async def city(linhu: Path, tmp_path: Path, clock: MovableClock) -> AsyncIterator[City]:
    """The sample city, where other departments take part."""
    async with living(linhu, tmp_path, clock) as made:
        yield made


class TestObjection:
    """GET /desk."""

    async def test_stands_beside_its_item(self, as_: SignIn, city: City) -> None:
        """Until the department withdraws it; that row leaves the bulk (R-BND-4)."""
        case = await applied(city, WITH_SIGN)
        path = f"/api/v1/cases/{case['number']}/items/outdoor-sign/actions"
        told = {"reasons": [{"text": "效果图没有尺寸", "material": "sign-drawing"}]}
        clerk, browser = city.client("sign-clerk"), await as_("window")
        assert "反馈缺" not in (await browser.get("/desk")).text
        said = await clerk.post(path, json={"action": "note_missing", "data": told})
        assert said.status_code == 200, said.text
        assert (await browser.get("/desk")).text.count("城市管理局反馈缺1项") == 1
        await clerk.post(path, json={"action": "note_complete", "data": {}})
        assert "反馈缺" not in (await browser.get("/desk")).text
