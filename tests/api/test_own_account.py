"""The own account over the API: signing out, another password, a second factor."""

from datetime import timedelta

import httpx
import pytest

from service.office import staff
from tests.api.city import PASSWORD, City, MovableClock
from tests.office.test_second_factor import code

NEW = "窗外的青山 2026"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request asks what changed."""
    monkeypatch.setattr(staff, "LOOK_SECONDS", 0.0)


async def signed_in(city: City, account: str = "window", **more: str) -> httpx.AsyncClient:
    """Return a client with a token of its own, as a program has."""
    client = city.client()
    body = {"username": account, "password": PASSWORD, **more}
    answer = await client.post("/api/v1/tokens", json=body)
    assert answer.status_code == 200, answer.text
    client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


class TestSigningOut:
    """DELETE /tokens."""

    async def test_ends_this_token(self, city: City) -> None:
        """And no other."""
        first, second = await signed_in(city), await signed_in(city)
        assert (await first.delete("/api/v1/tokens")).status_code == 204
        assert (await first.get("/api/v1/me")).status_code == 401
        assert (await second.get("/api/v1/me")).status_code == 200

    async def test_ends_all(self, city: City) -> None:
        """Where one is asked for all."""
        first, second = await signed_in(city), await signed_in(city)
        assert (await first.delete("/api/v1/tokens", params={"all": "true"})).status_code == 204
        assert [(await each.get("/api/v1/me")).status_code for each in (first, second)] == [401] * 2


class TestPassword:
    """POST /me/password."""

    async def test_a_new_token_comes_with_it(self, city: City) -> None:
        """The old ones have ended, the new password lets in."""
        client = await signed_in(city)
        answer = await client.post("/api/v1/me/password", json={"present": PASSWORD, "new": NEW})
        assert answer.status_code == 200
        assert (await client.get("/api/v1/me")).status_code == 401
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        assert (await client.get("/api/v1/me")).json()["account"]["account"] == "window"
        for password, status in ((PASSWORD, 401), (NEW, 200)):
            body = {"username": "window", "password": password}
            assert (await city.client().post("/api/v1/tokens", json=body)).status_code == status


class TestSecondFactor:
    """POST and PUT /me/second-factor, POST /tokens with `otp`."""

    async def test_from_the_secret_to_the_sign_in(self, city: City, clock: MovableClock) -> None:
        """Each step as a program does it."""
        client = await signed_in(city)
        begun = (await client.post("/api/v1/me/second-factor", json={"password": PASSWORD})).json()
        done = await client.put(
            "/api/v1/me/second-factor",
            json={"enrolment": begun["enrolment"], "code": code(begun["secret"], clock())},
        )
        assert done.status_code == 200
        client.headers["authorization"] = f"Bearer {done.json()['token']['access_token']}"
        me = (await client.get("/api/v1/me")).json()
        assert (me["second_factor_set"], me["recovery_codes_left"]) == (True, 10)
        body = {"username": "window", "password": PASSWORD}
        without = await city.client().post("/api/v1/tokens", json=body)
        assert without.status_code == 401
        assert without.json()["type"] == "/problems/second-factor-needed"
        clock.forward(minutes=2)
        with_code = await signed_in(city, otp=code(begun["secret"], clock()))
        assert (await with_code.get("/api/v1/me")).status_code == 200
        again = {**body, "otp": code(begun["secret"], clock())}
        refused = await city.client().post("/api/v1/tokens", json=again)
        assert (refused.status_code, refused.json()["type"]) == (401, "/problems/not-signed-in")

    async def test_not_for_applicants(self, city: City) -> None:
        """Who is no member of staff is told so."""
        client = await signed_in(city, "citizen")
        answer = await client.post("/api/v1/me/second-factor", json={"password": PASSWORD})
        assert answer.status_code == 403
        assert not (await client.get("/api/v1/me")).json()["second_factor_offered"]

    async def test_required_before_anything_else(self, city: City, clock: MovableClock) -> None:
        """A token of who has none yet leads to the page where it is set up."""
        city.office.second_factor = "required"
        client = await signed_in(city)
        refused = await client.get("/api/v1/tasks")
        assert refused.status_code == 401
        assert "账号与安全" in refused.json()["detail"]
        assert (await (await signed_in(city, "citizen")).get("/api/v1/cases")).status_code == 200


class TestLocks:
    """429: how long to wait."""

    async def test_is_told_exactly(self, city: City, clock: MovableClock) -> None:
        """In the header, for a lock that has run for a while."""
        body = {"username": "window", "password": "wrong horse"}
        for _ in range(5):
            assert (await city.client().post("/api/v1/tokens", json=body)).status_code == 401
        clock.forward(minutes=5)
        locked = await city.client().post("/api/v1/tokens", json=body)
        assert locked.status_code == 429
        assert locked.headers["retry-after"] == str(int(timedelta(minutes=10).total_seconds()))
