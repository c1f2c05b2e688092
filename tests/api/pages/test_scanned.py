"""A file in which something was found after it was handed in: both sides read it on their page, nobody opens it."""

from service.office.scanning import Clamd
from tests.api.city import APPLICATION, City
from tests.api.pages.browser import Browser
from tests.office.papers import pdf
from tests.office.test_scanning import BAD_PDF, finds, speaking


async def test_the_case_says_so(city: City) -> None:
    """And what to do: the clerk asks for another, the applicant hands one in (F-39)."""
    citizen, window = city.client("citizen"), city.client("window")
    for content, shown in ((BAD_PDF, "found"), (pdf(), "clean")):
        kept = (await citizen.post("/api/v1/files", files={"file": ("图.exe", content)})).json()
        assert kept["name"] == "图.pdf"
        body = {**APPLICATION, "materials": [{"material": "layout", "file": kept["id"]}]}
        number = (await citizen.post("/api/v1/cases", json=body)).json()["number"]
        async with speaking(finds) as address:
            city.office.scanner = Clamd(address)
            await city.office.scan_files(city.clock(), 10)
        material = (await window.get(f"/api/v1/cases/{number}")).json()["materials"][0]
        assert material["scan"] == shown
        for who, page in (
            ("window", f"/desk/cases/{number}?material=1"),
            ("citizen", f"/my/cases/{number}"),
        ):
            browser = Browser(city)
            await browser.sign_in(who)
            read = await browser.get(page)
            assert read.status == 200
            assert ("查出病毒" in read.answer.text) == (shown == "found")
        answer = await window.get(f"/api/v1/cases/{number}/files/{kept['id']}")
        assert answer.status_code == (409 if shown == "found" else 200)
        city.office.scanner = None


async def test_a_draft_says_so_at_the_file(city: City) -> None:
    """As soon as the scanner has answered, not only when it is sent in: on the page of the papers, and on the last one."""
    citizen = city.client("citizen")
    kept = (await citizen.post("/api/v1/files", files={"file": ("图.pdf", BAD_PDF)})).json()
    body = {**APPLICATION, "draft": True}
    body["materials"] = [{"material": "layout", "file": kept["id"]}]
    number = (await citizen.post("/api/v1/cases", json=body)).json()["number"]
    browser = Browser(city)
    await browser.sign_in("citizen")
    async with speaking(finds) as address:
        city.office.scanner = Clamd(address)
        for found in (False, True):
            for page, said in (("materials", "查出病毒"), ("check", "要换")):
                read = (await browser.get(f"/apply/{number}/{page}")).answer
                assert read.status_code == 200
                assert (said in read.text) == found, page
            await city.office.scan_files(city.clock(), 10)
        draft = (await citizen.get(f"/api/v1/cases/{number}/draft")).json()
    given = next(paper["given"] for paper in draft["papers"] if paper["code"] == "layout")
    assert (given["scan"], given["scan_title"]) == ("found", "查出病毒，不能打开")
    assert {"pointer": "/materials/layout", "detail": given["fault"]} in draft["lacking"]
    city.office.scanner = None


async def test_the_applicant_is_told_which(city: City) -> None:
    """At the paper it was chosen for, in words that say what to do."""
    async with speaking(finds) as address:
        city.office.scanner = Clamd(address)
        answer = await city.client("citizen").post(
            "/api/v1/files", files={"file": ("布局图.pdf", BAD_PDF)}
        )
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/type-refused")
    assert "「布局图.pdf」查出病毒" in answer.json()["detail"]
