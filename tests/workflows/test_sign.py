"""会签、票签、依次: a decision of several people in a lifecycle that a pack wrote itself, without Python."""

import pytest

from service.errors import ActionNotAllowed
from service.workflows.language.models import Lifecycle
from service.workflows.situation import Actor

OWN = {
    "code": "board", "title": "集体审议",
    "clocks": {
        "first_look": {"title": "初审", "limit": "look"},
        "verdict": {"title": "审议", "limit": "limits"},
        "mend": {"title": "补齐", "limit": "3wd"},
        "hand_over": {"title": "交付", "limit": "2wd"},
    },
    "states": {
        "arrived": {"title": "待初审", "post": "window", "runs": ["first_look"], "on_expiry": {"first_look": "taken_up"}},
        "mending": {"title": "待补齐", "post": "applicant", "runs": ["mend"], "on_expiry": {"mend": "given_up"}},
        "studied": {"title": "研究中", "post": "reviewer", "runs": ["verdict"]},
        "hearing": {"title": "听证中", "post": "reviewer"},
        "before_board": {"title": "待审议", "post": "approver", "runs": ["verdict"], "sign": "all"},
        "agreed": {"title": "待交付", "post": "chief", "runs": ["hand_over"]},
        "done": {"title": "已交付", "final": "granted"},
        "turned_down": {"title": "未通过", "final": "refused"},
        "gone": {"title": "未补齐", "final": "lapsed"},
        "undone": {"title": "已收回", "final": "revoked"},
    },
    "transitions": [
        {"action": "remark", "title": "提出问题", "from": "arrived", "to": "arrived", "by": "window", "needs": ["reasons"]},
        {"action": "take_up", "title": "收下", "from": "arrived", "to": "studied", "by": "window", "when": "item.complete",
         "notice": "acceptance", "counts_from": "complete"},
        {"action": "take_up_short", "title": "先收下", "from": "arrived", "to": "studied", "by": "window", "needs": ["gaps"]},
        {"action": "taken_up", "title": "视为收下", "from": "arrived", "to": "studied", "by": "clock",
         "notice": "acceptance", "counts_from": "received"},
        {"action": "bring", "title": "补齐", "from": "mending", "to": "arrived", "by": "applicant", "needs": ["materials"],
         "when": "item.complete", "counts_from": "complete"},
        {"action": "bring", "title": "补齐", "from": "mending", "to": "mending", "by": "applicant", "needs": ["materials"]},
        {"action": "given_up", "title": "未补齐", "from": ["mending", "studied"], "to": "gone", "by": "clock", "notice": "lapse"},
        {"action": "hear", "title": "开始听证", "from": "studied", "to": "hearing", "by": "reviewer",
         "needs": ["procedure", "notice_text", "days"], "notice": "special"},
        {"action": "heard", "title": "听证结束", "from": "hearing", "to": "studied", "by": "reviewer"},
        {"action": "put_forward", "title": "提交审议", "from": "studied", "to": "before_board", "by": "reviewer", "needs": ["opinion"]},
        {"action": "lengthen", "title": "延长", "from": "before_board", "to": "before_board", "by": "head",
         "needs": ["days", "reason"], "effect": {"extend": "verdict"}, "notice": "extension"},
        {"action": "agree", "title": "同意", "from": "before_board", "to": "agreed", "by": "approver", "needs": ["opinion"], "notice": "grant"},
        {"action": "object", "title": "不同意", "from": "before_board", "to": "turned_down", "by": "approver",
         "needs": ["reasons"], "notice": "refusal"},
        {"action": "return_it", "title": "退回研究", "from": "before_board", "to": "studied", "by": "approver", "needs": ["opinion"]},
        {"action": "hand_over", "title": "交付", "from": "agreed", "to": "done", "by": "chief", "when": "item.gaps == 0", "notice": "issue"},
        {"action": "take_back", "title": "收回", "from": "done", "to": "undone", "by": "head", "needs": ["reasons"], "notice": "revocation"},
    ],
}  # fmt: skip
BOARD = ("zhao", "feng", "chu")


def board(sign="all"):
    """Return the lifecycle with another rule of signing."""
    states = OWN["states"] | {"before_board": OWN["states"]["before_board"] | {"sign": sign}}
    return OWN | {"states": states}


def of(sign="all"):
    """Let the food licence run through it."""
    limits = {"statutory": "20wd", "promised": "10wd", "look": "4wd"}
    return {"lifecycles": (board(sign),), "change": {"food": {"lifecycle": "board", "limits": limits}}}


def tabled(shop, sign="all", staff=BOARD, reviewer="wang"):
    """Bring it before the board."""
    story = shop.submitted("food", **of(sign))
    story.people["hua"] = Actor("hua", "clerk", "scjg", frozenset({"chief"}))
    story.staff["scjg", "approver"] = staff
    story.li("food.take_up")
    story.act(story.people[reviewer], "food.put_forward", opinion="请审议。")
    return story


class TestAll:
    def test_all_agree(self, shop):
        """会签: it takes effect with the last who agrees; each signature before is an event of its own."""
        story = tabled(shop)
        for person in ("zhao", "feng"):
            getattr(story, person)("food.agree", opinion="同意。")
            assert story.state("food") == "before_board"
        assert story.did()[-2:] == ["food.sign", "food.sign"]
        assert "grant" not in story.papers()
        story.chu("food.agree", opinion="同意。")
        assert (story.state("food"), story.item("food").decided_by, story.papers()[-1]) == ("agreed", "chu", "grant")

    @pytest.mark.parametrize("before", [0, 1, 2])
    def test_one_objects(self, shop, before):
        """一票否决: whoever objects, first or last, ends it; never a grant over an objection."""
        story = tabled(shop)
        for person in BOARD[:before]:
            getattr(story, person)("food.agree", opinion="同意。")
        getattr(story, BOARD[before])("food.object", reasons=["unfit"])
        assert story.state("food") == "turned_down"

    def test_sent_back(self, shop):
        """Back to study: earlier signatures count no more."""
        story = tabled(shop)
        story.zhao("food.agree", opinion="同意。")
        story.feng("food.return_it", opinion="请补充。")
        assert (story.state("food"), story.item("food").signatures) == ("studied", [])

    def test_twice(self, shop):
        """Nobody signs twice."""
        story = tabled(shop)
        story.zhao("food.agree", opinion="同意。")
        with pytest.raises(ActionNotAllowed, match="签署过"):
            story.zhao("food.agree", opinion="同意。")
        assert not story.offers("zhao")["food.agree"].allowed

    def test_without_the_reviewer(self, shop):
        """Who reviewed does not sign, and nobody waits for that signature."""
        story = shop.submitted("food", **of())
        story.staff["scjg", "approver"] = BOARD
        both = Actor("zhao", "clerk", "scjg", frozenset({"reviewer", "approver"}))
        story.li("food.take_up")
        story.act(both, "food.put_forward", opinion="请审议。")
        with pytest.raises(ActionNotAllowed, match="审查人"):
            story.act(both, "food.agree", opinion="同意。")
        story.feng("food.agree", opinion="同意。")
        story.chu("food.agree", opinion="同意。")
        assert story.state("food") == "agreed"

    def test_claimed(self, shop):
        """What all sign is nobody's alone: a claim does not shut the others out."""
        story = tabled(shop)
        story.zhao("claim", task=next(n for n, t in story.case.tasks.items() if t.done_at is None))
        story.feng("food.agree", opinion="同意。")
        assert [s["account"] for s in story.item("food").signatures] == ["feng"]

    def test_extension_needs_no_signatures(self, shop):
        """What leaves the state as it is, is done by one."""
        story = tabled(shop)
        before = story.due("food.verdict", "statutory")
        story.qian("food.lengthen", days=5, reason="案情复杂")
        assert story.due("food.verdict", "statutory") > before


class TestRatio:
    @pytest.mark.parametrize(
        ("votes", "state"),
        [
            ("yy", "agreed"), ("yny", "agreed"), ("nyy", "agreed"), ("nn", "turned_down"), ("ynn", "turned_down"),
            ("nyn", "turned_down"), ("y", "before_board"), ("n", "before_board"), ("yn", "before_board"),
        ],
    )  # fmt: skip
    def test_two_of_three(self, shop, votes, state):
        """票签: enough in favour grant; it is refused as soon as that can no longer come about; no dead end."""
        story = tabled(shop, {"ratio": 0.6})
        for person, vote in zip(BOARD, votes, strict=False):
            act = {"y": ("food.agree", {"opinion": "同意。"}), "n": ("food.object", {"reasons": ["unfit"]})}[vote]
            getattr(story, person)(act[0], **act[1])
        assert story.state("food") == state


class TestOrder:
    def test_in_turn(self, shop):
        """依次: one after the other."""
        story = tabled(shop, "order")
        with pytest.raises(ActionNotAllowed, match="zhao"):
            story.feng("food.agree", opinion="同意。")
        for person in BOARD:
            getattr(story, person)("food.agree", opinion="同意。")
        assert story.state("food") == "agreed"


class TestOwnLifecycle:
    """A pack's own names of states, actions and clocks do what the standard ones do."""

    def test_limits_by_name(self, shop):
        """A clock takes its limit from the item by name."""
        story = shop.submitted("food", **of())
        assert str(story.due("food.first_look")) == "2026-09-18"

    def test_silence(self, shop):
        """Its clock accepts from the day of receipt."""
        story = shop.submitted("food", **of()).until("2026-09-19T00:00")
        assert (story.state("food"), str(story.item("food").accepted_on)) == ("studied", "2026-09-14")
        said = next(n for n in story.case.notices.values() if n.kind == "acceptance")
        assert "视为受理" in said.body["text"]

    def test_correction(self, shop):
        """Points, one notice, supply and lapse work under other names."""
        story = shop.submitted("food", missing=("plan",), **of())
        story.li("food.remark", reasons=["lease-pages"])
        story.li("notify_correction")
        assert (story.state("food"), len(story.item("food").asked)) == ("mending", 2)
        story.zhang("food.bring", materials=["lease"])
        assert story.state("food") == "mending"
        story.zhang("food.bring", materials=["plan"])
        assert story.state("food") == "arrived"
        with pytest.raises(ActionNotAllowed):
            story.li("food.remark", reasons=["unfit"])
        lapsed = shop.submitted("food", missing=("plan",), **of())
        lapsed.li("food.remark", reasons=["plan-no-size"])
        lapsed.li("notify_correction")
        assert lapsed.until("2026-09-18T00:00").state("food") == "gone"

    def test_gaps(self, shop):
        """容缺 and its end work under other names; where no lapse is defined the gap only blocks the end."""
        story = shop.submitted("food", missing=("photo",), **of())
        story.li("food.take_up_short", gaps=["photo"])
        assert story.clock("food.gap-photo").expiry == "given_up"
        assert story.until("2026-09-25T00:00").state("food") == "gone"

    def test_refused_expiry(self, shop):
        """An end that its lifecycle does not allow where the item stands is recorded; the case goes on."""
        story = shop.submitted("food", missing=("photo",), **of())
        story.staff["scjg", "approver"] = BOARD
        story.li("food.take_up_short", gaps=["photo"])
        story.wang("food.put_forward", opinion="请审议。")  # from here nothing lapses
        story.until("2026-09-25T00:00")
        assert (story.state("food"), story.did()[-1]) == ("before_board", "food.expiry_refused")
        before = len(story.events)
        assert len(story.swept().events) == before
        for person in BOARD:
            getattr(story, person)("food.agree", opinion="同意。")
        chief = Actor("hua", "clerk", "scjg", frozenset({"chief"}))
        with pytest.raises(ActionNotAllowed, match="现场照片"):
            story.act(chief, "food.hand_over")

    def test_special(self, shop):
        """A hearing stops the clock and is over when its state is left."""
        story = shop.accepted("food", **of())
        story.li("food.take_up")
        story.wang("food.hear", procedure="hearing", notice_text="听证。", days=5)
        assert story.item("food").special["procedure"] == "hearing"
        assert story.clock("food.verdict").state == "paused"
        story.wang("food.heard", "2026-09-18")
        assert (story.item("food").special, story.clock("food.verdict").state) == ({}, "running")

    def test_whole_way(self, shop):
        """To the end with an extra post, and back by the head."""
        story = tabled(shop, "any")
        story.zhao("food.agree", opinion="同意。")
        with pytest.raises(ActionNotAllowed):
            story.zhang("food.withdraw")
        story.hua("food.hand_over")
        assert (story.case.state, story.case.certificates[1].state) == ("granted", "valid")
        story.qian("food.take_back", reasons=["unfit"])
        assert story.case.certificates[1].state == "revoked"

    def test_way_of_another(self, shop):
        """Of two ways of one action each is only for those it names."""
        ways = [
            {"action": "end", "title": "了结", "from": "open", "to": "done", "by": "window", "when": "item.complete"},
            {"action": "end", "title": "了结", "from": "open", "to": "no", "by": "head", "needs": ["reasons"]},
        ]
        states = {
            "open": {"title": "待办", "post": "window", "runs": ["all"]}, "done": {"title": "好", "final": "granted"},
            "no": {"title": "不好", "final": "refused"},
        }  # fmt: skip
        own = {
            "code": "short",
            "title": "短",
            "clocks": {"all": {"title": "办", "limit": "limits"}},
            "states": states,
            "transitions": ways,
        }
        town = {"lifecycles": (own,), "change": {"food": {"lifecycle": "short", "materials": ["plan"]}}}
        story = shop.submitted("food", missing=("plan",), **town)
        with pytest.raises(ActionNotAllowed):
            story.li("food.end", reasons=["unfit"])  # incomplete, and the other way is the head's
        story.qian("food.end", reasons=["unfit"])
        assert story.state("food") == "no"

    def test_clock_never_grants(self, shop):
        """Silence does not grant, not even where a lifecycle got past the checks with it (R-DEC-8; R-INV-1)."""
        states = {
            "open": {"title": "待办", "post": "window", "runs": ["all"]},
            "done": {"title": "好", "final": "granted"},
        }  # fmt: skip
        ways = [{"action": "end", "title": "办结", "from": "open", "to": "done", "by": "window"}]
        own = {
            "code": "short",
            "title": "短",
            "clocks": {"all": {"title": "办", "limit": "2wd"}},
            "states": states,
            "transitions": ways,
        }
        release = shop.release("tax", lifecycles=(own,), change={"tax": {"lifecycle": "short", "title": "默认通过"}})
        states["open"]["on_expiry"] = {"all": "pass_by"}
        ways.append({"action": "pass_by", "title": "默认通过", "from": "open", "to": "done", "by": "clock"})
        release.lifecycles["short"] = Lifecycle.model_validate({"kind": "lifecycle", **own})
        story = shop.story(release, shop.draft(release), "2026-09-14")
        story.zhang("submit", materials=[])
        story.until("2026-10-15")
        assert (story.state("tax"), story.did()[-1], story.clock("tax.all").card) == (
            "open",
            "tax.expiry_refused",
            "red",
        )
