"""The table of terms of interruption: each is a verb of its own, with its own paper, and refused where it has no place."""

import pytest

from service.errors import ServiceError
from tests.workflows.story import Town
from tests.workflows.town import ELSEWHERE, Data

BEFORE, AFTER = "2026-09-14", "2026-09-15"
# what is done: who, verb, what it carries; the state it leads to, its paper, whether it ends the item
AT_INTAKE = [
    ("li", "accept", {}, "reviewing", "acceptance", False),
    ("li", "not_required", {"reasons": ["needless"]}, "not_required", "not_required", True),
    ("li", "decline", ELSEWHERE, "declined", "not_accepted", True),
    ("zhang", "withdraw", {}, "withdrawn", "withdrawal", True),
]
IN_REVIEW = [
    (
        "wang",
        "start_special",
        {"procedure": "hearing", "basis": "某法 9", "notice_text": "需要听证", "days": 10},
        "special",
        "special",
        False,
    ),
    ("qian", "extend", {"reason": "案情复杂", "days": 5}, "reviewing", "extension", False),
    ("zhang", "withdraw", {}, "withdrawn", "withdrawal", True),
]


class TestTerms:
    @pytest.mark.parametrize(
        ("who", "verb", "data", "state", "paper", "ends"), AT_INTAKE, ids=lambda v: str(v)[:12]
    )
    def test_the_verbs_of_the_intake_end_with_it(
        self, shop: type[Town], who: str, verb: str, data: Data, state: str, paper: str, ends: bool
    ) -> None:
        """受理 不受理 不予受理 撤回 belong to the intake and have no place once it is over (R-RQ-2, R-ACC-4)."""
        story = shop.submitted("food", at=BEFORE)
        getattr(story, who)(f"food.{verb}", AFTER, **data)
        assert (story.state("food"), bool(story.item("food").outcome)) == (state, ends)
        assert paper in story.papers()
        if verb != "withdraw":
            with pytest.raises(ServiceError):
                getattr(story, who)(f"food.{verb}", **data)

    @pytest.mark.parametrize(
        ("who", "verb", "data", "state", "paper", "ends"), IN_REVIEW, ids=lambda v: str(v)[:12]
    )
    def test_the_verbs_of_the_review_begin_with_it(
        self, shop: type[Town], who: str, verb: str, data: Data, state: str, paper: str, ends: bool
    ) -> None:
        """特别程序 延期 撤回 belong to the review; the first two have no place before the acceptance (R-RQ-2)."""
        early = shop.submitted("food", at=BEFORE)
        if verb != "withdraw":
            with pytest.raises(ServiceError):
                getattr(early, who)(f"food.{verb}", AFTER, **data)
        story = shop.accepted("food", at=BEFORE)
        getattr(story, who)(f"food.{verb}", AFTER, **data)
        assert (story.state("food"), bool(story.item("food").outcome)) == (state, ends)
        assert paper in story.papers()

    @pytest.mark.parametrize("verb", ["return", "suspend", "hold", "reject"])
    def test_there_is_no_verb_for_what_the_law_does_not_know(
        self, shop: type[Town], verb: str
    ) -> None:
        """退回、挂起 and the like are no acts of the law: there is no such verb (R-RQ-2, R-RQ-3)."""
        with pytest.raises(ServiceError):
            shop.accepted("food").wang(f"food.{verb}", opinion="退回")
