"""Canonical forms and hearings: small checks of the oracle by themselves."""

import secrets
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import rfc8785

from service.verify import duties
from service.verify.canonical import fingerprint, jcs
from service.verify.dossier import Dossier
from service.workflows.case import record as evidence


def samples() -> Iterator[Any]:
    """Values in which canonical forms differ between careless writers."""
    yield from (
        [],
        {},
        None,
        True,
        0,
        -0.0,
        1.0,
        1e21,
        1e-7,
        123456789012345680.0,
        0.1,
        5e-324,
        1.7976931348623157e308,
    )
    yield {"b": 1, "a": {"\ue000": 1, "\U00010000": 2}, "é": '\u2028\x7f\x00\t"\\'}
    yield [secrets.randbelow(10**9) / 10 ** secrets.randbelow(12) for _ in range(1000)]


class TestCanonicalForm:
    """Two writers that share no code agree."""

    @pytest.mark.parametrize("value", list(samples()), ids=lambda value: type(value).__name__)
    def test_agrees_with_the_one_that_seals(self, value: Any) -> None:
        """Releases are sealed by RFC 8785, events by a simpler form; both are written anew by the oracle."""
        assert jcs(value).encode() == rfc8785.dumps(value)
        assert fingerprint(value) == evidence.digest(evidence.plain(value))

    @pytest.mark.parametrize(
        "value",
        [float("nan"), float("inf"), 2**53, {"a": object()}],
        ids=("nan", "inf", "large", "object"),
    )
    def test_refuses_what_has_no_form(self, value: Any) -> None:
        """A value without a canonical form is never sealed."""
        with pytest.raises(ValueError, match="no JSON value"):
            jcs(value)


class TestHearings:
    @pytest.mark.parametrize(
        ("mode", "stages", "found"),
        [
            ("on_request", ["told", "over"], 0),
            ("on_request", ["told"], 1),
            ("on_request", [], 1),
            ("ex_officio", ["told", "waived"], 1),
            ("ex_officio", ["opened", "announced", "held"], 0),
        ],
    )
    def test_decided_unheard(self, mode: str, stages: list[str], found: int) -> None:
        """A decision without the hearing its definition asks for is found (R-HEAR-1, R-HEAR-2)."""
        decided = {"item": "food", "decided_at": "2026-10-22", "outcome": "refused"}
        steps = [{**decided, "decided_at": None, "hearing": {"stage": stage}} for stage in stages]
        events = [{"rows": {"items": [row]}} for row in [*steps, decided]]
        definition: Any = SimpleNamespace(items={"food": {"hearing": {"mode": mode}}})
        dossier = Dossier({"number": "S-1", "id": "1"}, {"items": [decided]}, events, definition)
        assert len(list(duties.hearings(dossier))) == found
