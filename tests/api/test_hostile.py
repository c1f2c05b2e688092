"""What people type, paste and make up: the same verdict on both databases, the place named, never an accident (F-42)."""

import asyncio
import base64
import hmac
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt

from service.api.app import create_app
from service.api.auth import TOKEN_HEADER
from service.api.pages.frame import address
from service.api.pages.visit import BEFORE, ELDER, SESSION
from service.office import Office
from service.store.database import Database
from service.store.files import Folder
from service.workflows.authoring.folders import read_folder
from tests.api.city import (
    APPLICATION,
    MORNING,
    PACK,
    PASSWORD,
    PEOPLE,
    City,
    MovableClock,
    Settings,
)
from tests.api.matrix import MATRIX
from tests.api.pages.browser import Browser
from tests.api.pages.matrix import PAGES
from tests.conftest import beside, in_own_loop, sql

REFUSED = {
    "nothing": "\x00",
    "a bell": "\x07",
    "an old line end": "\x85",
    "an Arabic mark": "\u061c",
    "to the left": "\u202e",
    "kept apart": "\u2067",
    "a line of its own": "\u2028",
    "a paragraph": "\u2029",
    "what was lost": "\ufffd",
    "no character": "\uffff",
    "no character, far out": "\U0001ffff",
    "one's own": "\ue000",
    "one's own, far out": "\U00100000",
    "half a pair": "\ud800",
    "a tag": "\U000e0041",
}
UNSEEN = ["\u00ad", "\u200b", "\u200e", "\u202d", "\u202c", "\u2060", "\u2066", "\ufeff"]
ACCEPTED = ["张三", "𬭚〇·㐂", "ئۇيغۇر", "བོད", "a\u200db", "一\n二", "①②", "ﾃｽﾄ", "👍", "e\u0301"]
NEXT = [
    "/中文",
    "/a\nSet-Cookie: a=b",
    "/\x85",
    "/\u2028",
    "/%0d%0a",
    "/?q=长 者",
    "/\ud800",
    "/\x00",
]


def signed(claims: dict[str, Any]) -> str:
    """Return a token with the right signature, whatever it claims."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (TOKEN_HEADER, claims)
    ]
    mark = hmac.digest(Settings().token_secret.encode(), b".".join(parts), "sha256")
    return b".".join([*parts, base64.urlsafe_b64encode(mark).rstrip(b"=")]).decode()


class TestTexts:
    """One rule, wherever a text comes in."""

    @pytest.mark.parametrize("name", REFUSED)
    async def test_the_place_and_the_character_are_named(self, city: City, name: str) -> None:
        """In names, forms, reasons, drafts and names of fields; a page says the same beside the field."""
        text = f"张三{REFUSED[name]}"
        citizen, window = city.client("citizen"), city.client("window")
        number = (await citizen.post("/api/v1/cases", json=APPLICATION)).json()["number"]
        applicant = {**APPLICATION["applicant"], "name": text}
        act = {"action": "note_defects", "data": {"text": text}}
        item = f"/api/v1/cases/{number}/items/shop-licence/actions"
        code = f"U+{ord(REFUSED[name]):04X}"
        for who, path, body, pointer in (
            (citizen, "/api/v1/cases", {**APPLICATION, "applicant": applicant}, "/applicant/name"),
            (
                citizen,
                "/api/v1/cases",
                {**APPLICATION, "form": {"sign_text": text}, "draft": True},
                "/form/sign_text",
            ),
            (
                citizen,
                "/api/v1/cases",
                {**APPLICATION, "form": {text: "x"}, "draft": True},
                "/form",
            ),
            (window, item, act, "/data/text"),
        ):
            answer = await who.post(
                path, content=json.dumps(body), headers={"content-type": "application/json"}
            )
            wrong = answer.json()["errors"][0]
            assert (answer.status_code, wrong["pointer"]) == (422, pointer)
            assert "第 3 个字" in wrong["detail"]
            assert code in wrong["detail"]

    @pytest.mark.parametrize("mark", UNSEEN, ids=lambda mark: f"U+{ord(mark):04X}")
    async def test_what_nobody_sees_is_no_part_of_a_value(self, city: City, mark: str) -> None:
        """An address book puts it around what is pasted; the same value is kept as without it."""
        citizen = city.client("citizen")
        form = {"sign_text": f"{mark}张三{mark}"}
        body = {**APPLICATION, "form": form, "draft": True}
        answer = await citizen.post("/api/v1/cases", json=body)
        assert (answer.status_code, answer.json()["form"]["sign_text"]) == (201, "张三")

    async def test_what_people_are_called_is_taken(self, city: City) -> None:
        """Rare characters, other scripts and their joiners, and lines in long texts."""
        client = city.client("citizen")
        for text in ACCEPTED:
            body = {**APPLICATION, "form": {"sign_text": text}, "draft": True}
            answer = await client.post("/api/v1/cases", json=body)
            assert answer.status_code == 201, (text, answer.text)
            assert answer.json()["form"]["sign_text"] == text

    async def test_a_token_names_an_account(self, city: City) -> None:
        """Signed with the right secret and naming what no account is called: nobody has signed in."""
        tokens = city.app.state.desk.tokens
        found = await city.office.staff.account("window")
        assert found
        for sub in ("window\x00", "\ud800", "\u202ewindow", ""):
            genuine, _ = tokens.issue("window", found.token_generation, city.clock())
            claims = dict(jwt.decode(genuine, tokens._keys[0]).claims)
            made = signed({**claims, "sub": sub})
            answer = await city.client().get(
                "/api/v1/cases", headers={"authorization": f"Bearer {made}"}
            )
            assert answer.status_code == 401


class TestAddresses:
    """Where a browser is sent: `see`."""

    @pytest.mark.parametrize("wanted", NEXT)
    async def test_are_written_as_addresses(self, city: City, wanted: str) -> None:
        """After signing in, when signed in, from the switch to large letters and from a rating."""
        browser = Browser(city)
        page = await browser.get("/sign-in")
        form = {**dict(page.form("/sign-in").fields), "username": "citizen", "password": PASSWORD}
        sent = {
            name: quote(value, errors="surrogatepass")
            for name, value in ({**form, "next": wanted}).items()
        }
        body = "&".join(f"{name}={value}" for name, value in sent.items())
        kind = {"content-type": "application/x-www-form-urlencoded"}
        asked = f"?next={quote(wanted, errors='surrogatepass')}"
        for method, path, content in (
            ("POST", "/sign-in", body),
            ("GET", f"/sign-in{asked}", ""),
            ("POST", "/elder", f"on=1&back={quote(wanted, errors='surrogatepass')}"),
        ):
            answer = await browser.http.request(
                method, path, content=content, headers=kind, follow_redirects=False
            )
            assert answer.status_code in (200, 303, 422), (path, answer.status_code)
            place = answer.headers.get("location", "/")
            assert place.isascii()
            assert place.isprintable()
            assert place.startswith("/")
            assert "set-cookie" not in place.lower() or "%0A" in place

    def test_an_address_stays_one(self) -> None:
        """What is written already is not written again."""
        assert address("/my/cases?a=%E4%B8%AD&b=1#c") == "/my/cases?a=%E4%B8%AD&b=1#c"
        assert address("/中\n") == "/%E4%B8%AD%0A"

    async def test_a_rating_about_anything(self, city: City) -> None:
        """Its item travels in the address."""
        citizen = city.client("citizen")
        number = (await citizen.post("/api/v1/cases", json=APPLICATION)).json()["number"]
        browser = Browser(city)
        await browser.sign_in("citizen")
        form = dict((await browser.get("/welcome")).form("/sign-out").fields)
        for item in ("中文", "a&b=1#c"):
            sent = {"csrf": form["csrf"], "grade": "1", "item": item}
            answer = await browser.http.post(
                f"/my/cases/{number}/rate", data=sent, follow_redirects=False
            )
            assert answer.status_code == 303
            assert f"item={quote(item, safe='')}" in answer.headers["location"]


TEXT = st.text(max_size=40) | st.sampled_from([*REFUSED.values(), *NEXT, *ACCEPTED])
DAY = st.sampled_from(["0001-01-01", "9999-12-31", "2026-02-30", "-1", "2026-11-05T99:00"])
INSTANT = st.sampled_from(
    ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "1e9", "2026-11-05T00:00:00Z"]
)
VALUE = TEXT | DAY | INSTANT | st.sampled_from(["-1", "1e400", "9" * 30, "true", "[]", "{}", "%00"])
NAMES = [
    "next",
    "back",
    "item",
    "text",
    "q",
    "code",
    "cursor",
    "at",
    "month",
    "view",
    "n",
    "grade",
    "_q",
    "_at",
]
NAMES += [
    "start",
    "limit",
    "since",
    "until",
    "account",
    "case",
    "area",
    "applicant/name",
    "data/date",
    "seen",
    "key",
]
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES) | TEXT, VALUE), max_size=6)


@dataclass
class Counter:
    """The application on one database, in an event loop of its own, and the browsers that have signed in."""

    runner: asyncio.Runner
    city: City
    browsers: dict[str, Browser]
    places: dict[str, Any]

    def ask(self, who: str, method: str, path: str, **how: Any) -> httpx.Response:
        """Send one request; an accident inside raises here, with where it was."""
        http = self.browsers[who].http
        return self.runner.run(http.request(method, path, follow_redirects=False, **how))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def counter(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Counter]:
    """The small bundle, one case and one draft of the citizen, on each database."""
    folder = tmp_path_factory.mktemp("hostile")
    server, name = "", ""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("founded"), folder / "cases.db")
        url = f"sqlite:///{folder / 'cases.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        template = request.getfixturevalue("postgres_template")
        name = f"{template}_hostile"
        in_own_loop(sql(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
        url = beside(server, name)
    with asyncio.Runner() as runner:
        database = Database(url)
        office = Office(database, Folder(folder / "files", reserve=0), cheap_passwords=True)
        made = runner.run(_settled(office, publish=bool(name)))
        yield Counter(runner, *made)
        runner.run(database.close())
    if name:
        in_own_loop(sql(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _settled(
    office: Office, *, publish: bool
) -> tuple[City, dict[str, Browser], dict[str, Any]]:
    clock = MovableClock()
    city = City(create_app(office, Settings(), clock), office, clock)
    if publish:
        await office.publish_pack(read_folder(PACK), "admin", MORNING)
        for account, facts in PEOPLE.items():
            await office.create_account(account, PASSWORD, **facts)
    await office.install(MORNING, adopt=True)
    citizen = city.client("citizen")
    case = (await citizen.post("/api/v1/cases", json=APPLICATION)).json()
    draft = (await citizen.post("/api/v1/cases", json={**APPLICATION, "draft": True})).json()
    browsers = {"": Browser(city)}
    for who in ("citizen", "window", "supervisor"):
        browsers[who] = Browser(city)
        await browsers[who].sign_in(who)
    places = {
        "number": case["number"],
        "draft": draft["number"],
        "bundle": "open-shop",
        "item": "shop-licence",
        "clock": "notice",
        "n": 1,
        "code": case["notices"][0]["code"],
        "file": "0" * 64,
        "verb": "claim",
        "action": "note_defects",
        "step": "withdraw",
        "bulk": "0" * 32,
        "certificate": "x",
        "token": "x",
    }
    return city, browsers, places


FIXED = {
    "subject": "x",
    "register": "house",
    "material": "layout",
    "which": "sample",
    "form": "html",
}
EACH = 4  # made-up requests for each route and database
ROUTES = [
    (line.method, line.path, dict(getattr(line, "send", {})) if line in PAGES else {}, line.about)
    for line in [*PAGES, *(each for each in MATRIX if each.method == "GET")]
    if not line.path.endswith(".pdf") and line.path != "/docs/assets"
]
HEADERS = st.dictionaries(
    st.sampled_from(
        ["accept", "hx-request", "origin", "if-match", "idempotency-key", "x-request-id"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30).map(
        lambda text: text.encode("latin-1")
    ),
    max_size=2,
)
COOKIES = st.sampled_from(
    ["", f"{ELDER}=1", f"{ELDER}=\xff", f"{BEFORE}=\xff\xfe", f"{SESSION}=a.\xff", ";;=;"]
)


@pytest.mark.parametrize(("method", "path", "works", "about"), ROUTES)
def test_whatever_is_sent(
    counter: Counter, method: str, path: str, works: dict[str, str], about: str
) -> None:
    """Query, form, headers and cookies made up for every route: no 5xx, and every address sent is one (F-42, F-54)."""

    @settings(
        max_examples=EACH,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        who=st.sampled_from(sorted(counter.browsers)),
        query=PAIRS,
        typed=PAIRS,
        headers=HEADERS,
        cookies=COOKIES,
        real=st.booleans(),
        odd=TEXT,
    )
    def ask(
        who: str, query: Any, typed: Any, headers: Any, cookies: str, real: bool, odd: str
    ) -> None:
        known = {name: v for name, v in counter.places.items() if " " not in name}
        places = {**known, "case": counter.places["number"], "slug": "not-found"}
        if about == "draft":
            places["number"] = places["draft"]
        if not real:
            at = sorted(places)[len(odd) % len(places)]
            places[at] = quote(odd, safe="", errors="surrogatepass") or "x"
        asked = f"{path.format(**{**FIXED, **places})}?{_written(query)}"
        how: dict[str, Any] = {"headers": dict(headers)}
        if cookies:
            how["headers"]["cookie"] = cookies.encode("latin-1")
        if method == "POST":
            secret = _secret(counter, who)
            how["content"] = _written([*works.items(), *typed, ("csrf", secret)])
            how["headers"]["content-type"] = "application/x-www-form-urlencoded"
        answer = counter.ask(who, method, asked, **how)
        assert answer.status_code < 500, (who, asked, how, answer.text[:2_000])
        place = answer.headers.get("location", "")
        assert place.isascii()
        assert not place or place.isprintable()

    ask()


def _written(pairs: Any) -> str:
    return "&".join(
        f"{quote(n, safe='', errors='surrogatepass')}={quote(v, safe='', errors='surrogatepass')}"
        for n, v in pairs
    )


def _secret(counter: Counter, who: str) -> str:
    """Return what the forms of a browser carry."""
    if not who:
        return ""
    known = counter.places.setdefault(f"csrf of {who}", "")
    if not known:
        page = counter.runner.run(counter.browsers[who].get("/welcome"))
        known = dict(page.form("/sign-out").fields)["csrf"]
        counter.places[f"csrf of {who}"] = known
    return str(known)
