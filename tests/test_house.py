"""The habits of the house that no other tool checks: sizes, names, one commit, references that resolve, living links."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from service import errors

ROOT = Path(__file__).parents[1]
CODE = sorted((ROOT / "service").rglob("*.py"))
CHECKED = [*CODE, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "bench").rglob("*.py"))]
FOLDERS = ("service", "docs", "tests", "bench", "migrations", ".ci")
KINDS = {".py", ".yaml", ".md", ".html", ".css", ".js"}
FOREIGN = {"node_modules", "vendor"}
TEXTS = [p for p in (ROOT / "service").rglob("*") if p.suffix in KINDS and not FOREIGN & set(p.parts)]
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
VAGUE = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc"}
STATUTES = (
    "行政许可法", "许可法", "民法典", "消防法", "食品安全法", "大气污染防治法", "行政复议法", "行政诉讼法", "电子签名法",
    "广告法", "环境保护法", "国务院令", "国办发", "国发", "条例", "规定", "办法",
)  # fmt: skip


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a module with its length in lines."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def named(path: Path) -> str:
    """Return a path as people write it."""
    return path.relative_to(ROOT).as_posix()


class TestSizes:
    """A module is read in one sitting, a function on one screen."""

    def test_modules_have_at_most_400_lines(self) -> None:
        """What is longer is split by meaning."""
        long = {named(p): n for p in CODE if (n := len(p.read_text().splitlines())) > 400}
        assert not {name: n for name, n in long.items() if name != "service/workflows/language/models.py"}

    def test_functions_have_at_most_40_lines(self) -> None:
        """Long lists of values count as well: they belong into data."""
        assert not [f"{named(p)}:{name} {n}" for p in CODE for name, n in functions(p) if n > 40]

    def test_lines_have_at_most_150_columns(self) -> None:
        """The formatter cannot break Chinese sentences; people can."""
        assert not [
            f"{named(p)}:{n}" for p in CODE for n, line in enumerate(p.read_text().splitlines(), 1) if len(line) > 150
        ]


class TestNames:
    """Names say what something is about."""

    def test_no_module_is_named_after_nothing(self) -> None:
        """A drawer called `misc` is filled until nothing is found in it."""
        assert not [named(p) for p in CHECKED if {p.stem, p.parent.name} & VAGUE]

    def test_no_package_holds_a_single_module(self) -> None:
        """A folder that holds one file is a file."""
        packages = {p.parent for p in CODE if p.name == "__init__.py"}
        assert not [
            named(f) for f in packages if len(list(f.glob("*.py"))) == 1 and not any(c.is_dir() for c in f.iterdir())
        ]

    def test_code_holds_no_notes_to_oneself(self) -> None:
        """What is not done is not in the code."""
        words = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")))
        assert not [named(p) for p in [*CHECKED, *TEXTS] if words.search(p.read_text())]


class TestTransactions:
    """A verb is one transaction, opened and closed in one place."""

    def test_only_the_database_commits(self) -> None:
        """`.commit(` and `.rollback(` stand in store/database.py alone."""
        found = [named(p) for p in CODE if re.search(r"\.(commit|rollback)\(", p.read_text())]
        assert found == ["service/store/database.py"]

    def test_the_wall_clock_is_read_at_the_edge(self) -> None:
        """`now` is an argument everywhere else; whoever reads it says so with the linter's word for it."""
        edge = ("service/api/", "service/worker.py", "service/commands/", "service/__main__.py")
        reading = re.compile(r"datetime\.now\(|time\.time\(|date\.today\(")
        assert not [named(p) for p in CODE if reading.search(p.read_text()) and not named(p).startswith(edge)]


class TestReferences:
    """What is cited can be looked up."""

    def test_every_law_line_names_a_statute(self) -> None:
        """`Law: 许可法 32.1(4)`: a statute we know, and an article."""
        cited = [(named(path), law) for path in CODE for law in re.findall(r"Law: ([^\n\"]+)", path.read_text())]
        assert cited
        assert not [each for each in cited if not any(s in each[1] for s in STATUTES) or not re.search(r"\d", each[1])]

    def test_every_rule_is_told_in_the_law_document(self) -> None:
        """R-… numbers in code and tests are explained in docs/law.md."""
        law = (ROOT / "docs" / "law.md").read_text()
        known = set(re.findall(r"R-[A-Z]+-\d+", law))
        cited = {rule for path in CHECKED for rule in re.findall(r"R-[A-Z]+-\d+", path.read_text())}
        assert cited - known == set()

    def test_relative_links_lead_somewhere(self) -> None:
        """Markdown links to files of the project, with or without an anchor."""
        dead = []
        for page in PAGES:
            for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
                target = link.partition("#")[0]
                if (
                    target
                    and "://" not in target
                    and not target.startswith("mailto:")
                    and not (page.parent / target).exists()
                ):
                    dead.append(f"{named(page)}: {link}")
        assert not dead

    def test_the_glossary_has_every_table(self) -> None:
        """One word for one thing: each noun that is stored stands in the glossary."""
        glossary = (ROOT / "docs" / "glossary.md").read_text()
        titles = set()
        for path in (ROOT / "service/store/tables.py", ROOT / "service/store/offices.py"):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and (doc := ast.get_docstring(node)):
                    titles |= set(re.split(r"[、（）]", doc.partition(" — ")[0])) - {""}
        assert {title for title in titles if title not in glossary} == set()


class TestErrors:
    """One tree of refusals; each kind has a name for programs and a sentence for people."""

    @pytest.fixture
    def kinds(self) -> list[type[errors.ServiceError]]:
        """Every kind of refusal, the root included."""
        found = [errors.ServiceError]
        for kind in found:
            found += kind.__subclasses__()
        return [kind for kind in found if kind.__module__ == "service.errors"]

    def test_each_has_a_sentence_and_a_status(self, kinds: list[type[errors.ServiceError]]) -> None:
        """The docstring is the message people read, so it is Chinese."""
        assert not [k.__name__ for k in kinds if not re.match(r"[一-鿿]", k.__doc__ or "") or not 400 <= k.status < 600]

    def test_slugs_are_unique_and_listed(self, kinds: list[type[errors.ServiceError]]) -> None:
        """Slugs are a contract with clients; the tree at the top of the module is the list of them."""
        slugs = [kind.slug for kind in kinds]
        assert len(slugs) == len(set(slugs))
        assert not [slug for slug in slugs if slug not in (errors.__doc__ or "")]


VIOLATIONS = {  # contract → a module in which it is broken
    "Imports go down": ("store/planted.py", "import service.office\n"),
    "The law is pure": ("workflows/planted.py", "import asyncio\n"),
    "SQL lives in the archive": ("office/planted.py", "import sqlalchemy\n"),
    "HTTP words live at the counter": ("office/wire.py", "import starlette\n"),
    "The counter and the clock speak to the office only": ("api/planted.py", "import service.store.cases\n"),
    "The oracle shares no code with the engine": ("verify/planted.py", "import service.workflows.step\n"),
    "State machines are run in one module": ("workflows/machines.py", "import transitions\n"),
    "CEL is spoken in one module": ("workflows/cel.py", "import cel_expr_python\n"),
}


class TestFloors:
    """The contracts of import-linter hold, and each of them notices when it is broken."""

    def lint(self, folder: Path) -> str:
        """Run import-linter on a copy of the code."""
        command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout

    def test_every_contract_catches_a_planted_violation(self, tmp_path: Path) -> None:
        """Positive control: one bad import for each contract."""
        contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
        names = [contract["name"] for contract in contracts]
        assert {name for name in names if not name.startswith(tuple(VIOLATIONS))} == set()
        ignored = shutil.ignore_patterns("__pycache__", "node_modules", "static", "*.yaml")
        shutil.copytree(ROOT / "service", tmp_path / "service", ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        kept = self.lint(tmp_path)
        for place, text in VIOLATIONS.values():
            (tmp_path / "service" / place).write_text(text)
        broken = self.lint(tmp_path)
        assert f"{len(names)} kept, 0 broken" in kept
        assert f"0 kept, {len(names)} broken" in broken

    def test_a_module_outside_the_floors_is_noticed(self, tmp_path: Path) -> None:
        """The floors are complete: whatever is new has to say where it belongs."""
        ignored = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / "service", tmp_path / "service", ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        (tmp_path / "service" / "attic.py").write_text("")
        assert "service.attic" in self.lint(tmp_path)
