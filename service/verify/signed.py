"""签名与密钥 — what is believed, from the audit keys at hand or the public keys that were witnessed; written anew."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from service.verify.canonical import canonical, fingerprint

Row = Mapping[str, Any]


def _derived(secret: str, purpose: str) -> bytes:
    return hmac.new(secret.encode(), f"yijianshi {purpose}".encode(), sha256).digest()


def public_of(secret: str) -> str:
    """Return the public key that belongs to an audit key."""
    key = Ed25519PrivateKey.from_private_bytes(_derived(secret, "seal"))
    return key.public_key().public_bytes_raw().hex()


@dataclass(frozen=True, slots=True)
class Believed:
    """可信的密钥 — audit keys, if they are at hand; without them public keys that somebody else has kept."""

    secrets: tuple[str, ...] = ()
    public: frozenset[str] = frozenset()

    @property
    def signers(self) -> frozenset[str]:
        """Return the public keys whose seals are believed; empty: any, for nothing is known."""
        return frozenset(public_of(each) for each in self.secrets) or self.public

    def marks(self, text: str, signer: str) -> Iterator[str]:
        """Yield what the audit key of a signer makes of a text."""
        for secret in self.secrets:
            if not signer or public_of(secret) == signer:
                yield hmac.new(_derived(secret, "ledger"), text.encode(), sha256).hexdigest()

    def lots(self, day: date) -> list[str]:
        """Return the lots of a day by the audit keys at hand."""
        return [_derived(each, f"lot {day.isoformat()}").hex() for each in self.secrets]


def sealed_hash(seal: Row) -> str:
    """Return what the hash of a seal must be; empty for what is no seal."""
    try:
        named = ("number", "at", "body", "previous", "signer")
        return fingerprint({name: seal[name] for name in named})
    except (KeyError, ValueError, TypeError):
        return ""


def is_signed(seal: Row) -> bool:
    """Tell whether the signature of a seal is by the key it names."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal["signer"]))
        key.verify(bytes.fromhex(seal["signature"]), seal["hash"].encode())
    except (InvalidSignature, ValueError, TypeError, KeyError, AttributeError):
        return False
    return True


def entry_text(entry: Row) -> str:
    """Return what the mark of a ledger's entry is made over."""
    return canonical(
        {name: entry[name] for name in ("kind", "key", "nonce", "content", "document")}
    )


def day_seal(lot: str) -> str:
    """Return what was sealed of a lot before its day."""
    return sha256(lot.encode()).hexdigest()


def lines_hash(rows: Sequence[Row], names: Sequence[str]) -> str:
    """Return the hash over some rows, a line each."""
    digest = sha256()
    for row in rows:
        digest.update(("/".join(str(row[name]) for name in names) + "\n").encode())
    return digest.hexdigest()
