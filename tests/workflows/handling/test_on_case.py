"""Only what is listed can be done on a case."""

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotFound, ServiceError
from tests.workflows.story import Town


class TestUnknown:
    @pytest.mark.parametrize(
        ("what", "refusal"),
        [("dance", DataInvalid), ("food.dance", ActionNotAllowed), ("none.accept", NotFound)],
    )
    def test_only_listed_verbs_exist(
        self, shop: type[Town], what: str, refusal: type[ServiceError]
    ) -> None:
        """Only listed verbs exist: there is no informal return of papers (R-RQ-3)."""
        with pytest.raises(refusal):
            shop.submitted("food").li(what)

    def test_a_draft_can_only_be_submitted(self, shop: type[Town]) -> None:
        """A draft can only be submitted."""
        release = shop.release("food")
        story = shop.story(release, shop.draft(release), "2026-09-14")
        with pytest.raises(ActionNotAllowed):
            story.zhang("withdraw")
