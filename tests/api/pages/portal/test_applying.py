"""A draft: how it begins, what is left to do, other answers."""

from tests.api.pages.browser import Browser
from tests.api.pages.conftest import SignIn
from tests.api.pages.portal.conftest import CAFE, THING, WITH_SIGN, Begin, number_of


class TestBegin:
    """POST /apply"""

    async def test_leads_to_the_first_thing_to_do(self, begun: Begin) -> None:
        """The form, or before it the choice of how to be handled."""
        assert (await begun()).url.path.endswith("/form/1")
        assert (await begun(WITH_SIGN)).url.path.endswith("/commitments")

    async def test_happens_once(self, citizen: Browser) -> None:
        """A second click on the same page is the same application."""
        page = await citizen.get(f"{THING}/guide?{CAFE}")
        first, second = [await citizen.submit(page, "/apply") for _ in range(2)]
        assert first.url == second.url
        assert (await begun_again(citizen)).url != first.url

    async def test_takes_what_the_last_application_said(
        self, citizen: Browser, whole: Begin
    ) -> None:
        """And says so; what must be said anew is asked."""
        done = await whole()
        check = await citizen.get(f"/apply/{number_of(done)}/check")
        await citizen.submit(check, check.url.path, {"declare": "1"})
        page = await begun_again(citizen)
        assert "来自您2026年11月5日的申请" in page.text
        assert "已替您填好" in page.text
        number = number_of(page)
        assert page.form(page.url.path).options["form/data_consent"] == ["yes", "no"]
        # what belongs to the place is asked for, not taken over
        assert "是同一个地方吗" in page.text
        assert dict(page.form(page.url.path).fields)["form/kitchen_area"] == ""
        said = {"then": "same-place", "form/data_consent": "yes", "form/kitchen_area": "20"}
        page = await citizen.submit(page, page.url.path, said)
        assert "是同一个地方吗" not in page.text
        typed = dict(page.form(page.url.path).fields)
        assert (typed["form/floor_no"], typed["form/kitchen_area"]) == ("1", "20")
        rest = {"form/ready_date": "2026-11-20"}
        while "/form/" in page.url.path:
            names = dict(page.form(page.url.path).fields)
            more = {name: value for name, value in rest.items() if name in names}
            before, page = page, await citizen.submit(page, page.url.path, more)
            assert page.url != before.url, page.text
        assert page.url.path == f"/apply/{number}/materials"

    async def test_lets_come_by_itself_what_can(self, citizen: Browser, begun: Begin) -> None:
        """Shared and generated papers are there from the beginning."""
        page = await citizen.get(f"/apply/{number_of(await begun())}/materials")
        assert "不用您交的 3 份" in page.text
        assert "系统生成，免交" in page.text


async def begun_again(citizen: Browser) -> object:
    return await citizen.submit(await citizen.get(f"{THING}/guide?{CAFE}"), "/apply")


class TestTasks:
    """GET /apply/{number}"""

    async def test_says_what_is_left(self, citizen: Browser, begun: Begin) -> None:
        """By sections, each with its state; the whole line is the link."""
        page = await citizen.get(f"/apply/{number_of(await begun(WITH_SIGN))}")
        assert [h for h in page.headings if h in ("办理方式", "填写信息", "材料", "提交")] == [
            "办理方式",
            "填写信息",
            "材料",
            "提交",
        ]
        for said in ("经营者", "未完成", "还不能提交", "可选", "项已替您填好，请核对"):
            assert said in page.text

    async def test_says_when_all_is_done(self, citizen: Browser, whole: Begin) -> None:
        """What is done is plain; papers that are lacking do not stop anybody."""
        page = await citizen.get(f"/apply/{number_of(await whole())}")
        assert "已完成" in page.text
        assert "可以提交" in page.text
        assert "还缺 1 份" in page.text

    async def test_is_nobody_elses(self, begun: Begin, as_: SignIn) -> None:
        """For others there is no such draft."""
        number = number_of(await begun())
        assert (await (await as_("stranger")).get(f"/apply/{number}")).status == 404

    async def test_asks_first_where_answers_are_missing(self, citizen: Browser) -> None:
        """As when a program began it with a few of them."""
        api = citizen.city.client("citizen")
        body = {
            "bundle": "open-restaurant",
            "applicant": {"type": "sole-trader", "name": "张三", "id": "92999901MADEM0046F"},
            "answers": {"licence": "have"},
            "draft": True,
        }
        number = (await api.post("/api/v1/cases", json=body)).json()["number"]
        page = await citizen.get(f"/apply/{number}")
        assert "先把情况说全" in page.text
        for part in ("check", "materials", "commitments", "form/1"):
            assert (await citizen.get(f"/apply/{number}/{part}")).url.path == f"/apply/{number}"

    async def test_leads_on_once_it_is_sent(self, citizen: Browser, whole: Begin) -> None:
        """Old addresses lead to the progress."""
        number = number_of(await whole())
        await citizen.submit(
            await citizen.get(f"/apply/{number}/check"), f"/apply/{number}/check", {"declare": "1"}
        )
        for part in ("", "/form/1", "/materials", "/commitments", "/check"):
            answer = await citizen.http.get(f"/apply/{number}{part}", follow_redirects=False)
            assert answer.headers["location"] == f"/my/cases/{number}", part


class TestAnswerAnew:
    """POST /apply/{number}"""

    async def test_changes_what_is_asked_for(self, citizen: Browser, begun: Begin) -> None:
        """From the draft to the questions, to the guide, and back; what was filled in stays."""
        number = number_of(await begun())
        await citizen.submit(
            await citizen.get(f"/apply/{number}/form/1"),
            f"/apply/{number}/form/1",
            {"form/legal_person_name": "张三丰"},
        )
        ask = await citizen.get(f"{THING}/ask?_for={number}")
        guide = await citizen.submit(ask, f"{THING}/ask", {"sign": "yes"})
        if guide.url.path.endswith("ask"):
            guide = await citizen.get(f"{THING}/guide?_for={number}&{WITH_SIGN}")
        page = await citizen.submit(guide, f"/apply/{number}")
        assert page.url.path == f"/apply/{number}"
        assert "招牌和广告" in page.text
        first = await citizen.get(f"/apply/{number}/form/1")
        assert dict(first.form(first.url.path).fields)["form/legal_person_name"] == "张三丰"

    async def test_forgets_choices_that_have_no_item(self, citizen: Browser, begun: Begin) -> None:
        """Without a sign there is no promise about one."""
        page = await begun(WITH_SIGN)
        number = number_of(page)
        await citizen.submit(page, page.url.path, {"handling/outdoor-sign": "commitment"})
        await citizen.submit(
            await citizen.get(f"{THING}/guide?_for={number}&{CAFE}"), f"/apply/{number}"
        )
        draft = (await citizen.city.client("citizen").get(f"/api/v1/cases/{number}")).json()
        assert draft["handling"] == {}
        assert draft["answers"]["sign"] is False
