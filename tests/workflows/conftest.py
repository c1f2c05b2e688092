"""The town of the stories."""

import pytest

from tests.workflows.story import Town

# what is asserted in these is told in full, as in a test
pytest.register_assert_rewrite("tests.workflows.invariants", "tests.workflows.telling.chart.seen")


@pytest.fixture(scope="session")
def shop() -> type[Town]:
    """The town in which zhang opens a shop."""
    return Town
