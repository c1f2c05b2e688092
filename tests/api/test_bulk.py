"""Doing one thing to many cases over HTTP."""

import httpx

from tests.api.city import City
from tests.api.conftest import Open
from tests.api.test_cases import upload

BULK = "/api/v1/bulk"
ITEM = "shop-licence"


class TestCreate:
    """POST /bulk."""

    async def test_tells_what_became_of_each(
        self, window: httpx.AsyncClient, citizen: httpx.AsyncClient, opened: Open
    ) -> None:
        """A result per case, in the order given; the refused one with the kind and words of its problem."""
        layout = {"materials": [{"material": "layout", "file": await upload(citizen)}]}
        numbers = [(await opened(**layout))["number"] for _ in range(2)]
        items = [
            {"number": n, "item": ITEM, "version": 1} for n in [*numbers, "YJS20260101-999999"]
        ]
        answer = await window.post(BULK, json={"action": "accept", "items": items})
        body = answer.json()
        assert (answer.status_code, answer.headers["location"]) == (201, f"{BULK}/{body['id']}")
        assert (body["finished"], body["done"], body["refused"]) == (True, 2, 1)
        assert [(e["number"], e["done"], e["state_title"]) for e in body["items"][:2]] == [
            (number, True, "审查中") for number in numbers
        ]
        problem = body["items"][2]["problem"]
        assert (problem["type"], problem["status"]) == ("/problems/not-found", 404)
        assert (await window.get(answer.headers["location"])).json() == body

    async def test_same_key_same_answer(self, window: httpx.AsyncClient, opened: Open) -> None:
        """The same bytes; another order under the key is refused."""
        body = {"action": "accept", "items": [{"number": (await opened())["number"], "item": ITEM}]}
        key = {"idempotency-key": "k-1"}
        first = await window.post(BULK, json=body, headers=key)
        again = await window.post(BULK, json=body, headers=key)
        assert (again.status_code, again.content) == (201, first.content)
        other = await window.post(BULK, json={**body, "action": "claim"}, headers=key)
        assert (other.status_code, other.json()["type"]) == (
            422,
            "/problems/idempotency-key-reused",
        )

    async def test_refuses_none_and_too_many(self, window: httpx.AsyncClient) -> None:
        """One to a hundred, and nothing that only one case can carry."""
        one = {"number": "YJS20261105-000001", "item": ITEM}
        for items, data in (([], {}), ([one] * 101, {}), ([one], {"reasons": ["layout-no-size"]})):
            answer = await window.post(
                BULK, json={"action": "accept", "items": items, "data": data}
            )
            assert answer.status_code == 422

    async def test_is_read_by_who_ordered_it(
        self, city: City, window: httpx.AsyncClient, opened: Open
    ) -> None:
        """Others get 404."""
        items = [{"number": (await opened())["number"], "item": ITEM}]
        made = (await window.post(BULK, json={"action": "claim", "items": items})).json()
        assert (await city.client("reviewer").get(f"{BULK}/{made['id']}")).status_code == 404
