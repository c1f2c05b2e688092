"""办件详情: what a clerk sees of a case, and every way of acting on it without a script."""

import re
from collections.abc import Awaitable, Callable
from importlib.resources import as_file, files
from typing import Any, get_args

import httpx
import pytest

from service.api.pages.desk import acts
from service.api.rest import given
from service.api.rest.given import ActionData
from service.workflows.actions import Carries, CaseAction, at_any_time, number, text
from service.workflows.authoring.folders import read_folder
from service.workflows.authoring.load import load_pack
from service.workflows.case.engine import APPLICANT, CLOCK
from service.workflows.definition.models.carried import CARRIED, Carried
from service.workflows.definition.models.terms import Need
from service.workflows.handling.on_case import CASE_ACTIONS
from service.workflows.rights import require_lead_window
from tests.api.city import APPLICATION, CITIZEN_ID, City, MovableClock
from tests.api.pages.conftest import SignIn

PDF = b"%PDF-1.7 a drawing"


@pytest.fixture
async def filed(citizen: httpx.AsyncClient) -> Callable[..., Awaitable[str]]:
    """File a case with the layout, without it, or otherwise changed; return its number."""

    async def file(
        *, layout: bool = True, content: bytes = PDF, name: str = "布局.pdf", **changes: Any
    ) -> str:
        body = {**APPLICATION, **changes}
        if layout:
            kept = (await citizen.post("/api/v1/files", files={"file": (name, content)})).json()[
                "id"
            ]
            body["materials"] = [{"material": "layout", "file": kept}]
        answer = await citizen.post("/api/v1/cases", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    return file


Filed = Callable[..., Awaitable[str]]


def desk(number: str, **query: str) -> str:
    """Return the address of a case."""
    return f"/desk/cases/{number}?" + "&".join(f"{name}={value}" for name, value in query.items())


class TestSeeing:
    """GET /desk/cases/{number}."""

    async def test_says_whose_turn_it_is_and_until_when(self, as_: SignIn, filed: Filed) -> None:
        """Stage, department, post; what is left in working days, what happens by itself then, and why that date."""
        page = await (await as_("window")).get(desk(await filed()))
        assert page.status == 200
        assert "轮到市场监督管理局受理岗（还没有人认领）" in page.text
        assert "一次性告知：还剩 5 个工作日 11月12日（周四），逾期视为受理" in page.text
        assert "11月5日（周四）起算，当日不计入" in page.text

    async def test_what_may_be_done_comes_before_what_is_looked_at(
        self, as_: SignIn, filed: Filed
    ) -> None:
        """In the order of reading and of the tab key, whatever stands where on the screen."""
        page = await (await as_("window")).get(desk(await filed()))
        assert page.headings.index("办理") < page.headings.index("材料 1")
        assert page.links[0] == ("跳到主要内容", "#main")
        assert page.links[1] == ("跳到办理", "#act")

    async def test_shows_materials_with_their_state(self, as_: SignIn, filed: Filed) -> None:
        """What is there, from where; what is missing."""
        browser = await as_("window")
        assert "经营布局图上传" in (await browser.get(desk(await filed()))).text
        assert "经营布局图没有提交" in (await browser.get(desk(await filed(layout=False)))).text

    @pytest.mark.parametrize(
        ("show", "said"),
        [
            ("form", "店名 张三小店"),
            ("papers", "收件凭证"),
            ("others", "招牌设置许可"),
            ("record", "提交申请"),
            ("chart", "开一家小店办理进度"),
        ],
    )
    async def test_every_part_has_an_address(
        self, as_: SignIn, filed: Filed, show: str, said: str
    ) -> None:
        """Reached by a link, without a script; as a fragment of the same page where there is one."""
        browser, number = await as_("window"), await filed()
        page = await browser.get(desk(number))
        (address,) = {href for _, href in page.links if f"show={show}" in href}
        whole = await browser.get(address)
        assert said in whole.text
        part = await browser.get(address, **{"hx-request": "true"})
        assert said in part.text
        assert "<html" not in part.answer.text
        assert "HX-Request" in whole.answer.headers["vary"]

    async def test_shows_the_points_to_be_checked(self, as_: SignIn, filed: Filed) -> None:
        """What is reviewed is what the definition says."""
        page = await (await as_("window")).get(desk(await filed()))
        assert "审查要点 店面有独立的出入口" in page.text

    async def test_names_people_not_accounts(
        self, as_: SignIn, window: httpx.AsyncClient, filed: Filed
    ) -> None:
        """Nobody has to know who is behind an account."""
        number = await filed()
        await window.post(f"/api/v1/tasks/{number}/1/claim")
        page = await (await as_("approver")).get(desk(number, item="shop-licence"))
        assert "王窗已认领" in page.text
        assert "（window" not in page.text
        record = await (await as_("approver")).get(desk(number, show="record"))
        assert "认领待办" in record.text
        assert "王窗" in record.text

    async def test_other_departments_see_their_own(self, as_: SignIn, filed: Filed) -> None:
        """R-BND-10: the papers and fields of another department's item are not there."""
        number = await filed()
        page = await (await as_("sign-clerk")).get(desk(number))
        assert page.status == 200
        assert "经营布局图" not in page.text
        other = await (await as_("sign-clerk")).get(desk(number, item="shop-licence", show="form"))
        assert "只有承办部门看得到" in other.text
        assert "建筑面积" not in other.text

    async def test_who_has_no_business_with_it(self, as_: SignIn, filed: Filed) -> None:
        """A plain page, the same as for a case that does not exist."""
        number = await filed()
        for path in (
            desk(number),
            desk("YJS20260101-999999"),
            desk("no such number"),
            desk(number, item="no-such-item"),
        ):
            browser = await as_("fire-clerk")
            page = await browser.get(path)
            assert page.status == 404
            assert "只有申请人和承办部门看得到" in page.text

    async def test_a_case_that_is_closed(
        self, as_: SignIn, citizen: httpx.AsyncClient, filed: Filed
    ) -> None:
        """Nothing is offered any more, and the page says so."""
        number = await filed()
        await citizen.post(f"/api/v1/cases/{number}/actions", json={"action": "withdraw"})
        page = await (await as_("window")).get(desk(number))
        assert "这个事项已经办结" in page.text
        assert "已撤回" in page.text


class TestFiles:
    """GET /desk/cases/{number}/files/{n}."""

    async def test_are_shown_in_a_frame_of_our_own(self, as_: SignIn, filed: Filed) -> None:
        """A PDF in a frame, which no other site may put into one of its own."""
        browser, number = await as_("window"), await filed()
        page = await browser.get(desk(number))
        (frame,) = [given for tag, given in page.tags if tag == "iframe"]
        assert "frame-src 'self'" in page.answer.headers["content-security-policy"]
        answer = await browser.http.get(frame["src"])
        assert answer.content == PDF
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"].startswith("inline;")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "script-src" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"

    async def test_pictures_have_a_text(self, as_: SignIn, filed: Filed) -> None:
        """Shown as a picture, described for who does not see it."""
        png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
        page = await (await as_("window")).get(desk(await filed(content=png, name="布局.png")))
        (image,) = [given for tag, given in page.tags if tag == "img"]
        assert "经营布局图" in image["alt"]

    async def test_that_is_not_there(self, as_: SignIn, filed: Filed) -> None:
        """A paper nobody handed in."""
        number = await filed(layout=False)
        assert (
            await (await as_("window")).http.get(f"/desk/cases/{number}/files/1")
        ).status_code == 404

    @pytest.mark.parametrize("show", ["9", "99999999", "０", "nothing"])
    async def test_an_address_that_names_none(self, as_: SignIn, filed: Filed, show: str) -> None:
        """The first one is shown, as without it."""
        page = await (await as_("window")).get(desk(await filed(), show=show))
        assert "布局.pdf" in page.text

    async def test_of_no_business_of_mine(self, as_: SignIn, filed: Filed) -> None:
        """Another department's paper is not there."""
        number = await filed()
        assert (
            await (await as_("sign-clerk")).http.get(f"/desk/cases/{number}/files/1")
        ).status_code == 404

    async def test_can_be_downloaded(self, as_: SignIn, filed: Filed) -> None:
        """Under its own name, never opened in the page."""
        answer = await (await as_("window")).http.get(
            f"/desk/cases/{await filed()}/files/1?download=true"
        )
        assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert answer.headers["content-security-policy"] == "sandbox"

    async def test_papers_are_opened_to_print(self, as_: SignIn, filed: Filed) -> None:
        """The paper as it was issued."""
        browser, number = await as_("window"), await filed()
        page = await browser.get(desk(number, show="papers"))
        (address,) = [href for _, href in page.links if "/papers/" in href]
        paper = await browser.http.get(address)
        assert "收件凭证" in paper.text
        assert "default-src 'none'" in paper.headers["content-security-policy"]


class TestActing:
    """POST /desk/cases/{number}/do/{action}."""

    async def test_accepts_with_one_click(self, as_: SignIn, filed: Filed) -> None:
        """From the list two: open, accept. The result is said first."""
        browser, number = await as_("window"), await filed()
        page = await browser.submit(
            await browser.get(desk(number)), f"/desk/cases/{number}/do/accept"
        )
        assert page.status == 200
        assert page.answer.history[0].status_code == 303
        assert page.headings[0] == "已办：受理"
        assert "审查中" in page.text

    async def test_accepts_and_opens_the_next(
        self, as_: SignIn, filed: Filed, clock: MovableClock
    ) -> None:
        """The one that followed in the list from which it was opened."""
        browser, first = await as_("window"), await filed()
        clock.forward(minutes=1)
        second = await filed()
        page = await browser.get(desk(first, item="shop-licence", back="view%3Dunclaimed"))
        assert "第 1/2 件" in page.text
        assert page.form(f"/desk/cases/{first}/do/accept").buttons[0][:2] == ("then", "next")
        page = await browser.submit(page, f"/desk/cases/{first}/do/accept", {"then": "next"})
        assert page.url.path == f"/desk/cases/{second}"
        assert "已办：受理" in page.headings
        assert first in page.text
        assert ("‹ 返回待认领（第 1/1 件）", "/desk?view=unclaimed") in page.links

    async def test_clicked_twice_it_is_done_once(
        self, as_: SignIn, filed: Filed, citizen: httpx.AsyncClient
    ) -> None:
        """The key in the form: a page sent again gets the same answer."""
        browser, number = await as_("window"), await filed()
        page = await browser.get(desk(number))
        for _ in range(2):
            again = await browser.submit(page, f"/desk/cases/{number}/do/accept")
            assert "已办：受理" in again.headings
        events = (await citizen.get(f"/api/v1/cases/{number}/events")).json()["items"]
        assert [event["action"] for event in events].count("accept") == 1

    async def test_gone_back_to_and_changed(
        self, as_: SignIn, filed: Filed, window: httpx.AsyncClient
    ) -> None:
        """The same page with other words is not the same request: nothing is done, and that is said without jargon."""
        number = await filed()
        await window.post(
            f"/api/v1/cases/{number}/items/shop-licence/actions", json={"action": "accept"}
        )
        browser = await as_("reviewer")
        page = await browser.get(desk(number))
        action = f"/desk/cases/{number}/do/propose"
        await browser.submit(page, action, {"data/opinion": "建议准予"})
        again = await browser.submit(page, action, {"data/opinion": "建议不准予"})
        assert again.status == 422
        assert "这一页已经提交过一次" in again.text
        assert "Idempotency" not in again.text
        assert "您刚才写的内容（可以复制） 建议不准予" in again.text

    async def test_says_what_may_not_be_done_and_why(self, as_: SignIn, filed: Filed) -> None:
        """Not hidden: the reason is what the clerk needs."""
        page = await (await as_("window")).get(desk(await filed(layout=False)))
        assert "受理：材料还不齐，不能受理：缺经营布局图" in page.text
        assert not [form for form in page.forms if form.action.endswith("/do/accept")]

    async def test_a_paper_can_be_looked_at_before(
        self, as_: SignIn, filed: Filed, citizen: httpx.AsyncClient
    ) -> None:
        """What would be sent, word by word; nothing is done by looking."""
        browser, number = await as_("window"), await filed()
        page = await browser.get(desk(number))
        shown = await browser.submit(page, f"/desk/cases/{number}/do/accept", {"step": "preview"})
        assert "将要发出：受理通知书" in shown.headings
        assert "提出「开店许可」申请" in shown.text
        case = (await citizen.get(f"/api/v1/cases/{number}")).json()
        assert case["items"][0]["state"] == "received"

    async def test_a_refusal_is_seen_before_it_is_sent(
        self, as_: SignIn, filed: Filed, citizen: httpx.AsyncClient
    ) -> None:
        """R-DEC-3: reasons from the catalogue, the remedies filled in; one click shows it, the next sends it."""
        browser, number = await as_("window"), await filed()
        page = await browser.get(desk(number))
        assert page.form(f"/desk/cases/{number}/do/decline").buttons == [
            ("step", "preview", "预览不予受理决定书")
        ]
        form = page.form(f"/desk/cases/{number}/do/decline")
        assert form.options["data/reasons"] == ["elsewhere"]  # none about papers (行政许可法 32)
        assert form.options["data/ground"] == ["competence", "false_material", "banned"]
        assert "要办，但依法不归本机关办" in page.text
        assert "这件事依法不用申请许可" in page.text
        ticked = {"data/reasons": "elsewhere", "data/where": "湖东区市场监管局", "step": "preview"}
        shown = await browser.submit(page, f"/desk/cases/{number}/do/decline", ticked)
        assert "依法不属于本机关职权范围。请向湖东区市场监管局申请。" in shown.text
        assert "申请行政复议" in shown.text
        sent = await browser.submit(shown, f"/desk/cases/{number}/do/decline")
        assert "已办：不予受理" in sent.headings
        case = (await citizen.get(f"/api/v1/cases/{number}")).json()
        assert case["items"][0]["state"] == "declined"

    async def test_what_is_missing_in_a_form_is_said(self, as_: SignIn, filed: Filed) -> None:
        """At the field and at the top, the form stays open."""
        browser, number = await as_("window"), await filed()
        page = await browser.submit(
            await browser.get(desk(number)), f"/desk/cases/{number}/do/decline"
        )
        assert page.status == 422
        assert page.text.count("请至少选择一条理由") >= 2
        assert ("理由：请至少选择一条理由", "#f-decline-data-reasons") in page.links
        assert [
            given
            for tag, given in page.tags
            if tag == "details" and given.get("id") == "do-decline" and "open" in given
        ]

    async def test_an_opinion(self, as_: SignIn, filed: Filed, window: httpx.AsyncClient) -> None:
        """Typed, recorded, shown in the record."""
        number = await filed()
        await window.post(
            f"/api/v1/cases/{number}/items/shop-licence/actions", json={"action": "accept"}
        )
        browser = await as_("reviewer")
        page = await browser.get(desk(number))
        page = await browser.submit(
            page, f"/desk/cases/{number}/do/propose", {"data/opinion": "现场符合，建议准予"}
        )
        assert "已办：提出审查意见" in page.headings
        assert "现场符合，建议准予" in (await browser.get(desk(number, show="record"))).text

    async def test_days_and_a_procedure(
        self, as_: SignIn, filed: Filed, window: httpx.AsyncClient
    ) -> None:
        """R-CLK-1: only the eight; a number that is none is refused with its field."""
        number = await filed()
        await window.post(
            f"/api/v1/cases/{number}/items/shop-licence/actions", json={"action": "accept"}
        )
        browser = await as_("reviewer")
        action = f"/desk/cases/{number}/do/start_special"
        page = await browser.get(desk(number))
        assert len(page.form(action).options["data/procedure"]) == 8
        assert "检测（开店许可办法 7）" in page.text
        typed = {
            "data/procedure": "hearing",
            "data/basis": "开店许可办法 9",
            "data/notice_text": "定于下周听证",
            "data/days": "十天",
        }
        page = await browser.submit(page, action, typed)
        assert page.status == 422
        assert dict(page.form(action).fields)["data/notice_text"] == "定于下周听证"
        page = await browser.submit(page, action, {"data/days": "10"})
        assert "已办：进入特别程序" in page.headings
        assert "特别程序中" in page.text or "特别程序" in page.text
        items = (await window.get(f"/api/v1/cases/{number}")).json()["items"]
        told = next(each["special"] for each in items if each["special"])
        assert (told["procedure_title"], told["basis"], told["affects"], told["days"]) == (
            "听证",
            "开店许可办法 9",
            "both",
            10,
        )

    async def test_a_procedure_that_the_law_of_the_item_demands(
        self, as_: SignIn, filed: Filed, window: httpx.AsyncClient
    ) -> None:
        """R-CLK-1: offered first with its statute, which nobody types; any other needs its own."""
        number = await filed()
        await window.post(
            f"/api/v1/cases/{number}/items/shop-licence/actions", json={"action": "accept"}
        )
        browser = await as_("reviewer")
        action = f"/desk/cases/{number}/do/start_special"
        page = await browser.get(desk(number))
        assert page.form(action).options["data/procedure"][0] == "testing"
        typed = {"data/notice_text": "送检，请等候", "data/days": "5", "data/basis": ""}
        page = await browser.submit(page, action, {**typed, "data/procedure": "appraisal"})
        assert page.status == 422
        page = await browser.submit(page, action, {**typed, "data/procedure": "testing"})
        assert "已办：进入特别程序" in page.headings
        items = (await window.get(f"/api/v1/cases/{number}")).json()["items"]
        assert [each["special"]["basis"] for each in items if each["special"]] == ["开店许可办法 7"]

    async def test_taking_it_and_giving_it_back(self, as_: SignIn, filed: Filed) -> None:
        """On the page itself, without going back to the list."""
        browser, number = await as_("window"), await filed()
        page = await browser.submit(
            await browser.get(desk(number)), f"/desk/tasks/{number}/1/claim"
        )
        assert page.url.path == f"/desk/cases/{number}"
        assert "已办：认领" in page.headings
        assert "您已认领" in page.text
        page = await browser.submit(page, f"/desk/tasks/{number}/1/release")
        assert "还没有人认领" in page.text

    async def test_a_form_of_somebody_else(self, as_: SignIn, filed: Filed) -> None:
        """Who may not act is refused by the same rule as through the API."""
        browser, number = await as_("reviewer"), await filed()
        page = await browser.get(desk(number))
        csrf = dict(page.form("/sign-out").fields)["csrf"]
        answer = await browser.http.post(
            f"/desk/cases/{number}/do/accept",
            data={"csrf": csrf, "on": "shop-licence", "item": "shop-licence"},
        )
        assert answer.status_code == 403
        assert "您的岗位或部门不能受理" in answer.text


class TestCorrection:
    """补正: noted by the departments, told by the lead's window in one notice (行政许可法 32)."""

    async def test_in_four_clicks_without_typing(
        self, as_: SignIn, filed: Filed, citizen: httpx.AsyncClient
    ) -> None:
        """R-ACC-6: open the form, tick, preview, send."""
        browser, number = await as_("window"), await filed()
        page = await browser.get(desk(number))  # 1: 需要补正 is opened in the page
        ticked = {"data/reasons": "layout-no-size"}  # 2
        page = await browser.submit(page, f"/desk/cases/{number}/do/note_defects", ticked)  # 3
        assert page.url.path == f"/desk/cases/{number}/do/notify_correction"
        assert "将要发出：一次性告知（补正）通知书" in page.headings
        assert "布局图缺少尺寸标注" in page.text
        page = await browser.submit(page, f"/desk/cases/{number}/do/notify_correction")  # 4
        assert "已办：发出一次性补正通知" in page.headings
        case = (await citizen.get(f"/api/v1/cases/{number}")).json()
        assert case["state"] == "correcting"

    async def test_a_missing_paper_is_ticked_already(self, as_: SignIn, filed: Filed) -> None:
        """What the engine knows, nobody types or looks for."""
        browser, number = await as_("window"), await filed(layout=False)
        page = await browser.get(desk(number))
        form = page.form(f"/desk/cases/{number}/do/note_defects")
        assert ("absent", "layout") in form.fields
        page = await browser.submit(page, f"/desk/cases/{number}/do/note_defects")
        assert "缺少经营布局图" in page.text

    async def test_offers_only_what_concerns_the_item(self, as_: SignIn, filed: Filed) -> None:
        """Nobody asks for a paper that this item does not need (行政许可法 31)."""
        number = await filed()
        page = await (await as_("window")).get(desk(number, item="shop-licence"))
        offered = page.form(f"/desk/cases/{number}/do/note_defects").options["data/reasons"]
        assert offered == ["layout-no-size", "area-wrong"]

    async def test_in_own_words(self, as_: SignIn, filed: Filed) -> None:
        """What the catalogue has not, about the paper that is meant."""
        browser, number = await as_("window"), await filed()
        page = await browser.get(desk(number))
        own = {"own": "图上没有指北针，请补画", "own_about": "layout"}
        page = await browser.submit(page, f"/desk/cases/{number}/do/note_defects", own)
        assert "图上没有指北针，请补画" in page.text
        assert "材料：经营布局图" in page.text


class TestLostRace:
    """Two clerks at once: the second learns what happened and loses nothing (409)."""

    async def test_what_was_typed_stays(
        self, as_: SignIn, filed: Filed, window: httpx.AsyncClient, city: City
    ) -> None:
        """The opinion is still in its field, and what changed meanwhile is told."""
        number, reviewer = await filed(), city.client("reviewer")
        await window.post(
            f"/api/v1/cases/{number}/items/shop-licence/actions", json={"action": "accept"}
        )
        browser = await as_("reviewer")
        page = await browser.get(desk(number))
        task = (await reviewer.get("/api/v1/tasks")).json()["items"][0]
        await reviewer.post(f"/api/v1/tasks/{number}/{task['n']}/claim")
        page = await browser.submit(
            page, f"/desk/cases/{number}/do/propose", {"data/opinion": "建议准予"}
        )
        assert page.status == 409
        assert "刚刚被别人办理过" in page.text
        assert "认领" in page.text
        assert (
            dict(page.form(f"/desk/cases/{number}/do/propose").fields)["data/opinion"] == "建议准予"
        )
        page = await browser.submit(page, f"/desk/cases/{number}/do/propose")
        assert "已办：提出审查意见" in page.headings

    async def test_what_is_done_beside_it_stops_nobody(
        self, as_: SignIn, filed: Filed, window: httpx.AsyncClient, citizen: httpx.AsyncClient
    ) -> None:
        """A reminder changes the case, and nothing of the item that was looked at."""
        number = await filed()
        await window.post(
            f"/api/v1/cases/{number}/items/shop-licence/actions", json={"action": "accept"}
        )
        browser = await as_("reviewer")
        page = await browser.get(desk(number))
        await citizen.post(f"/api/v1/cases/{number}/actions", json={"action": "urge"})
        page = await browser.submit(
            page, f"/desk/cases/{number}/do/propose", {"data/opinion": "建议准予"}
        )
        assert "已办：提出审查意见" in page.headings

    async def test_when_it_cannot_be_done_any_more(
        self, as_: SignIn, filed: Filed, window: httpx.AsyncClient, citizen: httpx.AsyncClient
    ) -> None:
        """The words can still be copied."""
        number = await filed()
        await window.post(
            f"/api/v1/cases/{number}/items/shop-licence/actions", json={"action": "accept"}
        )
        browser = await as_("reviewer")
        page = await browser.get(desk(number))
        await citizen.post(f"/api/v1/cases/{number}/actions", json={"action": "withdraw"})
        page = await browser.submit(
            page, f"/desk/cases/{number}/do/propose", {"data/opinion": "建议准予"}
        )
        assert page.status == 409
        assert "撤回申请" in page.text
        assert "您刚才写的内容（可以复制） 建议准予" in page.text


class TestWords:
    """Nothing a person has to decode."""

    @pytest.mark.parametrize("show", ["form", "papers", "others", "record", "1"])
    async def test_no_codes(self, as_: SignIn, filed: Filed, show: str) -> None:
        """Names of states, actions, reasons, posts and departments are Chinese everywhere."""
        browser, number = await as_("window"), await filed()
        page = await browser.submit(
            await browser.get(desk(number)),
            f"/desk/cases/{number}/do/note_defects",
            {"data/reasons": "layout-no-size"},
        )
        page = await browser.get(desk(number, show=show))
        words = re.sub(r"YJS[0-9-]+|布局\.pdf|PDF|CITIZEN", "", page.text).replace(CITIZEN_ID, "")
        assert not re.findall(r"[a-z]{2,}[-_][a-z]+|\b(received|window|licence|none|scjg)\b", words)


class TestNeeds:
    """What an action needs can be handed in by both doors."""

    def test_the_api_takes_it(self) -> None:
        """Every word of the definition language for what must be carried, and every action on a case."""
        needs = {
            *get_args(Need),
            *(each.name for action in CASE_ACTIONS.values() for each in action.carries),
        }
        assert needs - ActionData.model_fields.keys() == set()

    def test_the_page_asks_for_it(self) -> None:
        """But for what is handed in for the applicant: papers and forms."""
        with as_file(files("service.workflows") / "packs" / "linhu") as folder:
            pack = load_pack(read_folder(folder)).pack
        clerks = {
            need
            for lifecycle in pack.lifecycles.values()
            for way in lifecycle.transitions
            for need in way.needs
            if set(way.actors) - {APPLICANT, CLOCK}
        }
        assert "reasons" in clerks
        assert clerks - acts.INPUTS.keys() == {"materials"}


class TestOneMoreAction:
    """An action on a case is one value; every door finds it in the list of them."""

    TRIAL = CaseAction(
        name="visit_site",
        title="踏勘现场",
        by=lambda work, actor: require_lead_window(work.release, work.case, actor, "踏勘"),
        when=at_any_time,
        carries=(
            Carries("days", number("days", 1, 3, "最多三天")),
            Carries("reason", text("reason", "踏勘的理由")),
            Carries("opinion", text("opinion", "意见"), optional=True),
        ),
        do=lambda work, data, actor: work.log("visit_site", actor, data=dict(data)),
    )

    @pytest.fixture(autouse=True)
    def _planted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(CASE_ACTIONS, self.TRIAL.name, self.TRIAL)

    async def test_the_page_asks_and_the_record_tells(self, as_: SignIn, filed: Filed) -> None:
        """The form has a field for all that must be carried; a refusal stands beside it; what was done has its name."""
        browser, number = await as_("window"), await filed()
        page = await browser.get(desk(number))
        assert "踏勘现场 需要多少个工作日 理由" in page.text
        told = {"data/days": "4", "data/reason": "位置偏僻"}
        page = await browser.submit(page, f"/desk/cases/{number}/do/visit_site", told)
        assert "最多三天" in page.text
        told["data/days"] = "2"
        page = await browser.submit(page, f"/desk/cases/{number}/do/visit_site", told)
        assert "已办：踏勘现场" in page.text
        assert "踏勘现场" in (await browser.get(desk(number, show="record"))).text

    async def test_the_api_offers_and_takes_it(
        self, window: httpx.AsyncClient, citizen: httpx.AsyncClient, filed: Filed
    ) -> None:
        """With what it needs, to whom it is open, and with its own bounds."""
        number = await filed()
        shown = (await window.get(f"/api/v1/cases/{number}")).json()["actions"]
        offer = next(each for each in shown if each["action"] == "visit_site")
        assert (offer["title"], offer["needs"]) == ("踏勘现场", ["days", "reason"])
        body: dict[str, Any] = {"action": "visit_site", "data": {"days": 4}}
        refused = await window.post(f"/api/v1/cases/{number}/actions", json=body)
        assert [each["pointer"] for each in refused.json()["errors"]] == [
            "/data/days",
            "/data/reason",
        ]
        body["data"] = {"days": 2, "reason": "位置偏僻"}
        assert (await citizen.post(f"/api/v1/cases/{number}/actions", json=body)).status_code == 403
        taken = await window.post(f"/api/v1/cases/{number}/actions", json=body)
        assert taken.status_code == 200, taken.text

    def test_what_is_new_to_carry_is_documented(self) -> None:
        """One line of the table: the shape, its bounds and its words."""
        fee = Carried("fee", "踏勘费，单位元", "number", least=0, most=9)
        schema = given.carrying([*CARRIED.values(), fee]).model_json_schema()["properties"]["fee"]
        assert schema["description"] == "踏勘费，单位元"
        assert {"type": "integer", "minimum": 0, "maximum": 9} in schema["anyOf"]
