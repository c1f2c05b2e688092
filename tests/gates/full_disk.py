"""G10 — a disk that is full: refused as such, nothing confirmed is lost, and it works again without a restart (F-09)."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.errors import Unavailable
from tests.gates import stall
from tests.gates.clients import Ledger, believing
from tests.gates.cluster import cluster
from tests.gates.gate import Gate, NotHere, Tally

MEGABYTE = 1 << 20
MOST = 4000  # applications that do not fill the disk: it was none


@contextmanager
def volume(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a small disk, in memory."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if made.returncode:
        raise NotHere("NO SMALL DISK: a volume cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


class Ballast:
    """A file that takes almost all the room there is."""

    def __init__(self, disk: Path) -> None:
        self._disk, self._file = disk, disk / "ballast"

    def fill(self, free: int) -> None:
        """Leave so many bytes."""
        there = os.statvfs(self._disk)
        size = there.f_bavail * there.f_frsize - free
        with self._file.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(size, 1))

    def drop(self) -> None:
        """Give the room back."""
        self._file.unlink()


async def _filled(url: str, files: Path, ballast: Ballast, tally: Tally) -> None:
    ledger = Ledger(tally)
    async with stall.opened(url, files, 3) as office:
        await ledger.both(office, "first-x")
        ballast.fill(tally.chance.randrange(1, 3) * MEGABYTE // 2)
        refused = 0
        for n in range(MOST):
            key = f"f{tally.seed}x{n}x"
            try:
                ledger.opened[key] = await _once(ledger, office, key)
            except Unavailable as full:
                refused += 1
                tally.seen["refused as full"] += "存储空间" in full.detail
                if refused >= 3:
                    break
        tally.check(refused >= 3, "the disk was never full")
        first = next(iter(ledger.opened))
        seen = await office.case(stall.CITIZEN, ledger.opened[first], stall.MORNING)
        tally.check(seen.case.number == ledger.opened[first], "cannot be read while it is full")
        ballast.drop()
        await ledger.both(office, "again-x")
        await ledger.reconciled(office)
    tally.trials += 1


async def _once(ledger: Ledger, office: stall.Office, key: str) -> str:
    given = stall.replace(stall.STALL, form={**stall.STALL.form, "address": key})
    request = stall.asks(stall.CITIZEN, stall.MORNING, key)
    view = await office.open_case(request, given, answer=lambda v: v.case.number)
    ledger.tally.accepted += 1
    return str(view.answer)


def run(tally: Tally) -> None:
    """Fill a disk under SQLite, then one under PostgreSQL, in turn."""
    for n in range(tally.size):
        with stall.place() as place:
            if n % 2 == 0:
                with volume(place.folder / "disk", 24) as disk:
                    made = Path(place.sqlite().removeprefix("sqlite:///"))
                    moved = disk / "cases.db"
                    moved.write_bytes(made.read_bytes())
                    url = f"sqlite:///{moved}"
                    stall.run(_filled(url, place.files(url), Ballast(disk), tally))
            else:
                with (
                    volume(place.folder / "disk", 220) as disk,
                    cluster(
                        disk / "cluster",
                        "max_wal_size=64MB",
                        "min_wal_size=32MB",
                        "wal_recycle=off",
                    ) as server,
                ):
                    url = place.postgres(server.url)
                    stall.run(_filled(url, place.files(url), Ballast(disk), tally))


GATE = Gate(
    "G10",
    "full disks under SQLite and PostgreSQL",
    "disks",
    size=2,
    night_size=50,
    run=run,
    planted=believing,
    planted_size=1,
)
