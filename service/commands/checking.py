"""检查命令 — what a start would refuse, and what an operator has to know, each with its name."""

import json
import socket

from service.commands.outcome import CLEAN, FINDINGS, Refusal, end, say
from service.commands.serving import refuse_demonstration, unknown_persons
from service.commands.upkeep import office_of, run, settings_from
from service.errors import ServiceError
from service.office import Check
from service.settings import Settings
from service.worker import wall_clock

TITLES = {
    "settings": "设置",
    "database": "数据库",
    "worker": "到期处理",
    "workers": "到期处理",
    "persons": "账号的人",
    "due": "到期未办",
    "resting": "搁下的办件",
    "outbox": "待发消息",
    "calendar": "工作日历",
    "disk": "磁盘",
    "role": "数据库角色",
    "witness": "对外见证",
}


def check(*, worker: bool, as_json: bool) -> None:
    """Print what was looked at; leave with 1 when something is not well. Warnings are no failure."""
    settings = settings_from()
    found = run(_checked(settings, socket.gethostname() if worker else ""))
    if as_json:
        say(json.dumps([each._asdict() for each in found], ensure_ascii=False))
    else:
        for each in found:
            mark = "✓" if each.ok else "！" if each.warning else "✗"
            say(f"{mark} {TITLES.get(each.name, each.name)}：{each.detail}")
    end(CLEAN if all(each.ok or each.warning for each in found) else FINDINGS)


async def _checked(settings: Settings, host: str) -> list[Check]:
    why = settings.refusal()
    found = [] if host else [Check("settings", ok=not why, detail=why or "可用")]
    office = office_of(settings)
    try:
        found += await office.checks(wall_clock(), host)
        if found[-1].name != "database" and not host:
            found += await office.witness_checks(wall_clock())
            unknown = await unknown_persons(office)
            detail = unknown or "每个工作人员账号都知道是谁"
            found.append(Check("persons", ok=not unknown, warning=True, detail=detail))
            if not settings.demo:
                await refuse_demonstration(office)
    except (Refusal, ServiceError) as refusal:
        found.append(Check("database", ok=False, detail=str(refusal)))
    finally:
        await office.database.close()
    return found
