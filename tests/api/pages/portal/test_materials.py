"""The papers of an application."""

from typing import Any

import pytest

from tests.api.pages.browser import Browser, Page
from tests.api.pages.conftest import SignIn
from tests.api.pages.portal.conftest import CAFE, PDF, WITH_SIGN, Begin, number_of

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0"


@pytest.fixture
async def papers(citizen: Browser, begun: Begin) -> Page:
    """The page of papers of a café with a sign."""
    return await citizen.get(f"/apply/{number_of(await begun(WITH_SIGN))}/materials")


async def send(
    citizen: Browser, page: Page, code: str, file: tuple[str, bytes] | None = None, **more: str
) -> Page:
    """Send one paper."""
    files = {"file": file} if file else {"file": ("", b"")}
    typed: dict[str, Any] = {"material": code, "way": "upload", **more}
    return await citizen.submit(page, page.url.path, typed, files=files)


def given(page: Page) -> dict[str, str]:
    """Return the files that were handed in, by name."""
    return {words: href for words, href in page.links if "/files/" in href}


class TestMaterials:
    """GET /apply/{number}/materials"""

    async def test_tell_kind_and_size_before_choosing(self, papers: Page) -> None:
        """And how else a paper may come."""
        assert "PDF、PNG、JPG，不超过 20 MB" in papers.text
        accepts = [given["accept"] for tag, given in papers.tags if given.get("type") == "file"]
        assert ".pdf,.png,.jpg,.jpeg" in accepts
        assert "想自己交" in papers.text

    async def test_let_one_go_on_without(self, papers: Page) -> None:
        """A missing paper does not prevent the receipt; it is said what then happens (R-ACC-4)."""
        assert "还缺 3 份" in papers.text
        assert any(words == "先这样，下一步" for words, _ in papers.links)


class TestHandIn:
    """POST /apply/{number}/materials"""

    async def test_keeps_a_file(self, citizen: Browser, papers: Page) -> None:
        """It can be looked at, exchanged and taken back."""
        page = await send(citizen, papers, "layout", ("布局图.pdf", PDF))
        assert page.status == 200
        answer = await citizen.http.get(given(page)["布局图.pdf"])
        assert answer.content == PDF
        assert answer.headers["content-disposition"].startswith("attachment")
        page = await send(citizen, page, "layout", ("新图.png", PNG))
        assert list(given(page)) == ["新图.png"]
        page = await send(citizen, page, "layout", way="remove")
        assert given(page) == {}
        assert "还缺 3 份" in page.text

    @pytest.mark.parametrize(
        ("file", "said"),
        [
            (None, "请先选择「经营布局图」的文件"),
            (("空的.pdf", b""), "「经营布局图」的文件是空的，请选另一个"),
            (
                ("表格.pdf", b"PK\x03\x04 not a zip"),
                "文件已经损坏，或者同时是两种文件，不能收。请重新导出再上传。",
            ),
            (
                ("说明.txt", "文字".encode()),
                "「经营布局图」只收 PDF、PNG、JPG 文件，请换一种格式再传",
            ),
            (
                ("大图.pdf", PDF + b"\0" * (20 << 20)),
                "「经营布局图」不能超过 20 MB，您选的文件有 20.0 MB，请压缩后再传",
            ),
        ],
    )
    async def test_says_in_one_sentence_what_is_wrong(
        self, citizen: Browser, papers: Page, file: tuple[str, bytes] | None, said: str
    ) -> None:
        """At the top and at the paper; nothing else is lost."""
        page = await send(citizen, papers, "layout", file)
        assert page.status == 422
        assert page.text.count(said) == 2
        assert (said, "#f-materials-layout") in page.links
        assert given(page) == {}

    async def test_refuses_what_is_far_too_large(self, citizen: Browser, papers: Page) -> None:
        """Before it is read."""
        page = await send(citizen, papers, "layout", ("大图.pdf", PDF + b"\0" * (21 << 20)))
        assert page.status == 413
        assert "缩小" in page.text

    async def test_uses_a_file_again(self, citizen: Browser, papers: Page) -> None:
        """One drawing for two papers is sent once."""
        page = await send(citizen, papers, "layout", ("总图.pdf", PDF))
        file = given(page)["总图.pdf"].rpartition("/")[2]
        again = [
            given for tag, given in page.tags if tag == "select" and given.get("name") == "again"
        ]
        assert "again-sign-drawing" in {given["id"] for given in again}  # one list a paper
        page = await send(citizen, page, "sign-drawing", again=file)
        assert page.status == 200
        draft = (
            await citizen.city.client("citizen").get(f"/api/v1/cases/{number_of(page)}")
        ).json()
        assert {
            row["material"]
            for row in draft["materials"]
            if row["file"] == file and not row["replaced"]
        } == {"layout", "sign-drawing"}

    async def test_uses_no_file_of_others(
        self, citizen: Browser, papers: Page, as_: SignIn
    ) -> None:
        """A number that was guessed is no file."""
        stranger = citizen.city.client("stranger")
        theirs = (await stranger.post("/api/v1/files", files={"file": ("a.pdf", PDF)})).json()["id"]
        page = await send(citizen, papers, "layout", again=theirs)
        assert page.status == 422
        assert (
            await (await as_("stranger")).get(f"/my/cases/{number_of(papers)}/files/{theirs}")
        ).status == 404

    async def test_takes_other_ways(self, citizen: Browser, begun: Begin) -> None:
        """By promise, later, by sharing; and back again. A way that is not open is refused."""
        query = CAFE.replace("dishes=drinks&dishes=simple", "dishes=salad")
        page = await citizen.get(f"/apply/{number_of(await begun(query))}/materials")
        page = await send(citizen, page, "workflow-doc", way="defer")
        assert "以后补交：受理后 3 个工作日内补交" in page.text
        page = await send(citizen, page, "workflow-doc", way="remove")
        assert "以后补交" not in page.text
        page = await send(citizen, page, "identity", ("身份证.pdf", PDF))
        assert "改回免交" in page.text
        page = await send(citizen, page, "identity", way="share")
        assert "身份证.pdf" not in given(page)
        page = await send(citizen, page, "layout", way="commitment")
        assert page.status == 422
        assert "「经营布局图」不能这样提供" in page.text

    async def test_does_nothing_for_a_paper_nobody_asks_for(
        self, citizen: Browser, papers: Page
    ) -> None:
        """As after the answers changed in another window."""
        page = await send(citizen, papers, "moon-rock", ("a.pdf", PDF))
        assert page.status == 200
        assert given(page) == {}

    async def test_tells_of_another_window(self, citizen: Browser, papers: Page) -> None:
        """What was seen is not what is: look again."""
        await send(citizen, papers, "layout", ("a.pdf", PDF))
        page = await send(citizen, papers, "sign-drawing", ("b.pdf", PDF), key="another")
        assert page.status == 409
        assert list(given(page)) == ["a.pdf"]
