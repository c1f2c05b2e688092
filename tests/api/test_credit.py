"""信用 over HTTP: a false promise, what it bars, its repair, and what everybody may read of it."""

from typing import Any

import httpx

from service.verify import verify

from .city import APPLICATION, CITIZEN_ID, City

WISH = {**APPLICATION, "handling": {"outdoor-sign": "commitment"}}
CLASS = {"grade": "C", "since_on": "2026-10-08", "source": "市企业信用风险分类结果"}


async def act(client: httpx.AsyncClient, number: str, item: str, action: str, **data: Any) -> dict[str, Any]:
    """Take one action on an item and return the answer."""
    said = await client.post(f"/api/v1/cases/{number}/items/{item}/actions", json={"action": action, "data": data})
    assert said.status_code == 200, said.text
    found: dict[str, Any] = said.json()
    return found


async def promised(city: City) -> dict[str, Any]:
    """Let the citizen promise for the sign, and the licence that comes before it be handed out."""
    citizen = city.client("citizen")
    file = (await citizen.post("/api/v1/files", files={"file": ("a.pdf", b"%PDF-1.7")})).json()["id"]
    said = await citizen.post("/api/v1/cases", json={**WISH, "materials": [{"material": "layout", "file": file}]})
    assert said.status_code == 201, said.text
    number = said.json()["number"]
    await act(city.client("window"), number, "shop-licence", "accept")
    await act(city.client("reviewer"), number, "shop-licence", "propose", opinion="符合。")
    await act(city.client("approver"), number, "shop-licence", "grant", opinion="同意。")
    await act(city.client("window"), number, "shop-licence", "issue")
    found = (await citizen.get(f"/api/v1/cases/{number}")).json()
    return next(i for i in found["items"] if i["item"] == "outdoor-sign") | {"number": number}


async def false_promise(city: City) -> str:
    """Promise, get the sign granted, and be found false; return the number of the case."""
    number = str((await promised(city))["number"])
    await act(city.client("sign-approver"), number, "outdoor-sign", "grant_by_commitment")
    await act(city.client("window"), number, "outdoor-sign", "issue")
    check = "outdoor-sign.follow-up"
    reasons = [{"text": "招牌比承诺的大一倍。"}]
    await act(city.client("sign-clerk"), number, check, "find_false", reasons=reasons, severity="minor")
    return number


class TestRepair:
    async def test_the_ordinary_way_until_repaired(self, city: City) -> None:
        """S-15: unrepaired, the ordinary path with the reason and its source; repaired, the next day's promise passes."""
        number, citizen = await false_promise(city), city.client("citizen")
        record = (await citizen.get("/api/v1/credits")).json()["items"][0]
        assert (record["case"], record["kind_title"], record["severity"], record["excluded"]) == (
            number, "虚假承诺", "minor", True,
        )  # fmt: skip
        barred = await promised(city)
        assert (barred["state"], barred["handling"]) == ("received", "ordinary")
        assert f"办件 {number}" in barred["note"]

        proof = {"document": "招牌已按承诺的尺寸更换的照片", "pledge": True}
        await act(citizen, number, record["repair"], "apply_repair", **proof)
        await act(city.client("sign-approver"), number, record["repair"], "grant_repair", opinion="已经改正。")
        city.clock.forward(days=1)
        assert (await promised(city))["state"] == "pledged"
        record = (await citizen.get("/api/v1/credits")).json()["items"][0]
        assert (record["excluded"], record["repaired_on"]) == (False, "2026-11-05")
        report = await verify(city.office.database, now=city.clock())
        assert report.clean, report.lines()


class TestClasses:
    async def test_on_a_serious_list(self, city: City) -> None:
        """An entry on a list of serious bad credit bars the promise, with its source (R-NCP-3)."""
        place = f"/api/v1/credit-classes/{CITIZEN_ID}"
        said = await city.client("supervisor").put(place, json={**CLASS, "grade": "D", "serious": True})
        assert said.status_code == 200
        barred = await promised(city)
        assert barred["handling"] == "ordinary"
        assert CLASS["source"] in barred["note"]

    async def test_the_newest_counts(self, city: City) -> None:
        """A later word stands for the earlier; the draw knows the class (R-SUP-2)."""
        place, supervisor = f"/api/v1/credit-classes/{CITIZEN_ID}", city.client("supervisor")
        await supervisor.put(place, json={**CLASS, "since_on": "2026-09-01", "serious": True})
        await supervisor.put(place, json=CLASS)
        found = (await supervisor.get(place)).json()["items"]
        assert [(each["since_on"], each["grade"]) for each in found] == [("2026-10-08", "C"), ("2026-09-01", "C")]
        assert (await promised(city))["state"] == "pledged"

    async def test_no_day_to_come(self, city: City) -> None:
        """A class counts from a day that has come."""
        place = f"/api/v1/credit-classes/{CITIZEN_ID}"
        for day in ("2026-11-06", "2026-02-30"):
            said = await city.client("admin").put(place, json={**CLASS, "since_on": day})
            assert said.status_code == 422


class TestPublished:
    async def test_everybody_may_read(self, city: City) -> None:
        """Item, date, text and result are public; a sole trader's name is masked (R-NCP-4, R-SUP-1)."""
        assert (await city.client().get("/api/v1/commitments")).json()["items"] == []
        await false_promise(city)
        page = (await city.client().get("/api/v1/commitments", params={"limit": 1})).json()
        shown = page["items"][0]
        assert (shown["item"], shown["granted_on"], shown["text"], shown["result"], shown["revoked"]) == (
            "outdoor-sign", "2026-11-05", "sign-v1", "虚假承诺", False,
        )  # fmt: skip
        assert shown["applicant_name"] == "张**店"
        assert page["next"] is None

    async def test_pages(self, city: City) -> None:
        """One after the other, none twice."""
        for _ in range(3):
            number = str((await promised(city))["number"])
            await act(city.client("sign-approver"), number, "outdoor-sign", "grant_by_commitment")
            city.clock.forward(days=1)
        seen: list[str] = []
        params: dict[str, str] | None = {"limit": "1"}
        while params:
            page = (await city.client().get("/api/v1/commitments", params=params)).json()
            seen += [each["granted_on"] for each in page["items"]]
            params = {"limit": "1", "cursor": page["next"]} if page["next"] else None
        assert len(seen) == 3
        assert seen == sorted(seen, reverse=True)


class TestTrace:
    async def test_of_a_grant_on_a_promise(self, city: City) -> None:
        """Why it was granted at once stands in the record: conditions, credit, papers, and the other way (R-SEC-2)."""
        number = str((await promised(city))["number"])
        await act(city.client("sign-approver"), number, "outdoor-sign", "grant_by_commitment")
        events = (await city.client("supervisor").get(f"/api/v1/cases/{number}/events")).json()["items"]
        told = next(each for each in events if each["action"] == "grant_by_commitment")["data"]
        assert [rule["rule"] for rule in told["rules"]] == ["eligible", "credit", "materials"]
        assert told["rules"][1]["source"] == "本系统信用记录"
