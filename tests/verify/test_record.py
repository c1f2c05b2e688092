"""The oracle: silent over every scenario of the sample pack, and loud about each kind of tampering."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from service.store import accounts, audit
from service.store.database import Database
from service.verify import verify
from service.verify.canonical import fingerprint
from service.workflows.case.parts import PARTS
from service.workflows.case.told import declared

from .meddling import Meddler, forgotten, rewritten, told_of
from .told import LATER, NOTICES, record, told

WHERE = "WHERE case_id = '{id}'"
STATEMENTS: dict[str, tuple[list[str], str]] = {  # kind of tampering → what is done, what must be said
    "event edited": ([f"UPDATE events SET law = '另一条' {WHERE} AND n = 1"], "内容与哈希不符"),
    "event deleted": ([f"DELETE FROM events {WHERE} AND n = 1"], "序号应为 1"),
    "last event deleted": (
        [f"DELETE FROM events {WHERE} AND n = (SELECT max(n) FROM events {WHERE})"], "最后一条记录的序号或哈希",
    ),
    "event inserted": (
        [("INSERT INTO events (case_id, n, action, item, at, recorded_at, actor, state_from, state_to, law, "
         "data, rows, release, calendar, previous, hash) "
         "SELECT case_id, n + 1, action, item, at, recorded_at, actor, state_from, state_to, law, "
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

    async def test_each_kind_of_tampering_is_found(
        self, filled: Database, meddler: Meddler
    ) -> None:
        """Positive controls: one case each, all named, and no other case is."""
        ids = [
            row[0]
            for row in await meddler.run(
                "SELECT id FROM cases WHERE closed_at IS NOT NULL ORDER BY id"
            )
        ]
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

    async def test_persons_are_compared(self, filled: Database, meddler: Meddler) -> None:
        """Who reviewed and who decided are two persons, and neither is the applicant, whatever their accounts (I-15)."""

        async def same_person(subject: str, *names: str) -> set[str]:
            for name in names:
                row = {"account": name, "name": name, "kind": "clerk", "subject": subject}
                async with filled.transaction() as tx:
                    if not await accounts.change(tx, name, subject=subject):
                        await accounts.add(tx, row)
            report = await verify(filled, now=LATER, notices=NOTICES)
            return {finding.what for finding in report.findings}

        rows = await meddler.run(
            "SELECT e.actor, p.actor, c.applicant_id FROM events e JOIN cases c ON c.id = e.case_id "
            "JOIN events p ON p.case_id = e.case_id AND p.item = e.item AND p.action = 'propose' "
            "WHERE e.item = 'food-licence' AND e.action = 'grant' ORDER BY c.id"
        )
        opened = [json.loads(a) if isinstance(a, str) else a for a in rows[0][:2]]
        approver, reviewer = (actor["account"] for actor in opened)
        found = await same_person("999901198001010010", reviewer, approver)
        assert "grant 由审查人自己决定" in found
        assert not any("申请人" in what for what in found)
        found = await same_person(f"{rows[0][2].lower()} ", approver)
        assert "grant 由申请人本人办理，应当回避" in found

    async def test_resealed_histories_are_found_by_what_they_say(
        self, filled: Database, meddler: Meddler
    ) -> None:
        """Whoever computes every hash anew still has to tell a story that the definition and the calendar allow."""
        found = await meddler.run(
            "SELECT c.id, c.number FROM cases c JOIN items i ON i.case_id = c.id WHERE i.item = 'food-licence' "
            "AND i.state = 'granted' AND c.closed_at IS NOT NULL ORDER BY c.id"
        )
        (illegal, one), (moved, two), (unissued, three) = found[:3]
        await meddler.reseal(illegal, _jump)
        await meddler.reseal(moved, rewritten("clocks", promised_on="2031-03-03"))
        await meddler.run(f"UPDATE clocks SET promised_on = '2031-03-03' WHERE case_id = '{moved}'")
        await meddler.reseal(unissued, forgotten("certificates"))
        await meddler.run(f"DELETE FROM certificates WHERE case_id = '{unissued}'")
        report = await verify(filled, now=LATER, notices=NOTICES)
        said = {(finding.case, finding.what) for finding in report.findings}
        assert any(who == one and what.startswith("定义里没有") for who, what in said)
        assert any(
            who == two and what.startswith("promised_on 是 2031-03-03") for who, what in said
        )
        assert any(who == three and what == "已经准予，却没有证照" for who, what in said)
        assert not any("哈希" in what for _, what in said)

    async def test_a_paper_called_missing_that_lay_there_is_found(
        self, filled: Database, meddler: Meddler
    ) -> None:
        """Who writes into the record of a grant that a paper had not come is contradicted by the paper (R-ACC-5)."""
        case, number, code = (
            await meddler.run(
                "SELECT c.id, c.number, m.material FROM cases c JOIN events e ON e.case_id = c.id "
                "JOIN materials m ON m.case_id = c.id AND m.n = 1 "
                "WHERE e.action = 'grant' AND e.item = 'food-licence' ORDER BY c.id"
            )
        )[0]

        def without(event: dict[str, Any]) -> None:
            if (event["item"], event["action"]) == ("food-licence", "grant"):
                event["data"]["missing"] = [code]

        await meddler.reseal(case, without)
        report = await verify(filled, now=LATER, notices=NOTICES)
        said = [(each.case, each.what) for each in report.findings]
        assert said == [(number, said[0][1])]
        assert said[0][1].startswith(f"记为还缺「{code}」")

    async def test_what_the_definition_demands_is_missed(
        self, filled: Database, meddler: Meddler
    ) -> None:
        """A limit that should be there, a promise that should go on, days the region gives, an extension too long, another basis."""
        cases = "SELECT DISTINCT c.id, c.number FROM cases c JOIN clocks k ON k.case_id = c.id WHERE {} ORDER BY 1"
        planted = {
            "k.clock = 'assign'": "受理以后指派核查人员的时限与定义不符",
            "k.clock = 'promise-decision' AND k.case_id NOT IN "
            "(SELECT case_id FROM clocks WHERE clock LIKE 'pause-%')": "承诺时限应当照走，却停了",
        }
        named = {}
        for where, words in planted.items():
            (case, number), name = (await meddler.run(cases.format(where)))[0], where.split("'")[1]
            await meddler.reseal(case, _without(name))
            await meddler.run(f"DELETE FROM clocks WHERE case_id = '{case}' AND clock = '{name}'")
            named[number] = words
        (case, number), *_ = await meddler.run(cases.format("k.clock = 'blocked'"))
        await meddler.run(
            f"UPDATE clocks SET promised = '40wd' WHERE case_id = '{case}' AND clock = 'blocked'"
        )
        named[number] = "等申请人决定的时间是 40wd，应为 15wd"
        (case, number), *_ = await meddler.run(
            cases.format("CAST(k.extensions AS TEXT) LIKE '%10wd%'")
        )
        longer = "replace(CAST(extensions AS TEXT), '10wd', '40wd')"
        longer = longer if meddler.sqlite else f"CAST({longer} AS JSON)"
        await meddler.run(f"UPDATE clocks SET extensions = {longer} WHERE case_id = '{case}'")
        named[number] = "延长了 40wd，最多 10 个工作日"
        (case, number), *_ = await meddler.run(cases.format("k.basis = '消防法 15'"))
        await meddler.run(
            f"UPDATE clocks SET basis = '行政许可法 42' WHERE case_id = '{case}' AND basis = '消防法 15'"
        )
        named[number] = "依据是 行政许可法 42，应为 消防法 15"
        report = await verify(filled, now=LATER, notices=NOTICES)
        said = {(finding.case, finding.what) for finding in report.findings}
        assert set(named.items()) <= said

    async def test_rows_swapped_between_cases_are_found(
        self, filled: Database, meddler: Meddler
    ) -> None:
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

    async def test_a_column_younger_than_the_record(
        self, filled: Database, meddler: Meddler
    ) -> None:
        """A record from before a column existed agrees with the row while the column says nothing, and not after."""
        found = await meddler.run(
            "SELECT id, number FROM cases WHERE closed_at IS NOT NULL ORDER BY id LIMIT 2"
        )
        (old, _), (changed, name) = found
        for case in (old, changed):
            await meddler.reseal(
                case, lambda event: [row.pop("note", None) for row in told_of(event, "items")]
            )
        await meddler.run(
            *(f"UPDATE items SET note = '' WHERE case_id = '{case}'" for case in (old, changed))
        )
        assert (await verify(filled, now=LATER, notices=NOTICES)).clean
        await meddler.run(f"UPDATE items SET note = '后来写的' WHERE case_id = '{changed}'")
        report = await verify(filled, now=LATER, notices=NOTICES)
        assert {finding.case for finding in report.findings} == {name}

    async def test_a_column_that_was_filled_later(self, filled: Database, meddler: Meddler) -> None:
        """What the record calls nothing agrees with the empty value that was filled in, and with no other."""
        found = await meddler.run(
            "SELECT DISTINCT c.id, c.number, c.salt FROM cases c JOIN certificates x ON x.case_id = c.id "
            "WHERE c.bundle = 'open-restaurant' AND c.id NOT IN (SELECT case_id FROM commitments) ORDER BY c.id LIMIT 2"
        )
        (old, _, salt), (changed, name, other) = found

        def silent(salt: str) -> Callable[[dict[str, Any]], None]:
            def change(event: dict[str, Any]) -> None:
                for row in told_of(event, "items"):
                    row["window"] = None
                for row in told_of(event, "certificates"):
                    row["carries"] = {"sha256": fingerprint([salt, None])}
                    row.pop("operable_from", None)

            return change

        for case, own in ((old, salt), (changed, other)):
            await meddler.reseal(case, silent(own))
            await meddler.run(
                f"UPDATE items SET \"window\" = '{{}}' WHERE case_id = '{case}'",
                f"UPDATE certificates SET carries = '{{}}', operable_from = issued_on WHERE case_id = '{case}'",
            )
        assert (await verify(filled, now=LATER, notices=NOTICES)).clean
        for table, column in (("items", "window"), ("certificates", "carries")):
            await meddler.run(
                f"UPDATE {table} SET \"{column}\" = '{{\"a\": 1}}' WHERE case_id = '{changed}'"
            )
        report = await verify(filled, now=LATER, notices=NOTICES)
        assert {finding.case for finding in report.findings} == {name}
        assert {finding.where.split()[0] for finding in report.findings} >= {
            "items",
            "certificates",
        }

    async def test_a_changed_release_is_found(self, filled: Database, meddler: Meddler) -> None:
        """A definition is what its hash says, or it is not used at all."""
        document = json.dumps({**told()[0][0].document, "texts": {}}, ensure_ascii=False).replace(
            "'", "''"
        )
        await meddler.run(f"UPDATE releases SET document = '{document}'")
        report = await verify(filled, now=LATER, notices=NOTICES)
        assert report.findings[0].what == "内容与哈希不符"

    async def test_an_unknown_calendar_is_a_difference(
        self, filled: Database, meddler: Meddler
    ) -> None:
        """A date reckoned by a calendar that nobody published is not judged, and not passed over either."""
        report = await verify(
            filled, now=LATER, notices=[{**NOTICES[0], "source": "别的通知"}, *NOTICES[1:]]
        )
        assert report.found == report.counts["unchecked_dates"] > 300
        assert all("没有人发布过日历" in finding.what for finding in report.findings)
        fixed = await meddler.run("SELECT count(*) FROM clocks WHERE ends_on IS NOT NULL")
        # an end that was fixed as a day depends on no notice
        assert report.counts["dates"] == fixed[0][0]


def _jump(event: dict[str, Any]) -> None:
    """Pretend that what was proposed for decision had been granted at once."""
    for row in told_of(event, "items"):
        if row["item"] == "food-licence" and row.get("state") == "deciding":
            row["state"] = "issuing"
    if event["item"] == "food-licence" and event["state_to"] == "deciding":
        event["state_to"] = "issuing"


def _without(clock: str) -> Callable[[dict[str, Any]], None]:
    """Let the record never have known a clock."""

    def change(event: dict[str, Any]) -> None:
        for name in {"clocks", "~clocks"} & event["rows"].keys():
            rows = event["rows"][name]
            event["rows"][name] = [row for row in rows if row["clock"] != clock]

    return change


def test_what_a_record_leaves_out_is_what_the_table_declares() -> None:
    """A column that no record tells holds what its table declares: so the engine may leave out nothing else."""
    for table in PARTS:
        stored = audit.unwritten(table)
        assert declared(table) == {name: stored[name] for name in declared(table)}
