"""Papers on the way out, and papers that come back to be verified."""

import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pypdf
import pytest

from service import workflows
from service.errors import NotFound, Unavailable
from service.office import Office, press
from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.folders import read_folder
from service.workflows.authoring.load import load_pack
from service.workflows.authoring.regional import bundles_of
from service.workflows.calendar import local_date
from service.workflows.case.parts import Case, Notice
from service.workflows.case.situation import Actor, Situation
from service.workflows.definition.models import NOTICE_TITLES
from service.workflows.definition.release import Release
from service.workflows.notices import printing
from service.workflows.notices.wording import ENGINE_TITLES
from service.workflows.trials.scenario import Stage, pack_calendar
from tests.api.city import can_print

from .conftest import (
    APPROVER,
    CITIZEN,
    DAY,
    HOUR,
    MORNING,
    OUTSIDER,
    REVIEWER,
    SIGN_CLERK,
    STRANGER,
    SUPERVISOR,
    WINDOW,
    Act,
    Open,
)

HEAD = Actor("scjg.head", "clerk", "scjg", frozenset({"head"}))
BASE = "https://zwfw.example.gov.cn"
REFUSAL: dict[str, Any] = {"reasons": [{"text": "操作间与卫生间直接相通"}]}


needs_press = pytest.mark.skipif(
    not can_print(), reason="no Chinese font on this machine: apt-get install fonts-noto-cjk"
)


async def page(office: Office, number: str, n: int, actor: Actor = CITIZEN) -> str:
    """Return a notice as a page."""
    _, content = await office.paper(actor, number, n, "html", MORNING + DAY, base=BASE)
    return content.decode()


def scanned(folder: Path) -> str:
    """Return what a reader of codes finds on the picture of `paper.pdf`."""
    subprocess.run(["pdftoppm", "-r", "110", "-png", "paper.pdf", "sheet"], cwd=folder, check=True)
    command = ["zbarimg", "--quiet", "--raw", "--nodbus", "sheet-1.png"]
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
async def refused(opened: Open, done: Act) -> str:
    """A case whose licence was refused; its last notice says so."""
    number: str = (await opened()).case.number
    await done(number, "food.accept", WINDOW)
    await done(number, "food.propose", REVIEWER, opinion="不符合")
    await done(number, "food.refuse", APPROVER, **REFUSAL)
    return number


@pytest.fixture
async def granted(opened: Open, done: Act) -> str:
    """A case whose licence was granted and handed out."""
    number: str = (await opened()).case.number
    await done(number, "food.accept", WINDOW)
    await done(number, "food.propose", REVIEWER, opinion="符合")
    await done(number, "food.grant", APPROVER, opinion="准予")
    await done(number, "food.issue", WINDOW)
    return number


class TestPaper:
    """A notice as a paper."""

    async def test_as_a_page(self, office: Office, refused: str) -> None:
        """The refusal as the applicant reads it."""
        name, content = await office.paper(CITIZEN, refused, 3, "html", MORNING + DAY, base=BASE)
        assert name == f"不予行政许可决定书-{refused}-03.html"
        assert "操作间与卫生间直接相通" in content.decode()
        assert f"{BASE}/v/" in content.decode()

    async def test_who_may_not(self, office: Office, refused: str) -> None:
        """Nobody learns of a case that is none of theirs; a department reads nothing of another's items (R-BND-10)."""
        for actor, n in ((STRANGER, 1), (OUTSIDER, 1), (SIGN_CLERK, 3), (CITIZEN, 99)):
            with pytest.raises(NotFound):
                await page(office, refused, n, actor)
        assert "收件凭证" in await page(office, refused, 1, SIGN_CLERK)

    async def test_reminder_within_the_offices(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """What goes to a department is read there, not by the applicant and not by the other department."""
        case = (await opened()).case
        view = await done(case.number, "case.urge", CITIZEN, now=MORNING + DAY)
        urges = {
            notice.to: notice.n for notice in view.whole.notices.values() if notice.kind == "urge"
        }
        assert "催办单" in await page(office, case.number, urges["scjg"], WINDOW)
        assert "催办单" in await page(office, case.number, urges["scjg"], SUPERVISOR)
        for actor in (CITIZEN, SIGN_CLERK):
            with pytest.raises(NotFound):
                await page(office, case.number, urges["scjg"], actor)

    async def test_each_sees_what_they_need(self, office: Office, opened: Open) -> None:
        """The query code is the applicant's and the lead window's; who only watches sees half a name."""
        case = (await opened()).case
        for actor, code, name in (
            (CITIZEN, True, True),
            (WINDOW, True, True),
            (SIGN_CLERK, False, True),
            (SUPERVISOR, False, False),
        ):
            text = await page(office, case.number, 1, actor)
            assert (case.query_code in text, case.applicant_name in text) == (code, name), actor
            assert case.applicant_id not in text

    async def test_does_not_change(self, office: Office, refused: str, done: Act) -> None:
        """What happens to the case after the issue does not show on the paper."""
        before = await page(office, refused, 3)
        await done(refused, "case.withdraw", CITIZEN, now=MORNING + 2 * HOUR)
        assert await page(office, refused, 3) == before


@needs_press
class TestPdf:
    """A notice as PDF."""

    async def pdf(self, office: Office, number: str, n: int) -> bytes:
        return (await office.paper(CITIZEN, number, n, "pdf", MORNING + DAY, base=BASE))[1]

    async def test_text_can_be_taken_out(self, office: Office, refused: str) -> None:
        """Chinese text, not a picture of it: for search, for the archive, for screen readers (R-DEC-3)."""
        case = (await office.case(CITIZEN, refused, MORNING + DAY)).case
        reader = pypdf.PdfReader(io.BytesIO(await self.pdf(office, refused, 3)))
        text = "".join("".join(sheet.extract_text() for sheet in reader.pages).split())
        for part in (
            "市场监督管理局",
            "不予行政许可决定书",
            "占位小吃店",
            "操作间与卫生间直接相通",
            "《中华人民共和国行政许可法》第三十八条",
            "2027年1月4日",
            "（加盖市场监督管理局印章）",
            "2026年11月5日",
            "第1页，共1页",
            printing.fingerprint(case.notices[3].body),
        ):
            assert part in text
        assert reader.metadata is not None
        assert reader.metadata.title == f"不予行政许可决定书 {refused}-03"
        assert "/StructTreeRoot" in reader.root_object

    async def test_same_paper_same_bytes(self, office: Office, refused: str) -> None:
        """Printed twice, it is the same file."""
        assert await self.pdf(office, refused, 3) == await self.pdf(office, refused, 3)

    @pytest.mark.skipif(
        not shutil.which("pdftoppm") or not shutil.which("zbarimg"),
        reason="poppler-utils, zbar-tools",
    )
    async def test_a_telephone_reads_the_code(
        self, office: Office, refused: str, tmp_path: Path
    ) -> None:
        """From the printed sheet to the address at which it is verified."""
        (tmp_path / "paper.pdf").write_bytes(await self.pdf(office, refused, 3))
        read = scanned(tmp_path)
        assert read.startswith(f"{BASE}/v/")
        found = await office.document(read.rpartition("/")[2], MORNING + DAY)
        assert found["number"] == f"{refused}-03"

    def test_a_character_without_a_glyph(self) -> None:
        """No box stands where a character should: the refusal names it."""
        markup = '#set document(title: "t")\n#set text(font: json(bytes(sys.inputs.fonts)), lang: "zh")\n#sys.inputs.name'
        inputs = {"fonts": f'["{press.fonts()[0]}"]', "name": "王\U00031350"}
        with pytest.raises(Unavailable) as refusal:
            press.pdf(markup, inputs, MORNING)
        assert "没有“\U00031350”这个字" in refusal.value.detail


ELSEWHERE = {
    "recalendar": "test_sweeps",
    "share_failed": "test_sharing",
}  # printed where an office issues them


class RealTime(Stage):
    """A scenario whose people act when a real clock lets them: what is written down are whole minutes."""

    def _situation(self) -> Situation:
        found = super()._situation()
        return replace(found, now=found.now.replace(microsecond=MORNING.microsecond))


@cache
def issued() -> dict[str, tuple[Notice, Case, Release]]:
    """One paper of each kind; only what the law dates from a midnight is issued on the stroke."""
    pack = load_pack(read_folder(Path(workflows.__path__[0]) / "packs" / "linhu")).pack
    assert pack
    releases = {code: compile_release(pack, code) for code in bundles_of(pack)}
    found: dict[str, tuple[Notice, Case, Release]] = {}
    for story in pack.scenarios:
        release = releases[story.scenario.bundle]
        stage = RealTime(release, pack_calendar(pack, release), story)
        stage.run()
        if case := stage.case:
            found |= {notice.kind: (notice, case, release) for notice in case.notices.values()}
    return found


class TestEveryKind:
    """Each kind of paper there is, as some scenario of the sample city issues it."""

    def test_is_issued_by_some_scenario(self) -> None:
        """None is left out below."""
        named = {str(kind) for kind in NOTICE_TITLES} | set(ENGINE_TITLES)
        releases = [release for _, _, release in issued().values()]
        theirs = {
            move.notice
            for release in releases
            for cycle in release.lifecycles.values()
            for move in cycle.transitions
        }
        assert named == (issued().keys() & named) | ELSEWHERE.keys()
        assert issued().keys() - named <= theirs  # what lifecycles of the city name themselves

    def test_as_a_page(self) -> None:
        """With its title and its day; a fraction of a second is nowhere shown to people."""
        for kind, (notice, case, release) in issued().items():
            text = printing.html(notice, case, release, verify_url=BASE, base=BASE)
            assert notice.title in text
            assert f'<time datetime="{local_date(notice.issued_at)}">' in text
            assert f".{MORNING.microsecond}" not in text, kind

    @needs_press
    def test_as_pdf(self) -> None:
        """None fails to be set, whenever it was issued; the file tells the day."""
        for kind, (notice, case, release) in issued().items():
            markup, inputs = printing.typst(
                notice, case, release, verify_url=BASE, fonts=press.fonts(), base=BASE
            )
            reader = pypdf.PdfReader(io.BytesIO(press.pdf(markup, inputs, notice.issued_at)))
            told = reader.metadata and reader.metadata.creation_date
            assert told, kind
            assert told.date() == local_date(notice.issued_at), kind


class TestWhatIsMissing:
    """A machine on which PDFs cannot be made."""

    @pytest.fixture(autouse=True)
    def looked_for_anew(self) -> Iterator[None]:
        """What was found before is not remembered, and what is missing here is not remembered after."""
        press._equipment.cache_clear()
        yield
        press._equipment.cache_clear()

    async def test_typst(
        self, office: Office, refused: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It says how to install it, and that the page can be printed."""
        monkeypatch.setitem(sys.modules, "typst", None)
        with pytest.raises(Unavailable, match=r"pip install 'yijianshi\[pdf\]'.*浏览器打印"):
            await office.paper(CITIZEN, refused, 3, "pdf", MORNING + DAY, base=BASE)

    async def test_font(
        self, office: Office, refused: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It says which font to install; boxes are never printed."""
        monkeypatch.setattr(press, "CHINESE_FONTS", ("没有这种字体",))
        with pytest.raises(Unavailable, match="fonts-noto-cjk"):
            await office.paper(CITIZEN, refused, 3, "pdf", MORNING + DAY, base=BASE)


class TestDocument:
    """A paper by its code."""

    async def test_tells_what_it_is(self, office: Office, opened: Open) -> None:
        """Who holds the paper can check it, down to what it says."""
        view = await opened()
        notice = view.case.notices[1]
        found = await office.document(notice.code, MORNING)
        assert (found["title"], found["valid"], found["intact"], found["case"]) == (
            "收件凭证",
            True,
            True,
            view.case.number,
        )
        assert found["sha256"] == printing.fingerprint(notice.body)
        assert found["sha256"] in await page(office, view.case.number, 1)
        assert view.case.applicant_name not in found.values()
        with pytest.raises(NotFound):
            await office.document("0" * 20, MORNING)

    async def test_licence_that_has_run_out(self, office: Office, granted: str) -> None:
        """The paper stays genuine; what it granted is over."""
        case = (await office.case(CITIZEN, granted, MORNING + DAY)).case
        code = next(notice.code for notice in case.notices.values() if notice.kind == "grant")
        assert (await office.document(code, MORNING + DAY))["valid"]
        later = await office.document(code, MORNING + timedelta(days=5 * 366))
        assert (later["valid"], later["intact"]) == (False, True)
        assert "已经过期" in later["note"]
        receipt = await office.document(case.notices[1].code, MORNING + timedelta(days=5 * 366))
        assert receipt["valid"]

    async def test_licence_that_was_revoked(self, office: Office, granted: str, done: Act) -> None:
        """Whoever is shown the licence learns that it holds no more; the revocation itself does."""
        ground = {"ground": "unqualified", "reason": "材料不实"}
        then = MORNING + DAY
        await done(granted, "food.start_revocation", HEAD, now=then, **ground)
        told = {"reason": "经查材料不实"}
        await done(granted, "food.revocation.tell_grounds", REVIEWER, now=then, **told)
        await done(granted, "food.revocation.state_case", CITIZEN, now=then, opinion="没有")
        await done(granted, "food.revocation.decide_revoke", HEAD, now=then, **REFUSAL)
        case = (await office.case(CITIZEN, granted, MORNING + 2 * DAY)).case
        found = {
            n.kind: await office.document(n.code, MORNING + 2 * DAY) for n in case.notices.values()
        }
        assert not found["grant"]["valid"]
        assert not found["issue"]["valid"]
        assert "撤销" in found["grant"]["note"]
        assert found["revocation"]["valid"]

    async def test_somebody_changed_the_archive(self, office: Office, refused: str) -> None:
        """What the record took down at the issue is the measure, not the row."""
        code = (await office.case(CITIZEN, refused, MORNING + DAY)).case.notices[3].code
        assert (await office.document(code, MORNING + DAY))["intact"]
        async with office.database.transaction() as tx:
            await tx.sql.exec_driver_sql(
                "UPDATE notices SET body = '{\"text\": \"准予。\"}' WHERE kind = 'refusal'"
            )
        found = await office.document(code, MORNING + DAY)
        assert (found["intact"], found["valid"]) == (False, False)
        assert "对不上" in found["note"]


class TestCertificate:
    """核验证照."""

    async def test_by_its_code(self, office: Office, granted: str) -> None:
        """Title, number, holder half hidden, validity, state; later it has run out; the holder finds it by number."""
        made = (await office.case(CITIZEN, granted, MORNING)).case.certificates[1]
        found = await office.document(made.code, MORNING)
        assert (found["number"], found["valid"], found["state"], found["intact"]) == (
            made.number,
            True,
            "valid",
            True,
        )
        assert (found["applicant"], found["valid_until"]) == ("占***店", made.valid_until)
        later = await office.document(made.code, MORNING + timedelta(days=6 * 366))
        assert (later["valid"], later["state"]) == (False, "expired")
        held = await office.certificate(CITIZEN, made.number, MORNING)
        assert (held.state, held.case, held.item) == ("valid", granted, "food")
        assert [h.number for h in (await office.certificates(CITIZEN, MORNING)).items] == [
            made.number
        ]
        assert (await office.certificates(STRANGER, MORNING)).items == []
        with pytest.raises(NotFound):
            await office.certificate(STRANGER, made.number, MORNING)

    async def test_altered(self, office: Office, granted: str) -> None:
        """A number that was changed in the archive is told."""
        made = (await office.case(CITIZEN, granted, MORNING)).case.certificates[1]
        async with office.database.transaction() as tx:
            await tx.sql.exec_driver_sql("UPDATE certificates SET number = 'JY-other'")
        assert not (await office.document(made.code, MORNING))["intact"]

    async def test_used_in_the_next_case(self, office: Office, granted: str, opened: Open) -> None:
        """What was issued in one case is offered as source in a later one of the same holder."""
        made = (await office.case(CITIZEN, granted, MORNING)).case.certificates[1]
        view = await opened()
        assert [h.number for h in view.situation.library] == [made.number]
