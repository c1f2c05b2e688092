"""The version of one item: who names it is refused only if what he saw of his item has changed."""

from typing import Any

import httpx
import pytest

from tests.api.city import City
from tests.api.conftest import Open
from tests.api.test_cases import CASES, act, upload

NOTED: dict[str, Any] = {"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}
SHOP, SIGN = "shop-licence", "outdoor-sign"


async def versions(client: httpx.AsyncClient, number: str) -> dict[str, str]:
    """The version of each item, as somebody sees them."""
    shown = (await client.get(f"{CASES}/{number}")).json()
    return {item["item"]: item["version"] for item in shown["items"]}


async def noted(client: httpx.AsyncClient, number: str, seen: str) -> httpx.Response:
    """Note a flaw on the shop licence, as who has seen a version."""
    path = f"{CASES}/{number}/items/{SHOP}/actions"
    return await client.post(path, json=NOTED, headers={"if-match": seen})


class TestOfOneItem:
    """If-Match with the version of an item."""

    async def test_others_may_have_been_acted_on(
        self, city: City, opened: Open, window: httpx.AsyncClient
    ) -> None:
        """The case has another version by then; that of the item is the same."""
        case = await opened()
        number, seen = case["number"], await versions(window, case["number"])
        opinion = {"opinion": "招牌位置可以"}
        done = await act(city.client("sign-colleague"), number, SIGN, "note_opinion", **opinion)
        assert done.status_code == 200, done.text
        assert (await noted(window, number, str(case["version"]))).status_code == 409
        answer = await noted(window, number, f'"{seen[SHOP]}"')
        assert answer.status_code == 200, answer.text
        assert answer.json()["item"]["version"] == (await versions(window, number))[SHOP]

    async def test_his_own_has_changed(self, opened: Open, window: httpx.AsyncClient) -> None:
        """A lost race: both versions are named, nothing is done."""
        number = (await opened())["number"]
        seen = (await versions(window, number))[SHOP]
        assert (await noted(window, number, f'W/"{seen}"')).status_code == 200
        before = (await window.get(f"{CASES}/{number}")).json()
        lost = await noted(window, number, seen)
        assert (lost.status_code, lost.json()["type"]) == (409, "/problems/case-changed")
        now = (await versions(window, number))[SHOP]
        assert (lost.json()["seen"], lost.json()["current"]) == (seen, now)
        assert now != seen
        assert (await window.get(f"{CASES}/{number}")).json() == before

    async def test_somebody_has_taken_it(self, opened: Open, window: httpx.AsyncClient) -> None:
        """Who has it before him belongs to the item, and whoever takes its task names its version as well."""
        number = (await opened())["number"]
        seen = (await versions(window, number))[SHOP]
        task = (await window.get("/api/v1/tasks", params={"view": "unclaimed"})).json()["items"][0]
        claim = f"/api/v1/tasks/{number}/{task['n']}/claim"
        assert (await window.post(claim, headers={"if-match": seen})).status_code == 200
        assert (await noted(window, number, seen)).status_code == 409

    async def test_a_paper_was_handed_in(
        self, opened: Open, citizen: httpx.AsyncClient, window: httpx.AsyncClient
    ) -> None:
        """What was handed in belongs to what was seen."""
        number = (await opened())["number"]
        await noted(window, number, (await versions(window, number))[SHOP])
        await act(window, number, "", "notify_correction")
        seen = await versions(citizen, number)
        layout = [{"material": "layout", "file": await upload(citizen)}]
        handed = await act(citizen, number, SHOP, "supply", materials=layout)
        assert handed.status_code == 200, handed.text
        assert (await versions(citizen, number))[SHOP] != seen[SHOP]

    async def test_everybody_sees_the_same(
        self, city: City, opened: Open, citizen: httpx.AsyncClient, window: httpx.AsyncClient
    ) -> None:
        """It hangs on what there is, not on what of it is shown to whom; time alone changes nothing."""
        number = (await opened())["number"]
        own = await versions(citizen, number)
        city.clock.forward(days=1)
        assert await versions(window, number) == own
        assert await versions(city.client("sign-clerk"), number) == own
        assert len(set(own.values())) == 2

    async def test_two_cases_alike(self, opened: Open, citizen: httpx.AsyncClient) -> None:
        """Nobody tells from a version what an item holds: each case salts its own."""
        one, other = [await versions(citizen, (await opened())["number"]) for _ in range(2)]
        assert not set(one.values()) & set(other.values())

    @pytest.mark.parametrize("item", ["", "unknown"])
    async def test_of_nothing_that_is_acted_on(
        self, opened: Open, citizen: httpx.AsyncClient, item: str
    ) -> None:
        """On the case as a whole its own version is named; of an item that is not there there is no version."""
        number = (await opened())["number"]
        where = f"{CASES}/{number}/items/{item}/actions" if item else f"{CASES}/{number}/actions"
        seen = {"if-match": "i-0123456789abcdef"}
        answer = await citizen.post(where, json={"action": "urge"}, headers=seen)
        assert answer.status_code == (404 if item else 422)
        if not item:
            assert answer.json()["errors"][0]["pointer"] == "/If-Match"

    @pytest.mark.parametrize("wrong", ["i-123", "i-0123456789ABCDEF", "i", "i-0123456789abcdef0"])
    async def test_no_version_at_all(
        self, opened: Open, window: httpx.AsyncClient, wrong: str
    ) -> None:
        """Refused by its form."""
        answer = await noted(window, (await opened())["number"], wrong)
        assert answer.status_code == 422
