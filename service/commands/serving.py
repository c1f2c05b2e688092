"""服务命令 — the server and the worker, put together from the settings."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn

from service.api.app import create_app
from service.commands.outcome import Refusal, note
from service.commands.packs import files_of
from service.commands.upkeep import office_of, run, settings_from
from service.errors import DefinitionInvalid, Unavailable
from service.office import Office
from service.settings import Settings
from service.store.schema import migrate
from service.worker import wall_clock, work

BACKLOG = 1024
GRACE_SECONDS = 10
PORT_IN_USE = {98, 48, 10048}  # EADDRINUSE on Linux, macOS, Windows


def serve(**given: Any) -> None:
    """Serve until told to stop."""
    settings = settings_from(**given)
    if why := settings.refusal():
        raise Refusal(why)
    run(_serve(settings))


async def _serve(settings: Settings) -> None:
    log_to_stderr(settings)
    with listening(settings.host, settings.port) as door:
        await serve_until_stopped(await prepared(settings), settings, door)


def work_on() -> None:
    """Work until told to stop."""
    run(_work_until_stopped(settings_from()))


async def _work_until_stopped(settings: Settings) -> None:
    log_to_stderr(settings)
    office = office_of(settings)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        await refuse_unready(office)
        note("到期处理已启动，按 Ctrl+C 停止")
        await work(office, now=wall_clock, poll=settings.worker_poll_seconds, stop=stop, demo=settings.demo)
    finally:
        await office.database.close()


def log_to_stderr(settings: Settings) -> None:
    """Send the log to standard error, one line each."""
    logging.basicConfig(
        level=settings.log_level.upper(),
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        force=True,
    )
    for chatty in ("uvicorn", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


async def prepared(settings: Settings) -> Office:
    """Return an office that is ready to serve: its database current, the packs of the settings published."""
    office = office_of(settings)
    try:
        if not office.database.postgres:
            await migrate(settings.url)  # an embedded database belongs to this process: nobody else would do it
        await refuse_unready(office)
        if not settings.demo:
            await refuse_demonstration(office)
        await publish(office, settings.pack)
    except BaseException:
        await office.database.close()
        raise
    return office


async def refuse_unready(office: Office) -> None:
    """Refuse to start on a database that is out of reach, out of date or not durable."""
    if problems := await office.ready():
        raise Refusal("；".join(problems))


async def refuse_demonstration(office: Office) -> None:
    """Refuse to work in earnest on a database whose passwords everybody knows."""
    if await office.demo_started():
        raise Refusal("这是演示用的数据库，账号的密码是公开的，不能正式使用。请换一个库，或者用 yijianshi demo 打开。")


async def publish(office: Office, packs: list[Path]) -> None:
    """Publish packs; what has not changed is left alone. Raises Refusal."""
    for folder in packs:
        try:
            rows = await office.publish_pack(files_of(folder), "settings", wall_clock())
        except DefinitionInvalid as wrong:
            first = wrong.facts["diagnostics"][0]
            where = f"{folder / first['file']}:{first['line']}"
            raise Refusal(f"{wrong.detail}：{where} {first['message']}。请运行 yijianshi lint {folder}") from None
        for row in rows:
            if row["new"]:
                note(f"已发布「{row['title']}」第 {row['number']} 版")


async def serve_until_stopped(
    office: Office, settings: Settings, door: socket.socket, ready: Callable[[str], None] | None = None
) -> None:
    """Serve an office at an open port; `ready` is told the address."""
    config = uvicorn.Config(
        create_app(office, settings), http="httptools", log_config=None, access_log=False, server_header=False,
        lifespan="on", backlog=BACKLOG, timeout_graceful_shutdown=GRACE_SECONDS,
    )  # fmt: skip
    try:
        async with _sweeping(office, settings):
            (ready or _tell)(f"http://{_shown(settings.host)}:{door.getsockname()[1]}")
            for name in (
                signal.SIGINT,
                signal.SIGTERM,
            ):  # the server stops and raises it again: what follows still runs
                signal.signal(name, signal.SIG_IGN)
            await uvicorn.Server(config).serve(sockets=[door])
    finally:
        await office.database.close()


def _tell(address: str) -> None:
    note(f"服务已启动：{address}（接口文档 {address}/docs），按 Ctrl+C 停止")


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "") else f"[{host}]" if ":" in host else host  # noqa: S104 - compared, not bound


@asynccontextmanager
async def _sweeping(office: Office, settings: Settings) -> AsyncIterator[None]:
    """Do the worker's work beside the server, where the settings say so."""
    if not settings.sweeps_here:
        yield
        return
    stop = asyncio.Event()
    poll = settings.worker_poll_seconds
    sweeping = asyncio.create_task(work(office, now=wall_clock, poll=poll, stop=stop, demo=settings.demo))
    try:
        yield
    finally:
        stop.set()
        with contextlib.suppress(Unavailable):
            await sweeping


def listening(host: str, port: int) -> socket.socket:
    """Open the port before anything else is done. Raises Refusal when somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen(BACKLOG)  # who comes before the server is up waits at the door
    except OSError as error:
        door.close()
        if error.errno in PORT_IN_USE:
            raise Refusal(f"端口 {port} 已被别的程序占用，请停掉它，或者用 --port 换一个端口") from None
        raise Refusal(f"不能在 {host}:{port} 上监听：{error.strerror or error}") from None
    door.set_inheritable(True)
    return door
