"""数据共享: what the platform gives, and what happens when it does not."""

from pathlib import Path

import pytest

from service.errors import NotPermitted
from service.office import Office
from service.office.sharing import HttpSharing, asked
from service.store.database import Database
from service.store.files import Folder
from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.folders import read_folder
from service.workflows.authoring.load import load_pack
from service.workflows.case.situation import Action
from tests.api.city import ESTATE
from tests.api.heirs import FATHER, FORM, SON

from .conftest import CITIZEN, DAY, MORNING, PACK, STALL, STRANGER, WINDOW, asks, prints
from .outside import SECONDS, SLOW, Platform


@pytest.fixture
async def connected(database: Database, tmp_path: Path, platform: Platform) -> Office:
    """An office that asks the platform."""
    sharing = HttpSharing(f"http://127.0.0.1:{platform.port}/api/", "secret", SECONDS)
    office = Office(
        database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True, sharing=sharing
    )
    await office.install(MORNING - DAY)
    await office.publish_pack(PACK, "admin", MORNING - DAY)
    return office


class TestWhose:
    """Whose record it is in."""

    async def test_is_told_with_who_asks(self, platform: Platform) -> None:
        """Of a case about somebody else: that person, the applicant's number, what he is to him; the rest is the applicant's."""
        loaded = load_pack(read_folder(ESTATE))
        assert loaded.pack
        release = compile_release(loaded.pack, "after-death")
        sharing = HttpSharing(f"http://127.0.0.1:{platform.port}/api/", "secret", SECONDS)
        son = {"type": "individual", "name": "李四", "id": SON}
        given = [{"material": code, "share": True} for code in ("death-proof", "guardian")]
        await asked(sharing, release, given, son, FORM)
        told = {each["material"]: each["applicant"] for each in platform.asked}
        assert told["guardian"] == son
        assert told["death-proof"] == {
            "type": "individual",
            "name": "张三",
            "id": FATHER,
            "asked_by": SON,
            "kin": "子女",
        }


class TestAsked:
    """Before the transaction."""

    async def test_given(self, connected: Office, platform: Platform) -> None:
        """The material is there with its receipt; the platform was told what and for whom."""
        view = await connected.open_case(asks(CITIZEN), STALL)
        held = {m.material: (m.source, m.reference) for m in view.case.materials.values()}
        assert held == {"layout": ("share", "GX-1"), "drawing": ("share", "GX-1")}
        one = next(a for a in platform.asked if a["material"] == "layout")
        assert (one["path"], one["token"], one["title"]) == (
            "/api/materials/layout",
            "Bearer secret",
            "经营布局图",
        )
        assert one["applicant"] == dict(STALL.applicant)

    @pytest.mark.parametrize(
        ("mood", "why"),
        [
            ("none", "没有登记"),
            ("broken", "共享平台答复异常（500）"),
            ("elsewhere", "共享平台答复异常（302）"),
            ("slow", "共享平台没有及时答复"),
            ("drip", "共享平台没有及时答复"),
            ("babble", "共享平台的答复读不懂"),
            ("flood", "共享平台的答复读不懂"),
            ("deep", "共享平台的答复读不懂"),
            ("packed", "共享平台的答复读不懂"),
        ],
    )
    async def test_not_given(
        self,
        connected: Office,
        platform: Platform,
        mood: str,
        why: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Recorded and told; the case is received all the same, its limits run, an upload takes its place (R-ACC-3, R-SEC-8)."""
        platform.mood = mood
        if mood in SLOW:
            platform.dawdle(monkeypatch, callers=2)
        view = await connected.open_case(asks(CITIZEN), STALL)
        assert view.case.materials == {}
        told = next(e for e in view.events if e.action == "share_failed")
        assert told.data["materials"][0] == {"material": "layout", "source": "share", "reason": why}
        assert (
            f"经营布局图：{why}"
            in next(n for n in view.case.notices.values() if n.kind == "share_failed").body[
                "points"
            ]
        )
        await prints(connected, view, "share_failed")
        assert next(n.kind for n in view.case.notices.values()) == "receipt"
        assert view.case.clocks["food", "notice"].state == "running"
        assert {a["path"] for a in platform.asked} == {
            "/api/materials/layout",
            "/api/materials/drawing",
        }

    async def test_not_reached(self, database: Database, tmp_path: Path) -> None:
        """Nobody listens."""
        sharing = HttpSharing("http://127.0.0.1:9", "", SECONDS)
        assert (await sharing.ask("layout", "图", {})).fault == "共享平台没有接通"

    async def test_not_for_strangers(self, connected: Office, platform: Platform) -> None:
        """Who may not apply for somebody learns nothing about them, and nothing is asked."""
        with pytest.raises(NotPermitted):
            await connected.open_case(asks(STRANGER), STALL)
        assert platform.asked == []

    async def test_supply(self, connected: Office, platform: Platform) -> None:
        """What was asked for again may come from sharing again; failing that, it is still lacking."""
        platform.mood = "broken"
        number = (await connected.open_case(asks(CITIZEN), STALL)).case.number
        reasons = ["layout-no-size"]
        await connected.act(
            asks(WINDOW), number, Action("note_defects", "food", {"reasons": reasons})
        )
        await connected.act(
            asks(WINDOW), number, Action("notify_correction", data={"reason": "申请人在窗口等候"})
        )
        again = Action("supply", "food", {"materials": [{"material": "layout", "share": True}]})
        view = await connected.act(asks(CITIZEN), number, again)
        assert (view.case.items["food"].state, view.case.items["food"].answered) == (
            "correcting",
            [],
        )
        platform.mood = "good"
        view = await connected.act(asks(CITIZEN), number, again)
        assert view.case.items["food"].state == "received"
