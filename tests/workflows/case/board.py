"""A lifecycle of a pack's own, with a decision of several people and names of its own for everything."""

from typing import Any

from service.workflows.case.situation import Actor
from tests.workflows.story import Story, Town
from tests.workflows.town import Data

OWN: Data = {
    "code": "board", "title": "集体审议",
    "clocks": {
        "first_look": {"title": "初审", "limit": "look"},
        "verdict": {"title": "审议", "limit": "limits"},
        "mend": {"title": "补齐", "limit": "3wd"},
        "hand_over": {"title": "交付", "limit": "2wd"},
        "told": {"title": "听证所需时间", "limit": "5wd", "owner": "public"},
    },
    "states": {
        "arrived": {"title": "待初审", "post": "window", "runs": ["first_look"], "on_expiry": {"first_look": "taken_up"}},
        "mending": {"title": "待补齐", "post": "applicant", "runs": ["mend"], "on_expiry": {"mend": "given_up"}},
        "studied": {"title": "研究中", "post": "reviewer", "runs": ["verdict"]},
        "hearing": {"title": "听证中", "post": "reviewer", "runs": ["told"], "on_expiry": {"told": "time_over"}},
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
        {"action": "take_up_short", "title": "先收下", "from": "arrived", "to": "studied", "by": "window", "needs": ["gaps"],
         "notice": "tolerant_acceptance", "counts_from": "complete"},
        {"action": "taken_up", "title": "视为收下", "from": "arrived", "to": "studied", "by": "clock",
         "notice": "acceptance", "counts_from": "received"},
        {"action": "bring", "title": "补齐", "from": "mending", "to": "arrived", "by": "applicant", "needs": ["materials"],
         "when": "item.complete", "counts_from": "complete"},
        {"action": "bring", "title": "补齐", "from": "mending", "to": "mending", "by": "applicant", "needs": ["materials"]},
        {"action": "given_up", "title": "未补齐", "from": ["mending", "studied"], "to": "gone", "by": "clock", "notice": "lapse"},
        {"action": "hear", "title": "开始听证", "from": "studied", "to": "hearing", "by": "reviewer",
         "needs": ["procedure", "basis", "notice_text", "days"], "notice": "special", "effect": {"limit": "told"}, "counts_from": "now"},
        {"action": "time_over", "title": "告知的时间已过", "from": "hearing", "to": "studied", "by": "clock"},
        {"action": "heard", "title": "听证结束", "from": "hearing", "to": "studied", "by": "reviewer"},
        {"action": "put_forward", "title": "提交审议", "from": "studied", "to": "before_board", "by": "reviewer", "needs": ["opinion"]},
        {"action": "lengthen", "title": "延长", "from": "before_board", "to": "before_board", "by": "head",
         "needs": ["days", "reason"], "effect": {"extend": "verdict"}, "notice": "extension"},
        {"action": "agree", "title": "同意", "from": "before_board", "to": "agreed", "by": "approver", "needs": ["opinion"], "notice": "grant"},
        {"action": "object", "title": "不同意", "from": "before_board", "to": "turned_down", "by": "approver",
         "needs": ["reasons"], "notice": "refusal"},
        {"action": "return_it", "title": "退回研究", "from": "before_board", "to": "studied", "by": "approver", "needs": ["opinion"]},
        {"action": "hand_over", "title": "交付", "from": "agreed", "to": "done", "by": "chief", "when": "item.gaps == 0", "notice": "issue"},
        {"action": "revoke", "title": "收回", "from": "done", "to": "undone", "by": "proceeding", "needs": ["reasons"],
         "notice": "revocation"},
        {"action": "start_revocation", "title": "启动撤销", "from": "done", "to": "done", "by": "head", "needs": ["ground", "reason"],
         "effect": {"begin": "revocation"}},
    ],
}  # fmt: skip

BOARD = ("zhao", "feng", "chu")


def board(sign: Any = "all") -> Data:
    """Return the lifecycle with another rule of signing."""
    states = OWN["states"] | {"before_board": OWN["states"]["before_board"] | {"sign": sign}}
    return OWN | {"states": states}


def of(sign: Any = "all") -> dict[str, Any]:
    """Let the food licence run through it."""
    limits = {"statutory": "20wd", "promised": "10wd", "look": "4wd"}
    return {
        "lifecycles": (board(sign),),
        "change": {"food": {"lifecycle": "board", "limits": limits}},
    }


def tabled(
    shop: type[Town], sign: Any = "all", staff: tuple[str, ...] = BOARD, reviewer: str = "wang"
) -> Story:
    """Bring it before the board."""
    story = shop.submitted("food", **of(sign))
    story.people["hua"] = Actor("hua", "clerk", "scjg", frozenset({"chief"}))
    story.staff["scjg", "approver"] = staff
    story.li("food.take_up")
    story.act(story.people[reviewer], "food.put_forward", opinion="请审议。")
    return story
