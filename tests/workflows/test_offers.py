"""What is offered is what `step` would allow, and what is not says why."""

import pytest

from service.errors import DataInvalid, NotPermitted, ServiceError
from service.workflows.situation import Action
from service.workflows.step import offers, step

DATA = {
    "reasons": ["unfit"], "opinion": "同意。", "procedure": "testing", "notice_text": "请等候。", "days": 5, "gaps": ["photo"],
    "reason": "案情复杂", "findings": "相符", "officers": ["wei", "qin"], "materials": ["photo"], "grade": 5,
    "parties": [{"name": "占位邻", "contact": "示例路2号"}], "party": 1, "document": "听证申请书", "place": "三楼",
    "date": "2026-10-21", "chair": "qian", "ground": "other", "compensation": "补偿1号", "notice": 1,
}  # fmt: skip


def stages(shop):
    """Yield stories at every stage of an application."""
    yield shop.submitted("food", "sign", "tax", "look-up", {"use": "drain", "after": ["food"]})
    lacking = shop.submitted("food", missing=("photo",))
    yield lacking
    lacking.li("food.note_defects", reasons=["plan-no-size"])
    yield lacking
    lacking.li("notify_correction")
    yield lacking
    gaps = shop.submitted("food", missing=("photo",))
    gaps.li("food.accept_tolerant", gaps=["photo"])
    yield gaps
    gaps.wang("food.propose", opinion="符合。")
    yield gaps
    gaps.zhao("food.grant", opinion="同意。")
    yield gaps
    story = shop.accepted("food")
    yield story
    story.qian("food.extend", days=5, reason="案情复杂")
    story.wang("food.start_inspection")
    yield story
    story.wei("food.record_inspection", officers=["wei", "qin"], findings="相符")
    story.wang("food.start_special", procedure="testing", notice_text="请等候。", days=5)
    yield story
    story.wang("food.end_special")
    story.wang("food.propose", opinion="符合。")
    story.zhao("food.grant", opinion="同意。")
    story.li("food.issue")
    yield story
    heard = shop.accepted("food", change={"food": {"hearing": {"mode": "on_request", "basis": "行政许可法 47"}}})
    yield heard
    heard.wang("food.tell_hearing", reason="关系重大", parties=[])
    yield heard
    heard.zhang("food.request_hearing")
    yield heard
    heard.wang("food.announce_hearing", date="2026-10-21", place="三楼", chair="qian")
    yield heard
    joint = shop.accepted("food", legal_mode="unified", designation="区政府令1号")
    yield joint
    promised = shop.submitted("fire", case={"handling": {"fire": "commitment"}})
    yield promised
    promised.sun("fire.grant_by_commitment")
    yield promised
    promised.zhou("fire.follow-up.order_rectify", days=5)
    yield promised
    late = shop.submitted("food", at="2026-02-12").until("2026-02-13")
    late.now = shop.moment("2026-04-20")  # nothing swept yet
    yield late


def verdict(story, person, item, name):
    """Return what a step with suitable data comes to."""
    own = (
        [t for t in story.release.lifecycles[story.item(item).lifecycle].transitions if t.action == name]
        if item
        else []
    )
    wanted = {need for t in own for need in t.needs} | {"rate": {"grade"}, "extend_cap": {"reason", "days"}}.get(
        name, set()
    )
    try:
        step(story.case, Action(name, item, {k: DATA[k] for k in wanted}), story.people[person], story.situation)
    except ServiceError as refusal:
        return refusal
    return None


class TestOffers:
    @pytest.mark.parametrize(
        "person", ["zhang", "li", "wang", "zhao", "qian", "wei", "sun", "zhou", "wu", "han", "zong", "stranger"]
    )
    def test_same_as_step(self, shop, person):
        """Offered if and only if the step would be taken; never offered are those who may never."""
        seen = 0
        for story in stages(shop):
            for offer in offers(story.case, story.people[person], story.situation):
                came = verdict(story, person, offer.item, offer.action)
                seen += 1
                assert not isinstance(came, NotPermitted)
                if offer.allowed:
                    assert came is None or isinstance(came, DataInvalid), (offer, came)
                else:
                    assert type(came) is not DataInvalid, (offer, came)
                    assert (came.detail, came.law) == (offer.reason, offer.law)
        assert seen or person == "stranger"

    def test_none_left_out(self, shop):
        """What a step would allow is offered."""
        for story in stages(shop):
            for person in ("zhang", "li", "wang", "zhao", "qian", "wei", "sun", "zhou"):
                offered = {o for o, offer in story.offers(person).items() if offer.allowed}
                for code, item in story.case.items.items():
                    for t in story.release.lifecycles[item.lifecycle].transitions:
                        if verdict(story, person, code, t.action) is None:
                            assert f"{code}.{t.action}" in offered, (person, t.action)

    def test_draft(self, shop):
        """A draft has no actions but to be submitted."""
        release = shop.release("food")
        assert shop.story(release, shop.draft(release), "2026-09-14").offers("zhang") == {}

    def test_changes_nothing(self, shop):
        """Asking is not acting."""
        story = shop.submitted("food", at="2026-02-12")
        story.now = shop.moment("2026-04-20")
        before = story.case.fork()
        story.offers("li")
        assert story.case == before

    def test_after_what_fell_due(self, shop):
        """What has fallen due but was not swept yet counts as done."""
        story = shop.submitted("food", at="2026-02-12")
        story.now = shop.moment("2026-03-02")
        assert "food.accept" not in story.offers("li")
        assert story.offers("wang")["food.propose"].allowed

    def test_reason(self, shop):
        """What is not possible says why, with its article."""
        story = shop.submitted("food", missing=("plan",))
        offer = story.offers("li")["food.accept"]
        assert (offer.allowed, offer.law) == (False, "行政许可法 32")
        assert "平面图" in offer.reason
