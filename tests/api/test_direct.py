"""Whatever is asked, the way without the framework's solver answers as the framework does: to the byte, and at the same cost."""

import asyncio
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from service.api import told
from service.api.app import create_app
from service.api.body import fingerprint
from service.api.direct import Direct
from service.office import Office
from service.store.database import Database
from service.store.files import Folder
from tests.api.city import APPLICATION, MORNING, MovableClock, Settings

# where the next page begins: sealed under another nonce each time
SEALED_ANEW = re.compile(rb'(?<="next":")[^"]+')
ACTING = {
    ("POST", "/api/v1/cases"),
    ("POST", "/api/v1/cases/{number}/submit"),
    ("POST", "/api/v1/cases/{number}/actions"),
    ("POST", "/api/v1/cases/{number}/items/{item}/actions"),
    ("POST", "/api/v1/tasks/{case}/{n}/{verb}"),
    ("POST", "/api/v1/bulk"),
    ("GET", "/api/v1/cases/{number}"),
}
LISTED = {
    ("GET", "/api/v1/tasks"),
    ("GET", "/api/v1/cases"),
    ("GET", "/api/v1/cases/{number}/events"),
    ("GET", "/api/v1/cases/{number}/where"),
    ("GET", "/api/v1/track/{number}"),
}


@dataclass
class Answer:
    """All that anybody can tell of a request afterwards."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    cause: str
    route: str
    spent: list[Any] = field(default_factory=list)


@dataclass
class Both:
    """One office behind two applications: with the ways, and with the framework alone."""

    runner: asyncio.Runner
    direct: FastAPI
    framework: FastAPI
    spent: list[Any]
    number: str
    tokens: dict[str, str]

    def ask(self, app: FastAPI, asked: "Asked", *, cut: bool = False) -> Answer:
        """Hand a request to one of them as a server does; `cut` leaves out the end of it."""
        path = asked.path.replace("NUMBER", self.number)
        headers = [(name, value) for name, value in asked.headers if name != b"authorization"]
        scheme, _, account = asked.authorization.partition(" ")
        if asked.authorization:
            credentials = self.tokens.get(account, account)
            headers.append((b"authorization", f"{scheme} {credentials}".encode()))
        scope = {
            "type": "http",
            "method": asked.method,
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": asked.query,
            "headers": [(b"host", b"city"), *headers, (b"x-request-id", b"one-and-the-same")],
            "client": ("127.0.0.1", 1),
            "server": ("city", 80),
            "scheme": "http",
            "http_version": "1.1",
            "state": {},
        }
        return self.runner.run(_answer(app, scope, asked.chunks, self.spent, cut=cut))


async def _answer(
    app: FastAPI, scope: dict[str, Any], chunks: list[bytes], spent: list[Any], *, cut: bool
) -> Answer:
    arriving = [
        {"type": "http.request", "body": chunk, "more_body": cut or n < len(chunks) - 1}
        for n, chunk in enumerate(chunks)
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return arriving.pop(0) if arriving else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    spent.clear()
    await app(scope, receive, send)
    return Answer(
        status=sent[0]["status"] if sent else 0,
        headers=sorted(sent[0]["headers"]) if sent else [],
        body=SEALED_ANEW.sub(b"", b"".join(each.get("body", b"") for each in sent)),
        cause=scope["state"].get("cause", ""),
        route=told.route_of(scope),
        spent=list(spent),
    )


@pytest.fixture(scope="module")
def both(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The two, with a case of the citizen's."""
    folder, clock, spent = tmp_path_factory.mktemp("both"), MovableClock(), []
    shutil.copyfile(founded, folder / "cases.db")

    class Counted(Office):
        """An office that tells what was spent."""

        async def spend(self, kind: Any, who: str, now: Any) -> None:
            spent.append((kind, who))
            await super().spend(kind, who, now)

    with asyncio.Runner() as runner:
        database = Database(f"sqlite:///{folder / 'cases.db'}")
        office = Counted(database, Folder(folder / "files", reserve=0), cheap_passwords=True)
        runner.run(office.install(clock(), adopt=True))
        direct, framework = (create_app(office, Settings(), clock) for _ in range(2))
        layers = [each for each in framework.user_middleware if each.cls is not Direct]
        assert len(layers) == len(direct.user_middleware) - 1
        framework.user_middleware = layers
        desk = direct.state.desk
        accounts = {
            name: runner.run(office.staff.account(name))
            for name in ("citizen", "window", "admin", "stranger", "portal")
        }
        tokens = {
            name: desk.tokens.issue(name, found.token_generation, MORNING)[0]
            for name, found in accounts.items()
            if found
        }
        made = Both(runner, direct, framework, spent, "", tokens)
        opening = Asked("POST", "/api/v1/cases", "Bearer citizen", [json.dumps(APPLICATION)])
        made.number = json.loads(made.ask(direct, opening).body)["number"]
        yield made
        runner.run(database.close())


@dataclass(frozen=True)
class Asked:
    """A request as it comes in."""

    method: str
    path: str
    authorization: str
    content: list[Any]
    more: tuple[tuple[bytes, bytes], ...] = ()
    content_type: bytes = b"application/json"
    query: bytes = b""

    @property
    def chunks(self) -> list[bytes]:
        """The body in the pieces in which it arrives."""
        return [each.encode() if isinstance(each, str) else each for each in self.content] or [b""]

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the head says beside who asks."""
        length = str(sum(map(len, self.chunks))).encode()
        named = [(b"content-type", self.content_type)] if self.content_type else []
        return [(b"content-length", length), *named, *self.more]


NOTE = '{"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}'
ACT = "/api/v1/cases/NUMBER/items/shop-licence/actions"
GOOD: list[dict[str, Any]] = [
    {"path": ACT, "body": NOTE, "who": "Bearer window"},
    {"path": "/api/v1/cases/NUMBER/actions", "body": '{"action": "urge"}', "who": "Bearer citizen"},
    {"path": "/api/v1/cases", "body": json.dumps(APPLICATION), "who": "Bearer citizen"},
    {
        "path": "/api/v1/tasks",
        "body": "",
        "who": "Bearer window",
        "method": "GET",
        "query": b"view=unclaimed&number=YJS20261105-000001&number=x",
    },
]
ODD: dict[str, list[Any]] = {
    "path": [
        "/api/v1/cases/NUMBER/submit",
        "/api/v1/cases/NUMBER/foresee",
        "/api/v1/cases/NUMBER",
        "/api/v1/tasks/NUMBER/1/claim",
        "/api/v1/tasks/NUMBER/01/claim",
        "/api/v1/tasks/NUMBER/x/claim",
        "/api/v1/tasks/NUMBER/1/burn",
        "/api/v1/bulk",
        "/api/v1/bulk/nothing",
        "/api/v1/cases/YJS20260101-999999/items/shop-licence/actions",
        "/api/v1/cases/NUMBER/items/Shop_Licence/actions",
        "/api/v1/cases/NUMBER%0A/items/shop-licence/actions",
        "/api/v1/cases/NUMBER/items/shop%2Flicence/actions",
        "/api/v1/cases/{}/items/{number}/actions",
        "/api/v1/cases//actions",
        "/api/v1/cases/NUMBER/actions/",
        "/api/v1/cases/way/actions",
        "/nowhere",
    ],
    "body": [
        '{"action": "accept"}',
        '{"action": "accept", "state": "granted"}',
        '{"action": 7}',
        '{"action": "accept", "action": "refuse"}',
        '{"action": "accept", "data": {"opinion": "a\\u0000b"}}',
        '{"action": "accept", "data": ' + '{"a":' * 30 + "1" + "}" * 31,
        '{"action": NaN}',
        '{"action": ',
        "{}",
        "[]",
        "null",
        "",
        '{"action": "claim", "items": []}',
        json.dumps({**APPLICATION, "form": {"sign_text": "a\x00b"}}),
        json.dumps({**APPLICATION, "answers": {"area": 2**60}}),
        json.dumps({**APPLICATION, "draft": True}),
        json.dumps({**APPLICATION, "applicant": {"type": "x"}}),
    ],
    "who": [
        *(f"Bearer {name}" for name in ("citizen", "window", "admin", "stranger", "portal")),
        *("bearer window", "Bearer  window", "Bearer x.y.z", "Bearer", "Bearer ", "Basic x", ""),
    ],
    "key": [
        *([b""], [b'""'], [b"a key"], [b"x" * 129], [b"schl\xfcssel"]),
        *([b"first", b"second two"], [b"second two", b"first"]),
    ],
    "seen": [[b'"1"'], [b'W/"9"'], [b"seven"], [b"1", b"seven"]],
    "type": [
        *(b"Application/JSON", b"application/json; charset=utf-8", b"application/problem+json"),
        *(b"application/json;charset=utf-8", b"text/plain", b""),
    ],
    "method": ["GET", "PUT", "PATCH", "HEAD"],
    "prefer": [[b"return=minimal"], [b"x", b"return=minimal"], [b"\xff, return=minimal"], [b""]],
    "cut": [0, 1, 20],  # where the body is cut in two
    "query": [
        *(b"view=mine", b"view=nope", b"view=mine&view=all", b"view=", b"View=mine", b"&&=&view"),
        *(b"number=a&number=b", b"number=", b"number=%00", b"number=a%2Cb", b"unknown=1"),
        *(b"limit=5", b"limit=x", b"limit=", b"limit=0", b"limit=5&limit=x", b"limit=%35"),
        *(b"limit=9999999999999999999999", b"limit=1.0", b"limit=+5", b"limit= 5"),
        *(b"text=%00", b"text=%E5%8A%9E", b"text=%ff", b"text=\xff", b"text=a;b", b"text=a+b"),
        *(b"cursor=..", b"cursor=abc", b"card=red&card=none", b"card=blue", b"state=draft"),
    ],
}


def made(good: int, unique: str, **odd: Any) -> Asked:
    """Return a request that would be done, but for what is odd; under a key, so that the second answer is the first."""
    like = {**GOOD[good], "key": [unique.encode()], "seen": [], "prefer": [], **odd}
    body, cut = like["body"], like.get("cut")
    headers = {
        b"idempotency-key": like["key"],
        b"if-match": like["seen"],
        b"prefer": like["prefer"],
    }
    return Asked(
        method=like.get("method", "POST"),
        path=like["path"],
        authorization=like["who"],
        content=[body] if cut is None else [body[:cut], "", body[cut:]],
        more=tuple((name, value) for name, values in headers.items() for value in values),
        content_type=like.get("type", b"application/json"),
        query=like.get("query", b""),
    )


@pytest.mark.parametrize("good", range(len(GOOD)))
def test_one_thing_odd(both: Both, good: int) -> None:
    """Each oddity alone: status, headers, bytes, what is counted of it and what it costs are the same."""
    for name, values in ODD.items():
        for n, value in enumerate(values):
            asked = made(good, f"{good}-{name}-{n}", **{name: value})
            one, other = (both.ask(app, asked) for app in (both.direct, both.framework))
            assert one == other, (name, value)


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(
    good=st.sampled_from(range(len(GOOD))),
    key=st.uuids(),
    odd=st.fixed_dictionaries({}, optional={n: st.sampled_from(each) for n, each in ODD.items()}),
    direct_first=st.booleans(),
)
def test_any_things_odd(
    both: Both, good: int, key: UUID, odd: dict[str, Any], direct_first: bool
) -> None:
    """Oddities together, whoever is asked first."""
    turns = [both.direct, both.framework] if direct_first else [both.framework, both.direct]
    one, other = (both.ask(app, made(good, key.hex, **odd)) for app in turns)
    assert one == other


def test_the_same_when_it_is_done(both: Both) -> None:
    """An application, what it leads to, and a repeat."""
    window, citizen = "Bearer window", "Bearer citizen"
    for turns in ([both.direct, both.framework], [both.framework, both.direct]):
        key = ((b"idempotency-key", f"k-{turns[0] is both.direct}".encode()),)
        for asked in (
            Asked("POST", "/api/v1/cases", citizen, [json.dumps(APPLICATION)], key),
            Asked("POST", ACT, window, [NOTE], key),
            Asked("GET", "/api/v1/cases/NUMBER", citizen, [], (), b""),
        ):
            one, other = (both.ask(app, asked) for app in turns)
            assert one == other
            assert one.status in (200, 201)


def test_hanging_up(both: Both) -> None:
    """Who hangs up in the middle of a body is told the same, and has done nothing."""
    asked = Asked("POST", "/api/v1/cases", "Bearer citizen", [json.dumps(APPLICATION)])
    one, other = (both.ask(app, asked, cut=True) for app in (both.direct, both.framework))
    assert one == other
    assert one.spent == []


def test_who_acts_goes_direct(both: Both) -> None:
    """The routes that act have a way; a route that lost it would only be slower, and nobody would see it."""
    found = {(way.method, way.path) for way in _ways(both.direct).all}
    assert (ACTING | LISTED) - found == set()
    number, item = "YJS20261105-000001", "shop-licence"
    way = _ways(both.direct).find("POST", f"/api/v1/cases/{number}/items/{item}/actions")
    assert way is not None
    assert way[1] == {"number": number, "item": item}


def _ways(app: FastAPI) -> Any:
    (layer,) = (each for each in app.user_middleware if each.cls is Direct)
    return layer.kwargs["ways"]()


@settings(deadline=None)
@given(path=st.text("aZ9/.-_~% \n?#;é办", max_size=12))
def test_the_fingerprint_is_that_of_before(path: str) -> None:
    """What a release before kept under a key is found again: the path as the framework's own reading has it."""
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "server": ("city", 80),
        "root_path": "",
        "path": f"/{path}",
        "query_string": b"",
        "headers": [(b"host", b"city")],
        "state": {"body": {"action": "urge"}},
    }
    request = Request(scope)
    content = f"POST {request.url.path}\n".encode() + b'{"action":"urge"}'
    assert fingerprint(request) == hashlib.sha256(content).hexdigest()
