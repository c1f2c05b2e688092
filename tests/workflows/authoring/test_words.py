"""What the guide to the language says of the standard lifecycles is what they are."""

from tests.lifecycles import GUIDE, rewritten


def test_the_guide_lists_their_states_and_actions() -> None:
    """Every state and action of a lifecycle that comes with the engine is in docs/definitions.md: `make words`."""
    assert rewritten(GUIDE.read_text()) == GUIDE.read_text()
