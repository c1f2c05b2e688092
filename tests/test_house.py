"""The habits of the house that no other tool checks: sizes, names, one commit, references that resolve, living links."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from service import errors
from service.workflows import proceedings
from tests.api.city import MovableClock
from tests.store.conftest import NOON
from tests.workflows.town import moment

ROOT = Path(__file__).parents[1]
CODE = sorted((ROOT / "service").rglob("*.py"))
CHECKED = [
    *CODE,
    *(
        path
        for folder in ("tests", "bench", "deploy")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ),
]
FOLDERS = ("service", "docs", "tests", "bench", "migrations", ".ci")
KINDS = {".py", ".yaml", ".md", ".html", ".css", ".js"}
FOREIGN = {"node_modules", "vendor"}
TEXTS = [
    p for p in (ROOT / "service").rglob("*") if p.suffix in KINDS and not FOREIGN & set(p.parts)
]
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
VAGUE = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc"}
STATUTES = (
    "行政许可法", "许可法", "民法典", "消防法", "食品安全法", "大气污染防治法", "行政复议法", "行政诉讼法", "电子签名法",
    "广告法", "环境保护法", "国务院令", "国办发", "国发", "条例", "规定", "办法",
    "个人信息保护法",
)  # fmt: skip

SAME_WORD = {  # modules that use a word which is also the code of a proceeding → the words, and what they mean there
    "service/verify/duties.py": (
        {"follow-up", "later"},
        "the oracle shares no code with the engine",
    ),
    "service/verify/transitions.py": ({"follow-up"}, "the oracle shares no code with the engine"),
    "service/verify/persons.py": (
        {"revocation", "repair"},
        "the oracle shares no code with the engine",
    ),
    "service/workflows/definition/models/terms.py": (
        {"revocation", "supervision", "deregistration", "repair"},
        "kinds of notices and of reasons",
    ),
    "service/workflows/case/lifecycle.py": ({"revocation"}, "a kind of reasons"),
    "service/workflows/notices/wording.py": ({"revocation"}, "a kind of notice"),
    "service/workflows/rules/revocation.py": ({"revocation"}, "a kind of notice"),
    "service/workflows/rules/deregistration.py": ({"deregistration"}, "a kind of notice"),
    "service/workflows/handling/oversight.py": ({"supervision"}, "a kind of notice"),
    "service/workflows/authoring/checks/items.py": ({"later"}, "a key of a commitment"),
}
FMT_SKIPS_AT_MOST = 18


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a module with its length in lines."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def long_calls(text: str) -> list[str]:
    """Return the calls with seven or more values by position: nobody reads which is which."""
    return [
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and sum(not isinstance(value, ast.Starred) for value in node.args) >= 7
    ]


def skips(text: str) -> int:
    """Return how often the formatter is told to leave something alone."""
    return len(re.findall(r"# fmt: (?:skip|off)\b", text))


def on_the_stroke(source: str) -> list[int]:
    """Return the lines on which tests keep or return an instant without odd microseconds, as no real clock tells it."""
    tree = ast.parse(source)
    scopes = [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
    kept = [
        each
        for scope in scopes
        for each in scope.body
        if isinstance(each, ast.Assign | ast.AnnAssign)
    ]
    kept += [node for node in ast.walk(tree) if isinstance(node, ast.Return)]
    calls = [node for each in kept for node in ast.walk(each) if isinstance(node, ast.Call)]
    return [
        call.lineno
        for call in calls
        if (micros := _microseconds(call)) is not None and micros % 1000 == 0
    ]


def _microseconds(call: ast.Call) -> int | None:
    """Return those of `datetime(…)` or `datetime.fromisoformat("…")`; None for any other call."""
    match call:
        case ast.Call(
            func=ast.Name("datetime"), args=[_, _, _, _, _, _, ast.Constant(int(micros)), *_]
        ):
            return micros
        case ast.Call(func=ast.Name("datetime")):
            return next(
                (ast.literal_eval(k.value) for k in call.keywords if k.arg == "microsecond"), 0
            )
        case ast.Call(
            func=ast.Attribute(attr="fromisoformat", value=ast.Name("datetime")),
            args=[ast.Constant(str(text))],
        ):
            return datetime.fromisoformat(text).microsecond
    return None


def named(path: Path) -> str:
    """Return a path as people write it."""
    return path.relative_to(ROOT).as_posix()


class TestSizes:
    """A module is read in one sitting, a function on one screen."""

    def test_modules_have_at_most_400_lines(self) -> None:
        """What is longer is split by meaning."""
        long = {named(p): n for p in CODE if (n := len(p.read_text().splitlines())) > 400}
        assert not long

    def test_functions_have_at_most_40_lines(self) -> None:
        """Long lists of values count as well: they belong into data."""
        assert not [f"{named(p)}:{name} {n}" for p in CODE for name, n in functions(p) if n > 40]

    def test_lines_have_at_most_150_columns(self) -> None:
        """The formatter cannot break Chinese sentences; people can."""
        assert not [
            f"{named(p)}:{n}"
            for p in CODE
            for n, line in enumerate(p.read_text().splitlines(), 1)
            if len(line) > 150
        ]


class TestLines:
    """A line says one thing, and says which value is what."""

    def test_no_call_has_seven_values_by_position(self) -> None:
        """Seven are too many to count along."""
        assert not {named(p): long for p in CODE if (long := long_calls(p.read_text()))}

    def test_the_formatter_is_left_to_its_work(self) -> None:
        """A table that is more readable by hand is rare; the number only falls."""
        assert sum(skips(p.read_text()) for p in CHECKED) <= FMT_SKIPS_AT_MOST

    def test_what_breaks_it_is_noticed(self) -> None:
        """Positive control: planted calls and marks, and what only looks like them."""
        assert long_calls("Shape(1, 2, 3, 4, 5, 6, 7)") == ["Shape"]
        assert not long_calls("Shape(1, 2, 3, 4, 5, 6, seven=7)\nshape(*many, 2, 3, 4, 5, 6, 7)")
        assert skips(f"x = (1,)  # fmt{': skip'}\n# fmt{': off'}\n") == 2


class TestNames:
    """Names say what something is about."""

    def test_no_module_is_named_after_nothing(self) -> None:
        """A drawer called `misc` is filled until nothing is found in it."""
        assert not [named(p) for p in CHECKED if {p.stem, p.parent.name} & VAGUE]

    def test_no_package_holds_a_single_module(self) -> None:
        """A folder that holds one file is a file."""
        packages = {p.parent for p in CODE if p.name == "__init__.py"}
        assert not [
            named(f)
            for f in packages
            if len(list(f.glob("*.py"))) == 1 and not any(c.is_dir() for c in f.iterdir())
        ]

    def test_code_holds_no_notes_to_oneself(self) -> None:
        """What is not done is not in the code."""
        words = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")))
        assert not [named(p) for p in [*CHECKED, *TEXTS] if words.search(p.read_text())]


class TestTransactions:
    """A verb is one transaction, opened and closed in one place."""

    def test_only_the_database_commits(self) -> None:
        """`.commit(` and `.rollback(` stand where connections are used and opened, nowhere else."""
        found = [named(p) for p in CODE if re.search(r"\.(commit|rollback)\(", p.read_text())]
        assert found == ["service/store/connection.py", "service/store/database.py"]

    def test_the_wall_clock_is_read_at_the_edge(self) -> None:
        """`now` is an argument everywhere else; whoever reads it says so with the linter's word for it."""
        edge = ("service/api/", "service/worker.py", "service/commands/", "service/__main__.py")
        reading = re.compile(r"datetime\.now\(|time\.time\(|date\.today\(")
        assert not [
            named(p)
            for p in CODE
            if reading.search(p.read_text()) and not named(p).startswith(edge)
        ]


class TestClocks:
    """The clocks of tests tell instants as real clocks do: what breaks on microseconds breaks here first."""

    def test_none_strikes(self) -> None:
        """What tests keep or return as an instant has odd microseconds; so have the clocks they get without asking."""
        tests = [path for path in CHECKED if path.is_relative_to(ROOT / "tests")]
        assert not {named(p): lines for p in tests if (lines := on_the_stroke(p.read_text()))}
        for at in (MovableClock().at, moment("2026-09-14"), moment("2026-09-14T21:00"), NOON):
            assert at.microsecond % 1000

    @pytest.mark.parametrize(
        "planted",
        [
            "NOW = datetime(2026, 11, 5, 9, tzinfo=UTC)",
            "NOW: datetime = datetime(2026, 11, 5, 9, 0, 0, 417_000)",
            'NOW = datetime.fromisoformat("2026-11-20T10:00+08:00")',
            "class Clock:\n    at: datetime = datetime(2026, 11, 5)",
            "def now():\n    return datetime(2026, 11, 5, microsecond=0).astimezone(UTC)",
        ],
    )
    def test_one_that_strikes_is_found(self, planted: str) -> None:
        """Positive control."""
        assert on_the_stroke(planted)


class TestReferences:
    """What is cited can be looked up."""

    def test_every_law_line_names_a_statute(self) -> None:
        """`Law: 许可法 32.1(4)`: a statute we know, and an article."""
        cited = [
            (named(path), law)
            for path in CODE
            for law in re.findall(r"Law: ([^\n\"]+)", path.read_text())
        ]
        assert cited
        assert not [
            each
            for each in cited
            if not any(s in each[1] for s in STATUTES) or not re.search(r"\d", each[1])
        ]

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
        for path in (
            ROOT / f"service/store/{name}.py" for name in ("tables", "offices", "principals")
        ):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and (doc := ast.get_docstring(node)):
                    titles |= set(re.split(r"[、（）]", doc.partition(" — ")[0])) - {""}
        assert {title for title in titles if title not in glossary} == set()


PATIENT = "tests/waiting.py"  # the one place of the tests that pauses and looks at the time
CLOCKS = {
    "sleep",
    "perf_counter",
    "monotonic",
    "process_time",
    "thread_time",
    "wait_for_timeout",
    "setTimeout",
}


def hasty(text: str) -> list[str]:
    """Return what of a test takes a length of time for an event: a pause that is fixed, or a look at how long it took."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            module = ""
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                module = node.value.id
            if name.removesuffix("_ns") in CLOCKS or (module, name.removesuffix("_ns")) == (
                "time",
                "time",
            ):
                found.append(f"{node.lineno}: {name}")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            found.append(f"{node.lineno}: from time")
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and "pg_" + "sleep" in node.value
        ):
            found.append(f"{node.lineno}: a pause in SQL")
    return found


class TestPatience:
    """A busy machine makes the tests slow, never wrong."""

    def test_tests_wait_for_what_happens(self) -> None:
        """Neither fixed pauses nor assertions about elapsed time: `tests/waiting.py` waits for a condition and counts work."""
        tests = [
            path for path in CHECKED if named(path).startswith("tests/") and named(path) != PATIENT
        ]
        assert not [f"{named(path)}:{where}" for path in tests for where in hasty(path.read_text())]

    @pytest.mark.parametrize(
        "planted",
        [
            "import asyncio\nasync def test() -> None:\n    await asyncio.sleep(0.05)\n",
            "from time import sleep as pause\npause(1)\n",
            "import time\nbegan = time.perf_counter()\nassert time.perf_counter() - began < 2\n",
            "import time\nassert time.time() < 2\n",
            "import time\nassert time.monotonic_ns() < 2\n",
            "from time import perf_counter\n",
            "import asyncio\npause = asyncio.sleep\n",
            "page.wait_for_timeout(500)\n",
            "database.run('SELECT pg_' 'sleep(1)')\n",
        ],
    )
    def test_each_way_is_noticed(self, planted: str) -> None:
        """Positive control."""
        assert hasty(planted)

    def test_waiting_for_something_is_not(self) -> None:
        """A bound that is never reached on any machine is no assertion about time."""
        assert not hasty(
            "async with asyncio.timeout(PATIENCE):\n    await until(lambda: clock.time)\n"
        )


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
        assert not [
            k.__name__
            for k in kinds
            if not re.match(r"[一-鿿]", k.__doc__ or "") or not 400 <= k.status < 600
        ]

    def test_slugs_are_unique_and_listed(self, kinds: list[type[errors.ServiceError]]) -> None:
        """Slugs are a contract with clients; the tree at the top of the module is the list of them."""
        slugs = [kind.slug for kind in kinds]
        assert len(slugs) == len(set(slugs))
        assert not [slug for slug in slugs if slug not in (errors.__doc__ or "")]


class TestProceedings:
    """ADR 0015: a proceeding is one value in a registry; whoever meets one asks the value, not its name."""

    def named_kinds(self, text: str) -> set[str]:
        """Return the codes of proceedings that a module writes out, keys of mappings and rows aside."""
        nodes = list(ast.walk(ast.parse(text)))
        keys = [key for node in nodes if isinstance(node, ast.Dict) for key in node.keys]
        keys += [node.slice for node in nodes if isinstance(node, ast.Subscript)]
        apart = {id(key) for key in keys}
        return {
            str(node.value)
            for node in nodes
            if isinstance(node, ast.Constant)
            and node.value in proceedings.KINDS
            and id(node) not in apart
        }

    def test_no_module_outside_names_a_kind(self) -> None:
        """A new one is a module, a lifecycle and a line of the registry: nobody else has to hear of it."""
        found = {named(p): self.named_kinds(p.read_text()) for p in CODE}
        outside = {
            name: kinds
            for name, kinds in found.items()
            if kinds and not name.startswith("service/workflows/proceedings/")
        }
        assert outside == {name: words for name, (words, _) in SAME_WORD.items()}

    @pytest.mark.parametrize(
        "planted",
        [
            'hidden = item.lifecycle == "redress"',
            'if item.lifecycle in ("supervision", "redress"): pass',
            'REPAIR = "repair"',
            'begin(work, "publication", item)',
        ],
    )
    def test_a_planted_name_is_noticed(self, planted: str) -> None:
        """Positive control: compared, collected, kept in a constant, passed on."""
        assert self.named_kinds(planted)


VIOLATIONS = {  # contract → a module in which it is broken
    "Imports go down": ("store/planted.py", "import service.office\n"),
    "The law is pure": ("workflows/planted.py", "import asyncio\n"),
    "SQL lives in the archive": ("office/planted.py", "import sqlalchemy\n"),
    "HTTP words live at the counter": ("office/wire.py", "import starlette\n"),
    "The counter and the clock speak to the office only": (
        "api/planted.py",
        "import service.store.cases\n",
    ),
    "The counter reads values and texts": ("api/deciding.py", "import service.workflows.rules\n"),
    "The law has one door to each chapter": (
        "commands/inside.py",
        "import service.workflows.rules.hearing\n",
    ),
    "The oracle shares no code with the engine": (
        "verify/planted.py",
        "import service.workflows.step\n",
    ),
    "State machines are run in one module": ("workflows/machines.py", "import transitions\n"),
    "CEL is spoken in one module": ("workflows/cel.py", "import cel_expr_python\n"),
    "The law stands in chapters": (
        "workflows/definition/planted.py",
        "import service.workflows.trials\n",
    ),
}


class TestFloors:
    """The contracts of import-linter hold, and each of them notices when it is broken."""

    def lint(self, folder: Path) -> str:
        """Run import-linter on a copy of the code."""
        command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False
        ).stdout

    def test_every_contract_catches_a_planted_violation(self, tmp_path: Path) -> None:
        """Positive control: one bad import for each contract."""
        contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
            "contracts"
        ]
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

    @pytest.mark.parametrize("module", ["service.attic", "service.workflows.attic"])
    def test_a_module_outside_the_floors_is_noticed(self, module: str, tmp_path: Path) -> None:
        """Floors and chapters are complete: whatever is new has to say where it belongs."""
        ignored = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / "service", tmp_path / "service", ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        (tmp_path / f"{module.replace('.', '/')}.py").write_text("")
        assert module in self.lint(tmp_path)
