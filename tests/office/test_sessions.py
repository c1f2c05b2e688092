"""Sessions of browsers: how long they last, and what ends them."""

from datetime import timedelta

import pytest

from service.errors import DataInvalid, NotFound
from service.office import Office
from service.office.accounts import actor_of
from service.office.sessions import IDLE, LIFE
from service.store import sessions
from service.store.statements import table
from service.workflows.case import Actor

from .conftest import MORNING

RIGHT = "correct horse"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def token(office: Office) -> str:
    """The token of a clerk's browser."""
    account = await office.create_account(
        "wang", RIGHT, name="王示例", kind="clerk", department="scjg", posts=["window"]
    )
    return await office.open_session(account, MORNING)


class TestSession:
    """Who is signed in."""

    async def test_acts_as_the_account(self, office: Office, token: str) -> None:
        """With its posts, and a secret for its forms."""
        found = await office.session(token, MORNING)
        assert found is not None
        assert (found.actor.account, found.actor.posts) == ("wang", {"window"})
        assert len(found.csrf) >= 40

    async def test_ends_by_idleness(self, office: Office, token: str) -> None:
        """Half an hour without a request; each request gives another half hour."""
        assert await office.session(token, MORNING + IDLE - MINUTE)
        assert await office.session(token, MORNING + 2 * IDLE - 2 * MINUTE)
        assert await office.session(token, MORNING + 3 * IDLE) is None

    async def test_ends_after_twelve_hours_whatever_is_done(
        self, office: Office, token: str
    ) -> None:
        """A browser that never rests is signed out all the same."""
        at = MORNING
        while at < MORNING + LIFE:
            assert await office.session(token, at)
            at += IDLE - MINUTE
        assert await office.session(token, MORNING + LIFE) is None

    async def test_ends_with_the_account(self, office: Office, token: str) -> None:
        """Kept out means out now; being let in again does not bring the browser back."""
        await office.set_active("wang", active=False)
        assert await office.session(token, MORNING) is None
        await office.set_active("wang", active=True)
        assert await office.session(token, MORNING) is None

    async def test_ends_with_the_password(self, office: Office, token: str) -> None:
        """Whoever knew the old one is out."""
        await office.create_account(
            "wang",
            "another horse",
            name="王示例",
            kind="clerk",
            department="scjg",
            posts=["window"],
        )
        assert await office.session(token, MORNING) is None

    async def test_ends_by_signing_out(self, office: Office, token: str) -> None:
        """One browser ends, the other stays."""
        other = await office.open_session(await office.sign_in("wang", RIGHT, MORNING), MORNING)
        await office.close_session(token)
        assert await office.session(token, MORNING) is None
        assert await office.session(other, MORNING)


class TestSignIns:
    """What everybody sees of the own sessions (ASVS 7.5.2)."""

    async def test_are_listed_and_one_is_ended(self, office: Office, token: str) -> None:
        """With the password once more, and no other than the one that is named."""
        account = await office.sign_in("wang", RIGHT, MORNING)
        other = await office.open_session(account, MORNING + MINUTE, "192.0.2.7")
        wang = actor_of(account)
        listed = await office.sign_ins(wang, MORNING + MINUTE, token)
        assert [(one.address, one.here) for one in listed] == [("192.0.2.7", False), ("", True)]
        assert not any(one.id in token or one.id in other for one in listed)
        for id_, password, refusal in (
            (listed[0].id, "wrong", DataInvalid),
            (listed[0].id[:19], RIGHT, NotFound),
            ("", RIGHT, NotFound),
            ("%" * 20, RIGHT, NotFound),
        ):
            with pytest.raises(refusal):
                await office.end_sign_in(wang, id_, password, MORNING + MINUTE)
        assert len(await office.sign_ins(wang, MORNING + MINUTE)) == 2
        await office.end_sign_in(wang, listed[0].id, RIGHT, MORNING + MINUTE)
        assert await office.session(other, MORNING + MINUTE) is None
        assert await office.session(token, MORNING + MINUTE)

    async def test_are_nobody_elses(self, office: Office, token: str) -> None:
        """Another account neither sees nor ends them; what has ended by idleness is not listed."""
        account = await office.create_account("li", RIGHT, name="李示例", kind="applicant")
        li, wang = actor_of(account), Actor("wang", "clerk", "scjg", frozenset({"window"}))
        assert await office.sign_ins(li, MORNING) == []
        (one,) = await office.sign_ins(wang, MORNING)
        with pytest.raises(NotFound):
            await office.end_sign_in(li, one.id, RIGHT, MORNING)
        assert await office.session(token, MORNING)
        assert await office.sign_ins(wang, MORNING + IDLE) == []


class TestWhatIsKept:
    """The table."""

    async def test_the_token_itself_is_not(self, office: Office, token: str) -> None:
        """Whoever reads the database cannot sign in with what he finds there."""
        async with office.database.reading() as connection:
            (row,) = await connection.rows(table("sessions").select())
        assert token not in str(row)

    async def test_a_request_is_noted_once_a_minute(self, office: Office, token: str) -> None:
        """Looking at pages does not write at each of them."""
        digest = await self.only_digest(office)
        for seconds, noted in ((30, 0), (59, 0), (60, 60), (90, 60)):
            await office.session(token, MORNING + timedelta(seconds=seconds))
            async with office.database.reading() as connection:
                row = await sessions.find(connection, digest)
            assert row is not None
            assert row["seen_at"] == MORNING + timedelta(seconds=noted)

    async def test_what_has_ended_is_forgotten(self, office: Office, token: str) -> None:
        """At the next sign-in of anybody."""
        later = MORNING + LIFE
        await office.open_session(await office.sign_in("wang", RIGHT, later), later)
        async with office.database.reading() as connection:
            assert len(await connection.rows(table("sessions").select())) == 1

    @staticmethod
    async def only_digest(office: Office) -> str:
        async with office.database.reading() as connection:
            (row,) = await connection.rows(table("sessions").select())
        return str(row["token_sha256"])
