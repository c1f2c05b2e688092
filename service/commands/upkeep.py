"""维护命令 — bring the database up to date, check its record, give people accounts."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import typer
from pydantic import ValidationError

from service.commands.outcome import CLEAN, FINDINGS, Refusal, end, note, say
from service.commands.sample_people import SampleRegister
from service.commands.sample_records import registers_of
from service.office import TZ, Demands, LogLine, Office, Terms, local_date, looked_for, titles
from service.office.outside_witness import Outside, Place, WitnessAddress, WitnessFolder
from service.office.scanning import Clamd
from service.office.sharing import HttpSharing
from service.office.signing import HttpSigning
from service.office.verification import HttpVerification, Verification
from service.settings import UNSAFE_AUDIT_KEY, Settings, unreadable
from service.store import forms, roles
from service.store.database import Database
from service.store.files import Folder
from service.store.keys import Keys
from service.store.schema import check_current, migrate
from service.verify import Head, Report, SealHead, verify, witnessed
from service.worker import wall_clock
from service.workflows.authoring import standard_document
from service.workflows.calendar import built_in

T = TypeVar("T")


def settings_from(**changes: Any) -> Settings:
    """Read the settings. Raises Refusal for a value that makes no sense."""
    try:
        return Settings(**changes)
    except ValidationError as wrong:
        raise Refusal(unreadable(wrong.errors())) from None


def database_of(settings: Settings, *, new: bool = False) -> Database:
    """Prepare the database; with `new` an SQLite file may be a new one. Raises Refusal."""
    try:
        database = Database(
            settings.url,
            connections=settings.database_connections,
            seconds=settings.verb_seconds,
            keys=Keys(settings.token_secret, settings.audit_keys, also=settings.other_secrets),
        )
    except ValueError as error:
        raise Refusal(f"{error}（YIJIANSHI_DATABASE_URL）") from None
    if not database.postgres and database.url.database:
        place = Path(database.url.database)
        if new:
            make_folder(place.parent)
        elif not place.is_file():
            raise Refusal(
                f"没有数据库文件 {place}（YIJIANSHI_DATABASE_URL）。如果本来有，请检查磁盘有没有挂上；"
                "第一次安装请先运行 yijianshi migrate"
            )
    return database


def make_folder(folder: Path) -> None:
    """Make a folder. Raises Refusal when that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(f"不能建立文件夹 {folder}：{error.strerror}") from None


def office_of(settings: Settings, *, new: bool = False) -> Office:
    """Put an office together; with `new` its SQLite file may be a new one. Raises Refusal."""
    token, seconds = settings.share_token.get_secret_value(), settings.share_timeout_seconds
    signer, patience = settings.sign_token.get_secret_value(), settings.sign_timeout_seconds
    return Office(
        database_of(settings, new=new),
        Folder(settings.files_dir),
        second_factor=settings.second_factor,
        cheap_passwords=settings.cheap_passwords or settings.demo,
        secret=settings.token_secret,
        also=settings.other_secrets,
        bounds=settings.bounds,
        sharing=HttpSharing(settings.share_url, token, seconds) if settings.share_url else None,
        signing=HttpSigning(settings.sign_url, signer, patience) if settings.sign_url else None,
        verification=_verification_of(settings),
        registers=registers_of(settings),
        demands=Demands(
            # a demonstration's clock is moved
            clock_seconds=None if settings.demo else settings.clock_seconds,
            standby=settings.standby_required,
        ),
        scanner=scanner_of(settings),
        security_log_days=settings.security_log_days,
        outside=_outside_of(settings),
    )


def _verification_of(settings: Settings) -> Verification | None:
    """Return the register that is asked who people are: a demonstration's knows the people of the sample city."""
    if settings.verify_url:
        token = settings.verify_token.get_secret_value()
        return HttpVerification(settings.verify_url, token, settings.verify_timeout_seconds)
    return SampleRegister() if settings.demo else None


def _outside_of(settings: Settings) -> Outside:
    places: list[Place] = []
    if settings.witness_dir:
        places.append(WitnessFolder(settings.witness_dir))
    if settings.witness_url:
        token, seconds = settings.witness_token.get_secret_value(), settings.witness_timeout_seconds
        places.append(WitnessAddress(settings.witness_url, token, seconds))
    every, longest = settings.witness_seconds, settings.witness_hours
    return Outside(
        tuple(places),
        timedelta(seconds=every),
        timedelta(hours=longest),
        required=settings.witness_required,
    )


def terms_of(settings: Settings) -> Terms:
    """Return how long what is no part of a record is kept."""
    return Terms(
        answers=timedelta(days=settings.keep_answers_days),
        bulks=timedelta(days=settings.keep_bulks_days),
        messages=timedelta(days=settings.keep_messages_days),
        drafts=timedelta(days=settings.keep_drafts_days),
        files=timedelta(days=settings.keep_files_days),
        incoming=timedelta(hours=settings.keep_incoming_hours),
    )


def scanner_of(settings: Settings) -> Clamd | None:
    """Return the scanner of the settings. Raises Refusal for an address that is none."""
    if not settings.scanner_url:
        return None
    try:
        return Clamd(settings.scanner_url, settings.scanner_timeout_seconds)
    except ValueError as wrong:
        raise Refusal(f"{wrong}（YIJIANSHI_SCANNER_URL）") from None


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on the fast event loop where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


def migrate_database(app_role: str = "", *, mark_files: bool = False, alone: bool = False) -> None:
    """Bring the database to the newest schema, mark the folder of files, give the role of the application its rights.

    `alone`: no process of the release before works here any more.
    """
    settings = settings_from()
    office = office_of(settings, new=True)
    if app_role and not office.database.postgres:
        raise Refusal("--app-role 只用于 PostgreSQL")

    async def work() -> None:
        try:
            await migrate(settings.url)
            await office.install(wall_clock(), adopt=mark_files)
            if app_role:
                await roles.grant(office.database, app_role)
            if alone:
                async with office.database.transaction() as tx:
                    await forms.alone(tx)
        finally:
            await office.database.close()

    run(work())
    say("数据库已是最新结构")
    if alone:
        say("不再有上一版本的进程：办理记录从此只写变动之处，上一版本的程序不能再用于这个数据库")
    if app_role:
        say(f"角色 {app_role} 已授权：可以读写，不能改动办理记录、台账和封存，不能改动结构")


def show_grants(role: str) -> None:
    """Print the statements that give the role of the application its rights."""
    for statement in roles.grants(role):
        say(f"{statement};")


def verify_record(expect: str, witness: Path | None) -> None:
    """Print every difference between the rows and their record."""
    end(run(_verify(settings_from(), expect, witness)))


def _head(text: str) -> Head | SealHead:
    kind = SealHead if text.count("/") == 1 else Head
    try:
        return kind.parse(text)
    except ValueError:
        raise Refusal("--expect 不是见证头或者封存头；请原样写上以前核对时打印的那一行") from None


def _lines(settings: Settings, folder: Path | None) -> list[str]:
    """Return what was witnessed, from a folder that was named or that of the settings."""
    place = folder or settings.witness_dir
    if place is None:
        return []
    if not place.is_dir():
        raise Refusal(f"没有见证文件夹 {place}")
    return witnessed(place)


async def _verify(settings: Settings, expect: str, witness: Path | None) -> int:
    database = database_of(settings)
    try:
        await check_current(settings.url, newest=True)
        found = await look_over(database, settings, expect=expect, witness=witness)
    finally:
        await database.close()
    for line in found.lines():
        say(line)
    return CLEAN if found.clean else FINDINGS


def resting(number: str, *, everything: bool) -> None:
    """List the cases that the clock could not do, or let the next round try them again."""
    end(run(_resting(settings_from(), number, everything=everything)))


async def _resting(settings: Settings, number: str, *, everything: bool) -> int:
    office = office_of(settings)
    try:
        await check_current(settings.url)
        now = await office.demo_clock(wall_clock())
        if number or everything:
            released = await office.release_resting(now, number)
            say(f"已放行 {released} 件，下一轮到期处理会重新办理")
            return CLEAN
        found = await office.resting_cases(now)
    finally:
        await office.database.close()
    for case in found:
        since, until = (
            at.astimezone(TZ).isoformat(" ", "seconds") for at in (case.since, case.until)
        )
        say(f"{case.number}  搁置于 {since}，到 {until} 再试  {case.error}（{case.id}）")
    if not found:
        say("没有搁置的办件")
        return CLEAN
    note("原因按括号里的编号到日志里查；排除后用 --release 办件编号 或 --all 放行")
    return FINDINGS


async def look_over(
    database: Database, settings: Settings, *, expect: str = "", witness: Path | None = None
) -> Report:
    """Check a database and its files against their own record, what was witnessed, and a head that was printed before."""
    known = settings.demo or UNSAFE_AUDIT_KEY not in settings.audit_keys
    if not known:
        note("没有设置 YIJIANSHI_AUDIT_KEY：台账和当日的抽签没有核对，封存只用公开的密钥核对")
    return await verify(
        database,
        now=wall_clock(),
        notices=[notice.model_dump(mode="json") for notice in built_in()],
        standard=standard_document(),
        files=settings.files_dir,
        expect=_head(expect) if expect else None,
        secrets=settings.audit_keys if known else (),
        witness=_lines(settings, witness),
    )


PURGED_TITLES = {
    "answers": "过期的答复",
    "emptied": "清去内容的旧答复",
    "sessions": "结束的会话",
    "bulks": "过期的批量办理",
    "messages": "有早已发出的消息的办件",
    "drafts": "过期的草稿",
    "uploads": "没有用到的上传",
    "files": "无人使用的文件",
    "strays": "库里没有登记的文件",
    "incoming": "没有传完的文件",
    "bytes": "腾出的字节",
    "workers": "早已停止的进程",
    "quotas": "用满复原的配额",
}


def purge(*, dry_run: bool) -> None:
    """Delete what has outlived its term, and print how much of each kind."""
    settings = settings_from()

    async def work() -> dict[str, int]:
        office = office_of(settings)
        try:
            await check_current(settings.url)
            return await office.purge(wall_clock(), terms_of(settings), dry_run=dry_run)
        finally:
            await office.database.close()

    for kind, many in run(work()).items():
        say(f"{PURGED_TITLES[kind]}：{many}")
    if dry_run:
        note("只是清点，没有清除任何内容")


def rekey() -> None:
    """Seal what is kept for long with the newest secret, and say whose second factor no secret opens."""

    async def kept(office: Office) -> None:
        changed, lost = await office.keep_second_factors_anew()
        say(f"改用现在的密钥保存的动态码：{changed}")
        for name in lost:
            say(f"打不开，要重新设置：yijianshi account {name} --reset-second-factor")

    at_office(kept)


def account(name: str, /, *, password_stdin: bool, **facts: Any) -> None:
    """Create an account, or give an existing one these rights and this password."""
    _auditing_settings()  # before anybody types a password
    password = sys.stdin.readline().rstrip("\n") if password_stdin else _asked()

    async def create(office: Office) -> None:
        await office.require_person(name, facts["kind"], facts["subject"])
        await office.create_account(name, password, **facts)

    at_office(create)
    note(f"账号 {name} 可以登录了")


def set_active(name: str, *, active: bool) -> None:
    """Let an account in again, or keep it out."""
    at_office(lambda office: office.set_active(name, active=active))
    note(f"账号 {name} 已恢复，可以登录了" if active else f"账号 {name} 已停用，所有登录都已失效")


def reset_second_factor(name: str) -> None:
    """Take the second factor of an account away."""
    at_office(lambda office: office.reset_second_factor(name))
    note(f"账号 {name} 的动态码已取消，请本人登录后在「账号与安全」里重新设置")


def at_office(work: Callable[[Office], Awaitable[object]]) -> None:
    """Do one thing at an office on a current database."""
    settings = _auditing_settings()

    async def done() -> None:
        office = office_of(settings)
        try:
            await check_current(settings.url)
            await work(office)
        finally:
            await office.database.close()

    run(done())


def _auditing_settings() -> Settings:
    """Read the settings of who writes down what decides. Raises Refusal without an audit key."""
    settings = settings_from()
    if why := settings.audit_refusal():
        raise Refusal(why)
    return settings


def _asked() -> str:
    first = typer.prompt("密码", hide_input=True)
    if first != typer.prompt("再输一遍", hide_input=True):
        raise Refusal("两次输入的密码不一样")
    return str(first)


def security_log(account: str, case: str, days: int) -> None:
    """Print the security log of the last days, the oldest first; that it was printed stands in it too."""
    settings = settings_from()
    now = wall_clock()
    wanted = looked_for(account, case, "", local_date(now) - timedelta(days=days - 1), None)

    async def read() -> list[LogLine]:
        office = office_of(settings)
        try:
            await check_current(settings.url)
            return await office.whole_security_log(now, wanted)
        finally:
            await office.database.close()

    for line in run(read()):
        what, why = titles.SECURITY_FACTS[line.fact], titles.SECURITY_DETAILS[line.detail]
        at = line.at.astimezone(TZ).isoformat(timespec="seconds")
        where = f"{line.address}\t{line.request}"
        say(f"{at}\t{what}\t{line.account}\t{line.about}\t{line.part}\t{why}\t{where}")
