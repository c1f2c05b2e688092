"""补正: only what is asked for, part of it first, nothing lost on the way."""

from tests.api.pages.browser import Browser

from .conftest import PDF, Begin, Life, light

SAID = "还没有填写或者选择任何一样"


async def two_points(begin: Begin) -> Life:
    """Let two things be asked for: a paper that is wrong, and a point in the clerk's words."""
    life = await begin()
    await life.act(
        "window",
        "shop-licence.note_defects",
        reasons=["layout-no-size", {"text": "请到窗口补签字"}],
    )
    await life.act("window", "notify_correction")
    return life


class TestSupplement:
    """GET and POST /my/cases/{number}/supplement."""

    async def test_asks_only_for_what_is_asked(self, begin: Begin, me: Browser) -> None:
        """The clerk's reason, the article, what was handed in before, which files are taken."""
        life = await (await begin()).corrected()
        page = light(await me.get(f"{life.here}/supplement"))
        assert "布局图缺少尺寸标注" in page.text
        assert "依据：《开店许可办法》第六条" in page.text
        assert any(
            words == "布局图.pdf" and href.startswith(f"{life.here}/files/")
            for words, href in page.links
        )
        files = [
            given for tag, given in page.tags if tag == "input" and given.get("type") == "file"
        ]
        assert [(given["name"], given["accept"]) for given in files] == [
            ("file/layout", ".pdf,.png")
        ]
        # what upload.js looks at before anything is sent
        assert (files[0]["data-title"], files[0]["data-kinds"]) == ("经营布局图", "PDF、PNG")
        assert [at["data-files"] for tag, at in page.tags if "data-files" in at] == ["20"]
        assert "招牌效果图" not in page.text

    async def test_three_clicks_and_the_repair(self, begin: Begin, me: Browser) -> None:
        """Progress → 现在去补正 → file → 提交: then the department has it again, and its limit begins anew."""
        life = await (await begin()).corrected()
        progress = await me.get(life.here)
        page = await me.get(next(href for words, href in progress.links if words == "现在去补正"))
        done = light(
            await me.submit(
                page,
                f"{life.here}/supplement",
                files={"file/layout": ("新.pdf", PDF[1] + b"2", PDF[2])},
            )
        )
        assert done.headings[0] == "已经收到"
        assert "要您补的都补齐了" in done.text
        shown = await life.shown()
        assert [i["state"] for i in shown["items"]] == ["received", "waiting"]
        assert [m["name"] for m in shown["materials"] if m["material"] == "layout"] == [
            "布局图.pdf",
            "新.pdf",
        ]

    async def test_part_of_it_first(self, begin: Begin, me: Browser) -> None:
        """What was handed in is marked, what is missing still asked for, the date unchanged."""
        life = await two_points(begin)
        page = await me.get(f"{life.here}/supplement")
        part = light(
            await me.submit(page, f"{life.here}/supplement", {"point": "own:请到窗口补签字"})
        )
        assert "还有下面这些没有办，期限不变。" in part.text
        assert "请到窗口补签字：已经补了" in part.text
        assert (await life.shown())["state"] == "correcting"
        full = await me.submit(part, f"{life.here}/supplement", files={"file/layout": PDF})
        assert "要您补的都补齐了" in full.text
        assert (await life.shown())["state"] == "received"

    async def test_a_field_of_the_form(self, begin: Begin, me: Browser) -> None:
        """Beside what stands there now; what cannot be read is said at the field, and what was typed stays."""
        life = await (await begin()).corrected(reason="area-wrong")
        page = light(await me.get(f"{life.here}/supplement"))
        assert "面积与布局图不一致" in page.text
        assert "现在填的：60㎡" in page.text
        wrong = await me.submit(page, f"{life.here}/supplement", {"form/floor_area": "很大"})
        assert wrong.status == 422
        assert "建筑面积：请填数字" in wrong.text
        assert ("form/floor_area", "很大") in wrong.form(f"{life.here}/supplement").fields
        done = await me.submit(wrong, f"{life.here}/supplement", {"form/floor_area": "1,068.5"})
        assert done.headings[0] == "已经收到"
        assert (await life.shown())["form"]["floor_area"] == 1068.5

    async def test_a_character_that_is_not_taken_costs_nothing_else(
        self, begin: Begin, me: Browser
    ) -> None:
        """The page comes back with the field named, the rest as it was typed, the file kept."""
        life = await begin()
        here = f"{life.here}/supplement"
        asked = ["layout-no-size", "area-wrong", {"text": "请到窗口补签字"}]
        await life.act("window", "shop-licence.note_defects", reasons=asked)
        await life.act("window", "notify_correction")
        page = await me.get(here)
        typed = {"form/floor_area": "6\ue123", "point": "own:请到窗口补签字"}
        again = await me.submit(page, here, typed, files={"file/layout": PDF})
        assert again.status == 422
        assert again.text.count("自造字，别处显示不出来") == 2
        assert "建筑面积：第" in again.text
        assert ("point", "own:请到窗口补签字") in again.form(here).fields
        assert len(dict(again.form(here).fields)["kept/layout"]) == 64
        assert (await life.shown())["state"] == "correcting"

    async def test_nothing_at_all(self, begin: Begin, me: Browser) -> None:
        """Is not an answer; nothing happens."""
        life = await (await begin()).corrected()
        page = await me.get(f"{life.here}/supplement")
        again = await me.submit(page, f"{life.here}/supplement")
        assert (again.status, SAID in again.text) == (422, True)
        assert "错误：" in again.answer.text

    async def test_a_file_of_the_wrong_kind(self, begin: Begin, me: Browser) -> None:
        """Says so beside the control; what else was given is kept, also the file that was fine."""
        life = await two_points(begin)
        page = await me.get(f"{life.here}/supplement")
        wrong = await me.submit(
            page,
            f"{life.here}/supplement",
            {"point": "own:请到窗口补签字"},
            files={"file/layout": ("a.exe", b"MZ\x90\x00")},
        )
        assert wrong.status in (415, 422)
        assert ("point", "own:请到窗口补签字") in wrong.form(f"{life.here}/supplement").fields
        assert any(
            given.get("aria-invalid") and given.get("name") == "file/layout"
            for _, given in wrong.tags
        )
        assert (await life.shown())["state"] == "correcting"

    async def test_a_file_that_was_sent_is_not_sent_again(self, begin: Begin, me: Browser) -> None:
        """Somebody was faster: the form comes back with the file already there."""
        life = await (await begin()).corrected()
        page = await me.get(f"{life.here}/supplement")
        stale = page.form(f"{life.here}/supplement")
        stale.fields = [(name, "1" if name == "seen" else value) for name, value in stale.fields]
        back = await me.submit(page, f"{life.here}/supplement", files={"file/layout": PDF})
        assert back.status == 409
        assert "已经传上来：布局图.pdf" in back.text
        kept = dict(back.form(f"{life.here}/supplement").fields)
        assert len(kept["kept/layout"]) == 64
        done = await me.submit(back, f"{life.here}/supplement")
        assert done.headings[0] == "已经收到"

    async def test_twice_is_once(self, begin: Begin, me: Browser) -> None:
        """F-13: the same form sent twice hands in once."""
        life = await (await begin()).corrected()
        page = await me.get(f"{life.here}/supplement")
        await me.submit(page, f"{life.here}/supplement", files={"file/layout": PDF})
        again = await me.submit(page, f"{life.here}/supplement", files={"file/layout": PDF})
        assert again.status in (200, 409, 422)
        assert len([m for m in (await life.shown())["materials"] if m["material"] == "layout"]) == 2

    async def test_a_gap(self, begin: Begin, me: Browser) -> None:
        """R-RQ-1: what was let follow is asked for with its own date, while the department works."""
        later = await (await begin("layout")).granted()
        await later.act("window", "outdoor-sign.accept_tolerant", gaps=["sign-picture"])
        page = light(await me.get(later.here))
        assert page.headings[0] == "需要您后补 1 份材料"
        asking = light(await me.get(f"{later.here}/supplement"))
        assert "容缺受理，这份材料后补" in asking.text
        assert "还剩 3 个工作日" in asking.text
        done = await me.submit(
            asking,
            f"{later.here}/supplement",
            files={"file/sign-picture": ("a.png", b"\x89PNG\r\n\x1a\n" + b"1" * 9)},
        )
        assert "要您补的都补齐了" in done.text

    async def test_when_nothing_is_asked(self, begin: Begin, me: Browser) -> None:
        """Says whose turn it is instead."""
        page = light(await me.get(f"{(await begin()).here}/supplement"))
        assert page.headings[0] == "现在没有要您补的"
        assert "市场监督管理局正在办理" in page.text
