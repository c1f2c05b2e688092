"""The record: chained, complete, and free of personal values."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.workflows.case import record, told
from service.workflows.case.parts import COLUMNS, KEYS, PARTS, Event
from service.workflows.case.rows import row_of
from tests.workflows.story import Story, Town
from tests.workflows.town import Data

SECRET = {
    "云泽市川味小馆",
    "92999901MADEM0046F",
    "13912345678",
    "778899",
    "pepper",
    "太慢了真的",
    "王五的合同.pdf",
    "张三手签",
    "13800000000",
}


def whole_story(shop: type[Town]) -> Story:
    """Live through a correction, a promise, a grant, a check, a rating."""
    case = {"handling": {"fire": "commitment"}}
    release = shop.release("food", "fire")
    story = shop.story(release, shop.draft(release, **case), "2026-09-14")
    papers = [{"material": "lease", "name": "王五的合同.pdf"}, "plan", "photo"]
    story.zhang("submit", materials=papers, signature={"method": "sms", "name": "张三手签"})
    story.li("food.note_defects", reasons=["phone-wrong", "lease-pages"])
    story.li("notify_correction")
    story.zhang(
        "food.supply",
        materials=[{"material": "lease", "name": "王五的合同.pdf"}],
        form={"phone": "13800000000"},
    )
    story.li("food.accept", "2026-09-16")
    story.sun("fire.grant_by_commitment")
    story.li("fire.issue")
    story.wang("food.propose", opinion="符合。")
    story.zhao("food.grant", "2026-09-29", opinion="同意。")
    story.li("food.issue")
    story.checks("zhou", "fire.follow-up.find_false", reasons=["unfit"])
    story.zhang("rate", grade=1, text="太慢了真的")
    return story


class TestChain:
    def test_each_event_holds_the_hash_of_the_one_before(self, shop: type[Town]) -> None:
        """Numbered without gaps, each holding the hash of the one before."""
        story = whole_story(shop)
        assert [e.n for e in story.events] == list(range(1, story.case.last_event + 1))
        assert story.case.last_hash == story.events[-1].hash
        assert record.chain_faults("c0ffee", story.events) == []

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda e: e[:3] + e[4:],
            lambda e: [*e[:3], replace(e[3], actor={"account": "someone"}), *e[4:]],
            lambda e: [*e[:3], replace(e[3], data={**e[3].data, "x": 1}), *e[4:]],
            lambda e: [*e[:3], replace(e[3], rows={"items": []}), *e[4:]],
            lambda e: [*e[:2], e[3], e[2], *e[4:]],
            lambda e: [*e[:5], e[4], *e[5:]],
            lambda e: e[1:],
        ],
    )
    def test_tampering_shows(self, shop: type[Town], spoil: Callable[[list[Event]], Any]) -> None:
        """What is left out, changed, moved or repeated is seen."""
        assert record.chain_faults("c0ffee", spoil(whole_story(shop).events))

    def test_of_another_case(self, shop: type[Town]) -> None:
        """A chain belongs to its case."""
        assert record.chain_faults("other", whole_story(shop).events)

    def test_who_when_why(self, shop: type[Town]) -> None:
        """Each record says who in which post, when, under which article, by which release and calendar."""
        grant = next(e for e in whole_story(shop).events if e.action == "grant")
        assert grant.actor == {
            "account": "zhao",
            "kind": "clerk",
            "department": "scjg",
            "post": "approver",
        }
        assert (grant.state_from, grant.state_to, grant.law) == (
            "deciding",
            "issuing",
            "行政许可法 38",
        )
        assert (grant.calendar, len(grant.release)) == (shop.national.version, 64)

    def test_what_a_late_sweep_writes_happened_at_its_instant(self, shop: type[Town]) -> None:
        """What a late sweep writes down happened at its own instant."""
        story = shop.submitted("food", at="2026-02-12T09:00")
        story.until("2026-03-02")
        deemed = next(e for e in story.events if e.action == "deem_accepted")
        assert (deemed.at, deemed.recorded_at) == (
            shop.moment("2026-02-27T00:00"),
            shop.moment("2026-03-02"),
        )


class TestRows:
    def test_nothing_personal(self, shop: type[Town]) -> None:
        """No personal value stands anywhere in the record, nor in what outside systems are told."""
        story = whole_story(shop)
        told = json.dumps(
            [
                record.plain({n: getattr(e, n) for n in ("data", "rows", "actor")})
                for e in story.events
            ],
            ensure_ascii=False,
        )
        told += json.dumps(
            [record.plain(m.payload) for m in story.case.messages.values()], ensure_ascii=False
        )
        assert [value for value in SECRET if value in told] == []

    def test_same_value_same_hash(self, shop: type[Town]) -> None:
        """Who has the values and the salt can prove them; without the salt they cannot be guessed."""
        story = whole_story(shop)
        row = next(e.rows["certificates"][0] for e in story.events if e.rows.get("certificates"))
        assert row["holder_id"] == {"sha256": record.digest(["pepper", "92999901MADEM0046F"])}
        assert row["holder_id"] != {"sha256": record.digest(["", "92999901MADEM0046F"])}

    def test_every_row_follows_from_the_record(self, shop: type[Town]) -> None:
        """Every row follows from the record."""
        assert_replays(whole_story(shop))

    def test_of_a_row_told_before_what_changed(self, shop: type[Town]) -> None:
        """A new row is told without what it is declared with, a known one by its key and what is another."""
        story = shop.submitted("food")
        first = story.events[-1].rows["items"][0]
        assert {"item", "department", "lifecycle", "state"} <= first.keys()
        assert not {"note", "third_parties", "final_at", "special"} & first.keys()
        _, events, _ = record.sealed(story.li("food.accept"))
        changed = events[-1].rows["~items"][0]
        assert "department" not in changed
        assert "items" not in events[-1].rows
        assert changed["item"] == "food"
        assert changed["state"] != first["state"]

    def test_as_the_release_before_tells(self, shop: type[Town]) -> None:
        """Beside processes of the release before every row is told as a whole; both kinds are laid alike."""
        story = shop.submitted("food", "drain")
        before = [event.rows for event in story.events]
        taken = story.li("drain.accept")
        _, whole, _ = record.sealed(taken, whole=True)
        _, terse, _ = record.sealed(taken)
        assert not [name for name in whole[-1].rows if name.startswith("~")]
        *_, one = told.laid([*before, whole[-1].rows])
        *_, other = told.laid([*before, terse[-1].rows])
        for table in ("clocks", "tasks"):
            assert one[table] == other[table]

    def test_a_new_salt_tells_all_anew(self, shop: type[Town]) -> None:
        """Digests of before say nothing any more: every row as a whole, nothing left out."""
        taken = shop.submitted("food").li("food.accept")
        taken = replace(taken, case=replace(taken.case, salt="other"))
        _, events, _ = record.sealed(taken)
        assert not [name for name in events[-1].rows if name.startswith("~")]
        assert events[-1].rows["items"][0].keys() == set(COLUMNS["items"])

    def test_rows_are_the_difference(self, shop: type[Town]) -> None:
        """A step stores exactly what it changed."""
        story = shop.submitted("food", "drain")
        taken = story.li("drain.accept")
        _, _, rows = record.sealed(taken)
        assert {row["item"] for row in rows["items"]} == {"drain"}
        assert {(row["item"], row["clock"]) for row in rows["clocks"]} == {
            ("drain", "notice"),
            ("drain", "decision"),
            ("", "feedback"),
        }
        assert "materials" not in rows


def assert_replays(story: Story) -> None:
    """Lay what the events tell over each other and compare it with the rows of the case."""
    rows: dict[str, dict[Any, Data]] = {table: {} for table in (*PARTS, "cases")}
    for event in story.events:
        for name, changed in event.rows.items():
            table = name.removeprefix("~")
            for row in changed:
                key = tuple(row[k] for k in KEYS.get(table, ()))
                over = table == "cases" or name != table
                rows[table][key] = (
                    {**rows[table][key], **row} if over and key in rows[table] else row
                )
    for table in PARTS:
        parts = [row_of(table, part) for part in getattr(story.case, table).values()]
        assert rows[table].keys() == {tuple(row[k] for k in KEYS[table]) for row in parts}
        for row in parts:
            found = rows[table][tuple(row[k] for k in KEYS[table])]
            unsaid = {n: v for n, v in row.items() if n not in found}
            assert unsaid == {n: told.declared(table)[n] for n in unsaid}
            said = {n: v for n, v in row.items() if n in found}
            assert found == record.redacted(table, said, story.case.salt)
    now = {n: v for n, v in record.case_row(story.case).items() if n not in record.CHAIN}
    assert rows["cases"][()] == record.redacted("cases", now, story.case.salt)
