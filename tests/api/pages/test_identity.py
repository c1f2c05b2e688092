"""For whom this browser acts: chosen at sign-in, said on every page, changed on the page, lost when the ground is."""

import pytest

from tests.api.city import City
from tests.api.pages.browser import Browser
from tests.api.subjects import COMPANY, SHOP, Family, family


@pytest.fixture
async def home(city: City) -> Family:
    """王小梅 and what she represents."""
    return await family(city)


class TestChoosing:
    """GET and POST /identity."""

    async def test_who_has_several_chooses_at_sign_in(self, home: Family, browser: Browser) -> None:
        """And goes on where one wanted to be; the header says for whom one acts."""
        page = await browser.sign_in("wang", path="/sign-in?next=/my/certificates")
        assert page.url.path == "/identity"
        assert "小梅奶茶店" in page.text
        page = await browser.submit(page, "/identity", {"identity": home.acts["wang", COMPANY]})
        assert page.url.path == "/my/certificates"
        assert "以“临湖小梅餐饮有限公司”（法定代表人王小梅）的身份办" in page.text
        page = await browser.get("/identity?next=/my/cases")
        page = await browser.submit(page, "/identity", {"identity": ""})
        assert "以“王小梅”的身份办" in page.text

    async def test_who_has_one_is_not_asked(self, home: Family, browser: Browser) -> None:
        """Old accounts sign in as ever."""
        page = await browser.sign_in("citizen")
        assert page.url.path == "/my/cases"

    async def test_applies_for_whom_one_has_chosen(self, home: Family, browser: Browser) -> None:
        """The guide begins the application in that name, as the API does."""
        page = await browser.sign_in("wang")
        await browser.submit(page, "/identity", {"identity": home.acts["wang", SHOP]})
        page = await browser.get("/things/open-shop/guide?area=60&sign=yes")
        assert dict(page.form("/apply").fields)["applicant/name"] == "小梅奶茶店"
        page = await browser.submit(page, "/apply")
        assert page.url.path.startswith("/apply/YJS")
        number = page.url.path.split("/")[2]
        seen = await home.client("wang", SHOP).get(f"/api/v1/cases/{number}")
        assert seen.json()["represented_by"]["role"] == "owner"

    async def test_what_was_lost_is_said(self, home: Family, browser: Browser) -> None:
        """The next page leads to the choice, once; nothing more is done in the name that was lost."""
        page = await browser.sign_in("wang")
        await browser.submit(page, "/identity", {"identity": home.acts["wang", COMPANY]})
        await home.ends("wang", COMPANY)
        page = await browser.get("/my/cases")
        assert page.url.path == "/identity"
        assert "不能再用了" in page.text
        assert "临湖小梅餐饮有限公司" not in page.text
        page = await browser.submit(page, "/identity", {"identity": home.acts["wang", COMPANY]})
        assert page.status == 403
        page = await browser.submit(page, "/identity", {"identity": ""})
        assert page.url.path == "/my/cases"
        assert page.status == 200
