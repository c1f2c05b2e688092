"""运行命令 — what can be said on the command line to run the service; the service itself is loaded only then."""

from typing import Annotated, Literal

import typer

Port = Annotated[int | None, typer.Option(min=0, max=65535, help="监听的端口，默认 8000", show_default=False)]
Host = Annotated[str, typer.Option(help="监听的地址，默认 127.0.0.1", show_default=False)]
Kind = Literal["clerk", "applicant", "portal", "admin", "supervisor"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(help="启动演示：样例城市、账号、各种状态的办件、可以往后拨的时钟")(demo)
    app.command(help="启动服务（接口和页面；用 SQLite 时也处理到期）")(serve)
    app.command(help="启动到期处理进程（用 PostgreSQL 时另开，可以开几个）")(work)
    app.command(help="把数据库升级到最新的结构")(migrate)
    app.command(help="核对全部办理记录：有没有被改动，与各行是否一致")(verify)
    app.command(help="建立账号，或者重设它的密码、部门和岗位")(account)


def demo(
    now: Annotated[
        str, typer.Option(help="演示从哪个时刻开始，如 2026-11-05T09:00+08:00；默认为现在", show_default=False)
    ] = "",
    port: Port = 8000,
    host: Host = "127.0.0.1",
    fresh: Annotated[bool, typer.Option("--fresh", help="删去上次的演示数据，重新开始")] = False,
) -> None:
    """Serve the sample city until told to stop."""
    from service.commands.demo import demo

    demo(now, 8000 if port is None else port, host, fresh=fresh)


def serve(host: Host = "", port: Port = None) -> None:
    """Serve until told to stop."""
    from service.commands import serving

    given = {"host": host or None, "port": port}
    serving.serve(**{name: value for name, value in given.items() if value is not None})


def work() -> None:
    """Work until told to stop."""
    from service.commands import serving

    serving.work_on()


def migrate() -> None:
    """Bring the database to the newest schema."""
    from service.commands import upkeep

    upkeep.migrate_database()


def verify(
    expect: Annotated[
        str, typer.Option(help="以前核对时打印并另行保存的见证头：证明此前的记录没有被改动", show_default=False)
    ] = "",
) -> None:
    """Print every difference between the rows and their record."""
    from service.commands import upkeep

    upkeep.verify_record(expect)


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
    from service.commands import upkeep

    rights = {"name": title or name, "kind": kind, "department": department, "posts": post or [], "subject": subject}
    upkeep.account(name, password_stdin=password_stdin, **rights)
