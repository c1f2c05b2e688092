"""The command line as a person uses it: results, exit codes, and a sentence instead of a traceback."""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import pytest

import service
from service.__main__ import main
from service.api.app import create_app
from service.commands import sample_cases
from service.commands.demo import application_to_try, furnish
from service.office import CaseFilter, Office, TaskFilter
from service.settings import UNSAFE_SECRET, Settings
from service.store import sweeps
from service.store.database import Database
from service.store.files import Folder
from service.verify import verify
from service.workflows.calendar import built_in
from service.workflows.case.parts import CASE
from service.workflows.case.situation import Actor
from service.workflows.definition import explanations
from tests.conftest import in_own_loop
from tests.waiting import PATIENCE, wait_until
from tests.workflows.trials.test_scenario import GOOD, STORY, timed_out

from .api.city import can_print, officer_id
from .office.conftest import CITIZEN, DAY, MORNING, PACK, STALL, SUPERVISOR, asks

LINHU = Path(service.__file__).parent / "workflows" / "packs" / "linhu"
SECRET = "only-for-tests-0123456789-abcdef"
AUDIT_KEY = "only-for-tests-audit-0123456789-abcdef"
NOW = datetime.fromisoformat("2026-11-20T10:00:00.417389+08:00")


@dataclass
class Result:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an empty folder, without settings of the machine."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("YIJIANSHI_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("YIJIANSHI_AUDIT_KEY", AUDIT_KEY)

    def command(*words: str | Path) -> Result:
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Result(int(left.value.code or 0), out, err)

    return command


def publish_pack(folder: Path) -> None:
    """Publish a pack in the database of the settings."""
    from service.commands.packs import files_of
    from service.commands.upkeep import at_office

    at_office(lambda office: office.publish_pack(files_of(folder), "admin", MORNING))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A small pack on disk, with one scenario that comes true."""
    folder = tmp_path / "pack"
    story = """
kind: scenario
bundle: open-stall
title: 直接受理
now: 2026-11-05T09:00+08:00
applicant: {type: sole-trader, name: 占位小吃店, id: 92999901MADEM0046F}
answers: {sign: false}
steps:
  - {at: 2026-11-05T10:00+08:00, by: scjg.window, do: food.accept}
  - expect: {food: reviewing}
"""
    for name, content in {**PACK, "scenarios/one.yaml": story}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(content), encoding="utf-8")
    return folder


class TestLint:
    """yijianshi lint."""

    def test_regions_beside_each_other(self, run: Run, pack: Path, tmp_path: Path) -> None:
        """Each is sound; together they share departments, which their accounts could not tell apart (R-BND-10)."""
        other = shutil.copytree(pack, tmp_path / "other")
        directory = other / "directory.yaml"
        directory.write_text(directory.read_text().replace("999902", "999903"))
        assert "E120" not in run("lint", pack).out + run("lint", other).out
        together = run("lint", pack, other)
        assert (together.code, together.out.count("E120")) == (1, 4)
        assert f"{other}/directory.yaml:4:" in together.out

    def test_the_sample_city_is_clean(self, run: Run) -> None:
        """What is shipped has no findings."""
        result = run("lint", LINHU)
        assert (result.code, result.out) == (0, "没有发现问题\n")

    def test_a_mistake_is_shown_at_its_place_in_every_format(self, run: Run, pack: Path) -> None:
        """File, line, column, code and mend; exit code 1."""
        bundle = pack / "bundle.yaml"
        bundle.write_text(bundle.read_text().replace("use: food", "use: foood"))
        text = run("lint", pack)
        assert text.code == 1
        assert f"{bundle}:" in text.out
        assert "food" in text.out
        rows = json.loads(run("lint", pack, "--output-format", "json").out)
        assert rows[0]["file"] == str(bundle)
        assert {"line", "col", "code", "message"} <= set(rows[0])
        assert run("lint", pack, "--output-format", "github").out.startswith(
            f"::error file={bundle},line="
        )

    def test_a_missing_folder_is_a_sentence(self, run: Run, tmp_path: Path) -> None:
        """Usage errors leave with 2."""
        assert run("lint", "nowhere") == Result(2, "", "没有这个文件夹：nowhere\n")
        (tmp_path / "empty").mkdir()
        assert run("lint", "empty").code == 2

    def test_a_wrong_word_is_a_sentence(self, run: Run) -> None:
        """So is a command nobody knows."""
        for words in (("lnt",), ("lint",), ("lint", "x", "--output-format", "pdf")):
            result = run(*words)
            assert result.code == 2
            assert "命令写法不对" in result.err


class TestTest:
    """yijianshi test."""

    def test_tells_each_scenario_and_what_none_reached(self, run: Run, pack: Path) -> None:
        """✓ and the coverage per bundle."""
        result = run("test", pack)
        assert result.code == 0
        assert "✓ 直接受理（scenarios/one.yaml）" in result.out
        assert "没有情景走到的" in result.out

    def test_a_failure_names_its_line(self, run: Run, pack: Path) -> None:
        """What was expected, what was found."""
        story = pack / "scenarios/one.yaml"
        story.write_text(story.read_text().replace("food: reviewing", "food: granted"))
        result = run("test", pack)
        assert result.code == 1
        assert "✗ 直接受理" in result.out
        assert f"{story}:10 food 状态：应为 granted，实为 reviewing" in result.out

    def test_says_why_a_clock_could_not_act(self, run: Run, tmp_path: Path) -> None:
        """Beside the story: on which day which end was refused, and why."""
        folder = tmp_path / "pack"
        shutil.copytree(GOOD, folder)
        cycle = folder / "lifecycle.yaml"
        cycle.write_text(timed_out(cycle.read_text()))
        (folder / "scenario.yaml").write_text(
            STORY.replace("STATE", "lapsed").replace(" EVENT", "")
        )
        result = run("test", folder)
        assert result.code == 1
        assert "2026-11-19 sign.time_out 到期没有办成：还不满足超时终止的条件" in result.out


class TestRender:
    """yijianshi render."""

    @pytest.mark.parametrize(
        ("drawn", "begins"),
        [("svg", "<svg"), ("mermaid", "flowchart"), ("guide", "# 开小吃店办事指南"), ("form", "{")],
    )
    def test_draws(self, run: Run, pack: Path, drawn: str, begins: str) -> None:
        """Charts, guide and form from the definition alone."""
        result = run("render", pack, "open-stall", "--as", drawn)
        assert result.code == 0
        assert result.out.lstrip().startswith(begins)

    def test_answers_change_the_guide(self, run: Run, pack: Path) -> None:
        """The guide is made for a situation."""
        result = run("render", pack, "open-stall", "--as", "form", "--answers", '{"sign": true}')
        assert "sign_size" in json.loads(result.out)["properties"]
        assert run("render", pack, "open-stall", "--as", "form", "--answers", "{").code == 2

    def test_a_wrong_answer_is_told(self, run: Run, pack: Path) -> None:
        """Which question there is not, which applicants there are, and what no answer changes."""
        wrong = run("render", pack, "open-stall", "--as", "guide", "--answers", '{"sing": true}')
        assert "没有「sing」这个问题" in wrong.err
        nobody = run("render", pack, "open-stall", "--as", "guide", "--applicant", "person")
        assert "这件事不面向「person」；有：" in nobody.err
        assert "不看回答" in run("render", pack, "open-stall", "--answers", '{"sign": 1}').err

    def test_an_unknown_bundle_is_a_sentence(self, run: Run, pack: Path) -> None:
        """With the names there are."""
        assert "open-stall" in run("render", pack, "fly").err


class TestLanguage:
    """yijianshi schema, explain."""

    def test_schema_is_json_schema(self, run: Run) -> None:
        """For editors."""
        assert json.loads(run("schema").out)["$schema"].startswith("https://json-schema.org/")

    def test_explain_gives_the_rule(self, run: Run) -> None:
        """Why, what not, what instead."""
        assert "应该写：" in run("explain", "e001").out
        assert run("explain", "E999").code == 2

    def test_explain_lists_every_code(self, run: Run) -> None:
        """One line each, with its title."""
        listed = run("explain").out.splitlines()
        assert [line.split("  ", 1)[0] for line in listed] == sorted(explanations())
        assert all(line.split("  ", 1)[1] for line in listed)


class TestUpkeep:
    """yijianshi migrate, account, verify, security-log."""

    def test_from_nothing_to_a_verified_database(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The embedded database is made where the settings say."""
        assert run("verify").code == 2
        assert run("migrate").out == "数据库已是最新结构\n"
        assert Path("data/yijianshi.db").is_file()
        assert run("verify").code == 0
        for typed, code in (("", 2), ("correct horse\n", 0)):
            monkeypatch.setattr("sys.stdin", io.StringIO(typed))
            assert run("account", "wang", "--kind", "portal", "--password-stdin").code == code
        told = run("security-log", "--account", "wang")
        assert told.code == 0
        assert "设立账号或重设密码、岗位\twang\twang" in told.out
        assert "查阅安全日志" in run("security-log").out

    def test_staff_are_persons(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """A clerk, an administrator and a supervisor have an ID number, once; an account never changes hands (I-15)."""
        run("migrate")
        at_window = ("--department", "scjg", "--post", "window")

        def account(*given: str) -> Result:
            monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
            return run("account", *given, "--password-stdin")

        for kind in ("clerk", "admin", "supervisor"):
            refused = account("wang", "--kind", kind, *at_window)
            assert (refused.code, "--subject" in refused.err) == (2, True)
        wrong = account("wang", *at_window, "--subject", "999901198001010000")
        assert (wrong.code, "校验位" in wrong.err) == (2, True)
        own = officer_id(1)
        assert account("wang", *at_window, "--subject", own).code == 0
        assert account("wang", "--department", "cg", "--post", "reviewer").code == 0
        other = account("wang", *at_window, "--subject", officer_id(2))
        assert (other.code, "只属于一个人" in other.err) == (2, True)

    def test_an_account_is_closed_and_opened(
        self, run: Run, pack: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By whoever runs the service; nothing else of it changes, and no password is asked for."""
        run("migrate")
        monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
        run("account", "wang", "--kind", "portal", "--password-stdin")
        for option, said in (
            ("--inactive", "已停用"),
            ("--active", "已恢复"),
            ("--reset-second-factor", "已取消"),
        ):
            done = run("account", "wang", option)
            assert (done.code, done.out) == (0, "")
            assert said in done.err
            assert run("account", "nobody", option).err == "没有这个账号\n"

    def test_departments_and_posts_are_those_published(
        self, run: Run, pack: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A slip of the pen makes no account that nobody can use; what there is, is said."""
        run("migrate")
        publish_pack(pack)
        for options, said in (
            (("--department", "nosuch", "--post", "window"), "没有部门 nosuch。可选：cg（"),
            (("--department", "scjg", "--post", "nosuch"), "没有岗位 nosuch。可选："),
            (("--department", "scjg", "--post", "window"), "可以登录了"),
        ):
            monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
            person = ("--subject", "999901197001010003", "--password-stdin")
            assert said in run("account", "wang", *person, *options).err

    def test_a_database_out_of_reach_is_a_sentence(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever is wrong with the address."""
        for url in (
            "mysql://x",
            "postgresql://nobody@127.0.0.1:1/none",
            "sqlite:////proc/no/such.db",
            "nonsense",
        ):
            monkeypatch.setenv("YIJIANSHI_DATABASE_URL", url)
            result = run("migrate")
            assert result.code == 2, url
            assert result.err.strip()
            assert "内部出错" not in result.err


class TestResting:
    """yijianshi resting."""

    def test_lists_what_rests_and_lets_it_go(self, run: Run, tmp_path: Path) -> None:
        """Number, since when, until when, which error; exit code 1 while something rests."""
        assert run("migrate").code == 0
        assert run("resting") == Result(0, "没有搁置的办件\n", "")
        number = in_own_loop(self.rested(f"sqlite:///{tmp_path / 'data' / 'yijianshi.db'}"))
        found = run("resting")
        assert found.code == 1
        assert number in found.out
        assert "2026-11-05 09:00:00+08:00" in found.out
        assert "ValueError" in found.out
        assert run("resting", "--release", "nobody").code == 2
        assert "1 件" in run("resting", "--release", number).out
        assert run("resting").code == 0
        assert "0 件" in run("resting", "--all").out

    async def rested(self, url: str) -> str:
        """Let a case rest for long, and return its number."""
        database = Database(url)
        office = Office(database, Folder(Path("nowhere")), cheap_passwords=True)
        await office.publish_pack(PACK, "admin", MORNING)
        case = (await office.open_case(asks(CITIZEN), STALL)).case
        async with database.transaction() as tx:
            until = MORNING + 3650 * DAY
            await sweeps.postpone(tx, case.id, until, since=MORNING, error="ValueError")
        await database.close()
        return case.number


class TestCheck:
    """yijianshi check."""

    def test_says_of_each_thing_whether_it_is_well(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A mark and a sentence each; exit code 1 while something is not well."""
        monkeypatch.setenv("YIJIANSHI_SECRET", SECRET)
        assert run("migrate").code == 0
        result = run("check")
        assert result.code == 1
        assert "✗ 到期处理：没有到期处理进程在运行" in result.out
        assert "✓ 数据库：可用" in result.out
        monkeypatch.setenv("YIJIANSHI_SECRET", "a" * 40)
        found = {each["name"]: each for each in json.loads(run("check", "--json").out)}
        assert not found["settings"]["ok"]

    def test_looks_for_the_worker_of_this_host(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the health check of a worker's container asks."""
        monkeypatch.setenv("YIJIANSHI_SECRET", SECRET)
        assert run("migrate").code == 0
        result = run("check", "--worker")
        assert (result.code, "没有到期处理进程报到" in result.out) == (1, True)

    def test_a_database_that_is_not_there_is_a_finding(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Named, without a trace."""
        monkeypatch.setenv("YIJIANSHI_SECRET", SECRET)
        monkeypatch.setenv("YIJIANSHI_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
        result = run("check")
        assert (result.code, "✗ 数据库" in result.out) == (1, True)


class TestServe:
    """yijianshi serve."""

    def test_refuses_its_default_secret(self, run: Run) -> None:
        """Outside the demonstration."""
        assert "YIJIANSHI_SECRET" in run("serve").err

    def test_refuses_without_an_audit_key(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """So do the worker and whoever gives accounts; the command to make one is said."""
        monkeypatch.setenv("YIJIANSHI_SECRET", SECRET)
        monkeypatch.delenv("YIJIANSHI_AUDIT_KEY")
        for words in (("serve",), ("work",), ("account", "a", "--password-stdin")):
            result = run(*words)
            assert (result.code, "YIJIANSHI_AUDIT_KEY" in result.err) == (2, True), words
            assert "token_urlsafe" in result.err

    def test_a_busy_port_is_a_sentence(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """Said before anything is touched."""
        monkeypatch.setenv("YIJIANSHI_SECRET", SECRET)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            result = run("serve", "--port", str(taken.getsockname()[1]))
        assert (result.code, "占用" in result.err) == (2, True)

    def test_a_wrong_setting_is_a_sentence(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """With its name."""
        monkeypatch.setenv("YIJIANSHI_PORT", "many")
        assert run("serve") == Result(2, "", "设置有误：YIJIANSHI_PORT=many\n")

    def test_answers_and_stops_when_told(
        self, run: Run, pack: Path, serving: Callable[..., str]
    ) -> None:
        """Publishes its pack, is ready, leaves with 0."""
        assert run("migrate").code == 0
        address = serving("serve", "--port", "0", YIJIANSHI_SECRET=SECRET, YIJIANSHI_PACK=str(pack))
        wait_until(lambda: asked(f"{address}/readyz") == 200, "its readiness")
        with urllib.request.urlopen(f"{address}/api/v1/bundles", timeout=PATIENCE) as answer:
            assert "开小吃店" in answer.read().decode()

    def test_leaves_in_two_steps(self, run: Run, pack: Path, serving: Callable[..., str]) -> None:
        """Told to stop it is not ready at once, and serves on until the proxy has seen it; told again it closes."""
        assert run("migrate").code == 0
        settings = {"YIJIANSHI_SECRET": SECRET, "YIJIANSHI_PACK": str(pack)}
        address = serving("serve", "--port", "0", **settings, YIJIANSHI_DRAIN_SECONDS="300")
        ready = f"{address}/readyz"
        wait_until(lambda: asked(ready) == 200, "its readiness")
        serving.tell_to_stop()  # type: ignore[attr-defined]
        wait_until(lambda: asked(ready) == 503, "its word that it leaves")
        assert asked(f"{address}/api/v1/bundles") == asked(f"{address}/healthz") == 200


def asked(address: str) -> int:
    """Return the status of the answer."""
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Start a server in a process of its own and return its address; it must stop when told."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str, **settings: str) -> str:
        environment = {
            **os.environ,
            "YIJIANSHI_DRAIN_SECONDS": "0",
            "YIJIANSHI_AUDIT_KEY": AUDIT_KEY,
            **settings,
            "PYTHONPATH": str(Path(service.__file__).parent.parent),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "service", *words],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stderr is not None
        for line in process.stderr:
            if "http://" in line:
                return line[line.index("http://") :].split("（")[0].strip()
        raise AssertionError("the server did not start")

    start.tell_to_stop = lambda: started[-1].send_signal(signal.SIGTERM)  # type: ignore[attr-defined]
    yield start
    for process in started:
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, told


class TestDemo:
    """yijianshi demo."""

    @pytest.fixture
    async def city(self, database: Database, tmp_path: Path) -> Office:
        """The sample city as the command makes it."""
        found = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
        await found.install(NOW)
        await furnish(found, NOW)
        return found

    async def test_has_cases_in_every_state_with_a_true_history(
        self, database: Database, city: Office
    ) -> None:
        """Every state of a case, yellow and red cards, and a record that verifies."""
        states = {case.state for case in (await city.cases(SUPERVISOR)).items}
        assert states == {
            "received",
            "in_progress",
            "correcting",
            "granted",
            "partly_granted",
            "refused",
            "withdrawn",
            "terminated",
        }
        drafts = await city.cases(sample_cases.ZHANG.actor(), CaseFilter(state="draft"))
        assert len(drafts.items) == 1
        cards = set()
        for line in (await city.cases(SUPERVISOR)).items:
            case = (await city.case(SUPERVISOR, line.number, NOW)).case
            cards |= {task.card for task in case.tasks.values() if task.done_at is None}
            assert case.clocks[CASE, "promise"].spans
        assert cards == {"none", "yellow", "red"}
        notices = [notice.model_dump(mode="json") for notice in built_in()]
        found = await verify(database, now=NOW + DAY, notices=notices)
        assert found.clean, found.lines()

    async def test_its_accounts_sign_in_and_see_their_tasks(self, city: Office) -> None:
        """Every post of every department, applicants, portal, supervisor."""
        for name in (
            "scjg.window",
            "cg.inspector",
            "yc.head",
            "zhang",
            "li",
            "portal",
            "supervisor",
        ):
            assert (await city.sign_in(name, "yijianshi", NOW)).account == name
        window = await city.actor("scjg.window")
        assert isinstance(window, Actor)
        assert (await city.tasks(window, TaskFilter(view="unclaimed"), now=NOW)).items

    async def test_the_application_it_shows_is_accepted(self, city: Office) -> None:
        """What is printed to try really works: sign in, open a restaurant, print the receipt."""
        app = create_app(city, Settings(demo=True, secret=SECRET))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://demo"
        ) as client:
            who = {"username": "zhang", "password": "yijianshi"}
            token = (await client.post("/api/v1/tokens", json=who)).json()["access_token"]
            body = json.loads(await application_to_try(city))
            client.headers["authorization"] = f"Bearer {token}"
            answer = await client.post("/api/v1/cases", json=body)
            assert answer.status_code == 201, answer.text
            paper = await client.get(f"/api/v1/cases/{answer.json()['number']}/notices/1.pdf")
        assert answer.json()["state"] == "received"
        assert paper.status_code == (200 if can_print() else 503)

    async def test_a_second_start_adds_nothing(self, city: Office) -> None:
        """The data of the first start is used again; the clock goes on from where it stood."""
        before = [case.number for case in (await city.cases(SUPERVISOR)).items]
        await furnish(city, None)
        assert [case.number for case in (await city.cases(SUPERVISOR)).items] == before
        real = MORNING
        assert await city.demo_clock(real) != real

    def test_fresh_deletes_only_its_own_folder(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A database that somebody named is not the demonstration's to delete."""
        monkeypatch.setenv("YIJIANSHI_DATABASE_URL", "sqlite:///real.db")
        assert run("demo", "--fresh").code == 2


class TestSettings:
    """The settings."""

    def test_show_no_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Printing them is safe."""
        monkeypatch.setenv("YIJIANSHI_DATABASE_URL", "postgresql://me:hush@db/x")
        shown = repr(Settings(secret=SECRET))
        assert "hush" not in shown
        assert SECRET not in shown

    def test_every_setting_is_described(self) -> None:
        """In words for an operator."""
        assert all(field.description for field in Settings.model_fields.values())

    def test_the_default_secret_is_for_demonstrations(self) -> None:
        """So is a short one, and cheap passwords."""
        assert Settings(demo=True, secret=UNSAFE_SECRET).refusal() == ""
        assert "YIJIANSHI_SECRET" in Settings(secret=UNSAFE_SECRET).refusal()
        assert "YIJIANSHI_AUDIT_KEY" in Settings(secret=SECRET).refusal()
        assert "太短" in Settings(secret=SECRET, audit_key="short").refusal()
        assert "相同" in Settings(secret=SECRET, audit_key=SECRET).refusal()
        assert Settings(secret=SECRET, audit_key=f"{AUDIT_KEY}, {AUDIT_KEY}x").refusal() == ""
        assert "太短" in Settings(secret="short").refusal()
        assert Settings(secret=SECRET, audit_key=AUDIT_KEY, cheap_passwords=True).refusal()
        for trivial in ("a" * 40, "ab" * 20, "0123456789abcdef" * 3):
            assert "容易猜到" in Settings(secret=trivial).refusal()
        given = {"secret": SECRET, "audit_key": AUDIT_KEY, "metrics_token": "short"}
        assert "METRICS_TOKEN" in Settings(**given).refusal()

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("share_url", "https://[::"),
            ("sign_url", "http://a:99999"),
            ("witness_url", "https://a:0"),
            ("public_url", "http://:80"),
            ("scanner_url", "tcp://a:99999"),
            ("traces", "http://[::1"),
            ("share_token", "密码"),
            ("sign_token", "two words"),
            ("witness_token", "one\nX-More: two"),
            ("metrics_token", "0123456789abcdef\r"),
        ],
    )
    def test_where_nobody_can_be_reached_is_refused_at_the_start(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        """Not in the middle of somebody's application: an address that is none, a token that fits in no header."""
        monkeypatch.setenv(f"YIJIANSHI_{name.upper()}", value)
        result = run("serve", "--port", "0")
        assert (result.code, f"YIJIANSHI_{name.upper()}" in result.err) == (2, True)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("share_url", "https://[2001:db8::1]:8443/api"),
            ("scanner_url", "unix:/run/clamav/clamd.ctl"),
            ("scanner_url", "tcp://127.0.0.1:3310"),
            ("public_url", ""),
            ("share_token", "eyJ.a-b_c~d+/=="),
        ],
    )
    def test_where_somebody_can_be_reached_is_taken(self, name: str, value: str) -> None:
        """As it is written."""
        found = getattr(Settings(**{name: value}), name)
        assert (found if isinstance(found, str) else found.get_secret_value()) == value

    def test_traces_need_their_packages(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """A setting that could not be kept is refused at the start, with what to do."""
        monkeypatch.setenv("YIJIANSHI_SECRET", SECRET)
        monkeypatch.setenv("YIJIANSHI_TRACES", "http://127.0.0.1:1/v1/traces")
        monkeypatch.setitem(
            sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None
        )
        result = run("serve", "--port", "0")
        assert (result.code, "yijianshi[traces]" in result.err) == (2, True)
