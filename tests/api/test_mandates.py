"""委托代办: given by the principal, accepted by whom it names, for what it says and until then; both names everywhere."""

from typing import Any

import httpx
import pytest

from service.verify import verify

from .city import City
from .subjects import (
    AGENCY,
    COMPANY,
    COMPANY_OPENS,
    LIN,
    SHOP,
    WANG,
    Family,
    family,
    opened,
)
from .test_subjects import CASES, LOOKS, NOTICES

MANDATES = "/api/v1/mandates"
TO_LIN = {"name": "林国栋", "number": LIN, "until_on": "2026-12-31"}
TO_AGENCY = {"name": "临湖万事通代办有限公司", "number": AGENCY, "until_on": "2026-12-31"}
WITHDRAW = {"action": "withdraw"}


@pytest.fixture
async def home(city: City) -> Family:
    """王小梅 with a company, 林国栋 with an agency."""
    return await family(city)


async def given(home: Family, subject: str, **mandate: Any) -> str:
    """Let 王小梅 give a mandate for one of hers; return its id."""
    answer = await home.client("wang", subject).post(MANDATES, json={**TO_LIN, **mandate})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def accepted(
    home: Family, subject: str = COMPANY, by: str = "", **mandate: Any
) -> httpx.AsyncClient:
    """Let it be accepted; return the client who acts by it."""
    made = await given(home, subject, **mandate)
    answer = await home.client("lin", by).post(f"{MANDATES}/{made}/accept")
    assert answer.status_code == 204, answer.text
    home.acts["lin", subject] = made
    return home.client("lin", subject)


class TestGiving:
    """POST /mandates."""

    async def test_is_worth_nothing_before_it_is_accepted(self, home: Family) -> None:
        """Whom it names reads it, and may not act by it yet."""
        made = await given(home, COMPANY)
        (told,) = (await home.client("lin").get(MANDATES)).json()["received"]
        assert (told["id"], told["subject_name"], told["state"]) == (
            made,
            "临湖小梅餐饮有限公司",
            "offered",
        )
        assert told["may"] == ["accept", "decline"]
        home.acts["lin", COMPANY] = made
        assert (await home.client("lin", COMPANY).get(CASES)).status_code == 403

    async def test_the_same_again_is_no_second_one(self, home: Family) -> None:
        """A press that was repeated."""
        assert await given(home, COMPANY) == await given(home, COMPANY)

    @pytest.mark.parametrize(
        ("wrong", "where"),
        [
            ({"until_on": "2026-11-05"}, "/until_on"),
            ({"until_on": "2036-01-01"}, "/until_on"),
            ({"number": COMPANY}, "/number"),
            ({"number": LIN[:-1] + ("1" if LIN[-1] != "1" else "2")}, "/number"),
            ({"bundles": ["no-such"]}, "/bundles"),
            ({"cases": ["YJS20260101-000001"]}, "/cases"),
            ({"role": "authorised", "bundles": ["open-shop"]}, "/role"),
        ],
    )
    async def test_says_what_is_wrong(
        self, home: Family, wrong: dict[str, Any], where: str
    ) -> None:
        """Each at its place."""
        answer = await home.client("wang", COMPANY).post(MANDATES, json={**TO_LIN, **wrong})
        assert answer.status_code == 422, answer.text
        assert where in {error["pointer"] for error in answer.json()["errors"]}

    async def test_only_the_principal_gives(self, home: Family) -> None:
        """Neither an agent nor an authorised clerk passes anything on (民法典 169); a person has no clerks."""
        agent = await accepted(home)
        assert (await agent.post(MANDATES, json=TO_AGENCY)).status_code == 403
        assert (await agent.get(MANDATES)).status_code == 403
        clerk = await accepted(home, SHOP, role="authorised")
        assert (await clerk.post(MANDATES, json=TO_AGENCY)).status_code == 403
        answer = await home.client("wang").post(MANDATES, json={**TO_LIN, "role": "authorised"})
        assert answer.status_code == 422

    async def test_who_is_called_otherwise_does_not_accept(self, home: Family) -> None:
        """A number with another's name is a mistake, or a trap."""
        made = await given(home, COMPANY, name="林国梁")
        answer = await home.client("lin").post(f"{MANDATES}/{made}/accept")
        assert answer.status_code == 409
        assert "林国梁" in answer.json()["detail"]


class TestActing:
    """What an agent does."""

    async def test_both_names_are_recorded(self, home: Family) -> None:
        """In the application, on the receipt, with each event, at the desk."""
        agent = await accepted(home)
        case = await opened(agent, COMPANY_OPENS)
        assert case["applicant"]["id"] == COMPANY
        told = case["represented_by"]
        assert (told["role_title"], told["name"], told["until_on"]) == (
            "代理人",
            "林国栋",
            "2026-12-31",
        )
        events = (await agent.get(f"{CASES}/{case['number']}/events")).json()["items"]
        assert {event["who"]["role"] for event in events} == {"agent"}
        receipt = (await agent.get(f"{CASES}/{case['number']}/notices/1.html")).text
        assert "代理人" in receipt
        assert "林国栋" in receipt
        seen = (await home.city.client("window").get(f"{CASES}/{case['number']}")).json()
        assert seen["represented_by"]["number"] == LIN

    async def test_a_company_acts_by_its_own_people(self, home: Family) -> None:
        """Its mandate is its representative's to use; the record names both, and the principal."""
        agent = await accepted(home, COMPANY, by=AGENCY, **TO_AGENCY)
        case = await opened(agent, COMPANY_OPENS)
        told = case["represented_by"]
        assert (told["name"], told["by_name"]) == ("临湖万事通代办有限公司", "林国栋")
        await home.ends("lin", AGENCY)
        assert (await agent.get(f"{CASES}/{case['number']}")).status_code == 403

    async def test_the_principal_sees_and_does_everything(self, home: Family) -> None:
        """It is his case, whoever filed it."""
        agent = await accepted(home)
        case = await opened(agent, COMPANY_OPENS)
        mine = home.client("wang", COMPANY)
        assert (await mine.get(f"{CASES}/{case['number']}")).status_code == 200
        answer = await mine.post(f"{CASES}/{case['number']}/actions", json=WITHDRAW)
        assert answer.status_code == 200

    async def test_only_what_it_is_for(self, home: Family) -> None:
        """Other bundles, other cases of the principal, his credit, what he filed himself: nothing of it."""
        own = await opened(home.client("wang", COMPANY), COMPANY_OPENS)
        agent = await accepted(home, COMPANY, bundles=["open-shop"])
        mine = await opened(agent, COMPANY_OPENS)
        for path in LOOKS[:5]:
            answer = await agent.get(f"{CASES}/{path.format(case=own['number'], draft='')}")
            assert answer.status_code == 404, path
        listed = (await agent.get(CASES)).json()["items"]
        assert {row["number"] for row in listed} == {mine["number"]}
        assert (await agent.get("/api/v1/credits")).status_code == 403
        answer = await agent.post(f"{CASES}/{own['number']}/actions", json=WITHDRAW)
        assert answer.status_code == 404

    async def test_a_bundle_that_is_not_in_it(self, home: Family) -> None:
        """Neither draft nor application."""
        own = await opened(home.client("wang", COMPANY), COMPANY_OPENS)
        agent = await accepted(home, COMPANY, cases=[own["number"]])
        for draft in (True, False):
            answer = await agent.post(CASES, json={**COMPANY_OPENS, "draft": draft})
            assert answer.status_code == 403
            assert "授权不包括" in answer.json()["detail"]

    async def test_a_case_that_it_names(self, home: Family) -> None:
        """The agent goes on with it, and with no other."""
        own = await opened(home.client("wang", COMPANY), COMPANY_OPENS)
        other = await opened(home.client("wang", COMPANY), COMPANY_OPENS)
        agent = await accepted(home, COMPANY, cases=[own["number"]])
        listed = (await agent.get(CASES)).json()["items"]
        assert {row["number"] for row in listed} == {own["number"]}
        assert (await agent.get(f"{CASES}/{other['number']}")).status_code == 404
        answer = await agent.post(f"{CASES}/{own['number']}/actions", json=WITHDRAW)
        assert answer.status_code == 200


class TestEnding:
    """After revocation, giving back, or its last day the agent does nothing more."""

    @pytest.mark.parametrize("who", ["wang", "lin"])
    async def test_either_side_ends_it(self, home: Family, who: str) -> None:
        """At once; the case remains the principal's."""
        agent = await accepted(home)
        case = await opened(agent, COMPANY_OPENS)
        made = home.acts["lin", COMPANY]
        side = home.client("wang", COMPANY) if who == "wang" else home.client("lin")
        assert (await side.post(f"{MANDATES}/{made}/end")).status_code == 204
        assert (await agent.get(f"{CASES}/{case['number']}")).status_code == 403
        at = f"{CASES}/{case['number']}/actions"
        assert (await home.client("lin").post(at, json=WITHDRAW)).status_code == 404
        assert (await side.post(f"{MANDATES}/{made}/end")).status_code == 409
        answer = await home.client("wang", COMPANY).post(at, json=WITHDRAW)
        assert answer.status_code == 200

    async def test_its_last_day_is_the_last(self, home: Family) -> None:
        """R-XR-4: a withdrawal by the agent after the term is refused."""
        agent = await accepted(home, COMPANY, until_on="2026-11-06")
        case = await opened(agent, COMPANY_OPENS)
        home.city.clock.forward(days=1)
        assert (await agent.get(f"{CASES}/{case['number']}")).status_code == 200
        home.city.clock.forward(days=1)
        at = f"{CASES}/{case['number']}/actions"
        assert (await agent.post(at, json=WITHDRAW)).status_code == 403
        report = await verify(home.city.office.database, now=home.city.clock(), notices=NOTICES)
        assert report.lines()[:-3] == []

    async def test_what_a_register_says_is_not_ended_here(self, home: Family) -> None:
        """A legal representative changes at the register."""
        made = home.acts["wang", COMPANY]
        answer = await home.client("wang").post(f"{MANDATES}/{made}/end")
        assert answer.status_code == 403

    async def test_nobody_else_ends_or_reads_it(self, home: Family) -> None:
        """A stranger learns nothing of it."""
        made = await given(home, COMPANY)
        for client in (home.city.client("citizen"), home.client("wang", SHOP)):
            for verb in ("accept", "end"):
                assert (await client.post(f"{MANDATES}/{made}/{verb}")).status_code == 404
            assert (await client.get(MANDATES)).json()["given"] == []

    async def test_every_step_is_in_the_security_log(self, home: Family) -> None:
        """Given, accepted, ended, by whom; no number of a person."""
        await accepted(home)
        made = home.acts["lin", COMPANY]
        await home.client("wang", COMPANY).post(f"{MANDATES}/{made}/end")
        log = (await home.city.client("supervisor").get("/api/v1/security-log")).json()["items"]
        about = {line["fact"]: line["account"] for line in log if line["about"] == made}
        assert about == {
            "representation_given": "wang",
            "representation_accepted": "lin",
            "representation_ended": "wang",
        }
        assert WANG not in str(log)
