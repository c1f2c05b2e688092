"""动态码: what lets in beside the password, once."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from service.errors import (
    DataInvalid,
    NotPermitted,
    NotSignedIn,
    SecondFactorNeeded,
    TooManyAttempts,
)
from service.office import Office
from service.office.codes import Codes
from service.store.database import Database
from service.store.files import Folder
from service.store.statements import table
from service.workflows.case import Actor

from .conftest import MORNING

RIGHT, WRONG = "correct horse", "battery staple"
SECRET = "only-for-tests-" * 3
STEP = timedelta(seconds=30)
WANG = Actor("wang", "supervisor", name="王示例")


def code(secret: str, at: datetime) -> str:
    """Return what the phone shows."""
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(int(at.timestamp())).decode()


@pytest.fixture
async def processes(database_url: str, tmp_path: Path) -> AsyncIterator[list[Office]]:
    """Two offices on one database where a second factor is offered, and the account `wang`."""
    databases = [Database(database_url) for _ in range(2)]
    made = [
        Office(
            database,
            Folder(tmp_path, reserve=0),
            secret=SECRET,
            second_factor="offered",
            cheap_passwords=True,
        )
        for database in databases
    ]
    await made[0].create_account("wang", RIGHT, name="王示例", kind="supervisor")
    yield made
    for database in databases:
        await database.close()


async def enrolled(office: Office, at: datetime = MORNING) -> tuple[str, list[str]]:
    """Set the second factor up; return the phone's secret and the recovery codes."""
    begun = await office.begin_second_factor(WANG, RIGHT, at)
    _, codes = await office.confirm_second_factor(WANG, begun.sealed, code(begun.secret, at), at)
    return begun.secret, codes


class TestCodes:
    """RFC 6238."""

    @pytest.mark.parametrize(
        ("at", "expected"),
        [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
    )
    def test_the_vectors_of_the_standard(self, at: int, expected: str) -> None:
        """Appendix B, the last six digits."""
        secret = base64.b32encode(b"12345678901234567890").decode()
        assert Codes.step(secret, expected, datetime.fromtimestamp(at, UTC)) == at // 30

    @pytest.mark.parametrize(
        ("away", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
    )
    def test_a_step_either_way(self, away: int, fits: bool) -> None:
        """Half a minute by which the phone's clock may differ."""
        secret = base64.b32encode(b"12345678901234567890").decode()
        found = Codes.step(secret, code(secret, MORNING + away * STEP), MORNING)
        assert (found is not None) is fits

    @pytest.mark.parametrize("typed", ["", "12345", "1234567", "１２３４５６", "abcdef"])
    def test_what_is_no_code(self, typed: str) -> None:
        """Anything else is just wrong."""
        secret = base64.b32encode(b"12345678901234567890").decode()
        assert Codes.step(secret, typed, MORNING) is None


class TestEnrolling:
    """设置动态码."""

    async def test_a_code_is_asked_for_from_then_on(self, processes: list[Office]) -> None:
        """Whoever had signed in without one is out."""
        here, there = processes
        browser = await here.open_session(await here.sign_in("wang", RIGHT, MORNING), MORNING)
        secret, codes = await enrolled(here)
        assert len(set(codes)) == 10
        assert all(re.fullmatch(r"([A-Z2-7]{4}-){2}[A-Z2-7]{4}", one) for one in codes)
        assert await here.session(browser, MORNING) is None
        with pytest.raises(SecondFactorNeeded):
            await there.sign_in("wang", RIGHT, MORNING)
        later = MORNING + STEP
        account = await there.sign_in("wang", RIGHT, later, code=code(secret, later))
        assert account.second_factor

    async def test_the_address_is_what_apps_read(self, processes: list[Office]) -> None:
        """otpauth, with the secret and who it is for."""
        begun = await processes[0].begin_second_factor(WANG, RIGHT, MORNING)
        assert begun.address.startswith("otpauth://totp/")
        assert f"secret={begun.secret}" in begun.address
        assert "wang" in begun.address

    async def test_nothing_changes_before_it_is_confirmed(self, processes: list[Office]) -> None:
        """Who closes the page signs in as before."""
        here, _ = processes
        begun = await here.begin_second_factor(WANG, RIGHT, MORNING)
        with pytest.raises(DataInvalid, match="动态码不对"):
            await here.confirm_second_factor(WANG, begun.sealed, "000000", MORNING)
        assert not (await here.sign_in("wang", RIGHT, MORNING)).second_factor

    async def test_what_was_begun_cannot_be_had_otherwise(self, processes: list[Office]) -> None:
        """Not by another account, not later, not made up."""
        here, _ = processes
        begun = await here.begin_second_factor(WANG, RIGHT, MORNING)
        li = Actor("li", "supervisor", name="李")
        late = MORNING + timedelta(minutes=15)
        for actor, sealed, at in (
            (li, begun.sealed, MORNING),
            (WANG, begun.sealed, late),
            (WANG, "made up", MORNING),
            (WANG, here.codes.sealed("wang", begun.secret), MORNING),
        ):
            with pytest.raises(DataInvalid, match="过期"):
                await here.confirm_second_factor(actor, sealed, code(begun.secret, at), at)

    async def test_the_password_is_asked_for(self, processes: list[Office]) -> None:
        """Who finds a browser open does not put his own phone in."""
        with pytest.raises(NotSignedIn):
            await processes[0].begin_second_factor(WANG, WRONG, MORNING)

    async def test_another_phone_needs_the_present_one(self, processes: list[Office]) -> None:
        """Or a recovery code; the old secret and codes are worth nothing then."""
        here, _ = processes
        old, codes = await enrolled(here)
        with pytest.raises(SecondFactorNeeded):
            await here.begin_second_factor(WANG, RIGHT, MORNING)
        later = MORNING + 4 * STEP
        begun = await here.begin_second_factor(WANG, RIGHT, later, code=codes[0])
        await here.confirm_second_factor(WANG, begun.sealed, code(begun.secret, later), later)
        for wrong in (code(old, later + STEP), codes[1]):
            with pytest.raises(NotSignedIn):
                await here.sign_in("wang", RIGHT, later + STEP, code=wrong)

    async def test_only_for_staff_where_it_is_offered(self, processes: list[Office]) -> None:
        """Applicants are not asked, nor anybody where the setting is off."""
        here, _ = processes
        with pytest.raises(NotPermitted):
            await here.begin_second_factor(Actor("zhang", "applicant"), RIGHT, MORNING)
        secret, _ = await enrolled(here)
        assert secret
        here.second_factor = "off"
        assert await here.sign_in("wang", RIGHT, MORNING)
        with pytest.raises(NotPermitted):
            await here.begin_second_factor(WANG, RIGHT, MORNING)


class TestSigningIn:
    """With a code."""

    async def test_a_code_is_taken_once(self, processes: list[Office]) -> None:
        """Also when both processes get it at the same moment; and none from before it."""
        secret, _ = await enrolled(processes[0])
        later = MORNING + 4 * STEP
        found = await asyncio.gather(
            *(
                processes[n % 2].sign_in("wang", RIGHT, later, code=code(secret, later))
                for n in range(4)
            ),
            return_exceptions=True,
        )
        assert [isinstance(one, NotSignedIn) for one in found].count(False) == 1
        with pytest.raises(NotSignedIn):
            await processes[0].sign_in("wang", RIGHT, later, code=code(secret, later - STEP))

    async def test_the_code_of_enrolling_is_used_up(self, processes: list[Office]) -> None:
        """Who looked over the shoulder has nothing."""
        secret, _ = await enrolled(processes[0])
        with pytest.raises(NotSignedIn):
            await processes[0].sign_in("wang", RIGHT, MORNING, code=code(secret, MORNING))

    async def test_a_recovery_code_is_taken_once(self, processes: list[Office]) -> None:
        """However it is typed."""
        _, codes = await enrolled(processes[0])
        typed = codes[3].lower().replace("-", " ")
        assert await processes[1].sign_in("wang", RIGHT, MORNING, code=typed)
        with pytest.raises(NotSignedIn):
            await processes[0].sign_in("wang", RIGHT, MORNING, code=codes[3])
        assert (await processes[0].protection(WANG)).recovery_codes_left == 9

    async def test_wrong_codes_are_counted(self, processes: list[Office]) -> None:
        """Asking in between without a code gives none of them back."""
        secret, _ = await enrolled(processes[0])
        later = MORNING + 4 * STEP
        for n in range(5):
            with pytest.raises(NotSignedIn) as refused:
                await processes[n % 2].sign_in("wang", RIGHT, later, code="000000")
            assert "动态码" in refused.value.detail
            if n < 4:
                with pytest.raises(SecondFactorNeeded):
                    await processes[n % 2].sign_in("wang", RIGHT, later)
        with pytest.raises(TooManyAttempts):
            await processes[0].sign_in("wang", RIGHT, later, code=code(secret, later))

    async def test_a_right_code_does_not_make_up_for_the_password(
        self, processes: list[Office]
    ) -> None:
        """Nor is it used up by that."""
        secret, _ = await enrolled(processes[0])
        later = MORNING + 4 * STEP
        with pytest.raises(NotSignedIn) as refused:
            await processes[0].sign_in("wang", WRONG, later, code=code(secret, later))
        assert "用户名或密码" in refused.value.detail
        assert await processes[0].sign_in("wang", RIGHT, later, code=code(secret, later))

    async def test_in_two_steps(self, processes: list[Office]) -> None:
        """As the page does; a password changed between the two has to be given anew."""
        secret, _ = await enrolled(processes[0])
        later = MORNING + 4 * STEP
        with pytest.raises(NotSignedIn):
            await processes[0].sign_in_by_code("wang", 0, code(secret, later), later)
        account = await processes[1].sign_in_by_code("wang", 1, code(secret, later), later)
        assert account.account == "wang"


class TestRequired:
    """Where the setting says that staff must."""

    async def test_nothing_else_before(self, processes: list[Office]) -> None:
        """A token is worth nothing, a session serves for setting it up only."""
        here, _ = processes
        here.second_factor = "required"
        account = await here.sign_in("wang", RIGHT, MORNING)
        with pytest.raises(SecondFactorNeeded, match="账号与安全"):
            await here.bearer("wang", account.token_generation, "0.aa")
        session = await here.session(await here.open_session(account, MORNING), MORNING)
        assert session is not None
        assert session.must_enrol
        await enrolled(here)
        assert (await here.bearer("wang", account.token_generation + 1, "1.aa")).name == "王示例"

    async def test_an_administrator_takes_it_away(self, processes: list[Office]) -> None:
        """Phone and recovery codes lost: set up anew."""
        here, there = processes
        await enrolled(here)
        await here.reset_second_factor("wang")
        account = await there.sign_in("wang", RIGHT, MORNING)
        assert not account.second_factor
        assert (await here.protection(WANG)).recovery_codes_left == 0
        with pytest.raises(DataInvalid):
            await here.reset_second_factor("nobody")


class TestWhatIsKept:
    """The table."""

    async def test_neither_the_secret_nor_the_codes(self, processes: list[Office]) -> None:
        """Whoever reads the database shows no code; put at another account, it opens nothing."""
        secret, codes = await enrolled(processes[0])
        async with processes[0].database.reading() as connection:
            rows = [
                row
                for name in ("accounts", "recovery_codes")
                for row in await connection.rows(table(name).select())
            ]
        assert not any(kept in str(rows) for kept in (secret, *codes))
        sealed = rows[0]["otp_secret"]
        assert processes[1].codes.opened("wang", sealed) == secret
        assert processes[1].codes.opened("li", sealed) == ""
