from datetime import date, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

import service.workflows
from service.workflows.application import Applicant
from service.workflows.authoring import compile_release
from service.workflows.authoring.checks.lengths import branches
from service.workflows.authoring.checks.view import View
from service.workflows.authoring.folders import read_folder
from service.workflows.authoring.load import load_pack
from service.workflows.authoring.pack import Pack
from service.workflows.calendar import TZ
from service.workflows.case.parts import Case, Item
from service.workflows.case.situation import Situation
from service.workflows.clocks import deadline
from service.workflows.telling.guide import guide
from service.workflows.telling.guide.way import walk
from service.workflows.trials import pack_calendar
from service.workflows.worksheet import Work


def sample_city() -> Pack:
    """The sample city, loaded."""
    pack = load_pack(read_folder(Path(service.workflows.__file__).parent / "packs/linhu")).pack
    assert pack is not None
    return pack


LINHU = sample_city()
NOW = datetime(2026, 11, 5, 10, 0, 0, 417_389, tzinfo=TZ)

DIRECTORY = 'kind: directory\nregion: {code: "999901", title: 测试区}\ndepartments: {a: 甲局}\n'
SCENARIO = """kind: scenario
bundle: whole
title: 提交
now: 2026-03-02T09:00+08:00
applicant: {type: enterprise, name: 甲, id: 甲}
"""


def item(code: str, promised: str) -> str:
    return (
        f"kind: item\ncode: {code}\ntitle: {code}\ndepartment: a\ncategory: service\nbasis: [法 1]\n"
        f"lifecycle: instant\nlimits: {{promised: {promised}}}\n"
    )


def told(promised: str, lengths: dict[str, str], bundle: str) -> list[str]:
    """The messages about the promise of a bundle whose items have these promised limits."""
    head = f"kind: bundle\ncode: whole\ntitle: 整件\nlead: a\napplicants: [enterprise, individual]\npromised: {promised}\n"
    files = {f"{code}.yaml": item(code, length) for code, length in lengths.items()}
    loaded = load_pack({"d.yaml": DIRECTORY, "b.yaml": head + bundle, "s.yaml": SCENARIO, **files})
    assert {each.code for each in loaded.diagnostics} <= {"E502", "W203", "W211", "W212"}, (
        loaded.diagnostics
    )
    return [each.message for each in loaded.diagnostics if each.code == "E502"]


class TestCriticalPath:
    def test_sum_of_a_chain(self) -> None:
        """Items that wait for one another add up; side by side they do not."""
        chain = "items: [{use: x}, {use: y, after: [x]}, {use: z}]\n"
        lengths = {"x": "3wd", "y": "5wd", "z": "7wd"}
        assert told("8wd", lengths, chain) == []
        found = told("7wd", lengths, chain)
        assert len(found) == 1
        assert "x 3wd → y 5wd（任何回答）" in found[0]

    def test_the_longest_is_told_and_what_would_do(self) -> None:
        """Of all chains the longest is told, once, with the promise that covers every one of them."""
        chain = "items: [{use: x}, {use: y, after: [x]}, {use: z, after: [y]}]\n"
        found = told("7wd", {"x": "1wd", "y": "5wd", "z": "5wd"}, chain)
        assert len(found) == 1
        assert "x 1wd → y 5wd → z 5wd（任何回答），至少要 11wd" in found[0]
        assert told("11wd", {"x": "1wd", "y": "5wd", "z": "5wd"}, chain) == []

    def test_items_that_never_come_together(self) -> None:
        """Two items that exclude each other make no chain, whatever the promise."""
        bundle = (
            "questions: [{id: kind, ask: 哪种？, type: choice, options: [one, two]}]\n"
            "items: [{use: x, when: \"answers.kind == 'one'\"}, {use: y, when: \"answers.kind == 'two'\", after: [x]}]\n"
        )
        assert told("6wd", {"x": "5wd", "y": "5wd"}, bundle) == []

    def test_an_absent_middle_drops_the_chain(self) -> None:
        """An `after` that is not in the case is dropped: the ends of a broken chain run side by side."""
        bundle = (
            "questions: [{id: n, ask: 多少？, type: number, min: 0}]\n"
            "items: [{use: x, when: answers.n > 10}, {use: y, when: answers.n < 5, after: [x]}, {use: z, when: answers.n > 7, after: [y]}]\n"
        )
        assert told("6wd", {"x": "5wd", "y": "1wd", "z": "5wd"}, bundle) == []

    @pytest.mark.parametrize(
        ("questions", "x", "y", "answers"),
        [
            (
                "{id: n, ask: 几个, type: integer, min: 0, max: 9}",
                "answers.n > 6",
                "answers.n < 8",
                "几个7",
            ),
            ("{id: n, ask: 面积, type: number}", "answers.n > 6", "answers.n * 2 < 15", "面积7"),
            (
                "{id: m, ask: 哪些, type: multi, options: [a, b, c]}",
                "'a' in answers.m",
                "'b' in answers.m",
                "哪些a、b",
            ),
            (
                "{id: m, ask: 哪些, type: multi, options: [a, b, c]}",
                "size(answers.m) == 1",
                "!('a' in answers.m)",
                "哪些b",
            ),
            (
                "{id: d, ask: 哪天, type: date}",
                "answers.d > '2026-01-01'",
                "answers.d < '2026-01-03'",
                "哪天2026-01-02",
            ),
            ("{id: t, ask: 名称, type: text}", "answers.t != 'x'", "answers.t != ''", "名称其他"),
            (
                "{id: s, ask: 要吗, type: boolean}",
                "answers.s",
                "applicant.type == 'individual'",
                "要吗是；申请人是自然人",
            ),
        ],
    )
    def test_names_the_answers(self, questions: str, x: str, y: str, answers: str) -> None:
        """The message names answers of each type under which the whole chain comes about."""
        bundle = f'questions: [{questions}]\nitems: [{{use: x, when: "{x}"}}, {{use: y, when: "{y}", after: [x]}}]\n'
        found = told("6wd", {"x": "5wd", "y": "5wd"}, bundle)
        assert len(found) == 1
        assert f"（{answers}）" in found[0]

    def test_questions_that_are_not_asked(self) -> None:
        """A question that is not asked has no answer: what needs it does not come about."""
        bundle = (
            "questions:\n"
            "  - {id: sign, ask: 招牌？, type: boolean}\n"
            "  - {id: lit, ask: 发光？, type: boolean, when: answers.sign}\n"
            "items: [{use: x, when: answers.lit}, {use: y, when: '!answers.sign', after: [x]}]\n"
        )
        assert told("6wd", {"x": "5wd", "y": "5wd"}, bundle) == []

    def test_what_the_law_stops(self) -> None:
        """A combination that is stopped is no case."""
        bundle = (
            "questions:\n"
            "  - {id: home, ask: 住宅？, type: boolean}\n"
            "  - {id: fumes, ask: 油烟？, type: boolean}\n"
            "stop: [{when: answers.home && answers.fumes, say: 不行, basis: 法 1}]\n"
            "items: [{use: x, when: answers.home}, {use: y, when: answers.fumes, after: [x]}]\n"
        )
        assert told("6wd", {"x": "5wd", "y": "5wd"}, bundle) == []

    def test_through_derived_values(self) -> None:
        """Derived values are computed, also from one another."""
        bundle = (
            "questions: [{id: area, ask: 面积？, type: number, unit: ㎡}]\n"
            "derived: {limit: '300', large: answers.area > derived.limit}\n"
            "items: [{use: x, when: derived.large}, {use: y, when: answers.area < 302, after: [x]}]\n"
        )
        assert "（面积？301㎡）" in told("6wd", {"x": "5wd", "y": "5wd"}, bundle)[0]

    def test_mixed_units(self) -> None:
        """Days and working days are compared by the dates they lead to, from every start of the known years."""
        chain = "items: [{use: x}, {use: y, after: [x]}]\n"
        assert told("10d", {"x": "2wd", "y": "1wd"}, chain) != []
        assert told("20d", {"x": "2wd", "y": "1wd"}, chain) == []

    def test_too_many_combinations(self) -> None:
        """When not every combination could be looked at, a warning says so instead of silence."""
        asked = ", ".join(f"{{id: q{n}, ask: 第{n}问？, type: boolean}}" for n in range(20))
        odd = (
            " && ".join(f"answers.q{n} == answers.q{n + 1}" for n in range(19))
            + " && answers.q0 != answers.q19"
        )
        files = {"d.yaml": DIRECTORY, "s.yaml": SCENARIO, "x.yaml": item("x", "9wd")}
        files["b.yaml"] = (
            "kind: bundle\ncode: whole\ntitle: 整件\nlead: a\napplicants: [enterprise]\npromised: 5wd\n"
            f'questions: [{asked}]\nitems: [{{use: x, when: "{odd}"}}]\n'
        )
        assert "W212" in [each.code for each in load_pack(files).diagnostics]

    def test_too_many_chains(self) -> None:
        """A thicket of `after` ends the search with a warning, not the service."""
        lengths = {f"n{n}": "0wd" for n in range(24)}
        entries = ", ".join(
            f"{{use: n{n}, after: [{', '.join(f'n{m}' for m in range(n))}]}}" for n in range(24)
        )
        files = {f"{code}.yaml": item(code, length) for code, length in lengths.items()}
        head = "kind: bundle\ncode: whole\ntitle: 整件\nlead: a\napplicants: [enterprise]\npromised: 5wd\n"
        files |= {"d.yaml": DIRECTORY, "s.yaml": SCENARIO, "b.yaml": f"{head}items: [{entries}]\n"}
        assert [each.code for each in load_pack(files).diagnostics] == ["W212"]


TITLE = """kind: lifecycle
code: title
title: 不动产转移登记
clocks:
  decision: {title: 登记, limit: limits}
  public: {title: 公告, limit: 15wd, owner: public}
  payment: {title: 发放, limit: 3wd}
states:
  received: {title: 待审核, post: window, runs: [decision]}
  announced: {title: 公告中, runs: [public], on_expiry: {public: public_over}}
  registering: {title: 待登簿, post: approver, runs: [decision]}
  paying: {title: 待发放, post: window, runs: [payment]}
  registered: {title: 已登记, final: granted}
  refused: {title: 不予登记, final: refused}
transitions:
  - {action: announce, title: 公告, from: received, to: announced, by: window, when: "!form.notarised"}
  - {action: skip, title: 免公告, from: received, to: registering, by: window, when: form.notarised}
  - {action: public_over, title: 公告期满, from: announced, to: registering, by: clock}
  - {action: register, title: 登簿, from: registering, to: paying, by: approver, notice: grant}
  - {action: refuse, title: 不予登记, from: [received, announced, registering], to: refused, by: approver, needs: [reasons], notice: refusal}
  - {action: pay, title: 发放, from: paying, to: registered, by: window, notice: issue}
"""
HOUSE = """kind: item
code: house
title: 不动产登记
department: a
category: confirmation
basis: [不动产登记暂行条例 20]
lifecycle: title
limits: {promised: 5wd}
fields: [notarised]
"""
QUESTION = "questions: [{id: notary, ask: 办了公证吗？, type: boolean, fills: notarised}]\n"


def house(
    promised: str, questions: str = QUESTION, items: str = "items: [{use: house}]\n"
) -> dict[str, str]:
    """A pack whose one item is announced for fifteen working days, unless the deed is notarised."""
    head = f"kind: bundle\ncode: whole\ntitle: 整件\nlead: a\napplicants: [individual]\npromised: {promised}\n"
    return {
        "d.yaml": DIRECTORY,
        "s.yaml": SCENARIO.replace("enterprise", "individual"),
        "t.yaml": TITLE,
        "h.yaml": HOUSE,
        "b.yaml": f"{head}{questions}{items}",
        "v.yaml": "kind: vocabulary\nfields: {notarised: {title: 已经公证, type: boolean}}\n",
    }


def expected(promised: str, form: dict[str, bool], answers: dict[str, bool]) -> dict[str, Any]:
    """The guide's dates for an application on Thu 2026-11-05."""
    files = house(promised, QUESTION if answers else "")
    pack = load_pack(files).pack
    assert pack is not None
    release = compile_release(pack, "whole")
    calendar = pack_calendar(pack, release)
    applicant = Applicant("individual")
    found = guide(release, applicant, answers, {}, calendar, NOW, form=form)
    return found["items"][0]  # type: ignore[no-any-return]


class TestAlike:
    """Lint and guide count alike: the branch that the answers take, the public's time, what follows the decision."""

    def test_the_time_of_the_public_counts(self) -> None:
        """Fifteen days of publicity and five of the office are twenty, when the deed is not notarised."""
        found = [each for each in load_pack(house("15wd")).diagnostics if each.code == "E502"]
        assert [each.message for each in found] == [
            "承诺 15wd 短于必须先后办的 house 15wd+5wd（办了公证吗？否），至少要 20wd"
        ]
        assert "promised 写 20wd 或更长" in found[0].hint
        assert "E502" not in [each.code for each in load_pack(house("20wd")).diagnostics]

    def test_a_branch_that_no_answer_takes_counts_nothing(self) -> None:
        """Where only notarised deeds come in, nothing is announced and five days do."""
        files = house("5wd", items="items: [{use: house, when: answers.notary}]\n")
        assert "E502" not in [each.code for each in load_pack(files).diagnostics]

    @pytest.mark.parametrize(
        ("notarised", "day", "paid"),
        [(True, "2026-11-12", "2026-11-17"), (False, "2026-12-03", "2026-12-08")],
    )
    def test_the_guide_takes_the_branch_of_the_answers(
        self, notarised: bool, day: str, paid: str
    ) -> None:
        """Five working days with a notary, twenty without; the money within three more, and that is said."""
        found = expected("20wd", {}, {"notary": notarised})
        assert found["expected_on"] == day
        assert found["afterwards"] == [{"title": "发放", "limit": "3个工作日", "by": paid}]

    def test_what_is_not_known_yet_takes_the_longer(self) -> None:
        """Nobody has said whether it is notarised: the date told is the one that can be kept."""
        assert expected("20wd", {}, {})["expected_on"] == "2026-12-03"
        assert expected("20wd", {"notarised": True}, {})["expected_on"] == "2026-11-12"

    def test_a_promise_of_that_length_is_the_date_of_the_guide(self) -> None:
        """The least promise that lint lets pass ends on the very day of the guide, whatever is answered."""
        for code, bundle in LINHU.bundles.items():
            view = View(LINHU, frozenset())
            for entry in bundle.items:
                item = LINHU.items[entry.use]
                legs = [each.legs for each in branches(view, item)]
                walked = walked_on(code, entry.use)
                ends = [
                    reduce(lambda on, leg: deadline(on, leg, view.calendar), each, NOW.date())
                    for each in legs
                ]
                assert walked in ([max(ends)] if ends and max(map(len, legs)) else [None]), (
                    entry.use
                )


def walked_on(code: str, item: str) -> date | None:
    """The guide's day for one item begun on its own, nothing filled in yet."""
    release = compile_release(LINHU, code)
    calendar = pack_calendar(LINHU, release)
    case = Case("", code, release.hash, "enterprise", "", "", form={})
    work = Work(Situation(release, calendar, NOW), case)
    definition = release.items[item]
    begun = Item(item, definition.department, definition.lifecycle, "", handling="ordinary")
    return walk(work, begun, NOW, entry=False).ends_on
