"""Cases with something that follows: for every kind of proceeding one in which it is going on, and one in which it has ended.

All are made once into one database; each names the steps it takes, and what of it may be looked at.
"""

import asyncio
import hashlib
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from service.workflows.case.parts import Case
from service.workflows.case.situation import Actor
from service.workflows.definition.release import Release
from tests.api.city import (
    APPLICATION,
    CITIZEN_ID,
    MORNING,
    OTHER_ID,
    PACK,
    City,
    MovableClock,
    found,
    living,
    with_persons,
)
from tests.api.pages.browser import Browser
from tests.checked import seen

CHANGED = PACK.parent / "followed"  # what these cases need beside the small bundle
POSTS = ("window", "reviewer", "inspector", "approver", "head")
LEAD, BESIDE, OUTSIDE, GOVERNMENT = "scjg", "cg", "xf", "qzf"
PEOPLE: dict[str, dict[str, Any]] = {
    **{
        f"{department}.{post}": {
            "name": f"{department}{post}",
            "kind": "clerk",
            "department": department,
            "posts": [post],
        }
        for department in (LEAD, BESIDE)
        for post in POSTS
    },
    f"{OUTSIDE}.all": {
        "name": "周消",
        "kind": "clerk",
        "department": OUTSIDE,
        "posts": list(POSTS),
    },
    f"{GOVERNMENT}.head": {
        "name": "区长",
        "kind": "clerk",
        "department": GOVERNMENT,
        "posts": ["head"],
    },
    "citizen": {"name": "张三", "kind": "applicant", "subject": CITIZEN_ID},
    "stranger": {"name": "李四", "kind": "applicant", "subject": OTHER_ID},
    "supervisor": {"name": "冯察", "kind": "supervisor"},
    "admin": {"name": "陈管", "kind": "admin"},
    "portal": {"name": "政务网", "kind": "portal"},
}
PEOPLE = with_persons(PEOPLE)

PLAN, PICTURE = b"%PDF-1.7", b"\x89PNG\r\n\x1a\n" + bytes(8)
PLAN_ID, PICTURE_ID = (hashlib.sha256(content).hexdigest() for content in (PLAN, PICTURE))

Step = tuple[
    str, str, dict[str, Any]
]  # who, `<item>.<action>` or the action on the case, what it carries


def step(who: str, what: str, **data: Any) -> Step:
    """Return a step; who has no department named is of the lead."""
    return (who if "." in who or who in PEOPLE else f"{LEAD}.{who}", what, data)


SHOP, SIGN = "shop-licence", "outdoor-sign"
ACCEPTED = (step("window", f"{SHOP}.accept"),)
OPENED = (
    *ACCEPTED,
    step("reviewer", f"{SHOP}.propose", opinion="符合"),
    step("approver", f"{SHOP}.grant", opinion="同意"),
    step("window", f"{SHOP}.issue"),
    step("cg.approver", f"{SIGN}.grant_by_commitment"),
    step("window", f"{SIGN}.issue"),
)
CHECK, LATER = f"{SIGN}.follow-up", f"{SIGN}.later"
WENT = ("cg.inspector", "cg.reviewer")
BROKEN = (
    *OPENED,
    step(
        "cg.inspector",
        f"{CHECK}.find_false",
        **seen(MORNING, *WENT, bad="招牌大一倍"),
        reasons=[{"text": "招牌大一倍"}],
        severity="minor",
    ),
)
REVOKING = (
    *OPENED,
    step("head", f"{SHOP}.start_revocation", ground="unqualified", reason="材料不实"),
    step("reviewer", f"{SHOP}.revocation.tell_grounds", reason="经查材料不实"),
)
REVOKED = (
    *REVOKING,
    step("citizen", f"{SHOP}.revocation.state_case", opinion="请保留"),
    step("head", f"{SHOP}.revocation.decide_revoke", reasons=[{"text": "不具备条件"}]),
)


def ordered(of: str, head: str, *before: Step) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Return the steps to an order of supervision, and on to its end."""
    about = {"item": of} if of != "case" else {}
    going = (*before, step("supervisor", "supervise", text="请尽快办理", **about))
    order = f"{of}.supervision"
    ends = (
        step(head, "reply", opinion="本周办结", **about),
        step("supervisor", f"{order}.close", opinion="同意"),
    )
    return going, (*going, *ends)


def redressed(of: str, head: str, *before: Step) -> tuple[Step, ...]:
    """Return the steps to the end of the redress of a bad rating."""
    does = (("contact", "已联系"), ("settle", "已说明"), ("revisit", "满意"))
    return (*before, *(step(head, f"{of}.redress.{action}", opinion=said) for action, said in does))


WHOLE, ENDED_WHOLE = ordered("case", "head", *ACCEPTED)
ITEM, _ = ordered(SIGN, "cg.head", *ENDED_WHOLE)
_, ENDED_ITEM = ordered(SIGN, "cg.head")
ON_CHECK, ENDED_ON_CHECK = ordered(CHECK, "cg.head", *OPENED)
ENDED_CHECK = (
    *ENDED_ON_CHECK,
    step("reviewer", f"{SHOP}.publication.publish", document="公示1号"),
    step("cg.inspector", f"{CHECK}.pass", **seen(MORNING, *WENT)),
)
MET = (
    *OPENED,
    step(
        "citizen",
        f"{LATER}.report_met",
        materials=[{"material": "sign-picture", "file": PICTURE_ID}],
    ),
    step("cg.inspector", f"{LATER}.confirm_met"),
)
CLAIMED = (*REVOKED, step("citizen", f"{SHOP}.claim_loss", reason="装修损失"))
COMPENSATED = (
    *CLAIMED,
    step("head", f"{SHOP}.loss-claim.award", reason="属实", document="赔决1号"),
)
DEREGISTERED = (*COMPENSATED, step("approver", f"{SHOP}.deregistration.deregister"))
ON_REDRESS, ANSWERED = ordered(
    "case.redress", "head", *DEREGISTERED, step("citizen", "rate", grade=1, text="太慢")
)
REPAIRED = (
    *BROKEN,
    step("citizen", f"{SIGN}.repair.apply_repair", document="已更换的照片", pledge=True),
    step("cg.reviewer", f"{SIGN}.repair.propose_repair", opinion="照片相符"),
    step("cg.approver", f"{SIGN}.repair.grant_repair", opinion="已经改正"),
    step("citizen", "rate", grade=2, item=SIGN),
)
SCRIPTS: dict[str, tuple[Step, ...]] = {
    "an order on the whole": WHOLE,
    "an order on an item, one on the whole has ended": ITEM,
    "an order on an item has ended": ENDED_ITEM,
    "a publication, a check, an order on it": ON_CHECK,
    "a publication, a check, an order on it have ended": ENDED_CHECK,
    "conditions to be met later": OPENED,
    "conditions were met, a revocation": (*MET, *REVOKING[len(OPENED) :]),
    "a deregistration, a revocation has ended": REVOKED,
    "a claim of loss": CLAIMED,
    "a bad rating of the whole, an order on its redress; a deregistration has ended": ON_REDRESS,
    "a bad rating of the whole has been redressed": redressed("case", "head", *ANSWERED),
    "a bad rating of an item has been redressed; repaired": redressed(SIGN, "cg.head", *REPAIRED),
    # The last: it bars from promises.
    "a bad rating of an item, a repair": (*BROKEN, REPAIRED[-1]),
}
LATER_BY = {
    name: {"meets_by": {SIGN: "2026-11-20"}} for name in SCRIPTS if name.startswith("conditions")
}


@dataclass(frozen=True)
class Town:
    """The database with all of them: where it is, each case, and the cookies of who has signed in."""

    database: Path
    cases: Mapping[str, Case]
    release: Release
    cookies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def person(account: str) -> Actor:
    """Return somebody of `PEOPLE` as the office knows them."""
    facts = PEOPLE.get(account, {"kind": ""})
    posts = frozenset(facts.get("posts", ()))
    return Actor(
        account, facts["kind"], facts.get("department", ""), posts, facts.get("subject", "")
    )


def settle(folder: Path) -> Town:
    """Make the cases."""
    pack = folder / "pack"
    shutil.copytree(PACK, pack)
    shutil.copytree(CHANGED, pack, dirs_exist_ok=True)
    founded = found(folder, pack, PEOPLE)
    (folder / "made").mkdir()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _settled(founded, folder / "made")).result()


async def _settled(founded: Path, folder: Path) -> Town:
    async with living(founded, folder, MovableClock()) as city:
        clients = {account: city.client(account) for account in PEOPLE}
        for name, content in (("a.pdf", PLAN), ("a.png", PICTURE)):
            await clients["citizen"].post("/api/v1/files", files={"file": (name, content)})
        cases = {name: await _case(city, clients, name) for name in SCRIPTS}
        release = await city.office.bundle("open-shop")
        cookies = {}
        for account in PEOPLE:
            browser = Browser(city)
            await browser.sign_in(account)
            cookies[account] = dict(browser.http.cookies)
    return Town(folder / "cases.db", cases, release, cookies)


async def _case(city: City, clients: Mapping[str, httpx.AsyncClient], name: str) -> Case:
    body = {
        **APPLICATION,
        "handling": {SIGN: "commitment"},
        "materials": [{"material": "layout", "file": PLAN_ID}],
    }
    made = await clients["citizen"].post("/api/v1/cases", json=body | LATER_BY.get(name, {}))
    assert made.status_code == 201, made.text
    path = f"/api/v1/cases/{made.json()['number']}"
    for who, what, data in SCRIPTS[name]:
        item, _, action = what.rpartition(".")
        place = f"{path}/items/{item}/actions" if item else f"{path}/actions"
        done = await clients[who].post(place, json={"action": action, "data": data})
        assert done.status_code == 200, (name, who, what, done.text)
    view = await city.office.case(person("citizen"), made.json()["number"], city.clock())
    return view.whole
