"""The list of rules is complete, and what it says is kept is named by a test."""

from tests.law import ROOT, RULES, gone, survey


class TestLaw:
    def test_all_of_them_are_counted(self) -> None:
        """125 rules in twenty families, and eight invariants."""
        families = {name.rpartition("-")[0] for name in RULES}
        assert (len(RULES), len(families)) == (133, 20)
        assert sum(name.startswith("R-INV") for name in RULES) == 8

    def test_every_rule_is_kept_or_listed(self) -> None:
        """Sections 1 to 12 and 18: in a table of docs/law.md, or under "Not yet" with the reason."""
        assert [name for name, rule in survey().items() if rule.state == "UNLISTED"] == []

    def test_what_is_kept_is_tested(self) -> None:
        """A rule that is kept is named by at least one test or scenario."""
        assert [name for name, rule in survey().items() if rule.kept and not rule.tests] == []

    def test_the_tests_it_names_are_there(self) -> None:
        """A test that is moved or renamed takes its name in docs/law.md with it."""
        assert gone((ROOT / "docs/law.md").read_text()) == []
        planted = "`tests/test_attic.py`, `test_rights.py` TestAttic, `test_rights.py` TestRights"
        assert gone(planted) == ["tests/test_attic.py", "test_rights.py TestAttic"]
