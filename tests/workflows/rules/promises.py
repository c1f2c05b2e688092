"""Promises that zhang makes for the fire check."""

from typing import Any

from tests.workflows.story import Story, Town
from tests.workflows.town import Data

CHOICE = {"handling": {"fire": "commitment"}}


def promised(
    shop: type[Town], *items: str | Data, at: str = "2026-09-10T15:00", **of: Any
) -> Story:
    """Let zhang promise for the fire check."""
    return shop.submitted(*(items or ("fire",)), at=at, case=CHOICE, **of)


def changed(shop: type[Town], **of: Any) -> dict[str, Data]:
    """Change what the fire item says about promises."""
    return {"fire": {"commitment": {**shop.items["fire"]["commitment"], **of}}}


def granted(shop: type[Town], sample: float = 1.0, conditions: Any = (), **of: Any) -> Story:
    """Grant on the promise and hand out; `conditions` are those of the item where they count."""
    commitment = shop.items["fire"]["commitment"]
    follow_up = {**commitment["follow_up"], "sample": sample}
    fire: Data = {"commitment": {**commitment, "follow_up": follow_up}}
    if conditions:
        fire["conditions"] = list(conditions)
    story = promised(shop, change={"fire": fire}, **of)
    story.sun("fire.grant_by_commitment", "2026-09-11")
    story.li("fire.issue")
    return story
