"""维护命令 — bring the database up to date, check its record, give people accounts."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import typer
from pydantic import ValidationError

from service.commands.outcome import CLEAN, FINDINGS, Refusal, end, note, say
from service.office import Office
from service.office.sharing import HttpSharing
from service.office.signing import HttpSigning
from service.settings import Settings, unreadable
from service.store.database import Database
from service.store.files import Folder
from service.store.schema import check_current, migrate
from service.verify import Head, verify
from service.worker import wall_clock
from service.workflows.calendar import built_in

T = TypeVar("T")


def settings_from(**changes: Any) -> Settings:
    """Read the settings. Raises Refusal for a value that makes no sense."""
    try:
        return Settings(**changes)
    except ValidationError as wrong:
        raise Refusal(unreadable(wrong.errors())) from None


def database_of(settings: Settings) -> Database:
    """Prepare the database; the folder of an SQLite file is made. Raises Refusal."""
    try:
        database = Database(settings.url, connections=settings.database_connections)
    except ValueError as error:
        raise Refusal(f"{error}（YIJIANSHI_DATABASE_URL）") from None
    if not database.postgres and database.url.database:
        make_folder(Path(database.url.database).parent)
    return database


def make_folder(folder: Path) -> None:
    """Make a folder. Raises Refusal when that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(f"不能建立文件夹 {folder}：{error.strerror}") from None


def office_of(settings: Settings) -> Office:
    """Put an office together."""
    make_folder(settings.files_dir)
    token, seconds = settings.share_token.get_secret_value(), settings.share_timeout_seconds
    signer, patience = settings.sign_token.get_secret_value(), settings.sign_timeout_seconds
    return Office(
        database_of(settings), Folder(settings.files_dir), cheap_passwords=settings.cheap_passwords or settings.demo,
        sharing=HttpSharing(settings.share_url, token, seconds) if settings.share_url else None,
        signing=HttpSigning(settings.sign_url, signer, patience) if settings.sign_url else None,
    )  # fmt: skip


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on the fast event loop where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


def migrate_database() -> None:
    """Bring the database to the newest schema."""
    settings = settings_from()
    database_of(settings)
    run(migrate(settings.url))
    say("数据库已是最新结构")


def verify_record(expect: str) -> None:
    """Print every difference between the rows and their record."""
    try:
        head = Head.parse(expect) if expect else None
    except ValueError:
        raise Refusal("--expect 不是见证头；请原样写上以前核对时打印的那一行") from None
    end(run(_verify(settings_from(), head)))


async def _verify(settings: Settings, expect: Head | None) -> int:
    database = database_of(settings)
    try:
        await check_current(settings.url)
        notices = [notice.model_dump(mode="json") for notice in built_in()]
        found = await verify(database, now=wall_clock(), notices=notices, files=settings.files_dir, expect=expect)
    finally:
        await database.close()
    for line in found.lines():
        say(line)
    return CLEAN if found.clean else FINDINGS


def account(name: str, /, *, password_stdin: bool, **facts: Any) -> None:
    """Create an account, or give an existing one these rights and this password."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else _asked()
    settings = settings_from()

    async def create() -> None:
        office = office_of(settings)
        try:
            await check_current(settings.url)
            await office.create_account(name, password, **facts)
        finally:
            await office.database.close()

    run(create())
    note(f"账号 {name} 可以登录了")


def _asked() -> str:
    first = typer.prompt("密码", hide_input=True)
    if first != typer.prompt("再输一遍", hide_input=True):
        raise Refusal("两次输入的密码不一样")
    return str(first)
