"""The secret of the service is changed while it works: what was signed with the one before counts as long as it is believed."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from service.api.app import create_app
from service.errors import NotSignedIn, TooManyAttempts
from service.office import Office
from service.office.attempts import Origin
from service.settings import Settings as Real
from service.store.database import Database
from service.store.files import Folder
from service.store.keys import Keys
from tests.api.city import APPLICATION, PASSWORD, City, Settings
from tests.api.pages.browser import Browser
from tests.office.test_second_factor import STEP, code

OLD, NEW = "the secret of yesterday: 0123456789", "the secret of tomorrow: 9876543210"
STAGES = {"before": (OLD, (NEW,)), "after": (NEW, (OLD,)), "done": (NEW, ())}
CASES = "/api/v1/cases"


@pytest.fixture
async def cities(city: City, tmp_path: Path) -> AsyncIterator[dict[str, City]]:
    """The same database, served by processes at each stage of the change."""
    url, made, databases = city.office.database.url, {}, []
    for stage, (secret, also) in STAGES.items():
        database = Database(str(url), keys=Keys(secret, also=also))
        databases.append(database)
        office = Office(
            database,
            Folder(tmp_path / "files", reserve=0),
            secret=secret,
            also=also,
            second_factor="offered",
            cheap_passwords=True,
        )
        told = Settings(token_secret=secret, other_secrets=also)
        made[stage] = City(create_app(office, told, city.clock), office, city.clock)
    yield made
    for each in made.values():
        for client in each.clients:
            await client.aclose()
    for database in databases:
        await database.close()


def moved(browser: Browser, to: City) -> Browser:
    """Let the same browser come to another process."""
    other = Browser(to)
    other.http.cookies = browser.http.cookies
    return other


class TestSideBySide:
    """Processes with the old and the new one first, each believing the other."""

    async def test_nobody_is_signed_out(self, cities: dict[str, City]) -> None:
        """A token, a browser and its open form, a page marker, a code held out, whichever process made them."""
        for one, other in (("before", "after"), ("after", "before")):
            here, there = cities[one], cities[other]
            given = await here.client().post(
                "/api/v1/tokens", json={"username": "citizen", "password": PASSWORD}
            )
            bearer = {"authorization": f"Bearer {given.json()['access_token']}"}
            seen = await there.client(**bearer).get(CASES)
            assert seen.status_code == 200, seen.text
            browser = Browser(here)
            await browser.sign_in("citizen")
            page = await moved(browser, there).get("/account")
            assert page.status == 200
            assert "/sign-in" not in str(page.url)
            ended = await cities["done"].client(**bearer).get(CASES)
            assert ended.status_code == (401 if one == "before" else 200)

    async def test_a_page_goes_on(self, cities: dict[str, City]) -> None:
        """The marker of the next page, made by one, is read by the other; when all is done the old one is not."""
        citizen = cities["before"].client("citizen")
        for _ in range(2):
            await citizen.post(CASES, json=APPLICATION)
        marker = (await citizen.get(f"{CASES}?limit=1")).json()["next"]
        for stage, status in (("after", 200), ("done", 422)):
            found = await cities[stage].client("citizen").get(f"{CASES}?limit=1&cursor={marker}")
            assert found.status_code == status, found.text

    async def test_an_answer_is_kept(self, cities: dict[str, City]) -> None:
        """The same bytes under the same key, byte for byte."""
        headers = {"idempotency-key": "k1"}
        first = await cities["before"].client("citizen", **headers).post(CASES, json=APPLICATION)
        again = await cities["after"].client("citizen", **headers).post(CASES, json=APPLICATION)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.content == first.content


class TestSecondFactor:
    """动态码 and recovery codes, which are kept for years."""

    async def test_is_kept_anew_when_it_is_used(self, cities: dict[str, City]) -> None:
        """Who signs in while both are believed has a phone that works afterwards; his recovery codes work until then."""
        before, after, done = (cities[stage].office for stage in ("before", "after", "done"))
        at = cities["before"].clock()
        secret, codes = await enrolled(before, at)
        with pytest.raises(NotSignedIn):
            await done.sign_in("supervisor", PASSWORD, at + STEP, code=code(secret, at + STEP))
        await after.sign_in("supervisor", PASSWORD, at + STEP, code=code(secret, at + STEP))
        at += 2 * STEP
        await done.sign_in("supervisor", PASSWORD, at, code=code(secret, at))
        with pytest.raises(NotSignedIn):
            await done.sign_in("supervisor", PASSWORD, at, code=codes[0])
        await after.sign_in("supervisor", PASSWORD, at, code=codes[0])

    async def test_is_kept_anew_by_command(self, cities: dict[str, City]) -> None:
        """Whoever does not sign in meanwhile loses nothing; what no secret opens is named."""
        before, after, done = (cities[stage].office for stage in ("before", "after", "done"))
        at = cities["before"].clock()
        secret, _ = await enrolled(before, at)
        assert await done.keep_second_factors_anew() == (0, ["supervisor"])
        assert await after.keep_second_factors_anew() == (1, [])
        assert await after.keep_second_factors_anew() == (0, [])
        await done.sign_in("supervisor", PASSWORD, at + STEP, code=code(secret, at + STEP))


async def enrolled(office: Office, at: datetime) -> tuple[str, list[str]]:
    """Set the second factor of the supervisor up; return the phone's secret and the recovery codes."""
    actor = await office.actor("supervisor")
    assert actor is not None
    begun = await office.begin_second_factor(actor, PASSWORD, at)
    _, codes = await office.confirm_second_factor(actor, begun.sealed, code(begun.secret, at), at)
    return begun.secret, codes


class TestKnownPlaces:
    """Where the owner has signed in before."""

    async def test_are_known_through_the_change(self, cities: dict[str, City]) -> None:
        """Strangers lock strangers out, not the owner at his own address."""
        before, after = cities["before"].office, cities["after"].office
        now, home = cities["before"].clock(), Origin("192.0.2.1")
        await before.sign_in("citizen", PASSWORD, now, origin=home)
        strangers = [Origin(f"198.51.100.{n}") for n in range(11)]
        for stranger in strangers[:10]:
            with pytest.raises(NotSignedIn):
                await after.sign_in("citizen", "wrong", now, origin=stranger)
        with pytest.raises(TooManyAttempts):
            await after.sign_in("citizen", PASSWORD, now, origin=strangers[10])
        await after.sign_in("citizen", PASSWORD, now, origin=home)


class TestSettings:
    """What is refused at the start."""

    @pytest.mark.parametrize("wrong", ["short", "a" * 40, f"{OLD},short"])
    def test_each_is_as_good_as_the_first(self, wrong: str) -> None:
        """Whoever guesses an accepted one signs in as anybody."""
        good = {"secret": NEW, "audit_key": "another-key-altogether-0123456789"}
        assert not Real(**good, secret_also=OLD, _env_file=None).refusal()
        assert "YIJIANSHI_SECRET_ALSO" in Real(**good, secret_also=wrong, _env_file=None).refusal()
        same = Real(**good, secret_also=good["audit_key"], _env_file=None).refusal()
        assert "不能与" in same
