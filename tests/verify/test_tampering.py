"""Every kind of tampering is found, by what must find it at the latest; and nothing is found where nothing was done."""

import os

import pytest

from .conftest import Sealed
from .tampering import KINDS, damage

# On PostgreSQL those that look different there; all of them with YIJIANSHI_TEST_TAMPERING=all.
ALL = os.environ.get("YIJIANSHI_TEST_TAMPERING") == "all"
ON_POSTGRESQL = {
    "case deleted",
    "re-chained: other approver",
    "retry_at",
    "triggers dropped",
    "account inserted",
    "calendar",
    "answer deleted",
    "counter back",
    "ledger said again",
    "last seal cut",
}
TRIED = [("sqlite", kind) for kind in KINDS]
TRIED += [("postgresql", kind) for kind in KINDS if ALL or kind in ON_POSTGRESQL]


class TestTampering:
    """`verify`, on a city that was sealed and witnessed."""

    async def test_finds_nothing_where_nothing_was_done(self, sealed: Sealed) -> None:
        """With key and witness, with either alone, and with neither."""
        whole = await sealed.check()
        assert whole.lines()[:-3] == []
        assert whole.counts["draws"] > 0
        assert whole.counts["seals"] > 2
        for key, witness in ((True, False), (False, True), (False, False)):
            assert (await sealed.check(key=key, witness=witness)).clean

    @pytest.mark.parametrize(("sealed", "kind"), TRIED, indirect=["sealed"])
    async def test_finds_it(self, sealed: Sealed, kind: str) -> None:
        """What is done is named; what needs the key or the witness is found with it."""
        await damage(kind, sealed.url)
        by = KINDS[kind].by
        report = await sealed.check(key=by != "record", witness=by == "witness")
        assert not report.clean
        assert any(KINDS[kind].words in finding.what + finding.where for finding in report.findings)
