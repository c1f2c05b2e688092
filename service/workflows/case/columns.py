"""JSON 列 — what the JSON columns of the parts hold, key by key. They are kept as written: a key that is absent was never said."""

from typing import Any, Literal, NotRequired, TypedDict

from service.workflows.definition.models.terms import HearingStep


class Point(TypedDict):
    """要点 — what is wrong, by a reason of the catalogue or in own words, and the paper or field it concerns."""

    reason: str
    title: str
    material: NotRequired[str]
    field: NotRequired[str]
    basis: NotRequired[str]


class PointTold(Point):
    """告知的要点 — a point as the one notice tells it: with its item, which has points of its own."""

    item: str  # its title
    code: str


class ThirdParty(TypedDict):
    """利害关系人 — whom a hearing is told of beside the applicant, and the answer, empty until there is one."""

    name: str
    contact: str
    answer: HearingStep | Literal[""]


class Signature(TypedDict):
    """签署 — who of several signed for which action, and whether it decides for the applicant."""

    account: str
    action: str
    at: str
    good: bool


class CheckedPoint(TypedDict):
    """审查要点的核查结果 — one point of a checklist: ok 符合, bad 不符合, na 不适用, and what was seen."""

    point: str
    result: Literal["ok", "bad", "na"]
    note: str  # empty unless something was said; never empty where it is bad


class Officer(TypedDict):
    """核查人员 — one of those who went: the account and the name that the record shows."""

    account: str
    name: str


class SignedBy(TypedDict):
    """签字 — an officer's confirmation that the record is true, by account, name and instant (ISO text)."""

    account: str
    name: str
    at: str


class RepresentedBy(TypedDict, total=False):
    """代表、代理 — who acts for the applicant and on what ground; of a company that is the agent, also who acts for it."""

    role: str  # one of ROLES
    name: str
    number: str
    by_name: str
    by_number: str
    until_on: str


class Extension(TypedDict):
    """延长 — by how long a limit was made longer, by whom and why."""

    days: str  # a duration: 10wd
    at: str
    by: str
    reason: str


class RegisterAnswer(TypedDict):
    """登记的答复 — what a register said of whom, when it was asked, and for which receipt; or why it said nothing."""

    about: str  # number of whose record was asked for
    at: str  # ISO instant
    values: dict[str, Any]
    receipt: str
    fault: str


class Remedies(TypedDict):
    """救济途径 — the two ways against a decision, and the last day of each."""

    text: str
    review_until: NotRequired[str]
    suit_until: NotRequired[str]
    law: NotRequired[str]


class Served(TypedDict):
    """送达 — what a 送达回证 tells: the paper by title and number, the day, what proves it."""

    paper: str
    number: str
    on: str
    document: str


class AcceptedItem(TypedDict):
    """受理的事项 — one line of an acceptance certificate: by code, its day, its last days as they then stood."""

    item: str
    accepted_on: str
    statutory_on: NotRequired[str]
    promised_on: NotRequired[str]


class Body(TypedDict, total=False):
    """文书内容 — what a paper says; dates as ISO text, what is not said is left out."""

    text: str
    item: str  # its title
    items: list[str]  # `title` or `title：result`
    department: str  # whose paper it is
    law: str
    basis: str  # of the limit that a card is about
    points: list[str]
    asked: list[PointTold]  # `points` with what each of them concerns
    dates: dict[str, str]  # what falls on it → day
    note: str
    materials: list[str]  # received; titles, as below
    fetched: list[str]  # that offices hand over or the system writes
    promised: list[str]  # in whose place a written promise stands
    missing: list[str]
    exempted: list[str]
    certificates: list[str]
    remedies: Remedies
    concerned: str  # whom the case is about, where that is not the applicant: `title：name`
    addressee: str  # the third party it is addressed to
    document_number: str  # 文号, see `notices.numbering`
    limits: list[AcceptedItem]  # of an acceptance: each item with its last days
    accepted: list[str]  # the items that one certificate accepts together; codes
    grants: dict[str, str]  # what is granted → what exactly
    consequences: list[str]  # what follows if something is not done
    served: Served  # of a 送达回证: which paper, when, on what proof
    checked: list[str]  # a check on the spot: each point with its result and what was seen
