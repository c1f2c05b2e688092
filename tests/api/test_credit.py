"""信用 over HTTP: a false promise, what it bars, its repair, and what everybody may read of it."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from service.store.statements import table
from service.verify import verify
from tests.checked import seen
from tests.conftest import NATIONAL

from .city import APPLICATION, CITIZEN_ID, PASSWORD, PEOPLE, City

WISH = {**APPLICATION, "handling": {"outdoor-sign": "commitment"}}
PLACE = f"/api/v1/credit-classes/{CITIZEN_ID}"
CLASS = {"grade": "C", "since_on": "2026-10-08", "source": "市企业信用风险分类结果"}


async def act(
    client: httpx.AsyncClient, number: str, item: str, action: str, **data: Any
) -> dict[str, Any]:
    """Take one action on an item and return the answer."""
    said = await client.post(
        f"/api/v1/cases/{number}/items/{item}/actions", json={"action": action, "data": data}
    )
    assert said.status_code == 200, said.text
    found: dict[str, Any] = said.json()
    return found


async def promised(city: City) -> dict[str, Any]:
    """Let the citizen promise for the sign, and the licence that comes before it be handed out."""
    citizen = city.client("citizen")
    file = (await citizen.post("/api/v1/files", files={"file": ("a.pdf", b"%PDF-1.7")})).json()[
        "id"
    ]
    said = await citizen.post(
        "/api/v1/cases", json={**WISH, "materials": [{"material": "layout", "file": file}]}
    )
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
    checked = seen(city.clock(), "sign-clerk", "sign-colleague", bad="招牌大一倍")
    await act(
        city.client("sign-clerk"),
        number,
        check,
        "find_false",
        **checked,
        reasons=reasons,
        severity="minor",
    )
    return number


class TestRepair:
    async def test_the_ordinary_way_until_repaired(self, city: City) -> None:
        """S-15: unrepaired, the ordinary path with the reason and its source; repaired, the next day's promise passes."""
        number, citizen = await false_promise(city), city.client("citizen")
        record = (await citizen.get("/api/v1/credits")).json()["items"][0]
        assert (record["case"], record["kind_title"], record["severity"], record["excluded"]) == (
            number,
            "虚假承诺",
            "minor",
            True,
        )
        barred = await promised(city)
        assert (barred["state"], barred["handling"]) == ("received", "ordinary")
        assert f"办件 {number}" in barred["note"]

        proof = {"document": "招牌已按承诺的尺寸更换的照片", "pledge": True}
        await act(citizen, number, record["repair"], "apply_repair", **proof)
        await act(
            city.client("sign-colleague"),
            number,
            record["repair"],
            "propose_repair",
            opinion="照片相符。",
        )
        await act(
            city.client("sign-approver"),
            number,
            record["repair"],
            "grant_repair",
            opinion="已经改正。",
        )
        city.clock.forward(days=1)
        assert (await promised(city))["state"] == "pledged"
        record = (await citizen.get("/api/v1/credits")).json()["items"][0]
        assert (record["excluded"], record["repaired_on"]) == (False, "2026-11-05")
        report = await verify(city.office.database, now=city.clock(), notices=NATIONAL)
        assert report.clean, report.lines()


async def proposed(city: City, facts: dict[str, Any], by: str = "supervisor") -> str:
    """Propose a class of the citizen's credit; return the number of the entry."""
    said = await city.client(by).put(PLACE, json=facts)
    assert said.status_code == 200, said.text
    return str(next(e for e in said.json()["items"] if not e["confirmed_at"])["id"])


async def confirmed(city: City, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Propose a class and have it confirmed by another person; return the history."""
    entry = await proposed(city, facts)
    said = await city.client("admin").post(f"{PLACE}/{entry}/confirm")
    assert said.status_code == 200, said.text
    return list(said.json()["items"])


class TestClasses:
    """PUT /credit-classes/{subject}, POST /credit-classes/{subject}/{entry}/confirm."""

    async def test_on_a_serious_list(self, city: City) -> None:
        """An entry on a list of serious bad credit bars the promise, with its source (R-NCP-3)."""
        await confirmed(city, {**CLASS, "grade": "D", "serious": True})
        barred = await promised(city)
        assert barred["handling"] == "ordinary"
        assert CLASS["source"] in barred["note"]

    async def test_one_person_alone_changes_nothing(self, city: City) -> None:
        """What is proposed does not count, and who proposed it cannot confirm it, with no account of his."""
        entry = await proposed(city, {**CLASS, "grade": "D", "serious": True})
        again = {
            "name": "冯察",
            "kind": "admin",
            "subject": PEOPLE["supervisor"]["subject"].lower(),
        }
        await city.office.create_account("same", PASSWORD, **again)
        await city.office.create_account("who", PASSWORD, name="谁", kind="supervisor")
        for account in ("supervisor", "same", "who"):
            said = await city.client(account).post(f"{PLACE}/{entry}/confirm")
            assert (said.status_code, said.json()["type"]) == (409, "/problems/action-not-allowed")
        for account in ("window", "citizen", "portal"):
            assert (await city.client(account).post(f"{PLACE}/{entry}/confirm")).status_code == 403
        assert (await promised(city))["state"] == "pledged"

    async def test_the_newest_counts_and_nothing_is_lost(self, city: City) -> None:
        """A later word stands for the earlier, also for the same day; both names and times stay on record (R-SUP-2)."""
        await confirmed(city, {**CLASS, "since_on": "2026-09-01", "serious": True})
        await confirmed(city, {**CLASS, "grade": "D", "serious": True})
        city.clock.forward(minutes=1)
        found = await confirmed(city, CLASS)
        assert [
            (e["since_on"], e["grade"], e["set_by"], e["confirmed_by"], e["in_force"])
            for e in found
        ] == [
            ("2026-10-08", "C", "supervisor", "admin", True),
            ("2026-10-08", "D", "supervisor", "admin", False),
            ("2026-09-01", "C", "supervisor", "admin", False),
        ]
        assert (await promised(city))["state"] == "pledged"
        report = await verify(city.office.database, now=city.clock(), notices=NATIONAL)
        assert report.clean, report.lines()

    async def test_once_is_enough(self, city: City) -> None:
        """The same proposal again is no second one; a confirmation again is refused, also of two at once."""
        entry = await proposed(city, CLASS)
        assert await proposed(city, CLASS) == entry
        admin = city.client("admin")
        both = await asyncio.gather(*(admin.post(f"{PLACE}/{entry}/confirm") for _ in "12"))
        assert sorted(each.status_code for each in both) == [200, 409]
        assert (await admin.post(f"{PLACE}/{'0' * 32}/confirm")).status_code == 404

    async def test_one_reads_ones_own(self, city: City) -> None:
        """What counts and counted, without who wrote it; nobody else's."""
        await confirmed(city, CLASS)
        await proposed(city, {**CLASS, "grade": "D"})
        own = (await city.client("citizen").get(PLACE)).json()["items"]
        assert [(e["grade"], e["source"], e["set_by"], e["confirmed_by"]) for e in own] == [
            ("C", CLASS["source"], "", "")
        ]
        assert (await city.client("stranger").get(PLACE)).status_code == 403

    async def test_no_program_changes_an_entry(self, city: City) -> None:
        """Append-only, which the database enforces."""
        await confirmed(city, CLASS)
        for statement in (
            update(table("credit_entries")).values(grade="A"),
            delete(table("credit_entries")),
        ):
            with pytest.raises(DBAPIError, match="append-only"):
                async with city.office.database.transaction() as tx:
                    await tx.change(statement)

    async def test_the_oracle_sees_a_class_nobody_said(self, city: City) -> None:
        """A class that differs from its entries, and a confirmation by the same person."""
        await confirmed(city, CLASS)
        async with city.office.database.transaction() as tx:
            await tx.change(update(table("credit_classes")).values(grade="A"))
        report = await verify(city.office.database, now=city.clock(), notices=NATIONAL)
        assert ["信用分类与登记、复核的不符" in str(each) for each in report.findings] == [True]
        async with city.office.database.transaction() as tx:
            await tx.change(update(table("credit_classes")).values(grade="C"))
            subject = PEOPLE["supervisor"]["subject"]
            accounts = table("accounts")
            await tx.change(
                update(accounts).where(accounts.c.account == "admin").values(subject=subject)
            )
        report = await verify(city.office.database, now=city.clock(), notices=NATIONAL)
        assert ["登记和复核是同一个人" in str(each) for each in report.findings] == [True]

    async def test_no_day_to_come(self, city: City) -> None:
        """A class counts from a day that has come."""
        for day in ("2026-11-06", "2026-02-30"):
            said = await city.client("admin").put(PLACE, json={**CLASS, "since_on": day})
            assert said.status_code == 422


class TestPublished:
    async def test_everybody_may_read(self, city: City) -> None:
        """Item, date, text and result are public; a sole trader's name is masked (R-NCP-4, R-SUP-1)."""
        assert (await city.client().get("/api/v1/commitments")).json()["items"] == []
        await false_promise(city)
        page = (await city.client().get("/api/v1/commitments", params={"limit": 1})).json()
        shown = page["items"][0]
        assert (
            shown["item"],
            shown["granted_on"],
            shown["text"],
            shown["result"],
            shown["revoked"],
        ) == ("outdoor-sign", "2026-11-05", "sign-v1", "虚假承诺", False)
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
        events = (await city.client("supervisor").get(f"/api/v1/cases/{number}/events")).json()[
            "items"
        ]
        told = next(each for each in events if each["action"] == "grant_by_commitment")["data"]
        assert [rule["rule"] for rule in told["rules"]] == ["eligible", "credit", "materials"]
        assert told["rules"][1]["source"] == "本系统信用记录"
