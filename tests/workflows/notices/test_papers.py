"""Papers one can use: numbers, remedies by name, one certificate for several items, what is granted, a face."""

from datetime import UTC, datetime

import pytest

from service.errors import ActionNotAllowed
from service.office import can_print, press
from service.workflows.case.lifecycle import machine_for
from service.workflows.case.parts import Material, Notice
from service.workflows.notices import letters, printing, wording
from service.workflows.notices.dates import say_date
from service.workflows.notices.face import face_of, typst
from tests.workflows.decided import granted
from tests.workflows.story import Story, Town

URL = "https://example.test/v/0123456789abcdef0123"
ELSEWHERE = {"reasons": ["elsewhere"], "ground": "competence", "where": "区局"}
PAPERS = {
    "all": {"review": "测试区人民政府", "court": "测试区人民法院"},
    "scjg": {"name": "云测市场监督管理局", "number": "云测市监{word}〔{year}〕{seq}号"},
    "cg": {"number": "云测城管〔{year}〕{seq:03}号", "review": "测试市城市管理局"},
}


def told(story: Story, kind: str) -> list[Notice]:
    """Return the papers of a kind."""
    return [notice for notice in story.case.notices.values() if notice.kind == kind]


def numbers(story: Story) -> list[str]:
    """Return the numbers of the papers that have one, in order."""
    bodies = (notice.body for notice in story.case.notices.values())
    return [body["document_number"] for body in bodies if "document_number" in body]


class TestNumber:
    """文号."""

    def test_each_paper_has_its_own_by_department_year_and_sort(self, shop: type[Town]) -> None:
        """By the department's rule; what is only a receipt, and a department without a rule, has none."""
        story = shop.accepted("food", "drain", "fire", papers=PAPERS)
        assert numbers(story) == ["云测市监许受〔2026〕1号", "云测城管〔2026〕001号"]
        assert [n.body.get("document_number") for n in told(story, "receipt")] == [None]

    def test_the_year_begins_anew(self, shop: type[Town]) -> None:
        """The number counts within a year of issue."""
        story = shop.submitted("food", "drain", at="2026-12-31", papers=PAPERS)
        story.li("food.accept")
        story.li("drain.accept", on="2027-01-04")
        assert numbers(story) == ["云测市监许受〔2026〕1号", "云测城管〔2027〕001号"]

    def test_stays_with_the_paper(self, shop: type[Town]) -> None:
        """Once numbered a paper keeps its number whatever follows, and it is printed."""
        story = shop.accepted("food", papers=PAPERS)
        story.wang("food.propose", opinion="不符合")
        story.zhao("food.refuse", reasons=["unfit"])
        assert numbers(story) == ["云测市监许受〔2026〕1号", "云测市监许不〔2026〕1号"]
        notice = told(story, "refusal")[0]
        page = printing.html(notice, story.case, story.release, verify_url=URL)
        assert "云测市监许不〔2026〕1号" in page
        assert "本机关于同日受理（云测市监许受〔2026〕1号）" in page


class TestReceipt:
    """It is evidence: what was handed in stands apart from what comes otherwise."""

    def test_tells_apart_how_papers_come(self, shop: type[Town]) -> None:
        """A promise stands there in its own words, with what follows if it is untrue."""
        story = shop.accepted("food")
        known = list(story.release.vocabulary.materials)
        sources = dict(zip(known, ("upload", "share", "commitment"), strict=False))
        held = {
            code: Material(n, code, source, story.case.received_at, "zhang")
            for n, (code, source) in enumerate(sources.items(), start=1)
        }
        body = wording.receipt(story.release, story.case, held, []).body
        title = {code: story.release.vocabulary.materials[code].title for code in known}
        assert body["materials"] == [title[known[0]]]
        assert body["fetched"] == [title[known[1]]]
        assert body["promised"][0].startswith(f"{title[known[2]]}：我承诺")
        assert "记入信用记录" in body["promised"][0]


class TestRemedies:
    """复议机关、法院、最后一日."""

    def test_are_named(self, shop: type[Town]) -> None:
        """A department's own authority first, that of all where it says nothing (R-DEC-3)."""
        story = shop.submitted("food", "drain", papers=PAPERS)
        story.li("food.decline", **ELSEWHERE)
        story.li("drain.decline", **ELSEWHERE)
        said = [notice.body["remedies"]["text"] for notice in told(story, "not_accepted")]
        assert "向测试区人民政府申请行政复议" in said[0]
        assert "向测试市城市管理局申请行政复议" in said[1]
        assert all("向测试区人民法院提起行政诉讼" in text for text in said)

    def test_name_no_day_before_the_paper_is_served(self, shop: type[Town]) -> None:
        """At a counter the day of service is not known yet; the 送达回证 tells it, the day included (R-DEC-7)."""
        story = shop.submitted("food", at="2026-07-01", case={"channel": "counter"})
        story.li("food.decline", **ELSEWHERE)
        paper = told(story, "not_accepted")[0]
        assert not {"review_until", "suit_until"} & paper.body["remedies"].keys()
        sent = {"notice": paper.n, "date": "2026-07-15", "document": "回证1号"}
        story.li("record_delivery", on="2026-07-15", **sent)
        receipt = told(story, "delivery_receipt")[0]
        assert receipt.body["remedies"]["review_until"] == "2026-09-14"
        page = printing.html(receipt, story.case, story.release, verify_url=URL)
        assert "2026年9月14日（含当日）" in page
        assert "受送达人签名或者盖章" in page


class TestTogether:
    """一并受理."""

    def test_one_certificate_lists_every_item(self, shop: type[Town]) -> None:
        """What is accepted in one act is one paper of the lead, each item with its authority (R-ACC-7)."""
        story = shop.submitted("food", "fire", "drain")
        story.li("accept_together")
        papers = told(story, "acceptance")
        assert [(paper.item, paper.body["accepted"]) for paper in papers] == [
            ("", ["food", "fire", "drain"])
        ]
        rows = printing.prepared(papers[0], story.case, story.release, verify_url=URL).sections
        table = next(section for section in rows if section.title == "受理的事项和办理期限")
        assert table.heads == ("序号", "事项（类别）", "承办机关", "法定期限至", "承诺办结")
        assert table.cells[1][:3] == ("2", "消防安全检查（行政许可）", "消防救援大队")
        due = story.case.clocks["fire", "decision"]
        assert table.cells[1][3:] == (say_date(due.statutory_on), say_date(due.promised_on))
        assert not any(section.title == "期限" for section in rows)
        assert "受理日期为2026年9月14日" in papers[0].body["text"]
        assert {story.state(code) for code in ("food", "fire", "drain")} == {"reviewing"}

    def test_what_is_not_ready_stays(self, shop: type[Town]) -> None:
        """What lacks a paper stays where it is, and with less than two nothing is done together."""
        story = shop.submitted("food", "fire", "drain", missing=("proof",))
        story.li("accept_together")
        assert (story.state("fire"), told(story, "acceptance")[0].body["accepted"]) == (
            "received",
            ["food", "drain"],
        )
        with pytest.raises(ActionNotAllowed, match="不到两个"):
            story.li("accept_together")

    def test_silence_on_several_is_one_certificate(self, shop: type[Town]) -> None:
        """Items deemed accepted at the same instant are told of in one paper (行政许可法 32)."""
        story = shop.submitted("food", "fire").until("2026-09-22")
        papers = told(story, "acceptance")
        assert [paper.body["accepted"] for paper in papers] == [["food", "fire"]]
        assert "视为受理" in papers[0].body["text"]


class TestWords:
    """正文."""

    def test_refusing_what_is_no_licence_is_not_called_so(self, shop: type[Town]) -> None:
        """A 行政确认 is refused as such, and not under 行政许可法."""
        story = shop.accepted("food", change={"food": {"category": "confirmation"}})
        story.wang("food.propose", opinion="不符合")
        story.zhao("food.refuse", reasons=["unfit"])
        paper = told(story, "refusal")[0]
        assert paper.title == "不予行政确认决定书"
        assert "对「食品经营许可」不予行政确认" in paper.body["text"]
        assert "行政许可法" not in paper.body["law"]
        shown = printing.prepared(paper, story.case, story.release, verify_url=URL).sections
        assert shown[0].title == "不予确认的理由"
        own = machine_for(story.release, "food")
        assert own.states["refused"].title == "不予确认"
        assert (own.title_of("grant"), own.title_of("refuse")) == ("予以确认", "不予确认")

    def test_a_grant_says_what_and_for_how_long(self, shop: type[Town]) -> None:
        """The item's lines with what was filled in, the certificate and its validity (行政许可法 39)."""
        story = shop.accepted("food", change={"food": {"grants": {"面积": "{form.area}"}}})
        story.wang("food.propose", opinion="符合")
        story.zhao("food.grant", opinion="符合")
        body = told(story, "grant")[0].body
        assert body["grants"]["面积"] == "130㎡"
        assert list(body["grants"])[-3:] == ["发给的证照", "证照编号", "有效期"]
        assert body["grants"]["证照编号"] == story.case.certificates[1].number
        assert body["grants"]["有效期"] == "2026年9月14日至2031年9月14日"
        assert body["text"].startswith(
            "您于2026年9月14日提出「食品经营许可」申请，本机关于同日受理"
        )

    def test_a_department_has_its_own_words(self, shop: type[Town]) -> None:
        """They stand in the place of ours, filled in; reasons, basis and remedies follow as ever."""
        own = {"scjg": {"wording": {"refusal": "{applied}。我局研究后认为不符，{decision}。"}}}
        story = shop.accepted("food", papers=own)
        story.wang("food.propose", opinion="不符合")
        story.zhao("food.refuse", reasons=["unfit"])
        body = told(story, "refusal")[0].body
        text = "您于2026年9月14日提出「食品经营许可」申请。我局研究后认为不符，对「食品经营许可」不予行政许可。"
        assert (body["text"], body["points"], "remedies" in body) == (text, ["不符合条件"], True)

    def test_without_a_submission_none_is_spoken_of(self, shop: type[Town]) -> None:
        """Where nothing was handed in a paper says only what it is about."""
        assert letters.applied(shop.begun("food").case, "「甲」") == "关于「甲」"

    def test_a_tolerant_acceptance_says_what_follows(self, shop: type[Town]) -> None:
        """Which papers, until when, and what becomes of it otherwise."""
        story = shop.submitted("food", defer=("photo",))
        story.li("food.accept_tolerant", gaps=["photo"])
        body = told(story, "tolerant_acceptance")[0].body
        assert "现场照片" in body["text"]
        assert any("视为撤回申请" in said for said in body["consequences"])


FACE = {
    "style": "licence",
    "lines": [
        {"label": "许可证编号", "say": "{number}"},
        {"label": "电话", "say": "{call}"},
        {"label": "有效期至", "say": "{until}"},
    ],
}
CARD = {
    "title": "食品经营许可证",
    "number": "F{region}{seq:04}",
    "valid": "5y",
    "carries": {"call": "phone"},
}


class TestFace:
    """证面."""

    @pytest.mark.parametrize("face", [None, FACE])
    def test_says_what_was_kept_at_the_issue(self, shop: type[Town], face: object) -> None:
        """By the pack's template, or plainly without one; what the form says later changes nothing."""
        card = {**CARD, **({"face": face} if face else {})}
        story = granted(shop, certificates={"food-card": card})
        story.case.form["phone"] = "13900000000"
        certificate = next(iter(story.case.certificates.values()))
        shown = face_of(certificate, story.release, "scjg", state="valid", verify_url=URL)
        said = {line.label: line.said for line in shown.lines}
        assert (said["电话"], shown.ended) == ("13912345678", "")
        assert certificate.number in said.values()

    def test_says_nothing_of_what_its_item_did_not_ask(self, shop: type[Town]) -> None:
        """One form serves many items: what another of them asked does not stand on this one's certificate."""
        card = {**CARD, "carries": {"phone": "phone", "area": "area"}}
        both = {
            "food": {"fields": ["name", "phone"]},
            "drain": {"result": {"certificate": "food-card"}},
        }
        story = shop.accepted("food", "drain", certificates={"food-card": card}, change=both)
        story.wang("food.propose", opinion="符合")
        story.zhao("food.grant", opinion="符合")
        made = next(iter(story.case.certificates.values()))
        assert ("area" in story.case.form, set(made.carries)) == (True, {"phone"})

    @pytest.mark.skipif(not can_print(), reason="no Chinese font on this machine")
    @pytest.mark.parametrize("style", ["licence", "opinion", "receipt"])
    def test_is_set_whatever_stands_before_a_wide_line(self, shop: type[Town], style: str) -> None:
        """A wide line after one or three narrow ones begins a row of its own."""
        lines = [
            {"label": "编号", "say": "{number}"},
            {"label": "止", "say": "{until}", "wide": True},
        ]
        face = {"style": style, "lines": [*lines, lines[0], *lines]}
        story = granted(shop, certificates={"food-card": {**CARD, "face": face}})
        certificate = next(iter(story.case.certificates.values()))
        shown = face_of(certificate, story.release, "scjg", state="valid", verify_url=URL)
        markup, inputs = typst(shown, press.fonts())
        assert press.pdf(markup, inputs, datetime(2026, 9, 14, tzinfo=UTC)).startswith(b"%PDF-")

    @pytest.mark.parametrize(
        ("state", "across"),
        [
            ("revoked", "已撤销"),
            ("made", "未颁发"),
            ("expired", "已过期"),
            ("superseded", "已换发"),
        ],
    )
    def test_one_that_has_ended_says_so(self, shop: type[Town], state: str, across: str) -> None:
        """Whichever way it ended stands across it."""
        story = granted(shop)
        certificate = next(iter(story.case.certificates.values()))
        shown = face_of(certificate, story.release, "scjg", state=state, verify_url=URL)
        assert shown.ended == across
