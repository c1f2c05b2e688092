"""账号与安全 — what everybody does with the own account: another password, a second factor."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.errors import DataInvalid, NotPermitted, one_field
from service.office.accounts import STAFF_KINDS, shut_out
from service.office.attempts import NOWHERE, Origin
from service.office.codes import Codes
from service.office.passwords import weakness
from service.office.security import Entry, Fact, note
from service.office.sessions import Sessions
from service.office.staff import account_of
from service.office.views import Account
from service.store import accounts
from service.workflows.case import Actor

ENROLMENT_LASTS = timedelta(minutes=15)
NOT_OFFERED = "本系统没有为您的账号开启动态码登录。"
ENROLMENT_OVER = "这次设置已经过期，请重新开始。"
CODE_OFF = "动态码不对。请核对手机上的时间是否准确，等换了一个再填"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """设置动态码 — a secret for the phone, and what has to be brought back with a code of it."""

    secret: str
    address: str  # otpauth://…, as a QR code says it
    sealed: str


@dataclass(frozen=True, slots=True)
class Protection:
    """账号安全 — whether a second factor is asked for by the settings, set up, and how many recovery codes are left."""

    account: Account
    offered: bool
    required: bool
    recovery_codes_left: int


class OwnAccount(Sessions):
    """What everybody does with the own account."""

    async def protection(self, actor: Actor) -> Protection:
        """Return how the own account is protected."""
        async with self.database.reading() as connection:
            row = await accounts.find(connection, actor.account)
            left = await accounts.recovery_codes_left(connection, actor.account)
        if row is None:
            raise NotPermitted
        offered = self.second_factor != "off" and actor.kind in STAFF_KINDS
        required = offered and self.second_factor == "required"
        return Protection(account_of(row), offered, required, left)

    async def change_password(
        self, actor: Actor, present: str, new: str, now: datetime, *, origin: Origin = NOWHERE
    ) -> Account:
        """Change the own password; every session and token ends. Return the account as it is then.

        Raises:
            DataInvalid: the present one is wrong, or the new one is weak. TooManyAttempts: counted as signing in is.
        """
        if weak := await weakness(new, actor.account, actor.name, actor.subject, actor.department):
            raise one_field("/new", weak)
        if new == present:
            raise one_field("/new", "新密码要和现在的不一样")
        async with self._attempting(actor.account, origin, now):
            if await self._proven(actor.account, present) is None:
                raise one_field("/present", "现在的密码不对")
            hashed = await self.passwords.hash(new)
        async with self.database.transaction() as tx:
            await accounts.change(tx, actor.account, password_hash=hashed)
            await shut_out(tx, actor.account)
            await note(tx, _changed("password_changed", actor))
        return await self._as_it_is(actor.account)

    async def begin_second_factor(
        self,
        actor: Actor,
        password: str,
        now: datetime,
        *,
        origin: Origin = NOWHERE,
        code: str = "",
    ) -> Enrolment:
        """Return a new secret for the phone; nothing changes until `confirm_second_factor`. Raises as `sign_in` does.

        Who has one already shows a code of it.
        """
        self._refuse_not_offered(actor)
        await self.sign_in(actor.account, password, now, origin=origin, code=code)
        secret = self.codes.new_secret()
        content = f"{(now + ENROLMENT_LASTS).isoformat()} {secret}"
        return self._enrolment(actor.account, secret, content)

    def enrolment(self, actor: Actor, sealed: str, now: datetime) -> Enrolment:
        """Return an enrolment that was begun. Raises NotPermitted, DataInvalid when it was not begun or is over."""
        self._refuse_not_offered(actor)
        content = self.codes.opened(actor.account, sealed, "enrolment")
        ends, _, secret = content.partition(" ")
        if not secret or now.astimezone(UTC) >= datetime.fromisoformat(ends):
            raise DataInvalid(ENROLMENT_OVER)
        return self._enrolment(actor.account, secret, content)

    def _refuse_not_offered(self, actor: Actor) -> None:
        if self.second_factor == "off" or actor.kind not in STAFF_KINDS:
            raise NotPermitted(NOT_OFFERED)

    def _enrolment(self, account: str, secret: str, content: str) -> Enrolment:
        sealed = self.codes.sealed(account, content, "enrolment")
        return Enrolment(secret, self.codes.address(account, secret), sealed)

    async def confirm_second_factor(
        self, actor: Actor, sealed: str, code: str, now: datetime
    ) -> tuple[Account, list[str]]:
        """Set the second factor up: from now on a code is asked for; every session and token ends.

        Return the account and its recovery codes, which nobody is shown again. Raises DataInvalid.
        """
        secret = self.enrolment(actor, sealed, now).secret
        step = Codes.step(secret, "".join(code.split()), now)
        if step is None:
            raise one_field("/code", CODE_OFF)
        made = self.codes.recovery_codes()
        hashed = [self.codes.hashed(actor.account, one) for one in made]
        kept = self.codes.sealed(actor.account, secret)
        async with self.database.transaction() as tx:
            await accounts.change(tx, actor.account, otp_secret=kept, otp_step=step)
            await accounts.keep_recovery_codes(tx, actor.account, hashed)
            await shut_out(tx, actor.account)
            await note(tx, _changed("second_factor_set", actor))
        return await self._as_it_is(actor.account), made

    async def reset_second_factor(self, account: str) -> None:
        """Take the second factor of somebody away who has lost it; he sets up another. Raises DataInvalid."""
        async with self.database.transaction() as tx:
            if not await accounts.change(tx, account, otp_secret="", otp_step=0):
                raise one_field("/account", "没有这个账号")
            await accounts.keep_recovery_codes(tx, account, ())
            await shut_out(tx, account)
            await note(tx, Entry(fact="second_factor_reset", account=account, about=account))
        self.staff.forget(account)

    async def keep_second_factors_anew(self) -> tuple[int, list[str]]:
        """Seal every second factor with the newest secret; return how many were changed, and whose nobody can open any more."""
        changed, lost = 0, []
        async with self.database.reading() as connection:
            kept = {row["account"]: row["otp_secret"] for row in await accounts.listed(connection)}
        for name, was in kept.items():
            anew = self.codes.kept_anew(name, was) if was else None
            if anew == "":
                lost.append(name)
            if anew:
                async with self.database.transaction() as tx:
                    changed += await accounts.keep_anew(tx, name, was, anew)
        return changed, lost

    async def _as_it_is(self, account: str) -> Account:
        self.staff.forget(account)
        row = await self._row(account)
        if row is None:
            raise NotPermitted
        return account_of(row)


def _changed(fact: Fact, actor: Actor) -> Entry:
    return Entry(fact=fact, account=actor.account, kind=actor.kind, about=actor.account)
