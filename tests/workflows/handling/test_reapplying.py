"""重新申请: what came to nothing is applied for anew by itself, with the answers and papers of before."""

from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.case.parts import EARLIER_CASE
from service.workflows.case.situation import Actor
from service.workflows.definition.models.terms import DECLINE_GROUNDS
from service.workflows.handling import (
    Later,
    begun,
    brought_over,
    draft_materials,
    objected,
    reappliable,
    refuse_reapplying,
    told_before,
)
from service.workflows.telling import draft_as_it_stands
from service.workflows.trials import again as trials
from tests.workflows.story import Story, Town
from tests.workflows.town import ELSEWHERE

LEASE, PLAN, NEW_PLAN = "a" * 64, "b" * 64, "c" * 64


def refused(story: Story, item: str = "food", *reasons: Any) -> Story:
    """Let an item be refused."""
    who = {"food": ("wang", "zhao"), "fire": ("zheng", "sun"), "drain": ("han", "yang")}[item]
    story.act(story.people[who[0]], f"{item}.propose", opinion="不符合。")
    given = list(reasons or ["unfit"])
    story.act(story.people[who[1]], f"{item}.refuse", reasons=given)
    return story


def with_files(shop: type[Town], *items: Any, **of: Any) -> Story:
    """Let zhang apply with a lease and a plan that are files, accepted."""
    files = [{"material": "lease", "file": LEASE}, {"material": "plan", "file": PLAN}]
    start = shop.begun(*items, **of)
    story = start.submit(missing=("lease", "plan"), also=tuple(files))
    for code in list(story.case.items):
        if story.item(code).lifecycle == "licence":
            story.li(f"{code}.accept")
    return story


def drafted(story: Story, *items: str, on: str = "2026-09-21", **held: Any) -> Story:
    """Let zhang begin again with these items."""
    story.until(on)
    zhang = story.people["zhang"]
    case, papers = trials.draft_after(
        story.case, items, story.release, zhang, story.events, story.now
    )
    after = Story(story.release, case, on)
    for name, value in held.items():
        setattr(after, name, value)
    after._keep(begun(case, papers.values(), zhang, after.situation))
    return after


def sent(after: Story, *also: dict[str, Any]) -> Story:
    """Let zhang submit what was begun, and papers beside those that came over."""
    after.zhang("submit", materials=[*draft_materials(after.case), *also])
    return after


class TestReapply:
    def test_one_item_alone(self, shop: type[Town]) -> None:
        """The new case is limited to the item; the others go on where they are."""
        story = refused(shop.accepted("food", "drain"))
        after = sent(drafted(story, "food"))
        assert list(after.case.items) == ["food"]
        assert (after.case.reapply_of, after.case.limited_to) == (story.case.number, ["food"])
        assert story.state("drain") == "reviewing"
        assert after.clock("food.notice").due_on == shop.moment("2026-09-29").date()

    def test_answers_and_form_come_over(self, shop: type[Town]) -> None:
        """What was told stands in the draft; a field in which something was wrong does not."""
        story = shop.submitted("food", missing=("plan",))
        story.li("food.note_defects", reasons=["phone-wrong"])
        story.li("notify_correction")
        story.until("2026-10-20")
        assert story.state("food") == "lapsed"
        after = drafted(story, "food", on="2026-10-20")
        assert (after.case.answers, "phone" in after.case.form) == ({"area": 130}, False)

    def test_papers_come_over_but_what_was_wrong(self, shop: type[Town]) -> None:
        """Digital copies nobody objected to are used again and say so; what was wrong is handed in anew (R-ACC-3)."""
        story = refused(with_files(shop, "food"), "food", {"text": "尺寸不实", "material": "plan"})
        after = drafted(story, "food")
        assert [(m.material, m.file, m.reference) for m in after.case.materials.values()] == [
            ("lease", LEASE, EARLIER_CASE)
        ]
        sent(after, {"material": "plan", "file": NEW_PLAN})
        held = {m.material: m for m in after.case.materials.values() if not m.replaced}
        assert (held["lease"].reference, held["plan"].reference) == (EARLIER_CASE, "")

    def test_only_papers_of_the_item(self, shop: type[Town]) -> None:
        """A paper that only another item asks for stays where it is."""
        story = refused(with_files(shop, "food", "fire"), "fire")
        after = drafted(story, "fire")
        assert [m.material for m in after.case.materials.values()] == ["plan"]

    def test_the_draft_shows_what_the_item_needs(self, shop: type[Town]) -> None:
        """Guide, form and papers are those of the item; each paper and field says where it comes from."""
        story = refused(with_files(shop, "food", "fire", "sign"), "fire")
        after = drafted(story, "fire")
        content = draft_as_it_stands(after.case, after.situation)
        assert [item["code"] for item in content["guide"]["items"]] == ["fire"]
        assert content["guide"]["not_needed"] == []
        assert {paper["code"] for paper in content["papers"]} == {"plan", "proof"}
        given = next(p["given"] for p in content["papers"] if p["code"] == "plan")
        assert given["origin"] == f"办件 {story.case.number} 交过，沿用"

    @pytest.mark.parametrize("how", ["declined", "lapsed", "withdrawn", "terminated"])
    def test_after_every_end_that_came_to_nothing(self, shop: type[Town], how: str) -> None:
        """不予受理, a lapse, the own withdrawal and a termination as well as a refusal."""
        assert "competence" in DECLINE_GROUNDS
        story = shop.submitted("food", missing=("plan",))
        if how == "declined":
            story.li("food.decline", **ELSEWHERE)
        elif how == "withdrawn":
            story.zhang("food.withdraw")
        elif how == "terminated":
            story.qian("food.terminate", reasons=["unfit"], document="文1号")
        else:
            story.li("food.note_defects", reasons=["plan-no-size"])
            story.li("notify_correction")
            story.until("2026-10-20")
        after = sent(drafted(story, "food", on="2026-10-20"))
        assert after.state("food") == "received"


class TestBars:
    def test_a_ban_bars_it(self, shop: type[Town]) -> None:
        """A ban that the refusal brought is answered in writing (许可法 78, R-ACC-10)."""
        story = shop.accepted("food", change={"food": {"public_safety": True}})
        story.wang("food.propose", opinion="材料虚假。")
        story.zhao("food.refuse", reasons=["unfit"], ground="false_material")
        bans = tuple(story.case.bans.values())
        after = sent(drafted(story, "food", bans=bans))
        assert (after.state("food"), after.papers()[-2:]) == (
            "not_received",
            ["not_accepted", "result"],
        )

    def test_an_unrepaired_breach_bars_the_promise(self, shop: type[Town]) -> None:
        """Exclusion puts it on the ordinary path (R-NCP-3)."""
        after = drafted(refused(shop.accepted("fire"), "fire"), "fire", excluded=True)
        after.case.handling = {"fire": "commitment"}
        sent(after)
        assert (after.item("fire").handling, "ordinary_path" in after.papers()) == (
            "ordinary",
            True,
        )


class TestRefused:
    def test_what_is_open_or_done(self, shop: type[Town]) -> None:
        """Nothing that still goes on, and nothing that was granted."""
        story = shop.accepted("food", "tax")
        story.li("tax.decide_now")
        zhang = story.people["zhang"]
        for code, why in (("food", "还在办理"), ("tax", "不是没有办成")):
            with pytest.raises(ActionNotAllowed, match=why):
                refuse_reapplying(story.case, [code], story.release, zhang, ())

    @pytest.mark.parametrize("items", [[], ["food", "food"], ["pool"]])
    def test_what_is_no_item_of_it(self, shop: type[Town], items: list[str]) -> None:
        """Each item once, and only those of the case."""
        story = refused(shop.accepted("food"))
        with pytest.raises(DataInvalid):
            refuse_reapplying(story.case, items, story.release, story.people["zhang"], ())

    @pytest.mark.parametrize("person", ["li", "qian", "stranger"])
    def test_by_nobody_else(self, shop: type[Town], person: str) -> None:
        """Only the applicant."""
        story = refused(shop.accepted("food"))
        who = story.people[person]
        with pytest.raises(NotPermitted):
            refuse_reapplying(story.case, ["food"], story.release, who, ())
        assert reappliable(story.case, story.release, who, ()) == []

    def test_by_the_window_for_who_has_no_account(self, shop: type[Town]) -> None:
        """The lead's window acts for the applicant of a case that it typed in (R-XR-4)."""
        typed = {"account": "", "entered_by": "li", "channel": "counter"}
        story = refused(shop.accepted("food", case=typed))
        assert reappliable(story.case, story.release, story.people["li"], ()) == ["food"]

    def test_by_a_portal_that_filed_it(self, shop: type[Town]) -> None:
        """A portal begins again for whom it filed; the mandate is shown anew when it is sent."""
        story = shop.accepted("food")
        refused(story)
        story.case.account = "portal"
        portal = Actor("portal", "portal")
        assert reappliable(story.case, story.release, portal, ()) == ["food"]

    def test_twice(self, shop: type[Town]) -> None:
        """What is applied for anew already is told with its number; after another refusal one goes on from there."""
        story = refused(shop.accepted("food"))
        for state, outcome, why in (
            ("draft", None, "草稿 S-2"),
            ("in_progress", "", "请看那一件"),
            ("refused", "refused", "请从那一件开始"),
        ):
            outcomes = {} if outcome is None else {"food": outcome}
            later = [Later("S-2", state, ("food",), outcomes)]
            with pytest.raises(ActionNotAllowed, match=why.replace("请从", "")):
                refuse_reapplying(story.case, ["food"], story.release, story.people["zhang"], later)

    def test_what_is_not_offered_any_more(self, shop: type[Town]) -> None:
        """An item that the bundle of today does not have is not applied for anew."""
        story = refused(shop.accepted("food", "drain"))
        with pytest.raises(ActionNotAllowed, match="不在这件事里"):
            refuse_reapplying(
                story.case, ["food"], shop.release("drain"), story.people["zhang"], ()
            )


class TestSerial:
    AFTER = ("food", {"use": "drain", "after": ["food"]})

    def test_not_without_what_it_waits_for(self, shop: type[Town]) -> None:
        """What stopped with its predecessor begins with it, not before it (R-BND-6)."""
        story = refused(shop.accepted(*self.AFTER))
        assert story.item("drain").outcome == "stopped"
        zhang = story.people["zhang"]
        with pytest.raises(ActionNotAllowed, match="一并重新申请"):
            refuse_reapplying(story.case, ["drain"], story.release, zhang, ())
        assert reappliable(story.case, story.release, zhang, ()) == ["food", "drain"]

    def test_with_it(self, shop: type[Town]) -> None:
        """Both at once: the later one waits again."""
        after = sent(drafted(refused(shop.accepted(*self.AFTER)), "food", "drain"))
        assert (after.state("food"), after.state("drain")) == ("received", "waiting")

    def test_when_it_is_done(self, shop: type[Town]) -> None:
        """After its predecessor was granted in a later case it may begin by itself, at once."""
        story = refused(shop.accepted(*self.AFTER))
        later = [Later("S-2", "granted", ("food",), {"food": "granted"})]
        zhang = story.people["zhang"]
        refuse_reapplying(story.case, ["drain"], story.release, zhang, later)
        assert reappliable(story.case, story.release, zhang, later) == ["drain"]


class TestBroughtOver:
    def test_nothing_but_digital_copies(self, shop: type[Town]) -> None:
        """A paper shown at a counter went back with the decision; shared data and certificates are looked up anew."""
        story = refused(shop.accepted("fire"), "fire")
        assert {m.source for m in story.case.materials.values()} == {"upload", "share"}
        assert list(brought_over(story.case, ["fire"], [], story.release)) == []

    def test_what_nobody_asks_any_more(self, shop: type[Town]) -> None:
        """Answers and fields that the rules of today do not know are left out."""
        story = refused(shop.accepted("food"))
        story.case.answers = {**story.case.answers, "gone": 1}
        told = told_before(story.case, [], story.release)
        assert (told["answers"], told["form"]["phone"]) == ({"area": 130}, "13912345678")

    def test_objected(self, shop: type[Town]) -> None:
        """What was asked for and not supplied, and the reasons of the end, of these items alone."""
        story = shop.submitted("food", "drain", missing=("lease",))
        story.li("drain.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        story.until("2026-10-20")
        points = objected(story.case, ["drain"], story.events)
        assert [point["reason"] for point in points] == ["plan-no-size", "missing:lease"]
