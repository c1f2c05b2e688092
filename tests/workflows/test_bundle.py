"""One thing of many items: which apply, in which order, what one's end means for the others."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows import bundle
from service.workflows.bundle import final_state

AREA = {"id": "area", "ask": "面积是多少？", "type": "number", "fills": "area", "min": 1, "unit": "㎡"}
HOT = {"id": "hot", "ask": "有热菜吗？", "type": "boolean"}
HOTTER = {"id": "hot_pot", "ask": "是火锅吗？", "type": "boolean"}
AFTER_FOOD = [{"use": "fire", "after": ["food"]}, {"use": "drain", "after": ["fire"]}]


def choose(release, answers, kind="sole-trader"):
    """Select the items for these answers."""
    return bundle.select(release, answers, bundle.Applicant(kind))


def refuse(story, code="food", *people):
    """Refuse an item after review."""
    reviewer, approver = people or ("wang", "zhao")
    getattr(story, reviewer)(f"{code}.propose", opinion="不符合。")
    getattr(story, approver)(f"{code}.refuse", reasons=["unfit"])
    return story


def grant(story, code="food", *people):
    """Grant and hand out an item."""
    reviewer, approver = people or ("wang", "zhao")
    getattr(story, reviewer)(f"{code}.propose", opinion="符合。")
    getattr(story, approver)(f"{code}.grant", opinion="同意。")
    story.li(f"{code}.issue")
    return story


class TestSelect:
    def release(self, shop):
        return shop.release(
            "food", {"use": "fire", "when": "derived.risky"}, {"use": "sign", "when": "answers.hot_pot"},
            questions=[AREA, HOT, HOTTER], derived={"large": "answers.area > 300", "risky": "derived.large || answers.hot"},
        )  # fmt: skip

    def test_reasons(self, shop):
        """What does not apply says which answers decided it, through whatever was derived, and no others."""
        found = choose(self.release(shop), {"area": 200, "hot": False, "hot_pot": False})
        assert found.items == ("food",)
        assert found.left_out["fire"] == "根据您的回答不需要办理（面积是多少？ 200㎡；有热菜吗？ 否）"
        assert found.left_out["sign"] == "根据您的回答不需要办理（是火锅吗？ 否）"

    @pytest.mark.parametrize(("area", "hot", "applies"), [(300, False, False), (300.5, False, True), (1, True, True)])
    def test_bounds(self, shop, area, hot, applies):
        """Conditions hold exactly where they say."""
        found = choose(self.release(shop), {"area": area, "hot": hot, "hot_pot": False})
        assert ("fire" in found.items) is applies

    def test_one_form(self, shop):
        """The form is the union of what the items ask, each field once, with those who asked (R-BND-10)."""
        release = shop.release("food", "drain")
        facts = choose(release, {"area": 5}).facts
        needs = bundle.one_form(release, ["food", "drain"], {}, facts)
        assert {name: need.items for name, need in needs.items()} == {
            "name": ["food"], "area": ["food", "drain"], "phone": ["food"]}  # fmt: skip
        assert (needs["area"].value, needs["area"].departments) == (5.0, ["scjg", "cg"])
        assert "您对情形问题的回答" in needs["area"].origin

    def test_one_set(self, shop):
        """The papers are the union by code; a commitment drops what it waives (R-NCP-6)."""
        release = shop.release("food", "fire")
        facts = choose(release, {"area": 5}).facts
        assert set(bundle.one_set(release, ["food", "fire"], {}, facts)) == {"lease", "plan", "photo", "proof"}
        needs = bundle.one_set(release, ["food", "fire"], {"fire": "commitment"}, facts)
        assert {code: need.items for code, need in needs.items()} == {
            "lease": ["food"], "plan": ["food", "fire"], "photo": ["food"]}  # fmt: skip
        assert (needs["plan"].required, needs["photo"].deferrable) == (True, "8wd")


class TestOrder:
    def test_opinion_while_waiting(self, shop):
        """预审: an opinion may be noted while an item waits; nothing runs, nobody else's turn comes (R-BND-6)."""
        story = shop.accepted("food", {"use": "drain", "after": ["food"]})
        with pytest.raises(NotPermitted):
            story.wang("drain.note_opinion", opinion="可以。")
        story.han("drain.note_opinion", opinion="图纸符合要求，待前置事项办结。")
        assert (story.state("drain"), story.tasks("drain"), story.did()[-1]) == ("waiting", [], "drain.note_opinion")
        assert not [clock for clock in story.case.clocks if clock[0] == "drain"]

    def test_waits(self, shop):
        """An item with a predecessor waits without a clock or a task, and starts with its end (R-BND-6)."""
        story = shop.accepted("food", {"use": "drain", "after": ["food"]}, at="2026-06-08")
        assert (story.state("drain"), story.tasks("drain")) == ("waiting", [])
        assert [name for name in story.case.clocks if name[0] == "drain"] == []
        story.until("2026-06-16")
        grant(story)
        assert (story.state("drain"), story.due("drain.notice")) == ("received", date(2026, 6, 24))  # S-17
        assert [n.item for n in story.case.notices.values() if n.kind == "started"] == ["drain"]

    def test_for_all_before_it(self, shop):
        """It starts when the last of its predecessors is granted."""
        story = shop.accepted("food", "fire", {"use": "drain", "after": ["food", "fire"]})
        grant(story)
        assert story.state("drain") == "waiting"
        story.zheng("fire.propose", opinion="符合。")
        story.sun("fire.grant", opinion="同意。")
        assert story.state("drain") == "waiting"  # granted, not yet handed out
        story.li("fire.issue")
        assert story.state("drain") == "received"

    def test_predecessor_not_needed(self, shop):
        """A predecessor that does not apply, or needs no permit, holds nobody up."""
        alone = shop.submitted({"use": "food", "when": "answers.area > 500"}, {"use": "drain", "after": ["food"]})
        assert alone.state("drain") == "received"
        story = shop.submitted("food", {"use": "drain", "after": ["food"]})
        story.li("food.not_required", reasons=["elsewhere"])
        assert story.state("drain") == "received"

    def test_chain(self, shop):
        """Each link starts the next."""
        story = shop.accepted("food", *AFTER_FOOD)
        grant(story)
        assert (story.state("fire"), story.state("drain")) == ("received", "waiting")

    def test_predecessor_revoked(self, shop):
        """What still waits for a grant that was revoked can never start and is told so."""
        story = shop.accepted("food", "fire", {"use": "drain", "after": ["food", "fire"]})
        grant(story)
        story.qian("food.revoke", reasons=["unfit"])
        assert (story.state("drain"), story.item("drain").note) == ("stopped", "因「食品经营许可」已撤销而终止")


class TestRefusalPolicy:
    def states(self, story):
        return {code: item.state for code, item in story.case.items.items()}

    def test_others_stand(self, shop):
        """A refusal touches nobody who does not depend on it (R-BND-5)."""
        story = refuse(shop.accepted("food", "drain", {"use": "fire", "after": ["food"]}))
        assert self.states(story) == {"food": "refused", "drain": "reviewing", "fire": "stopped"}
        assert story.case.state == "in_progress"

    def test_stop_dependents(self, shop):
        """Those who wait for it, directly or through others, stop, each with its own paper."""
        entries = ({"use": "food", "on_refusal": "stop_dependents"}, *AFTER_FOOD, "sign")
        story = refuse(shop.accepted(*entries))
        assert self.states(story) == {"food": "refused", "fire": "stopped", "drain": "stopped", "sign": "received"}
        stopped = {n.item: n.body for n in story.case.notices.values() if n.kind == "stopped"}
        assert set(stopped) == {"fire", "drain"}
        assert "食品经营许可" in stopped["fire"]["text"]
        assert "remedies" in stopped["fire"]

    def test_stop_all(self, shop):
        """With stop_all the whole ends; every stop is an event and a paper."""
        story = refuse(shop.accepted("food", "drain", "sign", on_refusal="stop_all"))
        assert self.states(story) == {"food": "refused", "drain": "stopped", "sign": "stopped"}
        assert (story.case.state, story.did().count("drain.stop"), story.papers().count("stopped")) == ("refused", 1, 2)

    def test_item_over_bundle(self, shop):
        """The item's own word goes before the bundle's."""
        entries = ({"use": "food", "on_refusal": "others_stand"}, "drain")
        assert self.states(refuse(shop.accepted(*entries, on_refusal="stop_all")))["drain"] == "reviewing"

    def test_what_is_decided_stands(self, shop):
        """A grant that only waits to be handed out is not undone by another's refusal (行政许可法 69)."""
        story = shop.accepted("food", "drain", on_refusal="stop_all")
        story.han("drain.propose", opinion="符合。")
        story.yang("drain.grant", opinion="同意。")
        refuse(story)
        assert story.state("drain") == "issuing"
        story.wu("drain.issue")
        assert story.case.state == "partly_granted"

    def test_of_a_lapse(self, shop):
        """A lapse is a failure like a refusal."""
        story = shop.submitted("food", {"use": "fire", "after": ["food"]}, missing=("plan",))
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        story.until("2026-12-01")
        assert self.states(story) == {"food": "lapsed", "fire": "stopped"}


class TestDerivedState:
    def test_draft(self, shop):
        """Before submission it is a draft."""
        assert shop.draft(shop.release("food")).state == "draft"

    def test_course(self, shop):
        """It goes received → correcting → received → in_progress → granted."""
        story = shop.submitted("food", missing=("plan",))
        seen = [story.case.state]
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        seen.append(story.case.state)
        story.zhang("food.supply", materials=["plan"])
        seen.append(story.case.state)
        story.li("food.accept")
        seen.append(story.case.state)
        seen.append(grant(story).case.state)
        assert seen == ["received", "correcting", "received", "in_progress", "granted"]

    @pytest.mark.parametrize(
        ("outcomes", "state"),
        [
            (["granted"], "granted"), (["granted", "not_required"], "granted"), (["granted", "revoked"], "granted"),
            (["granted", "refused"], "partly_granted"), (["granted", "withdrawn"], "partly_granted"),
            (["granted", "stopped"], "partly_granted"), (["refused"], "refused"), (["declined", "lapsed"], "refused"),
            (["refused", "withdrawn"], "refused"), (["withdrawn", "withdrawn"], "withdrawn"),
            (["withdrawn", "stopped"], "withdrawn"), (["lapsed"], "terminated"), (["not_required"], "terminated"),
            (["lapsed", "withdrawn"], "terminated"), (["lapsed", "stopped"], "terminated"),
        ],
    )  # fmt: skip
    def test_result(self, outcomes, state):
        """The result follows from the outcomes alone (R-BND-5)."""
        assert final_state(outcomes) == final_state(outcomes[::-1]) == state

    def test_closes_once(self, shop):
        """The last item closes the case with one package (R-BND-11); nothing opens it again."""
        story = grant(shop.accepted("food"))
        assert (story.did().count("close"), story.papers().count("result")) == (1, 1)
        assert story.clock("promise").state == "settled"
        for action in ("food.issue", "food.withdraw", "withdraw", "urge"):
            with pytest.raises(ActionNotAllowed):
                (story.li if action == "food.issue" else story.zhang)(action)

    def test_other_lifecycles(self, shop):
        """Filing, deciding on the spot and verifying end a case as well."""
        story = shop.submitted("sign", "tax", "look-up")
        story.li("sign.file")
        story.li("tax.decide_now")
        story.han("look-up.confirm")
        assert (story.case.state, story.item("sign").accepted_on) == ("granted", date(2026, 9, 14))


JOINT = {"legal_mode": "unified", "designation": "区政府令1号", "promised": "40wd"}


class TestLegalMode:
    @pytest.mark.parametrize("mode", ["unified", "joint", "centralised"])
    def test_cap(self, shop, mode):
        """S-07: in joint handling 45 working days for the whole from acceptance; each item keeps its own (R-BND-2)."""
        of = {"legal_mode": mode, "designation": "区政府令1号", "promised": "40wd"}
        story = shop.submitted("food", "drain", at="2026-05-29", **of)
        assert ("", "cap") not in story.case.clocks
        story.li("food.accept", "2026-06-01")
        story.li("drain.accept", "2026-06-02")
        assert (story.due("cap"), story.due("food.decision", "statutory")) == (date(2026, 8, 4), date(2026, 6, 30))

    def test_deemed(self, shop):
        """A deemed acceptance counts from the receipt, and so does the cap."""
        of = {"legal_mode": "unified", "designation": "区政府令1号", "promised": "40wd"}
        story = shop.submitted("food", "drain", at="2026-05-29", **of)
        story.li("food.accept", "2026-06-02")
        later = story.due("cap")
        story.until("2026-06-10")
        assert story.item("drain").accepted_on == date(2026, 5, 29)
        assert story.due("cap") < later

    def test_extended(self, shop):
        """+15 by the head of the government, once, before the end, with a reason and a paper: 08-04 → 08-25 (R-BND-2)."""
        story = shop.accepted("food", at="2026-06-01", **JOINT)
        for person in ("qian", "li", "zhang"):
            with pytest.raises(NotPermitted):
                getattr(story, person)("extend_cap", days=15, reason="跨部门会商")
        for wrong in ({"days": 16, "reason": "会商"}, {"days": True, "reason": "会商"}, {"days": 15, "reason": " "}):
            with pytest.raises(DataInvalid):
                story.zong("extend_cap", **wrong)
        own = story.due("food.decision", "statutory")
        story.zong("extend_cap", "2026-08-04T23:00", days=15, reason="跨部门会商")
        assert (story.due("cap"), own) == (date(2026, 8, 25), date(2026, 6, 30))
        assert (story.papers()[-1], story.did()[-1]) == ("extension", "extend_cap")
        with pytest.raises(ActionNotAllowed, match="延长过一次"):
            story.zong("extend_cap", days=1, reason="再会商")

    def test_extended_too_late(self, shop):
        """Not after the end, and not where there is no cap."""
        late = shop.accepted("food", at="2026-06-01", **JOINT).until("2026-08-05")
        with pytest.raises(ActionNotAllowed, match="届满"):
            late.zong("extend_cap", days=15, reason="跨部门会商")
        with pytest.raises(ActionNotAllowed, match="没有统一办理"):
            shop.accepted("food").zong("extend_cap", days=15, reason="跨部门会商")

    def test_special_stops_the_cap(self, shop):
        """行政许可法 45 reaches the cap too: ten days of review move 08-04 to 08-18; the promise stays (R-BND-2, R-BND-7)."""
        story = shop.accepted("food", "drain", at="2026-06-01", **JOINT)
        promise = story.due("promise")
        story.wang("food.start_special", "2026-06-08", procedure="testing", notice_text="送检。", days=12)
        story.han("drain.start_special", "2026-06-10", procedure="testing", notice_text="送检。", days=8)
        assert story.due("cap") is None
        story.wang("food.end_special", "2026-06-16")
        story.han("drain.end_special", "2026-06-23")
        assert (story.due("cap"), story.due("promise")) == (date(2026, 8, 18), promise)

    def test_coordination(self, shop):
        """In mere coordination there is no cap of 45 days: each item has its own limits."""
        assert ("", "cap") not in shop.accepted("food").case.clocks
