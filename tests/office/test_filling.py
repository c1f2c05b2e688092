"""What a draft comes to, and what the applicant told before."""

from dataclasses import replace
from typing import Any

import pytest

from service.errors import ActionNotAllowed, NotFound
from service.office import Office

from .conftest import (
    BY_PORTAL,
    CITIZEN,
    DAY,
    FIVE,
    MORNING,
    PACK,
    PORTAL,
    STALL,
    STRANGER,
    SUBJECT,
    WINDOW,
    Open,
    asks,
)

DRAFT = replace(STALL, form={"address": "新址2号"}, materials=(), draft=True)


def fields(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f["code"]: f
        for page in content["pages"]
        for section in page["sections"]
        for f in section["fields"]
    }


class TestDraft:
    """Looking at a draft."""

    async def test_shows_what_is_lacking(self, office: Office, opened: Open) -> None:
        """By the rules it would be submitted under."""
        begun = await opened(DRAFT)
        view = await office.draft(CITIZEN, begun.case.number, MORNING)
        assert view.case.version == begun.case.version
        assert [error["pointer"] for error in view.content["lacking"]] == [
            "/form/menu",
            "/form/sign_size",
        ]
        assert view.content["changes"] == []

    async def test_is_for_its_writer_alone(self, office: Office, opened: Open) -> None:
        """For everybody else there is no such case."""
        begun = await opened(DRAFT)
        for other in (STRANGER, WINDOW):
            with pytest.raises(NotFound):
                await office.draft(other, begun.case.number, MORNING)

    async def test_is_none_once_submitted(self, office: Office, opened: Open) -> None:
        """Then it is a case."""
        case = (await opened()).case
        with pytest.raises(ActionNotAllowed):
            await office.draft(CITIZEN, case.number, MORNING)

    async def test_proposes_what_the_last_application_said(
        self, office: Office, opened: Open
    ) -> None:
        """Of the same bundle before another, the newest, and only where the definition says so."""
        await opened(replace(STALL, form={**STALL.form, "menu": "旧菜单"}), now=MORNING - 3 * DAY)
        await opened(replace(STALL, form={**STALL.form, "menu": "面和饺子"}), now=MORNING - 2 * DAY)
        await opened(replace(FIVE, form={**FIVE.form, "menu": "别的"}), now=MORNING - DAY)
        begun = await opened(DRAFT)
        found = fields((await office.draft(CITIZEN, begun.case.number, MORNING)).content)
        assert (found["menu"]["value"], found["menu"]["origin"]) == (
            "面和饺子",
            "来自您2026年11月3日的申请",
        )
        assert (found["sign_size"]["value"], found["address"]["origin"]) == (None, "")

    async def test_knows_only_this_applicant(self, office: Office, opened: Open) -> None:
        """An account that files for many proposes nobody's data to another; a draft is nothing that was told."""
        await office.open_case(asks(PORTAL), BY_PORTAL)
        await opened(replace(STALL, draft=True))
        other = replace(DRAFT, applicant={**STALL.applicant, "id": "92999901MADEM0011W"})
        for_other = await office.open_case(asks(PORTAL), other)
        found = fields((await office.draft(PORTAL, for_other.case.number, MORNING)).content)
        assert found["menu"]["value"] is None
        own = await opened(DRAFT)
        assert (
            fields((await office.draft(CITIZEN, own.case.number, MORNING)).content)["menu"]["value"]
            is None
        )

    async def test_tells_what_changed(self, office: Office, opened: Open) -> None:
        """A draft begun under older rules is looked at under the newest, and says what is different."""
        begun = await opened(DRAFT)
        stricter = {
            **PACK,
            "bundle.yaml": str(PACK["bundle.yaml"]).replace("promised: 12wd", "promised: 15wd"),
        }
        await office.publish_pack(stricter, "admin", MORNING)
        view = await office.draft(CITIZEN, begun.case.number, MORNING)
        assert view.content["changes"] == ["承诺办结的时间由12个工作日改为15个工作日"]
        assert view.release.hash != view.case.release


class TestToldBefore:
    """The answers of the last application."""

    async def test_are_those_of_the_same_bundle(self, office: Office, opened: Open) -> None:
        """Other bundles ask other questions."""
        await opened(now=MORNING - DAY)
        assert await office.told_before(CITIZEN, "open-stall") == {
            "answers": {"sign": True},
            "said": "来自您2026年11月4日的申请",
        }
        assert await office.told_before(CITIZEN, "open-five") == {}

    async def test_are_nobody_elses(self, office: Office, opened: Open) -> None:
        """Neither another account's nor those of an account without an applicant of its own."""
        await opened()
        await office.open_case(asks(PORTAL), BY_PORTAL)
        assert await office.told_before(STRANGER, "open-stall") == {}
        assert await office.told_before(PORTAL, "open-stall") == {}
        assert (
            await office.told_before(
                replace(CITIZEN, account="other", subject=SUBJECT), "open-stall"
            )
            == {}
        )
