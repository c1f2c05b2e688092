"""运行命令 — what can be said on the command line to run the service; the service itself is loaded only then."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from service.commands import heap

Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="监听的端口，默认 8000", show_default=False)
]
Host = Annotated[str, typer.Option(help="监听的地址，默认 127.0.0.1", show_default=False)]
Kind = Literal["clerk", "applicant", "portal", "admin", "supervisor"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(help="启动演示：样例城市、账号、各种状态的办件、可以往后拨的时钟")(demo)
    app.command(help="启动服务（接口和页面；用 SQLite 时也处理到期）")(serve)
    app.command(help="启动到期处理进程（用 PostgreSQL 时另开，可以开几个）")(work)
    app.command(help="把数据库升级到最新的结构")(migrate)
    app.command(help="备份数据库和上传的文件，并先核对一遍")(backup)
    app.command(help="把备份恢复到空的地方，并与备份时的见证头核对")(restore)
    app.command(help="列出收件：编号、时刻、申请人，供另处留存")(receipts)
    app.command(help="恢复以后，名单上有而库里没有的收件：要通知谁重新提交")(missing)
    app.command(help="发布定义包；以前发布过的内容重新生效")(publish)
    app.command(help="列出一件事的各个发布版，什么时候由谁生效")(releases)
    app.command(help="检查设置、数据库、到期处理进程和积压，有问题时退出码为 1")(check)
    app.command(help="清除超过保存期限的内容；到期处理进程每天也自动清除一次")(purge)
    app.command(help="换密钥以后，把动态码改用现在的 YIJIANSHI_SECRET 保存")(rekey)
    app.command(help="打印服务所用数据库角色的授权语句，交给数据库管理员")(roles)
    app.command(help="核对全部办理记录：有没有被改动，与各行是否一致")(verify)
    app.command(help="列出搁置的办件（到期处理没有办成的），或者放行，让下一轮重新处理")(resting)
    app.command(help="建立账号，或者重设它的密码、部门和岗位；停用、恢复账号，取消动态码")(account)
    app.command("security-log", help="打印安全日志：谁登录过、被拒绝过、看了哪件办件")(security_log)


def demo(
    now: Annotated[
        str,
        typer.Option(
            help="演示从哪个时刻开始，如 2026-11-05T09:00+08:00；默认为现在", show_default=False
        ),
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
    with heap.loading():
        from service.commands import serving

    given = {"host": host or None, "port": port}
    serving.serve(**{name: value for name, value in given.items() if value is not None})


def work() -> None:
    """Work until told to stop."""
    with heap.loading():
        from service.commands import serving

    serving.work_on()


def migrate(
    mark_files: Annotated[
        bool,
        typer.Option(
            "--mark-files",
            help="把现在的文件夹认作本系统的（换了文件夹、文件夹丢失之后才用）",
        ),
    ] = False,
    app_role: Annotated[
        str,
        typer.Option(help="给这个数据库角色授予服务所需的权限（PostgreSQL）", show_default=False),
    ] = "",
    alone: Annotated[
        bool,
        typer.Option(
            "--alone",
            help="上一版本的进程都已停止：办理记录从此只写变动之处，上一版本的程序不能再用",
        ),
    ] = False,
) -> None:
    """Bring the database to the newest schema."""
    from service.commands import upkeep

    upkeep.migrate_database(app_role, mark_files=mark_files, alone=alone)


def roles(
    role: Annotated[str, typer.Argument(metavar="角色", help="服务所用的数据库角色")],
) -> None:
    """Print the statements that give the role of the application its rights."""
    from service.commands import upkeep

    upkeep.show_grants(role)


def backup(
    folder: Annotated[
        Path, typer.Argument(metavar="文件夹", help="存放各次备份的文件夹", show_default=False)
    ],
) -> None:
    """Make one more backup."""
    from service.commands import backups

    backups.back_up(folder)


def restore(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="备份", help="一次备份，或存放备份的文件夹（取最新的）", show_default=False
        ),
    ],
    into: Annotated[str, typer.Option(help="空的数据库的地址", show_default=False)],
    files: Annotated[Path, typer.Option(help="空的文件夹，放上传的文件", show_default=False)],
) -> None:
    """Put a backup into an empty place and prove it."""
    from service.commands import backups

    backups.restore(folder, into, files)


def receipts(
    since: Annotated[
        str, typer.Option(help="从哪一天起，如 2026-11-05；默认全部", show_default=False)
    ] = "",
) -> None:
    """Print who was given which receipt."""
    from service.commands import backups

    backups.list_receipts(since)


def missing(
    listed: Annotated[
        Path, typer.Argument(metavar="名单", help="每行有一个收件编号的文件", show_default=False)
    ],
) -> None:
    """Print the lines of a list whose receipts are not there."""
    from service.commands import backups

    backups.missing(listed)


def publish(
    packs: Annotated[
        list[Path], typer.Argument(metavar="定义包", help="定义包文件夹", show_default=False)
    ],
    by: Annotated[str, typer.Option(help="谁决定发布的，记入施行记录")] = "admin",
) -> None:
    """Publish packs; content that was published before comes back into force."""
    from service.commands import serving

    serving.publish_packs(packs, by)


def releases(
    bundle: Annotated[
        str, typer.Argument(metavar="一件事", help="代码，如 open-restaurant", show_default=False)
    ],
) -> None:
    """Print the releases of a bundle."""
    from service.commands import serving

    serving.list_releases(bundle)


def check(
    worker: Annotated[
        bool, typer.Option("--worker", help="只看本机的到期处理进程有没有报到，供健康检查用")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
) -> None:
    """Print what was looked at, and whether it is well."""
    from service.commands import checking

    checking.check(worker=worker, as_json=as_json)


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只清点，不清除")] = False,
) -> None:
    """Delete what has outlived its term."""
    from service.commands import upkeep

    upkeep.purge(dry_run=dry_run)


def rekey() -> None:
    """Seal what is kept for long with the newest secret."""
    from service.commands import upkeep

    upkeep.rekey()


def verify(
    expect: Annotated[
        str,
        typer.Option(
            help="以前核对时打印并另行保存的见证头：证明此前的记录没有被改动", show_default=False
        ),
    ] = "",
    witness: Annotated[
        Path | None,
        typer.Option(
            help="见证文件夹：与其中的每一次封存比较；默认用 YIJIANSHI_WITNESS_DIR",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print every difference between the rows and their record."""
    from service.commands import upkeep

    upkeep.verify_record(expect, witness)


def resting(
    release: Annotated[
        str, typer.Option(metavar="办件编号", help="放行这一件", show_default=False)
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="放行全部")] = False,
) -> None:
    """List the cases that the clock could not do, or let it try them again."""
    from service.commands import upkeep

    upkeep.resting(release, everything=everything)


Active = Annotated[
    bool | None,
    typer.Option(
        "--active/--inactive",
        help="只停用或者恢复账号，别的不变；所有登录马上失效",
        show_default=False,
    ),
]
ResetCode = Annotated[
    bool,
    typer.Option(
        "--reset-second-factor", help="只取消动态码（手机和恢复码都丢了），由本人重新设置"
    ),
]


def account(
    name: Annotated[str, typer.Argument(metavar="账号", help="登录用的名字", show_default=False)],
    kind: Annotated[
        Kind, typer.Option(help="种类：工作人员、申请人、门户、管理员、监督员")
    ] = "clerk",
    title: Annotated[str, typer.Option(help="姓名或名称；默认同账号", show_default=False)] = "",
    department: Annotated[str, typer.Option(help="部门代码，如 scjg", show_default=False)] = "",
    post: Annotated[
        list[str] | None, typer.Option(help="岗位代码，可以写几个", show_default=False)
    ] = None,
    subject: Annotated[
        str,
        typer.Option(
            help="本人或本单位的证件号码；工作人员、管理员、监督员写本人的身份证号码",
            show_default=False,
        ),
    ] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="从标准输入读密码，供脚本用")
    ] = False,
    active: Active = None,
    reset_second_factor: ResetCode = False,
) -> None:
    """Create an account, or give an existing one these rights and this password; or let it in, keep it out."""
    from service.commands import upkeep

    if active is not None:
        upkeep.set_active(name, active=active)
    if reset_second_factor:
        upkeep.reset_second_factor(name)
    if active is not None or reset_second_factor:
        return
    rights = {
        "name": title or name,
        "kind": kind,
        "department": department,
        "posts": post or [],
        "subject": subject,
    }
    upkeep.account(name, password_stdin=password_stdin, **rights)


def security_log(
    account: Annotated[str, typer.Option(help="只看这个账号的", show_default=False)] = "",
    case: Annotated[str, typer.Option(help="只看这件办件的（编号）", show_default=False)] = "",
    days: Annotated[int, typer.Option(min=1, max=36500, help="最近多少天")] = 7,
) -> None:
    """Print the security log, the oldest first."""
    from service.commands import upkeep

    upkeep.security_log(account, case, days)
