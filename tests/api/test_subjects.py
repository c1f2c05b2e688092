"""One account, several subjects: what is filed, seen, prefilled and kept follows the one for whom one acts (主体)."""

from typing import Any

import pytest
from sqlalchemy import text

from service.errors import NotPermitted
from service.office import Request
from service.verify import verify
from service.workflows.calendar import built_in
from service.workflows.case import Action, Actor

from .city import City, officer_id
from .subjects import (
    AGENCY,
    COMPANY,
    COMPANY_OPENS,
    PEOPLE,
    SHOP,
    SHOP_OPENS,
    WANG,
    Family,
    family,
    opened,
)

API = "/api/v1"
CASES = f"{API}/cases"
NOBODYS = "0" * 32
NOTICES = [notice.model_dump(mode="json") for notice in built_in()]


@pytest.fixture
async def home(city: City) -> Family:
    """王小梅 and what she represents."""
    return await family(city)


LOOKS = [
    "{case}",
    "{case}/events",
    "{case}/where?at=2026-11-05T10:00:00Z",
    "{case}/chart.svg",
    "{case}/notices/1.html",
    "{draft}",
    "{draft}/draft",
]


async def written(home: Family, account: str, subject: str, body: dict[str, Any]) -> dict[str, str]:
    """File a case and begin a draft for a subject."""
    client = home.client(account, subject)
    case = await opened(client, body)
    draft = await opened(client, body, draft=True)
    return {"case": case["number"], "draft": draft["number"]}


class TestIdentities:
    """GET /me/identities and the header Acts-By."""

    async def test_lists_for_whom_one_may_act(self, home: Family) -> None:
        """Oneself first, then what one represents, each with the ground."""
        found = (await home.client("wang").get(f"{API}/me/identities")).json()["items"]
        assert found[0]["name"] == "王小梅"
        assert {(one["name"], one["kind"], one["role"], one["current"]) for one in found} == {
            ("王小梅", "individual", "", True),
            ("小梅奶茶店", "sole-trader", "owner", False),
            ("临湖小梅餐饮有限公司", "enterprise", "legal_representative", False),
        }
        found = (await home.client("wang", SHOP).get(f"{API}/me/identities")).json()["items"]
        assert [one["name"] for one in found if one["current"]] == ["小梅奶茶店"]

    @pytest.mark.parametrize("account", ["window", "portal", "admin", "supervisor"])
    async def test_who_applies_for_nobody_has_none(self, home: Family, account: str) -> None:
        """Staff and portals."""
        answer = await home.city.client(account).get(f"{API}/me/identities")
        assert answer.json() == {"items": []}

    async def test_an_old_account_acts_for_its_one_subject(self, home: Family) -> None:
        """Nothing has to be chosen, and nothing changed for it."""
        found = (await home.city.client("citizen").get(f"{API}/me/identities")).json()["items"]
        assert [(one["id"], one["name"], one["kind"]) for one in found] == [
            ("", "张三", "sole-trader")
        ]

    @pytest.mark.parametrize("account", ["wang", "citizen", "lin"])
    async def test_nobody_acts_by_what_is_somebody_elses(self, home: Family, account: str) -> None:
        """An id that one has read somewhere opens nothing, as one that never was."""
        for acts_by in ({*home.acts.values()} - {home.acts.get((account, SHOP), "")}, {NOBODYS}):
            for id_ in acts_by:
                if id_ in {v for (who, _), v in home.acts.items() if who == account}:
                    continue
                client = home.city.client(account, **{"acts-by": id_})
                assert (await client.get(CASES)).status_code == 403
                assert (await client.post(CASES, json=COMPANY_OPENS)).status_code == 403


class TestFiling:
    """Applying for whom one represents."""

    async def test_both_names_are_recorded(self, home: Family) -> None:
        """With the case, with each event, on the receipt; the clerk reads who came."""
        mine = home.client("wang", COMPANY)
        case = await opened(mine, COMPANY_OPENS)
        assert case["applicant"]["name"] == "临湖小梅餐饮有限公司"
        told = case["represented_by"]
        assert (told["role_title"], told["name"]) == ("法定代表人", "王小梅")
        assert WANG not in str(case)
        events = (await mine.get(f"{CASES}/{case['number']}/events")).json()["items"]
        assert events
        receipt = (await mine.get(f"{CASES}/{case['number']}/notices/1.html")).text
        assert "法定代表人" in receipt
        assert "王小梅" in receipt
        seen = (await home.city.client("window").get(f"{CASES}/{case['number']}")).json()
        assert seen["represented_by"]["number"] == WANG
        watched = (await home.city.client("supervisor").get(f"{CASES}/{case['number']}")).json()
        assert watched["represented_by"] is None

    async def test_only_for_whom_one_acts_now(self, home: Family) -> None:
        """As oneself nothing for the company, as the company nothing for the shop."""
        for subject, body in (("", COMPANY_OPENS), (COMPANY, SHOP_OPENS), (SHOP, COMPANY_OPENS)):
            for draft in (True, False):
                client = home.client("wang", subject)
                answer = await client.post(CASES, json={**body, "draft": draft})
                assert answer.status_code == 403, answer.text
                assert "身份" in answer.json()["detail"]

    async def test_each_has_its_own(self, home: Family) -> None:
        """Cases, drafts, certificates, what was told before: of the one for whom one acts, and of no other."""
        company = await written(home, "wang", COMPANY, COMPANY_OPENS)
        shop = await written(home, "wang", SHOP, SHOP_OPENS)
        for subject, own in (("", {}), (SHOP, shop), (COMPANY, company)):
            client = home.client("wang", subject)
            listed = (await client.get(CASES)).json()["items"]
            assert {row["number"] for row in listed} == set(own.values())
            for other in (company, shop):
                for path in LOOKS:
                    answer = await client.get(f"{CASES}/{path.format(**other)}")
                    assert (answer.status_code == 200) is (other == own), (subject, path)
        actor = await home.city.office.acting("wang", home.acts["wang", COMPANY], home.city.clock())
        assert await home.city.office.told_before(actor, "open-shop")
        actor = await home.city.office.acting("wang", "", home.city.clock())
        assert not await home.city.office.told_before(actor, "open-shop")

    async def test_drafts_are_counted_by_subject(self, home: Family) -> None:
        """Who acts for many has not used up everybody's drafts with those of one."""
        most = home.city.office.bounds.drafts
        client = home.client("wang", COMPANY)
        for _ in range(most):
            await opened(client, COMPANY_OPENS, draft=True)
        answer = await client.post(CASES, json={**COMPANY_OPENS, "draft": True})
        assert answer.status_code == 409
        await opened(home.client("wang", SHOP), SHOP_OPENS, draft=True)

    async def test_who_represents_does_not_decide(self, home: Family) -> None:
        """回避 looks at persons: the clerk who is the legal representative, with whatever account."""
        case = await opened(home.client("wang", COMPANY), COMPANY_OPENS)
        facts = {"kind": "clerk", "department": "scjg", "posts": ["window"], "subject": WANG}
        await home.city.office.create_account("wang2", "a-good-password", name="王小梅", **facts)
        at = f"{CASES}/{case['number']}/items/shop-licence/actions"
        order = {"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}
        assert (await home.city.client("wang2").post(at, json=order)).status_code == 403
        assert (await home.city.client("window").post(at, json=order)).status_code == 200


class TestLosing:
    """A role that was lost takes everything along that was done in it."""

    async def test_nothing_of_it_is_seen_any_more(self, home: Family) -> None:
        """Neither by the header nor without it: case, draft, papers, lists, a kept answer."""
        key = {"idempotency-key": "before-the-end"}
        company = await written(home, "wang", COMPANY, COMPANY_OPENS)
        kept = await home.client("wang", COMPANY).post(CASES, json=COMPANY_OPENS, headers=key)
        assert kept.status_code == 201
        await home.ends("wang", COMPANY)
        for client, status in ((home.client("wang", COMPANY), 403), (home.client("wang"), 404)):
            for path in LOOKS:
                answer = await client.get(f"{CASES}/{path.format(**company)}")
                assert answer.status_code == status, path
                assert "小梅餐饮" not in answer.text
            order = {"action": "withdraw"}
            answer = await client.post(f"{CASES}/{company['case']}/actions", json=order)
            assert answer.status_code == status
            answer = await client.post(f"{CASES}/{company['draft']}/submit", json={})
            assert answer.status_code == status
            again = await client.post(CASES, json=COMPANY_OPENS, headers=key)
            assert again.status_code == 403
        assert (await home.client("wang").get(CASES)).json()["items"] == []
        assert (await home.client("wang").get(f"{API}/certificates")).json()["items"] == []

    async def test_whoever_comes_next_goes_on(self, home: Family) -> None:
        """The case is the company's: its new representative sees and withdraws it; drafts were their writer's."""
        company = await written(home, "wang", COMPANY, COMPANY_OPENS)
        await home.ends("wang", COMPANY)
        await home.represents("lin", COMPANY, "legal_representative")
        lin = home.client("lin", COMPANY)
        assert (await lin.get(f"{CASES}/{company['case']}")).status_code == 200
        assert (await lin.get(f"{CASES}/{company['draft']}")).status_code == 404
        order = {"action": "withdraw"}
        answer = await lin.post(f"{CASES}/{company['case']}/actions", json=order)
        assert answer.status_code == 200

    async def test_the_verb_itself_refuses(self, home: Family) -> None:
        """An actor nobody can become does not stand for the case either, whatever account it names."""
        case = await opened(home.client("wang", COMPANY), COMPANY_OPENS)
        actor = Actor("wang", "applicant", subject=WANG, name="王小梅")
        with pytest.raises(Exception, match="没有这件办件"):
            await home.city.office.act(
                Request(actor, home.city.clock()), case["number"], Action("withdraw")
            )
        await home.ends("wang", COMPANY)
        with pytest.raises(NotPermitted):
            await home.city.office.acting("wang", home.acts["wang", COMPANY], home.city.clock())


class TestRecord:
    """What `verify` says of it."""

    async def test_finds_nothing_in_what_was_done_rightly(self, home: Family) -> None:
        """Cases and drafts by representations, one of which has ended since."""
        await written(home, "wang", COMPANY, COMPANY_OPENS)
        await written(home, "wang", SHOP, SHOP_OPENS)
        home.city.clock.forward(minutes=5)
        await home.ends("wang", COMPANY)
        home.city.clock.forward(minutes=5)
        report = await verify(home.city.office.database, now=home.city.clock(), notices=NOTICES)
        assert report.lines()[:-3] == []

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ("ended_at = '2026-01-01T00:00:00.000000+00:00'", "终止以后"),
            ("accepted_at = NULL", "还没有成立"),
            ("until_on = '2026-01-01'", "到期以后"),
            (f"subject = '{AGENCY}'", "不是本件的申请人"),
            ("role = 'owner'", "身份与登记的不符"),
            ("id = 'other'", "不存在"),
        ],
    )
    async def test_finds_who_acted_without_right(
        self, home: Family, change: str, said: str
    ) -> None:
        """Whatever of the representation does not fit the record."""
        await opened(home.client("wang", COMPANY), COMPANY_OPENS)
        id_ = home.acts["wang", COMPANY]
        async with home.city.office.database.transaction() as tx:
            await tx.change(text(f"UPDATE representations SET {change} WHERE id = '{id_}'"))
        report = await verify(home.city.office.database, now=home.city.clock())
        assert any(said in finding.what for finding in report.findings), report.lines()


class TestDocuments:
    """Who has no identity card of the state applies with what he has: one verdict at every door."""

    @pytest.mark.parametrize(
        ("document", "number", "status"),
        [
            ("passport", "E12345678", 201),
            ("passport", "abc", 422),
            ("permit_hk_mo", "H12345678", 201),
            ("permit_hk_mo", "X12345678", 422),
            ("permit_tw", "12345678", 201),
            ("residence_hk_mo", "810000199408230021", 201),
            ("residence_hk_mo", "810000199408230022", 422),
            ("foreign_permanent", "CHN123456789012", 201),
            ("foreign_permanent", "123", 422),
            ("id_card", "810000199408230021", 422),
            ("uscc", SHOP, 422),
        ],
    )
    async def test_each_has_its_check(
        self, home: Family, document: str, number: str, status: int
    ) -> None:
        """By the window, before which such a person stands."""
        who = {"type": "individual", "name": "陈伟明", "id": number, "document": document}
        body = {**COMPANY_OPENS, "applicant": who, "draft": True}
        answer = await home.city.client("window").post(CASES, json=body)
        assert answer.status_code == status, answer.text
        if status == 201:
            assert answer.json()["applicant"]["document"] == document
        else:
            assert answer.json()["errors"][0]["pointer"] == "/applicant/id"

    async def test_a_foreigner_applies_by_himself(self, home: Family) -> None:
        """An account whose holder was verified by a passport is an individual's."""
        office, now = home.city.office, home.city.clock()
        passport = {"name": "安娜·彼得罗娃", "kind": "individual", "document": "passport"}
        await office.keep_subject("P7654321", **passport, source="示例", receipt="1", now=now)
        facts = {"name": "安娜·彼得罗娃", "kind": "applicant", "subject": "P7654321"}
        await office.create_account("anna", "a-good-password", **facts)
        found = (await home.city.client("anna").get(f"{API}/me/identities")).json()["items"]
        assert [(one["kind"], one["name"]) for one in found] == [("individual", "安娜·彼得罗娃")]


def test_officers_are_others() -> None:
    """The numbers of these people are nobody else's."""
    assert not {number for number, _ in PEOPLE.values()} & {officer_id(n) for n in range(100)}
