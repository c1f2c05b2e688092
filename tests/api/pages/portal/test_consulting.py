"""查询登记 on the pages: offered where it would fill something, asked by who agrees, shown with where it came from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.commands.sample_records import SampleRecords
from tests.api.city import LINHU, City, MovableClock, found, living
from tests.api.pages.browser import Browser

SELLER = "999901199203152244"  # 王小梅: the registers of the demonstration know her house
PEOPLE = {
    "seller": {"name": "王小梅", "kind": "applicant", "subject": SELLER},
    "stranger": {"name": "张测试", "kind": "applicant", "subject": "999901197807250030"},
}
ANSWERS = {
    "kind": "market",
    "sealed": False,
    "mortgaged": False,
    "loan": False,
    "rank": "first",
    "exempt": False,
    "years": 6,
    "only": True,
    "rename": [],
}


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample city, with somebody who sells a house, and somebody who has none."""
    return found(tmp_path_factory.mktemp("sold"), LINHU, PEOPLE)


@pytest.fixture
async def city(sold: Path, tmp_path: Path, clock: MovableClock) -> AsyncIterator[City]:
    """Its registers are connected."""
    async with living(sold, tmp_path, clock) as made:
        made.office.registers = SampleRecords()
        yield made


async def drafted(city: City, who: str) -> str:
    """Begin a draft over the API."""
    applicant = {"type": "individual", "name": PEOPLE[who]["name"], "id": PEOPLE[who]["subject"]}
    given = {"bundle": "resale-home", "applicant": applicant, "answers": ANSWERS, "draft": True}
    answer = await city.client(who).post("/api/v1/cases", json=given)
    return str(answer.json()["number"])


async def house_page(city: City, who: str, number: str) -> str:
    """Return the page of the form on which the house stands."""
    draft = (await city.client(who).get(f"/api/v1/cases/{number}/draft")).json()
    return next(
        f"/apply/{number}/form/{page['n']}"
        for page in draft["pages"]
        for section in page["sections"]
        if any(field["code"] == "house_address" for field in section["fields"])
    )


async def test_agreed(city: City) -> None:
    """From the form to the register and back, where it stands filled in; the API shows the same."""
    number = await drafted(city, "seller")
    browser = Browser(city)
    await browser.sign_in("seller")
    place = await house_page(city, "seller", number)
    assert "可以从不动产登记查" in (await browser.get(place)).text
    asked = await browser.get(f"/apply/{number}/registers/house")
    assert "王小梅" in asked.text
    assert "不用照着证书抄" in asked.text
    filled = await browser.submit(asked, f"/apply/{number}/registers/house", {"consent": "yes"})
    assert "云泽市临湖区示例路12号3幢2单元501室" in filled.text
    assert "来自不动产登记，2026年11月5日 09:30 查询" in filled.text
    assert "可以从不动产登记查" not in filled.text
    shown = (await city.client("seller").get(f"/api/v1/cases/{number}/draft")).json()
    assert shown["registers"][0]["receipt"] == "示例-152244"


async def test_not_found(city: City) -> None:
    """Said, with the way on."""
    number = await drafted(city, "stranger")
    path = f"/api/v1/cases/{number}/registers/house"
    client = city.client("stranger")
    refused = await client.post(path, json={"consent": False})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/consent")
    assert (await client.post(path, json={"consent": True})).status_code == 200
    browser = Browser(city)
    await browser.sign_in("stranger")
    page = await browser.get(f"/apply/{number}/registers/house")
    assert "登记里没有查到" in page.text
    assert "请自己填写" in page.text
