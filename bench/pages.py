"""Part e: how long a clerk's browser waits for the first byte of a page, on an empty desk and with very many open tasks."""

import http.client
import re
import time
from statistics import median
from urllib.parse import quote, urlencode

from sqlalchemy import text

from bench.city import OPEN, PASSWORD, City
from bench.scale import FAR
from bench.server import Server
from bench.table import Table

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
        status, page, _ = self.ask("/sign-in", {"username": account, "password": PASSWORD, "proof": proof, "next": ""})
        if status != 303:
            raise RuntimeError(f"signing in: {status}\n{page}")

    def first_byte(self, path: str) -> float:
        """Ask for a page again and again; return the median wait in milliseconds."""
        took = []
        self._connection.close()  # the server hangs up on who has been silent; asking connects again
        for _ in range(ASKED):
            status, page, waited = self.ask(path)
            if status != 200:
                raise RuntimeError(f"{path}: {status}\n{page}")
            took.append(waited * 1000)
        return median(took[ASKED // 4 :])


async def first_bytes(cities: list[City], *, sizes: list[int]) -> Table:
    """Measure with so many open tasks, the smaller number first; the desk of a fresh city holds one application."""
    said = " and ".join(f"{size:,}" for size in sizes)
    table = Table(f"First byte of a clerk's pages with {said} open tasks, one browser, {ASKED} ×")
    for city in cities:
        held = await _open_tasks(city)
        server = Server.product(city.url, city.folder)
        browser = Browser(server)
        try:
            browser.sign_in("clerk")
            for turn, size in enumerate(sizes):
                await city.copy(f"open{turn}x", max(0, size - held) // held if turn else 0, OPEN, FAR)
                for name, path in pages():
                    table.add(f"{city.name}: {name} at {size:,}", browser.first_byte(path), "ms")
        finally:
            server.stop()
        for name in (name for name, _ in pages() if name != BY_NAME):  # that one reads through the names
            names = [f"{city.name}: {name} at {size:,}" for size in sizes]
            table.ratio(f"{city.name}: {name}, most ÷ fewest", names[-1], names[0], "≤ 3")
    return table


def pages() -> list[tuple[str, str]]:
    """Return the pages that are asked for, by name."""
    return [
        ("/desk", "/desk"), ("/desk, cards", "/desk?card=red"), ("/desk, waiting", "/desk?view=waiting"),
        ("/desk, done", "/desk?view=done"), ("search by number", "/desk/search?text=YJS20200101-999999"),
        ("search by credit code", "/desk/search?text=92999901MADEM0000X"), (BY_NAME, "/desk/search?text=没有这家店"),
    ]  # fmt: skip


async def _open_tasks(city: City) -> int:
    """Return how many tasks the one application has open."""
    async with city.database.reading() as connection:
        return int(
            (await connection.sql.execute(text("SELECT count(*) FROM tasks WHERE done_at IS NULL"))).scalar_one()
        )
