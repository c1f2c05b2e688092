"""演示命令 — a sample city to try everything in: its people, its cases in every state, a clock that can be moved."""

import json
import shutil
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from service.commands import sample_cases
from service.commands.door import listening
from service.commands.outcome import Refusal, note, say
from service.commands.packs import files_of
from service.commands.sample_people import PASSWORD
from service.commands.serving import prepared, serve_until_stopped
from service.commands.upkeep import run, settings_from
from service.office import Office
from service.settings import Settings
from service.watching.log import to_stderr
from service.worker import wall_clock
from service.workflows.application import id_check
from service.workflows.calendar import TZ
from service.workflows.definition import BUILT_IN_POSTS, Directory

DEMO_HOME = Path("data/demo")
LEAD_DEPARTMENT = "scjg"  # whose window has two clerks
SUPERVISOR = 999  # whose ID number is nobody else's
LAST_ACCOUNT = "supervisor"  # the account that is made last: with it the sample city is complete


def demo(now: str, port: int, host: str, *, fresh: bool) -> None:
    """Serve the sample city until told to stop."""
    at = _instant(now) if now else None
    settings = demo_settings(host=host, port=port)
    if fresh:
        _forget(settings)
    run(_serve(settings, at))


def demo_settings(**changes: Any) -> Settings:
    """Return the settings with what makes a demonstration: a database and a folder of its own."""
    given = settings_from()
    if "database_url" not in given.model_fields_set:
        changes["database_url"] = f"sqlite:///{DEMO_HOME / 'yijianshi.db'}"
    if "files_dir" not in given.model_fields_set:
        changes["files_dir"] = DEMO_HOME / "files"
    if "request_log" not in given.model_fields_set:
        changes["request_log"] = False
    return settings_from(demo=True, worker_in_serve=True, **changes)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal("--now 请写成 2026-11-05T09:00+08:00 这样") from None
    return found if found.tzinfo else found.replace(tzinfo=TZ)


def _forget(settings: Settings) -> None:
    """Delete the demonstration's own folder; a database somebody named is not ours to delete."""
    if "data/demo" not in settings.url or settings.files_dir != DEMO_HOME / "files":
        raise Refusal("--fresh 只能删去默认位置（data/demo）的演示数据")
    try:
        shutil.rmtree(DEMO_HOME, ignore_errors=False)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Refusal(f"删不掉 {DEMO_HOME}：{error.strerror}") from None


async def _serve(settings: Settings, at: datetime | None) -> None:
    to_stderr(settings.log_level)
    with listening(settings.host, settings.port) as door:
        office = await prepared(settings)
        try:
            await furnish(office, at)
            body = await application_to_try(office)
        except BaseException:
            await office.database.close()
            raise
        await serve_until_stopped(
            office, settings, door, ready=lambda address: _welcome(address, body)
        )


async def furnish(office: Office, at: datetime | None = None) -> None:
    """Make the sample city, once; `at` is the demonstration's time, by default where it stands. Raises Refusal."""
    real = wall_clock()
    with as_file(files("service.workflows") / "packs" / "linhu") as folder:
        pack = files_of(folder)
    known = {account.account for account in await office.accounts()}
    if LAST_ACCOUNT in known:
        await _resume(office, at, real)
        await office.publish_pack(pack, "demo", await office.demo_clock(real))
        return
    if known:
        raise Refusal(
            "这个数据库里已经有账号，不能当作演示库。请换一个空的库；如果是上次演示没有建完，请加 --fresh"
        )
    start = at or real
    await office.start_demo_clock(start, real)
    await office.publish_pack(pack, "demo", start)
    note("正在准备样例城市……")
    release = await office.bundle(sample_cases.BUNDLE)
    await people(office, release.directory)
    count = await sample_cases.play(office, start)
    await office.create_account(
        LAST_ACCOUNT,
        PASSWORD,
        name="效能监察（示例）",
        kind="supervisor",
        subject=_officer_id(SUPERVISOR),
        public_password=True,
    )
    note(f"样例城市已就绪：{count} 件办件")


async def _resume(office: Office, at: datetime | None, real: datetime) -> None:
    stands = await office.demo_clock(real)
    if at is None:
        return
    if at < stands:
        said = stands.astimezone(TZ).isoformat(timespec="minutes")
        raise Refusal(f"演示时钟已经走到 {said}，不能往回拨；要从头开始请加 --fresh")
    await office.move_demo_clock(at, stands)


async def people(office: Office, directory: Directory) -> None:
    """Make an account for every post of every department, the applicants, a portal and an administrator."""
    posts = {**BUILT_IN_POSTS, **directory.posts}
    clerks = [
        (f"{department}.{post}", department, post, f"{name}{title}")
        for department, name in directory.departments.items()
        for post, title in posts.items()
    ]
    lead, window = directory.departments[LEAD_DEPARTMENT], posts["window"]
    # two at one desk: to hand over, to meet
    second = f"{LEAD_DEPARTMENT}.window2"
    clerks.append((second, LEAD_DEPARTMENT, "window", f"{lead}{window}（二）"))
    for n, (account, department, post, name) in enumerate(clerks):
        await _account(
            office,
            account,
            name=name,
            kind="clerk",
            department=department,
            posts=[post],
            subject=_officer_id(n),
        )
    for who in (sample_cases.ZHANG, sample_cases.LI):
        await _account(office, who.account, name=who.name, kind="applicant", subject=who.id)
    await _account(office, "portal", name="政务服务门户（示例）", kind="portal")
    administrator = _officer_id(len(clerks))
    await _account(office, "admin", name="事项管理员（示例）", kind="admin", subject=administrator)


async def _account(office: Office, account: str, **facts: Any) -> None:
    """Make an account with the password that is told to everybody."""
    await office.create_account(account, PASSWORD, public_password=True, **facts)


def _officer_id(n: int) -> str:
    """Return the ID number of the n-th officer: of no place there is, with its right check character."""
    first17 = f"999901{1970 + n % 30}{1 + n % 12:02}{1 + n % 28:02}{n % 1000:03}"
    return first17 + id_check(first17)


async def application_to_try(office: Office) -> str:
    """Return the body of an application that is accepted as it stands."""
    now = await office.demo_clock(wall_clock())
    tale = sample_cases.Tale(sample_cases.ZHANG, 0, sample_cases.WITH_SIGN)
    papers = await sample_cases.sample_files(office, tale.who, now)
    made = sample_cases.application(await office.bundle(sample_cases.BUNDLE), tale, now, papers)
    parts = ("bundle", "applicant", "answers", "form", "materials")
    return json.dumps({part: getattr(made, part) for part in parts}, ensure_ascii=False)


def _welcome(address: str, body: str) -> None:
    api = f"{address}/api/v1"
    say(f"""
演示已启动，请在浏览器里打开：{address}
接口文档：  {address}/docs

账号（密码都是 {PASSWORD}）：
  申请人     wang 王小梅（本人、个体户奶茶店、餐饮公司，登录时选）  zhang（个体工商户）  li（企业）  zhao（湖畔面馆的经办人）
             lin（代办公司，有王小梅公司的委托）  anna（外国人，护照）  chan（香港居民，来往内地通行证）
  工作人员   部门.岗位，如 scjg.window、scjg.window2 受理岗、scjg.reviewer 审查岗、scjg.approver 决定岗、cg.inspector 核查岗
  其他       portal 门户、supervisor 效能监察、admin 事项管理员

也可以用接口试一试：登录，然后提交一份「开办餐饮店」申请：

TOKEN=$(curl -s {api}/tokens -H 'content-type: application/json' \\
  -d '{{"username":"zhang","password":"{PASSWORD}"}}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl -s {api}/cases -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -H "Idempotency-Key: demo-$RANDOM" \\
  -d '{body}'

# 把演示时钟往后拨三天
curl -s {api}/demo/clock -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{{"forward":"3d"}}'
""")
