"""规范写法 — the two forms in which values are sealed, written anew: what is checked is not checked by its own writer."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from math import isfinite
from typing import Any

LARGEST_NUMBER = 2**53 - 1


def canonical(value: Any) -> str:
    """Write a value as the record seals it: sorted keys, no spaces, whole numbers without a fraction, instants in UTC.

    Raises:
        ValueError: not a number. TypeError: another type of value.
    """
    return json.dumps(
        _plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def fingerprint(value: Any) -> str:
    """Return the SHA-256 of a value as the record seals it. Raises ValueError for text with a lone surrogate, too."""
    return sha256(canonical(value).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and isfinite(value) and value == int(value):
        return int(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def document_hash(value: Any) -> str:
    """Return the SHA-256 of a release's document in the JSON Canonicalization Scheme (RFC 8785)."""
    return sha256(jcs(value).encode()).hexdigest()


def jcs(value: Any) -> str:
    """Write a JSON value by RFC 8785: keys in UTF-16 order, numbers as ECMAScript writes them.

    Raises:
        ValueError: a number that JSON cannot hold exactly, or another type of value.
    """
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and abs(value) <= LARGEST_NUMBER:
        return str(value)
    if isinstance(value, float) and isfinite(value):
        return _number(value)
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: str(key).encode("utf-16-be"))
        return "{" + ",".join(f"{jcs(key)}:{jcs(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    raise ValueError(f"no JSON value: {value!r}")


def _number(value: float) -> str:
    if value == 0:
        return "0"
    sign, parts, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits, point = "".join(map(str, parts)), len(parts) + int(exponent)
    if len(digits) <= point <= 21:
        text = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        text = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        text = f"0.{'0' * -point}{digits}"
    else:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        text = f"{digits[0]}{fraction}e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return f"-{text}" if sign else text
