"""The witnessed head, and uploaded files."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from service.store.database import Database
from service.verify import Head, verify

from .meddling import Meddler, rewritten
from .told import LATER, NOTICES, record, told


class TestHead:
    """The witnessed head: what a person who owns the database cannot forge."""

    async def test_is_a_prefix_of_what_comes_later(
        self, database: Database, database_url: str
    ) -> None:
        """Events written down later leave it valid; a rewritten history does not, though every hash inside fits."""
        steps = told()[1]
        middle = steps[len(steps) // 2].at
        await record(database, tuple(s for s in steps if s.at <= middle))
        first = await verify(database, now=middle + timedelta(minutes=1), notices=NOTICES)
        assert first.clean
        assert first.head is not None
        witnessed = Head.parse(str(first.head))
        assert witnessed == first.head
        await record(database, tuple(s for s in steps if s.at > middle))
        assert (await verify(database, now=LATER, notices=NOTICES, expect=witnessed)).clean
        meddler = Meddler(database_url)
        case = steps[0].case["id"]
        await meddler.reseal(case, rewritten("cases", channel="counter"))
        await meddler.run(f"UPDATE cases SET channel = 'counter' WHERE id = '{case}'")
        assert (await verify(database, now=LATER, notices=NOTICES)).clean
        report = await verify(database, now=LATER, notices=NOTICES, expect=witnessed)
        assert [finding.where for finding in report.findings] == ["见证头"]

    @pytest.mark.parametrize(
        "text", ["", "2026-01-01/1", "2026-01-01T00:00:00Z/1/xyz", "x/1/" + "0" * 64]
    )
    def test_nonsense_is_refused(self, text: str) -> None:
        """A head that was copied badly is an error, not a difference."""
        with pytest.raises(ValueError, match=r".*"):
            Head.parse(text)


class TestFiles:
    """Uploaded files are there and unchanged."""

    async def test_missing_and_damaged_files_are_found(
        self, database: Database, tmp_path: Path
    ) -> None:
        """Each file is hashed once; the case that refers to it is named."""
        steps = [s for s in told()[1] if s.rows.get("materials")]
        good, bad, gone = (sha256(word).hexdigest() for word in (b"good", b"bad", b"gone"))
        for sha, content in ((good, b"good"), (bad, b"changed")):
            (tmp_path / sha[:2]).mkdir(exist_ok=True)
            (tmp_path / sha[:2] / sha).write_bytes(content)
        step = next(s for s in steps if s.case["version"] == 1 and len(s.rows["materials"]) > 2)
        materials = [
            row | {"file": sha}
            for row, sha in zip(step.rows["materials"], (good, bad, gone), strict=False)
        ]
        await record(database, (replace(step, rows={**step.rows, "materials": materials}),))
        report = await verify(database, now=LATER, files=tmp_path)
        said = [finding.what for finding in report.findings if finding.what.startswith("文件")]
        assert said == [f"文件 {bad[:12]} 内容已损坏", f"文件 {gone[:12]} 不在文件库里"]
        assert report.counts["files"] == 3
