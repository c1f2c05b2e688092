"""名称 — the Chinese words for codes, so that whoever shows a guide needs no code."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from service.workflows.authoring.checks.conditions import APPLICANTS, HANDLING
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import BUILT_IN_POSTS
from service.workflows.definition.release import Release
from service.workflows.notices import matters

CATEGORIES: Mapping[str, str] = {str(code): title for code, title in matters.TITLES.items()}
ORIGINS: Mapping[str, str] = {
    "upload": "上传",
    "share": "数据共享",
    "certificate": "电子证照",
    "generated": "系统生成",
    "commitment": "告知承诺替代",
}
# The applicant chooses (R-ACC-1).
CHANNELS: Mapping[str, str] = {"online": "网上办理", "counter": "政务服务大厅窗口办理"}


def coded(code: str, titles: Mapping[str, str]) -> dict[str, str]:
    """Return {code, title}."""
    return {"code": code, "title": titles.get(code, code)}


def applicant_type(code: str) -> dict[str, str]:
    """Return the kind of applicant as {code, title}."""
    return coded(code, APPLICANTS)


def handling(code: str) -> dict[str, str]:
    """Return the way an item is handled as {code, title}."""
    return coded(code, HANDLING)


def item(release: Release, code: str) -> dict[str, str]:
    """Return an item as {code, title}."""
    return {"code": code, "title": release.items[code].title}


def department(release: Release, code: str) -> dict[str, str]:
    """Return a department as {code, title}."""
    return coded(code, release.directory.departments)


def post(release: Release, code: str) -> dict[str, str]:
    """Return a post as {code, title}."""
    return coded(code, {**BUILT_IN_POSTS, **release.directory.posts})


def material(release: Release, code: str) -> dict[str, str]:
    """Return a material as {code, title}."""
    return {"code": code, "title": release.vocabulary.materials[code].title}


def length(text: str | None) -> dict[str, str] | None:
    """Return a limit as {limit: "13wd", title: "13个工作日"}."""
    return {"limit": text, "title": Duration.parse(text).title()} if text else None


def window(release: Release, department: str) -> dict[str, str] | None:
    """Return where a department receives people as {title, address, phone, hours}."""
    found = release.directory.window_of(department)
    if found is None:
        return None
    return {
        "title": found.title or "",
        "address": found.address or "",
        "phone": found.phone or "",
        "hours": found.hours or "",
    }


def iso(day: date | None) -> str | None:
    """Return a legal date as text."""
    return day.isoformat() if day else None


def amount(value: float) -> str:
    """Say an amount of money."""
    return f"{value:g}元" if value else "不收费"


def joined(values: Iterable[Mapping[str, Any]]) -> str:
    """Join the titles of several things; a title may itself hold a 、."""
    return "；".join(str(value["title"]) for value in values)
