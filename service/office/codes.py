"""动态码 — the second factor: codes of a secret that the phone shares (TOTP, RFC 6238), and recovery codes.

The secret is kept sealed: who reads the database without the secret of the service learns no code.
"""

import base64
import hmac
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from service.store import accounts
from service.store.cases import Row
from service.store.database import Database

STEP_SECONDS, DIGITS = 30, 6
STEPS_AWAY = (0, -1, 1)  # the phone's clock may differ by a step
SECRET_BYTES, NONCE_BYTES = 20, 12
RECOVERY_CODES, GROUPS, GROUP = 10, 3, 4  # 60 bits each: ABCD-EFGH-2345
ISSUER = "一件事一次办"
Purpose = Literal["kept", "enrolment"]


class Codes:
    """Makes and checks codes."""

    def __init__(self, database: Database, secret: str, also: Sequence[str] = ()) -> None:
        """Seal and hash with `secret`; what was kept under one of `also` is known, and kept anew when it is used."""
        self._database = database
        secrets_ = (secret, *also)
        self._seals = [AESGCM(_key(each, b"yijianshi: second factor")) for each in secrets_]
        self._hashings = [_key(each, b"yijianshi: recovery codes") for each in secrets_]

    def new_secret(self) -> str:
        """Return a secret as apps take it, in Base32."""
        return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()

    def address(self, account: str, secret: str) -> str:
        """Return what the QR code says, which apps read (otpauth)."""
        return _totp(secret).get_provisioning_uri(account, ISSUER)

    def sealed(self, account: str, text: str, purpose: Purpose = "kept") -> str:
        """Seal a text for an account and a purpose."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        content = self._seals[0].encrypt(nonce, text.encode(), f"{purpose} {account}".encode())
        return base64.b64encode(nonce + content).decode()

    def opened(self, account: str, sealed: str, purpose: Purpose = "kept") -> str:
        """Return what was sealed for this account and purpose; empty for anything else."""
        return next((text for text in self._opened(account, sealed, purpose) if text), "")

    def _opened(self, account: str, sealed: str, purpose: Purpose) -> Iterator[str]:
        """Yield what each secret makes of a sealed text, the newest first; empty where it is not its own."""
        for seal in self._seals:
            try:
                content = base64.b64decode(sealed, validate=True)
                nonce, rest = content[:NONCE_BYTES], content[NONCE_BYTES:]
                yield seal.decrypt(nonce, rest, f"{purpose} {account}".encode()).decode()
            except (ValueError, InvalidTag):
                yield ""

    def kept_anew(self, account: str, kept: str) -> str | None:
        """Return a kept secret as the newest secret of the service seals it; empty where none opens it, None where it is so."""
        found = list(self._opened(account, kept, "kept"))
        if found[0]:
            return None
        secret = next((text for text in found if text), "")
        return self.sealed(account, secret) if secret else ""

    @staticmethod
    def step(secret: str, code: str, now: datetime) -> int | None:
        """Return the step of 30 seconds a code belongs to, None if it is none of those around now."""
        made, here = _totp(secret), int(now.timestamp()) // STEP_SECONDS
        for away in STEPS_AWAY:
            ours = made.generate((here + away) * STEP_SECONDS)
            if hmac.compare_digest(ours, code.encode()):
                return here + away
        return None

    async def fits(self, row: Row, code: str, now: datetime) -> bool:
        """Tell whether a code lets this account in, and use it up: a code of the phone, or a recovery code."""
        account, typed = row["account"], "".join(code.split())
        if len(typed) != DIGITS:
            async with self._database.transaction() as tx:
                for key in self._hashings:
                    if await accounts.use_recovery_code(tx, account, _hashed(key, account, typed)):
                        return True
            return False
        secret = self.opened(account, row["otp_secret"])
        step = self.step(secret, typed, now) if secret else None
        if step is None:
            return False
        async with self._database.transaction() as tx:
            if not await accounts.use_step(tx, account, step):
                return False
            if anew := self.kept_anew(account, row["otp_secret"]):
                await accounts.keep_anew(tx, account, row["otp_secret"], anew)
        return True

    def recovery_codes(self) -> list[str]:
        """Return new recovery codes."""
        return ["-".join(_group() for _ in range(GROUPS)) for _ in range(RECOVERY_CODES)]

    def hashed(self, account: str, recovery_code: str) -> str:
        """Return a recovery code as it is kept; small letters and missing strokes do not matter."""
        return _hashed(self._hashings[0], account, recovery_code)


def _hashed(key: bytes, account: str, recovery_code: str) -> str:
    plain = recovery_code.replace("-", "").upper()
    return hmac.digest(key, f"{account} {plain}".encode(), "sha256").hex()


def _group() -> str:
    return base64.b32encode(secrets.token_bytes(5)).decode()[:GROUP]


def _totp(secret: str) -> TOTP:
    key = base64.b32decode(secret)
    # what every app can do; SHA-1 is strong enough inside HMAC
    return TOTP(key, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303


def _key(secret: str, purpose: bytes) -> bytes:
    return hmac.digest(secret.encode(), purpose, "sha256")
