"""Stories up to the decision of an item, and past it."""

from typing import Any

from tests.workflows.story import Story, Town
from tests.workflows.town import Data


def granted(shop: type[Town], *, reviewed: bool = False, **of: Any) -> Story:
    """A food licence handed out on Friday 2026-09-25; `reviewed`: after its legal review."""
    story = shop.accepted("food", **of)
    story.wang("food.propose", opinion="同意")
    if reviewed:
        story.jin("food.record_legal_review", opinion="合法")
    story.zhao("food.grant", opinion="准予")
    story.li("food.issue", on="2026-09-24")
    return story


def refuse(story: Story, code: str = "food", *people: str) -> Story:
    """Refuse an item after review."""
    reviewer, approver = people or ("wang", "zhao")
    getattr(story, reviewer)(f"{code}.propose", opinion="不符合。")
    getattr(story, approver)(f"{code}.refuse", reasons=["unfit"])
    return story


def grant(story: Story, code: str = "food", *people: str) -> Story:
    """Grant and hand out an item."""
    reviewer, approver = people or ("wang", "zhao")
    getattr(story, reviewer)(f"{code}.propose", opinion="符合。")
    getattr(story, approver)(f"{code}.grant", opinion="同意。")
    story.li(f"{code}.issue")
    return story


def decided(story: Story, code: str = "food") -> Story:
    """Grant the food licence, not yet handed out."""
    story.wang(f"{code}.propose", opinion="符合。")
    story.zhao(f"{code}.grant", opinion="同意。")
    return story


def deciding(shop: type[Town], *items: str | Data, **of: Any) -> Story:
    """Bring the food licence to its decision."""
    story = shop.accepted(*(items or ("food",)), **of)
    story.wang("food.propose", opinion="符合条件。")
    return story


def revoke(story: Story, code: str = "food", *people: str, ground: str = "unqualified") -> Story:
    """Revoke what was granted, the only way there is: told, heard, decided by the head."""
    head, reviewer = people or ("qian", "wang")
    getattr(story, head)(f"{code}.start_revocation", ground=ground, reason="材料不实")
    getattr(story, reviewer)(f"{code}.revocation.tell_grounds", reason="经查材料不实")
    story.zhang(f"{code}.revocation.state_case", opinion="没有意见")
    getattr(story, head)(f"{code}.revocation.decide_revoke", reasons=["unfit"])
    return story


def closed(shop: type[Town], *items: str | Data, **of: Any) -> Story:
    """One item decided and handed out on Fri 2026-09-18."""
    story = shop.accepted(*(items or ("food",)), at="2026-09-16", on="2026-09-17", **of)
    story.wang("food.propose", "2026-09-18", opinion="符合")
    story.zhao("food.grant", opinion="同意")
    story.li("food.issue")
    return story
