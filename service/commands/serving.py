"""服务命令 — the server and the worker, put together from the settings."""

import asyncio
import contextlib
import logging
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn

from service.api.app import create_app
from service.commands import heap
from service.commands.door import BACKLOG, listening
from service.commands.draining import DrainingServer
from service.commands.outcome import Refusal, note, say
from service.commands.packs import files_of
from service.commands.patience import limited
from service.commands.scraping import scraped, traced
from service.commands.upkeep import office_of, run, settings_from, terms_of
from service.errors import DefinitionInvalid, Unavailable
from service.office import TZ, Office, new_worker
from service.settings import Settings
from service.store.schema import migrate
from service.watching.log import place_of, tell, to_stderr
from service.worker import look_after, tidy, wall_clock, work

GRACE_SECONDS = 30  # for requests that are running when the port is closed
NOTED_EVERY_SECONDS = 3.0

log = logging.getLogger("yijianshi.serving")


def serve(**given: Any) -> None:
    """Serve until told to stop."""
    settings = settings_from(**given)
    if why := settings.refusal():
        raise Refusal(why)
    run(_serve(settings))


async def _serve(settings: Settings) -> None:
    to_stderr(settings.log_level)
    with listening(settings.host, settings.port) as door, traced(settings):
        await serve_until_stopped(await prepared(settings), settings, door)


def work_on() -> None:
    """Work until told to stop."""
    settings = settings_from()
    if why := settings.audit_refusal():
        raise Refusal(why)
    run(_work_until_stopped(settings))


async def _work_until_stopped(settings: Settings) -> None:
    to_stderr(settings.log_level)
    office = office_of(settings)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        await refuse_unready(office, files=False)
        await refuse_mighty(office, settings)
        note("到期处理已启动，按 Ctrl+C 停止")
        heap.set_aside()
        with traced(settings):
            async with scraped(office, settings):
                await _working(office, settings, stop)
    finally:
        await office.database.close()


async def prepared(settings: Settings) -> Office:
    """Return an office that is ready to serve: its database current, the packs of the settings published."""
    office = office_of(settings, new=settings.demo)
    try:
        if not office.database.postgres:
            # an embedded database belongs to this process: nobody else would do it
            await migrate(settings.url)
            await office.install(wall_clock())
        await refuse_unready(office)
        tempfile.tempdir = str(
            office.folder.spool()
        )  # what is being received lies where it is kept
        await refuse_mighty(office, settings)
        if not settings.demo:
            await refuse_demonstration(office)
        if unknown := await unknown_persons(office):
            note(f"提醒：{unknown}")
        await publish(office, settings.pack, by="settings", back=False)
    except BaseException:
        await office.database.close()
        raise
    return office


async def refuse_unready(office: Office, *, files: bool = True) -> None:
    """Refuse to start where something is missing that this process needs; `files` for who keeps files."""
    checks = await office.readiness(wall_clock, files=files)
    if problems := [check.detail for check in checks if not (check.ok or check.warning)]:
        raise Refusal("；".join(problems))


async def refuse_mighty(office: Office, settings: Settings) -> None:
    """Refuse to work as a role that can change the record, where the settings say so; else warn."""
    if settings.demo or not (power := await office.too_mighty()):
        return
    what = (
        f"连接数据库的角色是{power}，能绕过办理记录的保护。请用 yijianshi migrate --app-role 角色 授权，"
        "再让服务用那个角色连接"
    )
    if settings.require_limited_role:
        raise Refusal(what)
    tell(log, "too_mighty", level=logging.WARNING, power=power)
    note(what)


async def refuse_demonstration(office: Office) -> None:
    """Refuse to work in earnest on a database whose passwords everybody knows."""
    if await office.demo_started():
        raise Refusal(
            "这是演示用的数据库，账号的密码是公开的，不能正式使用。请换一个库，或者用 yijianshi demo 打开。"
        )


async def unknown_persons(office: Office) -> str:
    """Say which of the staff have an account without a person: nobody can tell whether two of them are one."""
    unknown = await office.of_unknown_persons()
    if not unknown:
        return ""
    return (
        f"{len(unknown)} 个工作人员账号没有身份证号码（{'、'.join(unknown[:5])}），四眼和回避只能按账号认。"
        "请用 yijianshi account 账号 --subject 身份证号码 补上"
    )


async def publish(office: Office, packs: list[Path], *, by: str, back: bool) -> None:
    """Publish packs; what has not changed is left alone, what was in force before comes `back` only so. Raises Refusal."""
    for folder in packs:
        try:
            rows = await office.publish_pack(files_of(folder), by, wall_clock(), back=back)
        except DefinitionInvalid as wrong:
            first = wrong.facts["diagnostics"][0]
            where = f"{folder / first['file']}:{first['line']}"
            what = f"{wrong.detail}：{where} {first['message']}。请运行 yijianshi lint {folder}"
            raise Refusal(what) from None
        for row in rows:
            _tell_published(row, folder, asked=back)


def _tell_published(row: dict[str, Any], folder: Path, *, asked: bool) -> None:
    what = f"「{row['title']}」第 {row['number']} 版"
    if row["new"]:
        note(f"已发布{what}")
    elif row["back"]:
        note(f"{what}重新生效：新的申请按它办理，在办的仍按各自受理时的版本")
    elif row["in_force"] != row["number"]:
        how = f"要让它重新生效，请运行 yijianshi publish {folder}"
        note(f"{what}以前发布过，现行的仍是第 {row['in_force']} 版；{how}")
    elif asked:
        note(f"{what}本来就是现行版，没有变化")


def publish_packs(packs: list[Path], by: str) -> None:
    """Publish packs by order of a person."""

    async def ordered() -> None:
        office = office_of(settings_from())
        try:
            await refuse_unready(office)
            await publish(office, packs, by=by, back=True)
        finally:
            await office.database.close()

    run(ordered())


def list_releases(bundle: str) -> None:
    """Print the releases of a bundle, newest first, and when each was in force."""

    async def listed() -> list[dict[str, Any]]:
        office = office_of(settings_from())
        try:
            await refuse_unready(office)
            return await office.releases_of(bundle)
        finally:
            await office.database.close()

    for row in run(listed()):
        state = "现行" if row["current"] else "已被取代"
        say(f"第 {row['number']} 版  {row['hash'][:12]}  {state}")
        say(f"  发布  {_when(row['published_at'])}  {row['published_by']}")
        for each in row["in_force"]:
            say(f"  生效  {_when(each['since'])}  {each['by']}")


def _when(at: datetime) -> str:
    return f"{at.astimezone(TZ):%Y-%m-%d %H:%M:%S}"


async def serve_until_stopped(
    office: Office,
    settings: Settings,
    door: socket.socket,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve an office at an open port; `ready` is told the address."""
    config = uvicorn.Config(
        create_app(office, settings),
        http=limited(
            settings.head_seconds, settings.body_seconds, settings.slowest_bytes_per_second
        ),
        limit_concurrency=settings.most_connections,
        forwarded_allow_ips=settings.trusted_proxies,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    try:
        async with noting(office), _sweeping(office, settings), scraped(office, settings):
            (ready or _tell(settings))(f"http://{_shown(settings.host)}:{door.getsockname()[1]}")
            # the server stops and raises it again: what follows still runs
            for name in (signal.SIGINT, signal.SIGTERM):
                signal.signal(name, signal.SIG_IGN)
            drain = 0.0 if settings.demo else settings.drain_seconds
            heap.set_aside()
            await DrainingServer(config, office, drain).serve(sockets=[door])
    finally:
        await office.database.close()


def _tell(settings: Settings) -> Callable[[str], None]:
    def said(address: str) -> None:
        documented = f"接口文档 {address}/docs，" if settings.shows_docs else ""
        note(f"服务已启动：{address}（{documented}按 Ctrl+C 停止）")

    return said


@asynccontextmanager
async def noting(office: Office) -> AsyncIterator[None]:
    """Write the security log every few seconds, and what is left of it at the end."""
    stop = asyncio.Event()
    writing = asyncio.create_task(_write_noted(office, stop))
    try:
        yield
    finally:
        stop.set()
        await writing


async def _write_noted(office: Office, stop: asyncio.Event) -> None:
    while True:
        last = stop.is_set()
        try:
            await office.write_noted()
        except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again
            kind = type(error).__qualname__
            tell(log, "log_waits", level=logging.ERROR, error=kind, place=place_of(error))
        if last:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), NOTED_EVERY_SECONDS)


def _shown(host: str) -> str:
    if host in ("0.0.0.0", ""):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


async def _working(office: Office, settings: Settings, stop: asyncio.Event) -> None:
    """Do what falls due, and purge once a day, until `stop` is set."""
    poll, demo, me = settings.worker_poll_seconds, settings.demo, new_worker(wall_clock())
    tasks = [
        work(office, now=wall_clock, poll=poll, stop=stop, demo=demo, worker=me),
        look_after(office, now=wall_clock, poll=poll, stop=stop),
    ]
    if not demo:  # whose drafts are dated by a clock of their own, and which is begun anew anyway
        tasks.append(tidy(office, terms_of(settings), now=wall_clock, stop=stop))
    await asyncio.gather(*tasks)


@asynccontextmanager
async def _sweeping(office: Office, settings: Settings) -> AsyncIterator[None]:
    """Do the worker's work beside the server, where the settings say so."""
    if not settings.sweeps_here:
        yield
        return
    stop = asyncio.Event()
    sweeping = asyncio.create_task(_working(office, settings, stop))
    try:
        yield
    finally:
        stop.set()
        with contextlib.suppress(Unavailable):
            await sweeping
