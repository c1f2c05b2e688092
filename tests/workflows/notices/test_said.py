"""What papers say, sentence by sentence: what they are about, what they rest on, what follows."""

from datetime import date

from service.workflows.notices import last_days, printing, wording
from tests.workflows.decided import closed, decided, revoke
from tests.workflows.notices.test_papers import PAPERS, URL, told
from tests.workflows.story import Story, Town

POINT = {"reasons": ["plan-no-size"]}


def said(story: Story, kind: str) -> str:
    """Return the first sentences of the last paper of a kind."""
    return told(story, kind)[-1].body["text"]


def shown(story: Story, kind: str) -> dict[str, printing.contents.Section]:
    """Return the sections of the last paper of a kind, by heading."""
    paper = printing.prepared(told(story, kind)[-1], story.case, story.release, verify_url=URL)
    return {section.title: section for section in paper.sections}


class TestRests:
    """On which paper and which article it rests."""

    def test_a_revocation_names_the_decision_and_the_certificate(self, shop: type[Town]) -> None:
        """What is revoked can be found: title, 文号, day, certificate (行政许可法 69)."""
        story = revoke(closed(shop, papers=PAPERS))
        number = story.case.certificates[1].number
        assert (
            "本机关决定撤销2026年9月18日的《准予行政许可决定书》（云测市监许准〔2026〕1号）和据此颁发的"
            f"{story.case.certificates[1].title}（编号 {number}），理由和依据见下。"
        ) in said(story, "revocation")

    def test_what_lapses_names_what_asked_and_the_rule(self, shop: type[Town]) -> None:
        """Which notice asked, and by which rule silence counts as withdrawal."""
        story = shop.submitted("food", papers=PAPERS)
        story.li("food.note_defects", **POINT)
        story.li("notify_correction")
        story.until("2026-12-01")
        paper = told(story, "lapse")[0]
        assert (
            "《一次性告知（补正）通知书》（云测市监许补〔2026〕1号）告知您补交材料"
            in paper.body["text"]
        )
        assert paper.body["law"] == story.case.clocks["food", "correction"].basis != ""

    def test_a_termination_promises_no_basis_that_is_not_there(self, shop: type[Town]) -> None:
        """“理由和依据见下” only where both stand below."""
        story = shop.accepted("food")
        story.qian("food.terminate", reasons=["unfit"], document="决定1号")
        assert said(story, "termination").endswith("本机关决定终止办理，理由见下。")
        assert "依据" not in shown(story, "termination")
        assert [line.text for line in shown(story, "termination")["终止的理由"].lines] == [
            "不符合条件"
        ]


class TestGrant:
    """What who is granted something reads."""

    def test_says_what_to_do_later_and_where_to_go(self, shop: type[Town]) -> None:
        """Change, renewal, publicity and remedies; the last day for handing over stands in the one table (40, 44, 49, 50)."""
        story = decided(shop.accepted("food", papers=PAPERS))
        parts = shown(story, "grant")
        assert (
            parts["说明"]
            .sentences[0]
            .startswith("准予的内容需要变更的，应当依法申请变更；有效期届满")
        )
        assert "测试区人民政府" in parts["您的救济权利"].sentences[0]
        assert "颁证送达期限" in dict(parts["准予的内容"].rows)
        assert "期限" not in parts

    def test_what_is_handed_over_is_named_and_signed_for(self, shop: type[Town]) -> None:
        """The certificate by its number, and a line for who takes it."""
        story = closed(shop)
        paper = printing.prepared(
            told(story, "issue")[0], story.case, story.release, verify_url=URL
        )
        number = story.case.certificates[1].number
        assert any(number in name for name in told(story, "issue")[0].body["certificates"])
        assert "受送达人签名或者盖章" in dict(paper.served)


class TestAcceptance:
    """What an acceptance says of its days."""

    def test_says_what_is_not_counted(self, shop: type[Town]) -> None:
        """The eight procedures of article 45, and what to do after the last day."""
        note = told(shop.accepted("food"), "acceptance")[0].body["note"]
        assert "检验、检测、检疫、鉴定和专家评审的，所需时间不计算在上述期限内" in note
        assert "先申请行政复议" in note


class TestDays:
    """What last days are called."""

    def test_a_period_is_not_called_a_period_of_a_period(self) -> None:
        """公示期, not 公示期期限."""
        assert [last_days.limit_title(t) for t in ("补正", "公示期", "整改期限")] == [
            "补正期限",
            "公示期",
            "整改期限",
        ]

    def test_a_breach_tells_the_statutory_day(self, shop: type[Town]) -> None:
        """The day that has passed by law, not the promised one before it."""
        story = shop.accepted("food")
        clock = story.case.clocks["food", "decision"]
        assert clock.statutory_on
        assert clock.promised_on != clock.statutory_on
        last = wording.say_date(clock.statutory_on)
        story.until(date(2027, 1, 4).isoformat())
        assert f"期限{last}" in said(story, "statutory_breach")
