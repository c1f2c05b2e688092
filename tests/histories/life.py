"""A city found as it had been left: everybody looks at everything, tries what is offered, does it, and time goes on."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from itertools import product
from typing import Any

import httpx

from service.commands.sample_cases import ONE_PAGE
from service.workflows.definition.models.terms import COMPETENCE
from tests.api.city import City
from tests.api.pages.browser import Browser
from tests.checked import seen

API = "/api/v1/cases"
CITIZENS = ("zhang", "li")
LEAD = "scjg"
POSTS = ("window", "reviewer", "approver", "head", "inspector")
SHOWS = ("form", "papers", "others", "record", "chart")
PDF = sha256(ONE_PAGE).hexdigest()
WANTED = (  # what leads on, first what leads furthest
    "issue", "grant", "grant_by_commitment", "propose", "record_inspection", "accept", "find_false", "pass", "supply", "rate", "reply",
)  # fmt: skip

ALWAYS = ("copy", "urge")  # whatever the case is like: not tried over and over


@dataclass
class Life:
    """The stored cases, who has to do with each, and what came of it."""

    city: City
    # number → accounts, the applicant's first
    people: dict[str, list[str]] = field(default_factory=dict)
    foreseen: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def client(self, account: str) -> httpx.AsyncClient:
        """Return somebody's client."""
        if account not in self.clients:
            self.clients[account] = self.city.client(account)
        return self.clients[account]

    async def get(self, account: str, path: str) -> Any:
        """Read something that this person may see."""
        answer = await self.client(account).get(path)
        assert answer.status_code == 200, (account, path, answer.text)
        return answer.json() if "json" in answer.headers["content-type"] else answer.text

    async def find(self) -> None:
        """Look up the cases, drafts included: of the applicant, the lead, the departments of the items, supervision."""
        for account in CITIZENS:
            for case in (await self.get(account, f"{API}?limit=100"))["items"]:
                self.people[case["number"]] = [account]
                if case["state"] != "draft":
                    whole = await self.get(account, f"{API}/{case['number']}")
                    departments = dict.fromkeys(
                        [LEAD, *(item["department"] for item in whole["items"])]
                    )
                    posts = ("window", "head") if whole["closed_at"] else POSTS
                    clerks = [
                        f"{department}.{post}" for department, post in product(departments, posts)
                    ]
                    self.people[case["number"]] += [*clerks, "supervisor"]

    # ---- looking ---------------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Let everybody read each case over the API, and ask of all they are offered what it would do."""
        for number, people in self.people.items():
            for account in people:
                whole = await self.get(account, f"{API}/{number}")
                for offer in (each for each in whole["actions"] if each["action"] not in ALWAYS):
                    sent = {"item": offer["item"], **self.suitable(whole, offer)}
                    self.foreseen[offer["action"]] += await self.post(
                        account, f"{API}/{number}/foresee", sent
                    )
                for path in self.records(whole, account, people[0]):
                    await self.get(account, path)

    async def post(self, account: str, path: str, sent: dict[str, Any]) -> bool:
        """Send something that may be refused; tell whether it was not."""
        answer = await self.client(account).post(path, json=sent)
        assert answer.status_code in (200, 403, 409, 422), (account, path, sent, answer.text)
        return bool(answer.status_code == 200)

    def records(self, whole: dict[str, Any], account: str, applicant: str) -> Iterator[str]:
        """Yield what there is to read about a case: its record and chart, each paper, each limit's reckoning."""
        path, then = (
            f"{API}/{whole['number']}",
            (self.city.clock.at - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        if account == "supervisor":
            yield from (f"{path}/oddities", f"{path}/events")
        if account == f"{LEAD}.window":
            yield f"{path}/where?at={then}"
            yield from (f"{path}/notices/{notice['n']}.html" for notice in whole["notices"])
        if account != applicant or whole["state"] == "draft":
            return
        yield from (f"{path}/events", f"{path}/chart.svg")
        for item in whole["items"]:
            yield from (
                f"{path}/clocks/{item['item']}/{clock['clock']}/explain" for clock in item["clocks"]
            )
        yield from (f"{path}/clocks/case/{clock['clock']}/explain" for clock in whole["clocks"])
        yield from (f"/v/{notice['code']}" for notice in whole["notices"] if notice["code"])
        yield from (f"/api/v1/certificates/{made['number']}" for made in whole["certificates"])

    async def browse(self) -> None:
        """Let everybody open every page there is about each case."""
        browsers: dict[str, Browser] = {}
        for number, people in self.people.items():
            for account in people:
                if account not in browsers:
                    browsers[account] = Browser(self.city)
                    await browsers[account].sign_in(account)
                whole = await self.get(account, f"{API}/{number}")
                for path in pages(whole, account, people[0]):
                    page = await browsers[account].get(path)
                    refused = page.status in (403, 404, 409) and ("/do/" in path or "/why/" in path)
                    assert page.status == 200 or refused, (account, path, page.text[:500])

    # ---- doing -----------------------------------------------------------------------------------------------

    async def live(self, weeks: int) -> None:
        """Go on week by week: everybody does what leads on, then there are seven punctual midnights."""
        for _ in range(weeks):
            for number, people in self.people.items():
                for account in people:
                    await self.act(account, number)
            for _ in range(7):
                self.city.clock.forward(days=1)
                await self.city.sweep()
            await self.city.office.recalendar(self.city.clock())

    async def act(self, account: str, number: str) -> None:
        """Do the first thing offered that leads on."""
        whole = await self.get(account, f"{API}/{number}")
        offers = [offer for offer in whole["actions"] if offer["action"] in WANTED]
        for offer in sorted(offers, key=lambda offer: WANTED.index(offer["action"])):
            sent = self.suitable(whole, offer)
            if offer["action"] == "supply" and not sent["data"].get("points"):
                continue
            about = f"/items/{offer['item']}" if offer["item"] else ""
            path = f"{API}/{number}{about}/actions"
            if await self.post(account, path, sent):
                self.done[offer["action"]] += 1
                return

    def suitable(self, whole: dict[str, Any], offer: dict[str, Any]) -> dict[str, Any]:
        """Return an action with what it could carry."""
        item = next((each for each in whole["items"] if each["item"] == offer["item"]), None)
        told = [point for point in item["to_correct"] if not point["answered"]] if item else []
        materials = [point["material"] for point in told if point["material"]] or ["layout"]
        reasons = [point["reason"] for point in told if not point["reason"].startswith("own:")]
        known = {
            "reasons": reasons or [{"text": "与实际不符"}], "opinion": "意见。", "procedure": "testing", "basis": "某法 9", "affects": "both", "statute": "", "pause": "survey", "selected": "yes", "standard": "none", "days": 3, "grade": 5,
            "notice_text": "请等候。", "gaps": materials, "reason": "案情复杂",
            "materials": [{"material": code, "file": PDF} for code in materials], "document": "文书1号", "pledge": True,
            "severity": "ordinary", "parties": [{"name": "占位邻", "contact": "示例路2号"}], "party": 1,
            "chair": f"{item['department'] if item else LEAD}.head", "ground": "other", "compensation": "补偿1号", "text": "很好",
            **self.seen(item, offer["action"]), "where": "市行政审批局",
            **({"ground": COMPETENCE} if offer["action"] == "decline" else {}),
            **({"item": held(whole)} if offer["action"].startswith(("request_dereg", "deregister_for")) else {}),
            **({"item": going_on(whole)} if offer["action"] == "close_follow_up" else {}), "cause": "dissolution",
            "notice": 1, "date": (self.city.clock.at + timedelta(days=12)).date().isoformat(), "to": "cg", "form": {},
        }  # fmt: skip
        points = (
            {"points": [point["reason"] for point in told]} if offer["action"] == "supply" else {}
        )
        return {
            "action": offer["action"],
            "data": {need: known[need] for need in offer["needs"] if need in known} | points,
        }

    def seen(self, item: dict[str, Any] | None, action: str) -> dict[str, Any]:
        """Return the record of a check by two colleagues; what it finds is what the action says."""
        department = item["department"] if item else LEAD
        went = (f"{department}.inspector", f"{department}.reviewer")
        bad = "与承诺不符" if action not in ("pass", "record_inspection") else ""
        points = len(item["conditions"]) if item else 1
        return seen(self.city.clock(), *went, points=points or 1, bad=bad)


def held(whole: dict[str, Any]) -> str:
    """Return an item whose certificate is in force."""
    return next(made["item"] for made in whole["certificates"] if made["state"] == "valid")


def going_on(whole: dict[str, Any]) -> str:
    """Return a check after a grant that is going on."""
    checks = (each["item"] for each in whole["items"] if ".follow-up" in each["item"])
    return next(code for code in checks if any(at["item"] == code for at in whole["where"]))


def pages(whole: dict[str, Any], account: str, applicant: str) -> Iterator[str]:
    """Yield the pages about a case for one person."""
    number, mine, desk = (
        whole["number"],
        f"/my/cases/{whole['number']}",
        f"/desk/cases/{whole['number']}",
    )
    if whole["state"] == "draft":
        yield from (
            f"/apply/{number}{step}"
            for step in ("", "/form/1", "/materials", "/commitments", "/check")
        )
    elif account == "supervisor":
        yield mine
    elif account == applicant:
        yield from (
            mine,
            f"{mine}/supplement",
            f"{mine}/rate",
            f"/track/{number}?code={whole['query_code']}",
        )
        yield from (f"{mine}/papers/{notice['n']}" for notice in whole["notices"])
        yield from (
            f"{mine}/why/{item['item']}/{c['clock']}"
            for item in whole["items"]
            for c in item["clocks"]
        )
        for offer in whole["actions"]:
            yield f"{mine}{'/items/' if offer['item'] else ''}{offer['item']}/do/{offer['action']}"
    else:
        own = [
            item["item"]
            for item in whole["items"]
            if item["department"] == account.partition(".")[0]
        ]
        yield from (f"{desk}?item={item}" for item in own) if own else [desk]
        yield from (f"{desk}?show={show}" for show in SHOWS) if account == f"{LEAD}.window" else ()
        yield from (
            f"{desk}/do/{offer['action']}?item={offer['item']}" for offer in whole["actions"]
        )
