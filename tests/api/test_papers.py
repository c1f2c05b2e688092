"""Papers over HTTP: the page, the PDF, and what a telephone shows that scans the code."""

import base64
import hashlib
import re
from dataclasses import replace

import httpx
import pytest
from pydantic import ValidationError

from service import settings
from service.api.app import create_app
from service.api.rest.papers import POLICY
from service.office import press
from tests.api.city import City, Settings, can_print
from tests.api.conftest import Open


def sheet(number: str, n: int = 1, form: str = "html") -> str:
    """Return the address of a notice."""
    return f"/api/v1/cases/{number}/notices/{n}.{form}"


def read(public_url: str) -> settings.Settings:
    """Read the settings with this address."""
    return settings.Settings.model_validate({"public_url": public_url})


def policy(answer: httpx.Response) -> dict[str, str]:
    """Return the directives of an answer's content security policy."""
    parts = (part.split(None, 1) for part in answer.headers["content-security-policy"].split(";"))
    return {part[0]: part[1] if len(part) > 1 else "" for part in parts}


class TestPage:
    """GET …/notices/{n}.html."""

    async def test_is_a_page_that_its_policy_lets_through(
        self, citizen: httpx.AsyncClient, opened: Open
    ) -> None:
        """Nothing may be fetched or run; the one style block is allowed by its hash."""
        answer = await citizen.get(sheet((await opened())["number"]))
        assert (answer.status_code, answer.headers["content-type"]) == (
            200,
            "text/html; charset=utf-8",
        )
        style = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)[0]
        allowed = policy(answer)
        assert allowed["default-src"] == "'none'"
        assert (
            allowed["style-src"]
            == f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
        )
        assert "unsafe" not in POLICY
        assert answer.headers["cache-control"] == "no-store"

    async def test_code_leads_back_here(
        self, citizen: httpx.AsyncClient, opened: Open, city: City
    ) -> None:
        """By default to the host that was asked."""
        case = await opened()
        text = (await citizen.get(sheet(case["number"]))).text
        assert f"http://city/v/{case['notices'][0]['code']}" in text
        forged = await citizen.get(sheet(case["number"]), headers={"host": 'evil"><b>'})
        assert "evil" not in forged.text

    async def test_code_leads_to_the_address_from_outside(self, city: City, opened: Open) -> None:
        """Behind a proxy the settings say where the service is."""
        case = await opened()
        app = create_app(
            city.office,
            replace(Settings(), public_url="https://zwfw.example.gov.cn/yjs"),
            city.clock,
        )
        text = (
            await City(app, city.office, city.clock).client("citizen").get(sheet(case["number"]))
        ).text
        assert f"https://zwfw.example.gov.cn/yjs/v/{case['notices'][0]['code']}" in text

    async def test_of_somebody_else(self, city: City, opened: Open) -> None:
        """There is no such paper."""
        answer = await city.client("stranger").get(sheet((await opened())["number"]))
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


class TestPublicUrl:
    """The setting that says where the service is reached from outside."""

    def test_is_an_address(self) -> None:
        """A slash at the end is dropped; what is no web address does not get into a QR code."""
        assert (
            read("https://zwfw.example.gov.cn/yjs/").public_url == "https://zwfw.example.gov.cn/yjs"
        )
        assert read("http://10.0.0.8:8000").public_url == "http://10.0.0.8:8000"
        assert read("").public_url == ""
        for wrong in (
            "zwfw.example.gov.cn",
            "javascript:alert(1)",
            "https://a b",
            "https://a/?q=1",
        ):
            with pytest.raises(ValidationError):
                read(wrong)


class TestPdf:
    """GET …/notices/{n}.pdf."""

    @pytest.mark.skipif(
        not can_print(), reason="no Chinese font on this machine: apt-get install fonts-noto-cjk"
    )
    async def test_is_a_pdf(self, citizen: httpx.AsyncClient, opened: Open) -> None:
        """It is shown in the browser under the title of the paper."""
        number = (await opened())["number"]
        answer = await citizen.get(sheet(number, form="pdf"))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF-1.7")
        assert answer.headers["content-disposition"].startswith(
            "inline; filename*=UTF-8''%E6%94%B6%E4%BB%B6"
        )

    async def test_without_a_font(
        self, citizen: httpx.AsyncClient, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A problem that tells the administrator what to do, in Chinese."""
        number = (await opened())["number"]
        monkeypatch.setattr(press, "CHINESE_FONTS", ())
        press._equipment.cache_clear()
        answer = await citizen.get(sheet(number, form="pdf"))
        press._equipment.cache_clear()
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        assert "fonts-noto-cjk" in answer.json()["detail"]


class TestScanned:
    """GET /v/{code}."""

    async def test_tells_people_what_it_tells_programs(
        self, anybody: httpx.AsyncClient, opened: Open
    ) -> None:
        """Nobody has to sign in; the name is half hidden."""
        case = await opened()
        code = case["notices"][0]["code"]
        answer = await anybody.get(f"/v/{code}")
        told = (await anybody.get(f"/api/v1/documents/{code}")).json()
        assert (answer.status_code, "文书属实，现在有效" in answer.text) == (200, True)
        assert told["intact"]
        assert told["valid"]
        for part in (
            told["number"],
            told["title"],
            told["department_title"],
            told["applicant"],
            told["sha256"],
        ):
            assert part in answer.text
        assert case["applicant"]["name"] not in answer.text

    @pytest.mark.parametrize("code", ["0" * 20, "%00", "a.b", "键", "<b>"])
    async def test_unknown(self, anybody: httpx.AsyncClient, code: str) -> None:
        """A warning for people, whatever was typed."""
        answer = await anybody.get(f"/v/{code}")
        assert answer.status_code == 404
        assert "没有查到这份文书" in answer.text
        assert "<b>" not in answer.text
