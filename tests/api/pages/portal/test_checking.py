"""Looking at all of it once more, sending it in, the receipt."""

from collections.abc import Mapping
from types import MappingProxyType

from service.workflows.authoring.folders import read_folder
from tests.api.city import LINHU, City
from tests.api.pages.browser import Browser, Page
from tests.api.pages.conftest import SignIn
from tests.api.pages.portal.conftest import CAFE, FORM, PDF, THING, WITH_SIGN, Begin, number_of


async def checked(citizen: Browser, number: str) -> Page:
    return await citizen.get(f"/apply/{number}/check")


class TestCheck:
    """GET /apply/{number}/check"""

    async def test_shows_all_of_it(self, citizen: Browser, whole: Begin) -> None:
        """Values with their origin, papers, who gets it; each part can be changed."""
        number = number_of(await whole())
        page = await checked(citizen, number)
        for said in (
            "云泽市临湖区示例路1号",
            "来自您前面的回答",
            "数据共享",
            "会发给 1 个部门办理：市场监督管理局",
            "还没有交，窗口会通知您补",
        ):
            assert said in page.text
        assert f"/apply/{number}/form/1" in [href for _, href in page.links]
        assert "还有" not in page.text.partition("办理的事项")[0]

    async def test_names_what_is_lacking(self, citizen: Browser, begun: Begin) -> None:
        """Each line leads to its field."""
        number = number_of(await begun())
        page = await checked(citizen, number)
        assert (
            "请填写经营场所地址",
            f"/apply/{number}/form/1#f-form-premises_address",
        ) in page.links

    async def test_tells_what_changed_since_it_was_begun(
        self, citizen: Browser, whole: Begin, city: City
    ) -> None:
        """New rules are said, and what they ask for is asked."""
        number = number_of(await whole())
        files = read_folder(LINHU)
        name = next(path for path in files if path.endswith("items/food-licence-simple.yaml"))
        text = files[name].decode() if isinstance(files[name], bytes) else str(files[name])
        changed = {**files, name: text.replace("fields:\n", "fields:\n  - fume_purifier\n", 1)}
        await city.office.publish_pack(changed, "admin", city.clock())
        page = await checked(citizen, number)
        assert "您开始填写以后，规定变了" in page.text
        assert "现在还要填：油烟净化设施型号" in page.text
        assert "请填写油烟净化设施型号" in [words for words, _ in page.links]


class TestSubmit:
    """POST /apply/{number}/check"""

    async def test_gives_a_receipt(self, citizen: Browser, whole: Begin) -> None:
        """Number, query code, what happens next and when, a QR code that leads to the progress."""
        number = number_of(await whole())
        page = await citizen.submit(
            await checked(citizen, number), f"/apply/{number}/check", {"declare": "1"}
        )
        assert page.url.path == f"/apply/{number}/done"
        for said in (
            number,
            "查询码",
            "待受理",
            "11月12日（周四）前",
            "承诺 11月24日（周二） 前全部办结",
        ):
            assert said in page.text
        assert any(tag == "svg" and given.get("class") == "qr" for tag, given in page.tags)
        assert ("看办理进度", f"/my/cases/{number}") in page.links
        assert any(href == f"/my/cases/{number}/papers/1" for _, href in page.links)

    async def test_who_insists_gets_a_decision(self, citizen: Browser, begun: Begin) -> None:
        """What the law forbids is said before; whoever applies nevertheless gets number, paper, ground, remedies."""
        forbidden = CAFE.replace("drain=property", "drain=none")
        asked = await citizen.get(f"{THING}/ask?{forbidden}&_go=1")
        assert "我仍要申请，请给我书面决定" in [words for words, _ in asked.links]
        number = number_of(await begun(forbidden))
        tasks = await citizen.get(f"/apply/{number}")
        assert ("仍要提交，请给我书面决定", f"/apply/{number}/check") in tasks.links
        page = await citizen.submit(
            await checked(citizen, number), f"/apply/{number}/check", {"declare": "1"}
        )
        assert page.url.path == f"/my/cases/{number}"  # closed at once
        paper = await citizen.get(f"/my/cases/{number}/papers/2")
        for said in ("污水还没有接到市政管网", "《城镇排水与污水处理条例》第二十条", "行政复议"):
            assert said in paper.text

    async def test_wants_the_declaration(self, citizen: Browser, whole: Begin) -> None:
        """Ticked by the applicant, never for him."""
        number = number_of(await whole())
        page = await citizen.submit(
            await checked(citizen, number), f"/apply/{number}/check", {"declare": None}
        )
        assert page.status == 422
        assert page.text.count("请确认内容真实后再提交") == 2
        assert ("请确认内容真实后再提交", "#f-declare") in page.links
        assert "declare" not in dict(page.form(page.url.path).fields)

    async def test_happens_once(self, citizen: Browser, whole: Begin) -> None:
        """Two clicks, or going back and sending again: one case, the same receipt."""
        number = number_of(await whole())
        page = await checked(citizen, number)
        first = await citizen.submit(page, f"/apply/{number}/check", {"declare": "1"})
        second = await citizen.submit(page, f"/apply/{number}/check", {"declare": "1"})
        third = await citizen.submit(
            page, f"/apply/{number}/check", {"declare": "1", "key": "another"}
        )
        assert first.url == second.url == third.url
        events = (
            await citizen.city.client("citizen").get(f"/api/v1/cases/{number}/events")
        ).json()["items"]
        assert [event["action"] for event in events].count("submit") == 1

    async def test_leads_to_what_is_lacking(self, citizen: Browser, begun: Begin) -> None:
        """The refusal of the engine, each line with its place; nothing is lost."""
        number = number_of(await begun())
        page = await citizen.submit(
            await checked(citizen, number), f"/apply/{number}/check", {"declare": "1"}
        )
        assert page.status == 422
        assert "表单还有必填项没有填写" in page.text
        assert (
            "请填写经营场所地址",
            f"/apply/{number}/form/1#f-form-premises_address",
        ) in page.links

    async def test_tells_of_another_window(self, citizen: Browser, whole: Begin) -> None:
        """What was looked at must be what is sent."""
        number = number_of(await whole())
        page = await checked(citizen, number)
        form = await citizen.get(f"/apply/{number}/form/1")
        await citizen.submit(form, form.url.path, {"form/legal_person_name": "张三丰"})
        late = await citizen.submit(page, f"/apply/{number}/check", {"declare": "1"})
        assert late.status == 409
        assert "张三丰" in late.text

    async def test_signs_the_promise(self, citizen: Browser, whole: Begin, begun: Begin) -> None:
        """The declaration says what was promised; the case carries it (R-NCP-5)."""
        page = await begun(WITH_SIGN)
        number = number_of(page)
        await citizen.submit(page, page.url.path, {"handling/outdoor-sign": "commitment"})
        check = await checked(citizen, number)
        assert "对户外招牌设施设置作出的承诺，我已看完全文，自愿承诺" in check.text

    async def test_takes_a_day_by_which_a_promise_will_hold(
        self, citizen: Browser, whole: Begin, begun: Begin
    ) -> None:
        """Where the law lets one promise what is still to come; a day that is too late is said at its field (R-NCP-7)."""
        page = await begun(CAFE.replace("drain=property", "drain=own"))
        number = number_of(page)
        await citizen.submit(page, page.url.path, {"handling/drainage": "commitment"})
        await fill_in(citizen, number)
        typed = {"declare": "1", "meets_by/drainage": "2028-01-01"}
        late = await citizen.submit(await checked(citizen, number), f"/apply/{number}/check", typed)
        assert late.status == 422
        assert late.text.count("2027-01-05以前的日期") == 2
        assert dict(late.form(late.url.path).fields)["meets_by/drainage"] == "2028-01-01"
        done = await citizen.submit(
            late, late.url.path, {"declare": "1", "meets_by/drainage": "2026-12-01"}
        )
        assert done.url.path == f"/apply/{number}/done"

    async def test_takes_papers_that_came_before(self, as_: SignIn) -> None:
        """A window that types in what came on paper says when, and by which stamped receipt."""
        window = await as_("window")
        typed = {
            "applicant/type": "individual",
            "applicant/name": "王五",
            "applicant/id": "11010519491231002X",
        }
        page = await window.submit(await window.get(f"{THING}/guide?{CAFE}"), "/apply", typed)
        number = number_of(page)
        # the shop is not the person who opens it
        shop = {"form/subject_name": "王五小馆", "form/uscc": "92999901MADEM0046F"}
        await fill_in(window, number, shop)
        check = await checked(window, number)
        wrong = await window.submit(
            check, check.url.path, {"declare": "1", "received_on": "2026-12-01", "document": "收1"}
        )
        assert wrong.text.count("收到的日期不能晚于录入的日期") == 2
        told = {"declare": "1", "received_on": "2026-11-04", "document": "收1"}
        assert (
            await window.submit(wrong, check.url.path, told)
        ).url.path == f"/apply/{number}/done"
        case = (await window.city.client("window").get(f"/api/v1/cases/{number}")).json()
        assert case["received_at"].startswith("2026-11-03T16:00") or case["received_at"].startswith(
            "2026-11-04"
        )


async def fill_in(
    browser: Browser, number: str, more: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Fill in every page of the form."""
    form = {**FORM, **more}
    for n in range(1, 9):
        page = await browser.get(f"/apply/{number}/form/{n}")
        if page.url.path != f"/apply/{number}/form/{n}":
            return
        names = set(dict(page.form(page.url.path).fields)) | set(page.form(page.url.path).options)
        typed = {name: form[name] for name in names if name in form}
        after = await browser.submit(page, page.url.path, typed)
        assert after.status == 200, after.text


class TestDone:
    """GET /apply/{number}/done"""

    async def test_is_for_who_applied(self, citizen: Browser, whole: Begin, as_: SignIn) -> None:
        """The query code is nobody else's; later the address leads to the progress."""
        number = number_of(await whole())
        assert (await citizen.get(f"/apply/{number}/done")).url.path == f"/apply/{number}"
        await citizen.submit(
            await checked(citizen, number), f"/apply/{number}/check", {"declare": "1"}
        )
        window = await as_("window")
        answer = await window.http.get(f"/apply/{number}/done", follow_redirects=False)
        assert answer.headers["location"] == f"/desk/cases/{number}"
        assert (await (await as_("stranger")).get(f"/apply/{number}/done")).status == 404
        citizen.city.clock.forward(days=1)
        await citizen.sign_in("citizen")
        answer = await citizen.http.get(f"/apply/{number}/done", follow_redirects=False)
        assert answer.headers["location"] == f"/my/cases/{number}"


class TestTheWholeWay:
    """From home to the receipt without JavaScript."""

    async def test_is_one_way(self, browser: Browser) -> None:
        """Every step is found on the page before it."""
        page = await browser.submit(await browser.get("/"), "/things", {"q": "咖啡店"})
        page = await browser.get(
            next(href for words, href in page.links if words.startswith("开始办理"))
        )
        page = await browser.submit(
            page,
            page.url.path,
            {
                "licence": "have",
                "area": "68",
                "dishes": ["", "drinks", "simple"],
                "building": "shop",
                "drain": "property",
                "sign": "no",
                "entertainment": "no",
                "staff_without_cert": "0",
            },
        )
        assert "下面还有 1 个问题" in page.text
        page = await browser.submit(page, page.url.path, {"usable_area": "60"})
        back = await browser.sign_in(
            "citizen", path=next(h for w, h in page.links if w == "登录后开始申请")
        )
        page = await browser.submit(back, "/apply")
        while "/form/" in page.url.path:
            names = set(dict(page.form(page.url.path).fields)) | set(
                page.form(page.url.path).options
            )
            page = await browser.submit(
                page, page.url.path, {n: FORM[n] for n in names if n in FORM}
            )
        number = number_of(page)
        page = await browser.submit(
            page,
            page.url.path,
            {"material": "layout", "way": "upload"},
            files={"file": ("图.pdf", PDF)},
        )
        page = await browser.get(next(href for words, href in page.links if words == "下一步"))
        page = await browser.submit(page, page.url.path, {"declare": "1"})
        assert page.url.path == f"/apply/{number}/done"
        assert "提交成功" in page.headings
