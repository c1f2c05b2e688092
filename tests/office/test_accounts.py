"""Signing in and who acts."""

from datetime import timedelta

import pytest

from service.errors import DataInvalid, NotSignedIn, TooManyAttempts
from service.office import Office
from service.store import accounts

from .conftest import MORNING

RIGHT, WRONG = "correct horse", "battery staple"


@pytest.fixture
async def clerk(office: Office) -> str:
    """The account of a clerk."""
    await office.create_account(
        "wang", RIGHT, name="王示例", kind="clerk", department="scjg", posts=["window"]
    )
    return "wang"


class TestSignIn:
    """Name and password."""

    async def test_gives_the_account(self, office: Office, clerk: str) -> None:
        """The right password opens the door."""
        account = await office.sign_in(clerk, RIGHT, MORNING)
        assert (account.kind, account.department, account.posts) == ("clerk", "scjg", ("window",))

    async def test_a_wrong_name_and_a_wrong_password_look_the_same(
        self, office: Office, clerk: str
    ) -> None:
        """Nobody learns who has an account, not from the lock either."""
        for name in (clerk, "nobody"):
            for _ in range(5):
                with pytest.raises(NotSignedIn) as refused:
                    await office.sign_in(name, WRONG, MORNING)
                assert refused.value.detail == "用户名或密码不对。"
            with pytest.raises(TooManyAttempts):
                await office.sign_in(name, RIGHT, MORNING)

    async def test_the_lock_ends_after_a_quarter_of_an_hour(
        self, office: Office, clerk: str
    ) -> None:
        """R-SEC-4: lockout after failures."""
        for _ in range(5):
            with pytest.raises(NotSignedIn):
                await office.sign_in(clerk, WRONG, MORNING)
        with pytest.raises(TooManyAttempts):
            await office.sign_in(clerk, RIGHT, MORNING + timedelta(minutes=14))
        assert (
            await office.sign_in(clerk, RIGHT, MORNING + timedelta(minutes=15))
        ).account == clerk

    async def test_a_success_forgets_earlier_failures(self, office: Office, clerk: str) -> None:
        """Five in a row, not five in a lifetime."""
        for _ in range(3):
            for _ in range(4):
                with pytest.raises(NotSignedIn):
                    await office.sign_in(clerk, WRONG, MORNING)
            await office.sign_in(clerk, RIGHT, MORNING)

    async def test_passwords_are_not_stored(self, office: Office, clerk: str) -> None:
        """What is kept is an Argon2id hash."""
        async with office.database.reading() as connection:
            row = await accounts.find(connection, clerk)
        assert row is not None
        assert row["password_hash"].startswith("$argon2id$")


class TestActor:
    """Who an account acts as."""

    async def test_has_department_and_posts(self, office: Office, clerk: str) -> None:
        """Rights come with the account."""
        actor = await office.actor(clerk)
        assert actor is not None
        assert (actor.kind, actor.department, actor.posts) == (
            "clerk",
            "scjg",
            frozenset({"window"}),
        )

    async def test_whoever_left_acts_no_more(self, office: Office, clerk: str) -> None:
        """Removed means removed."""
        await office.set_active(clerk, active=False)
        assert await office.actor(clerk) is None
        with pytest.raises(NotSignedIn):
            await office.sign_in(clerk, RIGHT, MORNING)

    async def test_unknown_names_are_nobody(self, office: Office) -> None:
        """There is no default account."""
        assert await office.actor("nobody") is None


class TestCreateAccount:
    """New accounts."""

    @pytest.mark.parametrize(
        ("account", "password", "kind"),
        [("有空 格", RIGHT, "portal"), ("ok", "short", "portal"), ("ok", RIGHT, "king")],
    )
    async def test_refuses_what_makes_no_sense(
        self, office: Office, account: str, password: str, kind: str
    ) -> None:
        """A clerk without a post, a short password, an unknown kind."""
        with pytest.raises(DataInvalid):
            await office.create_account(account, password, name="某", kind=kind)
        with pytest.raises(DataInvalid):
            await office.create_account("clerk", RIGHT, name="某", kind="clerk")
