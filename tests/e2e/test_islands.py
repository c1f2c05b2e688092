"""What JavaScript adds for applicants: questions that appear when they are called for, uploads that tell how far they are."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Route, expect

from service.commands.sample_cases import FOOD, ONE_PAGE, ZHANG

from .conftest import City, Open

pytestmark = pytest.mark.asyncio(loop_scope="session")
ASK = "/things/open-restaurant/ask"


def file(name: str, content: bytes) -> Any:
    """Return a file as the browser is told of it."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


class TestQuestions:
    """ask.js"""

    async def test_appear_and_go(self, city: City, somebody: Open) -> None:
        """Without leaving the page or the field; what is hidden is not sent."""
        person = await somebody(city)
        await person.open(ASK)
        page = person.page
        usable = page.get_by_label("店里实际能用的面积是多少（不算公摊）？")
        await expect(usable).to_be_hidden()
        area = page.get_by_label("店面建筑面积是多少？")
        await area.fill("68")
        await area.blur()
        await expect(usable).to_be_visible()
        await expect(page.locator("#say")).to_have_text("又多了 1 个问题")
        await usable.fill("60")
        await area.fill("420")
        await area.blur()
        await expect(usable).to_be_hidden()
        await expect(usable).to_be_disabled()

    async def test_say_at_once_what_the_law_forbids(self, city: City, somebody: Open) -> None:
        """And take it back when the answer changes."""
        person = await somebody(city)
        await person.open(ASK)
        page = person.page
        await page.get_by_label("还没有接到污水管").check()
        await expect(
            page.get_by_role("alert").filter(has_text="城镇排水与污水处理条例》第二十条")
        ).to_be_visible()
        await page.get_by_label("商场或物业已统一办了排水证").check()
        await expect(page.get_by_text("依法不能办")).to_have_count(0)


class TestAutosave:
    """save.js"""

    @pytest_asyncio.fixture(loop_scope="session")
    async def form(self, town: City, somebody: Open, numbers: Mapping[str, str]) -> Locator:
        """The first page of the form of a draft."""
        person = await somebody(town, ZHANG.account)
        await person.open(f"/apply/{numbers['draft']}/form/1")
        return person.page.locator("form[data-save]")

    async def test_keeps_what_is_typed(self, form: Locator) -> None:
        """A pause is enough: it says when, leaving asks nothing, and it is there when one comes back."""
        page = form.page
        box = form.locator("input[type=text]:visible, input:not([type]):visible").first
        name = str(await box.get_attribute("name"))
        await box.fill("自动保存的字")
        await expect(form.locator("#saved")).to_contain_text("已自动保存")
        asked: list[str] = []
        page.on("dialog", lambda dialog: asked.append(dialog.type))
        await page.reload()
        await expect(page.locator(f"[name='{name}']")).to_have_value("自动保存的字")
        assert asked == []

    async def test_a_press_waits_for_the_one_on_its_way(self, form: Locator) -> None:
        """Also for one whose answer was lost: it goes again, and nobody is told of another window."""
        page = form.page
        box = form.locator("input[type=text]:visible, input:not([type]):visible").first
        name = str(await box.get_attribute("name"))
        said: list[str] = []

        async def lose_the_first(route: Route) -> None:
            sent = route.request.post_data or ""
            said.append("auto" if "then=auto" in sent else "pressed")
            if said == ["auto"]:
                await route.fetch()
                await box.fill("最后打的字")
                await form.get_by_role("button", name="先保存").click()
                await route.abort()
            else:
                await route.continue_()

        await page.route("**/form/1", lose_the_first)
        await box.fill("先打的字")
        await page.wait_for_url(lambda url: "/form/" not in url)
        assert said == ["auto", "auto", "pressed"]
        await page.unroute("**/form/1")
        await page.go_back()
        await page.reload()
        await expect(page.locator(f"[name='{name}']")).to_have_value("最后打的字")


class TestUpload:
    """upload.js"""

    @pytest_asyncio.fixture(loop_scope="session")
    async def paper(self, town: City, somebody: Open, numbers: Mapping[str, str]) -> Locator:
        """The plan of the premises in a draft, which was handed in before."""
        person = await somebody(town, ZHANG.account)
        await person.open(f"/apply/{numbers['draft']}/materials")
        await person.press("不要这份", within=person.page.locator("[data-paper=layout]"))
        paper = person.page.locator("[data-paper=layout]")
        await expect(paper).to_contain_text("还没有交")
        return paper

    async def test_refuses_before_anything_is_sent(self, paper: Locator, tmp_path: Path) -> None:
        """Wrong kind, empty, too big: one sentence each, at the field."""
        sent: list[str] = []
        paper.page.on("request", lambda request: sent.append(request.method))
        fault, box = paper.locator(".fault"), paper.locator("[type=file]")
        await box.set_input_files(file("表格.exe", b"MZ"))
        await expect(fault).to_have_text("「经营布局图」只收 PDF、PNG、JPG 文件，请换一种格式再传")
        await box.set_input_files(file("空.pdf", b""))
        await expect(fault).to_have_text("「经营布局图」的文件是空的，请选另一个")
        big = tmp_path / "大.pdf"
        big.touch()
        os.truncate(big, 21 << 20)  # from the disk: bytes would go through the test runner
        await box.set_input_files(big)
        await expect(fault).to_have_text(
            "「经营布局图」不能超过 20 MB，您选的文件有 21.0 MB，请压缩后再传"
        )
        assert sent == []

    async def test_says_what_the_server_found(self, paper: Locator) -> None:
        """A name is not enough: the content decides, and the field has the focus."""
        await paper.locator("[type=file]").set_input_files(file("图.pdf", b"MZ\0 no picture"))
        await expect(paper.locator(".fault")).to_contain_text("里面却不是 PDF")
        await expect(paper.locator("[type=file]")).to_be_focused()

    async def test_can_be_stopped_and_repeated(self, paper: Locator) -> None:
        """While it runs it says how far it is; afterwards the focus is on the file."""
        page = paper.page
        wire = await page.context.new_cdp_session(page)
        slow = {
            "offline": False,
            "latency": 10,
            "downloadThroughput": -1,
            "uploadThroughput": 200_000,
        }
        await wire.send("Network.enable")
        await wire.send("Network.emulateNetworkConditions", slow)
        await paper.locator("[type=file]").set_input_files(
            file("大图.pdf", ONE_PAGE + bytes(4 << 20))
        )
        await expect(paper.get_by_role("progressbar", name="上传经营布局图")).to_be_visible()
        await expect(paper).to_contain_text("正在上传 大图.pdf")
        await paper.get_by_role("button", name="取消").click()
        await expect(paper.locator(".fault")).to_have_text("已取消")
        await wire.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
        await paper.locator("[type=file]").set_input_files(file("图.pdf", ONE_PAGE))
        await expect(paper.get_by_role("link", name="图.pdf")).to_be_focused()
        await expect(page.locator("#say")).to_have_text("经营布局图已传好")


class TestSupplement:
    """upload.js, in a form of several files"""

    async def test_is_looked_at_before_and_tells_how_far_it_is(
        self, town: City, somebody: Open
    ) -> None:
        """What is wrong is said at the file and nothing is sent; the sending can be stopped, and done again."""
        (number,) = await town.applications(1, ZHANG)
        await town.act("scjg.window", number, FOOD, "note_defects", reasons=["layout-no-size"])
        await town.act("scjg.window", number, "", "notify_correction")
        person = await somebody(town, ZHANG.account)
        await person.open(f"/my/cases/{number}/supplement")
        page = person.page
        main, box = page.get_by_role("main"), page.get_by_label("经营布局图")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        await box.set_input_files(file("表格.exe", b"MZ"))
        await expect(main.locator(".ask .fault")).to_contain_text("只收 PDF、PNG、JPG 文件")
        await person.press("提交", within=main)
        await expect(box).to_be_focused()
        assert sent == []
        wire = await page.context.new_cdp_session(page)
        slow = {
            "offline": False,
            "latency": 10,
            "downloadThroughput": -1,
            "uploadThroughput": 200_000,
        }
        await wire.send("Network.enable")
        await wire.send("Network.emulateNetworkConditions", slow)
        await box.set_input_files(file("大图.pdf", ONE_PAGE + bytes(4 << 20)))
        await expect(main.locator(".ask .fault")).to_be_hidden()
        await person.press("提交", within=main)
        await expect(page.get_by_role("progressbar", name="上传文件")).to_be_visible()
        await page.get_by_role("button", name="取消").click()
        await expect(page.locator("#trouble")).to_contain_text("已取消，没有提交")
        await wire.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
        await box.set_input_files(file("图.pdf", ONE_PAGE))
        await person.press("提交", within=main)
        await expect(main).to_contain_text("已经收到")
