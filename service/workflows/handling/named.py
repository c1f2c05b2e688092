"""携带的用语 — what an action carries that is a word of a closed list, or names people; each checked by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.errors import one_field
from service.workflows.application.fieldtypes import check_value, type_of
from service.workflows.case.parts import Case, Item
from service.workflows.definition.models import Transition, VocabularyField
from service.workflows.definition.models.carried import NO_STANDARD, SELECTED, SEVERITIES
from service.workflows.definition.models.terms import AFFECTS, BOTH, PROCEDURES
from service.workflows.definition.release import Release

LONGEST_NAME = 100
MONEY = VocabularyField(title="金额", type="money", min=0)
MOST_PARTIES = 50


@dataclass(frozen=True, slots=True)
class Desk:
    """What a check may look at."""

    release: Release
    case: Case
    item: Item
    transition: Transition
    data: Mapping[str, Any]


def standard(desk: Desk, value: Any) -> str:
    """Return the standard that is not met: one of those the item names. Raises DataInvalid."""
    definition = desk.release.items.get(desk.item.item)
    known = definition.inspection.standards if definition and definition.inspection else []
    if value not in (*known, NO_STANDARD):
        listed = "；".join(known)
        raise one_field(
            "/data/standard",
            f"请写明不符合哪一项技术标准、技术规范：{listed}；不是根据检测结果不予许可的写 {NO_STANDARD}",
            law="行政许可法 55",
        )
    return str(value)


def selected(_: Desk, value: Any) -> str:
    """Return whether the applicant was chosen or passed. Raises DataInvalid."""
    if not isinstance(value, str) or value not in SELECTED:
        listed = "、".join(f"{code}（{title}）" for code, title in SELECTED.items())
        raise one_field("/data/selected", f"结果写 {listed} 中的一个", law="行政许可法 53、54")
    return value


def amount(_: Desk, value: Any) -> float:
    """Return an amount of money with at most two decimals. Raises DataInvalid."""
    given = type_of(MONEY).read(MONEY, value) if isinstance(value, str) else value
    number, wrong = check_value(MONEY, given)
    if wrong or number <= 0 or round(number, 2) != number:
        raise one_field("/data/amount", "金额写元，如 80 或 80.50")
    return float(number)


def procedure(_: Desk, value: Any) -> str:
    """Return one of the eight procedures that stop the limit. Raises DataInvalid."""
    if not isinstance(value, str) or value not in PROCEDURES:
        listed = "、".join(f"{code}（{title}）" for code, title in PROCEDURES.items())
        raise one_field(
            "/data/procedure", f"只有这八种特别程序可以停表：{listed}", law="行政许可法 45"
        )
    return value


def affects(_: Desk, value: Any) -> str:
    """Return which limits its time is not counted in. Raises DataInvalid."""
    if value in (None, ""):
        return BOTH
    if not isinstance(value, str) or value not in AFFECTS:
        listed = "、".join(f"{code}（{title}）" for code, title in AFFECTS.items())
        raise one_field("/data/affects", f"写 {listed} 中的一个", law="行政许可法 45")
    return value


def pause(desk: Desk, value: Any) -> str:
    """Return what stops the promise: one of the region's. Raises DataInvalid."""
    stops = desk.release.directory.policy.promise_stops
    if not isinstance(value, str) or value not in stops:
        listed = "、".join(f"{code}（{stop.title}）" for code, stop in stops.items())
        raise one_field("/data/pause", f"本地可以暂停承诺时限的情形：{listed or '没有'}")
    return value


def parties(desk: Desk, value: Any) -> list[dict[str, str]]:
    """利害关系人: {name, contact} each; must be named where the item concerns third parties (R-DEC-2)."""
    definition = desk.release.items.get(desk.item.item)
    value = [] if value is None else value
    if not isinstance(value, list) or len(value) > MOST_PARTIES:
        raise one_field("/data/parties", f"请列出利害关系人，最多 {MOST_PARTIES} 位")
    if not value and definition and definition.hearing and definition.hearing.third_parties:
        raise one_field(
            "/data/parties", "本事项直接关系他人重大利益，请写明利害关系人", law="行政许可法 36"
        )
    for index, party in enumerate(value):
        given = party if isinstance(party, dict) and set(party) == {"name", "contact"} else {}
        said = [
            text
            for text in given.values()
            if isinstance(text, str) and 0 < len(text.strip()) <= LONGEST_NAME
        ]
        if len(said) != 2:
            raise one_field(
                f"/data/parties/{index}",
                f"请写明姓名（名称）和联系方式，各不超过 {LONGEST_NAME} 个字",
            )
    return [{name: party[name].strip() for name in ("name", "contact")} for party in value]


def party(desk: Desk, value: Any) -> int:
    """Return which of the third parties, counted from 1."""
    many = len(desk.item.third_parties)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= many:
        raise one_field("/data/party", f"请写明是第几位利害关系人（共 {many} 位）")
    return value


def pledge(_: Desk, value: Any) -> bool:
    """Return that the pledge was made. Raises DataInvalid."""
    if value is not True:
        raise one_field("/data/pledge", "请确认作出信用承诺")
    return True


def severity(_: Desk, value: Any) -> str:
    """Return how grave a breach is. Raises DataInvalid."""
    if not isinstance(value, str) or value not in SEVERITIES:
        raise one_field("/data/severity", "失信程度写 minor 轻微、ordinary 一般或 serious 严重")
    return value
