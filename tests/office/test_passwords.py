"""Which passwords are taken."""

import pytest

from service.errors import DataInvalid
from service.office import Office
from service.office.passwords import weakness

from .conftest import MORNING

WEAK = [
    "1234567",
    "12345678",
    "password",
    "yijianshi",
    "yijianshi1",
    "aaaaaaaa",
    "qwertyui",
    "1qaz2wsx",
    "P@ssw0rd",
    "Aa123456",
    "admin888",
    "abcdefgh",
    "iloveyou",
    "20261105",
    "wang.scjg2026",
    "--WANG.SCJG--",
    "x" * 201,
]


class TestWeakness:
    """R-SEC-4: at least eight, not common, not the account."""

    @pytest.mark.parametrize("password", WEAK)
    async def test_refuses(self, password: str) -> None:
        """Each with what to do about it."""
        assert await weakness(password, "wang.scjg", "王示例")

    @pytest.mark.parametrize(
        "password",
        [
            "correct horse",
            "a-good-password",
            "窗外的青山 2026",
            "v7#kQ9!z",
            "ruhig blau fenster wolke tasse berg " * 5,
        ],
    )
    async def test_takes(self, password: str) -> None:
        """Long ones of plain words, short ones of chance, Chinese ones."""
        assert await weakness(password, "wang.scjg", "王示例") == ""

    async def test_short_accounts_may_stand_in_it(self) -> None:
        """Two letters stand in too many words."""
        assert await weakness("a lion in winter", "li") == ""


class TestChange:
    """改密码."""

    RIGHT, NEW = "correct horse", "窗外的青山 2026"

    async def test_lets_in_with_the_new_one_only(self, office: Office) -> None:
        """By oneself, with the present one."""
        account = await office.create_account("wang", self.RIGHT, name="王", kind="supervisor")
        token = await office.open_session(account, MORNING)
        actor = await office.actor("wang")
        assert actor is not None
        changed = await office.change_password(actor, self.RIGHT, self.NEW, MORNING)
        assert changed.token_generation == account.token_generation + 1
        assert await office.session(token, MORNING) is None
        assert (await office.sign_in("wang", self.NEW, MORNING)).account == "wang"

    @pytest.mark.parametrize(
        ("present", "new", "pointer"),
        [
            ("wrong horse", NEW, "/present"),
            (RIGHT, RIGHT, "/new"),
            (RIGHT, "12345678", "/new"),
            (RIGHT, "my-wang-2026", "/new"),
        ],
    )
    async def test_refuses(self, office: Office, present: str, new: str, pointer: str) -> None:
        """A wrong present one, the same again, a weak one; nothing has changed then."""
        await office.create_account("wang", self.RIGHT, name="王", kind="supervisor")
        actor = await office.actor("wang")
        assert actor is not None
        with pytest.raises(DataInvalid) as refused:
            await office.change_password(actor, present, new, MORNING)
        assert refused.value.facts["errors"][0]["pointer"] == pointer
        assert (await office.sign_in("wang", self.RIGHT, MORNING)).account == "wang"

    async def test_is_counted_as_signing_in(self, office: Office) -> None:
        """Who finds a browser open does not try the password for ever."""
        await office.create_account("wang", self.RIGHT, name="王", kind="supervisor")
        actor = await office.actor("wang")
        assert actor is not None
        for _ in range(5):
            with pytest.raises(DataInvalid):
                await office.change_password(actor, "wrong horse", self.NEW, MORNING)
        with pytest.raises(Exception, match="15 分钟"):
            await office.change_password(actor, self.RIGHT, self.NEW, MORNING)
