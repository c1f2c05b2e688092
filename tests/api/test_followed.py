"""Whatever follows in a case: every post and every GET about it, never an error, and what is nobody's business is not there."""

import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from service.verify import verify
from service.workflows.case.engine import APPLICANT, WITHDRAWN
from service.workflows.case.lifecycle import machine_of
from service.workflows.case.parts import CASE, Case
from service.workflows.definition.models import Transition
from service.workflows.definition.release import WHOLE, kinds_of, own_code
from service.workflows.proceedings import KINDS
from tests.api import matrix
from tests.api.city import City, MovableClock, living
from tests.api.followed import PEOPLE, PLAN_ID, SCRIPTS, Town, person, settle
from tests.api.matrix import NOBODY
from tests.api.pages import matrix as pages
from tests.api.pages.browser import HTML
from tests.api.test_rights import SAME_ID, digest
from tests.api.whose import SHOWN, Look, Named, kept_from, sees
from tests.conftest import NATIONAL

LOOKS = [*matrix.LOOKS, *pages.LOOKS]
SHOWS = ("form", "papers", "others", "record", "chart")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """All the cases, made once."""
    return settle(tmp_path_factory.mktemp("followed"))


@pytest.fixture
async def city(town: Town, tmp_path: Path) -> AsyncIterator[City]:
    """A city in which they are."""
    shutil.copytree(town.database.parent / "files", tmp_path / "files")
    async with living(town.database, tmp_path, MovableClock()) as made:
        yield made


def proceedings(case: Case) -> list[str]:
    """Return the codes of what follows in a case."""
    return [code for code, item in case.items.items() if item.parent]


def sort_of(case: Case, code: str) -> tuple[Any, ...]:
    """Return what kind of proceeding it is, on what, and whether it has ended."""
    on = "whole" if own_code(code) == WHOLE else "item"
    return *kinds_of(code), on, bool(case.items[code].outcome)


def looked_at(town: Town, name: str) -> list[str]:
    """Return what of a case is looked at closely: the proceedings that no case before it has so."""
    known: set[tuple[Any, ...]] = set()
    for each, case in town.cases.items():
        new = [code for code in proceedings(case) if sort_of(case, code) not in known]
        if each == name:
            return new
        known |= {sort_of(case, code) for code in new}
    return []


Asked = tuple[Named, dict[str, str]]  # the parameters of a path, and a query


def named(look: Look, town: Town, name: str, turn: int) -> Iterator[Asked]:
    """Yield what each request about a case names.

    Of the clocks, views and actions of an item each post looks at one, the next post (`turn`) at the next.
    """
    case, items = town.cases[name], looked_at(town, name)
    match look.names:
        # it says that it was sent in, whatever follows
        case "draft" if name == next(iter(town.cases)):
            yield {"n": 1, "register": "house"}, {}
        case "promise":
            yield from (({"item": item}, {}) for item in case.items if "." not in item)
        case "paper":
            own = [n for n, paper in case.notices.items() if paper.item in items]
            yield from (({"n": n}, {}) for n in own or [1])
        case "task":
            yield from (
                ({"n": n}, {})
                for n, task in case.tasks.items()
                if task.item in items and task.done_at is None
            )
        case "clock" | "view" | "action" | "item step":
            for item in items:
                yield from _of_item(look, town, case, item, turn)
        case what if what in WHOLES:
            yield _of_whole(what, case, turn)
    if look.names == "view":
        yield {"item": CASE}, {}  # the page as it is opened from a list


WHOLES = ("case", "instant", "code", "file", "handed", "step")


def _of_whole(what: str, case: Case, turn: int) -> Asked:
    plan = next(n for n, row in case.materials.items() if row.file == PLAN_ID)
    found: dict[str, Asked] = {
        "case": ({}, {}),
        "instant": ({}, {"at": "2026-11-05T10:00:00Z"}),
        "code": ({}, {"code": case.query_code}),
        "file": ({"file": PLAN_ID}, {}),
        "handed": ({"n": plan}, {}),
        "step": ({"step": ("withdraw", "urge")[turn % 2]}, {}),
    }
    return found[what]


def _of_item(look: Look, town: Town, case: Case, item: str, turn: int) -> Iterator[Asked]:
    ways = leaving(town, case, item)
    actions = [*(way.action for way in ways), "reply", "urge"]
    clocks = [clock for of, clock in case.clocks if of == item]
    match look.names:
        case "clock":
            yield {"item": item, "clock": clocks[turn % len(clocks)]}, {}
        case "view":
            yield {"item": item}, {"item": item, "show": SHOWS[turn % len(SHOWS)]}
        case "action":
            yield {"item": item, "action": actions[turn % len(actions)]}, {"item": item}
        case _ if ways:
            way = ways[turn % len(ways)]
            words = set(way.needs) <= {"reason", "opinion"}  # the page asks for them
            own = APPLICANT in way.actors and words and way.to != WITHDRAWN
            yield {"item": item, "step": way.action, "open": own}, {}


def leaving(town: Town, case: Case, item: str) -> list[Transition]:
    """Return the ways out of where an item stands."""
    return machine_of(town.release, case.items[item].lifecycle).leaving(case.items[item].state)


def requests(town: Town, name: str, turn: int) -> Iterator[tuple[Look, Named, str]]:
    """Yield every request about a case: the route, what it names, its address."""
    number = town.cases[name].number
    for look in LOOKS:
        for names, query in named(look, town, name, turn):
            path = look.path.format(number=number, case=number, **names)
            yield look, names, f"{path}?{urlencode(query)}" if query else path


def browser(city: City, town: Town, account: str) -> httpx.AsyncClient:
    """Return a browser that has signed in, and an API client: each route looks at its own."""
    client = city.client(account, **HTML)
    client.cookies.update(town.cookies.get(account, {}))
    return client


NO_MORE = {"defence"}  # only in cases of earlier releases


class TestEveryKind:
    """No kind of proceeding is forgotten, and no route."""

    def test_each_is_there_going_on_and_ended(self, town: Town) -> None:
        """A new kind needs a case in which it goes on, and one in which it has ended."""
        found = {
            (case.items[code].lifecycle, bool(case.items[code].outcome))
            for case in town.cases.values()
            for code in proceedings(case)
        }
        assert found == set(product(set(KINDS) - NO_MORE, (False, True)))

    def test_each_where_it_can_be(self, town: Town) -> None:
        """On an item; an order and a redress on the whole too; an order on what is itself a proceeding."""
        found = {
            sort_of(case, code)[:-1] for case in town.cases.values() for code in proceedings(case)
        }
        assert {(kind, "item") for kind in set(KINDS) - NO_MORE} <= found
        assert {("supervision", "whole"), ("redress", "whole")} <= found
        assert {("follow-up", "supervision", "item"), ("redress", "supervision", "whole")} <= found

    def test_every_route_about_a_case(self, city: City) -> None:
        """Every GET whose path names a case, API and pages."""
        about = {
            str(route.path)
            for route in iter_route_contexts(city.app.routes)
            if "GET" in (route.methods or ())
            and {"{number}", "{case}"} & set(str(route.path).split("/"))
        }
        assert sorted(look.path for look in LOOKS) == sorted(about)

    async def test_the_record_is_as_the_rules_say(self, city: City) -> None:
        """The oracle finds nothing."""
        report = await verify(city.office.database, now=city.clock(), notices=NATIONAL)
        assert report.clean, report.lines()


@pytest.mark.parametrize("name", SCRIPTS)
async def test_who_sees_what(city: City, town: Town, name: str) -> None:
    """Each post gets what the rules say, whatever goes on in the case; looking changes nothing (API1, API5, R-BND-10)."""
    before, case, wrong = digest(city), town.cases[name], []
    for turn, account in enumerate((NOBODY, *PEOPLE)):
        client = browser(city, town, account)
        for look, names, address in requests(town, name, turn):
            expected = look.expected(account, case, names)
            if address.endswith(".pdf") and expected == SHOWN:
                continue  # the same contents as the page; printing is slow
            answer = await client.get(address)
            if answer.status_code != expected:
                wrong.append((account, address, answer.status_code, expected))
    assert not wrong, "\n".join(map(str, wrong))
    assert digest(city) == before


HIDING = (
    "an order on the whole",
    "a bad rating of the whole, an order on its redress; a deregistration has ended",
)


@pytest.mark.parametrize("name", HIDING)
async def test_what_is_hidden_is_not_there(city: City, town: Town, name: str) -> None:
    """Whoever does not know of a proceeding finds it in no answer, and acts on it as on one that is not (API1, R-EVAL-3)."""
    before, case, path = digest(city), town.cases[name], f"/api/v1/cases/{town.cases[name].number}"
    for account in PEOPLE:
        hidden = [code for code in case.items if kept_from(person(account), case, code)]
        if not hidden or not sees(person(account)):
            continue
        client = city.client(account, **SAME_ID)
        told = (await client.get(path)).json()
        held = {each["item"] for part in LISTED for each in told[part]}
        assert not held & set(hidden), account
        for code in hidden:
            tried = [
                await client.post(f"{path}/items/{each}/actions", json={"action": "contact"})
                for each in (code, "x.redress")
            ]
            known, none = (
                answer.text.replace(each, "")
                for answer, each in zip(tried, (code, "x.redress"), strict=True)
            )
            assert (tried[0].status_code, known) == (404, none), (account, code)
            for n in (n for n, task in case.tasks.items() if task.item == code):
                claims = [await client.post(f"{path}/tasks/{each}/claim") for each in (n, 999)]
                assert {answer.status_code for answer in claims} == {404}, (account, n)
    assert digest(city) == before


LISTED = ("items", "notices", "where", "actions", "refused")
