"""People who act for several: 王小梅 for herself, her sole trade and her company; and what belongs to whom."""

from dataclasses import dataclass
from typing import Any

import httpx

from service.store import subjects
from service.workflows.application import id_check
from service.workflows.application.identities import uscc_check
from service.workflows.case import Role

from .city import APPLICATION, PASSWORD, City


def person_id(first17: str) -> str:
    """Return a number with its check character."""
    return first17 + id_check(first17)


def company_id(first17: str) -> str:
    """Return a 统一社会信用代码 with its check character."""
    return first17 + uscc_check(first17)


WANG = person_id("99990119880312002")
LIN = person_id("99990119790623003")
SHOP = company_id("92999901MADEM0101")
COMPANY = company_id("91999901MADEM0102")
AGENCY = company_id("91999901MADEM0103")
PEOPLE = {"wang": (WANG, "王小梅"), "lin": (LIN, "林国栋")}
SUBJECTS = {
    SHOP: ("sole-trader", "小梅奶茶店"),
    COMPANY: ("enterprise", "临湖小梅餐饮有限公司"),
    AGENCY: ("enterprise", "临湖万事通代办有限公司"),
}
SHOP_OPENS = {
    **APPLICATION,
    "applicant": {"type": "sole-trader", "name": "小梅奶茶店", "id": SHOP},
}
COMPANY_OPENS = {
    **APPLICATION,
    "applicant": {"type": "enterprise", "name": "临湖小梅餐饮有限公司", "id": COMPANY},
}


@dataclass
class Family:
    """The city with these people in it; `acts` are the representations by (account, subject)."""

    city: City
    acts: dict[tuple[str, str], str]

    def client(self, account: str, subject: str = "") -> httpx.AsyncClient:
        """Return a client signed in as somebody who acts for a subject."""
        headers = {"acts-by": self.acts[account, subject]} if subject else {}
        return self.city.client(account, **headers)

    async def ends(self, account: str, subject: str, ending: str = "revoked") -> None:
        """Take a representation away."""
        now = await self.city.app.state.desk.now()
        async with self.city.office.database.transaction() as tx:
            await subjects.end(tx, self.acts[account, subject], "admin", now, ending)

    async def represents(self, account: str, subject: str, role: Role) -> str:
        """Let somebody represent a subject."""
        now = await self.city.app.state.desk.now()
        holder = await self.city.office.account(account)
        assert holder
        made = await self.city.office.keep_representation(
            subject, holder, role, document="示例登记", now=now
        )
        self.acts[account, subject] = made
        return made


async def family(city: City) -> Family:
    """Make the people and what they represent."""
    now = await city.app.state.desk.now()
    office, told = city.office, {"source": "示例登记", "receipt": "DEMO-1", "now": now}
    for account, (number, name) in PEOPLE.items():
        await office.create_account(account, PASSWORD, name=name, kind="applicant", subject=number)
        await office.keep_subject(number, kind="individual", name=name, document="id_card", **told)
    for number, (kind, name) in SUBJECTS.items():
        await office.keep_subject(number, kind=kind, name=name, document="uscc", **told)
    made = Family(city, {})
    await made.represents("wang", SHOP, "owner")
    await made.represents("wang", COMPANY, "legal_representative")
    await made.represents("lin", AGENCY, "legal_representative")
    return made


async def opened(client: httpx.AsyncClient, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Open a case."""
    answer = await client.post("/api/v1/cases", json={**body, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())
