"""注册: a person and a company, confirmed by a register; what it does not confirm, and what it does not say."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.commands.sample_people import SUN, SUNS, SampleRegister
from service.errors import ActionNotAllowed, DataInvalid, NotPermitted, TooManyAttempts
from service.office import Office, Registration
from service.office.verification import Confirmed, HttpVerification, PersonAsked
from service.store.database import Database
from service.store.files import Folder

from .outside import Platform

MONDAY = datetime(2026, 9, 14, 1, 30, 0, 417_389, tzinfo=UTC)
PASSWORD = "several unlikely words"
SUNS_OWN = PersonAsked(SUN.name, SUN.document, SUN.number, SUN.phone)


def asks(**changes: Any) -> Registration:
    """Return what 孙建平 gives."""
    told = {"name": SUN.name, "number": SUN.number, "phone": SUN.phone}
    return Registration(account="sun", password=PASSWORD, **{**told, **changes})


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> Office:
    """An office that asks the registers of the sample city."""
    return Office(
        database,
        Folder(tmp_path / "files", reserve=0),
        cheap_passwords=True,
        verification=SampleRegister(),
    )


class TestPerson:
    """`register`."""

    async def test_who_is_confirmed_signs_in(self, office: Office) -> None:
        """With the name that the register has."""
        made = await office.register(asks(), MONDAY)
        assert (made.kind, made.subject, made.name) == ("applicant", SUN.number, SUN.name)
        assert (await office.sign_in("sun", PASSWORD, MONDAY)).account == "sun"
        (own,) = await office.identities("sun", MONDAY)
        assert (own.kind, own.name) == ("individual", SUN.name)

    @pytest.mark.parametrize(
        ("wrong", "where"),
        [
            ({"phone": "19900009999"}, "/number"),
            ({"name": "孙健平"}, "/number"),
            ({"number": SUNS.number}, "/number"),
            ({"document": "uscc"}, "/document"),
            ({"password": "12345678"}, "/password"),
            ({"account": "SUN!"}, "/account"),
        ],
    )
    async def test_who_is_not_gets_nothing(
        self, office: Office, wrong: dict[str, Any], where: str
    ) -> None:
        """Said at its place; no account, no subject."""
        with pytest.raises(DataInvalid) as refused:
            await office.register(Registration(**{**vars_of(asks()), **wrong}), MONDAY)
        assert refused.value.facts["errors"][0]["pointer"] == where
        assert await office.account("sun") is None

    async def test_nobody_takes_an_account_that_is_there(self, office: Office) -> None:
        """Not even its holder: the password stays what it was."""
        await office.register(asks(), MONDAY)
        with pytest.raises(DataInvalid):
            await office.register(
                Registration(**{**vars_of(asks()), "password": "other unlikely words"}), MONDAY
            )
        assert await office.sign_in("sun", PASSWORD, MONDAY)

    async def test_guesses_are_counted(self, office: Office) -> None:
        """Whoever tries telephone numbers is stopped, as one who tries passwords."""
        for n in range(5):
            with pytest.raises(DataInvalid):
                await office.register(asks(phone=f"1990000{n:04}"), MONDAY)
        with pytest.raises(TooManyAttempts):
            await office.register(asks(), MONDAY)

    async def test_without_a_register_nobody_registers(
        self, database: Database, tmp_path: Path
    ) -> None:
        """And he is told where to go."""
        alone = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
        with pytest.raises(ActionNotAllowed, match="窗口"):
            await alone.register(asks(), MONDAY)


class TestCompany:
    """`add_company`."""

    async def test_the_legal_representative_acts_for_it(self, office: Office) -> None:
        """Once, however often it is added."""
        await office.register(asks(), MONDAY)
        sun = await office.acting("sun", "", MONDAY)
        made = await office.add_company(sun, SUNS.number, SUNS.name, MONDAY)
        assert await office.add_company(sun, SUNS.number, SUNS.name, MONDAY) == made
        actor = await office.acting("sun", made, MONDAY)
        assert (actor.subject, actor.name, actor.subject_kind) == (
            SUNS.number,
            SUNS.name,
            "enterprise",
        )
        with pytest.raises(NotPermitted):
            await office.add_company(actor, SUNS.number, SUNS.name, MONDAY)

    @pytest.mark.parametrize(
        ("number", "name"),
        [("91999901MADEM0038P", "云泽市湖畔面馆有限公司"), (SUNS.number, "别的")],
    )
    async def test_nobody_elses(self, office: Office, number: str, name: str) -> None:
        """What the register does not say."""
        await office.register(asks(), MONDAY)
        sun = await office.acting("sun", "", MONDAY)
        with pytest.raises(DataInvalid):
            await office.add_company(sun, number, name, MONDAY)
        assert len(await office.identities("sun", MONDAY)) == 1


class TestHttp:
    """A register over the wire."""

    @pytest.mark.parametrize(
        ("said", "confirmed"),
        [
            ({"confirmed": True, "name": "孙建平", "receipt": "R1"}, True),
            ({"confirmed": False, "reason": "查无此人"}, False),
            ({"confirmed": True, "name": "孙建平"}, None),
            ({"confirmed": "yes"}, None),
            ({}, None),
        ],
    )
    async def test_takes_only_what_was_agreed(
        self, platform: Platform, said: dict[str, Any], confirmed: bool | None
    ) -> None:
        """Everything else is no answer."""
        platform.answer = said
        register = HttpVerification(f"http://127.0.0.1:{platform.port}", "secret")
        found = await register.person(SUNS_OWN)
        assert platform.asked[0]["path"] == "/persons"
        assert platform.asked[0]["number"] == SUN.number
        if confirmed:
            assert found == Confirmed("孙建平", "R1")
        else:
            assert found.fault
            assert found.unanswered is (confirmed is None)

    async def test_a_company_has_a_kind_and_a_role(self, platform: Platform) -> None:
        """Or it is no answer."""
        told = {"confirmed": True, "name": SUNS.name, "receipt": "R2", "kind": "enterprise"}
        register = HttpVerification(f"http://127.0.0.1:{platform.port}", "secret")
        person = {"name": SUN.name, "number": SUN.number}
        platform.answer = {**told, "role": "cook"}
        assert (await register.company(SUNS.number, SUNS.name, person)).unanswered
        platform.answer = {**told, "role": "legal_representative"}
        found = await register.company(SUNS.number, SUNS.name, person)
        assert (found.kind, found.role) == ("enterprise", "legal_representative")

    async def test_what_does_not_answer_keeps_nothing(
        self, platform: Platform, office: Office
    ) -> None:
        """And is nobody's wrong attempt."""
        platform.mood = "broken"
        office.verification = HttpVerification(f"http://127.0.0.1:{platform.port}", "secret")
        for _ in range(7):
            with pytest.raises(ActionNotAllowed, match="过一会儿"):
                await office.register(asks(), MONDAY)
        assert await office.account("sun") is None


def vars_of(given: Registration) -> dict[str, Any]:
    """Return the parts of a registration."""
    return {name: getattr(given, name) for name in Registration.__dataclass_fields__}
