"""谁在说话、现在几点 — bearer tokens, the account behind them, and the one place of the API that reads the wall clock.

A token says only which account signed in; what the account may do is asked of the office at every request, so that a
right that was taken away counts at once. Tokens live by the wall clock; what is done in law happens at the office's
time, which in a demonstration can be moved.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jwt import JWTClaimsRegistry

from service import office
from service.api.body import fingerprint
from service.api.texts import text_fault
from service.api.uploads import Uploads
from service.errors import NotPermitted, NotSignedIn, one_field
from service.office import Office, Spent
from service.workflows.case import Actor, ActorKind

TOKEN_LIFE = timedelta(hours=12)
SKEW_SECONDS = 60
ISSUER = "yijianshi"
AUDIENCE = "yijianshi-api"
# the only header there is: no kid, jku, x5u, crit or second algorithm
TOKEN_HEADER = {"alg": "HS256", "typ": "at+jwt"}
SHORTEST_SECRET = 32
REMEMBERED = timedelta(seconds=5)  # how long a signature is not reckoned again
MOST_REMEMBERED = 2000
_LONGEST_TOKEN = 2000
# the generation, which tokens of releases before do not name
_ID = re.compile(r"(?P<generation>[0-9]{1,9})\.[0-9a-f]+", re.ASCII)
_NAMES_IN_TOKEN = frozenset({"iss", "aud", "sub", "iat", "exp", "jti"})


def wall_clock() -> datetime:
    """Read the wall clock, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is where the API reads it


@dataclass(frozen=True, slots=True)
class Token:
    """令牌 — whose it is, of which generation, and what it is known by."""

    account: str
    generation: int
    id: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class _Proved:
    """A token whose signature is good, since when that is known, and in which seconds it counts."""

    token: Token
    at: datetime
    issued: float
    ends: float

    def counts(self, now: datetime) -> bool:
        """Tell whether it counts at a moment, as `_registry` does: clocks may differ by a minute."""
        return self.issued - SKEW_SECONDS <= int(now.timestamp()) < self.ends + SKEW_SECONDS


class Tokens:
    """令牌 — proof of a sign-in that cannot be forged without the secret."""

    def __init__(self, secret: str, also: Sequence[str] = ()) -> None:
        """Sign with `secret`, and believe what was signed with one of `also`. Raises ValueError for one that is too short."""
        if any(len(each.encode()) < SHORTEST_SECRET for each in (secret, *also)):
            raise ValueError(f"令牌密钥至少 {SHORTEST_SECRET} 个字节")
        self._keys = [OctKey.import_key(each) for each in (secret, *also)]
        self._proved: dict[str, _Proved] = {}

    def issue(self, account: str, generation: int, now: datetime) -> tuple[str, datetime]:
        """Return a token for an account, of the generation that counts there, and when it ends."""
        ends = now + TOKEN_LIFE
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": account,
            "jti": f"{generation}.{secrets.token_hex(8)}",
            "iat": int(now.timestamp()),
            "exp": int(ends.timestamp()),
        }
        return jwt.encode(TOKEN_HEADER, claims, self._keys[0], algorithms=["HS256"]), ends

    def read(self, token: str, now: datetime) -> Token:
        """Return what a token says. Raises NotSignedIn for any that is not exactly ours.

        What is remembered of a good one for some seconds is its signature: whether it has ended is asked every time.
        """
        proved = self._proved.get(token)
        if proved is None or not proved.at <= now < proved.at + REMEMBERED:
            proved = self._proof(token, now)
            if len(self._proved) >= MOST_REMEMBERED:
                self._proved.clear()
            self._proved[token] = proved
        if not proved.counts(now):
            raise NotSignedIn
        return proved.token

    def _proof(self, token: str, now: datetime) -> _Proved:
        read = self._decoded(token[:_LONGEST_TOKEN])
        try:
            _registry(now).validate(read.claims)
        except (JoseError, ValueError, TypeError, RecursionError):
            raise NotSignedIn from None
        claims: dict[str, Any] = dict(read.claims)
        if read.header != TOKEN_HEADER or set(claims) != _NAMES_IN_TOKEN:
            raise NotSignedIn
        ours = claims["aud"] == AUDIENCE and isinstance(claims["sub"], str)
        lasts = claims["exp"] - claims["iat"]
        if not ours or text_fault(claims["sub"]) or lasts > TOKEN_LIFE.total_seconds():
            raise NotSignedIn
        numbered = _ID.fullmatch(str(claims["jti"]))
        generation = int(numbered["generation"]) if numbered else 0
        ends = datetime.fromtimestamp(claims["exp"], UTC)
        known = Token(str(claims["sub"]), generation, str(claims["jti"]), ends)
        return _Proved(known, now, claims["iat"], claims["exp"])

    def _decoded(self, token: str) -> jwt.Token:
        """Return what one of the secrets has signed. Raises NotSignedIn."""
        for key in self._keys:
            with suppress(JoseError, ValueError, TypeError, RecursionError):
                return jwt.decode(token, key, algorithms=["HS256"])
        raise NotSignedIn


def _registry(now: datetime) -> JWTClaimsRegistry:
    return JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=SKEW_SECONDS,
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """柜台用品 — what every route needs: the office, the tokens, the clock."""

    office: Office
    tokens: Tokens
    clock: Callable[[], datetime]
    demo: bool = False
    public_url: str = ""  # where it is reached from outside; empty: as the caller reached it
    help_phone: str = ""  # whom to call for help; empty: no number is shown
    uploads: Uploads = field(default_factory=Uploads)

    async def now(self) -> datetime:
        """Return the instant that counts in law: the wall clock, in a demonstration moved ahead."""
        now = self.clock()
        return now + await self.office.demo_offset() if self.demo else now


@dataclass(frozen=True, slots=True)
class Caller:
    """来人 — who is asking, when, and with which token."""

    actor: Actor
    now: datetime
    token: Token


def desk_of(request: Request) -> Desk:
    """Return the desk of the application that got the request."""
    desk: Desk = request.app.state.desk
    return desk


async def counter(request: Request) -> Desk:
    """Return the desk to a route; what does not wait is a coroutine too, or the framework hands it to a thread."""
    return desk_of(request)


Counter = Annotated[Desk, Depends(counter)]
_BEARER = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="POST /api/v1/tokens 返回的 access_token"
)
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


_ActsFor = Annotated[
    str | None,
    Header(
        pattern=r"^[0-9a-f]{32}$",
        description="以哪个身份办：GET /me/identities 里的 id。不写就是账号本人（本单位）",
        examples=["0192f3a45b6c7d8e9f00112233445566"],
    ),
]


async def signed_in(
    request: Request, desk: Counter, credentials: _Credentials, acts_by: _ActsFor = None
) -> Caller:
    """Return who is asking. Raises NotSignedIn without a valid token of an active account."""
    if credentials is None:
        raise NotSignedIn
    token = desk.tokens.read(credentials.credentials, desk.clock())
    actor, now = await _holder(desk, token), await desk.now()
    if actor.kind == "applicant":
        actor = await desk.office.acting(actor.account, acts_by or "", now)
    request.state.actor = actor
    return Caller(actor, now, token)


async def _holder(desk: Desk, token: Token) -> Actor:
    return await desk.office.bearer(token.account, token.generation, token.id)


async def at_the_door(desk: Counter, request: Request) -> datetime:
    """Return the time for an operation that needs no sign-in. Raises TooManyAttempts for an address that asks too often."""
    await desk.office.spend("asks", address_of(request), desk.clock())
    return await desk.now()


def address_of(request: Request) -> str:
    """Return from which address a request comes: what a trusted proxy says, else the other end of the connection."""
    return request.client.host if request.client else ""


async def spend_a_write(desk: Desk, actor: Actor) -> None:
    """Count a change against whoever asks for it. Raises TooManyAttempts."""
    kind: Spent = "portal_writes" if actor.kind == "portal" else "writes"
    await desk.office.spend(kind, actor.account, desk.clock())


async def perhaps_signed_in(desk: Counter, request: Request) -> Actor | None:
    """Return who is asking where nobody needs to sign in; a token that is not good is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    acts_by = request.headers.get("acts-by", "")
    try:
        actor = await _holder(desk, desk.tokens.read(token.strip(), desk.clock()))
        if actor.kind != "applicant":
            return actor
        return await desk.office.acting(actor.account, acts_by, await desk.now())
    except (NotSignedIn, NotPermitted):
        return None


async def program_at(request: Request) -> office.Origin:
    """Return where a program signs in from: by its address alone."""
    return office.Origin(address_of(request))


Whence = Annotated[office.Origin, Depends(program_at)]
Visitor = Annotated[Actor | None, Depends(perhaps_signed_in)]
SignedIn = Annotated[Caller, Depends(signed_in)]
Now = Annotated[datetime, Depends(at_the_door)]


def only(*kinds: ActorKind) -> Callable[..., Any]:
    """Return a dependency that lets only these kinds of account in."""

    async def check(caller: SignedIn) -> Caller:
        if caller.actor.kind not in kinds:
            raise NotPermitted
        return caller

    return check


# ---- how to repeat safely, and what was seen -------------------------------------------------------------------

_KEY_PATTERN = r'^("[\x20-\x21\x23-\x5b\x5d-\x7e]{1,128}"|[A-Za-z0-9._:~+/=-]{1,128})$'
_VERSION_PATTERN = r'^(W/)?"?([0-9]{1,9}|i-[0-9a-f]{16})"?$'
_Key = Annotated[
    str | None,
    Header(
        pattern=_KEY_PATTERN,
        description="建议填写。同一个值、同样的内容再发一次，得到同样的答复，不会重复办理；内容不同则拒绝。可写裸值或加引号的结构化字符串",
        examples=["7d1c0c0e-4f0b-4a7e-9c53-6f1b8a1f2c11"],
    ),
]
_Version = Annotated[
    str | None,
    Header(
        pattern=_VERSION_PATTERN,
        description='看到的办件版本（GET 返回的 ETag，如 "7"），或者要办的那个事项的版本（答复里事项的 version，'
        '如 "i-5f0c2b7e9a1d4c3b"）。已被别人办理过时返回 409 case-changed，不会覆盖；写事项版本的，'
        "同一件里别的事项有变动不受影响",
        examples=['"7"', '"i-5f0c2b7e9a1d4c3b"'],
    ),
]


async def asked(
    request: Request,
    desk: Counter,
    caller: SignedIn,
    idempotency_key: _Key = None,
    if_match: _Version = None,
) -> office.Request:
    """Return the request as the office wants it: who, when, the key to repeat it, the version that was seen."""
    await spend_a_write(desk, caller.actor)
    key = (idempotency_key or "").strip('"')
    if idempotency_key is not None and not key:
        raise one_field("/Idempotency-Key", "不能为空")
    version, item = seen_of((if_match or "").removeprefix("W/").strip('"'))
    return office.Request(
        caller.actor,
        caller.now,
        key=key,
        fingerprint=fingerprint(request),
        seen_version=version,
        seen_item=item,
    )


def seen_of(text: str) -> tuple[int | None, str]:
    """Return which version was seen: of the case, or of one item; what is neither is none."""
    if text.startswith("i-"):
        return None, text
    known = text.isascii() and text.isdigit() and len(text) < 10
    return (int(text) if known else None), ""


Asked = Annotated[office.Request, Depends(asked)]
