"""A small city with two departments, its people, and an office over a real database."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.office import ApplicationInput, CaseView, Office, Request
from service.office.printing import Form
from service.store.database import Database
from service.store.files import Folder
from service.workflows.case.situation import Action, Actor
from tests.api.city import can_print

from .outside import platform  # noqa: F401 - a fixture for whoever asks

SHANGHAI = ZoneInfo("Asia/Shanghai")
# a Thursday; no real clock is even
MORNING = datetime(2026, 11, 5, 9, 0, 0, 417_389, tzinfo=SHANGHAI).astimezone(UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SUBJECT = "92999901MADEM0046F"

PACK: dict[str, bytes | str] = {
    "directory.yaml": """
kind: directory
region: {code: "999902", title: 云泽市测试区}
departments: {scjg: 市场监督管理局, cg: 城市管理局}
""",
    "vocabulary.yaml": """
kind: vocabulary
fields:
  address: {title: 经营场所地址, type: text, max: 200}
  menu: {title: 经营品种, type: text, source: [earlier]}
  sign_size: {title: 招牌尺寸, type: text}
materials:
  layout: {title: 经营布局图, formats: [pdf, png]}
  drawing: {title: 招牌效果图, formats: [png]}
certificates:
  food: {title: 食品经营许可证, number: "JY{region}{seq:05}", valid: 5y}
reasons:
  layout-no-size: {title: 布局图缺少尺寸标注, material: layout}
""",
    "items/food.yaml": """
kind: item
code: food
title: 食品经营许可
department: scjg
category: licence
basis: [食品安全法 35]
lifecycle: licence
limits: {statutory: 20wd, promised: 5wd}
fields: [address, menu]
materials: [{use: layout, from: [share, upload]}]
result: {certificate: food}
""",
    "items/sign.yaml": """
kind: item
code: sign
title: 户外招牌设置
department: cg
category: confirmation
basis: [城市市容和环境卫生管理条例 11]
lifecycle: licence
limits: {promised: 3wd}
fields: [address, sign_size]
materials: [{use: drawing, from: [share, upload]}]
""",
    "bundle.yaml": """
kind: bundle
code: open-stall
title: 开小吃店
lead: scjg
applicants: [sole-trader]
promised: 12wd
questions:
  - {id: sign, ask: 要装招牌吗？, type: boolean}
items:
  - {use: food}
  - {use: sign, when: answers.sign}
""",
}
for n in range(3, 6):  # three more items, so that one application has five
    PACK[f"items/extra{n}.yaml"] = f"""
kind: item
code: extra{n}
title: 备案{n}
department: cg
category: filing
basis: [示例办法 {n}]
lifecycle: filing
limits: {{promised: 3wd}}
fields: [address]
"""
PACK["five.yaml"] = """
kind: bundle
code: open-five
title: 开五证齐全的店
lead: scjg
applicants: [sole-trader]
promised: 12wd
items: [{use: food}, {use: sign}, {use: extra3}, {use: extra4}, {use: extra5}]
"""

CITIZEN = Actor("zhang", "applicant", subject=SUBJECT, name="张示例")
STRANGER = Actor("li", "applicant", subject="91999901MADEM0038P")
PORTAL = Actor("portal", "portal")
WINDOW = Actor("scjg.window", "clerk", "scjg", frozenset({"window"}))
WINDOW2 = Actor("scjg.window2", "clerk", "scjg", frozenset({"window"}))
REVIEWER = Actor("scjg.reviewer", "clerk", "scjg", frozenset({"reviewer"}))
APPROVER = Actor("scjg.approver", "clerk", "scjg", frozenset({"approver"}))
SIGN_CLERK = Actor("cg.reviewer", "clerk", "cg", frozenset({"reviewer"}))
OUTSIDER = Actor("xf.window", "clerk", "xf", frozenset({"window"}))
SUPERVISOR = Actor("watch", "supervisor")

MATERIALS = ({"material": "layout", "share": True}, {"material": "drawing", "share": True})
STALL = ApplicationInput(
    bundle="open-stall",
    applicant={"type": "sole-trader", "name": "占位小吃店", "id": SUBJECT},
    answers={"sign": True},
    form={"address": "示例路1号", "menu": "面", "sign_size": "3米"},
    materials=MATERIALS,
)
BY_PORTAL = replace(STALL, mandate={"name": "张示例", "reference": "实名核验 17"})
FIVE = replace(STALL, bundle="open-five", answers={})

Open = Callable[..., Awaitable[CaseView]]
Act = Callable[..., Awaitable[CaseView]]


def asks(actor: Actor, now: datetime = MORNING, **more: Any) -> Request:
    """Return a request."""
    return Request(actor, now, **more)


async def prints(office: Office, view: CaseView, kind: str) -> None:
    """See that the applicant's paper of a kind, issued in real time, can be read and printed."""
    (notice,) = [notice for notice in view.case.notices.values() if notice.kind == kind]
    assert notice.issued_at.microsecond
    forms: tuple[Form, ...] = ("html", "pdf") if can_print() else ("html",)
    for form in forms:
        name, _ = await office.paper(
            CITIZEN, view.case.number, notice.n, form, notice.issued_at, base=""
        )
        assert name == f"{notice.title}-{notice.number}.{form}"


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> Office:
    """An office whose city has published its pack."""
    found = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
    await found.install(MORNING - DAY)
    await found.publish_pack(PACK, "admin", MORNING - DAY)
    return found


@pytest.fixture
def opened(office: Office) -> Open:
    """Return a way to open a case."""

    async def open_case(
        draft: ApplicationInput = STALL, now: datetime = MORNING, **more: Any
    ) -> CaseView:
        return await office.open_case(asks(CITIZEN, now, **more), draft)

    return open_case


@pytest.fixture
def done(office: Office) -> Act:
    """Return a way to act: on `food.accept` an item, on `case.withdraw` the case itself."""

    async def act(
        number: str, name: str, actor: Actor, now: datetime = MORNING + HOUR, **data: Any
    ) -> CaseView:
        item, _, action = name.rpartition(".")
        return await office.act(
            asks(actor, now), number, Action(action, "" if item == "case" else item, data)
        )

    return act
