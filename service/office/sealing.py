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

from service.store import folding
from service.store.cases import Key

SEALED = "sealed"
EMPTIED = {SEALED: ""}  # what cannot be opened any more
NONCE_BYTES = 12
FOLDED = "."  # before the number of the fold; no letter of base64
ANSWERS = "answers"
FAST = 1  # the compression that costs least: what is sealed no longer compresses


class Seal:
    """封条 — seals and opens kept answers."""

    def __init__(self, secret: str, also: Sequence[str] = ()) -> None:
        """Take the secret that all processes share; what was sealed under one of `also` is opened too."""
        self._roots = [
            hashlib.sha256(b"yijianshi kept answers\0" + each.encode()).digest()
            for each in (secret, *also)
        ]

    def _ciphers(self, scope: Key, fold: str = "") -> Iterator[AESGCM]:
        """Yield the ciphers for who asked and under which key; others for answers that are folded.

        So whoever does not know that fold finds one that does not open, and never takes it for something else.
        """
        said = "\0".join((*scope, f"fold {fold}") if fold else scope).encode()
        for root in self._roots:
            yield AESGCM(hmac.digest(root, said, "sha256"))

    def closed(self, answer: Any, scope: Key, *, terse: bool = True) -> dict[str, str]:
        """Return an answer as it is kept; of a request that renders none, nothing."""
        if answer is None:
            return {}
        nonce = secrets.token_bytes(NONCE_BYTES)
        if terse:
            as_text = isinstance(answer, str)
            text = answer if as_text else json.dumps(answer, ensure_ascii=False)
            plain = (b"t" if as_text else b"j") + folding.fold(ANSWERS).folded(text)
        else:
            plain = zlib.compress(json.dumps(answer, ensure_ascii=False).encode(), FAST)
        cipher = next(self._ciphers(scope, folding.FIRST if terse else ""))
        found = base64.b64encode(nonce + cipher.encrypt(nonce, plain, None)).decode()
        return {SEALED: f"{FOLDED}{folding.FIRST}{found}" if terse else found}

    def opened(self, kept: Any, scope: Key) -> Any:
        """Return a kept answer, also one from before answers were sealed. Raises ValueError when it cannot be opened."""
        if not isinstance(kept, Mapping) or SEALED not in kept:
            return kept
        number, text = "", kept[SEALED]
        if text.startswith(FOLDED):
            number, text = text[len(FOLDED)], text[len(FOLDED) + 1 :]
        plain = self._plain(base64.b64decode(text), scope, number)
        if not number:
            return json.loads(zlib.decompress(plain))
        said = folding.fold(ANSWERS, number).unfolded(plain[1:])
        return said if plain[:1] == b"t" else json.loads(said)

    def _plain(self, found: bytes, scope: Key, number: str) -> bytes:
        """Return what one of the secrets has sealed. Raises ValueError."""
        for cipher in self._ciphers(scope, number):
            with suppress(InvalidTag):
                return cipher.decrypt(found[:NONCE_BYTES], found[NONCE_BYTES:], None)
        raise ValueError("sealed under another secret")
