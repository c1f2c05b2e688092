"""The oracle: silent over every scenario of the sample pack, and loud about each kind of tampering."""

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
import rfc8785
import yaml

import service
from service.store import cases, releases
from service.store.database import Database
from service.verify import Head, duties, verify
from service.verify.canonical import fingerprint, jcs
from service.verify.dossier import Dossier
from service.workflows import evidence
from service.workflows.case import COLUMNS, Case
from service.workflows.language.folders import read_folder
from service.workflows.language.load import load_pack
from service.workflows.language.pack import Pack
from service.workflows.language.regional import bundles_of
from service.workflows.language.release import Release, compile_release
from service.workflows.situation import Situation, Step
from service.workflows.tools.scenario import Stage, pack_calendar

WORKFLOWS = Path(service.__file__).parent / "workflows"
LATER = datetime(2030, 1, 1, tzinfo=UTC)
NOTICES = [yaml.safe_load(path.read_text()) for path in sorted((WORKFLOWS / "calendars").glob("*.yaml"))]


@dataclass
class Recorded:
    """One step as the office would record it."""

    case: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]]
    at: datetime


class Telling(Stage):
    """A story whose steps are kept, under a number of its own."""

    def __init__(self, *given: Any, place: int) -> None:
        super().__init__(*given)
        self.place = place
        self.serial = place * 100
        self.steps: list[Recorded] = []

    def _situation(self) -> Situation:
        found = super()._situation()
        return replace(found, now=found.now.astimezone(UTC))  # as the office hands it down

    def _keep(self, taken: Step) -> None:
        if self.case is None:
            self._name(taken.case)
        super()._keep(taken)
        case, events, rows = evidence.sealed(taken)
        row = {name: getattr(case, name) for name in COLUMNS["cases"]}
        self.steps.append(Recorded(row, {**rows, "events": [asdict(e) for e in events]}, events[-1].recorded_at))

    def _name(self, case: Case) -> None:
        assert case.created_at is not None
        case.created_at = case.created_at.astimezone(UTC)
        case.number, case.salt = f"S-{self.place:04}", f"salt-{self.place}"
        for n, notice in case.notices.items():
            notice.number = f"{case.number}-{n:02}"
            notice.code = sha256(f"{case.salt}:{n}".encode()).hexdigest()[:20]


@cache
def pack() -> Pack:
    """The sample pack."""
    found = load_pack(read_folder(WORKFLOWS / "packs" / "linhu"))
    assert found.pack is not None, found.diagnostics
    return found.pack


@cache
def told() -> tuple[tuple[Release, ...], tuple[Recorded, ...]]:
    """Every step of every scenario, in the order of their time, and the releases they are pinned to."""
    found = {code: compile_release(pack(), code) for code in bundles_of(pack())}
    steps: list[Recorded] = []
    for place, story in enumerate(pack().scenarios, start=1):
        release = found[story.scenario.bundle]
        stage = Telling(release, pack_calendar(pack(), release), story, place=place)
        stage.run()
        steps += stage.steps
    return tuple(found.values()), tuple(sorted(steps, key=lambda step: step.at))


async def record(database: Database, steps: tuple[Recorded, ...]) -> None:
    """Record steps as the office does, and the releases they are pinned to."""
    async with database.transaction() as tx:
        for release in told()[0]:
            await releases.publish(
                tx, bundle=release.bundle.code, content_hash=release.hash, pack_title="示例",
                document=dict(release.document), at=LATER, by="admin",
            )  # fmt: skip
        for step in steps:
            seen = step.case["version"] - 1
            await cases.record(tx, step.case, step.rows, seen_version=seen or None)


class Meddler:
    """Somebody with every right on the database: no trigger and no foreign key stops him."""

    def __init__(self, url: str) -> None:
        self._path = url.removeprefix("sqlite:///") if url.startswith("sqlite") else ""
        self._url = url

    async def run(self, *statements: str) -> list[Any]:
        """Run statements and return the rows of the last one."""
        if self._path:
            with sqlite3.connect(self._path) as connection:
                for trigger in ("update", "delete"):
                    connection.execute(f"DROP TRIGGER IF EXISTS events_no_{trigger}")
                found: list[Any] = []
                for statement in statements:
                    found = connection.execute(statement).fetchall()
            connection.close()
            return found
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute("SET session_replication_role = replica")
            found = []
            for statement in statements:
                found = [tuple(row) for row in await connection.fetch(statement)]
            return found
        finally:
            await connection.close()

    async def events(self, case: str) -> list[dict[str, Any]]:
        """Read the events of a case, JSON as values, instants as the record writes them."""
        found = await self.run(f"SELECT {', '.join(COLUMNS['events'])} FROM events WHERE case_id = '{case}' ORDER BY n")
        events = [dict(zip(COLUMNS["events"], row, strict=True)) for row in found]
        for event in events:
            for name, value in event.items():
                if name in ("actor", "data", "rows"):
                    event[name] = json.loads(value)
                if isinstance(value, datetime):
                    event[name] = value.astimezone(UTC).isoformat(timespec="microseconds")
        return events

    async def reseal(self, case: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change events and compute every hash of the case anew."""
        last = ""
        for event in await self.events(case):
            change(event)
            event["previous"] = last
            last = event["hash"] = fingerprint({"case_id": case} | {k: v for k, v in event.items() if k != "hash"})
            texts = {n: json.dumps(event[n], ensure_ascii=False) for n in ("actor", "data", "rows")}
            texts |= {name: event[name] for name in ("state_to", "previous", "hash")}
            sets = ", ".join(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in texts.items())
            await self.run(f"UPDATE events SET {sets} WHERE case_id = '{case}' AND n = {event['n']}")
        await self.run(f"UPDATE cases SET last_hash = '{last}' WHERE id = '{case}'")


def rewritten(table: str, **columns: Any) -> Callable[[dict[str, Any]], None]:
    """Change columns of every row of a table that events carry."""

    def change(event: dict[str, Any]) -> None:
        for row in event["rows"].get(table, []):
            row.update(columns)

    return change


WHERE = "WHERE case_id = '{id}'"
STATEMENTS: dict[str, tuple[list[str], str]] = {  # kind of tampering → what is done, what must be said
    "event edited": ([f"UPDATE events SET law = '另一条' {WHERE} AND n = 1"], "内容与哈希不符"),
    "event deleted": ([f"DELETE FROM events {WHERE} AND n = 1"], "序号应为 1"),
    "last event deleted": (
        [f"DELETE FROM events {WHERE} AND n = (SELECT max(n) FROM events {WHERE})"], "最后一条记录的序号或哈希",
    ),
    "event inserted": (
        [("INSERT INTO events SELECT case_id, n + 1, action, item, at, recorded_at, actor, state_from, state_to, law, "
         f"data, rows, release, calendar, previous, hash FROM events {WHERE} AND n = (SELECT max(n) FROM events {WHERE})")],
        "内容与哈希不符",
    ),
    "events swapped": (
        [f"UPDATE events SET n = n + 1000 {WHERE} AND n IN (1, 2)", f"UPDATE events SET n = 1002 - n + 1 {WHERE} AND n > 1000"],
        "与上一条的哈希不连续",
    ),
    "item edited": ([f"UPDATE items SET decided_by = '别人' {WHERE}"], "decided_by"),
    "clock moved": ([f"UPDATE clocks SET due_on = '2031-03-03' {WHERE}"], "逐日数应为"),
    "case edited": (["UPDATE cases SET answers = '{{}}' WHERE id = '{id}'"], "answers"),
    "applicant renamed": (["UPDATE cases SET applicant_name = '冒名' WHERE id = '{id}'"], "applicant_name"),
    "paper rewritten": (["UPDATE notices SET body = '{{\"text\":\"准予\"}}' " + WHERE], "body"),
    "row deleted": ([f"DELETE FROM tasks {WHERE} AND n = 1"], "记录里有，表里没有"),
    "certificate forged": (
        [("INSERT INTO certificates (case_id, n, item, certificate, title, holder_name, holder_id, issued_on, pattern, "
         "number, state) VALUES ('{id}', 77, 'food-licence', 'food-licence', '证', '张三', '1', '2026-11-05', 'X', 'X-{id}', 'valid')")],
        "没有产生它的记录",
    ),
    "task put last": ([f"UPDATE tasks SET rank_on = '9998-01-01' {WHERE}"], "待办会排错位置"),
    "case removed": (["DELETE FROM cases WHERE id = '{id}'"], "办件不存在"),
}  # fmt: skip


class TestVerify:
    """`verify` re-derives every row from the events and the pinned definition."""

    @pytest.fixture
    async def filled(self, database: Database) -> Database:
        """A database with every scenario of the sample pack."""
        await record(database, told()[1])
        return database

    @pytest.fixture
    def meddler(self, database_url: str) -> Meddler:
        """Somebody who changes what is stored."""
        return Meddler(database_url)

    async def test_finds_nothing_where_nothing_is_wrong(self, filled: Database) -> None:
        """Every case, row, transition and date of every scenario is what its events say."""
        report = await verify(filled, now=LATER, notices=NOTICES)
        assert report.lines()[:-2] == []
        assert report.counts["cases"] > 40
        assert report.counts["dates"] > 300
        assert report.counts["unchecked_dates"] == 0

    async def test_each_kind_of_tampering_is_found(self, filled: Database, meddler: Meddler) -> None:
        """Positive controls: one case each, all named, and no other case is."""
        ids = [row[0] for row in await meddler.run("SELECT id FROM cases WHERE closed_at IS NOT NULL ORDER BY id")]
        assert len(ids) > len(STATEMENTS)
        numbers = dict(await meddler.run("SELECT id, number FROM cases"))
        for case, (statements, _) in zip(ids, STATEMENTS.values(), strict=False):
            await meddler.run(*(statement.format(id=case) for statement in statements))
        report = await verify(filled, now=LATER, notices=NOTICES)
        said = {(finding.case, finding.what) for finding in report.findings}
        for case, (kind, (_, words)) in zip(ids, STATEMENTS.items(), strict=False):
            names = (numbers[case], case)
            assert any(who in names and words in what for who, what in said), (kind, words)
        touched = {name for case in ids[: len(STATEMENTS)] for name in (case, numbers[case])}
        assert {who for who, _ in said} <= touched

    async def test_resealed_histories_are_found_by_what_they_say(self, filled: Database, meddler: Meddler) -> None:
        """Whoever computes every hash anew still has to tell a story that the definition and the calendar allow."""
        found = await meddler.run(
            "SELECT c.id, c.number FROM cases c JOIN items i ON i.case_id = c.id WHERE i.item = 'food-licence' "
            "AND i.state = 'granted' AND c.closed_at IS NOT NULL ORDER BY c.id"
        )
        (illegal, one), (moved, two), (unissued, three) = found[:3]
        await meddler.reseal(illegal, _jump)
        await meddler.reseal(moved, rewritten("clocks", promised_on="2031-03-03"))
        await meddler.run(f"UPDATE clocks SET promised_on = '2031-03-03' WHERE case_id = '{moved}'")
        await meddler.reseal(unissued, lambda event: event["rows"].pop("certificates", None))
        await meddler.run(f"DELETE FROM certificates WHERE case_id = '{unissued}'")
        report = await verify(filled, now=LATER, notices=NOTICES)
        said = {(finding.case, finding.what) for finding in report.findings}
        assert any(who == one and what.startswith("定义里没有") for who, what in said)
        assert any(who == two and what.startswith("promised_on 是 2031-03-03") for who, what in said)
        assert any(who == three and what == "已经准予，却没有证照" for who, what in said)
        assert not any("哈希" in what for _, what in said)

    async def test_rows_swapped_between_cases_are_found(self, filled: Database, meddler: Meddler) -> None:
        """Each row is bound to its own case."""
        found = await meddler.run(
            "SELECT a.case_id, b.case_id FROM items a JOIN items b ON a.item = b.item AND a.state = b.state "
            "AND a.case_id < b.case_id AND a.final_at <> b.final_at WHERE a.item = 'food-licence'"
        )
        one, other = found[0]
        swap = "UPDATE items SET case_id = '{}' WHERE case_id = '{}' AND item = 'food-licence'"
        await meddler.run(swap.format("x", one), swap.format(one, other), swap.format(other, "x"))
        report = await verify(filled, now=LATER, notices=NOTICES)
        assert {f.where for f in report.findings} == {"items food-licence"}
        assert len({f.case for f in report.findings}) == 2

    async def test_a_column_younger_than_the_record(self, filled: Database, meddler: Meddler) -> None:
        """A record from before a column existed agrees with the row while the column says nothing, and not after."""
        found = await meddler.run("SELECT id, number FROM cases WHERE closed_at IS NOT NULL ORDER BY id LIMIT 2")
        (old, _), (changed, name) = found
        for case in (old, changed):
            await meddler.reseal(case, lambda event: [row.pop("note") for row in event["rows"].get("items", [])])
        await meddler.run(*(f"UPDATE items SET note = '' WHERE case_id = '{case}'" for case in (old, changed)))
        assert (await verify(filled, now=LATER, notices=NOTICES)).clean
        await meddler.run(f"UPDATE items SET note = '后来写的' WHERE case_id = '{changed}'")
        report = await verify(filled, now=LATER, notices=NOTICES)
        assert {finding.case for finding in report.findings} == {name}

    async def test_a_changed_release_is_found(self, filled: Database, meddler: Meddler) -> None:
        """A definition is what its hash says, or it is not used at all."""
        document = json.dumps({**told()[0][0].document, "texts": {}}, ensure_ascii=False).replace("'", "''")
        await meddler.run(f"UPDATE releases SET document = '{document}'")
        report = await verify(filled, now=LATER, notices=NOTICES)
        assert report.findings[0].what == "内容与哈希不符"

    async def test_other_calendars_are_not_judged(self, filled: Database, meddler: Meddler) -> None:
        """A date reckoned with a notice that is not at hand is counted as unchecked, never as wrong."""
        report = await verify(filled, now=LATER, notices=[{**NOTICES[0], "source": "别的通知"}, *NOTICES[1:]])
        assert report.clean
        fixed = await meddler.run("SELECT count(*) FROM clocks WHERE ends_on IS NOT NULL")
        assert report.counts["dates"] == fixed[0][0]  # an end that was fixed as a day depends on no notice
        assert report.counts["unchecked_dates"] > 300


def _jump(event: dict[str, Any]) -> None:
    """Pretend that what was proposed for decision had been granted at once."""
    for row in event["rows"].get("items", []):
        if row["item"] == "food-licence" and row["state"] == "deciding":
            row["state"] = "issuing"
    if event["item"] == "food-licence" and event["state_to"] == "deciding":
        event["state_to"] = "issuing"


class TestHead:
    """The witnessed head: what a person who owns the database cannot forge."""

    async def test_is_a_prefix_of_what_comes_later(self, database: Database, database_url: str) -> None:
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

    @pytest.mark.parametrize("text", ["", "2026-01-01/1", "2026-01-01T00:00:00Z/1/xyz", "x/1/" + "0" * 64])
    def test_nonsense_is_refused(self, text: str) -> None:
        """A head that was copied badly is an error, not a difference."""
        with pytest.raises(ValueError, match=r".*"):
            Head.parse(text)


class TestFiles:
    """Uploaded files are there and unchanged."""

    async def test_missing_and_damaged_files_are_found(self, database: Database, tmp_path: Path) -> None:
        """Each file is hashed once; the case that refers to it is named."""
        steps = [s for s in told()[1] if s.rows.get("materials")]
        good, bad, gone = (sha256(word).hexdigest() for word in (b"good", b"bad", b"gone"))
        for sha, content in ((good, b"good"), (bad, b"changed")):
            (tmp_path / sha[:2]).mkdir(exist_ok=True)
            (tmp_path / sha[:2] / sha).write_bytes(content)
        step = next(s for s in steps if s.case["version"] == 1 and len(s.rows["materials"]) > 2)
        materials = [row | {"file": sha} for row, sha in zip(step.rows["materials"], (good, bad, gone), strict=False)]
        await record(database, (replace(step, rows={**step.rows, "materials": materials}),))
        report = await verify(database, now=LATER, files=tmp_path)
        said = [finding.what for finding in report.findings if finding.what.startswith("文件")]
        assert said == [f"文件 {bad[:12]} 内容已损坏", f"文件 {gone[:12]} 不在文件库里"]
        assert report.counts["files"] == 3


def samples() -> Iterator[Any]:
    """Values in which canonical forms differ between careless writers."""
    yield from ([], {}, None, True, 0, -0.0, 1.0, 1e21, 1e-7, 123456789012345680.0, 0.1, 5e-324, 1.7976931348623157e308)
    yield {"b": 1, "a": {"\ue000": 1, "\U00010000": 2}, "é": '\u2028\x7f\x00\t"\\'}
    yield [secrets.randbelow(10**9) / 10 ** secrets.randbelow(12) for _ in range(1000)]


class TestCanonicalForm:
    """Two writers that share no code agree."""

    @pytest.mark.parametrize("value", list(samples()), ids=lambda value: type(value).__name__)
    def test_agrees_with_the_one_that_seals(self, value: Any) -> None:
        """Releases are sealed by RFC 8785, events by a simpler form; both are written anew by the oracle."""
        assert jcs(value).encode() == rfc8785.dumps(value)
        assert fingerprint(value) == evidence.digest(evidence.plain(value))

    @pytest.mark.parametrize(
        "value", [float("nan"), float("inf"), 2**53, {"a": object()}], ids=("nan", "inf", "large", "object")
    )
    def test_refuses_what_has_no_form(self, value: Any) -> None:
        """A value without a canonical form is never sealed."""
        with pytest.raises(ValueError, match="no JSON value"):
            jcs(value)


class TestHearings:
    @pytest.mark.parametrize(
        ("mode", "stages", "found"),
        [
            ("on_request", ["told", "over"], 0),
            ("on_request", ["told"], 1),
            ("on_request", [], 1),
            ("ex_officio", ["told", "waived"], 1),
            ("ex_officio", ["opened", "announced", "held"], 0),
        ],
    )
    def test_decided_unheard(self, mode: str, stages: list[str], found: int) -> None:
        """A decision without the hearing its definition asks for is found (R-HEAR-1, R-HEAR-2)."""
        decided = {"item": "food", "decided_at": "2026-10-22", "outcome": "refused", "special": {}}
        steps = [{**decided, "decided_at": None, "special": {"hearing": {"stage": stage}}} for stage in stages]
        events = [{"rows": {"items": [row]}} for row in [*steps, decided]]
        definition: Any = SimpleNamespace(items={"food": {"hearing": {"mode": mode}}})
        dossier = Dossier({"number": "S-1", "id": "1"}, {"items": [decided]}, events, definition)
        assert len(list(duties.hearings(dossier))) == found
