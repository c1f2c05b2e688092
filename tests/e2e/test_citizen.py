"""A citizen's way: from the home page to the receipt, and twice through a correction; with what it costs them."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from service.commands.sample_cases import FOOD, LI, ONE_PAGE, ZHANG
from service.worker import wall_clock

from .conftest import PHONE, City, Open
from .person import PASSWORD, Person

pytestmark = pytest.mark.asyncio(loop_scope="session")
CAFE: Mapping[str, Any] = {
    "licence": "have",
    "area": "68",
    "usable_area": "60",
    "dishes": ["drinks", "simple"],
    "building": "shop",
    "drain": "property",
    "sign": "no",
    "entertainment": "no",
    "staff_without_cert": "0",
}
OWNER: Mapping[str, Any] = {
    "legal_person_name": "王示例",
    "legal_person_id": "999901199001010010",
    "legal_person_phone": "199 0000 0001",
    "has_agent": "no",
    "data_consent": "yes",
    "delivery": "electronic",
    "premises_address": "示例路1号",
    "floor_no": "1",
    "kitchen_area": "20",
    "online_ops": "no",
    "food_safety_manager": "王示例",
    "food_safety_manager_id": "999901199001010010",
    "disinfect_mode": "own",
    "staff_count": "3",
}
NEWCOMER = "newcomer"
AIM = {"clicks": 25, "fields": 12, "uploads": 2, "pages": 8}
LARGE: Mapping[
    str, Any
] = {  # 350 ㎡ with everything such a place has: a sign, a large ad, gas, a drain of its own
    "licence": "have",
    "area": "350",
    "dishes": ["hot", "salad", "deli", "drinks", "simple"],
    "building": "shop",
    "fumes": "yes",
    "fuel": "pipe",
    "drain": "own",
    "sign": "yes",
    "ad_area": "25",
    "entertainment": "no",
    "fit_out_cost": "28",
    "staff_without_cert": "2",
}
LARGE_FORM: Mapping[str, Any] = {
    "floor_no": "1-2",
    "usable_area": "300",
    "kitchen_area": "90",
    "seats": "160",
    "drainage_volume": "12",
    "outlet_count": "1",
    "has_oil_separator": "yes",
    "rain_sewage_separated": "yes",
    "sign_type": "attached",
    "sign_count": "1",
    "sign_size": "6×1.2×0.2",
    "sign_content": "王示例大饭店",
    "sign_lighting": "yes",
    "exits_count": "3",
    "max_people": "200",
    "fire_responsible": "王示例",
    "fire_manager": "王示例",
    "premises_right": "own",
    "staff_names": "王小丫 999901199001010010 厨师",
    "fire_facilities": ["extinguisher"],
    "ad_type": "panel",
    "ad_position": "示例路1号东墙",
    "gas_alarm_installed": "yes",
    "ready_date": "2026-12-01",
}
AIM_LARGE = {"fields": 22, "pages": 10}


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan of the premises."""
    path = tmp_path / "平面图.pdf"
    path.write_bytes(ONE_PAGE)
    return path


async def settle(town: City) -> None:
    """Let somebody move in who never applied for anything."""
    async with town.office() as office:
        await office.create_account(
            NEWCOMER,
            PASSWORD,
            name="王示例",
            kind="applicant",
            subject="92999901MADEM0054A",
            public_password=True,
        )


async def apply(
    person: Person,
    plan: Path,
    answers: Mapping[str, Any] = CAFE,
    form: Mapping[str, Any] = OWNER,
    said: list[str] | None = None,
) -> str:
    """Go from the home page to the receipt, answering what is asked, and return the number of the case.

    What the guide says that it takes is added to `said`.
    """
    page = person.page
    await person.open("/")
    person.start_counting()
    await person.go(
        "开始办理", "link", within=page.locator("li.thing").filter(has_text="开办餐饮店")
    )
    while "/ask" in page.url:
        await person.fill(answers)
        one = await page.locator("form.question").count()  # one question on the page
        await person.go("下一题" if one else "看我要办什么", within=page.get_by_role("main"))
    await expect(page.get_by_role("heading", level=1)).to_have_text("开办餐饮店：您的办事指南")
    if said is not None:
        said.append(await page.locator("#go").inner_text())
    await person.go("开始申请")
    if "/commitments" in page.url:
        await person.go("先不选，往下填", "link")
    while "/form/" in page.url:
        await person.fill(form)
        await person.go("保存并继续")
    await hand_in(person, plan)
    await person.go("下一步", "link", within=page.get_by_role("main"))
    await expect(page.get_by_role("heading", level=1)).to_have_text("提交前请检查")
    await person.tick(page.get_by_role("checkbox", name="我确认以上内容真实"))
    await person.go("提交申请")
    await expect(page.get_by_role("heading", level=1)).to_have_text("提交成功")
    return await page.locator(".no").first.inner_text()


async def hand_in(person: Person, plan: Path) -> None:
    """Upload each paper that is asked for: choosing the file is enough where there is JavaScript."""
    page = person.page
    await expect(page.get_by_role("heading", level=1)).to_have_text("材料")
    papers = page.locator("section.paper").filter(has_text="还没有交")
    while left := await papers.count():
        await person.upload(papers.first.locator("input[type=file]").first, plan)
        if not person.javascript:
            await person.go("上传", within=papers.first)
        await expect(papers).to_have_count(left - 1)


class TestApplying:
    """From the home page to the number of the receipt."""

    async def test_a_second_shop_stays_within_the_aim(
        self, town: City, somebody: Open, plan: Path
    ) -> None:
        """What was said before of the person stands there already; what belongs to the place is asked."""
        person = await somebody(town, ZHANG.account)
        number = await apply(person, plan)
        assert {name: count for name, count in person.cost.items() if count > AIM[name]} == {}
        await expect(person.page.locator(".qr-box svg")).to_be_visible()
        await person.go("看办理进度", "link")
        assert person.page.url == f"{town.address}/my/cases/{number}"

    async def test_the_first_shop_stays_within_it_too(
        self, town: City, somebody: Open, plan: Path
    ) -> None:
        """Nothing is known of a newcomer."""
        await settle(town)
        person = await somebody(town, NEWCOMER)
        await apply(person, plan)
        sys.stdout.write(f"a newcomer's café: {person.cost}\n")
        assert {name: count for name, count in person.cost.items() if count > AIM[name]} == {}

    async def test_a_large_restaurant_is_told_beforehand_what_it_takes(
        self, town: City, somebody: Open, plan: Path
    ) -> None:
        """The minutes and the papers stand on the guide; the pages and what is typed stay within their aim."""
        await settle(town)
        person = await somebody(town, NEWCOMER)
        said: list[str] = []
        await apply(person, plan, LARGE, {**OWNER, **LARGE_FORM}, said)
        sys.stdout.write(f"a newcomer's restaurant of 350 ㎡: {person.cost}, told: {said}\n")
        assert "分钟填完" in said[0]
        papers = [int(found) for found in re.findall(r"(\d+) 份(?:材料|可以书面)", said[0])]
        assert (
            sum(papers) == person.uploads
        )  # everything is uploaded here, also what a promise could replace
        assert {n: person.cost[n] for n in AIM_LARGE if person.cost[n] > AIM_LARGE[n]} == {}

    @pytest.mark.parametrize(
        "way",
        [
            {"viewport": PHONE},
            {"viewport": PHONE, "javascript": False},
            {"viewport": PHONE, "elder": True},
        ],
        ids=["phone", "without JavaScript", "elder"],
    )
    async def test_on_a_phone(
        self, way: dict[str, Any], town: City, somebody: Open, plan: Path
    ) -> None:
        """One question on a page; the same answers, the same receipt, with and without JavaScript."""
        await settle(town)
        person = await somebody(town, NEWCOMER, **way)
        number = await apply(person, plan)
        assert person.uploads <= AIM["uploads"]
        code = await person.page.locator(".no").nth(1).inner_text()
        async with town.office() as office:
            assert (await office.track(number, code, await office.demo_clock(wall_clock())))[
                "state"
            ] == "received"


class TestCorrection:
    """补正: only what is asked for, as often as it takes."""

    async def test_twice_and_then_accepted(self, town: City, somebody: Open, plan: Path) -> None:
        """Three presses and the repair itself, each time; the clerk repeats a point that was badly supplied."""
        (number,) = await town.applications(1, ZHANG)
        person = await somebody(town, ZHANG.account, viewport=PHONE)
        page = person.page
        for _ in range(2):
            await town.act("scjg.window", number, FOOD, "note_defects", reasons=["layout-no-size"])
            await town.act("scjg.window", number, "", "notify_correction")
            await person.open("/my/cases")
            person.start_counting()
            await person.go(
                "现在去办", "link", within=page.locator("li.case").filter(has_text=number)
            )
            await expect(page.get_by_role("main")).to_contain_text("布局图缺少尺寸标注")
            assert await page.locator("main input[type=file]").count() == 1
            await person.upload(page.get_by_label("经营布局图"), plan)
            await person.go("提交", within=page.get_by_role("main"))
            await expect(page.get_by_role("status").filter(has_text="已经收到")).to_be_focused()
            assert person.cost == {"clicks": 2, "fields": 0, "uploads": 1, "pages": 2}
        await town.act("scjg.window", number, FOOD, "accept")
        await person.go("看办件进度", "link")
        await expect(page.get_by_role("heading", level=1)).not_to_contain_text("补正")
        await expect(page.locator(".items li").first).to_contain_text("审查中")
        await expect(page.locator(".tl")).to_contain_text("受理通知书")

    async def test_what_does_not_fit_is_said_where_it_is(
        self, town: City, somebody: Open, tmp_path: Path
    ) -> None:
        """A file that is no drawing is refused with a sentence; the rest of the page stays."""
        (number,) = await town.applications(1, ZHANG)
        await town.act("scjg.window", number, FOOD, "note_defects", reasons=["layout-no-size"])
        await town.act("scjg.window", number, "", "notify_correction")
        wrong = tmp_path / "平面图.pdf"
        wrong.write_bytes(b"MZ" + bytes(2000))
        person = await somebody(town, ZHANG.account, viewport=PHONE)
        page = person.page
        await person.open(f"/my/cases/{number}/supplement")
        await person.upload(page.get_by_label("经营布局图"), wrong)
        await person.press("提交", within=page.get_by_role("main"))
        await expect(page.locator("#error-summary")).to_be_focused()
        await expect(page.get_by_label("经营布局图")).to_have_attribute("aria-invalid", "true")


class TestAfterwards:
    """Where it stands, and how it was."""

    async def test_the_progress_is_one_press_from_the_code_on_the_receipt(
        self, city: City, somebody: Open, numbers: Mapping[str, str]
    ) -> None:
        """No account is needed, and no name is shown."""
        page = (await somebody(city, viewport=PHONE)).page
        await page.goto(
            f"{city.address}/track/{numbers['correcting']}?code={numbers['correcting_code']}"
        )
        await expect(page.get_by_role("heading", level=1)).to_contain_text("补正")
        await expect(page.get_by_role("main")).not_to_contain_text(LI.name)

    async def test_a_rating_is_one_press_on_the_page_of_the_case(
        self, town: City, somebody: Open
    ) -> None:
        """The five grades stand where the result is."""
        (number,) = await town.applications(1, ZHANG)
        await town.act(ZHANG.account, number, "", "withdraw")
        person = await somebody(town, ZHANG.account, viewport=PHONE)
        await person.open(f"/my/cases/{number}")
        person.start_counting()
        await person.go("非常满意")
        assert person.cost["clicks"] <= 2
        await expect(person.page.get_by_role("main")).to_contain_text("您的评价：非常满意")
