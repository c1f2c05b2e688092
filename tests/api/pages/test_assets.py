"""What comes from npm: exact versions, no addresses, and a wheel that holds what was built and nothing else."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
ASSETS = ROOT / "service" / "api" / "pages" / "assets"
VENDOR = ROOT / "service" / "api" / "pages" / "static" / "vendor"


def loose(package: dict[str, Any]) -> list[str]:
    """Return the dependencies that a later release could change."""
    wanted = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    return [
        f"{name} {version}"
        for name, version in wanted.items()
        if not re.fullmatch(r"\d+\.\d+\.\d+", version)
    ]


def unsealed(lock: dict[str, Any]) -> list[str]:
    """Return what of a lock file names an address, or no checksum of what it stands for."""
    packages = {name: facts for name, facts in lock["packages"].items() if name}
    named = [
        name
        for name, facts in packages.items()
        if "resolved" in facts or "://" in json.dumps(facts)
    ]
    return named + [
        name
        for name, facts in packages.items()
        if not facts.get("integrity", "").startswith("sha512-")
    ]


class TestPins:
    """package.json and its lock: what is installed tomorrow is what was tried today."""

    def test_versions_are_exact(self) -> None:
        """The newest htmx is a different program from the one that pages are written for."""
        package = json.loads((ASSETS / "package.json").read_text())
        assert loose(package) == []
        assert package["dependencies"]["htmx.org"] == "2.0.11"
        assert loose({"dependencies": {"a": "^1.2.3", "b": "latest", "c": "1.2.3"}}) == [
            "a ^1.2.3",
            "b latest",
        ]

    def test_the_lock_names_checksums_and_no_addresses(self) -> None:
        """Whoever installs uses the registry of his own settings, and gets the same bytes."""
        lock = json.loads((ASSETS / "package-lock.json").read_text())
        assert unsealed(lock) == []
        assert unsealed(
            {"packages": {"a": {"resolved": "https://x/a.tgz", "integrity": "sha512-x"}, "b": {}}}
        ) == [
            "a",
            "b",
        ]
        assert "omit-lockfile-registry-resolved=true" in (ASSETS / ".npmrc").read_text().split()

    def test_the_lock_is_that_of_the_package(self) -> None:
        """What is asked for is what is locked."""
        package, lock = (
            json.loads((ASSETS / name).read_text())
            for name in ("package.json", "package-lock.json")
        )
        for kind in ("dependencies", "devDependencies"):
            assert lock["packages"][""][kind] == package[kind]
            assert {
                n: lock["packages"][f"node_modules/{n}"]["version"] for n in package[kind]
            } == package[kind]


class TestBuild:
    """`.ci/assets`: where Node is, once; where it is not, a sentence."""

    def test_without_node_the_pages_are_served_all_the_same(self, tmp_path: Path) -> None:
        """Nothing fails; the person is told what is missing."""
        shutil.copytree(
            ASSETS,
            tmp_path / "service/api/pages/assets",
            ignore=shutil.ignore_patterns("node_modules"),
        )
        (tmp_path / ".ci").mkdir()
        shutil.copy(ROOT / ".ci" / "assets", tmp_path / ".ci")
        tools = tmp_path / "bin"
        tools.mkdir()
        for name in ("bash", "cat", "cksum", "dirname"):
            (tools / name).symlink_to(shutil.which(name) or "")
        done = subprocess.run(
            [tmp_path / ".ci" / "assets", "run"],
            env={"PATH": str(tools)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "NO NODE" in done.stderr
        assert not (tmp_path / "service/api/pages/static").exists()

    def test_the_wheel_holds_what_was_built(self, tmp_path: Path) -> None:
        """Templates, own files and vendored ones; neither npm's folder nor what it is built from."""
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        (wheel,) = tmp_path.glob("*.whl")
        names = set(zipfile.ZipFile(wheel).namelist())
        assert {f"service/api/pages/static/vendor/{p.name}" for p in VENDOR.glob("*.js")} <= names
        assert "service/workflows/packs/linhu/directory.yaml" in names
        assert not [name for name in names if "/assets/" in name or "node_modules" in name]
