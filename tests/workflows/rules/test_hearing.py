"""Hearings: told, asked for, waived, announced, held; no decision before, and the time between is not counted."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.authoring.load import load_pack
from service.workflows.case.procedures import as_json
from service.workflows.definition.release import Release
from tests.workflows.story import Story, Town
from tests.workflows.town import Data

ASKED = {"mode": "on_request", "basis": "行政许可法 47"}
PUBLIC = {"mode": "ex_officio", "basis": "城乡规划法 48"}
NEIGHBOUR = {"name": "占位邻", "contact": "19900000001"}
SHOP = {"name": "占位店", "contact": "示例路2号"}
DAY = {"date": "2026-10-21", "hour": "09:30", "place": "区政务服务中心三楼", "chair": "qian"}


def reviewing(
    shop: type[Town], hearing: Data | None = None, at: str = "2026-09-01", **of: Any
) -> Story:
    """Bring the food licence to its review; `hearing` is what its definition says."""
    plain = {"limits": {"statutory": "20wd", "promised": "20wd"}}
    return shop.accepted(
        "food", at=at, change={"food": plain | ({"hearing": hearing} if hearing else {})}, **of
    )


def told(
    shop: type[Town], hearing: Data | None = ASKED, parties: Sequence[Data] = (), **of: Any
) -> Story:
    """Tell the right to a hearing on 2026-09-16."""
    story = reviewing(shop, hearing, **of)
    story.wang("food.tell_hearing", "2026-09-16", reason="油烟影响相邻住户", parties=list(parties))
    return story


def stage(story: Story) -> str:
    """Return how far the hearing has come."""
    return story.item("food").hearing.stage


class TestOnRequest:
    def test_the_time_between_is_not_counted(self, shop: type[Town]) -> None:
        """S-11: window to 09-22, hearing by 10-27, notice by 10-12, 16 days not counted, new limit 10-27 (R-HEAR-2…4)."""
        story = told(shop)
        assert (story.due("food.decision", "statutory"), story.due("food.hearing_window")) == (
            date(2026, 9, 29),
            date(2026, 9, 22),
        )
        story.zhang("food.request_hearing", "2026-09-22T16:00")
        assert (story.state("food"), story.due("food.hearing"), story.due("food.decision")) == (
            "hearing",
            date(2026, 10, 27),
            None,
        )
        story.wang("food.announce_hearing", "2026-10-12", **DAY)
        story.wang("food.record_hearing", "2026-10-21", document="听证笔录1号")
        assert (story.state("food"), story.due("food.decision", "statutory")) == (
            "reviewing",
            date(2026, 10, 27),
        )
        papers = [kind for kind in story.papers() if kind.startswith("hearing")]
        assert papers == ["hearing_right", "hearing_request", "hearing_notice", "hearing_end"]

    def test_nothing_is_decided_before_the_right_is_told(self, shop: type[Town]) -> None:
        """Neither proposed nor decided before the right was told, nor while the window is open (R-HEAR-2)."""
        story = reviewing(shop, ASKED)
        assert "听证权利" in story.offers("wang")["food.propose"].reason
        with pytest.raises(ActionNotAllowed, match="听证权利"):
            story.wang("food.propose", opinion="符合条件。")
        story.wang("food.tell_hearing", reason="关系重大", parties=[])
        with pytest.raises(ActionNotAllowed):
            story.wang("food.propose", opinion="符合条件。")

    def test_window_runs_out(self, shop: type[Town]) -> None:
        """Silence of five days ends the waiting; the decision clock went on (R-HEAR-4)."""
        story = told(shop).until("2026-09-22T23:59")
        assert story.state("food") == "hearing_told"
        story.until("2026-09-23T00:00")
        assert (story.state("food"), stage(story)) == ("reviewing", "over")
        assert story.due("food.decision", "statutory") == date(2026, 9, 29)
        story.wang("food.propose", opinion="符合条件。")
        assert story.clock("food.hearing_window").card == "none"

    def test_a_waiver_opens_the_decision(self, shop: type[Town]) -> None:
        """A waiver has its paper and opens the decision at once; nobody is told twice."""
        story = told(shop)
        story.zhang("food.waive_hearing")
        assert (story.state("food"), stage(story), story.papers()[-1]) == (
            "reviewing",
            "waived",
            "hearing_waived",
        )
        with pytest.raises(ActionNotAllowed, match="已经告知"):
            story.wang("food.tell_hearing", reason="关系重大", parties=[])
        story.wang("food.propose", opinion="符合条件。")

    def test_record_is_cited(self, shop: type[Town]) -> None:
        """The decision rests on the record and says so (R-HEAR-3, 行政许可法 48)."""
        story = told(shop)
        story.zhang("food.request_hearing")
        story.wang("food.announce_hearing", **DAY)
        story.wang("food.record_hearing", "2026-10-21", document="听证笔录1号")
        story.wang("food.propose", opinion="符合条件。")
        story.zhao("food.refuse", reasons=["unfit"])
        refusal = next(n for n in story.case.notices.values() if n.kind == "refusal")
        assert "听证笔录（听证笔录1号）" in refusal.body["text"]

    def test_where_nothing_is_defined(self, shop: type[Town]) -> None:
        """The right may be told in any licence; without it, nothing waits (行政许可法 47)."""
        reviewing(shop).wang("food.propose", opinion="符合条件。")
        story = told(shop, hearing=None)
        story.zhang("food.request_hearing")
        assert story.state("food") == "hearing"

    def test_who_may_ask(self, shop: type[Town]) -> None:
        """A reviewer cannot ask for the applicant, and a third party only where one was told."""
        story = told(shop)
        offered = story.offers("wang")["food.request_hearing"]
        assert (offered.allowed, offered.needs) == (False, ("party", "document"))
        with pytest.raises(NotPermitted):
            story.zhao("food.request_hearing")
        assert story.offers("zhang")["food.request_hearing"].needs == ()

    def test_the_application_may_be_withdrawn_meanwhile(self, shop: type[Town]) -> None:
        """Whoever waits for a hearing may still withdraw the application (R-ACC-11)."""
        story = told(shop)
        story.zhang("food.request_hearing")
        story.zhang("withdraw")
        assert story.state("food") == "withdrawn"


class TestProcedure:
    @pytest.mark.parametrize(
        ("data", "on", "pointer"),
        [
            ({}, "2026-10-13", "/data/date"),
            ({"chair": "wang"}, "2026-10-12", "/data/chair"),
            ({"chair": "li"}, "2026-10-12", "/data/chair"),
            ({"date": "2026-02-30"}, "2026-10-12", "/data/date"),
            ({"place": " "}, "2026-10-12", "/data/place"),
            ({"hour": ""}, "2026-10-12", "/data/hour"),
            ({"hour": "下午两点半"}, "2026-10-12", "/data/hour"),
            ({"hour": "24:00"}, "2026-10-12", "/data/hour"),
        ],
    )
    def test_it_is_announced_in_time_with_an_unconcerned_chair(
        self, shop: type[Town], data: Data, on: str, pointer: str
    ) -> None:
        """Seven working days before, and led by nobody who handled the matter (R-HEAR-3)."""
        story = told(shop)
        story.zhang("food.request_hearing", "2026-09-22")
        with pytest.raises(DataInvalid) as wrong:
            story.wang("food.announce_hearing", on, **{**DAY, **data})
        assert wrong.value.facts["errors"][0]["pointer"] == pointer

    def test_the_chair_is_another_person(self, shop: type[Town]) -> None:
        """The reviewer does not lead it with another account."""
        story = told(shop)
        story.subjects = dict.fromkeys(("wang", "qian"), "999901198001010010")
        story.zhang("food.request_hearing", "2026-09-22")
        with pytest.raises(DataInvalid) as wrong:
            story.wang("food.announce_hearing", "2026-10-10", **DAY)
        assert wrong.value.facts["errors"][0]["pointer"] == "/data/chair"

    def test_record_only_when_held(self, shop: type[Town]) -> None:
        """There is no record before the notice, nor before the day."""
        story = told(shop)
        story.zhang("food.request_hearing", "2026-09-22")
        with pytest.raises(ActionNotAllowed, match="没有通知"):
            story.wang("food.record_hearing", document="听证笔录1号")
        story.wang("food.announce_hearing", **DAY)
        with pytest.raises(ActionNotAllowed, match="还没有到"):
            story.wang("food.record_hearing", "2026-10-20", document="听证笔录1号")
        with pytest.raises(ActionNotAllowed, match="定于今天 09:30 举行"):
            story.wang("food.record_hearing", "2026-10-21T09:29", document="听证笔录1号")
        story.wang("food.record_hearing", "2026-10-21T09:30", document="听证笔录1号")

    def test_the_notice_says_day_hour_and_place(self, shop: type[Town]) -> None:
        """Who comes must know when the doors open, seven working days before (行政许可法 48)."""
        story = told(shop)
        story.zhang("food.request_hearing", "2026-09-22")
        story.wang("food.announce_hearing", "2026-10-12", **DAY)
        told_of = next(n for n in story.case.notices.values() if n.kind == "hearing_notice")
        assert "于2026年10月21日09:30在区政务服务中心三楼公开举行" in told_of.body["text"]

    def test_an_hour_nobody_asked_for_is_not_kept(self, shop: type[Town]) -> None:
        """A release of before is handled by the program of before too, which reads no row with a key it does not know."""
        story = told(shop)
        story.zhang("food.request_hearing", "2026-09-22")
        story.release = Release(
            json.loads(json.dumps(story.release.document).replace('"hour", ', ""))
        )
        story.wang("food.announce_hearing", "2026-10-12", **DAY)
        assert "hour" not in as_json(story.item("food").hearing)
        story.wang("food.record_hearing", "2026-10-21T08:00", document="听证笔录1号")

    def test_not_held_in_time_is_red(self, shop: type[Town]) -> None:
        """A hearing not held within twenty days is red for the department."""
        story = told(shop)
        story.zhang("food.request_hearing", "2026-09-22")
        assert story.until("2026-10-28T00:00").clock("food.hearing").card == "red"

    def test_what_it_takes_beyond_its_days_is_counted(self, shop: type[Town]) -> None:
        """Only the twenty days are not counted: then the limit runs on, the department is told, the hearing is still held."""
        story = told(shop)
        story.zhang("food.request_hearing", "2026-09-22")
        story.wang("food.announce_hearing", "2026-10-12", **{**DAY, "date": "2026-10-29"})
        assert (story.until("2026-10-27T23:00").state("food"), story.due("food.decision")) == (
            "hearing",
            None,
        )
        story.until("2026-10-28T00:00")
        assert (story.state("food"), story.papers()[-1]) == ("hearing_late", "hearing_overrun")
        assert list(story.case.notices.values())[-1].to == "scjg"
        assert story.due("food.decision", "statutory") == date(2026, 11, 2)  # four days were left
        task = next(t for t in story.case.tasks.values() if t.done_at is None)
        assert task.card == "red"
        story.wang("food.record_hearing", "2026-10-29T15:00", document="听证笔录1号")
        assert (story.state("food"), story.due("food.decision", "statutory")) == (
            "reviewing",
            date(2026, 11, 2),
        )


class TestExOfficio:
    def test_announced_and_held_first(self, shop: type[Town]) -> None:
        """Public announcement, notice and signed record come before the decision; telling the right is not enough (R-HEAR-1)."""
        story = told(shop, PUBLIC).until("2026-09-23")
        with pytest.raises(ActionNotAllowed, match="公告并举行听证"):
            story.wang("food.propose", opinion="符合条件。")
        story.wang(
            "food.open_hearing",
            reason="涉及公共利益",
            notice_text="欢迎旁听。",
            days=25,
            parties=[],
        )
        assert (story.state("food"), story.papers()[-1], story.due("food.decision")) == (
            "hearing",
            "hearing_announcement",
            None,
        )
        story.wang("food.announce_hearing", **DAY)
        story.wang("food.record_hearing", "2026-10-21", document="听证笔录2号")
        story.wang("food.propose", opinion="符合条件。")
        assert story.state("food") == "deciding"


class TestThirdParties:
    def test_must_be_named(self, shop: type[Town]) -> None:
        """Where others are concerned they are named, told by a paper of their own, and their contact stays inside (R-DEC-2)."""
        story = reviewing(shop, ASKED | {"third_parties": True})
        with pytest.raises(DataInvalid, match="利害关系人"):
            story.wang("food.tell_hearing", reason="关系重大", parties=[])
        story.wang("food.tell_hearing", reason="关系重大", parties=[NEIGHBOUR, SHOP])
        sent = [
            (n.to, n.body.get("addressee"))
            for n in story.case.notices.values()
            if n.kind == "hearing_right"
        ]
        assert sent == [("applicant", None), ("third_party", "占位邻"), ("third_party", "占位店")]
        assert [n.delivered_at for n in story.case.notices.values() if n.to == "third_party"] == [
            None,
            None,
        ]
        written = [event.data for event in story.events] + [event.rows for event in story.events]
        assert "19900000001" not in str(written)

    @pytest.mark.parametrize(
        "parties", ["x", [{}], [{"name": "甲"}], [{"name": "甲", "contact": ""}], [NEIGHBOUR] * 51]
    )
    def test_a_party_has_a_name_and_an_address(
        self, shop: type[Town], parties: Sequence[Data]
    ) -> None:
        """A name and a way to reach them, both."""
        with pytest.raises(DataInvalid):
            reviewing(shop).wang("food.tell_hearing", reason="关系重大", parties=parties)

    def test_all_have_spoken(self, shop: type[Town]) -> None:
        """The decision waits for everybody's answer or the end of the window (R-DEC-2)."""
        story = told(shop, parties=[NEIGHBOUR, SHOP])
        story.zhang("food.waive_hearing")
        story.wang("food.record_statement", party=2, opinion="没有意见。")
        assert story.state("food") == "hearing_told"
        with pytest.raises(DataInvalid):
            story.wang("food.record_statement", party=2, opinion="又没有意见。")
        with pytest.raises(ActionNotAllowed, match="答复"):
            story.zhang("food.request_hearing")
        story.li("food.record_statement", party=1, opinion="希望加装净化设备。")
        assert (story.state("food"), stage(story)) == ("reviewing", "waived")

    def test_the_request_of_one_leads_to_the_hearing(self, shop: type[Town]) -> None:
        """A third party's request, written down by the window, leads to the hearing; all are told its date."""
        story = told(shop, parties=[NEIGHBOUR])
        story.zhang("food.waive_hearing")
        with pytest.raises(DataInvalid):
            story.li("food.request_hearing", party=2, document="听证申请书1号")
        story.li("food.request_hearing", party=1, document="听证申请书1号")
        story.wang("food.announce_hearing", **DAY)
        assert [n.to for n in story.case.notices.values() if n.kind == "hearing_notice"] == [
            "applicant",
            "third_party",
        ]

    def test_window_runs_out(self, shop: type[Town]) -> None:
        """Told on 09-16, silent to the end of 09-22: then the decision is open (S-11)."""
        story = told(shop, parties=[NEIGHBOUR]).until("2026-09-23")
        assert (story.state("food"), stage(story)) == ("reviewing", "over")


class TestSpecial:
    def test_days_that_run_out_are_announced_anew(self, shop: type[Town]) -> None:
        """Announced days that run out are told to the department; the applicant gets a new written notice (R-CLK-1)."""
        story = reviewing(shop, at="2026-06-08")
        story.wang(
            "food.start_special",
            "2026-06-15",
            procedure="expert_review",
            basis="某法 9",
            notice_text="请专家评审。",
            days=5,
        )
        assert story.due("food.special") == date(2026, 6, 23)
        story.until("2026-06-24")
        told_inside = list(story.case.notices.values())[-1]
        assert (told_inside.kind, told_inside.to, story.state("food")) == (
            "special_overrun",
            "scjg",
            "overrun",
        )
        story.until("2026-06-25")
        assert story.papers().count("special_overrun") == 1
        story.wang("food.renew_special_notice", notice_text="专家另有要求。", days=3)
        assert (story.due("food.special"), story.item("food").special.days) == (
            date(2026, 6, 30),
            3,
        )
        assert "原告知的时间不够" in list(story.case.notices.values())[-1].body["text"]
        story.wang("food.end_special", "2026-06-26")
        assert story.clock("food.special").card == "none"
        story.wang(
            "food.start_special",
            "2026-06-29",
            procedure="testing",
            basis="某法 9",
            notice_text="送检。",
            days=2,
        )
        assert story.due("food.special") == date(2026, 7, 1)


def test_a_promise_cannot_wait_for_a_hearing(shop: type[Town]) -> None:
    """What is decided on the spot by promise has no hearing before it: refused at load (E520)."""
    fire = shop.items["fire"] | {
        "kind": "item",
        "code": "fire",
        "basis": ["消防法 15"],
        "hearing": PUBLIC,
    }
    assert "E520" in {
        found.code for found in load_pack({"fire.yaml": str(fire).replace("'", '"')}).diagnostics
    }


class TestTakenBack:
    """撤回听证申请: who asked may do without it, until it is held (R-HEAR-3)."""

    def test_the_review_goes_on(self, shop: type[Town]) -> None:
        """Asked for on 09-22, taken back on 09-25: these days are not counted, the decision is free."""
        story = told(shop)
        story.zhang("food.request_hearing", "2026-09-22T16:00")
        story.zhang("food.withdraw_hearing_request", "2026-09-28")
        assert (story.state("food"), stage(story)) == ("reviewing", "waived")
        assert story.papers()[-1] == "hearing_taken_back"
        # stood 09-23, 24, 28 (25–27 is the festival): three working days more than 09-29
        assert story.due("food.decision", "statutory") == date(2026, 10, 9)
        story.wang("food.propose", opinion="符合。")
        assert story.state("food") == "deciding"

    def test_not_over_the_head_of_another_who_asked(self, shop: type[Town]) -> None:
        """The neighbour asked too: the hearing is held for him until he takes it back himself."""
        story = told(shop, parties=[NEIGHBOUR])
        story.wang("food.request_hearing", "2026-09-18", party=1, document="申请1号")
        with pytest.raises(ActionNotAllowed, match="没有要求过听证"):
            story.zhang("food.withdraw_hearing_request")
        story.wang("food.record_withdrawn_request", party=1, document="撤回1号")
        # zhang has not answered, and his days are not over: they go on
        assert (story.state("food"), stage(story)) == ("hearing_told", "told")
        story.zhang("food.waive_hearing")
        assert (story.state("food"), stage(story)) == ("reviewing", "waived")

    def test_not_one_that_is_held_in_any_case(self, shop: type[Town]) -> None:
        """Opened of the authority's own motion it is nobody's to take back (行政许可法 46)."""
        story = reviewing(shop, PUBLIC)
        told_to_all = {"reason": "涉及公共利益", "notice_text": "公告。", "parties": []}
        story.wang("food.open_hearing", days=20, **told_to_all)
        with pytest.raises(ActionNotAllowed, match="主动举行"):
            story.zhang("food.withdraw_hearing_request")


class TestChallenge:
    """申请主持人回避: decided by the head before the hearing is held (行政许可法 48 ①(三), R-HEAR-3)."""

    def announced(self, shop: type[Town], **of: Any) -> Story:
        """Asked for, and announced for 2026-10-21 under qian."""
        story = told(shop, **of)
        story.zhang("food.request_hearing", "2026-09-22T16:00")
        story.wang("food.announce_hearing", "2026-10-12", **DAY)
        return story

    def test_nothing_is_heard_before_it_is_decided(self, shop: type[Town]) -> None:
        """Turned down with its reason, the hearing goes on as it was announced."""
        story = self.announced(shop)
        story.zhang("food.challenge_chair", "2026-10-14", reason="主持人与竞争对手有亲属关系")
        with pytest.raises(ActionNotAllowed, match="已经有人申请"):
            story.zhang("food.challenge_chair", reason="再说一次")
        with pytest.raises(ActionNotAllowed, match="还没有决定"):
            story.wang("food.record_hearing", "2026-10-21", document="听证笔录1号")
        story.qian("food.keep_chair", reason="查无此事")
        paper = list(story.case.notices.values())[-1]
        assert (paper.kind, "查无此事" in paper.body["text"]) == ("chair_kept", True)
        story.wang("food.record_hearing", document="听证笔录1号")
        assert stage(story) == "held"

    def test_who_is_replaced_leads_it_no_more(self, shop: type[Town]) -> None:
        """Another chair, a new notice, seven days before a new day; the old one may not come back."""
        story = self.announced(shop)
        story.zhang("food.challenge_chair", "2026-10-14", reason="主持人与竞争对手有亲属关系")
        story.qian("food.replace_chair", reason="属实")
        with pytest.raises(ActionNotAllowed, match="还没有通知"):
            story.wang("food.record_hearing", "2026-10-21", document="听证笔录1号")
        with pytest.raises(DataInvalid, match="已经决定回避"):
            story.wang("food.announce_hearing", **{**DAY, "date": "2026-11-10"})
        with pytest.raises(DataInvalid, match="7日前"):
            story.wang(
                "food.announce_hearing", date="2026-10-23", hour="09:00", place="三楼", chair="jin"
            )
        story.wang(
            "food.announce_hearing", date="2026-10-30", hour="09:00", place="三楼", chair="jin"
        )
        story.wang("food.record_hearing", "2026-10-30", document="听证笔录1号")
        assert (stage(story), story.item("food").hearing.chair) == ("held", "jin")

    def test_a_third_party_may_too(self, shop: type[Town]) -> None:
        """Registered at the window with its document; before anybody is named there is nobody to challenge."""
        story = told(shop, parties=[NEIGHBOUR])
        said = {"party": 1, "reason": "利害关系", "document": "申请2号"}
        story.zhang("food.request_hearing", "2026-09-22T16:00")
        with pytest.raises(ActionNotAllowed, match="还没有通知听证主持人"):
            story.wang("food.record_challenge", **said)
        story.wang("food.announce_hearing", "2026-10-12", **DAY)
        story.wang("food.record_challenge", **said)
        assert story.item("food").hearing.challenge == "open"
        with pytest.raises(NotPermitted):
            story.zhao("food.keep_chair", reason="不成立")
