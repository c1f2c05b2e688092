"""The security log: what stands in it, who reads it, what can never be done to it (R-SEC-3)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, text, update

from service.office.security import Entry, Noted, note
from service.store import security
from service.store.database import Database
from service.store.security import Looked
from service.store.statements import table
from tests.api.city import APPLICATION, MORNING, PASSWORD, City
from tests.api.conftest import Open
from tests.api.pages.browser import Browser
from tests.office.test_second_factor import code

PATH = "/api/v1/security-log"
OLD = datetime(2020, 2, 3, 4, 5, 6, 789_012, tzinfo=UTC)


async def log(city: City, **narrowed: str) -> list[dict[str, Any]]:
    """Read the log as supervision does, the newest first."""
    answer = await city.client("supervisor").get(PATH, params=narrowed)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


class TestNoted:
    """What stands in it."""

    async def test_who_read_which_case_and_why(self, city: City, opened: Open) -> None:
        """Once an hour for each person and case; the applicant's own reading is nobody's business."""
        number = (await opened())["number"]
        path = f"/api/v1/cases/{number}"
        for who in ("citizen", "window", "window", "sign-clerk", "supervisor"):
            assert (await city.client(who).get(path)).status_code == 200
        read = await log(city, case=number, fact="read_case")
        assert [(line["account"], line["detail"]) for line in read[::-1]] == [
            ("window", "post_task"),
            ("sign-clerk", "open_case"),
            ("supervisor", "supervisor"),
        ]
        city.clock.at += timedelta(hours=1)
        await city.client("window").get(path)
        assert len(await log(city, case=number, fact="read_case", account="window")) == 2

    async def test_files_and_papers(self, city: City, opened: Open) -> None:
        """Each by itself."""
        client = city.client("citizen")
        kept = await client.post("/api/v1/files", files={"file": ("a.pdf", b"%PDF-1.7")})
        file = kept.json()["id"]
        number = (await opened(materials=[{"material": "layout", "file": file}]))["number"]
        for path in (f"files/{file}", "notices/1.html"):
            assert (await city.client("window").get(f"/api/v1/cases/{number}/{path}")).is_success
        found = {(line["fact"], line["part"]) for line in await log(city, account="window")}
        assert found >= {("read_file", file), ("read_paper", "1")}

    async def test_refusals(self, city: City, opened: Open) -> None:
        """Whoever tries another's case, or one there is not; the address and the request are told."""
        number = (await opened())["number"]
        for case in (number, "YJS20260101-999999"):
            client = city.client("stranger", **{"x-request-id": "asked-for-this"})
            assert (await client.get(f"/api/v1/cases/{case}")).status_code == 404
        assert (await city.client("citizen").get("/api/v1/tasks")).status_code == 403
        refused = await log(city, fact="refused")
        assert [(each["account"], each["about"], each["detail"]) for each in refused] == [
            ("citizen", "", "not-permitted"),
            ("stranger", "YJS20260101-999999", "not-found"),
            ("stranger", number, "not-found"),
        ]
        assert {(each["request"], each["address"]) for each in refused[1:]} == {
            ("asked-for-this", "127.0.0.1")
        }

    async def test_signing_in(self, city: City) -> None:
        """By both doors; a name that is no account's is not kept: it may be a password."""
        anybody = city.client()
        for name, password in (("window", PASSWORD), ("window", "wrong"), ("my-pass-word", "x")):
            body = {"username": name, "password": password}
            await anybody.post("/api/v1/tokens", json=body)
        browser = Browser(city)
        await browser.sign_in("citizen")
        told = [(line["fact"], line["account"], line["detail"]) for line in await log(city)]
        assert [line for line in told[::-1] if "sign" in line[0]] == [
            ("signed_in", "window", "token"),
            ("sign_in_failed", "window", "token"),
            ("sign_in_failed", "", "token"),
            ("signed_in", "citizen", "browser"),
        ]

    async def test_rights_and_rules(self, city: City) -> None:
        """In the transaction that changes them: account, publication."""
        await city.office.set_active("portal", active=False)
        facts = {(line["fact"], line["about"]) for line in await log(city)}
        assert {("account_closed", "portal"), ("account_set", "window")} <= facts
        assert ("published", "open-shop") in facts

    async def test_how_one_signs_in(self, city: City) -> None:
        """What is changed about the own account: its password, its second factor, all its sessions."""
        actor = await city.office.actor("window")
        assert actor is not None
        now, office = city.clock(), city.office
        begun = await office.begin_second_factor(actor, PASSWORD, now)
        await office.confirm_second_factor(actor, begun.sealed, code(begun.secret, now), now)
        await office.reset_second_factor("window")
        await office.change_password(actor, PASSWORD, "orchid-mail-shelf-27", now)
        await office.sign_out_everywhere("window")
        facts = [line["fact"] for line in await log(city, account="window")]
        assert facts[:4] == [
            "signed_out",
            "password_changed",
            "second_factor_reset",
            "second_factor_set",
        ]

    async def test_its_own_reading(self, city: City) -> None:
        """Whoever watches is watched."""
        await log(city, case="YJS20260101-000001")
        assert ("read_log", "supervisor") in {(e["fact"], e["account"]) for e in await log(city)}

    async def test_no_personal_data(self, city: City, opened: Open) -> None:
        """Neither names nor numbers of people stand in it, whatever was done (F-51)."""
        number = (await opened())["number"]
        await city.client("window").get(f"/api/v1/cases/{number}")
        await city.client("window").get("/api/v1/cases", params={"text": "张三"})
        await log(city)
        async with city.office.database.reading() as connection:
            rows = await connection.rows(table("security_log").select())
        told = str(rows)
        for secret in (APPLICATION["applicant"]["name"], APPLICATION["applicant"]["id"], "张三"):
            assert secret not in told

    async def test_pages(self, city: City, opened: Open) -> None:
        """It is read page by page, and narrowed by day."""
        number = (await opened())["number"]
        for who in ("window", "sign-clerk", "supervisor"):
            await city.client(who).get(f"/api/v1/cases/{number}")
        client, found, cursor = city.client("supervisor"), [], ""
        while True:
            answer = await client.get(PATH, params={"case": number, "limit": 1, "cursor": cursor})
            found += answer.json()["items"]
            cursor = answer.json()["next"] or ""
            if not cursor:
                break
        assert found == await log(city, case=number)
        assert not await log(city, case=number, until="2026-11-04")
        assert len(await log(city, case=number, since="2026-11-05", until="2026-11-05")) == len(
            found
        )
        for extreme in ("0001-01-01", "9999-12-31"):
            await log(city, since=extreme)
            await log(city, until=extreme)


class TestPage:
    """`/watch/security`."""

    async def test_shows_what_is_asked_for(self, city: City, opened: Open) -> None:
        """What an address cannot mean narrows nothing; a marker of somebody else's is said."""
        number = (await opened())["number"]
        await city.client("window").get(f"/api/v1/cases/{number}")
        browser = Browser(city)
        await browser.sign_in("supervisor")
        shown = await browser.http.get("/watch/security", params={"case": number})
        assert shown.status_code == 200
        assert "本岗位的待办" in shown.text
        odd = {"account": "' OR", "fact": "x", "since": "昨天", "case": "..", "cursor": "AAAA"}
        assert (await browser.http.get("/watch/security", params=odd)).status_code == 422


class TestWriting:
    """Collecting, and what happens when it cannot be written."""

    async def test_a_batch_may_be_written_again(self, database: Database) -> None:
        """After an answer that did not come nobody knows whether it is there: again changes nothing."""
        noted = Noted()
        noted.later(Entry(fact="signed_in", at=MORNING, account="a"))
        rows = list(noted._waiting)
        assert await noted.write(database) == 1
        noted._waiting.extend(rows)
        assert await noted.write(database) == 1
        async with database.reading() as connection:
            assert len((await security.listed(connection, Looked(), limit=9)).rows) == 1

    async def test_what_is_seen_while_it_is_written_waits(self, database: Database) -> None:
        """Nothing is lost between two batches, and two writers write nothing twice."""
        noted = Noted()
        for n in range(1_200):
            noted.later(Entry(fact="signed_in", at=MORNING, account=f"a{n}"))
        await asyncio.gather(noted.write(database), noted.write(database))
        async with database.reading() as connection:
            row = await connection.row(text("SELECT count(*) AS n FROM security_log"))
        assert row == {"n": 1_200}

    async def test_too_much_is_counted_not_kept(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, database: Database
    ) -> None:
        """A flood fills neither the memory nor the log unsaid."""
        monkeypatch.setattr("service.office.security.MOST_WAITING", 3)
        noted = Noted()
        for n in range(5):
            noted.later(Entry(fact="signed_in", at=MORNING, account=f"a{n}"))
        assert await noted.write(database) == 3
        assert '"rows": 2' in caplog.text


class TestAppendOnly:
    """The database itself refuses."""

    @pytest.mark.parametrize("at", [MORNING, datetime(2099, 1, 1, tzinfo=UTC)])
    async def test_nothing_is_changed_or_removed(self, database: Database, at: datetime) -> None:
        """Six months long, whatever the settings say."""
        async with database.transaction() as tx:
            await note(tx, Entry(fact="signed_in", at=at, account="a"))
        for statement in (
            update(table("security_log")).values(account="b"),
            delete(table("security_log")),
        ):
            with pytest.raises(Exception, match="append-only"):
                async with database.transaction() as tx:
                    await tx.change(statement)
        if database.postgres:
            with pytest.raises(Exception, match="append-only"):
                async with database.transaction() as tx:
                    await tx.change(text("TRUNCATE security_log"))

    async def test_the_term(self, database: Database) -> None:
        """What is over its term goes, the oldest first and some at a time; what is not stays."""
        async with database.transaction() as tx:
            entries = [Entry(fact="signed_in", at=OLD + timedelta(days=n)) for n in range(4)]
            await note(tx, *entries)
            assert await security.purge(tx, OLD + timedelta(days=3), most=2) == 2
            assert await security.purge(tx, OLD + timedelta(days=3), most=2) == 1
            assert await security.purge(tx, OLD + timedelta(days=3), most=2) == 0


async def test_the_term_is_kept_by_the_worker(city: City) -> None:
    """Once an hour."""
    async with city.office.database.transaction() as tx:
        await note(tx, Entry(fact="signed_in", at=OLD, account="long-gone"))
    assert await city.office.purge_security_log(MORNING) == 1
    async with city.office.database.transaction() as tx:
        await note(tx, Entry(fact="signed_in", at=OLD, account="long-gone"))
    assert await city.office.purge_security_log(MORNING + timedelta(minutes=59)) == 0
    assert await city.office.purge_security_log(MORNING + timedelta(minutes=60)) == 1
