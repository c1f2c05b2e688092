"""Whose turn it is, what the applicant has to do, what happened: said from the case and its record."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from service.workflows.case.engine import APPLICANT
from service.workflows.case.lifecycle import machine_of
from service.workflows.telling.progress import attached, owed, timeline, turn
from service.workflows.telling.progress.timeline import Entry
from tests.workflows.story import Story, Town
from tests.workflows.test_invariants import Script, live, scripts, worlds
from tests.workflows.town import Data


def corrected(shop: type[Town], *items: str | Data, **more: Any) -> Story:
    """Let zhang apply on a Friday and li send the one notice on the Monday after."""
    story = shop.submitted(*items, at="2026-09-11T09:12", **more)
    story.li(f"{items[0]}.note_defects", "2026-09-14", reasons=["plan-no-size", "plan-no-door"])
    story.li("notify_correction")
    return story


def told(story: Story, **how: Any) -> list[Entry]:
    """Read the timeline as the applicant does."""
    return timeline(story.release, story.case, story.events, attached(story.events), **how)


class TestTurn:
    """The first line of the page."""

    def test_of_the_departments(self, shop: type[Town]) -> None:
        """Who works, until when, and that the applicant need not do anything."""
        found = turn((story := shop.accepted("food", "fire")).case, story.situation)
        assert (found.whose, found.headline) == ("department", "2 个部门正在同时办理")
        assert found.told == ("市场监督管理局、消防救援大队在办。", "现在不需要您做什么。")
        assert (found.left.on, found.left.words) == (date(2026, 9, 23), "还剩 8 个工作日")
        assert (found.item, found.clock, found.limit) == ("fire", "decision", "消防安全检查：决定")
        assert found.left.note == "已扣除周末，计入9月20日（周日）调休上班"

    def test_of_the_applicant(self, shop: type[Town]) -> None:
        """R-BND-4: what is to be corrected, as one; the date with the holidays it crosses; what happens when it is missed."""
        story = corrected(shop, "food", "tax")
        found = turn(story.case, story.situation)
        assert (found.whose, found.headline) == ("applicant", "需要您补正 1 项内容")
        assert found.points == ("食品经营许可：平面图（平面图缺少尺寸；平面图没有标出口）",)
        assert "您交齐以前，这些事项不计部门的办理时限。" in found.told
        assert "到期没有交齐的事项视为撤回申请，可以重新申请。" in found.told
        assert found.left.on == story.clock("food.correction").due_on == date(2026, 10, 10)
        assert "中秋节" in found.left.note
        assert turn(story.case, story.situation, you="申请人").headline == "需要申请人补正 1 项内容"

    def test_of_a_gap(self, shop: type[Town]) -> None:
        """R-RQ-1: the department works on, and the paper that follows has its own date."""
        story = shop.submitted("food", at="2026-09-14", missing=("photo",))
        story.li("food.accept_tolerant", gaps=["photo"])
        found = turn(story.case, story.situation)
        assert (found.whose, found.headline) == ("applicant", "需要您后补 1 份材料")
        assert found.points == ("食品经营许可：现场照片（容缺受理，这份材料后补）",)
        assert (found.clock, found.left.words) == ("gap-photo", "还剩 8 个工作日")
        assert found.told == ("部门同时在办理，不影响办理时限；没有补齐以前不能发证。",)

    def test_when_it_is_late(self, shop: type[Town]) -> None:
        """R-MON-2: the applicant learns that the office is late, and what may be done."""
        story = shop.accepted("food").until("2026-10-12")
        found = turn(story.case, story.situation)
        assert found.late
        assert found.left.words.startswith("已超过")
        assert "您可以催办" in found.told[0]

    def test_of_a_stop(self, shop: type[Town]) -> None:
        """R-CLK-1: a special procedure is said, and there is no date while the limit stands."""
        story = shop.accepted("food")
        story.wang(
            "food.start_special",
            procedure="testing",
            basis="某法 9",
            notice_text="抽样检验",
            days=5,
        )
        found = turn(story.case, story.situation)
        assert found.left is None
        assert "食品经营许可在特别程序中，这段时间依法不计入办理时限。" in found.told

    def test_of_nobody(self, shop: type[Town]) -> None:
        """Closed is closed; a check that follows is told with its date."""
        story = shop.submitted("fire", case={"handling": {"fire": "commitment"}})
        story.sun("fire.grant_by_commitment")
        story.li("fire.issue")
        found = turn(story.case, story.situation)
        assert (found.whose, found.headline) == ("nobody", "全部办结")
        assert (
            found.told == ("消防安全检查（事后核查）由消防救援大队进行，2026年10月21日前完成。",)
            or "事后核查" in found.told[0]
        )
        story.checks("zhou", "fire.follow-up.order_rectify", reasons=["unfit"], days=5)
        found = turn(story.case, story.situation)
        assert (found.whose, found.headline) == ("applicant", "轮到您：报告整改完成")
        assert found.told[0] == "消防安全检查（事后核查）：整改中。"

    def test_of_a_draft(self, shop: type[Town]) -> None:
        """Nothing happens until it is handed in."""
        release = shop.release("food")
        story = shop.story(release, shop.draft(release), "2026-09-14")
        assert turn(story.case, story.situation).headline == "申请还没有提交"

    def test_of_what_waits_for_nothing(self, shop: type[Town]) -> None:
        """R-ACC-11: what waited for an item that was given up is the applicant's to decide, with its date."""
        fire = {"use": "fire", "after": ["food"]}
        story = shop.accepted("food", fire, "sign", at="2026-09-14")
        story.zhang("food.withdraw")
        found = turn(story.case, story.situation)
        assert (found.whose, found.headline) == ("applicant", "轮到您：决定是否一并撤回")
        assert (found.item, found.clock) == ("fire", "blocked")
        assert found.left.on == date(2026, 10, 10)
        (one,) = owed(story.case, story.situation)
        story.zhang(f"{one.item}.{one.action}")
        assert turn(story.case, story.situation).whose == "department"

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(world=worlds(), script=scripts)
    def test_is_always_somebodys(self, shop: type[Town], world: Data, script: Script) -> None:
        """The applicant's exactly when an item waits for them or a paper is still to follow; nobody's when all has ended."""
        story, _ = live(shop, world, script)
        found = turn(story.case, story.situation)
        open_items = [item for item in story.case.items.values() if not item.outcome]
        waits = any(
            machine_of(story.release, i.lifecycle).states[i.state].post == APPLICANT
            for i in open_items
        ) or any(c.clock == "blocked" and c.state == "running" for c in story.case.clocks.values())
        gaps = any(
            c.clock.startswith("gap-") and c.state != "settled" for c in story.case.clocks.values()
        )
        assert (found.whose == "applicant") == (waits or gaps)
        assert (found.whose == "nobody") == (bool(story.case.closed_at) and not waits)
        assert found.headline
        assert not (found.left and found.left.on and found.whose == "nobody")


class TestOwed:
    """Only what is asked."""

    def test_puts_points_about_one_paper_together(self, shop: type[Town]) -> None:
        """One upload for two reasons, beside what was handed in before."""
        story = corrected(shop, "food")
        (one,) = owed(story.case, story.situation)
        (ask,) = one.asks
        assert (one.action, one.blocking, one.lapses) == ("supply", True, True)
        assert (ask.kind, ask.code, ask.why) == (
            "material",
            "plan",
            ("平面图缺少尺寸", "平面图没有标出口"),
        )
        assert [row.material for row in ask.earlier] == ["plan"]
        assert ask.material.formats == ["pdf", "png", "jpg"]

    def test_is_partly_answered(self, shop: type[Town]) -> None:
        """What was supplied is answered, the rest stays open."""
        story = shop.submitted("food", missing=("photo",))
        story.li("food.note_defects", reasons=["plan-no-size", "phone-wrong"])
        story.li("notify_correction")
        story.zhang("food.supply", materials=[{"material": "photo", "source": "upload"}])
        (one,) = owed(story.case, story.situation)
        assert {(ask.kind, ask.code): ask.answered for ask in one.asks} == {
            ("material", "plan"): False,
            ("field", "phone"): False,
            ("material", "photo"): True,
        }
        assert next(ask for ask in one.asks if ask.kind == "field").value == "13912345678"
        story.zhang(
            "food.supply",
            materials=[{"material": "plan", "source": "upload"}],
            form={"phone": "13912345679"},
        )
        assert owed(story.case, story.situation) == []

    def test_of_a_point_in_the_clerks_words(self, shop: type[Town]) -> None:
        """What concerns neither paper nor field is confirmed."""
        story = shop.submitted("food")
        story.li("food.note_defects", reasons=[{"text": "请现场补签字"}])
        story.li("notify_correction")
        (ask,) = owed(story.case, story.situation)[0].asks
        assert (ask.kind, ask.code, ask.title) == ("point", "own:请现场补签字", "请现场补签字")
        story.zhang("food.supply", points=[ask.code])
        assert story.state("food") == "received"


class TestTimeline:
    """What happened."""

    def test_is_told_newest_first_with_its_papers(self, shop: type[Town]) -> None:
        """Each paper of the applicant's stands with exactly one entry; notes inside the office are not told."""
        story = corrected(shop, "food", "tax")
        entries = told(story)
        assert [entry.title for entry in entries[:1]] == ["一次性告知需要补正的内容"]
        assert entries[-1].title == "提交申请"
        assert entries[0].told == ("食品经营许可：平面图缺少尺寸", "食品经营许可：平面图没有标出口")
        assert entries[0].look == "warn"
        assert not any("记录问题" in entry.title for entry in entries)
        assert any("记录问题" in entry.title for entry in told(story, inside=True))

    def test_names_the_office_to_the_public_and_the_person_inside(self, shop: type[Town]) -> None:
        """Who did it is the office; its own people see who."""
        story = shop.accepted("food")
        assert told(story)[0].who == "市场监督管理局 受理岗"
        assert (
            told(story, inside=True, people={"li": "李窗"})[0].who == "市场监督管理局 受理岗 李窗"
        )

    def test_says_once_that_a_draft_was_changed(self, shop: type[Town]) -> None:
        """However many pages were saved."""
        story = shop.accepted("food")
        first = story.events[0]
        typed = [replace(first, n=n, action="change_draft", rows={}) for n in range(1, 26)]
        entries = timeline(story.release, story.case, [*typed, *story.events], {})
        assert [e.title for e in entries if "草稿" in e.title] == ["修改草稿（25 次）"]

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(world=worlds(), script=scripts)
    def test_loses_no_paper(self, shop: type[Town], world: Data, script: Script) -> None:
        """Every paper to the applicant stands with one entry, every one of any kind inside; no title is a code."""
        story, _ = live(shop, world, script)
        outward = [n for n, notice in story.case.notices.items() if notice.to == APPLICANT]
        assert sorted(n for entry in told(story) for n in entry.papers) == outward
        inside = told(story, inside=True)
        assert sorted(n for entry in inside for n in entry.papers) == list(story.case.notices)
        assert len(inside) == len(story.events)
        for entry in inside:
            assert not any(c.isascii() and c.isalpha() for c in entry.title), entry.title
