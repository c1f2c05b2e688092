"""A case that applies anew is held against the one it names, whoever computed its hashes anew; so are records of checks."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from service.store.database import Database
from service.verify import verify
from service.verify.canonical import fingerprint

from .meddling import Meddler, forgotten, rewritten, told_of
from .told import LATER, NOTICES, record, told

REAPPLIED = "SELECT id, reapply_of, salt FROM cases WHERE reapply_of <> '' ORDER BY number LIMIT 1"
CHECKED = "SELECT DISTINCT case_id FROM inspections WHERE filed_on IS NOT NULL ORDER BY 1 LIMIT 1"


@pytest.fixture
async def filled(database: Database) -> Database:
    """Return a database with the stories of the sample pack that this is about, and some others."""
    steps = told()[1]
    meant = {step.case["reapply_of"] or "" for step in steps} - {""}
    ids = {s.case["id"] for s in steps if s.case["number"] in meant or s.case["reapply_of"]}
    checked = [step for step in steps if "inspections" in step.rows]
    filed = [s for s in checked if any(row["filed_on"] for row in s.rows["inspections"])]
    passed = [s for s in checked if s.rows["events"][0]["action"] == "pass"]
    ids |= {step.case["id"] for step in (filed[0], passed[0])}
    await record(database, tuple(step for step in steps if step.case["id"] in ids))
    return database


@pytest.fixture
def meddler(database_url: str) -> Meddler:
    """Return somebody who changes what is stored."""
    return Meddler(database_url)


async def said(database: Database) -> str:
    """Return all that the oracle says is wrong."""
    report = await verify(database, now=LATER, notices=NOTICES)
    return "\n".join(map(str, report.findings))


class TestReapplied:
    """重新申请."""

    async def test_names_another_case(self, filled: Database, meddler: Meddler) -> None:
        """A row that names another case differs from the record; with every hash anew it is no case of that applicant."""
        ((case, older, salt),) = await meddler.run(REAPPLIED)
        ((other,),) = await meddler.run(
            "SELECT min(number) FROM cases WHERE received_at IS NOT NULL AND reapply_of = '' "
            f"AND applicant_id <> (SELECT applicant_id FROM cases WHERE number = '{older}')"
        )
        await meddler.run(f"UPDATE cases SET reapply_of = '{other}' WHERE id = '{case}'")
        assert "reapply_of（个人信息）与记录的摘要不符" in await said(filled)
        digest = {"sha256": fingerprint([salt, other])}
        await meddler.reseal(case, _first("cases", reapply_of=digest))
        assert "不是同一个申请人的同一件事" in await said(filled)

    async def test_names_a_case_that_never_was(self, filled: Database, meddler: Meddler) -> None:
        """There must be one."""
        ((case, _, __),) = await meddler.run(REAPPLIED)
        await meddler.run(f"UPDATE cases SET reapply_of = 'S-9999' WHERE id = '{case}'")
        assert "原办件 S-9999 不存在" in await said(filled)

    async def test_for_what_was_done(self, filled: Database, meddler: Meddler) -> None:
        """What was granted there, or never was there, is not applied for anew."""
        ((case, older, _),) = await meddler.run(REAPPLIED)
        listed = json.dumps(["pool"])
        await meddler.run(f"UPDATE cases SET limited_to = '{listed}' WHERE id = '{case}'")
        await meddler.reseal(case, _first("cases", limited_to=["pool"]))
        found = await said(filled)
        assert f"原办件 {older} 的「pool」当时不是没有办成的事项" in found
        assert "重新申请的办件里有没有列明的事项" in found

    async def test_half_of_it(self, filled: Database, meddler: Meddler) -> None:
        """The older case and the items stand together."""
        ((case, _, __),) = await meddler.run(REAPPLIED)
        await meddler.run(f"UPDATE cases SET limited_to = '[]' WHERE id = '{case}'")
        assert "应当同时有、同时没有" in await said(filled)

    async def test_a_paper_of_somewhere_else(self, filled: Database, meddler: Meddler) -> None:
        """A paper that came over is one of the older case."""
        ((case, older, _),) = await meddler.run(REAPPLIED)
        where = f"case_id = '{case}' AND reference = 'earlier_case'"
        ((n, _),) = await meddler.run(f"SELECT max(n), count(*) FROM materials WHERE {where}")
        file = "f" * 64
        await meddler.run(
            f"UPDATE materials SET file = '{file}' WHERE case_id = '{case}' AND n = {n}"
        )
        assert f"不是原办件 {older} 的" in await said(filled)


class TestInspections:
    """核查记录: each contradiction that somebody could write into a record is named."""

    @pytest.mark.parametrize(
        ("columns", "words"),
        [
            ({"result": "not_conforming"}, "核查结果与逐项的结果不符"),
            ({"officers": [{"account": "scjg.inspector", "name": "甲"}]}, "参加核查的不足两人"),
            ({"signatures": []}, "没有都签字就归档了"),
            ({"signatures": [{"account": "nobody", "at": "x"}]}, "签字的人与参加核查的人不符"),
            ({"filed_on": None}, "都签了字没有归档"),
            (
                {"points": [{"title": "通道", "result": "ok", "note": ""}]},
                "逐项的结果与办理记录不符",
            ),
            ({"action": "fail"}, "不是产生它的那次核查"),
        ],
    )
    async def test_a_record_that_contradicts_itself(
        self, filled: Database, meddler: Meddler, columns: dict[str, Any], words: str
    ) -> None:
        """Row and record say the same, every hash is right: what it says cannot be."""
        ((case,),) = await meddler.run(CHECKED)
        sets = ", ".join(f"{name} = {_sql(value)}" for name, value in columns.items())
        await meddler.run(f"UPDATE inspections SET {sets} WHERE case_id = '{case}'")
        await meddler.reseal(case, rewritten("inspections", **columns))
        assert words in await said(filled)

    async def test_a_record_that_is_gone(self, filled: Database, meddler: Meddler) -> None:
        """Every check has left one."""
        ((case,),) = await meddler.run(CHECKED)
        await meddler.run(f"DELETE FROM inspections WHERE case_id = '{case}'")
        await meddler.reseal(case, forgotten("inspections"))
        assert "核查的次数与核查记录的份数不符" in await said(filled)

    async def test_a_record_touched_after_it_was_filed(
        self, filled: Database, meddler: Meddler
    ) -> None:
        """A later act that carries it again is named though it says the same."""
        ((case,),) = await meddler.run(CHECKED)
        rows: list[Any] = []

        def again(event: dict[str, Any]) -> None:
            if rows and event["rows"]:
                event["rows"].setdefault("inspections", rows[:1])
            rows.extend(r for r in told_of(event, "inspections") if r.get("filed_on"))

        await meddler.reseal(case, again)
        assert "归档以后又改过" in await said(filled)

    async def test_another_check_after_its_own(self, filled: Database, meddler: Meddler) -> None:
        """A check after a grant that found something wrong did not pass."""
        ((case,),) = await meddler.run(
            "SELECT DISTINCT i.case_id FROM inspections i JOIN items p ON p.case_id = i.case_id "
            "AND p.item = i.item WHERE p.parent <> '' AND i.result = 'conforming' ORDER BY 1 LIMIT 1"
        )
        bad = [{"title": "承诺的条件", "result": "bad", "note": "不符"}]
        ((points,),) = await meddler.run(
            f"SELECT points FROM inspections WHERE case_id = '{case}' ORDER BY n LIMIT 1"
        )
        known = json.loads(points) if isinstance(points, str) else points
        bad = [{**known[0], "result": "bad"}, *known[1:]]
        columns = {"points": bad, "result": "not_conforming"}

        def change(event: dict[str, Any]) -> None:
            rewritten("inspections", **columns)(event)
            if "checklist" in event["data"]:
                event["data"]["checklist"] = bad

        sets = ", ".join(f"{name} = {_sql(value)}" for name, value in columns.items())
        await meddler.run(f"UPDATE inspections SET {sets} WHERE case_id = '{case}'")
        await meddler.reseal(case, change)
        assert "核查结果与「" in await said(filled)


def _first(table: str, **columns: Any) -> Callable[[dict[str, Any]], None]:
    """Change columns where an event carries them already."""

    def change(event: dict[str, Any]) -> None:
        for row in told_of(event, table):
            row.update({name: value for name, value in columns.items() if name in row})

    return change


def _sql(value: Any) -> str:
    if value is None:
        return "NULL"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'"
