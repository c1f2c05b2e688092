"""出示码 — what a phone holds out for a certificate: signed by the service, good for five minutes, kept nowhere.

It names the certificate and its end and nothing about the holder; a picture of it is worth nothing later. Who reads it
learns the state of the moment, not that of when it was made.
"""

import base64
import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LASTS = timedelta(minutes=5)
SPOKEN = 8  # digits
_CODE, _SIGNATURE = 10, 10  # bytes: of the code that a certificate carries, of what proves it
_ENDS = struct.Struct(">I")
_SIZE = _CODE + _ENDS.size + _SIGNATURE


@dataclass(frozen=True, slots=True)
class Showing:
    """一次出示 — the certificate by its code, the token to hold out, and when it ends."""

    code: str
    token: str
    until: datetime
    spoken: str  # the digits for who has no camera, see `heard`

    @property
    def since(self) -> datetime:
        """Return when it was made."""
        return self.until - LASTS


class ShowCodes:
    """Codes that only who knows the secret of the service can make."""

    def __init__(self, secret: str, also: Sequence[str] = ()) -> None:
        """Sign with a key of its own, drawn from what all processes share; `also`: what is believed besides."""
        self._keys = [
            hmac.digest(each.encode(), b"yijianshi: certificates shown", "sha256")
            for each in (secret, *also)
        ]
        self._spoken = [
            hmac.digest(each.encode(), b"yijianshi: certificates spoken", "sha256")
            for each in (secret, *also)
        ]

    def made(self, code: str, now: datetime) -> Showing:
        """Return a code for a certificate, good from now on."""
        ends = int((now + LASTS).timestamp())
        said = bytes.fromhex(code) + _ENDS.pack(ends)
        token = base64.urlsafe_b64encode(said + _signed(self._keys[0], said)).decode()
        return Showing(code, token, datetime.fromtimestamp(ends, UTC), _said(self._spoken[0], said))

    def read(self, token: str) -> Showing | None:
        """Return what a token says, whether or not it has ended; None where the service did not make it."""
        try:
            raw = base64.b64decode(token, altchars=b"-_", validate=True)
        except ValueError:
            return None
        said, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
        ours = [hmac.compare_digest(signature, _signed(key, said)) for key in self._keys]
        if len(raw) != _SIZE or not any(ours):
            return None
        ends = datetime.fromtimestamp(_ENDS.unpack(said[_CODE:])[0], UTC)
        return Showing(said[:_CODE].hex(), token, ends, _said(self._spoken[0], said))

    def heard(self, code: str, said: str, now: datetime) -> Showing | None:
        """Return the showing of a certificate whose digits somebody types in; None for what is over or was never made.

        The second in which it ends is not said: all that are not over yet are tried.
        """
        first = int(now.timestamp()) + 1
        for ends in range(first, first + int(LASTS.total_seconds())):
            made = bytes.fromhex(code) + _ENDS.pack(ends)
            drawn = [_said(key, made) for key in self._spoken]
            if any(hmac.compare_digest(each.encode(), said.encode()) for each in drawn):
                return self.made(code, datetime.fromtimestamp(ends, UTC) - LASTS)
        return None


def _signed(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, "sha256")[:_SIGNATURE]


def _said(key: bytes, said: bytes) -> str:
    drawn = hmac.digest(key, said, "sha256")
    return f"{int.from_bytes(drawn[:8]) % 10**SPOKEN:0{SPOKEN}}"
