"""发布版: what was published goes on as it was meant."""

import pytest

from service.errors import DefinitionInvalid
from service.workflows.definition.release import Release
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
