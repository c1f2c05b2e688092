"""The one form, a page at a time."""

from service.workflows.calendar import TZ
from service.workflows.telling.draft.form_pages import MOST
from tests.api.pages.browser import Browser
from tests.api.pages.portal.conftest import FORM, Begin, number_of


class TestSection:
    """GET /apply/{number}/form/{n}"""

    async def test_asks_no_more_than_a_page_holds(self, citizen: Browser, begun: Begin) -> None:
        """What is known is shown with its origin instead of asked; what hangs on other fields moves no page."""
        page = await begun()
        number, counted = number_of(page), []
        for n in range(1, 9):
            page = await citizen.get(f"/apply/{number}/form/{n}")
            if page.url.path != f"/apply/{number}/form/{n}":
                break
            form = page.form(page.url.path)
            names = {name for name, _ in form.fields} | set(form.options)
            known = sum(
                1 for tag, given in page.tags if tag == "details" and given.get("class") == "known"
            )
            counted.append(sum(1 for name in names if name.startswith("form/")) - known)
        assert counted
        assert max(counted) <= MOST + 2

    async def test_says_where_values_come_from(self, begun: Begin) -> None:
        """The record and the answers; an answer is changed where it was given."""
        page = await begun()
        assert "张三 来自您的登记信息" in page.text
        assert "已有营业执照 来自您前面的回答" in page.text
        number = number_of(page)
        assert any(href == f"/things/open-restaurant/ask?_for={number}" for _, href in page.links)

    async def test_knows_the_district(self, citizen: Browser, begun: Begin) -> None:
        """Nobody looks up the code of the place he stands in: it is said in words, and counts as filled in."""
        number = number_of(await begun())
        page = await citizen.get(f"/apply/{number}/form/1")
        assert "云泽市临湖区（示例） 这件事由本地办理" in page.text
        assert " 999901 " not in page.text

    async def test_helps_with_typing(self, citizen: Browser, begun: Begin) -> None:
        """The right keyboard on a phone, and what the browser knows."""
        number = number_of(await begun())
        inputs: dict[str, dict[str, str]] = {}
        for n in range(1, 5):
            page = await citizen.get(f"/apply/{number}/form/{n}")
            inputs |= {
                given["name"]: given
                for tag, given in page.tags
                if tag == "input" and "name" in given
            }
        assert inputs["form/legal_person_phone"]["type"] == "tel"
        assert inputs["form/legal_person_phone"]["autocomplete"] == "tel"
        assert inputs["form/seats"]["inputmode"] == "numeric"
        assert inputs["form/kitchen_area"]["inputmode"] == "decimal"
        assert inputs["form/legal_person_name"]["autocomplete"] == "name"

    async def test_leads_back_from_a_page_that_is_not_there(
        self, citizen: Browser, begun: Begin
    ) -> None:
        """To the list."""
        number = number_of(await begun())
        assert (await citizen.get(f"/apply/{number}/form/99")).url.path == f"/apply/{number}"


class TestSave:
    """POST /apply/{number}/form/{n}"""

    async def test_says_what_is_wrong_and_keeps_what_was_typed(
        self, citizen: Browser, begun: Begin
    ) -> None:
        """Twice the same words, each leading to its field; what was typed is saved, also what does not fit."""
        page = await begun()
        number = number_of(page)
        typed = {**FORM, "form/legal_person_id": "12345", "form/legal_person_name": ""}
        names = set(dict(page.form(page.url.path).fields)) | set(page.form(page.url.path).options)
        page = await citizen.submit(
            page, page.url.path, {name: typed[name] for name in names if name in typed}
        )
        assert page.status == 422
        assert page.text.count("法定代表人（经营者）身份证号码：身份证号码应为 18 位") == 2
        assert page.text.count("请填写法定代表人（经营者）姓名") == 2
        assert (
            "法定代表人（经营者）身份证号码：身份证号码应为 18 位",
            "#f-form-legal_person_id",
        ) in page.links
        assert dict(page.form(page.url.path).fields)["form/legal_person_id"] == "12345"
        assert page.tags[[tag for tag, _ in page.tags].index("title")]
        assert "错误：" in page.text[:20]
        saved = (await citizen.city.client("citizen").get(f"/api/v1/cases/{number}")).json()["form"]
        assert saved["legal_person_phone"] == "19900000001"
        assert saved["legal_person_id"] == "12345"

    async def test_keeps_what_does_not_fit_when_it_is_put_off(
        self, citizen: Browser, begun: Begin
    ) -> None:
        """Nothing old is handed in for it, and the list says that the page is not done."""
        page = await begun()
        number, form = number_of(page), page.url.path
        fits = {**FORM, "form/legal_person_phone": "138-1234-5678", "then": "list"}
        names = set(dict(page.form(form).fields)) | {"then"}
        await citizen.submit(page, form, {n: v for n, v in fits.items() if n in names})
        page = await citizen.get(form)
        assert dict(page.form(form).fields)["form/legal_person_phone"] == "13812345678"
        page = await citizen.submit(
            page, form, {"form/legal_person_phone": "问老王", "then": "list"}
        )
        api = citizen.city.client("citizen")
        saved = (await api.get(f"/api/v1/cases/{number}")).json()["form"]
        assert saved["legal_person_phone"] == "问老王"
        page = await citizen.get(form)
        assert dict(page.form(form).fields)["form/legal_person_phone"] == "问老王"

    async def test_a_character_that_is_not_taken_costs_nothing_else(
        self, citizen: Browser, begun: Begin
    ) -> None:
        """The page is shown again with the field named; the rest is saved."""
        page = await begun()
        number, form = number_of(page), page.url.path
        typed = {"form/legal_person_name": "欧阳\ue123", "form/legal_person_phone": "19900000009"}
        page = await citizen.submit(page, form, typed)
        assert page.status == 422
        assert page.text.count("自造字，别处显示不出来") == 2
        assert dict(page.form(form).fields)["form/legal_person_name"] == "欧阳"
        api = citizen.city.client("citizen")
        saved = (await api.get(f"/api/v1/cases/{number}")).json()["form"]
        assert saved["legal_person_phone"] == "19900000009"

    async def test_understands_what_people_type(self, citizen: Browser, whole: Begin) -> None:
        """Spaces in numbers, a small x, full-width digits, a unit."""
        number = number_of(await whole())
        saved = (await citizen.city.client("citizen").get(f"/api/v1/cases/{number}")).json()["form"]
        assert (saved["legal_person_id"], saved["kitchen_area"], saved["seats"]) == (
            "11010519491231002X",
            14.0,
            18,
        )

    async def test_can_be_put_off(self, citizen: Browser, begun: Begin) -> None:
        """What is there is saved; the list says what is left."""
        page = await begun()
        number = number_of(page)
        page = await citizen.submit(page, page.url.path, {"form/floor_no": "3", "then": "list"})
        assert page.url.path == f"/apply/{number}"
        saved = (await citizen.city.client("citizen").get(f"/api/v1/cases/{number}")).json()["form"]
        assert saved.get("floor_no") == "3" or "floor_no" not in FORM

    async def test_saves_by_itself_what_was_typed_so_far(
        self, citizen: Browser, begun: Begin
    ) -> None:
        """The page stays and is told the hour and the version; the button then saves from there, and nothing twice."""
        page = await begun()
        number, form = number_of(page), page.url.path
        api = citizen.city.client("citizen")
        typed = {"form/legal_person_phone": "问老王", "form/legal_person_name": "", "then": "auto"}
        told = await citizen.submit(page, form, {**typed, "key": "page:auto:1"})
        clock = citizen.city.clock().astimezone(TZ)
        assert (told.status, told.answer.text) == (200, f"已自动保存 {clock:%H:%M}")
        case = (await api.get(f"/api/v1/cases/{number}")).json()
        assert case["form"]["legal_person_phone"] == "问老王"
        assert "legal_person_name" not in case["form"]
        seen = told.answer.headers["x-seen"]
        assert int(seen) == case["version"]
        again = await citizen.submit(page, form, {**typed, "key": "page:auto:1"})
        assert again.answer.headers["x-seen"] == seen
        left = await citizen.submit(page, form, {**FORM, "seen": seen, "then": "list"})
        assert left.url.path == f"/apply/{number}"

    async def test_saves_nothing_by_itself_over_another_window(
        self, citizen: Browser, begun: Begin
    ) -> None:
        """It is refused; the page that says so waits for somebody to press."""
        page = await begun()
        number, form = number_of(page), page.url.path
        assert [given for tag, given in page.tags if tag == "form" and "data-save" in given]
        await citizen.submit(page, form, {"form/legal_person_name": "张三", "then": "list"})
        stale = {"form/legal_person_name": "张三丰", "key": "page:auto:1"}
        late = await citizen.submit(page, form, {**stale, "then": "auto"})
        assert (late.status, "x-seen" in late.answer.headers) == (409, False)
        saved = (await citizen.city.client("citizen").get(f"/api/v1/cases/{number}")).json()["form"]
        assert saved["legal_person_name"] == "张三"
        late = await citizen.submit(page, form, {**stale, "key": "another"})
        assert late.status == 409
        assert not [given for tag, given in late.tags if tag == "form" and "data-save" in given]

    async def test_tells_of_another_window(self, citizen: Browser, begun: Begin) -> None:
        """Two windows: the second sees what it typed and may save it after all."""
        page = await begun()
        names = set(dict(page.form(page.url.path).fields)) | set(page.form(page.url.path).options)
        first = {name: FORM[name] for name in names if name in FORM}
        await citizen.submit(page, page.url.path, first)
        late = await citizen.submit(
            page, page.url.path, {**first, "form/legal_person_name": "张三丰", "key": "another"}
        )
        assert late.status == 409
        assert dict(late.form(late.url.path).fields)["form/legal_person_name"] == "张三丰"
        assert (await citizen.submit(late, late.url.path)).status == 200

    async def test_says_at_once_what_does_not_go_together(
        self, citizen: Browser, begun: Begin
    ) -> None:
        """A kitchen larger than the shop is told on its page, kept as typed, and nothing is sent in with it."""
        page = await begun()
        number, typed = number_of(page), {}
        while "/form/" in page.url.path:
            names = dict(page.form(page.url.path).fields)
            options = page.form(page.url.path).options
            typed = {k: v for k, v in FORM.items() if k in names or k in options}
            if "form/kitchen_area" in names:
                break
            page = await citizen.submit(page, page.url.path, typed)
        page = await citizen.submit(page, page.url.path, {**typed, "form/kitchen_area": "61"})
        assert page.status == 422
        assert page.text.count("食品处理区面积不能比使用面积大，请核对") == 2
        assert dict(page.form(page.url.path).fields)["form/kitchen_area"] == "61"
        assert (
            "食品处理区面积不能比使用面积大" in (await citizen.get(f"/apply/{number}/check")).text
        )
        page = await citizen.submit(page, page.url.path, {**typed, "form/kitchen_area": "59"})
        assert "食品处理区面积不能比使用面积大" not in page.text

    async def test_changes_what_was_prefilled(self, citizen: Browser, begun: Begin) -> None:
        """不对？ opens the field; the new value is the applicant's own."""
        page = await begun()
        number = number_of(page)
        await citizen.submit(
            page, page.url.path, {"form/subject_name": "张三咖啡店", "then": "list"}
        )
        page = await citizen.get(f"/apply/{number}/form/1")
        assert dict(page.form(page.url.path).fields)["form/subject_name"] == "张三咖啡店"
        assert "张三咖啡店 来自" not in page.text

    async def test_asks_for_what_an_answer_calls_for(self, citizen: Browser, whole: Begin) -> None:
        """Delivery by post needs an address; then the application is not complete."""
        number = number_of(await whole())
        for n in range(1, 5):
            page = await citizen.get(f"/apply/{number}/form/{n}")
            form = page.form(page.url.path)
            if "form/delivery" in form.options:
                page = await citizen.submit(page, page.url.path, {"form/delivery": "mail"})
                break
        assert "邮寄地址" in page.text
        assert "还不能提交" in (await citizen.get(f"/apply/{number}")).text
