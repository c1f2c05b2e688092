"""The environment of the peers: apart from ours, made when it is first needed, kept in a cache.

`YIJIANSHI_BENCH_CACHE` (or `--cache`) says where; `~/.cache/yijianshi-bench` where nothing is said. A changed list of
requirements or another Python makes another environment.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).parent / "peers"
REQUIREMENTS = PEERS / "requirements.txt"
COMPLETE = "complete"  # written last: an environment without it is made anew


class Unreachable(Exception):
    """The packages could not be had."""


def cache() -> Path:
    """Return the folder that is kept between runs."""
    usual = Path.home() / ".cache" / "yijianshi-bench"
    return Path(os.environ.get("YIJIANSHI_BENCH_CACHE") or usual)


def python(folder: Path, requirements: Path = REQUIREMENTS) -> Path:
    """Return the Python of the peers, with everything it needs. Raises Unreachable."""
    tag = hashlib.sha256(f"{sys.version}\n{requirements.read_text()}".encode()).hexdigest()[:12]
    place = folder / f"peers-{tag}"
    found = place / "bin" / "python"
    if not (place / COMPLETE).exists():
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        _run(sys.executable, "-m", "venv", str(place))
        pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--requirement", str(requirements))
        _run(str(found), *pip)
        (place / COMPLETE).touch()
    return found


def _run(*command: str) -> None:
    print(f"making the environment of the peers: {' '.join(command[-4:])}", file=sys.stderr)
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        said = (ran.stderr or ran.stdout).strip().splitlines() or ["nothing said"]
        raise Unreachable(said[-1])
