"""规范 JSON — RFC 8785 written anew: the record is checked with code that did not write it."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from math import isfinite
from typing import Any

LARGEST = 2**53 - 1


def canonical(value: Any) -> str:
    """Write a value in the one form it has: keys in UTF-16 order, numbers as ECMAScript writes them, instants in UTC.

    Raises:
        ValueError: a number that JSON cannot hold exactly, text with a lone surrogate, or another type of value.
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise ValueError(f"number out of range: {value}")
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return _text(value.astimezone(UTC).isoformat(timespec="microseconds"))
    if isinstance(value, date):
        return _text(value.isoformat())
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: str(key).encode("utf-16-be"))
        return "{" + ",".join(f"{_text(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(canonical, value)) + "]"
    raise ValueError(f"no JSON value: {type(value).__name__}")


def fingerprint(value: Any) -> str:
    """Return the SHA-256 of a value's canonical form, in hexadecimal."""
    return sha256(canonical(value).encode()).hexdigest()


def _text(value: str) -> str:
    value.encode()  # refuses a lone surrogate
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    if not isfinite(value):
        raise ValueError(f"no JSON number: {value}")
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
