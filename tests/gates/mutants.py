"""G17 — known bugs, each planted in a copy of the tree: a test or gate that is named here must find it.

A change that moves the code under a mutant makes it red: then the mutant is written anew, never dropped.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.gates.gate import Gate, Tally
from tests.gates.running import RED, ROOT
from tests.waiting import PATIENCE

TREE = ("service", "tests", "migrations", "deploy", "bench", "docs", "pyproject.toml")
VERIFY = "tests/verify"
LEFT_OUT = shutil.ignore_patterns("node_modules", "__pycache__", "*.pyc", "histories", "e2e")


@dataclass(frozen=True)
class Mutant:
    """One bug: what is written instead of what, and what must find it (`G1:400`: the gate at this size)."""

    title: str
    path: str
    old: str
    new: str
    found_by: str


def applied(mutant: Mutant, root: Path) -> bool:
    """Plant it in a tree; tell whether the code it changes is there, once."""
    path = root / mutant.path
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if text.count(mutant.old) != 1:
        return False
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    return True


def planted_into(mutant: Mutant, folder: Path) -> Path:
    """Copy the tree into a folder, with the mutant in it, and return the folder. Raises LookupError where it is not found."""
    folder.mkdir(exist_ok=True)
    for name in TREE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=LEFT_OUT)
        elif source.exists():
            shutil.copyfile(source, folder / name)
    if not applied(mutant, folder):
        raise LookupError("does not apply any more: write it anew")
    return folder


def found(mutant: Mutant, folder: Path) -> str:
    """Return an empty text if the mutant is found, else what went wrong with that."""
    try:
        planted_into(mutant, folder)
    except LookupError as lost:
        return str(lost)
    if mutant.found_by.startswith("G"):
        code, size = mutant.found_by.split(":")
        command = ["tests.gates", "--here", code, "--size", size, "--seed", "20260302"]
    else:
        command = ["pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.found_by.split()]
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    if mutant.found_by.startswith("G"):
        verdict = json.loads(done.stdout.strip().splitlines()[-1])["verdict"]
        return "" if verdict == RED else f"survived {mutant.found_by}"
    if done.returncode == 1:
        return ""
    return (
        f"survived {mutant.found_by}"
        if done.returncode == 0
        else f"not tried: {done.stdout[-200:]}"
    )


MUTANTS = [
    Mutant(
        "the version that was seen is not looked at when a case is written",
        "service/store/statements.py",
        "WHERE cases.id = $2 AND cases.version = $3",
        "WHERE cases.id = $2 AND $3::int IS NOT NULL",
        "tests/store/test_cases.py -k old_version",
    ),
    Mutant(
        "the number that a series must still have is not looked at",
        "service/store/statements.py",
        "AND counters.value = ${n + 1} RETURNING",
        "AND ${n + 1}::int IS NOT NULL RETURNING",
        "tests/store/test_deciding.py -k gap",
    ),
    Mutant(
        "the number that a series must still have is not looked at by a batch",
        "service/store/batch_statements.py",
        "AND s.seen = x.value ",
        "",
        "tests/store/test_deciding.py -k gap",
    ),
    Mutant(
        "the answer before the commit",
        "service/store/database.py",
        "                    await connection.commit(answers=answers)\n",
        "                    asyncio.get_running_loop().call_soon(\n"
        "                        lambda: asyncio.ensure_future(connection.commit())\n"
        "                    )\n",
        "G4:20",
    ),
    Mutant(
        "the answer before the one statement that records is done",
        "service/store/connection.py",
        "        async with self._heard():\n            return await self.fetchrow(statement, *values)\n",
        "        asyncio.get_running_loop().call_later(\n"
        "            1, lambda: asyncio.ensure_future(self.fetchrow(statement, *values))\n"
        "        )\n"
        "        return {'written': 1}\n",
        "G4:20",
    ),
    Mutant(
        "nobody listens to what the server says of a statement that commits by itself",
        "service/store/connection.py",
        "        async with self._heard():\n            return await self.fetchrow(statement, *values)\n",
        "        return await self.fetchrow(statement, *values)\n",
        "tests/store/test_database.py -k standby",
    ),
    Mutant(
        "a batch is answered before its commit",
        "service/store/connection.py",
        "        await self.commit()\n        return found\n",
        "        asyncio.get_running_loop().call_later(\n"
        "            0.1, lambda: asyncio.ensure_future(self.commit())\n"
        "        )\n"
        "        return found\n",
        "tests/store/test_together.py -k cannot_be_written",
    ),
    Mutant(
        "one that cannot be written refuses all that came with it",
        "service/store/together.py",
        "if len(entries) > 1 and alone_helps(error):",
        "if len(entries) > 1 and not alone_helps(error):",
        "tests/store/test_together.py -k cannot_be_written",
    ),
    Mutant(
        "one that cannot be written leaves half of it in its batch",
        "service/store/recording.py",
        '        raw.execute("ROLLBACK TO one")\n',
        "        pass\n",
        "tests/store/test_together.py -k cannot_be_written",
    ),
    Mutant(
        "those that come together are given the same number",
        "service/store/recording.py",
        "last |= {name: last[name] + wanted[name] for name in wanted}",
        "last |= {}",
        "tests/store/test_deciding.py -k gap",
    ),
    Mutant(
        "the key is not kept with what was done under it",
        "service/office/desk.py",
        "cases.Told(row, whole, seen, kept)",
        "cases.Told(row, whole, seen, None)",
        "tests/office/test_handling.py -k repeated_key",
    ),
    Mutant(
        "what was waited for is not read again",
        "service/store/gathering.py",
        'found["version"] != found["snapshot"]',
        'found["version"] is None',
        "tests/store/test_cases.py -k waited_for_the_lock",
    ),
    Mutant(
        "SQLite does not sync each commit",
        "service/store/database.py",
        '"synchronous": 2',
        '"synchronous": 1',
        "tests/store/test_database.py -k syncs_every_commit",
    ),
    Mutant(
        "a cancelled wait for the standby is success",
        "service/store/connection.py",
        'if "01000" in warnings',
        'if "01999" in warnings',
        "tests/store/test_database.py -k standby",
    ),
    Mutant(
        "two workers take the same case",
        "service/store/sweeps.py",
        '        .with_for_update(of=[table("cases"), table("clocks")], skip_locked=True)\n',
        "",
        "tests/store/test_sweeps.py -k four_workers",
    ),
    Mutant(
        "a pause does not stop the clock",
        "service/workflows/clocks/ledger.py",
        'if clock.state != "running":',
        'if clock.state != "paused":',
        "tests/workflows/clocks/test_ledger.py",
    ),
    Mutant(
        "a deemed acceptance is dated on the day of the sweep",
        "service/workflows/packs/standard/licence.yaml",
        "by: clock, notice: acceptance, counts_from: received",
        "by: clock, notice: acceptance, counts_from: now",
        "G1:400",
    ),
    Mutant(
        "a running case follows the newest version",
        "service/office/desk.py",
        'self.catalogue.release(found.case["release"], tx)',
        'self.catalogue.newest(found.case["bundle"], tx)',
        "tests/office/test_filling.py",
    ),
    Mutant(
        "a damaged file is served",
        "service/store/files.py",
        'if hashlib.file_digest(file, "sha256").hexdigest() != sha256:',
        'if hashlib.file_digest(file, "sha256").hexdigest() == "":',
        "tests/store/test_beside.py",
    ),
    Mutant(
        "YAML may refer to itself",
        "service/workflows/authoring/source.py",
        "if isinstance(event, yaml.AliasEvent):",
        "if isinstance(event, yaml.AliasEvent) and not event.anchor:",
        "tests/workflows/authoring/test_source.py",
    ),
    Mutant(
        "an upload may be longer than its limit",
        "service/store/files.py",
        "if size > most:",
        "if size > 2 * most:",
        "tests/office/test_exchange.py tests/store/test_beside.py",
    ),
    Mutant(
        "what failed is committed",
        "service/store/database.py",
        "await (connection.drop() if drop else connection.undo())",
        "await (connection.drop() if drop else connection.commit())",
        "tests/store/test_cases.py -k rolls_everything_back",
    ),
    Mutant(
        "pages do not escape what people typed",
        "service/api/pages/frame.py",
        "autoescape=True",
        "autoescape=False",
        "tests/api/pages/test_frame.py tests/api/pages/portal",
    ),
    Mutant(
        "any algorithm and header of a token will do",
        "service/api/auth.py",
        "if read.header != TOKEN_HEADER or ",
        "if ",
        "tests/api/test_auth.py -k forged",
    ),
    Mutant(
        "what nobody reads is accepted in a request",
        "service/api/rest/shapes.py",
        'ConfigDict(extra="forbid", strict=True, frozen=True)',
        'ConfigDict(extra="ignore", strict=True, frozen=True)',
        "tests/api/test_cases.py tests/api/test_drafts.py",
    ),
    Mutant(
        "some routes let anybody in",
        "service/api/auth.py",
        "if caller.actor.kind not in kinds:",
        "if caller.actor.kind in ():",
        "tests/api/test_rights.py",
    ),
    Mutant(
        "a list shows other departments' work",
        "service/store/tasks.py",
        "        _ITEMS.department == whose.department,\n",
        "",
        "tests/office/test_tasks.py",
    ),
    Mutant(
        "the hash leaves out who acted",
        "service/workflows/case/record.py",
        '_HASHED = tuple(name for name in COLUMNS["events"] if name != "hash")',
        '_HASHED = tuple(name for name in COLUMNS["events"] if name not in ("hash", "actor"))',
        f"{VERIFY} -k nothing",
    ),
]


def named(title: str) -> Mutant:
    """Return a mutant by its title."""
    (found,) = [each for each in MUTANTS if each.title == title]
    return found


def run(tally: Tally) -> None:
    """Plant so many of them, others in each run; with the planted bug, one that changes nothing."""
    chosen = MUTANTS[:]
    tally.chance.shuffle(chosen)
    if tally.planted:
        same = named("SQLite does not sync each commit")
        chosen = [Mutant("nothing", same.path, same.old, same.old, same.found_by)]
    for mutant in chosen[: tally.size]:
        with folder() as where:
            wrong = found(mutant, where)
        tally.trials += 1
        print(mutant.title, wrong or "found", file=sys.stderr, flush=True)
        tally.check(not wrong, f"{mutant.title}: {wrong}")


@contextmanager
def folder() -> Iterator[Path]:
    """Return a folder for a copy of the tree."""
    with tempfile.TemporaryDirectory(prefix="yijianshi-mutant-") as made:
        yield Path(made)


@contextmanager
def planted() -> Iterator[None]:
    """`run` does it."""
    yield


GATE = Gate(
    "G17",
    "known bugs are found by what is said to find them",
    "mutants",
    size=5,
    night_size=len(MUTANTS),
    run=run,
    planted=planted,
    planted_size=1,
)
