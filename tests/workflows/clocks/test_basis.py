"""依据: each limit says on which article it rests (R-TIME-10)."""

from tests.workflows.decided import granted
from tests.workflows.story import Story, Town
from tests.workflows.town import Data

OWN: Data = {"fire": {"bases": {"statutory": "消防法 15"}}}
CONFIRMED: Data = {
    "food": {"category": "confirmation", "basis": ["某市招牌办法 7"], "result": None}
}


def basis(story: Story, name: str) -> str:
    """Return the article of a clock."""
    return story.clock(name).basis


class TestBasis:
    def test_a_licence_rests_on_article_42_or_on_its_own_statute(self, shop: type[Town]) -> None:
        """行政许可法 42 ① 但书: what another law says stands on the clock, in the explanation and on the cards."""
        story = shop.accepted("food", "fire", change=OWN)
        assert basis(story, "food.decision") == "行政许可法 42"
        assert basis(story, "fire.decision") == "消防法 15"
        story.until("2026-10-16")
        red = [e for e in story.events if (e.action, e.item) == ("red_card", "fire")]
        assert [event.law for event in red] == ["消防法 15"]

    def test_what_is_no_licence_rests_on_its_own_statute(self, shop: type[Town]) -> None:
        """The licence law binds licences: who takes their lifecycle has its timers by choice, 参照."""
        story = shop.submitted("food", "sign", change=CONFIRMED)
        assert basis(story, "food.notice") == "参照行政许可法 32"
        assert basis(story, "sign.decision") == "某法 1"
        story.li("food.accept")
        assert basis(story, "food.decision") == "某市招牌办法 7"

    def test_what_follows_a_licence_keeps_its_law(self, shop: type[Town]) -> None:
        """The proceedings about a licence are those of the law; a revocation has its own."""
        story = granted(shop)
        story.qian("food.start_revocation", ground="other", reason="材料不实")
        assert basis(story, "food.revocation.decision").startswith("市场监督管理行政许可程序")
