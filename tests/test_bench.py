"""The benchmark runs; its figures are read by people."""

import subprocess
import sys
from pathlib import Path

from bench.table import Table

ROOT = Path(__file__).parents[1]


class TestBench:
    """`python -m bench`."""

    def test_a_part_runs_and_prints_its_ratio(self) -> None:
        """The cheapest part, as a person would start it."""
        command = [
            sys.executable,
            "-m",
            "bench",
            "--quick",
            "--only",
            "lint",
            "--definitions",
            "100",
            "--repeat",
            "1",
        ]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert "Lint of 100 definitions" in ran.stdout
        assert "load " in ran.stdout
        assert "bar ≤ 10" in ran.stdout

    def test_ratios_compare_medians(self) -> None:
        """One slow repetition does not decide."""
        table = Table("x")
        for ours, theirs in ((10.0, 20.0), (1.0, 20.0), (10.0, 900.0)):
            table.add("ours", ours, "/s")
            table.add("theirs", theirs, "/s")
        table.ratio("ours ÷ theirs", "ours", "theirs", "0.2")
        assert "0.50" in table.text()
        assert "1.0 … 10.0" in table.text()
