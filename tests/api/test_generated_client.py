"""A client nobody here wrote: generated from the OpenAPI, it opens a shop over HTTP."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from tests.api.city import APPLICATION, PASSWORD, City

NAME = "yijianshi_client"


@pytest.fixture
def client_package(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Generate the client into a folder of this test and import it."""
    (tmp_path / "openapi.json").write_text(json.dumps(city.app.openapi(), ensure_ascii=False))
    generator = Path(sys.executable).with_name("openapi-python-client")
    path = f"{generator.parent}{os.pathsep}{os.environ['PATH']}"
    command = [
        str(generator),
        "generate",
        "--path",
        "openapi.json",
        "--meta",
        "none",
        "--output-path",
        NAME,
    ]
    subprocess.run(
        command, cwd=tmp_path, check=True, capture_output=True, env={**os.environ, "PATH": path}
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module(NAME)


def operation(module: str) -> ModuleType:
    """Return the module of one operation."""
    return importlib.import_module(f"{NAME}.api.{module}")


class TestGeneratedClient:
    async def test_opens_a_shop_and_notes_a_defect(
        self, city: City, client_package: ModuleType
    ) -> None:
        """Sign in, submit twice under one key, note a defect: every request and answer through the generated types."""
        models = importlib.import_module(f"{NAME}.models")
        wire = {"transport": httpx.ASGITransport(app=city.app)}

        async def signed_in(account: str) -> object:
            guest = client_package.Client(base_url="http://city", httpx_args=wire)
            body = models.SignInGiven(username=account, password=PASSWORD)
            token = await operation("tokens.tokens_create").asyncio(client=guest, body=body)
            return client_package.AuthenticatedClient(
                base_url="http://city", token=token.access_token, httpx_args=wire
            )

        citizen, window = await signed_in("citizen"), await signed_in("window")
        body = models.CaseGiven.from_dict(APPLICATION)
        case = await operation("cases.cases_open").asyncio(
            client=citizen, body=body, idempotency_key="once"
        )
        assert case.state == "received"
        again = await operation("cases.cases_open").asyncio(
            client=citizen, body=body, idempotency_key="once"
        )
        assert again.number == case.number
        act = models.ActionGiven.from_dict(
            {"action": "note_defects", "data": {"reasons": [{"text": "缺材料"}]}}
        )
        item = case.items[0].item
        done = await operation("actions.items_act").asyncio_detailed(
            case.number, item, client=window, body=act
        )
        assert done.status_code == 200, done.content
