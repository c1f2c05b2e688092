import re
from pathlib import Path

import pytest

from service.workflows.language import checks, source
from service.workflows.language.diagnostics import explanations
from service.workflows.language.folders import read_folder, standard_files
from service.workflows.language.load import load_pack
from service.workflows.language.pack import Pack
from service.workflows.language.release import PROCEEDINGS

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
            *PROCEEDINGS,
        }
        assert set(pack.own_lifecycles()) == {"visit"}
        assert pack.texts == {"trade-v1": "本人承诺符合全部条件。\n"}
        assert pack.scenarios[0].line("steps", 1) == 13

    @pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
    def test_each_fault(self, path: Path, files: dict[str, str]) -> None:
        """One fault in a good pack gives exactly its own diagnostic, at its place, with a sentence."""
        text = path.read_text()
        _, code, place, name = text.splitlines()[0].split()
        files[name] = text
        loaded = load_pack(files)
        found = [each for each in loaded.diagnostics if each.severity == "error" or code.startswith("W")]
        assert [(each.file, f"{each.line}:{each.col}", each.code) for each in found] == [(name, place, code)]
        assert found[0].message
        assert (loaded.pack is None) is code.startswith("E")
        assert str(found[0]).startswith(f"{name}:{place} {code} ")

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

    def test_nothing(self) -> None:
        """An empty folder is a pack of nothing."""
        assert load_pack({}).diagnostics == []

    def test_without_directory(self, files: dict[str, str]) -> None:
        """Without a directory there is one finding, not one for every department."""
        del files["directory.yaml"]
        files["lifecycle.yaml"] = files["lifecycle.yaml"].replace("[window, chief]", "window")
        del files["scenario.yaml"]
        assert [code for code in codes(files) if code[0] == "E"] == ["E114"]

    @pytest.mark.parametrize(
        "name", ["vocabulary.yaml", "directory.yaml", "lifecycle.yaml", "trade.yaml", "sign.yaml", "bundle.yaml"]
    )
    @pytest.mark.parametrize("fault", ["title: [", "surprise: 1\n"])
    def test_no_cascade(self, name: str, fault: str, files: dict[str, str]) -> None:
        """A file that cannot be read makes no false findings elsewhere."""
        files[name] += fault
        assert {each.file for each in load_pack(files).diagnostics} == {name}

    def test_all_findings_in_order(self, files: dict[str, str]) -> None:
        """Faults of several files come together, by file and line."""
        files["sign.yaml"] = (
            files["sign.yaml"].replace("department: cg", "department: cgg").replace("[layout]", "[plan]")
        )
        files["bundle.yaml"] = files["bundle.yaml"].replace("lead: scjg", "lead: xyz")
        found = [(each.file, each.code) for each in load_pack(files).diagnostics if each.code[0] == "E"]
        assert found == [("bundle.yaml", "E201"), ("sign.yaml", "E201"), ("sign.yaml", "E204")]

    def test_as_json(self, files: dict[str, str]) -> None:
        """A diagnostic is also data for editors and interfaces."""
        files["bundle.yaml"] = files["bundle.yaml"].replace("lead: scjg", "lead: scjgg")
        assert load_pack(files).diagnostics[0].as_dict() == {
            "file": "bundle.yaml", "line": 4, "col": 7, "code": "E201", "severity": "error",
            "message": "没有“scjgg”这个部门", "hint": "是不是想写“scjg”？",
        }  # fmt: skip


class TestStandardLifecycles:
    @pytest.mark.parametrize("name", sorted(standard_files()))
    def test_pass_their_own_checks(self, name: str) -> None:
        """The five that come with the engine are held to the rules of any other."""
        text = standard_files()[name].decode().replace("code: ", "code: own-", 1)
        assert load_pack({name: text}).diagnostics == []


class TestExplanations:
    def test_every_code_is_explained_and_used(self) -> None:
        """The codes in the source and the explained codes are the same."""
        folder = Path(source.__file__).parent
        texts = [path.read_text() for path in [*folder.glob("*.py"), *Path(checks.__file__).parent.glob("*.py")]]
        used = {code for text in texts for code in re.findall(r'"([EW]\d{3})"', text)}
        assert used == set(explanations())
        assert all(
            each.title and each.why and each.example_bad and each.example_good for each in explanations().values()
        )

    def test_every_code_has_a_bad_file(self) -> None:
        """Each code has an example that provokes it; four need more than a text file and are tested elsewhere."""
        shown = {path.stem[:4] for path in INVALID}
        assert set(explanations()) - shown == {"E001", "E002", "E003", "W212"}


class TestReadFolder:
    def test_only_definitions(self, tmp_path: Path) -> None:
        """Definition files at any depth, nothing hidden, nothing else."""
        (tmp_path / "items").mkdir()
        (tmp_path / ".git").mkdir()
        for name in ("a.yaml", "items/b.yml", "items/c.md", "logo.png", ".hidden.yaml", ".git/x.yaml"):
            (tmp_path / name).write_text("x")
        assert read_folder(tmp_path) == {"a.yaml": b"x", "items/b.yml": b"x", "items/c.md": b"x"}

    def test_no_folder(self, tmp_path: Path) -> None:
        """A folder that is not there is an error, not an empty pack."""
        with pytest.raises(FileNotFoundError):
            read_folder(tmp_path / "nothing")
