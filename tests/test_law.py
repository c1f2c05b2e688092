"""The list of rules is complete, and what it says is kept is named by a test."""

from tests.law import survey


class TestLaw:
    def test_every_rule_is_kept_or_listed(self) -> None:
        """Sections 1 to 12 and 18: in a table of docs/law.md, or under "Not yet" with the reason."""
        assert [name for name, rule in survey().items() if rule.state == "UNLISTED"] == []

    def test_what_is_kept_is_tested(self) -> None:
        """A rule that is kept is named by at least one test or scenario."""
        assert [name for name, rule in survey().items() if rule.kept and not rule.tests] == []
