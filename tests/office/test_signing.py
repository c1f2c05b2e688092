"""电子签名: a promise signed through a service outside, or not at all."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from service.errors import DataInvalid
from service.office import ApplicationInput, Office
from service.office.signing import HttpSigning
from service.store.database import Database
from service.store.files import Folder

from .conftest import CITIZEN, DAY, MORNING, PACK, STALL, asks
from .outside import SECONDS, SLOW, Platform

TEXTS = {
    "notice-v1.md": "条件：招牌不超出店面宽度。\n",
    "promise-v1.md": "本人承诺符合告知的全部条件。\n",
}
PROMISED = """
commitment:
  text: promise-v1
  notice: notice-v1
  basis: 市户外招牌设置管理办法（示例）
  limit: 1wd
  follow_up: {limit: 20wd}
"""
SIGNED_PACK = {**PACK, **TEXTS, "items/sign.yaml": str(PACK["items/sign.yaml"]) + PROMISED}
OVER = [sha256(text.encode()).hexdigest() for text in TEXTS.values()]
GOOD = {"valid": True, "name": "张三", "certificate": "CN=张三,SN=01"}


def application(**signature: str) -> ApplicationInput:
    """The stall with its sign by promise, signed in this way."""
    return replace(STALL, handling={"sign": "commitment"}, signature=signature)


TOKEN = application(method="ca", name="张三", token="eyJ.a-b_c")


@pytest.fixture
async def connected(database: Database, tmp_path: Path, platform: Platform) -> Office:
    """An office that asks a signature service."""
    signing = HttpSigning(f"http://127.0.0.1:{platform.port}/sign", "secret", SECONDS)
    office = Office(
        database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True, signing=signing
    )
    await office.install(MORNING - DAY)
    await office.publish_pack(SIGNED_PACK, "admin", MORNING - DAY)
    return office


class TestSigned:
    """R-NCP-5."""

    async def test_genuine(self, connected: Office, platform: Platform) -> None:
        """Asked about exactly the notice and the promise that were shown; kept with name and certificate (R-NCP-5)."""
        platform.answer = GOOD
        view = await connected.open_case(asks(CITIZEN), TOKEN)
        signature = view.case.commitments["sign"].signature
        assert (signature["method"], signature["name"], signature["certificate"]) == (
            "electronic",
            "张三",
            "CN=张三,SN=01",
        )
        assert signature["over"] == OVER
        asked = platform.asked[0]
        assert (asked["path"], asked["token"], asked["signature"]) == (
            "/sign/verify",
            "Bearer secret",
            "eyJ.a-b_c",
        )
        assert (asked["over"], asked["applicant"]) == (OVER, dict(STALL.applicant))

    @pytest.mark.parametrize(
        ("answer", "mood", "why"),
        [
            ({"valid": False, "reason": "证书已吊销"}, "good", "证书已吊销"),
            ({"valid": True, "name": "张三"}, "good", "答复读不懂"),
            ({"valid": "yes"}, "good", "答复读不懂"),
            (None, "broken", "答复异常（500）"),
            (None, "slow", "没有及时答复"),
            (None, "babble", "答复读不懂"),
        ],
    )
    async def test_never_a_silent_pass(
        self,
        connected: Office,
        platform: Platform,
        answer: dict[str, object] | None,
        mood: str,
        why: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """What the service does not confirm is refused with the reason; no case comes of it (R-NCP-5)."""
        platform.answer, platform.mood = answer, mood
        if mood in SLOW:
            platform.dawdle(monkeypatch, callers=1)
        with pytest.raises(DataInvalid, match=why) as refused:
            await connected.open_case(asks(CITIZEN), TOKEN)
        assert refused.value.facts["errors"][0]["pointer"] == "/signature/token"
        assert (await connected.cases(CITIZEN)).items == []

    async def test_of_a_draft(self, connected: Office, platform: Platform) -> None:
        """A draft is signed when it is submitted."""
        platform.answer = GOOD
        number = (
            await connected.open_case(asks(CITIZEN), replace(TOKEN, draft=True, signature={}))
        ).case.number
        assert platform.asked == []
        view = await connected.submit_draft(asks(CITIZEN), number, dict(TOKEN.signature))
        assert view.case.commitments["sign"].signature["method"] == "electronic"

    async def test_by_the_account_where_that_is_enough(
        self, connected: Office, platform: Platform
    ) -> None:
        """Without a token the account signs, and nobody outside is asked."""
        view = await connected.open_case(
            asks(CITIZEN), application(method="account", name="张示例")
        )
        assert view.case.commitments["sign"].signature["method"] == "account"
        assert platform.asked == []

    async def test_a_region_that_asks_for_it(self, connected: Office) -> None:
        """`reliable_signature`: a promise without an electronic signature is refused."""
        directory = str(PACK["directory.yaml"]) + "policy: {reliable_signature: true}\n"
        await connected.publish_pack({**SIGNED_PACK, "directory.yaml": directory}, "admin", MORNING)
        with pytest.raises(DataInvalid, match="可靠的电子签名"):
            await connected.open_case(asks(CITIZEN), application(method="account", name="张示例"))

    async def test_no_service(self, office: Office) -> None:
        """Where none is connected, a token is refused and not taken on trust."""
        await office.publish_pack(SIGNED_PACK, "admin", MORNING)
        with pytest.raises(DataInvalid, match="没有接通电子签名服务"):
            await office.open_case(asks(CITIZEN), TOKEN)
