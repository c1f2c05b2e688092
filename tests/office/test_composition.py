"""The office is put together from groups of verbs."""

from collections import Counter

from service.office import Office


class TestOffice:
    """All verbs on one object."""

    def test_no_group_hides_what_another_group_calls(self) -> None:
        """Two private means of one name would be one: whoever comes first would answer for both."""
        groups = Office.__mro__[1:-1]
        names = Counter(name for group in groups for name in vars(group) if name[:2] != "__")
        assert [name for name, count in names.items() if count > 1] == []
