"""来访 — who looks at a page, by the session of the browser, and signing in and out.

The browser keeps one cookie: a random token and its signature. A forged one costs no query; a right one leads to the row
of the session, which ends by signing out, by idleness, at its end, or with the account. The cookie goes over encrypted
connections only and to this host only; browsers make an exception for the machine they run on.
"""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from service.api.auth import Counter, Desk, address_of
from service.errors import NotPermitted
from service.workflows.case import ROLES, Actor, ActorKind

SESSION, BEFORE, ELDER = "__Host-session", "__Host-before", "elder"
DEVICE = "__Host-device"  # which browser it is, for as long as it is known; says nothing about who uses it
FOR_ENROLLING = ("/account", "/sign-out", "/session")
FOR_CHOOSING = ("/identity", "/sign-out", "/session")
CLOCK_MOVED = timedelta(minutes=1)
_LONGEST_COOKIE = 200


class Seal:
    """印记 — signs what a browser keeps; a key of its own for each purpose, drawn from the secret of the service."""

    def __init__(self, secret: str, also: Sequence[str] = ()) -> None:
        """Sign with `secret`; what was signed with one of `also` is ours too."""
        self._secrets = [each.encode() for each in (secret, *also)]

    def sign(self, purpose: str, value: str) -> str:
        """Return the signature of a value."""
        return next(self._signatures(purpose, value))

    def _signatures(self, purpose: str, value: str) -> Iterator[str]:
        for secret in self._secrets:
            key = hmac.digest(secret, f"yijianshi pages: {purpose}".encode(), "sha256")
            yield hmac.digest(key, value.encode(), "sha256").hex()

    def signed(self, purpose: str, value: str) -> str:
        """Return a value with its signature."""
        return f"{value}.{self.sign(purpose, value)}"

    def opened(self, purpose: str, signed: str) -> str:
        """Return the value of what was signed here; empty for anything else."""
        value, _, signature = signed[:_LONGEST_COOKIE].rpartition(".")
        ours = [
            hmac.compare_digest(each.encode(), signature.encode())
            for each in self._signatures(purpose, value)
        ]
        return value if any(ours) else ""


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """来访者 — who looks at a page, perhaps without having signed in; `now` is the time that counts in law."""

    now: datetime
    actor: Actor | None = None
    csrf: str = ""  # what each form of this session carries; empty for who has not signed in
    elder: bool = False  # 长者版
    moved: bool = False  # the demonstration's clock is not the real one
    must_enrol: bool = False  # nothing but setting up the second factor
    idle_seconds: int = 0  # after so long without a request the session ends
    lost: bool = False  # for whom this browser acted, it may not act any more

    @property
    def name(self) -> str:
        """Return how the visitor is called; empty for who has not signed in."""
        return self.actor.name if self.actor else ""

    @property
    def role(self) -> str:
        """Return as what the visitor acts for whom is named: 法定代表人 …; empty for himself."""
        by = self.actor.representing if self.actor else None
        return f"{ROLES[by.role]}{by.by_name or by.name}" if by else ""


@dataclass(frozen=True, kw_only=True)
class Member(Visitor):
    """登录者 — a visitor who has signed in."""

    actor: Actor


class SignInFirst(Exception):
    """The page is for who has signed in."""


class ChooseFirst(Exception):
    """Whoever this browser acted for, it may not act for any more: another is chosen before anything else."""


class EnrolFirst(Exception):
    """Who has signed in has to set up the second factor before anything else."""


async def visiting(request: Request, desk: Counter) -> Visitor:
    """Return who looks at the page."""
    found = await _visitor(request, desk)
    request.state.visitor = found
    if not isinstance(found, Member) and (request.method == "POST" or request.url.query):
        await desk.office.spend("asks", address_of(request), desk.clock())
    return found


def token_of(request: Request) -> str:
    """Return the token of the browser's session; empty where it holds none that is ours."""
    seal: Seal = request.app.state.seal
    return seal.opened("session", request.cookies.get(SESSION, ""))


async def _visitor(request: Request, desk: Desk) -> Visitor:
    now, clock = await desk.now(), desk.clock()
    elder, moved = request.cookies.get(ELDER) == "1", abs(now - clock) >= CLOCK_MOVED
    token = token_of(request)
    session = await desk.office.session(token, clock, now) if token else None
    if session is None:
        return Visitor(now=now, elder=elder, moved=moved)
    idle = int((session.idle_at - clock).total_seconds())
    return Member(
        now=now,
        actor=session.actor,
        csrf=session.csrf,
        elder=elder,
        moved=moved,
        must_enrol=session.must_enrol,
        idle_seconds=idle,
        lost=session.lost,
    )


def on_a_phone(request: Request) -> bool:
    """Tell whether the browser says that it is one of a phone: what is folded there stands open elsewhere, nothing is missing."""
    told = request.headers.get("sec-ch-ua-mobile")
    return told == "?1" if told else "Mobile" in request.headers.get("user-agent", "")


def vary_by_phone(page: Response) -> Response:
    """Say that a page is another one on a phone."""
    page.headers.add_vary_header("Sec-CH-UA-Mobile")
    page.headers.add_vary_header("User-Agent")
    return page


Visiting = Annotated[Visitor, Depends(visiting)]


async def member(request: Request, visitor: Visiting) -> Member:
    """Return who has signed in. Raises SignInFirst; EnrolFirst, ChooseFirst on any page but those for that."""
    if not isinstance(visitor, Member):
        raise SignInFirst
    if visitor.must_enrol and not request.url.path.startswith(FOR_ENROLLING):
        raise EnrolFirst
    if visitor.lost and not request.url.path.startswith(FOR_CHOOSING):
        raise ChooseFirst
    return visitor


SignedIn = Annotated[Member, Depends(member)]


def only(*kinds: ActorKind) -> Any:
    """Return a dependency that lets only these kinds of account see the page."""

    async def check(visitor: SignedIn) -> Member:
        if visitor.actor.kind not in kinds:
            raise NotPermitted("这个页面不对您的账号开放。")
        return visitor

    return Depends(check)


Clerk = Annotated[Member, only("clerk")]
