"""样例人物 — people, shops, companies and an agent of the sample city: of no place there is, with right check characters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service.office import MandateInput, Office
from service.workflows.case import Role

PASSWORD = "yijianshi"  # noqa: S105 - printed at every start
REGISTER = "样例登记"  # which register confirmed them
UNTIL = timedelta(days=365)  # how long the sample mandate lasts


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom a register of the sample city knows; `account` is empty for whom others act."""

    number: str
    name: str
    kind: str = "individual"
    document: str = "id_card"
    account: str = ""
    phone: str = ""  # as the register has it, by which a person proves to be the one


@dataclass(frozen=True, slots=True)
class Acts:
    """Who is what of which shop or company, as the register says."""

    holder: Known
    subject: Known
    role: Role


WANG = Known("999901199203152244", "王小梅", account="wang", phone="19900000101")
LIN = Known("999901198507083319", "林国栋", account="lin", phone="19900000102")
ZHAO = Known("999901199609214521", "赵敏", account="zhao", phone="19900000103")
ANNA = Known("E71234568", "安娜·彼得罗娃", document="passport", account="anna", phone="19900000104")
CHAN = Known("H12345678", "陈伟明", document="permit_hk_mo", account="chan", phone="19900000105")
SUN = Known(
    "999901197811305532", "孙建平", phone="19900000106"
)  # without an account: to register with
WU = Known("999901199302086182", "吴海燕", phone="19900000107")
TEA = Known("92999901MADEM0204G", "临湖区小梅奶茶店", "sole-trader", "uscc")
FOOD = Known("91999901MADEM0212E", "云泽市小梅餐饮管理有限公司", "enterprise", "uscc")
AGENCY = Known("91999901MADEM02209", "云泽市万事通代办服务有限公司", "enterprise", "uscc")
NOODLES = Known("91999901MADEM0038P", "云泽市湖畔面馆有限公司", "enterprise", "uscc")
SUNS = Known("91999901MADEM02396", "云泽市建平五金有限公司", "enterprise", "uscc")
WONTON = Known("92999901MADEM0011W", "临湖区张记馄饨店", "sole-trader", "uscc")
EVERYBODY: Sequence[Known] = (
    *(WANG, LIN, ZHAO, ANNA, CHAN, SUN, WU),
    *(TEA, FOOD, AGENCY, NOODLES, SUNS, WONTON),
)
ACTS: Sequence[Acts] = (
    Acts(WANG, TEA, "owner"),
    Acts(WANG, FOOD, "legal_representative"),
    Acts(LIN, AGENCY, "legal_representative"),
    Acts(ZHAO, NOODLES, "authorised"),
    Acts(SUN, SUNS, "legal_representative"),
)
BY_NUMBER: Mapping[str, Known] = {each.number: each for each in EVERYBODY}


async def settle(office: Office, at: datetime) -> None:
    """Let them come to the city, once: accounts, what they represent, and a mandate to the agent."""
    for each in EVERYBODY:
        if each.account:
            await office.create_account(
                each.account,
                PASSWORD,
                name=each.name,
                kind="applicant",
                subject=each.number,
                public_password=True,
            )
        if each.account or each.kind != "individual":
            await office.keep_subject(
                each.number,
                kind=each.kind,
                name=each.name,
                document=each.document,
                source=REGISTER,
                receipt=each.number[-6:],
                now=at,
            )
    for acts in ACTS:
        if holder := await office.account(acts.holder.account or "-"):
            number = acts.subject.number
            await office.keep_representation(number, holder, acts.role, document=REGISTER, now=at)
    await _mandate(office, at)


async def _mandate(office: Office, at: datetime) -> None:
    """Let the agent act for 王小梅's company, for a year."""
    until: date = at.date() + UNTIL
    given = MandateInput(name=AGENCY.name, number=AGENCY.number, until_on=until)
    giver = await office.acting(WANG.account, await identity(office, WANG, FOOD, at), at)
    taker = await office.acting(LIN.account, await identity(office, LIN, AGENCY, at), at)
    await office.accept_mandate(taker, await office.give_mandate(giver, given, at), at)


async def identity(office: Office, holder: Known, subject: Known, at: datetime) -> str:
    """Return by what somebody acts for a subject; empty where it is himself."""
    found = await office.identities(holder.account, at)
    return next(each.id for each in found if each.number == subject.number)
