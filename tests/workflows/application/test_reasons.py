"""理由: each action takes the reasons meant for it, and none that this application cannot mean."""

import pytest

from service.errors import DataInvalid
from tests.workflows import town as streets
from tests.workflows.rules.promises import promised
from tests.workflows.story import Town
from tests.workflows.town import ELSEWHERE


class TestForWhat:
    """`reasons.<r>.for`."""

    def test_a_flaw_of_a_paper_is_no_ground_to_decline(self, shop: type[Town]) -> None:
        """A drawing without sizes is mended first: neither 不予受理 nor 不受理, in own words neither (许可法 32 ①(四))."""
        for action, more in (("decline", ELSEWHERE), ("not_required", {})):
            for flaw in ("plan-no-size", {"text": "图上没有尺寸", "material": "plan"}):
                story = shop.submitted("food")
                with pytest.raises(DataInvalid, match="应当一次性告知补正") as refusal:
                    story.li(f"food.{action}", **{**more, "reasons": [flaw]})
                assert refusal.value.law == "行政许可法 32"
                assert story.state("food") == "received"

    def test_a_refused_act_says_which_reasons_there_are(self, shop: type[Town]) -> None:
        """What is meant for something else is refused, and those that are meant are named."""
        story = shop.submitted("food")
        with pytest.raises(
            DataInvalid, match=r"「不符合条件」是.*不能用于不予受理；可选：elsewhere"
        ):
            story.li("food.decline", **{**ELSEWHERE, "reasons": ["unfit"]})
        with pytest.raises(DataInvalid, match="「不属于本机关职权」是不予受理的理由，不能用于补正"):
            story.li("food.note_defects", reasons=["elsewhere"])
        with pytest.raises(DataInvalid, match="没有「nothing」；可选：needless"):
            story.li("food.not_required", reasons=["nothing"])

    def test_the_conditions_are_refused_with_what_is_wrong_in_a_paper(
        self, shop: type[Town]
    ) -> None:
        """A paper that fails the conditions refuses the licence (许可法 38)."""
        story = shop.accepted("food")
        story.wang("food.propose", opinion="不符合")
        story.zhao("food.refuse", reasons=["plan-no-door"])
        assert story.item("food").outcome == "refused"

    def test_where_to_apply_is_asked_for_want_of_competence(self, shop: type[Town]) -> None:
        """许可法 32 ①(二): the ground is one of three, and without competence the right office is named on paper."""
        story = shop.submitted("food")
        for lacking in ("ground", "where", "reasons"):
            with pytest.raises(DataInvalid) as refusal:
                story.li("food.decline", **{k: v for k, v in ELSEWHERE.items() if k != lacking})
            assert refusal.value.facts["errors"][0]["pointer"] == f"/data/{lacking}"
        with pytest.raises(DataInvalid, match="属于哪种情形"):
            story.li("food.decline", **{**ELSEWHERE, "ground": "fraud"})
        story.li("food.decline", **ELSEWHERE)
        said = story.case.notices[2].body["text"]
        assert said.endswith("依法不属于本机关职权范围。请向区局申请。")

    def test_whatever_the_lifecycle_says(self, shop: type[Town]) -> None:
        """A lifecycle that only asks for reasons declines with ground and place all the same."""
        board = {
            "code": "own",
            "title": "自写",
            "clocks": {"notice": {"title": "告知", "limit": "5wd"}},
            "states": {
                "received": {"title": "待受理", "post": "window", "runs": ["notice"]},
                "done": {"title": "已办", "final": "granted"},
                "away": {"title": "不予受理", "final": "declined"},
            },
            "transitions": [
                {
                    "action": "finish",
                    "title": "办结",
                    "from": "received",
                    "to": "done",
                    "by": "window",
                },
                {
                    "action": "send_away",
                    "title": "不收",
                    "from": "received",
                    "to": "away",
                    "by": "window",
                    "needs": ["reasons"],
                    "notice": "not_accepted",
                },
            ],
        }
        story = shop.submitted(
            "sign", change={"sign": {"lifecycle": "own", "limits": {}}}, lifecycles=(board,)
        )
        with pytest.raises(DataInvalid, match="属于哪种情形"):
            story.li("sign.send_away", reasons=["elsewhere"])
        offer = story.offers("li")["sign.send_away"]
        assert set(offer.needs) == {"reasons", "ground", "where"}

    def test_a_promise_is_rejected_with_its_own(self, shop: type[Town]) -> None:
        """Where the end says nothing the lifecycle says what it takes."""
        story = promised(shop)
        with pytest.raises(DataInvalid, match="转一般程序"):
            story.sun("fire.reject_commitment", reasons=["plan-no-size"])


class TestOfThisApplication:
    """`reasons.<r>.when`."""

    def test_a_reason_hangs_on_what_was_filled_in(
        self, shop: type[Town], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What this application cannot mean is not taken."""
        words = {**streets.VOCABULARY["reasons"]}
        words["lease-pages"] = {**words["lease-pages"], "when": "form.area >= 100"}
        monkeypatch.setitem(streets.VOCABULARY, "reasons", words)
        for area, taken in ((80, False), (120, True)):
            story = shop.submitted("food", case={"answers": {"area": area}})
            if taken:
                story.li("food.note_defects", reasons=["lease-pages"])
                assert [point["reason"] for point in story.item("food").noted] == ["lease-pages"]
            else:
                with pytest.raises(DataInvalid, match="「租赁合同缺页」不适用于这份申请"):
                    story.li("food.note_defects", reasons=["lease-pages"])
