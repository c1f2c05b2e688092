"""Publishing packs, finding releases, the guide."""

from datetime import date
from typing import ClassVar

import pytest

from service.errors import DefinitionInvalid, NotFound
from service.office import Office
from service.store.database import Database
from service.store.files import Folder

from .conftest import MORNING, PACK, Open


class TestPublishPack:
    """From files to releases."""

    async def test_unchanged_content_is_not_published_again(self, office: Office) -> None:
        """The same content is the same release."""
        before = {r.bundle.code: r.hash for r in await office.bundles()}
        rows = await office.publish_pack(PACK, "admin", MORNING)
        assert [(row["bundle"], row["number"], row["new"]) for row in rows] == [
            ("open-stall", 1, False),
            ("open-five", 1, False),
        ]
        assert {row["bundle"]: row["hash"] for row in rows} == before

    async def test_a_change_is_the_next_release_and_running_cases_keep_theirs(
        self, office: Office, opened: Open
    ) -> None:
        """R-BND-12: a change touches new submissions only."""
        old = await opened()
        changed = {
            **PACK,
            "bundle.yaml": str(PACK["bundle.yaml"]).replace("promised: 12wd", "promised: 10wd"),
        }
        rows = await office.publish_pack(changed, "admin", MORNING)
        assert [(row["bundle"], row["number"], row["new"]) for row in rows] == [
            ("open-stall", 2, True),
            ("open-five", 1, False),
        ]
        new = await opened()
        assert (old.release.bundle.promised, new.release.bundle.promised) == ("12wd", "10wd")
        assert (await office.release(old.case.release)).bundle.promised == "12wd"

    async def test_older_content_comes_back_into_force(
        self, database: Database, office: Office, opened: Open
    ) -> None:
        """R-BND-12: a wrong definition is undone by publishing the one before; who applied meanwhile keeps his rules."""
        changed = {
            **PACK,
            "bundle.yaml": str(PACK["bundle.yaml"]).replace("promised: 12wd", "promised: 10wd"),
        }
        other = Office(database, office.folder, cheap_passwords=True)  # a process of its own
        await office.publish_pack(changed, "admin", MORNING)
        between = await opened()
        (row, _) = await office.publish_pack(PACK, "settings", MORNING, back=False)
        assert (row["number"], row["in_force"], row["back"]) == (1, 2, False)
        assert (await office.bundle("open-stall")).bundle.promised == "10wd"
        (row, _) = await office.publish_pack(PACK, "admin", MORNING)
        assert (row["number"], row["in_force"], row["new"], row["back"]) == (1, 1, False, True)
        for process in (office, other):
            assert (await process.bundle("open-stall")).bundle.promised == "12wd"
        assert (await opened()).release.bundle.promised == "12wd"
        assert (await office.release(between.case.release)).bundle.promised == "10wd"
        told = await office.releases_of("open-stall")
        assert [(r["number"], r["current"], len(r["in_force"])) for r in told] == [
            (2, False, 1),
            (1, True, 2),
        ]
        assert {each["by"] for r in told for each in r["in_force"]} == {"admin"}
        with pytest.raises(NotFound, match="no-such"):
            await office.releases_of("no-such")

    async def test_mistakes_are_told_and_nothing_is_kept(self, office: Office) -> None:
        """Lint first: all findings, no effect."""
        broken = {
            **PACK,
            "bundle.yaml": str(PACK["bundle.yaml"]).replace("use: food", "use: foood"),
        }
        with pytest.raises(DefinitionInvalid) as refused:
            await office.publish_pack(broken, "admin", MORNING)
        assert refused.value.facts["diagnostics"][0]["file"] == "bundle.yaml"
        assert (await office.bundle("open-stall")).bundle.promised == "12wd"
        assert all(found.severity == "warning" for found in await office.check(PACK))

    async def test_another_process_learns_of_it(self, database: Database, office: Office) -> None:
        """What counts is in the database."""
        other = Office(database, Folder(office.folder.path), cheap_passwords=True)
        assert [r.bundle.code for r in await other.bundles()] == ["open-five", "open-stall"]
        with pytest.raises(NotFound):
            await other.bundle("no-such")

    async def test_a_notice_that_changes_a_known_year(self, office: Office) -> None:
        """S-20 (c): refused without the number of a new notice and supervision's approval (R-CAL-6)."""
        notice = "kind: calendar\nlayer: CN-GX\nyear: 2026\nsource: 三月三放假通知\nholidays: [2026-04-17]\n"
        await office.publish_pack({**PACK, "gx.yaml": notice}, "admin", MORNING)
        other = notice.replace("2026-04-17", "2026-04-20")
        with pytest.raises(DefinitionInvalid, match="2026-04-17"):
            await office.publish_pack({**PACK, "gx.yaml": other}, "admin", MORNING)
        approved = (
            other
            + "replaces: {number: 桂政办电〔2026〕1号（示例）, approved_by: 效能监察（示例）}\n"
        )
        await office.publish_pack({**PACK, "gx.yaml": approved}, "admin", MORNING)
        release = await office.bundle("open-stall")
        assert office.calendar_for(release).is_working(date(2026, 4, 17))


class TestGuide:
    """The guide for one situation."""

    async def test_tells_what_applies_and_what_does_not(self, office: Office) -> None:
        """R-ACC-2: made for this applicant."""
        found = await office.guide(
            "open-stall", {"type": "sole-trader"}, {"sign": False}, now=MORNING
        )
        assert [item["code"] for item in found["items"]] == ["food"]
        assert [item["code"] for item in found["not_needed"]] == ["sign"]


class TestRegions:
    """Accounts carry a department and no region."""

    ELSEWHERE: ClassVar[dict[str, bytes | str]] = {
        **PACK,
        "directory.yaml": str(PACK["directory.yaml"])
        .replace("999902", "999903")
        .replace("云泽市测试区", "云泽市另一区"),
        "bundle.yaml": str(PACK["bundle.yaml"]).replace("open-stall", "open-booth"),
        "five.yaml": str(PACK["five.yaml"]).replace("open-five", "open-six"),
    }

    async def test_do_not_share_a_department(self, office: Office) -> None:
        """The same code in another region is refused, naming department, place and way out; nothing is kept (R-BND-10)."""
        with pytest.raises(DefinitionInvalid) as refused:
            await office.publish_pack(self.ELSEWHERE, "admin", MORNING)
        wrong = refused.value.facts["diagnostics"]
        assert [(w["file"], w["line"], w["code"]) for w in wrong] == [
            ("directory.yaml", 4, "E120")
        ] * 2
        assert "云泽市测试区（999902）" in wrong[0]["message"]
        assert {release.bundle.code for release in await office.bundles()} == {
            "open-stall",
            "open-five",
        }

    async def test_may_have_the_same_office_under_another_code(self, office: Office) -> None:
        """Then both are published."""
        files = {
            name: str(text)
            .replace("scjg", "scjg-b")
            .replace(" cg", " cg-b")
            .replace("{cg", "{cg-b")
            for name, text in self.ELSEWHERE.items()
        }
        rows = await office.publish_pack(files, "admin", MORNING)
        assert [row["new"] for row in rows] == [True, True]

    async def test_a_region_goes_on_with_its_own(self, office: Office) -> None:
        """A pack of the same region may add a bundle."""
        more = {**self.ELSEWHERE, "directory.yaml": PACK["directory.yaml"]}
        assert [row["new"] for row in await office.publish_pack(more, "admin", MORNING)] == [
            True,
            True,
        ]
