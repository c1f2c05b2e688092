"""Rows with columns on a page and over the API: added, taken away, told where they are wrong, without JavaScript."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.city import City, MovableClock, living
from tests.api.heirs import APPLICATION, CASES, FORM, MOTHER, SON, WIFE
from tests.api.pages.browser import Browser, Page


@pytest.fixture
async def city(estate: Path, tmp_path: Path, clock: MovableClock) -> AsyncIterator[City]:
    """The application in a city of its own."""
    async with living(estate, tmp_path, clock) as made:
        yield made


@pytest.fixture
def heir(city: City) -> httpx.AsyncClient:
    """李四, a son, over the API."""
    return city.client("heir")


@pytest.fixture
async def browser(city: City) -> Browser:
    """李四 with a browser."""
    made = Browser(city)
    await made.sign_in("heir")
    return made


@pytest.fixture
async def page(browser: Browser) -> Page:
    """The page of a new draft that asks for the heirs."""
    begun = await browser.submit(
        await browser.get("/things/after-death/guide?local=yes&proof=yes"), "/apply"
    )
    number = str(begun.url.path).split("/")[2]
    found = await browser.get(f"/apply/{number}/form/2")
    assert "form/heirs" in dict(found.form(found.url.path).fields)
    return found


async def saved(heir: httpx.AsyncClient, page: Page) -> Any:
    number = str(page.url.path).split("/")[2]
    return (await heir.get(f"{CASES}/{number}")).json()["form"].get("heirs")


def typed(
    n: int, name: str, id_: str, kin: str = "child", document: str = "id_card"
) -> dict[str, Any]:
    cells = {"name": name, "id": [document, id_], "kin": kin}
    return {f"form/heirs/{n}/{column}": text for column, text in cells.items()}


def card(number: str, kind: str = "id_card") -> dict[str, str]:
    """Return an identity document as it is kept."""
    return {"kind": kind, "number": number}


class TestPage:
    """GET and POST /apply/{number}/form/{n}"""

    async def test_shows_as_many_rows_as_there_must_be(self, page: Page) -> None:
        """One heir at least; a bank only when one is added."""
        names = {name for name, _ in page.form(page.url.path).fields}
        assert "form/heirs/0/name" in names
        assert "form/heirs/1/name" not in names
        assert [words for name, _, words in page.form(page.url.path).buttons if name == "row"] == [
            "再添加继承人"
        ]

    async def test_adds_a_row_and_keeps_what_was_typed(
        self, browser: Browser, page: Page, heir: httpx.AsyncClient
    ) -> None:
        """It is saved as it is typed so far, also what does not fit; the new row is read first."""
        page = await browser.submit(
            page, page.url.path, {**typed(0, "李四", "123"), "row": "add/heirs"}
        )
        fields = dict(page.form(page.url.path).fields)
        assert fields["form/heirs/0/id"] == "123"
        assert fields["form/heirs/1/name"] == ""
        focused = [given["id"] for _, given in page.tags if "data-focus" in given]
        assert focused == ["f-form-heirs-1"]
        assert await saved(heir, page) == [{"name": "李四", "id": card("123"), "kin": "child"}]

    async def test_takes_a_row_away(
        self, browser: Browser, page: Page, heir: httpx.AsyncClient
    ) -> None:
        """The others stay as they are."""
        rows = typed(0, "李四", SON) | typed(1, "王五", WIFE, "spouse") | typed(2, "赵六", MOTHER)
        page = await browser.submit(page, page.url.path, {**rows, "row": "remove/heirs/1"})
        assert [row["name"] for row in await saved(heir, page)] == ["李四", "赵六"]
        fields = dict(page.form(page.url.path).fields)
        assert fields["form/heirs/1/name"] == "赵六"

    async def test_offers_no_more_than_there_may_be(self, browser: Browser, page: Page) -> None:
        """Three at most, and that is said."""
        rows = typed(0, "李四", SON) | typed(1, "王五", WIFE) | typed(2, "赵六", MOTHER)
        page = await browser.submit(page, page.url.path, {**rows, "row": "add/heirs"})
        assert "最多 3 行" in page.text
        assert "form/heirs/3/name" not in dict(page.form(page.url.path).fields)

    async def test_names_row_and_column(self, browser: Browser, page: Page) -> None:
        """Each fault leads to its cell, and nothing that was typed is lost."""
        rows = typed(0, "李四", SON) | typed(1, "", "123", "spouse")
        page = await browser.submit(page, page.url.path, rows)
        assert page.status == 422
        assert ("继承人第 2 行：请填写姓名", "#f-form-heirs-1-name") in page.links
        assert any(href == "#f-form-heirs-1-id" for _, href in page.links)
        assert dict(page.form(page.url.path).fields)["form/heirs/1/id"] == "123"

    async def test_a_document_of_another_kind(
        self, browser: Browser, page: Page, heir: httpx.AsyncClient
    ) -> None:
        """It is chosen beside its number, each kind has its check, and the choice is shown again."""
        rows = typed(0, "李四", "e7123 4568", document="passport")
        wrong = typed(1, "王五", "E71234568", document="permit_tw")
        page = await browser.submit(page, page.url.path, rows | wrong)
        assert page.status == 422
        said = "第 2 行，身份证件：通行证号码应为 8 位数字"
        assert any(said in words and href == "#f-form-heirs-1-id" for words, href in page.links)
        fields = page.form(page.url.path).fields
        chosen = [value for name, value in fields if name == "form/heirs/1/id"]
        assert chosen == ["permit_tw", "E71234568"]
        kept = [row["id"] for row in await saved(heir, page)]
        assert kept == [card("E71234568", "passport"), card("E71234568", "permit_tw")]

    async def test_a_row_of_nothing_is_no_row(
        self, browser: Browser, page: Page, heir: httpx.AsyncClient
    ) -> None:
        """Whoever added one too many goes on; who filled in none is told."""
        rows = typed(0, "", "", kin="") | typed(1, "李四", SON)
        done = await browser.submit(page, page.url.path, rows)
        assert done.status == 200
        assert len(await saved(heir, done)) == 1
        number = str(page.url.path).split("/")[2]
        page = await browser.get(page.url.path)
        nothing = typed(0, "", "", kin="")
        page = await browser.submit(page, f"/apply/{number}/form/{page.url.path[-1]}", nothing)
        assert ("请填写继承人", "#f-form-heirs") in page.links

    async def test_a_character_that_is_not_taken_is_named(
        self, browser: Browser, page: Page
    ) -> None:
        """In its cell, with the rest of the page as it was typed."""
        rows = typed(0, "李\u0007四", SON)
        page = await browser.submit(page, page.url.path, rows)
        assert page.status == 422
        assert any(href == "#f-form-heirs-0-name" for _, href in page.links)
        assert dict(page.form(page.url.path).fields)["form/heirs/0/id"] == SON

    async def test_enter_goes_on(self, page: Page) -> None:
        """The first button of the form, which Enter presses, takes no row away."""
        assert page.form(page.url.path).buttons[0] == ("", "", "保存并继续")


class TestCheck:
    """GET /apply/{number}/check, and the desk"""

    async def test_is_a_table(self, browser: Browser, heir: httpx.AsyncClient) -> None:
        """A line for each row, the columns by name."""
        draft = (await heir.post(CASES, json={**APPLICATION, "draft": True})).json()
        page = await browser.get(f"/apply/{draft['number']}/check")
        heads = [given.get("data-th") for tag, given in page.tags if tag == "td"]
        assert heads == ["姓名", "身份证件", "与逝者的关系", "手机号码", "是否未成年"]
        assert f"李四 居民身份证 {SON} 子女 — —" in page.text

    async def test_leads_to_the_cell(self, browser: Browser, heir: httpx.AsyncClient) -> None:
        """What is wrong in a row is put right where it was typed."""
        wrong = {**FORM, "heirs": [{"name": "李四", "id": "1", "kin": "child"}]}
        draft = (await heir.post(CASES, json={**APPLICATION, "form": wrong, "draft": True})).json()
        page = await browser.get(f"/apply/{draft['number']}/check")
        assert any(href.endswith("#f-form-heirs-0-id") for _, href in page.links)

    async def test_the_clerk_sees_the_same(self, city: City, heir: httpx.AsyncClient) -> None:
        """Beside the rest of what was filled in."""
        case = (await heir.post(CASES, json=APPLICATION)).json()
        desk = Browser(city)
        await desk.sign_in("window")
        page = await desk.get(f"/desk/cases/{case['number']}?show=form")
        assert f"李四 居民身份证 {SON} 子女 — —" in page.text


class TestApi:
    """POST /cases"""

    async def test_takes_an_array_of_objects(self, heir: httpx.AsyncClient) -> None:
        """Each value in its one form."""
        rows = [{"name": " 李四 ", "id": "１１０１０５１９４９１２３１００２x", "kin": "child"}]
        answer = await heir.post(CASES, json={**APPLICATION, "form": {**FORM, "heirs": rows}})
        assert answer.status_code == 201, answer.text
        assert answer.json()["form"]["heirs"] == [
            {"name": "李四", "id": card(WIFE), "kin": "child"}
        ]

    async def test_names_row_and_column(self, heir: httpx.AsyncClient) -> None:
        """As a pointer into what was sent."""
        rows = [FORM["heirs"][0], {"name": "王五", "id": SON.lower(), "kin": "cousin", "sex": "男"}]
        answer = await heir.post(CASES, json={**APPLICATION, "form": {**FORM, "heirs": rows}})
        assert answer.status_code == 422
        assert {each["pointer"] for each in answer.json()["errors"]} == {
            "/form/heirs/1/id",
            "/form/heirs/1/kin",
            "/form/heirs/1/sex",
        }

    async def test_takes_a_document_of_any_kind(self, heir: httpx.AsyncClient) -> None:
        """As a kind and a number; where one is not of its kind, that is said."""
        rows = [{"name": "李四", "id": card(" h1234 5678", "permit_hk_mo"), "kin": "child"}]
        answer = await heir.post(CASES, json={**APPLICATION, "form": {**FORM, "heirs": rows}})
        assert answer.status_code == 201, answer.text
        assert answer.json()["form"]["heirs"][0]["id"] == card("H12345678", "permit_hk_mo")
        rows[0]["id"] = card("H12345678", "uscc")
        answer = await heir.post(CASES, json={**APPLICATION, "form": {**FORM, "heirs": rows}})
        (told,) = answer.json()["errors"]
        assert told["pointer"] == "/form/heirs/0/id"
        assert "passport（护照）" in told["detail"]

    async def test_says_the_columns_of_a_draft(self, heir: httpx.AsyncClient) -> None:
        """For whoever makes a form of his own, beside the schema of the guide."""
        draft = (await heir.post(CASES, json={**APPLICATION, "draft": True})).json()
        told = (await heir.get(f"{CASES}/{draft['number']}/draft")).json()
        fields = [f for p in told["pages"] for s in p["sections"] for f in s["fields"]]
        heirs = next(field for field in fields if field["code"] == "heirs")
        assert [column["code"] for column in heirs["columns"]] == [
            "name",
            "id",
            "kin",
            "phone",
            "minor",
        ]
        assert (heirs["min"], heirs["max"]) == (1, 3)
        assert heirs["rows"][0]["kin"] == "子女"
        schema = told["guide"]["form"]["properties"]["heirs"]
        assert schema["items"]["required"] == ["name", "id", "kin"]

    async def test_asks_for_papers_by_the_rows(self, heir: httpx.AsyncClient) -> None:
        """More than 50,000 in all wants a deed, a minor a guardian."""
        for form, papers in (
            ({"deposits": [{"bank": "甲", "amount": 48000}, {"bank": "乙", "amount": 2000}]}, []),
            (
                {"deposits": [{"bank": "甲", "amount": 48000}, {"bank": "乙", "amount": 2000.5}]},
                ["deed"],
            ),
            ({"heirs": [{**FORM["heirs"][0], "minor": True}]}, ["guardian"]),
        ):
            draft = {**APPLICATION, "form": {**FORM, **form}, "draft": True}
            made = (await heir.post(CASES, json=draft)).json()
            told = (await heir.get(f"{CASES}/{made['number']}/draft")).json()
            assert [paper["code"] for paper in told["papers"]] == ["death-proof", *papers]


class TestSupplement:
    """Rows that are asked for anew"""

    async def test_are_put_right_row_by_row(
        self, city: City, heir: httpx.AsyncClient, browser: Browser
    ) -> None:
        """They stand as they were; a row is added without losing what was typed."""
        case = (await heir.post(CASES, json=APPLICATION)).json()
        window, number = city.client("window"), case["number"]
        steps: list[dict[str, Any]] = [
            {"action": "note_defects", "data": {"reasons": ["heirs-wrong"]}},
            {"action": "notify_correction"},
        ]
        for at, step in zip(("/items/payout", ""), steps, strict=True):
            done = await window.post(f"{CASES}/{number}{at}/actions", json=step)
            assert done.status_code == 200, done.text
        path = f"/my/cases/{number}/supplement"
        page = await browser.get(path)
        assert dict(page.form(path).fields)["form/heirs/0/name"] == "李四"
        page = await browser.submit(page, path, {"row": "add/heirs"})
        assert dict(page.form(path).fields)["form/heirs/1/name"] == ""
        page = await browser.submit(page, path, typed(1, "王五", "12", "spouse"))
        assert page.status == 422
        assert dict(page.form(path).fields)["form/heirs/1/id"] == "12"
        page = await browser.submit(page, path, {"form/heirs/1/id": WIFE})
        assert "已经收到" in page.text
        rows = (await heir.get(f"{CASES}/{number}")).json()["form"]["heirs"]
        assert [row["name"] for row in rows] == ["李四", "王五"]
