"""Who meets in the sample city: what a citizen does at the portal, what a clerk does at the desk, and their matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from service.workflows.application.identities import id_check, uscc_check
from service.workflows.calendar import TZ
from tests.api.city import with_persons

API = "/api/v1"
Json = dict[str, Any]
PICTURE = b"\x89PNG\r\n\x1a\n"


def id_number(first17: str) -> str:
    """Return an ID number with its check character."""
    return first17 + id_check(first17)


def credit_code(first17: str) -> str:
    """Return a 统一社会信用代码 with its check character."""
    return first17 + uscc_check(first17)


@dataclass(frozen=True)
class Applicant:
    """Somebody with a matter: in whose name, and who signs."""

    type: str
    name: str
    id: str
    signs: str  # 法定代表人、经营者，or the person
    phone: str
    id_number: str

    @classmethod
    def citizen(cls, name: str, first17: str, phone: str) -> "Applicant":
        """Return a natural person."""
        number = id_number(first17)
        return cls("individual", name, number, name, phone, number)

    def given(self) -> Json:
        """Return what stands in an application."""
        return {"type": self.type, "name": self.name, "id": self.id}

    def knows(self) -> Json:
        """Return what this applicant writes into any form."""
        return {
            "legal_person_name": self.signs,
            "legal_person_id": self.id_number,
            "legal_person_phone": self.phone,
            "has_agent": False,
            "data_consent": True,
            "delivery": "electronic",
            "premises_address": "云泽市临湖区柳荫路16号",
            "premises_region": "999901",
            "premises_right": "own",
            "shareholders": [
                {"name": self.signs, "amount": 500000, "share": 100, "paid_by": "2030-12-31"}
            ],
        }


LIN = Applicant(
    type="sole-trader",
    name="云泽市临湖区林记川味小馆",
    id=credit_code("92999901MADEM0204"),
    signs="林秀兰",
    phone="19900000204",
    id_number=id_number("99990119840317002"),
)
GAO = Applicant(
    type="enterprise",
    name="云泽市拾光贸易有限公司",
    id=credit_code("91999901MADEM0215"),
    signs="高建平",
    phone="19900000215",
    id_number=id_number("99990119751102001"),
)
TANG = Applicant(
    type="enterprise",
    name="云泽市湖光餐饮管理有限公司",
    id=credit_code("91999901MADEM0226"),
    signs="唐文博",
    phone="19900000226",
    id_number=id_number("99990119880625003"),
)
HE = Applicant(
    type="enterprise",
    name="云泽市康宁药房连锁有限公司",
    id=credit_code("91999901MADEM0237"),
    signs="何丽君",
    phone="19900000237",
    id_number=id_number("99990119820914002"),
)
WANG = Applicant.citizen("王晓燕", "99990119940508002", "19900000248")
SHEN = Applicant.citizen("沈国强", "99990119790121001", "19900000259")
# who has no part in any story
QIAO = Applicant.citizen("乔一鸣", "99990119910730001", "19900000261")
APPLICANTS = {
    "lin": LIN,
    "gao": GAO,
    "tang": TANG,
    "he": HE,
    "wang": WANG,
    "shen": SHEN,
    "qiao": QIAO,
}

STAFF: dict[str, dict[str, str]] = {  # department → post → who
    "scjg": {"window": "周敏", "reviewer": "郑岚", "inspector": "罗毅", "approver": "何志远", "head": "方建国"},
    "xf": {"window": "彭涛", "reviewer": "秦磊", "inspector": "贺军", "approver": "石勇"},
    "cg": {"window": "孙倩", "reviewer": "吴桐", "inspector": "丁浩", "approver": "姜华", "head": "严明", "legal": "许静"},
    "zj": {"window": "马琳", "reviewer": "葛亮", "approver": "宋伟"},
    "ps": {"window": "池源", "reviewer": "江澜", "approver": "汪斌"},
    "wjw": {"window": "夏青", "approver": "安琪"},
    "ga": {"window": "卢杰", "reviewer": "钟诚", "inspector": "雷鸣", "approver": "武刚"},
    "sw": {"window": "金慧", "reviewer": "毛毅", "cashier": "计然", "approver": "邵峰"},
    "rs": {"window": "任洁", "reviewer": "常青", "approver": "尹川"},
    "rq": {"window": "陆燃", "inspector": "焦洋", "approver": "温凯"},
    "yc": {"window": "叶青", "reviewer": "叶帆", "approver": "梁栋", "head": "覃峰"},
    "jk": {"window": "白宁", "reviewer": "董霞", "inspector": "方岩", "approver": "霍平"},
    "ty": {"window": "牛犇", "reviewer": "康乐", "inspector": "尤勇", "approver": "洪波"},
    "yb": {"window": "齐欣", "approver": "祝安"},
    "hg": {"window": "关越"},
    "yh": {"window": "钱莉"},
    "yy": {"window": "于悦", "approver": "段玉"},
    "zrzy": {"window": "竺青", "reviewer": "田野", "approver": "单雄"},
    "mz": {"window": "柳岸", "reviewer": "卞和"},
    "gjj": {"approver": "经纬"},
    "cl": {"window": "纪念"},
    "yl": {"window": "华蕾", "reviewer": "苗青", "approver": "柏林"},
    "gd": {"inspector": "石磊", "approver": "闵亮"},
    "gs": {"inspector": "柯江", "approver": "顾清"},
}  # fmt: skip


def accounts() -> Mapping[str, Json]:
    """Return everybody's account: `scjg.window` is the window of the market office."""
    clerks = {
        f"{department}.{post}": {
            "name": name,
            "kind": "clerk",
            "department": department,
            "posts": [post],
        }
        for department, posts in STAFF.items()
        for post, name in posts.items()
    }
    citizens = {
        account: {"name": who.signs, "kind": "applicant", "subject": who.id}
        for account, who in APPLICANTS.items()
    }
    watching = {"supervisor": {"name": "冯察", "kind": "supervisor"}}
    return with_persons({**clerks, **citizens, **watching})


class Person:
    """Somebody who uses the service: what is asked is answered, or refused in so many words."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, **query: Any) -> Any:
        """Read something."""
        answer = await self.client.get(API + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """Do something."""
        answer = await self.client.post(API + path, json=body, **more)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def may_not_see(self, path: str) -> None:
        """Ask for what is not one's own: it might as well not be there."""
        answer = await self.client.get(API + path)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found"), path

    async def does(self, matter: "Matter", what: str, **data: Any) -> Json:
        """Take an action, `item.action`, or one on the whole: `notify_correction`."""
        done: Json = await self.post(*_action(matter, what, data))
        return done

    async def cannot(self, matter: "Matter", what: str, **data: Any) -> str:
        """Try an action and return why it is refused."""
        path, body = _action(matter, what, data)
        answer = await self.client.post(API + path, json=body)
        assert answer.status_code in (403, 409, 422), answer.text
        return str(answer.json()["type"].removeprefix("/problems/"))

    async def uploads(self, name: str, *formats: str) -> str:
        """Hand in a file and return its id; no two are alike."""
        end, begin = ("png", PICTURE) if formats and "pdf" not in formats else ("pdf", b"%PDF-1.7 ")
        files = {"file": (f"{name}.{end}", begin + name.encode())}
        answer = await self.client.post(f"{API}/files", files=files)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


def _action(matter: "Matter", what: str, data: Json) -> tuple[str, Json]:
    item, _, action = what.rpartition(".")
    path = f"/cases/{matter.number}/items/{item}" if item else f"/cases/{matter.number}"
    return f"{path}/actions", {"action": action, "data": data}


def _way(paper: Json) -> str:
    """Return how a paper comes: by a certificate only where the guide names the one that is held."""
    origins = [origin["code"] for origin in paper["origins"]]
    way = paper["way"]["code"]
    if way == "certificate" and "免交，用" not in paper["how"]:
        way = next(origin for origin in origins if origin != "certificate")
    return "file" if way == "upload" else way


class Clerk(Person):
    """Who works in a department: takes a task first, then does it."""

    async def takes(self, matter: "Matter", item: str) -> Json:
        """Claim the task of an item from the list of those that nobody has."""
        found = await self.get("/tasks", view="unclaimed", item=item, number=matter.number)
        (task,) = found["items"]
        claimed: Json = await self.post(f"/tasks/{matter.number}/{task['n']}/claim")
        return claimed


class Portal(Person):
    """A citizen at home: asks for the guide, fills in the one form, hands in the one set of papers."""

    def __init__(self, client: httpx.AsyncClient, who: Applicant) -> None:
        super().__init__(client)
        self.who = who
        self.applied = 0

    async def guide(self, bundle: str, **asked: Any) -> Json:
        """Ask what has to be done in one's situation."""
        body = {"applicant": self.who.given(), **asked}
        found: Json = await self.post(f"/bundles/{bundle}/guide", body)
        return found

    async def fills_in(self, bundle: str, told: Json, **asked: Any) -> tuple[Json, Json]:
        """Write the form until nothing is left open; return it and the guide for it."""
        form, usual = dict(told), self.who.knows()
        while True:
            guide = await self.guide(bundle, **asked, form=form)
            fields = guide["form"]["properties"]
            left = set(guide["form"]["required"]) - set(form) - set(guide["prefill"])
            if not left:
                return {name: form[name] for name in fields if name in form}, guide
            form |= {n: usual[n] if n in usual else self.writes(fields[n]) for n in left}

    def writes(self, field: Json) -> Any:
        """Return what somebody writes who has nothing particular to say."""
        if "enum" in field:
            return field["enum"][0]
        if "enum" in field.get("items", {}):
            return field["items"]["enum"][:1]
        card = {"kind": "id_card", "number": self.who.id_number}
        own: Json = {"id-number": self.who.id_number, "identity": card}
        own |= {"phone": self.who.phone, "date": "2026-12-01"}
        plain = {"boolean": True, "array": ["无"], "string": "无"}
        numbers = max(1, field.get("minimum", 1))
        return own.get(field["x-type"], plain.get(field["type"], numbers))

    async def papers(self, guide: Json, without: tuple[str, ...]) -> list[Json]:
        """Gather the one set: what the state has is not handed in."""
        gathered: list[Json] = []
        for paper in guide["materials"]:
            way = _way(paper)
            if paper["code"] in without:
                continue
            given = await self.uploads(paper["title"], *paper["formats"]) if way == "file" else True
            gathered.append({"material": paper["code"], way: given})
        return gathered

    async def applies(
        self,
        bundle: str,
        answers: Json,
        form: Json | None = None,
        *,
        handling: dict[str, str] | None = None,
        defer: tuple[str, ...] = (),
    ) -> "Matter":
        """Ask for the guide, write the one form, gather the one set of papers, and submit."""
        asked: Json = {"answers": answers, "handling": handling or {}}
        filled, guide = await self.fills_in(bundle, form or {}, **asked)
        assert guide["can_apply"]
        papers = await self.papers(guide, defer)
        papers += [{"material": code, "defer": True} for code in defer]
        return await self.submits(bundle, **asked, form=filled, materials=papers)

    async def submits(self, bundle: str, **given: Any) -> "Matter":
        """Hand an application in, twice because the line was slow: it is one."""
        self.applied += 1
        key = {"idempotency-key": f"{bundle}-{self.applied}"}
        body = self.application(bundle, **given)
        case = await self.post("/cases", body, headers=key)
        assert await self.post("/cases", body, headers=key) == case
        assert case["notices"][0]["title"] == "收件凭证"
        return Matter(case["number"], case["query_code"], self)

    async def is_refused(self, bundle: str, **given: Any) -> Json:
        """Hand in what may not be applied for, and return why not."""
        body = self.application(bundle, **given)
        answer = await self.client.post(f"{API}/cases", json=body)
        assert answer.status_code in (409, 422), answer.text
        refused: Json = answer.json()
        return refused

    def application(self, bundle: str, **given: Any) -> Json:
        """Return an application in one's own name, signed."""
        signature = {"method": "网上签署", "name": self.who.signs}
        applicant = self.who.given()
        return {"bundle": bundle, "applicant": applicant, "signature": signature, **given}

    async def supplies(self, matter: "Matter", item: str, *materials: str, **data: Any) -> Json:
        """Hand in what was asked for."""
        told = [
            {"material": code, "file": await self.uploads(f"{code}（改）")} for code in materials
        ]
        data |= {"materials": told} if told else {}
        return await self.does(matter, f"{item}.supply", **data)


@dataclass
class Matter:
    """办件 — one matter, as the one whose it is sees it."""

    number: str
    code: str
    owner: Portal

    async def seen(self, eyes: Person | None = None) -> Json:
        """Return all that the applicant sees, or somebody else."""
        shown: Json = await (eyes or self.owner).get(f"/cases/{self.number}")
        return shown

    async def state(self) -> str:
        """Return the state of the whole."""
        return str((await self.seen())["state"])

    async def states(self) -> dict[str, str]:
        """Return the state of each item."""
        return {item["item"]: item["state"] for item in (await self.seen())["items"]}

    async def clock(self, name: str, eyes: Person | None = None) -> Json:
        """Return a clock, `item.clock`; one of the whole by its own name."""
        seen = await self.seen(eyes)
        parts = [("", seen), *((f"{item['item']}.", item) for item in seen["items"])]
        clocks: dict[str, Json] = {
            f"{prefix}{clock['clock']}": clock for prefix, part in parts for clock in part["clocks"]
        }
        return clocks[name]

    async def dates(self, name: str) -> tuple[str | None, str | None]:
        """Return until when it is promised and until when the law allows."""
        clock = await self.clock(name)
        return clock["promised_on"], clock["statutory_on"]

    async def due(self, name: str, eyes: Person | None = None) -> str | None:
        """Return the earlier of both; nothing while the clock rests."""
        due: str | None = (await self.clock(name, eyes))["due_on"]
        return due

    async def turn(self) -> tuple[str, str | None]:
        """Return whose turn it is, and until when."""
        turn = (await self.seen())["turn"]
        return turn["whose"], turn["due_on"]

    async def notices(self) -> list[str]:
        """Return the kinds of papers in the order in which they came."""
        return [notice["kind"] for notice in (await self.seen())["notices"]]


def beijing(moment: str) -> datetime:
    """Return an instant of the story, never a whole second: `2026-11-05 09:30`."""
    return datetime.fromisoformat(f"{moment}:17.204831").replace(tzinfo=TZ)
