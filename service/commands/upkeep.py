"""维护命令 — bring the database up to date, check its record, give people accounts."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError

from service.commands.outcome import CLEAN, FINDINGS, Refusal, end, note, say
from service.office import Office
from service.settings import Settings, unreadable
from service.store.database import Database
from service.store.files import Folder
from service.store.schema import check_current, migrate
from service.verify import Head, verify
from service.worker import wall_clock
from service.workflows.calendar import built_in

T = TypeVar("T")
Kind = Literal["clerk", "applicant", "portal", "admin", "supervisor"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("migrate", help="把数据库升级到最新的结构")(migrate_database)
    app.command("verify", help="核对全部办理记录：有没有被改动，与各行是否一致")(verify_record)
    app.command("account", help="建立账号，或者重设它的密码、部门和岗位")(account)


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
    except (ArgumentError, ValueError, ImportError) as error:
        why = str(error) if type(error) is ValueError else "无法识别"
        raise Refusal(f"数据库地址不对（YIJIANSHI_DATABASE_URL）：{why}") from None
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
    return Office(
        database_of(settings), Folder(settings.files_dir), cheap_passwords=settings.cheap_passwords or settings.demo
    )


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


def verify_record(
    expect: Annotated[str, typer.Option(help="以前核对时打印并另行保存的见证头：证明此前的记录没有被改动")] = "",
) -> None:
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


def account(
    name: Annotated[str, typer.Argument(metavar="账号", help="登录用的名字", show_default=False)],
    kind: Annotated[Kind, typer.Option(help="种类：工作人员、申请人、门户、管理员、监督员")] = "clerk",
    title: Annotated[str, typer.Option(help="姓名或名称；默认同账号", show_default=False)] = "",
    department: Annotated[str, typer.Option(help="部门代码，如 scjg", show_default=False)] = "",
    post: Annotated[list[str] | None, typer.Option(help="岗位代码，可以写几个", show_default=False)] = None,
    subject: Annotated[str, typer.Option(help="本人或本单位的证件号码", show_default=False)] = "",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="从标准输入读密码，供脚本用")] = False,
) -> None:
    """Create an account, or give an existing one these rights and this password."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else _asked()
    settings = settings_from()

    async def create() -> None:
        office = office_of(settings)
        try:
            await check_current(settings.url)
            await office.create_account(
                name, password, name=title or name, kind=kind, department=department, posts=post or (), subject=subject
            )
        finally:
            await office.database.close()

    run(create())
    note(f"账号 {name} 可以登录了")


def _asked() -> str:
    first = typer.prompt("密码", hide_input=True)
    if first != typer.prompt("再输一遍", hide_input=True):
        raise Refusal("两次输入的密码不一样")
    return str(first)
