"""密钥 — what is drawn from the two secrets that the database does not hold: page markers, lots, seals of the ledger."""

import hmac
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.settings import UNSAFE_AUDIT_KEY, UNSAFE_SECRET

_NONCE_BYTES = 12


def _drawn(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), f"yijianshi {purpose}".encode(), "sha256")


@dataclass(frozen=True)
class AuditKey:
    """审计密钥 — signs seals, marks rows of the ledger, and gives each day its lot; whoever owns the database lacks it."""

    secret: str

    @cached_property
    def _signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(_drawn(self.secret, "seal"))

    @cached_property
    def public(self) -> str:
        """Return the key others check seals with, in hexadecimal."""
        return self._signer.public_key().public_bytes_raw().hex()

    def signature(self, text: str) -> str:
        """Return the Ed25519 signature of a text, in hexadecimal."""
        return self._signer.sign(text.encode()).hex()

    @cached_property
    def _marker(self) -> bytes:
        return _drawn(self.secret, "ledger")

    def mark(self, text: str) -> str:
        """Return the keyed digest (HMAC-SHA256) of a text, in hexadecimal."""
        return hmac.digest(self._marker, text.encode(), "sha256").hex()

    def lot_of(self, day: date) -> str:
        """Return what a legal day's lots are drawn with: nobody knows it until it is published after that day."""
        return _lot(self.secret, day)


@lru_cache(maxsize=64)  # every step of a day asks for the same
def _lot(secret: str, day: date) -> str:
    return _drawn(secret, f"lot {day.isoformat()}").hex()


class Keys:
    """各项密钥 — those of one installation; the default ones are known to everybody, for demonstrations and tests."""

    def __init__(
        self,
        secret: str = UNSAFE_SECRET,
        audit: Sequence[str] = (UNSAFE_AUDIT_KEY,),
        *,
        also: Sequence[str] = (),
    ) -> None:
        """Draw from the secret of the service, and from audit keys: the first signs, the others are still believed.

        `also` are secrets under which page markers are still opened.
        """
        self.audit = AuditKey(audit[0])
        self.earlier = tuple(AuditKey(each) for each in audit[1:])
        self._markers = [AESGCM(_drawn(each, "page markers")) for each in (secret, *also)]

    def hidden(self, text: bytes, purpose: str) -> bytes:
        """Encrypt and authenticate a text for one purpose."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._markers[0].encrypt(nonce, text, purpose.encode())

    def shown(self, sealed: bytes, purpose: str) -> bytes:
        """Return the text that `hidden` made. Raises InvalidTag or ValueError for anything else."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        for marker in self._markers:
            with suppress(InvalidTag):
                return marker.decrypt(nonce, rest, purpose.encode())
        raise InvalidTag


def day_seal(lot: str) -> str:
    """Return what is told of a day's lot before that day: its SHA-256."""
    return sha256(lot.encode()).hexdigest()
