"""A clerk's browser: signs in, keeps its cookies, and tells how long it waits for the first byte of a page."""

import http.client
import re
import time
from urllib.parse import quote, urlencode

from sqlalchemy import text

from bench.city import PASSWORD, City
from bench.server import Server

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BUSY = 503
PROOF = re.compile(r'name="proof" value="([0-9a-f]+)"')


class Browser:
    """One connection with the cookies it was given."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
        self._cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, float]:
        """Send a request; return its status, its text and the seconds until the first byte of the answer."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Accept": "text/html",
        }
        try:
            answer, waited = self._sent(path, form, headers)
        except http.client.RemoteDisconnected:  # it was idle for too long, while another was asked
            self._connection.close()
            answer, waited = self._sent(path, form, headers)
        for given in answer.headers.get_all("set-cookie") or ():
            name, _, value = given.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.read().decode(), waited

    def _sent(
        self, path: str, form: dict[str, str] | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, float]:
        began = time.perf_counter()
        if form is None:
            self._connection.request("GET", quote(path, safe="/?=&"), headers=headers)
        else:
            self._connection.request("POST", path, urlencode(form), headers | FORM)
        return self._connection.getresponse(), time.perf_counter() - began

    def sign_in(self, account: str) -> None:
        """Fill in the form."""
        found = PROOF.search(self.ask("/sign-in")[1])
        proof = found[1] if found else ""
        status, page, _ = self.ask(
            "/sign-in", {"username": account, "password": PASSWORD, "proof": proof, "next": ""}
        )
        if status != 303:
            raise RuntimeError(f"signing in: {status}\n{page}")

    def first_byte(self, path: str, *, may_be_busy: bool = False) -> tuple[float, bool]:
        """Ask for a page; return the wait in milliseconds, and whether it was given up as too much work."""
        status, page, waited = self.ask(path)
        busy = may_be_busy and status == BUSY
        if status != 200 and not busy:
            raise RuntimeError(f"{path}: {status}\n{page}")
        return waited * 1000, busy


async def number_of(city: City) -> str:
    """Return the number of the one application."""
    async with city.database.reading() as connection:
        query = text("SELECT number FROM cases WHERE id = :id")
        return str((await connection.sql.execute(query, {"id": city.case_id})).scalar_one())
