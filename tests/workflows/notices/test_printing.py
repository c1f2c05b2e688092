"""Papers: what they show, how they are laid out as a page, what typst is given."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
import segno

from service.workflows.case.parts import Notice
from service.workflows.notices import citations, printing
from service.workflows.notices.printing import qr
from service.workflows.notices.printing.contents import Contents, masked_id
from tests.workflows.story import Story, Town

URL = "https://example.test/v/0123456789abcdef0123"


def newest(story: Story, kind: str) -> Notice:
    """Return the last notice of a kind."""
    return [notice for notice in story.case.notices.values() if notice.kind == kind][-1]


def read(story: Story, kind: str) -> Contents:
    """Return what a notice of the story shows."""
    return printing.prepared(newest(story, kind), story.case, story.release, verify_url=URL)


def page(story: Story, kind: str) -> str:
    """Return a notice of the story as a page."""
    return printing.html(newest(story, kind), story.case, story.release, verify_url=URL)


def sections(paper: Contents) -> dict[str, Any]:
    """Return the parts of a paper by their headings."""
    return {section.title: section for section in paper.sections}


@pytest.fixture
def corrected(shop: type[Town]) -> Story:
    """Three things are wrong with the application, in two departments."""
    story = shop.submitted("food", "sign")
    story.li("food.note_defects", reasons=["plan-no-size", "phone-wrong"])
    story.li("sign.note_defects", reasons=["sketch-dark"])
    story.li("notify_correction")
    return story


@pytest.fixture
def refused(shop: type[Town]) -> Story:
    """The licence is refused."""
    story = shop.accepted("fire")
    story.zheng("fire.propose", opinion="不符合")
    story.sun("fire.refuse", reasons=["unfit"])
    return story


class TestPrepared:
    """What a paper shows."""

    def test_receipt_is_the_leads_and_names_every_authority(self, shop: type[Town]) -> None:
        """One paper for several items lists each with its authority; the seal is told in words (R-ACC-7)."""
        paper = read(shop.submitted("food", "fire"), "receipt")
        assert (paper.authority, paper.title, paper.number) == (
            "市场监督管理局",
            "收件凭证",
            "S-0001-01",
        )
        assert paper.seal == "（加盖市场监督管理局印章）"
        assert sections(paper)["事项和办理部门"].rows == (
            ("食品经营许可", "市场监督管理局"),
            ("消防安全检查", "消防救援大队"),
        )
        assert paper.issued == "2026年9月14日"

    def test_id_is_masked_and_the_query_code_told(self, shop: type[Town]) -> None:
        """The applicant is named, the number is not."""
        facts = dict(read(shop.submitted("food"), "receipt").facts)
        paper = read(shop.submitted("food"), "receipt")
        assert paper.to == "云泽市川味小馆（统一社会信用代码 9299************6F）"
        assert facts["办件编号"] == "S-0001，查询码 778899（可查进度）"

    def test_acceptance_is_the_items_department(self, shop: type[Town]) -> None:
        """Who decides puts the seal, not who received (R-ACC-7)."""
        paper = read(shop.accepted("fire"), "acceptance")
        assert (paper.authority, paper.signed) == ("消防救援大队", "消防救援大队")
        assert dict(paper.facts)["事项"] == "消防安全检查"
        assert sections(paper)["依据"].sentences == ("《中华人民共和国行政许可法》第三十二条",)

    def test_correction_lists_every_point_with_what_it_concerns(self, corrected: Story) -> None:
        """All points at once, each with item, authority, and the paper or field (R-ACC-6, R-BND-4)."""
        lines = sections(read(corrected, "correction"))["需要补正的内容"].lines
        assert [(line.text, line.detail) for line in lines] == [
            ("平面图缺少尺寸", "食品经营许可（市场监督管理局）；材料：平面图"),
            ("电话打不通", "食品经营许可（市场监督管理局）；表单：电话"),
            ("效果图看不清", "招牌备案（城市管理局）；材料：招牌效果图"),
        ]

    def test_refusal_has_reasons_and_the_last_days(self, refused: Story) -> None:
        """A refusal tells why, and until when one may go where (R-DEC-3)."""
        found = sections(read(refused, "refusal"))
        assert [line.text for line in found["不予许可的理由"].lines] == ["不符合条件"]
        assert found["您的救济权利"].rows == (
            ("申请行政复议的最后一日", "2026年11月13日（含当日）"),
            ("提起行政诉讼的最后一日", "2027年3月15日（含当日）"),
        )
        assert (
            found["您的救济权利"]
            .sentences[0]
            .endswith(
                "（《中华人民共和国行政复议法》第二十条；《中华人民共和国行政诉讼法》第四十六条）。"
            )
        )

    def test_statutory_date_is_said_when_it_differs(
        self, shop: type[Town], corrected: Story
    ) -> None:
        """An acceptance has both in its table; elsewhere the same day is not said twice."""
        found = sections(read(shop.accepted("food"), "acceptance"))
        assert len({*found["受理的事项和办理期限"].cells[0][3:]}) == 2
        assert "期限" not in found
        dates = sections(read(corrected, "correction"))["期限"].rows
        assert [name for name, _ in dates] == ["食品经营许可：补正期限", "招牌备案：补正期限"]

    def test_reminder_to_a_department_is_no_paper_of_an_authority(self, shop: type[Town]) -> None:
        """A card goes to the department: no seal, no query code."""
        story = shop.accepted("fire").until("2026-09-24T01:00")
        paper = read(story, "yellow_card")
        assert (paper.addressee, paper.authority, paper.seal) == (
            "消防救援大队",
            "内部提示（不对外发出）",
            "",
        )
        assert "778899" not in str(paper.facts)

    def test_comes_from_the_stored_notice_alone(self, refused: Story) -> None:
        """Whatever happens to the case afterwards, the paper reads the same."""
        before = read(refused, "refusal")
        item = refused.case.items["fire"]
        item.outcome, item.state, item.note = "granted", "granted", "变了"
        refused.case.clocks.clear()
        refused.case.form = {}
        newest(refused, "refusal").delivered_at = None
        assert read(refused, "refusal") == before

    def test_fingerprint_is_that_of_the_body(self, refused: Story) -> None:
        """One character more makes another fingerprint."""
        notice = newest(refused, "refusal")
        assert read(refused, "refusal").sha256 == printing.fingerprint(notice.body)
        assert printing.fingerprint(
            {**notice.body, "text": notice.body["text"] + "。"}
        ) != printing.fingerprint(notice.body)

    @pytest.mark.parametrize(
        ("number", "shown"),
        [("92999901MADEM0046F", "9299************6F"), ("1234567", "*******"), ("", "")],
    )
    def test_an_id_shows_four_in_front_and_two_behind(self, number: str, shown: str) -> None:
        """Four in front, two behind; a short one is hidden altogether."""
        assert masked_id(number) == shown


class Outline(HTMLParser):
    """What a page consists of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


class TestProgressOnPaper:
    """Where who holds a receipt sees how far the case is."""

    def test_is_on_the_receipt_alone(self, corrected: Story) -> None:
        """A second code beside the one that verifies, on the page and for the press; other papers have none."""
        told = {}
        for kind in ("receipt", "correction"):
            notice = newest(corrected, kind)
            paper = printing.prepared(
                notice, corrected.case, corrected.release, verify_url=URL, base="https://b.test"
            )
            html = printing.html(
                notice, corrected.case, corrected.release, verify_url=URL, base="https://b.test"
            )
            told[kind] = (paper.track_url, html.count("<svg"), "扫码查进度" in html)
        address = f"https://b.test/track/{corrected.case.number}?code={corrected.case.query_code}"
        assert told == {"receipt": (address, 2, True), "correction": ("", 1, False)}

    def test_is_not_for_who_has_no_business_with_the_code(self, corrected: Story) -> None:
        """A department that reads the receipt gets no way into the applicant's progress."""
        without = replace(corrected.case, query_code="")
        paper = printing.prepared(
            newest(corrected, "receipt"),
            without,
            corrected.release,
            verify_url=URL,
            base="https://b.test",
        )
        assert paper.track_url == ""


class TestPage:
    """A paper as a page that stands alone."""

    def test_asks_for_nothing_and_runs_nothing(self, corrected: Story) -> None:
        """No script, no inline style, no address to fetch."""
        outline = Outline(page(corrected, "correction"))
        assert not {"script", "img", "iframe", "object", "form"} & set(outline.tags)
        assert outline.tags.count("style") == 1
        assert not [
            name
            for name, _ in outline.attributes
            if name in ("style", "src") or name.startswith("on")
        ]
        assert {value for name, value in outline.attributes if name == "href"} == {"data:,"}
        assert not re.search(r"url\(|@import", printing.STYLE)

    def test_can_be_read_aloud(self, corrected: Story) -> None:
        """Language, one main heading, headed rows, a named picture."""
        outline = Outline(page(corrected, "correction"))
        assert ("lang", "zh-CN") in outline.attributes
        assert outline.tags.count("h1") == 1
        assert outline.tags.count("th") == outline.attributes.count(("scope", "row"))
        assert ("aria-label", "核验这份文书的二维码") in outline.attributes

    def test_says_all_of_it(self, refused: Story) -> None:
        """Title, number, seal, reasons, last days, date, fingerprint, address, and that it does not change."""
        text = page(refused, "refusal")
        for part in (
            "不予行政许可决定书",
            "文书编号：S-0001-03",
            "（加盖消防救援大队印章）",
            "不符合条件",
            "2026年11月13日",
            "2026年9月14日",
            URL,
            read(refused, "refusal").sha256,
            "内容不再变更",
        ):
            assert part in text

    def test_what_people_wrote_is_text(self, shop: type[Town]) -> None:
        """A name cannot become markup."""
        story = shop.submitted("food", case={"applicant_name": '<script>alert("1")</script>&'})
        text = page(story, "receipt")
        assert "<script" not in text
        assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;" in text


class TestTypst:
    """What typst is given."""

    def test_markup_is_constant_and_texts_are_data(self, corrected: Story, refused: Story) -> None:
        """What people wrote travels as JSON, so that no sign in it means anything to typst."""
        corrected.case.applicant_name = '#panic("x") $'
        first, inputs = printing.typst(
            newest(corrected, "correction"),
            corrected.case,
            corrected.release,
            verify_url=URL,
            fonts=("A",),
        )
        second, _ = printing.typst(
            newest(refused, "refusal"), refused.case, refused.release, verify_url=URL, fonts=("A",)
        )
        assert first == second
        shown = json.loads(inputs["paper"])
        assert (shown["addressee"], shown["fonts"], shown["issued_on"]) == (
            '#panic("x") $',
            ["A"],
            [2026, 9, 14],
        )


class TestQr:
    """The code on the paper."""

    def test_draws_the_matrix(self) -> None:
        """Each dark module is in the path once, four modules from the edge."""
        matrix = segno.make_qr(URL, error="m").matrix
        drawn = set()
        for x, y, length in re.findall(
            r"M(\d+) (\d+)h(\d+)v1h-\d+z", qr.svg(URL, "码").split("<path d=")[1]
        ):
            drawn |= {(int(x) + n, int(y)) for n in range(int(length))}
        assert drawn == {
            (x + 4, y + 4) for y, row in enumerate(matrix) for x, bit in enumerate(row) if bit
        }


class TestCitations:
    """Articles as papers write them."""

    @pytest.mark.parametrize(
        ("basis", "written"),
        [
            ("行政许可法 38", "《中华人民共和国行政许可法》第三十八条"),
            ("行政许可法 32.1(4)", "《中华人民共和国行政许可法》第三十二条第一款第（四）项"),
            (
                "行政复议法 20；行政诉讼法 46",
                "《中华人民共和国行政复议法》第二十条；《中华人民共和国行政诉讼法》第四十六条",
            ),
            ("大气污染防治法 118", "《中华人民共和国大气污染防治法》第一百一十八条"),
            ("地方规定（逾期不补正视为撤回）", "地方规定（逾期不补正视为撤回）"),
            ("建筑设计防火规范 5.4.16", "《建筑设计防火规范》5.4.16"),
            ("食品安全法实施条例 15", "《中华人民共和国食品安全法实施条例》第十五条"),
            ("城市道路管理条例 31", "《城市道路管理条例》第三十一条"),
            ("省小餐饮管理规定（示例）", "《省小餐饮管理规定》（示例）"),
            (
                "行政许可法 49；食品经营许可和备案管理办法；行政许可法 38",
                "《中华人民共和国行政许可法》第四十九条、第三十八条；《食品经营许可和备案管理办法》",
            ),
            (
                "国发〔2021〕7号",
                "《国务院关于深化“证照分离”改革进一步激发市场主体发展活力的通知》（国发〔2021〕7号）",
            ),
            ("", ""),
        ],
    )
    def test_written_in_full(self, basis: str, written: str) -> None:
        """What is no article of a law stays as it is."""
        assert citations.cited(basis) == written

    @pytest.mark.parametrize(
        ("number", "said"),
        [
            (1, "一"),
            (10, "十"),
            (15, "十五"),
            (20, "二十"),
            (105, "一百零五"),
            (110, "一百一十"),
            (300, "三百"),
        ],
    )
    def test_articles_are_numbered_as_statutes_do(self, number: int, said: str) -> None:
        """As statutes number their articles."""
        assert citations.numeral(number) == said


FOUND: dict[str, Any] = {
    "number": "S-0001-03",
    "title": "准予决定书",
    "case": "S-0001",
    "department_title": "消防救援大队",
    "item_title": "消防安全检查",
    "applicant": "云****馆",
    "sha256": "ab" * 32,
    "intact": True,
    "valid": True,
    "note": "",
}


class TestVerdict:
    """What somebody sees who scans the code."""

    @pytest.mark.parametrize(
        ("changes", "heading"),
        [
            ({}, "文书属实，现在有效"),
            ({"valid": False, "note": "对应的决定已被撤销。"}, "文书属实，但已经失效"),
            ({"intact": False, "valid": False, "note": "对不上"}, "这份文书的存档有异常"),
        ],
    )
    def test_says_it_first(self, shop: type[Town], changes: dict[str, Any], heading: str) -> None:
        """Genuine and in force, genuine and not, or not to be trusted; with what to compare."""
        told = printing.verdict({**FOUND, "issued_at": shop.moment("2026-09-14T01:00"), **changes})
        assert (told.title, told.good) == (heading, not changes)
        assert ("发出日期", "2026年9月14日") in told.rows
        assert told.sha256 == "ab" * 32
        assert changes.get("note", "") in "".join(told.told)

    def test_an_unknown_code_is_warned_of(self) -> None:
        """Whoever holds such a paper is warned."""
        assert "不要相信这份文书" in printing.verdict(None).told[0]
