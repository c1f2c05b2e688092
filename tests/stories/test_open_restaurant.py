"""开办餐饮店 as a citizen lives it, told through HTTP: guide, application, correction, a silent window, licences, rating."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import service.workflows
from service.workflows.answers import ID_CHECK, ID_WEIGHTS
from tests.api.city import City, MovableClock, found, living

PACK = Path(service.workflows.__path__[0]) / "packs" / "linhu"
OWNER = {"type": "sole-trader", "name": "云泽市临湖区占位川味小馆", "id": "92999901MADEM0046F"}
PEOPLE: dict[str, dict[str, Any]] = {
    "citizen": {"name": "占位川味小馆", "kind": "applicant", "subject": OWNER["id"]},
    "window": {"name": "市场窗口", "kind": "clerk", "department": "scjg", "posts": ["window"]},
    "reviewer": {"name": "市场审查", "kind": "clerk", "department": "scjg", "posts": ["reviewer"]},
    "approver": {"name": "市场决定", "kind": "clerk", "department": "scjg", "posts": ["approver"]},
    "sign-approver": {"name": "城管决定", "kind": "clerk", "department": "cg", "posts": ["approver"]},
    "sign-window": {"name": "城管窗口", "kind": "clerk", "department": "cg", "posts": ["window"]},
    "supervisor": {"name": "监察", "kind": "supervisor"},
}  # fmt: skip
ANSWERS = {
    "licence": "have", "area": 130, "dishes": ["hot"], "building": "shop", "fumes": True, "fuel": "electric",
    "drain": "property", "sign": True, "ad_area": 0, "entertainment": False, "extras": [], "staff_without_cert": 0,
}  # fmt: skip
API = "/api/v1"


def id_number(first17: str) -> str:
    """Return an ID number with its check character."""
    return first17 + ID_CHECK[sum(int(d) * w for d, w in zip(first17, ID_WEIGHTS, strict=True)) % 11]


FORM = {
    "legal_person_name": "占位某", "legal_person_id": id_number("99990119900101001"), "legal_person_phone": "19900000001",
    "has_agent": False, "data_consent": True, "delivery": "counter", "premises_address": "云泽市临湖区示例路1号",
    "premises_region": "999901", "floor_no": "1层", "usable_area": 110, "kitchen_area": 30, "seats": 40,
    "premises_right": "own", "ready_date": "2026-11-10", "online_ops": False, "food_safety_manager": "占位某",
    "food_safety_manager_id": id_number("99990119900101001"), "disinfect_mode": "own", "staff_count": 6,
    "sign_type": "attached", "sign_count": 1, "sign_size": "4×1×0.1", "sign_content": "占位川味小馆", "sign_lighting": False,
}  # fmt: skip
BY_THE_STATE = {
    "licence-copy": "share",
    "identity": "share",
    "food-rules": "generated",
    "premises-right": "share",
}


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample city with its people."""
    return found(tmp_path_factory.mktemp("linhu"), PACK, PEOPLE)


@pytest.fixture
async def city(founded: Path, tmp_path: Path) -> AsyncIterator[City]:
    """The sample city at nine thirty on Thursday 2026-11-05."""
    async with living(founded, tmp_path, MovableClock()) as made:
        yield made


class Person:
    """Somebody who uses the service and is told when it refuses."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self._client.get(API + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, **more: Any) -> Any:
        answer = await self._client.post(API + path, json=body, **more)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def upload(self, name: str) -> str:
        files = {"file": (f"{name}.pdf", f"%PDF-1.7 {name}".encode())}
        answer = await self._client.post(f"{API}/files", files=files)
        return str(answer.json()["id"])

    async def do(self, number: str, item: str, action: str, **data: Any) -> Any:
        path = f"/cases/{number}/items/{item}/actions" if item else f"/cases/{number}/actions"
        return await self.post(path, {"action": action, "data": data})


def item_of(body: dict[str, Any], code: str) -> dict[str, Any]:
    """Return one item of a case."""
    return next(item for item in body["items"] if item["item"] == code)


async def apply(citizen: Person) -> dict[str, Any]:
    """Ask for the guide, upload what it asks for, and submit."""
    asked = {"applicant": OWNER, "answers": ANSWERS, "handling": {"outdoor-sign": "commitment"}}
    guide = await citizen.post("/bundles/open-restaurant/guide", asked)
    assert [item["code"] for item in guide["items"]] == ["food-licence", "outdoor-sign"]
    assert {"fire-check", "gas", "drainage"} <= {item["code"] for item in guide["not_needed"]}
    assert guide["can_apply"]
    assert guide["savings"]["days"]["before"]["limit"] == "48wd"
    materials: list[dict[str, Any]] = []
    for paper in guide["materials"]:
        if paper["needed_from_applicant"]:
            materials.append({"material": paper["code"], "file": await citizen.upload(paper["code"])})
        else:
            materials.append({"material": paper["code"], BY_THE_STATE[paper["code"]]: True})
    signature = {"method": "网上签署", "name": "占位某"}
    body = {**asked, "bundle": "open-restaurant", "form": FORM, "materials": materials, "signature": signature}
    case: dict[str, Any] = await citizen.post("/cases", body, headers={"idempotency-key": "my-restaurant"})
    again = await citizen.post("/cases", body, headers={"idempotency-key": "my-restaurant"})
    assert again == case
    return case


async def test_from_guide_to_certificates(city: City) -> None:
    """One application, two departments, one correction notice, one deadline that passes, two certificates."""
    anybody, citizen = Person(city.client()), Person(city.client("citizen"))
    window, reviewer, approver = (Person(city.client(who)) for who in ("window", "reviewer", "approver"))
    case = await apply(citizen)
    number, code = case["number"], case["query_code"]
    assert case["notices"][0]["title"] == "收件凭证"
    assert case["promised_on"] == "2026-11-24"

    # The sign is promised: the city office decides at once, the shop hangs it up, the check comes later.
    sign = Person(city.client("sign-approver"))
    granted = await sign.do(number, "outdoor-sign", "grant_by_commitment")
    assert granted["item"]["handling_title"] == "告知承诺"
    assert [other["item"] for other in granted["also"]] == ["outdoor-sign.follow-up"]
    issued = await Person(city.client("sign-window")).do(number, "outdoor-sign", "issue")
    assert issued["certificates"][0]["number"]

    # The food licence: one thing is wrong with the plan, and the applicant is told once.
    task = (await window.get("/tasks", view="unclaimed", item="food-licence"))["items"][0]
    await window.post(f"/tasks/{number}/{task['n']}/claim")
    await window.do(
        number, "food-licence", "note_defects", reasons=[{"text": "布局图没有标尺寸", "material": "layout"}]
    )
    told = await window.do(number, "", "notify_correction")
    assert told["state_title"] == "待补正"
    assert [notice["kind"] for notice in told["notices"]] == ["correction"]
    progress = await anybody.get(f"/track/{number}", code=code)
    assert (progress["state_title"], progress["where"][0]["stage"]) == ("待补正", "补正中")
    assert OWNER["name"] not in str(progress)
    layout = {"material": "layout", "file": await citizen.upload("layout-with-sizes")}
    supplied = await citizen.do(number, "food-licence", "supply", materials=[layout])
    assert supplied["item"]["state_title"] == "待受理"

    # The window stays silent: with the sixth working day it counts as accepted, from the day it was complete.
    due = next(clock["due_on"] for clock in supplied["item"]["clocks"] if clock["clock"] == "notice")
    assert due == "2026-11-12"
    await citizen.post("/demo/clock", {"now": "2026-11-13T00:00:01+08:00"})
    await city.office.expire_due(await city.app.state.desk.now())
    licence = item_of(await citizen.get(f"/cases/{number}"), "food-licence")
    assert (licence["state_title"], licence["accepted_on"]) == ("审查中", "2026-11-05")
    decision = await citizen.get(f"/cases/{number}/clocks/food-licence/decision/explain")
    assert (decision["promised_on"], decision["statutory_on"]) == ("2026-11-12", "2026-11-19")
    lines = (await Person(city.client("supervisor")).get(f"/cases/{number}/events"))["items"]
    assert {"deem_accepted", "red_card"} <= {event["action"] for event in lines}

    # Reviewed by one, decided by another, handed out: the case closes by itself.
    await reviewer.do(number, "food-licence", "propose", opinion="符合条件")
    await approver.do(number, "food-licence", "grant", opinion="同意")
    closed = await window.do(number, "food-licence", "issue")
    assert closed["state_title"] == "全部办结"
    assert "result" in {notice["kind"] for notice in closed["notices"]}
    final = await citizen.get(f"/cases/{number}")
    held = {(c["item"], c["state_title"]) for c in final["certificates"] if c["number"]}
    assert held == {("food-licence", "有效"), ("outdoor-sign", "有效")}
    paper = next(
        notice for notice in final["notices"] if notice["kind"] == "grant" and notice["item"] == "food-licence"
    )
    assert (await anybody.get(f"/documents/{paper['code']}"))["valid"] is True
    rated = await citizen.do(number, "", "rate", grade=5, text="办得很快")
    assert rated["state"] == "granted"
    assert (await citizen.get(f"/cases/{number}"))["ratings"][0]["grade"] == 5
