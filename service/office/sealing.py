"""封存 — the answer kept under an Idempotency-Key: opened only for a repeat of the same request.

It holds a name, a number and an address. It is sealed with a key made of the service's secret, who asked, and the
Idempotency-Key: who reads the database, or a copy of it, reads nothing, and a repeat still gets the same bytes.
"""

import base64
import hashlib
import hmac
import json
import secrets
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.store.cases import Key

SEALED = "sealed"
EMPTIED = {SEALED: ""}  # what cannot be opened any more
NONCE_BYTES = 12
FAST = 1  # the compression that costs least: what is sealed no longer compresses


class Seal:
    """封条 — seals and opens kept answers."""

    def __init__(self, secret: str, also: Sequence[str] = ()) -> None:
        """Take the secret that all processes share; what was sealed under one of `also` is opened too."""
        self._roots = [
            hashlib.sha256(b"yijianshi kept answers\0" + each.encode()).digest()
            for each in (secret, *also)
        ]

    def _ciphers(self, scope: Key) -> Iterator[AESGCM]:
        said = "\0".join(scope).encode()
        for root in self._roots:
            yield AESGCM(hmac.digest(root, said, "sha256"))

    def closed(self, answer: Any, scope: Key) -> dict[str, str]:
        """Return an answer as it is kept; of a request that renders none, nothing."""
        if answer is None:
            return {}
        nonce = secrets.token_bytes(NONCE_BYTES)
        plain = zlib.compress(json.dumps(answer, ensure_ascii=False).encode(), FAST)
        found = nonce + next(self._ciphers(scope)).encrypt(nonce, plain, None)
        return {SEALED: base64.b64encode(found).decode()}

    def opened(self, kept: Any, scope: Key) -> Any:
        """Return a kept answer, also one from before answers were sealed. Raises ValueError when it cannot be opened."""
        if not isinstance(kept, Mapping) or SEALED not in kept:
            return kept
        found = base64.b64decode(kept[SEALED])
        for cipher in self._ciphers(scope):
            with suppress(InvalidTag):
                plain = cipher.decrypt(found[:NONCE_BYTES], found[NONCE_BYTES:], None)
                return json.loads(zlib.decompress(plain))
        raise ValueError("sealed under another secret")
