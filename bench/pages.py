"""Part e: how long a clerk's browser waits for the first byte of a page, on an empty desk and with very many open tasks."""

import http.client
import re
import time
from urllib.parse import quote, urlencode

from sqlalchemy import text

from bench.city import OPEN, PASSWORD, City
from bench.scale import FAR
from bench.server import Server
from bench.table import Table
from bench.wire import stopping

ASKED = 40
BY_NAME = "search by part of a name"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PROOF = re.compile(r'name="proof" value="([0-9a-f]+)"')


class Browser:
    """One connection with the cookies it was given."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self._cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, float]:
        """Send a request; return its status, its text and the seconds until the first byte of the answer."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Accept": "text/html",
        }
        began = time.perf_counter()
        if form is None:
            self._connection.request("GET", quote(path, safe="/?=&"), headers=headers)
        else:
            self._connection.request("POST", path, urlencode(form), headers | FORM)
        answer = self._connection.getresponse()
        waited = time.perf_counter() - began
        for given in answer.headers.get_all("set-cookie") or ():
            name, _, value = given.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.read().decode(), waited

    def sign_in(self, account: str) -> None:
        """Fill in the form."""
        found = PROOF.search(self.ask("/sign-in")[1])
        proof = found[1] if found else ""
        status, page, _ = self.ask(
            "/sign-in", {"username": account, "password": PASSWORD, "proof": proof, "next": ""}
        )
        if status != 303:
            raise RuntimeError(f"signing in: {status}\n{page}")

    def first_byte(self, path: str) -> float:
        """Ask for a page; return the wait in milliseconds."""
        status, page, waited = self.ask(path)
        if status != 200:
            raise RuntimeError(f"{path}: {status}\n{page}")
        return waited * 1000


async def first_bytes(pairs: list[tuple[City, City]], *, size: int) -> Table:
    """Fill the second city of each pair with so many open tasks, then ask both for the same pages in turn."""
    table = Table(
        f"First byte of a clerk's pages with {size:,} open tasks and with those of one application, {ASKED} ×"
    )
    for pair in pairs:
        held = await _open_tasks(pair[1])
        await pair[1].copy("openx", size // held, OPEN, FAR)
        with stopping(*(servers := [Server.product(city.url, city.folder) for city in pair])):
            browsers = [Browser(server) for server in servers]
            for browser in browsers:
                browser.sign_in("clerk")
            numbers = [await _number(city) for city in pair]
            for turn in range(-3, ASKED):  # the first turns warm everybody up
                for at, (browser, number) in enumerate(zip(browsers, numbers, strict=True)):
                    for name, path in pages(number):
                        waited = browser.first_byte(path)
                        if turn >= 0:
                            table.add(_named(pair[at], name, full=bool(at)), waited, "ms")
        for name, _ in pages(""):
            if name != BY_NAME:  # that one reads through the names
                title = f"{pair[0].name}: {name}, full ÷ fresh"
                both = _named(pair[1], name, full=True), _named(pair[0], name, full=False)
                table.ratio(title, *both, "pages of a full desk ÷ of a fresh one")
    return table


def _named(city: City, page: str, *, full: bool) -> str:
    return f"{city.name}: {page}, {'full' if full else 'fresh'}"


def pages(number: str) -> list[tuple[str, str]]:
    """Return the pages that are asked for, by name."""
    return [
        ("/desk", "/desk"),
        ("one case", f"/desk/cases/{number}"),
        ("/desk, cards", "/desk?card=red"),
        ("/desk, waiting", "/desk?view=waiting"),
        ("/desk, done", "/desk?view=done"),
        ("search by number", "/desk/search?text=YJS20200101-999999"),
        ("search by credit code", "/desk/search?text=92999901MADEM0000X"),
        (BY_NAME, "/desk/search?text=没有这家店"),
    ]


async def _open_tasks(city: City) -> int:
    """Return how many tasks the one application has open."""
    async with city.database.reading() as connection:
        query = text("SELECT count(*) FROM tasks WHERE done_at IS NULL")
        return int((await connection.sql.execute(query)).scalar_one())


async def _number(city: City) -> str:
    """Return the number of the one application."""
    async with city.database.reading() as connection:
        query = text("SELECT number FROM cases WHERE id = :id")
        return str((await connection.sql.execute(query, {"id": city.case_id})).scalar_one())
