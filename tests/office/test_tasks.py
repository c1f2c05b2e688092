"""The work list: what is shown, taken, given back."""

from dataclasses import replace
from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotFound, NotPermitted
from service.office import CaseFilter, Office, TaskFilter
from service.verify import verify
from service.workflows.calendar import built_in
from service.workflows.case.situation import Actor

from .conftest import (
    CITIZEN,
    DAY,
    HOUR,
    MORNING,
    OUTSIDER,
    REVIEWER,
    SIGN_CLERK,
    STALL,
    SUBJECT,
    WINDOW,
    WINDOW2,
    Act,
    Open,
    asks,
)

HEAD = Actor("scjg.head", "clerk", "scjg", frozenset({"head"}))


async def shown(office: Office, actor: Actor, view: str, **more: str) -> list[tuple[str, str]]:
    """Return the (number, item) of a list."""
    page = await office.tasks(actor, TaskFilter(view=view, **more), now=MORNING)  # type: ignore[arg-type]
    return [(row.number, row.item) for row in page.items]


class TestTasks:
    """Listing."""

    async def test_lists_what_one_could_take_earliest_due_first(
        self, office: Office, opened: Open
    ) -> None:
        """The first row is what must be done next."""
        later = (await opened(now=MORNING + DAY)).case.number
        sooner = (await opened()).case.number
        page = await office.tasks(WINDOW, TaskFilter(view="unclaimed"), now=MORNING)
        assert [row.number for row in page.items] == [sooner, sooner, later, later]
        first = page.items[0]
        assert (first.item_title, first.state_title, first.post_title) == (
            "食品经营许可",
            "待受理",
            "受理岗",
        )
        assert await shown(office, REVIEWER, "unclaimed") == []

    async def test_pages_follow_each_other_without_gap_or_repeat(
        self, office: Office, opened: Open
    ) -> None:
        """Keyset pages over what was taken and what could be."""
        numbers = [(await opened()).case.number for _ in range(3)]
        await office.claim(asks(WINDOW), numbers[1], 1)
        seen, cursor = [], None
        while True:
            page = await office.tasks(WINDOW, TaskFilter(view="all"), cursor, 2, now=MORNING)
            seen += [(row.number, row.item) for row in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert sorted(seen) == sorted((n, item) for n in numbers for item in ("food", "sign"))

    async def test_is_narrowed_by_item_and_text(self, office: Office, opened: Open) -> None:
        """Filters hold together with the right to see."""
        number = (await opened()).case.number
        other = await opened(replace(STALL, applicant={**STALL.applicant, "name": "另一家面馆"}))
        assert await shown(office, WINDOW, "unclaimed", item="sign", text="面馆") == [
            (other.case.number, "sign")
        ]
        assert await shown(office, WINDOW, "unclaimed", text=number) == [
            (number, "food"),
            (number, "sign"),
        ]

    async def test_says_what_is_left_today(self, office: Office, opened: Open, done: Act) -> None:
        """Working days by the calendar, the clock that ends first, and what happens at its end (R-TIME-1, R-ACC-5)."""
        number = (await opened()).case.number
        row = (await office.tasks(WINDOW, TaskFilter("unclaimed"), now=MORNING)).items[0]
        assert row.due is not None
        assert (row.due.on, row.due.left.words, row.due.clock.title) == (
            date(2026, 11, 12),
            "还剩 5 个工作日",
            "一次性告知",
        )
        assert (row.due.then, row.bulk) == ("视为受理", [("accept", "受理")])
        row = (await office.tasks(WINDOW, TaskFilter("unclaimed"), now=MORNING + 7 * DAY)).items[0]
        assert row.due is not None
        assert row.due.left.words == "今天是最后一天"
        taken = await office.claim(asks(WINDOW), number, 1)
        assert taken.due is not None
        assert taken.due.left.words == "还剩 5 个工作日"

    async def test_what_waits_for_the_applicant(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """Seen by the department that owns the item and by the lead; their own time stands."""
        number = (await opened()).case.number
        await done(number, "sign.note_defects", WINDOW, reasons=[{"text": "看不清"}])
        await done(number, "case.notify_correction", WINDOW)
        for actor, seen in (
            (WINDOW, [(number, "sign")]),
            (SIGN_CLERK, [(number, "sign")]),
            (OUTSIDER, []),
        ):
            assert await shown(office, actor, "waiting") == seen
        row = (await office.tasks(SIGN_CLERK, TaskFilter("waiting"), now=MORNING)).items[0]
        assert row.due is not None
        assert (row.due.clock.owner, row.due.clock.title, row.bulk) == ("applicant", "补正", ())

    async def test_what_one_has_done_the_last_first(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """With what has become of the item since, however many pages it takes."""
        numbers = [(await opened()).case.number for _ in range(3)]
        for hour, number in enumerate(numbers):
            await done(number, "food.accept", WINDOW, MORNING + HOUR * (hour + 1))
        await done(numbers[2], "case.withdraw", CITIZEN, MORNING + DAY)
        seen, cursor = [], None
        while True:
            page = await office.tasks(WINDOW, TaskFilter("done"), cursor, 2, now=MORNING)
            seen += [(row.number, row.state_title, row.bulk) for row in page.items]
            if (cursor := page.next) is None:
                break
        assert seen == [
            (numbers[2], "已撤回", ()),
            (numbers[1], "审查中", ()),
            (numbers[0], "审查中", ()),
        ]
        assert await shown(office, WINDOW2, "done") == []

    async def test_is_found_by_the_whole_number_of_a_company(
        self, office: Office, opened: Open
    ) -> None:
        """统一社会信用代码, in small letters too; a part of it finds nothing."""
        number = (await opened()).case.number
        assert await shown(office, WINDOW, "unclaimed", text=SUBJECT.lower(), item="food") == [
            (number, "food")
        ]
        assert await shown(office, WINDOW, "unclaimed", text=SUBJECT[:16]) == []
        for actor, found in ((WINDOW, 1), (OUTSIDER, 0)):
            page = await office.cases(actor, CaseFilter(text=SUBJECT))
            assert len(page.items) == found

    async def test_of_some_cases_only(self, office: Office, opened: Open) -> None:
        """What a bulk asks before it acts."""
        numbers = [(await opened()).case.number for _ in range(3)]
        page = await office.tasks(
            WINDOW, TaskFilter("all", item="food", numbers=numbers[1:]), now=MORNING
        )
        assert sorted(row.number for row in page.items) == numbers[1:]

    async def test_is_for_clerks(self, office: Office) -> None:
        """An applicant has cases, not tasks."""
        with pytest.raises(NotPermitted):
            await office.tasks(CITIZEN, now=MORNING)


class TestCounts:
    """GET /tasks/counts."""

    async def test_counts_every_view(self, office: Office, opened: Open, done: Act) -> None:
        """Each number is the length of its list."""
        numbers = [(await opened()).case.number for _ in range(3)]
        await office.claim(asks(WINDOW), numbers[0], 1)
        await done(numbers[1], "sign.note_defects", WINDOW, reasons=[{"text": "看不清"}])
        await done(numbers[1], "case.notify_correction", WINDOW)
        late = MORNING + 7 * DAY
        await office.expire_due(late)
        found = await office.task_counts(WINDOW)
        assert (found.mine, found.unclaimed, found.waiting) == (1, 4, 1)
        for card in ("yellow", "red"):
            listed = await office.tasks(WINDOW, TaskFilter("all", card=card), now=late)
            assert len(listed.items) == getattr(found, card)
        assert found.yellow > 0
        assert (await office.task_counts(OUTSIDER)).unclaimed == 0

    async def test_is_for_clerks(self, office: Office) -> None:
        """An applicant has cases, not tasks."""
        with pytest.raises(NotPermitted):
            await office.task_counts(CITIZEN)


class TestClaim:
    """Taking a task and giving it back."""

    async def test_a_claimed_task_is_acted_on_by_its_holder_only(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """Claim and release are part of the record."""
        number = (await opened()).case.number
        row = await office.claim(asks(WINDOW), number, 1)
        assert (row.person, row.item) == ("scjg.window", "food")
        assert await shown(office, WINDOW, "mine") == [(number, "food")]
        with pytest.raises(ActionNotAllowed):
            await done(number, "food.accept", WINDOW2)
        with pytest.raises(ActionNotAllowed):
            await office.claim(asks(WINDOW2), number, 1)
        assert (await office.release_task(asks(WINDOW), number, 1)).person == ""
        await done(number, "food.accept", WINDOW2)
        page = await office.events(WINDOW, number, now=MORNING)
        assert [e.action for e in page.items] == ["submit", "claim", "release", "accept"]

    async def test_only_the_holder_or_the_head_gives_it_back(
        self, office: Office, opened: Open
    ) -> None:
        """A colleague cannot take a task away."""
        number = (await opened()).case.number
        await office.claim(asks(WINDOW), number, 1)
        with pytest.raises(NotPermitted):
            await office.release_task(asks(WINDOW2), number, 1)
        assert (await office.release_task(asks(HEAD), number, 1)).person == ""

    async def test_a_task_of_another_post_cannot_be_taken(
        self, office: Office, opened: Open
    ) -> None:
        """One takes what one may do."""
        number = (await opened()).case.number
        with pytest.raises(NotPermitted):
            await office.claim(asks(REVIEWER), number, 1)

    async def test_a_repeated_claim_under_one_key_is_the_same_claim(
        self, office: Office, opened: Open
    ) -> None:
        """A resent click is not a second one."""
        number = (await opened()).case.number
        request = asks(WINDOW, MORNING + HOUR, key="k", fingerprint="f")
        rows = [await office.claim(request, number, 1) for _ in range(2)]
        assert [row.person for row in rows] == ["scjg.window"] * 2
        assert len((await office.events(WINDOW, number, now=MORNING)).items) == 2


class TestTransfer:
    """Handing a task over."""

    @pytest.fixture
    async def colleagues(self, office: Office) -> None:
        """Two at the window, one who left, one at another post."""
        for name, posts in (
            ("scjg.window", ["window"]),
            ("scjg.window2", ["window"]),
            ("scjg.gone", ["window"]),
            ("scjg.reviewer", ["reviewer"]),
        ):
            await office.create_account(
                name,
                "a-good-password",
                name=f"{name}员",
                kind="clerk",
                department="scjg",
                posts=posts,
            )
        await office.set_active("scjg.gone", active=False)

    async def test_goes_to_a_colleague_and_is_on_record(
        self, office: Office, opened: Open, colleagues: None
    ) -> None:
        """It leaves one list for the other; the same key hands it over once."""
        number = (await opened()).case.number
        await office.claim(asks(WINDOW), number, 1)
        assert [each.account for each in await office.colleagues(WINDOW, number, 1, MORNING)] == [
            "scjg.window2"
        ]
        request = asks(WINDOW, MORNING + HOUR, key="k", fingerprint="f")
        rows = [await office.transfer(request, number, 1, "scjg.window2", "休假") for _ in range(2)]
        assert [row.person for row in rows] == ["scjg.window2"] * 2
        assert await shown(office, WINDOW2, "mine") == [(number, "food")]
        assert await shown(office, WINDOW, "mine") == []
        (event,) = [
            e
            for e in (await office.events(WINDOW, number, now=MORNING)).items
            if e.action == "transfer"
        ]
        assert event.data == {
            "task": 1,
            "person": "scjg.window",
            "to": "scjg.window2",
            "reason": "休假",
        }

    async def test_only_to_who_is_there(
        self, office: Office, opened: Open, colleagues: None
    ) -> None:
        """Not to somebody who left, nor to another post."""
        number = (await opened()).case.number
        await office.claim(asks(WINDOW), number, 1)
        for to in ("scjg.gone", "scjg.reviewer", "nobody"):
            with pytest.raises(DataInvalid):
                await office.transfer(asks(WINDOW), number, 1, to)

    async def test_who_may_be_asked_for_is_told_inside(
        self, office: Office, opened: Open, colleagues: None
    ) -> None:
        """Another department and the applicant do not learn who works there."""
        number = (await opened()).case.number
        for actor in (SIGN_CLERK, CITIZEN):
            with pytest.raises(NotPermitted):
                await office.colleagues(actor, number, 1, MORNING)
        for number_, n in ((number, 99), ("YJS20260101-999999", 1)):
            with pytest.raises(NotFound):
                await office.colleagues(WINDOW, number_, n, MORNING)


class TestObjection:
    """反馈缺什么: what another department misses stands in the window's list until it is withdrawn or told (R-BND-4)."""

    MISSES = ({"text": "效果图没有尺寸", "material": "drawing"},)

    async def badges(self, office: Office) -> dict[str, tuple[str, bool]]:
        """Return what the window's list says of each item, and whether it may be done in bulk."""
        page = await office.tasks(WINDOW, TaskFilter(view="unclaimed"), now=MORNING + HOUR)
        return {row.item: (row.objection, bool(row.bulk)) for row in page.items}

    async def test_is_shown_and_withdrawn(self, office: Office, opened: Open, done: Act) -> None:
        """Beside the one item, which leaves the bulk; gone when the department says that all is there."""
        number = (await opened()).case.number
        assert await self.badges(office) == {"food": ("", True), "sign": ("", True)}
        await done(number, "sign.note_missing", SIGN_CLERK, reasons=list(self.MISSES))
        assert await self.badges(office) == {
            "food": ("", True),
            "sign": ("城市管理局反馈缺1项", False),
        }
        await done(number, "sign.note_complete", SIGN_CLERK)
        assert (await self.badges(office))["sign"] == ("", True)

    async def test_is_gone_once_it_was_told(self, office: Office, opened: Open, done: Act) -> None:
        """The applicant was told and has answered: the window decides, nothing is left to point at."""
        number = (await opened()).case.number
        await done(number, "sign.note_missing", SIGN_CLERK, reasons=list(self.MISSES))
        await done(number, "case.notify_correction", WINDOW)
        supplied = [{"material": "drawing", "share": True}]
        await done(number, "sign.supply", CITIZEN, materials=supplied)
        assert (await self.badges(office))["sign"] == ("", True)

    async def test_the_one_task_says_the_same(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """What taking it answers, and what the list says, are one."""
        number = (await opened()).case.number
        await done(number, "sign.note_missing", SIGN_CLERK, reasons=list(self.MISSES))
        page = await office.tasks(WINDOW, TaskFilter(view="unclaimed"), now=MORNING + HOUR)
        task = next(row for row in page.items if row.item == "sign")
        taken = await office.claim(asks(WINDOW, MORNING + HOUR), number, task.n)
        assert taken.objection == task.objection == "城市管理局反馈缺1项"


class TestLeft:
    """What somebody holds who is not at that post any more (首问负责)."""

    async def people(self, office: Office, **moved: str) -> None:
        """Let the clerks of the city have accounts; of `moved`, in another department."""
        for actor in (WINDOW, WINDOW2, SIGN_CLERK):
            department = moved.get(actor.account, actor.department)
            await office.create_account(
                actor.account,
                "a-long-sentence-nobody-guesses",
                name=actor.account,
                kind="clerk",
                department=department,
                posts=sorted(actor.posts),
            )

    async def test_goes_back_to_the_others(self, office: Office, opened: Open) -> None:
        """By the worker, once, on record; a colleague goes on with it, and the oracle agrees."""
        await self.people(office)
        number = (await opened()).case.number
        n = await claimed(office, number, WINDOW)
        assert await office.give_back(MORNING) == 0
        with pytest.raises(ActionNotAllowed):
            await office.claim(asks(WINDOW2), number, n)
        await self.people(office, **{WINDOW.account: "cg"})
        assert await office.give_back(MORNING) == 0  # looked a moment ago
        office._looked_for_left = -1e9
        assert await office.give_back(MORNING) == 1
        assert await office.give_back(MORNING) == 0
        assert (number, "food") in await shown(office, WINDOW2, "unclaimed")
        assert (await office.claim(asks(WINDOW2), number, n)).person == WINDOW2.account
        told = (await office.events(WINDOW2, number, now=MORNING)).items
        back = next(event for event in told if event.action == "release")
        assert (back.actor["kind"], back.data["person"]) == ("clock", WINDOW.account)
        notices = [notice.model_dump(mode="json") for notice in built_in()]
        report = await verify(office.database, now=MORNING + DAY, notices=notices)
        assert [str(finding) for finding in report.findings] == []

    async def test_of_a_closed_account_too(self, office: Office, opened: Open) -> None:
        """Who has left holds nothing; who is at the post still keeps what he took."""
        await self.people(office)
        number = (await opened()).case.number
        n = await claimed(office, number, WINDOW2)
        for gone, many in ((WINDOW, 0), (WINDOW2, 1)):
            await office.set_active(gone.account, active=False)
            office._looked_for_left = -1e9
            assert await office.give_back(MORNING) == many
        assert (await office.case(WINDOW, number, MORNING)).case.tasks[n].person == ""


async def claimed(office: Office, number: str, actor: Actor) -> int:
    """Let somebody take the first task of the lead's window, and return which it is."""
    tasks = (await office.case(actor, number, MORNING)).case.tasks
    n = next(n for n, task in tasks.items() if task.item == "food")
    await office.claim(asks(actor), number, n)
    return n
