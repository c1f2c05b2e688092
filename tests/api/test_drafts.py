"""Looking at a draft, and finding what to begin, over HTTP."""

from typing import Any

import httpx
import pytest

from tests.api.city import APPLICATION
from tests.api.conftest import Open

CASES = "/api/v1/cases"


class TestDraft:
    """GET /cases/{number}/draft"""

    async def test_tells_what_is_lacking(self, citizen: httpx.AsyncClient, opened: Open) -> None:
        """The form by pages, the papers, and what a submission would be refused for, in its own words."""
        draft = await opened(draft=True, form={})
        found = (await citizen.get(f"/api/v1/cases/{draft['number']}/draft")).json()
        assert found["lacking"] == [{"pointer": "/form/sign_text", "detail": "请填写招牌文字"}]
        assert [page["lacking"] for page in found["pages"]] == [1]
        assert {paper["code"] for paper in found["papers"]} == {"layout", "sign-picture"}
        refused = await citizen.post(f"/api/v1/cases/{draft['number']}/submit", json={})
        assert [e["pointer"] for e in refused.json()["errors"]] == [
            e["pointer"] for e in found["lacking"]
        ]

    async def test_has_the_version_to_change_it_by(
        self, citizen: httpx.AsyncClient, opened: Open
    ) -> None:
        """What was seen is what is changed."""
        draft = await opened(draft=True)
        answer = await citizen.get(f"/api/v1/cases/{draft['number']}/draft")
        assert answer.headers["etag"] == f'"{draft["version"]}"'

    async def test_is_gone_once_it_is_submitted(
        self, citizen: httpx.AsyncClient, opened: Open
    ) -> None:
        """409, not 404: the case is there."""
        case = await opened()
        assert (await citizen.get(f"/api/v1/cases/{case['number']}/draft")).status_code == 409


class TestFinding:
    """GET /bundles?text="""

    async def test_narrows_by_words(self, anybody: httpx.AsyncClient) -> None:
        """Names, what is done, what is asked; no words, everything."""
        for text, expected in (("小店", 1), ("招牌", 1), ("", 1), ("火箭", 0)):
            found = await anybody.get("/api/v1/bundles", params={"text": text})
            assert len(found.json()["items"]) == expected, text

    async def test_by_the_reform_of_an_item(self, anybody: httpx.AsyncClient) -> None:
        """证照分离: what has an item that was reformed so, and nothing else (R-ZZ-1)."""
        for mode, expected in (("optimised", 1), ("filing", 0)):
            found = await anybody.get("/api/v1/bundles", params={"reform": mode})
            assert len(found.json()["items"]) == expected, mode
        assert (await anybody.get("/api/v1/bundles", params={"reform": "other"})).status_code == 422

    async def test_takes_no_essay(self, anybody: httpx.AsyncClient) -> None:
        """A few words are enough."""
        assert (
            await anybody.get("/api/v1/bundles", params={"text": "店" * 500})
        ).status_code == 422


class TestBounds:
    """What a draft may hold."""

    @pytest.mark.parametrize(
        ("part", "value", "pointer"),
        [
            ("form", {"nobody_asks": "x"}, "/form/nobody_asks"),
            ("form", {"n" * 200_000: "x"}, "/form/" + "n" * 40),
            ("form", {"sign_text": "字" * 5001}, "/form/sign_text"),
            ("form", {"sign_text": [["x"] * 501]}, "/form/sign_text"),
            ("form", {"sign_text": ["字" * 4000] * 10}, "/form"),
            ("answers", {"nobody_asks": True}, "/answers/nobody_asks"),
        ],
    )
    async def test_what_no_application_can_hold_is_refused_by_name(
        self, citizen: httpx.AsyncClient, part: str, value: Any, pointer: str
    ) -> None:
        """Unknown names, endless texts and lists, more than 64 KB in all: at the beginning and at each change."""
        begun = {**APPLICATION, "draft": True}
        refused = await citizen.post(CASES, json={**begun, part: value})
        assert refused.status_code == 422
        assert [e["pointer"] for e in refused.json()["errors"]] == [pointer]
        draft = (await citizen.post(CASES, json=begun)).json()
        again = await citizen.patch(f"{CASES}/{draft['number']}", json={part: value})
        assert (again.status_code, again.json()["errors"]) == (422, refused.json()["errors"])
