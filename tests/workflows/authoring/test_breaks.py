"""Forty ways to break a pack, as newcomers break them: one finding for each, where the cause is, with the mend in the hint."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from service.workflows.authoring.load import load_pack

Files = dict[str, bytes | str]


@dataclass(frozen=True)
class Break:
    """One slip in one file of a pack, and what is said of it."""

    name: str
    file: str
    old: str
    new: str
    code: str
    line: int
    mend: str  # stands in the hint
    told_in: str = ""  # the file that is named, where it is another one


B, T, S, V, D, C = (
    "bundle.yaml",
    "trade.yaml",
    "sign.yaml",
    "vocabulary.yaml",
    "directory.yaml",
    "scenario.yaml",
)
LISTED = "[enterprise, sole-trader]"
SIGN_ASKED = "{id: sign, ask: 要装招牌吗？, type: boolean}"
LOUD = "\"derived.large && 'noise' in answers.extras\""
BREAKS = [
    Break("1 a key misspelt", B, "lead: scjg", "leed: scjg", "E102", 4, "是不是想写“lead”？"),
    Break("2 a list out of line", B, "  - {id: sign", "    - {id: sign", "E006", 9, "左对齐"),
    Break("2 a key out of line", T, "department:", " department:", "E006", 4, "左对齐"),
    Break("3 a full-width colon", B, "title: 开店", "title：开店", "E006", 3, "半角冒号"),
    Break("4 the same between braces", B, "sign, ask: 要", "sign, ask：要", "E102", 9, "半角冒号"),
    Break("5 a full-width comma", B, LISTED, LISTED.replace(",", "，"), "E105", 5, "逗号用半角"),
    Break(
        "6 full-width brackets", B, LISTED, "【enterprise, sole-trader】", "E104", 5, "半角的 [ ]"
    ),
    Break(
        "7 curly quotes",
        B,
        LOUD,
        LOUD.replace('"', "“", 1).replace('"', "”"),
        "E301",
        15,
        '半角："',
    ),
    Break("8 a tab", B, "  - {id: sign", "\t- {id: sign", "E004", 9, "空格"),
    Break("9 a day there is not", C, "2026-12-01", "2026-11-31", "E014", 6, "2026-10-09"),
    Break(
        "10 a Chinese day", C, "2026-11-05T16:40+08:00", "2026年11月5日", "E104", 4, "2026-11-05"
    ),
    Break(
        "11 a colon in a text", B, "area > 300", "area > 300 ? true : false", "E006", 14, "加上引号"
    ),
    Break("12 是", T, "required: false", "required: 是", "E104", 10, "写 true"),
    Break("13 yes", T, "required: false", "required: yes", "E104", 10, "写 true"),
    Break("13 no", T, "required: false", "required: no", "E104", 10, "写 false"),
    Break("15 a limit in words", T, "promised: 5wd", "promised: 5个工作日", "E107", 9, "5wd"),
    Break("16 a limit without unit", T, "promised: 5wd", "promised: 7", "E107", 9, "写成 7wd"),
    Break("16 that of a bundle", B, "promised: 13wd", "promised: 13", "E107", 6, "写成 13wd"),
    Break("17 a code twice", S, "code: sign", "code: trade", "E112", 2, S, T),
    Break(
        "18 a circle",
        B,
        "{use: trade, when",
        "{use: trade, after: [sign], when",
        "E501",
        19,
        "after",
    ),
    Break(
        "19 never true", B, "area > 300", "area > 300 && answers.area < 100", "W211", 14, "核对条件"
    ),
    Break(
        "20 a question for nothing",
        B,
        "  - {id: since",
        "  - {id: vain, ask: 没用吗？, type: boolean}\n  - {id: since",
        "W203",
        12,
        "fills",
    ),
    Break(
        "22 a statute of no days",
        T,
        "statutory: 20wd",
        "statutory: 0wd",
        "E407",
        9,
        "删去 statutory",
    ),
    Break("23 later than the law", T, "promised: 5wd", "promised: 25wd", "E407", 9, "20wd 或更短"),
    Break("24 a field renamed", V, "floor_area:", "floor_aria:", "E203", 4, "改回“floor_area”"),
    Break("25 one equals sign", B, "answers.area > 300", "answers.area = 300", "E301", 14, "=="),
    Break(
        "26 and",
        B,
        "answers.sign && answers.place",
        "answers.sign and answers.place",
        "E301",
        17,
        "&&",
    ),
    Break("27 a full-width mark", B, "answers.area > 300", "answers.area ＞ 300", "E301", 14, ">"),
    Break("28 a label for a code", B, "place == 'mall'", "place == '商场'", "E306", 17, "mall"),
    Break(
        "29 a bare negation",
        B,
        "when: answers.sign}",
        "when: !answers.sign}",
        "E006",
        10,
        "加上引号",
    ),
    Break(
        "30 a title for a department",
        B,
        "lead: scjg",
        "lead: 市监局",
        "E201",
        4,
        "scjg（市场监督管理局）",
    ),
    Break("30 a code there is not", B, "lead: scjg", "lead: gongan", "E201", 4, "cg（城市管理局）"),
    Break(
        "31 options that differ",
        B,
        "{street: 临街, mall: 商场}",
        "{strict: 临街, mall: 商场}",
        "E506",
        10,
        "一致",
    ),
    Break(
        "32 several that equal one",
        B,
        "'noise' in answers.extras",
        "answers.extras == 'noise'",
        "E303",
        15,
        "in",
    ),
    Break("33 a kind in Chinese", S, "kind: item", "kind: 事项", "E101", 1, "item"),
    Break(
        "37 a material misspelt",
        T,
        "{use: layout",
        "{use: laoyut",
        "E204",
        12,
        "是不是想写“layout”？",
    ),
    Break("38 a code without quotes", D, '"999901"', "999901", "E104", 2, "加引号"),
    Break("39 no space behind a colon", B, "promised: 13wd", "promised:13wd", "E006", 6, "空一格"),
    Break("40 a brace that is missing", B, SIGN_ASKED, SIGN_ASKED[:-1], "E006", 9, "}"),
    Break(
        "41 a condition for all",
        T,
        "[有固定的经营场所]",
        "[法律法规规定的其他条件]",
        "E505",
        7,
        "逐条写明",
    ),
    Break(
        "41 one in a promise",
        "trade-v1.md",
        "。",
        "和法律规定的其他条件。",
        "E505",
        15,
        "逐条写明",
        T,
    ),
    Break(
        "42 an item taken out",
        B,
        "  - {use: sign, when: \"answers.sign && applicant.type != 'enterprise'\", after: [trade]}\n",
        "",
        "E602",
        10,
        "写进 open-shop 的 items",
        C,
    ),
]


def removed(files: Files) -> None:
    """14: the file of an item that a bundle uses is not there."""
    del files[T]


def in_gbk(files: Files) -> None:
    """34: a file in another encoding."""
    files[S] = str(files[S]).encode("gbk")


WHOLE: list[tuple[Callable[[Files], None], str, str, int, str]] = [
    (removed, "E206", B, 19, "sign"),
    (in_gbk, "E002", S, 3, "UTF-8"),
]


@pytest.mark.parametrize("each", BREAKS, ids=lambda each: each.name)
def test_one_slip_is_told_once_with_its_mend(each: Break, files: dict[str, str]) -> None:
    """The cause, its line, what to write instead; nothing that only follows from it."""
    assert each.old in files[each.file]
    files[each.file] = files[each.file].replace(each.old, each.new, 1)
    found = load_pack(files).diagnostics
    told = [(one.code, one.file, one.line) for one in found]
    assert told == [(each.code, each.told_in or each.file, each.line)], "\n".join(map(str, found))
    assert each.mend in found[0].hint, found[0].hint
    assert found[0].severity == "warning" or "删去它" not in found[0].hint


@pytest.mark.parametrize(("act", "code", "file", "line", "mend"), WHOLE, ids=["14", "34"])
def test_a_whole_file(
    act: Callable[[Files], None], code: str, file: str, line: int, mend: str, files: dict[str, str]
) -> None:
    """What only follows from it is not told."""
    broken: Files = dict(files)
    act(broken)
    found = load_pack(broken).diagnostics
    assert [(one.code, one.file, one.line) for one in found] == [(code, file, line)]
    assert mend in found[0].hint


def test_the_other_ending_is_taken(files: dict[str, str]) -> None:
    """35: .yml is no mistake."""
    files["sign.yml"] = files.pop(S)
    assert load_pack(files).diagnostics == []


def test_two_causes_are_two_findings(files: dict[str, str]) -> None:
    """Only what follows is left out."""
    files[B] = files[B].replace("lead: scjg", "leed: scjg")
    files[T] = files[T].replace("promised: 5wd", "promised: 7")
    found = load_pack(files).diagnostics
    assert [(one.code, one.file) for one in found] == [("E102", B), ("E107", T)]


def test_a_bundle_is_told_at_once_how_long_it_takes(files: dict[str, str]) -> None:
    """E502 in one round: the shortest promise that can be kept."""
    files[B] = files[B].replace("promised: 13wd", "promised: 2wd")
    found = [one for one in load_pack(files).diagnostics if one.code == "E502" and one.file == B]
    assert len(found) == 1
    least = found[0].hint.split("写 ")[1].split(" ")[0]
    files[B] = files[B].replace("promised: 2wd", f"promised: {least}")
    assert not [one for one in load_pack(files).diagnostics if one.code == "E502" and one.file == B]
