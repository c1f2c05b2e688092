"""The sample city, so that pages are seen with questions, forms and papers of a real size; and the way to a draft."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.api.city import City, MovableClock, living
from tests.api.pages.browser import Browser, Page

CAFE = (
    "licence=have&area=68&usable_area=60&dishes=drinks&dishes=simple&building=shop&drain=property&sign=no"
    "&entertainment=no&extras=&staff_without_cert=0"
)
WITH_SIGN = CAFE.replace("sign=no", "sign=yes&ad_area=0")
THING = "/things/open-restaurant"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
async def city(linhu: Path, tmp_path: Path, clock: MovableClock) -> AsyncIterator[City]:
    """The sample city."""
    async with living(linhu, tmp_path, clock) as made:
        yield made


@pytest.fixture
async def citizen(city: City) -> Browser:  # type: ignore[override]
    """张三, signed in with a browser."""
    made = Browser(city)
    await made.sign_in("citizen")
    return made


Begin = Callable[..., Awaitable[Page]]


@pytest.fixture
def begun(citizen: Browser) -> Begin:
    """Begin an application from the guide; return the page it leads to."""

    async def begin(query: str = CAFE, thing: str = THING) -> Page:
        return await citizen.submit(await citizen.get(f"{thing}/guide?{query}"), "/apply")

    return begin


def number_of(page: Page) -> str:
    """Return the number of the draft a page is about."""
    return str(page.url.path).split("/")[2]


FORM: dict[str, Any] = {
    "form/legal_person_name": "张三",
    "form/legal_person_id": "11010519491231002x",
    "form/legal_person_phone": "199 0000 0001",
    "form/has_agent": "no",
    "form/data_consent": "yes",
    "form/delivery": "electronic",
    "form/premises_address": "云泽市临湖区示例路1号",
    "form/premises_region": "999901",
    "form/floor_no": "1",
    "form/kitchen_area": "14㎡",
    "form/seats": "１８",
    "form/online_ops": "yes",
    "form/food_safety_manager": "李四",
    "form/food_safety_manager_id": "11010519491231002X",
    "form/disinfect_mode": "own",
    "form/staff_count": "3",
    "form/drainage_volume": "1.5 m³",
    "form/outlet_count": "1",
    "form/has_oil_separator": "no",
    "form/rain_sewage_separated": "yes",
    "form/ready_date": "2026年11月20日",
}


@pytest.fixture
def whole(citizen: Browser, begun: Begin) -> Begin:
    """Begin an application and fill in every page of the form; return the page after it."""

    async def fill(query: str = CAFE) -> Page:
        page = await begun(query)
        while "/form/" in page.url.path or "/commitments" in page.url.path:
            path = page.url.path
            names = {name for name, _ in page.form(path).fields} | set(page.form(path).options)
            typed = {name: value for name, value in FORM.items() if name in names}
            page = await citizen.submit(page, path, typed)
            assert page.status == 200, page.text
        return page

    return fill
