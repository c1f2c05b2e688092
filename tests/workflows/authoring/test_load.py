import re
from pathlib import Path

import pytest

from service.workflows import authoring, definition
from service.workflows.authoring.checks.scenarios import ENGINE_ACTIONS
from service.workflows.authoring.folders import read_folder, standard_files
from service.workflows.authoring.load import load_pack
from service.workflows.authoring.pack import Pack
from service.workflows.authoring.standard import standard_lifecycles
from service.workflows.definition.diagnostics import explanations
from service.workflows.proceedings import KINDS
from tests.workflows.authoring.test_licences import CHANGES, TOLD_BELOW

HERE = Path(__file__).parent
INVALID = sorted((HERE / "invalid").glob("*.yaml"))


def codes(files: dict[str, str]) -> list[str]:
    return [each.code for each in load_pack(files).diagnostics]


class TestLoadPack:
    def test_a_good_pack(self, pack: Pack) -> None:
        """A pack without a fault is loaded whole, with the standard lifecycles and those of proceedings."""
        assert set(pack.items) == {"trade", "sign"}
        assert set(pack.lifecycles) == {
            "licence",
            "filing",
            "instant",
            "verification",
            "renewal",
            "reported",
            "visit",
            *KINDS,
        }
        assert set(pack.own_lifecycles()) == {"visit"}
        assert pack.texts == {"trade-v1": "本人承诺符合全部条件。\n"}
        assert pack.scenarios[0].line("steps", 1) == 13

    @pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
    def test_each_fault_gives_its_own_diagnostic(self, path: Path, files: dict[str, str]) -> None:
        """One fault in a good pack gives exactly its own diagnostic, at its place, with a sentence."""
        text = path.read_text()
        _, code, place, name = text.splitlines()[0].split()
        files[name] = text
        loaded = load_pack(files)
        found = [
            each for each in loaded.diagnostics if each.severity == "error" or code.startswith("W")
        ]
        assert [(each.file, f"{each.line}:{each.col}", each.code) for each in found] == [
            (name, place, code)
        ]
        assert found[0].message
        assert (loaded.pack is None) is code.startswith("E")
        assert str(found[0]).startswith(f"{name}:{place} {code} ")

    def test_a_case_is_called_by_what_is_asked(self, files: dict[str, str]) -> None:
        """E307: a field that no item of the bundle asks for would never be filled in."""
        files["vocabulary.yaml"] = files["vocabulary.yaml"].replace(
            "fields:\n", "fields:\n  nickname: {title: 小名, type: text}\n", 1
        )
        files["bundle.yaml"] = files["bundle.yaml"].replace(
            "promised: 13wd", "promised: 13wd\nnamed_by: [shop_name, nickname]"
        )
        found = [each for each in load_pack(files).diagnostics if each.severity == "error"]
        assert [(each.code, each.file, each.line) for each in found] == [("E307", "bundle.yaml", 7)]

    @pytest.mark.parametrize(
        ("mode", "category", "faulty"),
        [
            ("abolished", "licence", True),
            ("abolished", "service", False),
            ("filing", "licence", True),
            ("filing", "filing", False),
            ("commitment", "service", True),
            ("optimised", "service", True),
            ("optimised", "licence", False),
        ],
    )
    def test_a_reform_agrees_with_what_the_matter_is(
        self, files: dict[str, str], mode: str, category: str, faulty: bool
    ) -> None:
        """E563: no approval is left where it was abolished, a filing is one, what is optimised is a licence still (R-ZZ-1)."""
        sign = files["sign.yaml"].replace("category: service", f"category: {category}")
        files["sign.yaml"] = sign + f"reform: {{mode: {mode}, basis: 国发〔2021〕7号}}\n"
        assert ("E563" in codes(files)) is faulty

    def test_a_licence_is_revoked_by_the_proceeding_alone(self, files: dict[str, str]) -> None:
        """E433: an own lifecycle of a licence may not let a head revoke without the proceeding (行政许可法 69)."""
        files["sign.yaml"] = files["sign.yaml"].replace("category: service", "category: licence")
        found = [each for each in load_pack(files).diagnostics if each.code == "E433"]
        assert [(each.file, each.line) for each in found] == [("lifecycle.yaml", 23)]
        direct = "to: revoked, by: head, needs: [reasons], notice: revocation}"
        begin = "{action: look_into, title: 启动, from: done, to: done, by: head, needs: [ground, reason], effect: {begin: revocation}}"
        files["lifecycle.yaml"] = files["lifecycle.yaml"].replace(
            direct, direct.replace("head", "proceeding") + f"\n  - {begin}"
        )
        assert not [each for each in load_pack(files).diagnostics if each.code == "E433"]

    def test_many_files_of_vocabulary_are_one(self, files: dict[str, str]) -> None:
        """The vocabulary may be spread over several files."""
        files["more.yaml"] = "kind: vocabulary\nmaterials:\n  photo: {title: 照片}\n"
        files["sign.yaml"] = files["sign.yaml"].replace("[layout]", "[layout, photo]")
        loaded = load_pack(files)
        assert loaded.pack is not None
        assert set(loaded.pack.vocabulary.materials) == {"layout", "lease", "photo"}

    def test_items_without_a_bundle(self, files: dict[str, str]) -> None:
        """A pack of items alone is fine: another pack may bundle them."""
        for name in ("bundle.yaml", "scenario.yaml", "west.yaml"):
            del files[name]
        assert load_pack(files).pack is not None

    def test_other_files_are_ignored(self, files: dict[str, str]) -> None:
        """Pictures and readmes may lie beside the definitions."""
        loaded = load_pack({**files, "README.md": "说明", "logo.png": "\x00"})
        assert loaded.diagnostics == []
        assert loaded.pack is not None
        assert "README" not in loaded.pack.texts

    def test_an_empty_folder_is_a_pack_of_nothing(self) -> None:
        """An empty folder is a pack of nothing."""
        assert load_pack({}).diagnostics == []

    def test_without_a_directory_there_is_one_finding(self, files: dict[str, str]) -> None:
        """Without a directory there is one finding, not one for every department."""
        del files["directory.yaml"]
        files["lifecycle.yaml"] = files["lifecycle.yaml"].replace("[window, chief]", "window")
        del files["scenario.yaml"]
        assert [code for code in codes(files) if code[0] == "E"] == ["E114"]

    @pytest.mark.parametrize(
        "name",
        [
            "vocabulary.yaml",
            "directory.yaml",
            "lifecycle.yaml",
            "trade.yaml",
            "sign.yaml",
            "bundle.yaml",
        ],
    )
    @pytest.mark.parametrize("fault", ["title: [", "surprise: 1\n"])
    def test_an_unreadable_file_makes_no_findings_elsewhere(
        self, name: str, fault: str, files: dict[str, str]
    ) -> None:
        """A file that cannot be read makes no false findings elsewhere."""
        files[name] += fault
        assert {each.file for each in load_pack(files).diagnostics} == {name}

    def test_all_findings_in_order(self, files: dict[str, str]) -> None:
        """Faults of several files come together, by file and line."""
        files["sign.yaml"] = (
            files["sign.yaml"]
            .replace("department: cg", "department: cgg")
            .replace("[layout]", "[plan]")
        )
        files["bundle.yaml"] = files["bundle.yaml"].replace("lead: scjg", "lead: xyz")
        found = [
            (each.file, each.code) for each in load_pack(files).diagnostics if each.code[0] == "E"
        ]
        assert found == [("bundle.yaml", "E201"), ("sign.yaml", "E201"), ("sign.yaml", "E204")]

    def test_a_diagnostic_is_data_as_well(self, files: dict[str, str]) -> None:
        """A diagnostic is also data for editors and interfaces."""
        files["bundle.yaml"] = files["bundle.yaml"].replace("lead: scjg", "lead: scjgg")
        assert load_pack(files).diagnostics[0].as_dict() == {
            "file": "bundle.yaml",
            "line": 4,
            "col": 7,
            "code": "E201",
            "severity": "error",
            "message": "没有“scjgg”这个部门",
            "hint": "是不是想写“scjg”？",
        }


class TestStandardLifecycles:
    @pytest.mark.parametrize("name", sorted(standard_files()))
    def test_pass_their_own_checks(self, name: str) -> None:
        """The five that come with the engine are held to the rules of any other."""
        text = standard_files()[name].decode().replace("code: ", "code: own-", 1)
        assert load_pack({name: text}).diagnostics == []


class TestExplanations:
    def test_every_code_is_explained_and_used(self) -> None:
        """The codes in the source and the explained codes are the same."""
        folders = [Path(chapter.__path__[0]) for chapter in (authoring, definition)]
        texts = [path.read_text() for folder in folders for path in folder.rglob("*.py")]
        used = {code for text in texts for code in re.findall(r'"([EW]\d{3})"', text)}
        assert used == set(explanations())
        assert all(
            each.title and each.why and each.example_bad and each.example_good
            for each in explanations().values()
        )

    def test_every_code_has_a_bad_file(self) -> None:
        """Each code has an example that provokes it; six need more than a text file and are tested elsewhere.

        What makes a licence unlawful needs its item and its lifecycle: those stand in a table of their own.
        """
        shown = (
            {path.stem[:4] for path in INVALID} | TOLD_BELOW | {each["code"] for each in CHANGES}
        )
        assert set(explanations()) - shown == {"E001", "E002", "E003", "E120", "E433", "W212"}


class TestReadFolder:
    def test_takes_definitions_at_any_depth_and_nothing_else(self, tmp_path: Path) -> None:
        """Definition files at any depth, nothing hidden, nothing else."""
        (tmp_path / "items").mkdir()
        (tmp_path / ".git").mkdir()
        for name in (
            "a.yaml",
            "items/b.yml",
            "items/c.md",
            "logo.png",
            ".hidden.yaml",
            ".git/x.yaml",
        ):
            (tmp_path / name).write_text("x")
        assert read_folder(tmp_path) == {"a.yaml": b"x", "items/b.yml": b"x", "items/c.md": b"x"}

    def test_a_missing_folder_is_an_error(self, tmp_path: Path) -> None:
        """A folder that is not there is an error, not an empty pack."""
        with pytest.raises(FileNotFoundError):
            read_folder(tmp_path / "nothing")


class TestHints:
    """The mend is in the hint wherever it is known, at the line where the slip is."""

    @pytest.mark.parametrize(
        ("wrong", "code", "hint"),
        [
            ("answers.area = 3", "E301", "=="),
            ("answers.area > 3 and answers.sign", "E301", "&&"),
            ("answers.area ＞ 3", "E301", "改成半角：>"),
            ("answers.extras == 'smoke'", "E303", "'选项' in answers.问题"),
            ("'smoke' != answers.extras", "E303", "'选项' in answers.问题"),
        ],
    )
    def test_of_an_expression(
        self, wrong: str, code: str, hint: str, files: dict[str, str]
    ) -> None:
        """What is no comparison here is one elsewhere: the hint says how it is written."""
        bundle = files["bundle.yaml"]
        files["bundle.yaml"] = bundle.replace("large: answers.area > 300", f'large: "{wrong}"')
        found = [each for each in load_pack(files).diagnostics if each.severity == "error"]
        assert [each.code for each in found][:1] == [code]
        assert hint in found[0].hint

    def test_of_many_names_it_says_how_many_are_left_out(self, files: dict[str, str]) -> None:
        """What is not like any known name is told with the first of them, and how many more there are."""
        files["scenario.yaml"] = files["scenario.yaml"].replace(
            "do: trade.grant", "do: trade.xyzzy"
        )
        hint = next(each.hint for each in load_pack(files).diagnostics if each.code == "E603")
        shown, _, left = hint.removeprefix("可用的有：").partition("，另有 ")
        cycle = standard_lifecycles()["licence"]
        known = {each.action for each in cycle.transitions} | ENGINE_ACTIONS.keys()
        assert len(shown.split("、")) == 12
        assert left == f"{len(known) - 12} 个没有列出"

    @pytest.mark.parametrize(
        ("right", "wrong", "said"),
        [
            ("title: 开店", "title：开店", "全角冒号"),
            ("promised: 13wd", "promised:13wd", "没有空格"),
        ],
    )
    def test_of_a_colon(self, right: str, wrong: str, said: str, files: dict[str, str]) -> None:
        """A colon that is none is told on its own line, once, and nothing else is blamed for it."""
        line = files["bundle.yaml"].splitlines().index(right) + 1
        files["bundle.yaml"] = files["bundle.yaml"].replace(right, wrong)
        found = [each for each in load_pack(files).diagnostics if each.severity == "error"]
        assert [(each.file, each.line, each.code) for each in found] == [
            ("bundle.yaml", line, "E006")
        ]
        assert said in found[0].message

    def test_what_could_not_be_read_blames_nobody_else(self, files: dict[str, str]) -> None:
        """An item that leans on a bundle's questions is not wrong because the bundle could not be read."""
        files["trade.yaml"] = files["trade.yaml"].replace("[shop_name, floor_area,", "[shop_name,")
        assert load_pack(files).pack is not None
        files["bundle.yaml"] = files["bundle.yaml"].replace("lead: scjg", "leed: scjg")
        found = [each for each in load_pack(files).diagnostics if each.severity == "error"]
        assert {each.file for each in found} == {"bundle.yaml"}

    def test_a_promise_told_in_its_own_text(self, files: dict[str, str]) -> None:
        """Where the promise itself tells the conditions, none may be left open there (R-NCP-4)."""
        files["trade-v1.md"] = "本人承诺符合下列条件：\n法律法规规定的其他条件。\n"
        found = [each for each in load_pack(files).diagnostics if each.code == "E505"]
        assert [(each.file, each.line) for each in found] == [("trade.yaml", 15)]
