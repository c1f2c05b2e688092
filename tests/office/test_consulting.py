"""登记查询: what a register says fills the draft with its origin; where the form says otherwise, the clerk is told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotFound
from service.office import CaseView, Office
from service.office.registers import HttpRegisters
from service.store.database import Database
from service.store.files import Folder
from service.verify import verify
from tests.conftest import NATIONAL

from .conftest import CITIZEN, DAY, HOUR, MORNING, PACK, STALL, STRANGER, SUBJECT, WINDOW, asks
from .outside import SECONDS, SLOW, Platform

REGISTER = """
kind: vocabulary
registers:
  premises: {title: 不动产登记, purpose: 不用照着证书抄, gives: {place: text, area: number}}
"""
FIELD = "address: {title: 经营场所地址, type: text, max: 200"
ASKING: dict[str, bytes | str] = {
    **PACK,
    "vocabulary.yaml": str(PACK["vocabulary.yaml"]).replace(
        FIELD, f"{FIELD}, source: [register.premises.place]"
    ),
    "registers.yaml": REGISTER,
}
PLACE = "云泽市临湖区示例路12号"
FOUND = {
    "found": True,
    "receipt": "DJ-7",
    "values": {"place": PLACE, "area": "很大", "owner": "某"},
}


@pytest.fixture
async def connected(database: Database, tmp_path: Path, platform: Platform) -> Office:
    """An office that asks the registers."""
    registers = HttpRegisters(f"http://127.0.0.1:{platform.port}/api/", "secret", SECONDS)
    folder = Folder(tmp_path / "files", reserve=0)
    office = Office(database, folder, cheap_passwords=True, registers=registers)
    await office.install(MORNING - DAY)
    await office.publish_pack(ASKING, "admin", MORNING - DAY)
    platform.answer = FOUND
    return office


async def drafted(office: Office, **form: Any) -> str:
    """Begin a draft in which nobody has filled in the address."""
    filled = {name: value for name, value in STALL.form.items() if name != "address"} | form
    view = await office.open_case(asks(CITIZEN), replace(STALL, form=filled, draft=True))
    return view.case.number


async def agreed(office: Office, number: str, *, consent: bool = True) -> CaseView:
    """Let the applicant agree, or not, at 17:05 in Beijing."""
    request = asks(CITIZEN, now=MORNING + 8 * HOUR)
    return await office.ask_register(request, number, "premises", consent=consent)


async def address_of(office: Office, number: str) -> dict[str, Any]:
    """Return the field as the draft shows it."""
    content = (await office.draft(CITIZEN, number, MORNING + DAY)).content
    sections = (section for page in content["pages"] for section in page["sections"])
    fields = {field["code"]: field for section in sections for field in section["fields"]}
    return {**fields["address"], "registers": content["registers"]}


class TestAsked:
    """With consent, for who may send it in."""

    async def test_fills_the_draft(self, connected: Office, platform: Platform) -> None:
        """With origin, instant and receipt; what was not agreed on, or is of another type, is not kept."""
        number = await drafted(connected)
        before = await address_of(connected, number)
        assert before["lacking"]
        assert before["registers"][0]["purpose"] == "不用照着证书抄"
        view = await agreed(connected, number)
        assert platform.asked == [
            {
                "path": "/api/registers/premises",
                "token": "Bearer secret",
                "register": "premises",
                "title": "不动产登记",
                "values": ["area", "place"],
                "purpose": "不用照着证书抄",
                "applicant": dict(STALL.applicant),
            }
        ]
        assert view.case.registers["premises"]["values"] == {"place": PLACE}
        event = view.events[-1]
        told = {"register": "premises", "consent": True, "receipt": "DJ-7", "fault": ""}
        assert (event.action, event.data) == ("ask_register", told)
        field = await address_of(connected, number)
        assert (field["value"], field["lacking"]) == (PLACE, False)
        assert field["origin"] == "来自不动产登记，2026年11月5日 17:00 查询"
        assert field["registers"][0]["receipt"] == "DJ-7"

    async def test_is_sent_in(self, connected: Office, database: Database) -> None:
        """What was left empty holds what the register said; nothing to doubt, and the record bears it out."""
        number = await drafted(connected)
        await agreed(connected, number)
        view = await connected.submit_draft(asks(CITIZEN, now=MORNING + DAY), number)
        assert view.case.form["address"] == PLACE
        assert (await connected.case(WINDOW, number, MORNING + DAY)).doubts == []
        report = await verify(database, now=MORNING + DAY, notices=NATIONAL)
        assert [f for f in report.findings if f.case == number] == []

    async def test_a_difference_is_told(self, connected: Office) -> None:
        """To the clerk, who decides: nothing is refused for it (R-CODE-3)."""
        number = await drafted(connected, address="别处1号")
        await agreed(connected, number)
        view = await connected.submit_draft(asks(CITIZEN, now=MORNING + DAY), number)
        assert view.case.form["address"] == "别处1号"
        said = (
            f"经营场所地址填的是“别处1号”，登记的是“{PLACE}”"
            "（来自不动产登记，2026年11月5日 17:00 查询），请核对"
        )
        assert (await connected.case(WINDOW, number, MORNING + DAY)).doubts == [said]
        assert said in next(e for e in view.events if e.action == "submit").data["warnings"]

    @pytest.mark.parametrize(
        ("mood", "why"),
        [
            ("none", "没有登记"),
            ("broken", "登记查询答复异常（500）"),
            ("elsewhere", "登记查询答复异常（302）"),
            ("slow", "登记查询没有及时答复"),
            ("babble", "登记查询的答复读不懂"),
            ("good", "登记查询的答复读不懂"),  # a receipt, and no values
        ],
    )
    async def test_not_found(
        self,
        connected: Office,
        platform: Platform,
        mood: str,
        why: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Recorded and said; it is typed in as ever (R-ACC-3)."""
        platform.mood, platform.answer = mood, None
        if mood in SLOW:
            platform.dawdle(monkeypatch, callers=1)
        number = await drafted(connected)
        view = await agreed(connected, number)
        assert view.events[-1].data["fault"] == why
        field = await address_of(connected, number)
        assert (field["lacking"], field["origin"]) == (True, "")
        assert field["registers"][0]["fault"] == why

    async def test_of_somebody_else_says_nothing(self, connected: Office) -> None:
        """What was asked of one applicant fills nothing for another."""
        number = await drafted(connected)
        await agreed(connected, number)
        other = {**STALL.applicant, "name": "另一家店"}
        again = asks(CITIZEN, now=MORNING + DAY)
        await connected.change_draft(again, number, {"applicant": other})
        assert (await address_of(connected, number))["origin"] == ""


class TestRefused:
    """Nothing is asked."""

    async def test_without_consent(self, connected: Office, platform: Platform) -> None:
        """个人信息保护法 13."""
        with pytest.raises(DataInvalid, match="同意"):
            await agreed(connected, await drafted(connected), consent=False)
        assert platform.asked == []

    async def test_for_strangers(self, connected: Office, platform: Platform) -> None:
        """They do not learn that there is a draft."""
        number = await drafted(connected)
        with pytest.raises(NotFound):
            await connected.ask_register(asks(STRANGER), number, "premises", consent=True)
        assert platform.asked == []

    async def test_unknown(self, connected: Office, platform: Platform) -> None:
        """A register that the definitions do not name cannot be asked by anybody."""
        number = await drafted(connected)
        with pytest.raises(DataInvalid, match="不查这个登记"):
            await connected.ask_register(asks(CITIZEN), number, "police", consent=True)
        assert platform.asked == []

    async def test_once_sent_in(self, connected: Office, platform: Platform) -> None:
        """The form is closed."""
        number = await drafted(connected, address=PLACE)
        await connected.submit_draft(asks(CITIZEN), number)
        with pytest.raises(ActionNotAllowed):
            await agreed(connected, number)
        assert platform.asked == []


async def test_other_departments_do_not_see_it(connected: Office) -> None:
    """Who sees a part of the form is not shown what registers answered."""
    number = await drafted(connected)
    await agreed(connected, number)
    await connected.submit_draft(asks(CITIZEN, now=MORNING + DAY), number)
    sign = replace(WINDOW, account="cg", department="cg")
    assert (await connected.case(sign, number, MORNING + DAY)).case.registers == {}
    assert (await connected.case(CITIZEN, number, MORNING + DAY)).case.registers["premises"][
        "about"
    ] == SUBJECT
