"""The application as a whole: what every answer has, what is refused at the door, what the description promises."""

import json
import logging
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from service.api import problems
from tests.api.city import APPLICATION, City

JSON = {"content-type": "application/json"}


class TestEveryAnswer:
    """What no route can forget."""

    @pytest.mark.parametrize(
        "path", ["/healthz", "/api/v1/bundles", "/nowhere", "/api/v1/cases", "/docs"]
    )
    async def test_has_an_id_and_security_headers(
        self, anybody: httpx.AsyncClient, path: str
    ) -> None:
        """Found or not, permitted or not."""
        headers = (await anybody.get(path)).headers
        assert len(headers["x-request-id"]) >= 8
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in headers

    async def test_keeps_the_callers_request_id(self, anybody: httpx.AsyncClient) -> None:
        """A portal finds its own id in our log, unless it could forge a line of it."""
        kept = await anybody.get("/healthz", headers={"x-request-id": "portal-20261105-1"})
        assert kept.headers["x-request-id"] == "portal-20261105-1"
        refused = await anybody.get("/healthz", headers={"x-request-id": "a b\tc=1"})
        assert refused.headers["x-request-id"] != "a b\tc=1"

    async def test_is_not_kept_by_anybody_in_between(self, citizen: httpx.AsyncClient) -> None:
        """Personal data stay out of shared caches."""
        assert (await citizen.get("/api/v1/cases")).headers["cache-control"] == "no-store"


class TestRefusing:
    """RFC 9457 everywhere."""

    async def test_unknown_route(self, anybody: httpx.AsyncClient) -> None:
        """A route that is not there is a problem document too."""
        answer = await anybody.get("/api/v1/nothing")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/not-found"

    async def test_wrong_method_names_all_that_work(self, anybody: httpx.AsyncClient) -> None:
        """Two routes share the address; both are named."""
        answer = await anybody.delete("/api/v1/cases")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, POST"

    @pytest.mark.parametrize("kind", sorted(problems.kinds()))
    async def test_every_type_can_be_looked_up(self, anybody: httpx.AsyncClient, kind: str) -> None:
        """The `type` of a problem leads somewhere, for programs and for people."""
        found = await anybody.get(f"/problems/{kind}")
        assert found.json()["title"] == problems.kinds()[kind].title()
        page = await anybody.get(f"/problems/{kind}", headers={"accept": "text/html"})
        assert problems.kinds()[kind].title() in page.text

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b'{"bundle": "open-shop", "bundle": "open-shop"}', "重复"),
            (b'{"answers": {"area": NaN}}', "NaN"),
            (b'{"answers": {"area": 1e999}}', "数字太大"),
            (b'{"answers": {"area": 9007199254740993}}', "数字太大"),
            (b'{"answers": {"name": "a\\u0000b"}}', "不能使用的字符"),
            (b'{"answers": {"name": "\\ud800"}}', "不能使用的字符"),
            (b'{"answers": {"name": "\\u202egnp.exe"}}', "不能使用的字符"),
            (b'{"answers": {"name": "\\u2800"}}', "不能使用的字符"),
            (b'{"answers": {"name": "a' + b"\\u0315\\u0300" * 20 + b'"}}', "叠加的符号太多"),
            (b'{"form": ' + b"[" * 30 + b"]" * 30 + b"}", "层次太深"),
            (b"[" * 100_000, "层次太深"),
            (b'{"answers": ', "不是合法的 JSON"),
            (b'{"answers": "\xff"}', "UTF-8"),
        ],
        ids=[
            "twice",
            "nan",
            "infinite",
            "inexact",
            "nul",
            "surrogate",
            "bidi",
            "blank",
            "heaped",
            "deep",
            "endless",
            "cut",
            "latin",
        ],
    )
    async def test_what_two_readers_would_read_differently(
        self, citizen: httpx.AsyncClient, body: bytes, said: str
    ) -> None:
        """F-42: refused at the door with a place, never a 500."""
        answer = await citizen.post("/api/v1/cases", content=body, headers=JSON)
        assert answer.status_code == 422
        assert said in answer.json()["errors"][0]["detail"]

    @pytest.mark.parametrize("said", ["A\u030angstr\u00f6m", "\u00c5ngstro\u0308m"])
    async def test_what_looks_the_same_is_the_same(
        self, citizen: httpx.AsyncClient, said: str
    ) -> None:
        """One spelling (NFC), escaped or not, and one request under a key, however it was typed."""
        who = {**APPLICATION["applicant"], "name": said}
        body = {**APPLICATION, "applicant": who, "draft": True}
        sent = [json.dumps(body).encode(), json.dumps(body, ensure_ascii=False).encode()]
        headers = {**JSON, "idempotency-key": "k1"}
        for content in sent:
            answer = await citizen.post("/api/v1/cases", content=content, headers=headers)
            assert answer.status_code == 201, answer.text
            assert answer.json()["applicant"]["name"] == "\u00c5ngstr\u00f6m"

    async def test_one_host(self, city: City) -> None:
        """None, or two that could be believed by one program each, is no request (RFC 9112, 3.2)."""
        for hosts, status in (([], 422), (["city", "evil"], 422), (["city"], 200)):
            client = city.client()
            request = client.build_request("GET", "/livez")
            request.headers = httpx.Headers([("host", each) for each in hosts])
            assert (await client.send(request)).status_code == status, hosts

    async def test_points_at_the_place(self, citizen: httpx.AsyncClient) -> None:
        """The pointer leads to the wrong text, however deep."""
        body = {**APPLICATION, "form": {"people": [{"name": "好"}, {"name": "a\x07"}]}}
        answer = await citizen.post("/api/v1/cases", json=body)
        assert answer.json()["errors"][0]["pointer"] == "/form/people/1/name"

    async def test_repeats_nothing_that_was_sent(self, citizen: httpx.AsyncClient) -> None:
        """F-54: no value comes back in a refusal."""
        secret = "canary-4111-1111"
        body = {
            **APPLICATION,
            "draft": secret,
            "applicant": {"type": secret, "name": 7, "id": f"{secret}/{secret}"},
        }
        answer = await citizen.post("/api/v1/cases", json=body)
        assert answer.status_code == 422
        assert secret not in answer.text
        pointers = {error["pointer"] for error in answer.json()["errors"]}
        assert pointers == {"/draft", "/applicant/type", "/applicant/name", "/applicant/id"}

    async def test_unknown_names_are_refused_everywhere(self, citizen: httpx.AsyncClient) -> None:
        """F-47: nobody sets a state, a department or a date by adding it to the body."""
        for extra in (
            "state",
            "number",
            "query_code",
            "account",
            "entered_by",
            "received_at",
            "version",
            "channel",
        ):
            answer = await citizen.post("/api/v1/cases", json={**APPLICATION, extra: "x"})
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"] == f"/{extra}"

    async def test_too_large_by_its_own_word(self, anybody: httpx.AsyncClient) -> None:
        """A declared length is refused before a byte is read."""
        answer = await anybody.post("/api/v1/tokens", content=b"x" * ((1 << 20) + 1), headers=JSON)
        assert answer.status_code == 413
        assert answer.json()["type"] == "/problems/too-large"

    async def test_too_large_without_a_length(self, anybody: httpx.AsyncClient) -> None:
        """A body that just goes on is cut off while it arrives."""
        sent = 0

        async def endless() -> Any:
            nonlocal sent
            while sent < 64 << 20:
                sent += 1 << 16
                yield b" " * (1 << 16)

        answer = await anybody.post("/api/v1/tokens", content=endless(), headers=JSON)
        assert answer.status_code == 413
        assert sent <= 2 << 20

    async def test_an_accident_tells_only_the_request_id(
        self, city: City, anybody: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        """F-54, F-51: neither the answer nor the log holds what the exception said."""
        typed_in = "can" + "ary"

        async def broken() -> None:
            raise RuntimeError(typed_in)

        city.app.add_api_route("/broken", broken)
        with caplog.at_level(logging.ERROR):
            answer = await anybody.get("/broken", headers={"x-request-id": "find-me-again"})
        assert answer.status_code == 500
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json() == {
            "type": "/problems/internal",
            "title": "系统内部错误，请稍后再试。",
            "status": 500,
            "detail": "系统内部错误，请稍后再试。",
            "instance": "/requests/find-me-again",
        }
        assert "find-me-again" in caplog.text
        assert "canary" not in caplog.text


class TestDescription:
    """OpenAPI 3.1."""

    @staticmethod
    def operations(city: City) -> list[dict[str, Any]]:
        return [
            operation
            for path in city.app.openapi()["paths"].values()
            for operation in path.values()
        ]

    def test_every_operation_is_described(self, city: City) -> None:
        """Short id, Chinese summary, tag, problems, and an example for what is sent in."""
        known = {tag["name"] for tag in city.app.openapi()["tags"]}
        ids = [operation["operationId"] for operation in self.operations(city)]
        assert len(ids) == len(set(ids))
        for operation in self.operations(city):
            assert operation["operationId"].replace("_", "").isalpha()
            assert any("一" <= char <= "鿿" for char in operation["summary"])
            assert set(operation["tags"]) <= known
            assert {"422", "413", "500", "503"} <= set(operation["responses"])
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            assert body is None or body["examples"]

    def test_every_problem_is_a_problem_document(self, city: City) -> None:
        """No refusal is described as anything else."""
        for operation in self.operations(city):
            for status, response in operation["responses"].items():
                if status >= "400" and (operation["operationId"], status) != (
                    "health_ready",
                    "503",
                ):
                    schema = response["content"]["application/problem+json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/Problem"}

    def test_every_answer_has_an_example_that_is_true(self, city: City) -> None:
        """What is shown in the description has exactly the described shape."""
        description = city.app.openapi()
        shown = 0
        for operation in self.operations(city):
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get("application/json")
                if content and status < "300":
                    schema = {**content["schema"], "components": description["components"]}
                    Draft202012Validator(schema).validate(content["example"])
                    shown += 1
        assert shown >= 20

    def test_needs_nothing_of_the_frameworks(self, city: City) -> None:
        """The framework's own error shapes, which echo the input, are gone."""
        schemas = city.app.openapi()["components"]["schemas"]
        assert "HTTPValidationError" not in schemas
        assert city.app.openapi()["openapi"] == "3.1.0"

    async def test_page_asks_no_other_host(self, anybody: httpx.AsyncClient) -> None:
        """Everything the page loads is served here, and its policy allows nothing else."""
        page = await anybody.get("/docs")
        assert "http" not in page.text.replace("<!doctype html>", "")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        for asset in (
            "/docs/start.js",
            "/docs/assets/swagger-ui-bundle.js",
            "/docs/assets/swagger-ui.css",
        ):
            assert (await anybody.get(asset)).status_code == 200
