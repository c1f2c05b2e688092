"""开业: what must be granted first is said on the receipt, the progress and the result."""

import pytest

from service.workflows.definition.models import Bundle
from service.workflows.notices import opening
from service.workflows.telling import turn_of
from tests.workflows.story import Story, Town


def opens_with(patch: pytest.MonkeyPatch, story: Story, demanded: str | list[str]) -> None:
    """Let the bundle of a story demand something before anybody opens."""
    bundle = story.release.bundle.model_copy(update={"opens_with": demanded})
    patch.setattr(story.release, "bundle", bundle)


class TestSays:
    def test_what_is_not_granted_yet(
        self, shop: type[Town], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only what was applied for and is demanded; when all of it is granted one may open."""
        story = shop.accepted("food", "fire")
        assert opening.says(story.release, story.case) == ""
        opens_with(monkeypatch, story, ["food", "drain"])
        assert opening.says(story.release, story.case) == (
            "「食品经营许可」办成以前，不能开业（投入使用）。"
        )
        assert "不能开业" in turn_of(story.case, story.situation).told[-1]
        story.wang("food.propose", opinion="符合")
        story.zhao("food.grant", opinion="同意")
        story.li("food.issue")
        assert opening.says(story.release, story.case).endswith("可以开业（投入使用）。")

    def test_all(self, shop: type[Town], monkeypatch: pytest.MonkeyPatch) -> None:
        """`all` names every item of the case; nothing demanded, nothing said."""
        story = shop.accepted("food", "fire")
        opens_with(monkeypatch, story, "all")
        named = opening.needed(story.release.bundle, list(story.case.items))
        assert named == ["food", "fire"]

    def test_a_bundle_that_says_nothing(self) -> None:
        """Nothing has to be granted first."""
        said = {"kind": "bundle", "code": "b", "title": "一件事", "lead": "a", "promised": "5wd"}
        bundle = Bundle.model_validate(
            {**said, "applicants": ["individual"], "items": [{"use": "x"}]}
        )
        assert opening.needed(bundle, ["x"]) == []
