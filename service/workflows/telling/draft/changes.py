"""规则变了什么 — a draft begun under other rules: what is different for this applicant, in Chinese."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from service.errors import DataInvalid
from service.workflows.definition.release import Release

Part = Mapping[str, Any]


def changes(before: Release, guided: Callable[[Release], Part], now: Part) -> list[str]:
    """Say what the rules ask now that those of `before` did not, and the other way round."""
    try:
        then = guided(before)
    except DataInvalid:  # it was not complete under the rules of then either: nothing to compare
        return []
    return list(_differences(then, now))


def _differences(then: Part, now: Part) -> Iterator[str]:
    yield from _listed(then, now, "items", "现在还要办", "现在不用办")
    yield from _listed(then, now, "materials", "现在还要交", "现在不用交")
    was, is_ = then["form"]["properties"], now["form"]["properties"]
    if new := [is_[name]["title"] for name in is_ if name not in was]:
        yield f"现在还要填：{'；'.join(new)}"
    if gone := [was[name]["title"] for name in was if name not in is_]:
        yield f"现在不用填：{'；'.join(gone)}"
    if then["limits"]["promised"] != now["limits"]["promised"]:
        yield f"承诺办结的时间由{then['limits']['promised_title']}改为{now['limits']['promised_title']}"
    if then["fees"]["total"] != now["fees"]["total"]:
        yield f"费用由{then['fees']['title']}改为{now['fees']['title']}"
    yield from _texts(then, now)


def _listed(then: Part, now: Part, part: str, more: str, less: str) -> Iterator[str]:
    was = {entry["code"]: entry["title"] for entry in then[part]}
    is_ = {entry["code"]: entry["title"] for entry in now[part]}
    if new := [title for code, title in is_.items() if code not in was]:
        yield f"{more}：{'；'.join(new)}"
    if gone := [title for code, title in was.items() if code not in is_]:
        yield f"{less}：{'；'.join(gone)}"


def _texts(then: Part, now: Part) -> Iterator[str]:
    was = {item["code"]: item["commitment"] for item in then["items"]}
    for item in now["items"]:
        old, new = was.get(item["code"]), item["commitment"]
        if old and new and old["text"] != new["text"]:
            yield f"「{item['title']}」的告知承诺书换了新的文本，请重新阅读"
