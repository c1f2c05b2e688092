"""重新申请 over HTTP: a draft that names the older case, and an older case that names it."""

from typing import Any

import httpx

from tests.api.city import City
from tests.api.conftest import Open

CASES = "/api/v1/cases"
REASON = "属于市级权限"


async def declined(city: City, number: str) -> None:
    """Let the licence not be received."""
    data = {"reasons": [{"text": REASON}], "ground": "competence", "where": "市局"}
    path = f"{CASES}/{number}/items/shop-licence/actions"
    answer = await city.client("window").post(path, json={"action": "decline", "data": data})
    assert answer.status_code == 200, answer.text


class TestReapply:
    """POST /cases/{number}/reapplications."""

    async def test_begins_a_draft(
        self, citizen: httpx.AsyncClient, opened: Open, city: City
    ) -> None:
        """201 with the draft; both name each other; it is submitted like any other."""
        old = (await opened())["number"]
        await declined(city, old)
        before = (await citizen.get(f"{CASES}/{old}")).json()
        assert before["reappliable"] == ["shop-licence", "outdoor-sign"]  # the sign waited for it
        path = f"{CASES}/{old}/reapplications"
        answer = await citizen.post(path, json={"items": ["shop-licence"]})
        assert answer.status_code == 201, answer.text
        draft: dict[str, Any] = answer.json()
        assert answer.headers["location"] == f"{CASES}/{draft['number']}"
        assert (draft["state"], draft["reapply_of"], draft["limited_to"]) == (
            "draft",
            old,
            ["shop-licence"],
        )
        shown = (await citizen.get(f"{CASES}/{draft['number']}/draft")).json()
        assert shown["reapplies"]["number"] == old
        assert shown["reapplies"]["points"] == [REASON]
        assert [item["code"] for item in shown["guide"]["items"]] == ["shop-licence"]
        sent = await citizen.post(f"{CASES}/{draft['number']}/submit", json={})
        assert [item["item"] for item in sent.json()["items"]] == ["shop-licence"]
        older = (await citizen.get(f"{CASES}/{old}")).json()
        assert "shop-licence" not in older["reappliable"]
        assert [(each["number"], each["state"]) for each in older["reapplied"]] == [
            (draft["number"], "received")
        ]
        again = await citizen.post(path, json={"items": ["shop-licence"]})
        assert (again.status_code, draft["number"] in again.json()["detail"]) == (409, True)

    async def test_what_is_no_list_of_items(
        self, citizen: httpx.AsyncClient, opened: Open, city: City
    ) -> None:
        """422 with a pointer to it."""
        old = (await opened())["number"]
        await declined(city, old)
        for items in ([], ["pool"], "shop-licence"):
            answer = await citizen.post(f"{CASES}/{old}/reapplications", json={"items": items})
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"].startswith("/items")
