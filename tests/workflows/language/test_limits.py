import pytest

from service.workflows.language.load import load_pack

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
    head = (
        f"kind: bundle\ncode: whole\ntitle: 整件\nlead: a\napplicants: [enterprise, individual]\npromised: {promised}\n"
    )
    files = {f"{code}.yaml": item(code, length) for code, length in lengths.items()}
    loaded = load_pack({"d.yaml": DIRECTORY, "b.yaml": head + bundle, "s.yaml": SCENARIO, **files})
    assert {each.code for each in loaded.diagnostics} <= {"E502", "W203", "W211", "W212"}, loaded.diagnostics
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

    def test_shortest_part_is_named(self) -> None:
        """Of a long chain the part that already breaks the promise is told, and each such part once."""
        chain = "items: [{use: x}, {use: y, after: [x]}, {use: z, after: [y]}]\n"
        found = told("7wd", {"x": "1wd", "y": "5wd", "z": "5wd"}, chain)
        assert any("y 5wd → z 5wd" in each for each in found)

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
            ("{id: n, ask: 几个, type: integer, min: 0, max: 9}", "answers.n > 6", "answers.n < 8", "几个7"),
            ("{id: n, ask: 面积, type: number}", "answers.n > 6", "answers.n * 2 < 15", "面积7"),
            ("{id: m, ask: 哪些, type: multi, options: [a, b, c]}", "'a' in answers.m", "'b' in answers.m", "哪些a、b"),
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
        odd = " && ".join(f"answers.q{n} == answers.q{n + 1}" for n in range(19)) + " && answers.q0 != answers.q19"
        files = {"d.yaml": DIRECTORY, "s.yaml": SCENARIO, "x.yaml": item("x", "9wd")}
        files["b.yaml"] = (
            "kind: bundle\ncode: whole\ntitle: 整件\nlead: a\napplicants: [enterprise]\npromised: 5wd\n"
            f'questions: [{asked}]\nitems: [{{use: x, when: "{odd}"}}]\n'
        )
        assert "W212" in [each.code for each in load_pack(files).diagnostics]

    def test_too_many_chains(self) -> None:
        """A thicket of `after` ends the search with a warning, not the service."""
        lengths = {f"n{n}": "0wd" for n in range(24)}
        entries = ", ".join(f"{{use: n{n}, after: [{', '.join(f'n{m}' for m in range(n))}]}}" for n in range(24))
        files = {f"{code}.yaml": item(code, length) for code, length in lengths.items()}
        head = "kind: bundle\ncode: whole\ntitle: 整件\nlead: a\napplicants: [enterprise]\npromised: 5wd\n"
        files |= {"d.yaml": DIRECTORY, "s.yaml": SCENARIO, "b.yaml": f"{head}items: [{entries}]\n"}
        assert [each.code for each in load_pack(files).diagnostics] == ["W212"]
