"""Signing in, and what passes for a token."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from service.api import auth
from service.api.auth import AUDIENCE, ISSUER, SKEW_SECONDS, TOKEN_HEADER, TOKEN_LIFE, Token, Tokens
from service.errors import NotSignedIn
from tests.api.city import MORNING, PASSWORD, City, MovableClock, Settings

KEY = OctKey.import_key(Settings().token_secret)
NOW = int(MORNING.timestamp())
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "citizen",
    "iat": NOW,
    "exp": NOW + 3600,
    "jti": "1",
}


def signed(header: dict[str, Any] | None = None, key: OctKey = KEY, **claims: Any) -> str:
    """Sign claims as an attacker with a wish would; None leaves a claim out."""
    content = {name: value for name, value in {**GOOD, **claims}.items() if value is not None}
    algorithm = (header or TOKEN_HEADER)["alg"]
    return jwt.encode(
        header or TOKEN_HEADER, content, key, algorithms=[algorithm], default_type=None
    )


def glued(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    """Put a token together by hand."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in (header, claims)
    ]
    return ".".join([*parts, signature])


LONG = KEY.as_dict()["k"] * 2
FORGED: dict[str, str] = {
    "no algorithm": glued({"alg": "none", "typ": "at+jwt"}, GOOD),
    "no algorithm, capital": glued({"alg": "None", "typ": "at+jwt"}, GOOD),
    "no signature": glued(TOKEN_HEADER, GOOD),
    "somebody's signature": signed(key=OctKey.import_key("another-secret-" * 3)),
    "another strength": signed({"alg": "HS512", "typ": "at+jwt"}, OctKey.import_key("x" * 64)),
    "HS384 with our key": signed({"alg": "HS384", "typ": "at+jwt"}),
    "HS512 with our key": signed({"alg": "HS512", "typ": "at+jwt"}),
    "no type": signed({"alg": "HS256"}),
    "an id token": signed({"alg": "HS256", "typ": "JWT"}),
    "a logout token": signed({"alg": "HS256", "typ": "logout+jwt"}),
    "a key id": signed({**TOKEN_HEADER, "kid": "1"}),
    "a key id that is a path": signed({**TOKEN_HEADER, "kid": "../../dev/null"}),
    "a key id that is SQL": signed({**TOKEN_HEADER, "kid": "' OR 1=1 --"}),
    "a key set elsewhere": signed({**TOKEN_HEADER, "jku": "https://evil.example/keys"}),
    "a certificate elsewhere": signed({**TOKEN_HEADER, "x5u": "https://evil.example/cert"}),
    "a content type": signed({**TOKEN_HEADER, "cty": "JWT"}),
    "another audience": signed(aud="somebody-else"),
    "two audiences": signed(aud=[AUDIENCE, "somebody-else"]),
    "a list of one audience": signed(aud=[AUDIENCE]),
    "no audience": signed(aud=None),
    "another issuer": signed(iss="somebody-else"),
    "no issuer": signed(iss=None),
    "no subject": signed(sub=None),
    "an empty subject": signed(sub=""),
    "a subject that is no text": signed(sub=7),
    "nobody's account": signed(sub="nobody"),
    "expired": signed(iat=NOW - 7200, exp=NOW - 61),
    "no end": signed(exp=None),
    "an end in words": signed(exp="tomorrow"),
    "no beginning": signed(iat=None),
    "from the future": signed(iat=NOW + 300, exp=NOW + 3600),
    "not yet": signed(nbf=NOW + 300),
    "longer than tokens live": signed(exp=NOW + 13 * 3600),
    "claims of somebody else": signed(admin=True),
    "rights in the token": signed(posts=["head"]),
    "nested": signed(sub=signed()),
    "five parts": signed() + ".a.b",
    "two parts": signed().rsplit(".", 1)[0],
    "rubbish": "rubbish",
    "nothing": "",
    "signature cut": signed()[:-2],
    "claims changed": ".".join(
        [
            signed().split(".")[0],
            glued(TOKEN_HEADER, {**GOOD, "sub": "window"}).split(".")[1],
            signed().split(".")[2],
        ]
    ),
    "endless": "a" * 100_000,
}


EDGES = [
    edge + seconds + part
    for edge in (-SKEW_SECONDS, 0, TOKEN_LIFE.total_seconds(), TOKEN_LIFE.total_seconds() + 60)
    for seconds in (-1, 0, 1)
    for part in (0, 0.5, 0.6)
]
MOMENTS = st.sampled_from(EDGES) | st.floats(-120, 13 * 3600)


def told(tokens: Tokens, token: str, at: datetime) -> Token | None:
    """Return what a token says at a moment, None when it does not count."""
    try:
        return tokens.read(token, at)
    except NotSignedIn:
        return None


class TestTokens:
    """F-46: only a token that is exactly ours."""

    async def test_a_good_one_is_accepted(self, anybody: httpx.AsyncClient) -> None:
        """The positive control of the table below."""
        answer = await anybody.get("/api/v1/cases", headers={"authorization": f"Bearer {signed()}"})
        assert answer.status_code == 200

    @pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
    async def test_forged(self, anybody: httpx.AsyncClient, token: str) -> None:
        """Every one of them gets the same 401."""
        answer = await anybody.get("/api/v1/cases", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["detail"] == NotSignedIn.title()

    def test_a_minute_of_skew(self) -> None:
        """Clocks that differ by less than a minute do not matter; more does."""
        tokens = Tokens(Settings().token_secret)
        token, ends = tokens.issue("citizen", 3, MORNING)
        read = tokens.read(token, ends + timedelta(seconds=59))
        assert (read.account, read.generation, read.ends_at) == (
            "citizen",
            3,
            ends.replace(microsecond=0),
        )
        with pytest.raises(NotSignedIn):
            tokens.read(token, ends + timedelta(seconds=60))

    @settings(deadline=None, max_examples=40)
    @given(st.lists(MOMENTS, min_size=1, max_size=12))
    def test_what_is_remembered_ends_as_if_it_were_read_anew(self, moments: list[float]) -> None:
        """At each moment, before its beginning and after its end too, a token counts as for who never saw it."""
        secret = Settings().token_secret
        keeping = Tokens(secret)
        token, _ = keeping.issue("citizen", 3, MORNING)
        for seconds in moments:
            at = MORNING + timedelta(seconds=seconds)
            assert told(keeping, token, at) == told(Tokens(secret), token, at)

    def test_what_is_remembered_is_this_token_alone(self) -> None:
        """One letter more or less is another token, whatever was read before."""
        tokens = Tokens(Settings().token_secret)
        token, _ = tokens.issue("citizen", 3, MORNING)
        assert told(tokens, token, MORNING)
        for other in (token[:-1], token + "A", token.swapcase(), f" {token}"):
            assert told(tokens, other, MORNING) is None

    def test_as_many_are_remembered_as_there_is_room_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who asks with ever new tokens fills no memory."""
        monkeypatch.setattr(auth, "MOST_REMEMBERED", 3)
        tokens = Tokens(Settings().token_secret)
        for _ in range(10):
            assert told(tokens, tokens.issue("citizen", 3, MORNING)[0], MORNING)
        assert len(tokens._proved) <= 3

    def test_a_secret_that_can_be_guessed(self) -> None:
        """The service does not start with it."""
        with pytest.raises(ValueError, match="32"):
            Tokens("short")

    @pytest.mark.parametrize("scheme", ["Basic Y2l0aXplbjpw", "Bearer", "bearer ", "Token x"])
    async def test_other_schemes(self, anybody: httpx.AsyncClient, scheme: str) -> None:
        """Anything else than a bearer token is no sign-in."""
        answer = await anybody.get("/api/v1/cases", headers={"authorization": scheme})
        assert answer.status_code == 401


class TestSigningIn:
    """POST /tokens."""

    async def test_name_and_password_for_a_token(self, anybody: httpx.AsyncClient) -> None:
        """The token works, and says who signed in."""
        answer = await anybody.post(
            "/api/v1/tokens", json={"username": "window", "password": PASSWORD}
        )
        assert answer.status_code == 200
        body = answer.json()
        assert body["account"] == {
            "account": "window",
            "name": "王窗",
            "kind": "clerk",
            "kind_title": "工作人员",
            "department": "scjg",
            "posts": ["window"],
        }
        assert body["expires_in"] == 12 * 3600
        tasks = await anybody.get(
            "/api/v1/tasks", headers={"authorization": f"Bearer {body['access_token']}"}
        )
        assert tasks.status_code == 200

    async def test_unknown_name_and_wrong_password_look_the_same(
        self, anybody: httpx.AsyncClient
    ) -> None:
        """F-49: nobody learns which accounts exist."""
        answers = [
            await anybody.post(
                "/api/v1/tokens",
                json={"username": name, "password": "wrong-password"},
                headers={"x-request-id": "same-id-here"},
            )
            for name in ("window", "no-such-account")
        ]
        assert [answer.status_code for answer in answers] == [401, 401]
        assert answers[0].content == answers[1].content

    async def test_locked_after_five(self, anybody: httpx.AsyncClient, clock: MovableClock) -> None:
        """Five wrong passwords lock the account for a quarter of an hour, also for the right one."""
        for _ in range(5):
            await anybody.post(
                "/api/v1/tokens", json={"username": "window", "password": "wrong-password"}
            )
        right = {"username": "window", "password": PASSWORD}
        locked = await anybody.post("/api/v1/tokens", json=right)
        assert locked.status_code == 429
        assert int(locked.headers["retry-after"]) > 0
        clock.forward(minutes=16)
        assert (await anybody.post("/api/v1/tokens", json=right)).status_code == 200

    async def test_an_account_that_was_closed(self, city: City, citizen: httpx.AsyncClient) -> None:
        """F-45: a right that is taken away counts at once, whatever the token says."""
        assert (await citizen.get("/api/v1/cases")).status_code == 200
        await city.office.set_active("citizen", active=False)
        assert (await citizen.get("/api/v1/cases")).status_code == 401
