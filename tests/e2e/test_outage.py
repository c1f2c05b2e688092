"""The server dies while somebody works: a banner, nothing that was typed is lost, nothing is done twice."""

import os
import random
import signal
import sqlite3
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from service.commands import sample_cases
from service.commands.sample_cases import ONE_PAGE, ZHANG
from service.office import Request
from service.worker import wall_clock

from .conftest import City, Open
from .person import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")


class TestSignIn:
    """The smallest form there is."""

    async def test_waits_for_the_server(self, town: City, somebody: Open) -> None:
        """The page stays, with what was typed; the same press works when the server is back."""
        person = await somebody(town)
        await person.open("/sign-in")
        page = person.page
        await page.get_by_label("用户名").fill("zhang")
        await page.get_by_label("密码", exact=True).fill(PASSWORD)
        town.kill()
        button = page.get_by_role("main").get_by_role("button", name="登录")
        await button.click()
        await expect(page.get_by_role("alert")).to_contain_text("填写的内容还在")
        await expect(page.get_by_label("用户名")).to_have_value("zhang")
        await town.start()
        await button.click()
        await expect(page.get_by_role("button", name="退出", exact=True)).to_be_visible()

    async def test_shows_a_refusal_where_it_belongs(self, city: City, somebody: Open) -> None:
        """The form comes back with what is wrong, the summary has the focus, and reloading asks for the page anew."""
        person = await somebody(city)
        await person.open("/sign-in")
        page = person.page
        await page.get_by_label("用户名").fill("nobody")
        await person.press("登录", within=page.get_by_role("main"))
        await expect(page.locator("#error-summary")).to_be_focused()
        await expect(page).to_have_title("错误：登录 - 一件事一次办")
        await expect(page.get_by_label("用户名")).to_have_value("nobody")
        await page.reload()
        await expect(page.locator("#error-summary")).to_have_count(0)

    async def test_leads_who_acts_for_several_to_the_choice(
        self, city: City, somebody: Open
    ) -> None:
        """Being led on with `next` in the address is not the end of a session."""
        person = await somebody(city)
        await person.open("/sign-in")
        page = person.page
        await page.get_by_label("用户名").fill("wang")
        await page.get_by_label("密码", exact=True).fill(PASSWORD)
        await page.get_by_role("main").get_by_role("button", name="登录").click()
        await page.wait_for_url("**/identity*")
        await expect(page.get_by_role("button", name="退出", exact=True)).to_be_visible()


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan of some hundred kilobytes."""
    path = tmp_path / "平面图.pdf"
    path.write_bytes(ONE_PAGE + b"%" + random.randbytes(400_000).hex().encode())
    return path


async def ready(town: City) -> str:
    """Keep a draft that can be submitted as it stands, and return its number."""
    async with town.office() as office:
        release, now = (
            await office.bundle(sample_cases.BUNDLE),
            await office.demo_clock(wall_clock()),
        )
        papers = await sample_cases.sample_files(office, ZHANG, now)
        made = sample_cases.application(
            release, sample_cases.Tale(ZHANG, 0, sample_cases.CAFE, draft=True), now, papers
        )
        return (await office.open_case(Request(ZHANG.actor(), now), made)).case.number


def submitted(town: City, number: str) -> int:
    """Count how often a case was submitted, as the record tells."""
    with sqlite3.connect(town.folder / "cases.db") as file:
        query = "SELECT count(*) FROM events JOIN cases ON cases.id = case_id WHERE cases.number = ? AND action = 'submit'"
        (count,) = file.execute(query, (number,)).fetchone()
    file.close()
    return int(count)


class TestUpload:
    """A file on its way when the power goes."""

    async def test_is_taken_up_again(self, town: City, somebody: Open, plan: Path) -> None:
        """The page says what happened and keeps the file; one press sends it again."""
        number = await ready(town)
        person = await somebody(town, ZHANG.account)
        page = person.page
        await person.open(f"/apply/{number}/materials")
        paper = page.locator("section.paper").filter(has_text="经营布局图")
        await paper.get_by_text("换一个文件").click()
        line = await page.context.new_cdp_session(page)
        slow = {
            "offline": False,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": 100_000,
        }
        await line.send("Network.enable")
        await line.send("Network.emulateNetworkConditions", slow)
        await paper.locator("input[type=file]").set_input_files(plan)
        await expect(paper.locator("progress")).to_be_visible()
        town.kill()
        await expect(paper.get_by_role("alert")).to_contain_text("网络断开，没有传上")
        await line.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
        await town.start()
        await paper.get_by_role("button", name="再传一次").click()
        await expect(page.get_by_role("link", name=plan.name)).to_be_visible()
        async with town.office() as office:
            view = await office.case(ZHANG.actor(), number, await office.demo_clock(wall_clock()))
        assert [each.name for each in view.case.materials.values()].count(plan.name) == 1


class TestSubmitting:
    """The one press that counts, and the power goes."""

    async def test_before_it_was_done(self, town: City, somebody: Open) -> None:
        """A banner, the tick is still there, and the same press submits once the server is back."""
        number = await ready(town)
        person = await somebody(town, ZHANG.account)
        page = person.page
        await person.open(f"/apply/{number}/check")
        await person.tick(page.get_by_role("checkbox", name="我确认以上内容真实"))
        os.kill(town.server, signal.SIGSTOP)  # it has the request and does not get to it
        await person.press("提交申请")
        town.kill()
        await expect(page.get_by_role("alert").filter(has_text="填写的内容还在")).to_be_visible()
        await expect(page.get_by_role("checkbox", name="我确认以上内容真实")).to_be_checked()
        await town.start()
        await person.go("提交申请")
        await expect(page.get_by_role("heading", level=1)).to_have_text("提交成功")
        assert submitted(town, number) == 1

    async def test_after_it_was_done(self, town: City, somebody: Open) -> None:
        """The answer is lost on the way: pressing again tells what became of it, and does nothing twice."""
        number = await ready(town)
        person = await somebody(town, ZHANG.account)
        page = person.page
        await person.open(f"/apply/{number}/check")
        await person.tick(page.get_by_role("checkbox", name="我确认以上内容真实"))
        lost: list[int] = []

        async def lose(route: Route) -> None:
            lost.append((await route.fetch(max_redirects=0)).status)
            await route.abort()

        await page.route("**/check", lose, times=1)
        await person.press("提交申请")
        await expect(page.get_by_role("alert").filter(has_text="填写的内容还在")).to_be_visible()
        assert lost == [303]
        assert submitted(town, number) == 1
        town.kill()
        await town.start()
        await person.go("提交申请")
        await expect(page.get_by_role("heading", level=1)).to_have_text("提交成功")
        assert submitted(town, number) == 1
