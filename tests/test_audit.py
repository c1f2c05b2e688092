"""The audit of dependencies says what is known, and never calls unknown clean."""

from datetime import date
from typing import Any

from tests.audit import ACCEPTED, CLEAN, KNOWN, UNKNOWN, judged, read_accepted

TODAY = date(2026, 11, 29)


def package(name: str, *advisories: str) -> dict[str, Any]:
    found = [{"id": one, "aliases": [f"CVE-{one}"]} for one in advisories]
    return {"name": name, "version": "1.0", "vulns": found}


class TestJudged:
    def test_asked_about_each_and_nothing_known(self) -> None:
        """The only way to be clean."""
        audit = judged({"dependencies": [package("a"), package("b")]}, {}, TODAY)
        assert (audit.code, audit.asked) == (CLEAN, 2)

    def test_one_that_could_not_be_asked_about(self) -> None:
        """One unknown makes the whole unknown."""
        skipped = {"name": "b", "skip_reason": "not found"}
        audit = judged({"dependencies": [package("a"), skipped]}, {}, TODAY)
        assert (audit.code, audit.unknown) == (UNKNOWN, ["b"])

    def test_nothing_to_ask_about(self) -> None:
        """An empty report is no proof."""
        assert judged({"dependencies": []}, {}, TODAY).code == UNKNOWN

    def test_a_known_one(self) -> None:
        """What is known outweighs what is not."""
        skipped = {"name": "b", "skip_reason": "not found"}
        audit = judged({"dependencies": [package("a", "X-1"), skipped]}, {}, TODAY)
        assert (audit.code, audit.known) == (KNOWN, ["a 1.0: X-1"])

    def test_accepted_until_its_day(self) -> None:
        """An advisory is accepted by id or alias, to its last day and no longer."""
        found = {"dependencies": [package("a", "X-1")]}
        for name in ("X-1", "CVE-X-1"):
            assert judged(found, {name: TODAY}, TODAY).code == CLEAN
            assert judged(found, {name: date(2026, 11, 28)}, TODAY).code == KNOWN

    def test_the_list_can_be_read(self) -> None:
        """The file that is kept, and one line of it."""
        with ACCEPTED.open(encoding="utf-8") as lines:
            read_accepted(lines)
        text = ["advisory,package,until,reason", "X-1,a,2026-12-31,not reachable"]
        assert read_accepted(text) == {"X-1": date(2026, 12, 31)}
