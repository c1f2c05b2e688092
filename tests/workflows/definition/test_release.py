"""发布版: what was published goes on as it was meant."""

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from service.errors import DefinitionInvalid
from service.workflows.definition.release import Release, canonical
from tests.workflows.town import town


class TestFormat:
    def test_before_restarts_were_written_what_counted_anew_began_anew(self) -> None:
        """A case on a release of the old format keeps its rules: `counts_from` began anew what the target runs.

        But for what ran in the state that was left.
        """
        old = Release({**town("food").document, "format": 1})
        begun = {
            (t.action, t.sources[0], t.to): t.restarts
            for t in old.lifecycles["licence"].transitions
            if t.restarts
        }
        assert begun["accept", "received", "reviewing"] == ["decision"]
        assert begun["supply", "correcting", "received"] == ["notice"]
        assert begun["renew_special_notice", "special", "special"] == ["special"]
        assert ("propose", "reviewing", "deciding") not in begun

    def test_another_is_refused(self) -> None:
        """What nobody knows how to read is not read."""
        with pytest.raises(DefinitionInvalid):
            Release({**town("food").document, "format": 3})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text() | st.sampled_from(["\ue000", "\U00010000"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_the_quick_way_writes_what_the_scheme_says(document: dict[str, object]) -> None:
    """RFC 8785, byte for byte; what it refuses is refused."""
    try:
        expected = rfc8785.dumps(document)  # type: ignore[arg-type]
    except rfc8785.CanonicalizationError:
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical(document)
    else:
        assert canonical(document) == expected
