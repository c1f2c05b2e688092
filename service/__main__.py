"""命令行 — puts the service together; whatever goes wrong, a person gets one clear sentence."""

import logging
import os
import sys

import typer

from service.commands import heap
from service.commands.outcome import USAGE, Refusal, note
from service.errors import ServiceError

with heap.loading():
    from service.commands import packs, running

app = typer.Typer(
    name="yijianshi",
    help="一件事一次办 流程引擎",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (running, packs):
    commands.register(app)


@app.callback()
def yijianshi() -> None:
    """一件事一次办 流程引擎：YAML 写的一件事，由牵头部门和配合部门限时办结。"""


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code: 0 clean, 1 findings, 2 usage or surroundings."""
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        return int(app(arguments, standalone_mode=False) or 0)
    except Refusal as refusal:
        note(str(refusal))
    except ServiceError as error:
        told = [error.detail, *(each["detail"] for each in error.facts.get("errors", []))]
        note("\n".join(dict.fromkeys(told)))
    except (KeyboardInterrupt, typer.Abort):
        note("已停止")
        return 130
    except OSError as error:
        note(f"读写失败：{error.filename or ''} {error.strerror or error}".replace("  ", " "))
    except Exception as error:
        if hasattr(error, "format_message"):  # typer's own complaint about what was typed
            note(f"命令写法不对：{error.format_message()}\n用 yijianshi --help 查看用法")
        elif os.environ.get("YIJIANSHI_LOG_LEVEL", "").lower() == "debug":
            logging.getLogger("yijianshi").exception("internal error")
        else:
            note(
                f"程序内部出错（{type(error).__name__}）。请设置 YIJIANSHI_LOG_LEVEL=debug 再运行一次，把输出交给维护人员"
            )
    return USAGE


if __name__ == "__main__":
    main()
