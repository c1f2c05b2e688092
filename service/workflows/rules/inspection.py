"""现场核查 — done by two officers or more: who went, when and where, point by point, signed by all and filed.

The record is a row of its own (`Inspection`). A check after a grant (事后核查) also says by its result which way it goes, and
the points must agree with that. Law: 行政许可法 34 ③, 61 ②; R-DEC-1, R-LIFE-6, R-NCP-9.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.workflows.actions import Carries, CaseAction, Data
from service.workflows.calendar import TZ, local_date
from service.workflows.case.columns import CheckedPoint, SignedBy
from service.workflows.case.inspections import CheckResult, Inspection
from service.workflows.case.parts import PHOTO, Item, Material
from service.workflows.case.situation import Actor, Move, sides
from service.workflows.definition.models.carried import CHECK_RESULTS
from service.workflows.definition.release import Release
from service.workflows.notices import matters
from service.workflows.notices.wording import Said, say_date
from service.workflows.proceedings import KINDS
from service.workflows.worksheet import Work

LEAST_OFFICERS = 2
LAW = "行政许可法 34"
FILING = "行政许可法 61"
SIGN = "sign_inspection"
LONGEST_NOTE = 500
AS_APPLIED = "现场情况与申请材料、承诺书一致"  # the one point of an item that names no conditions
AFTERWARDS = (
    "整改好以后可以报告，请求提前复查；期满也会复查。逾期没有改正，或者复查仍不符合的，认定为没有履行承诺，"
    "记入信用记录，不再适用告知承诺，并依法撤销{result}；违法的，依法处罚。"
)


# ---- what is carried -------------------------------------------------------------------------------------------


def points_of(release: Release, item: Item) -> list[str]:
    """Return what is looked at, point by point: the conditions of the item."""
    subject = release.subject(item.item)
    return list(subject.conditions) if subject and subject.conditions else [AS_APPLIED]


def moment(value: Any) -> str:
    """Return an instant with its time zone as ISO text. Raises DataInvalid."""
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise one_field("/data/checked_at", "请写明核查的时间，例如 2026-09-29T10:00+08:00")
    return at.isoformat()


def checklist(points: list[str], value: Any) -> list[CheckedPoint]:
    """Return the result of every point, in the order of the points; entries are {point: from 1, result, note}.

    Raises DataInvalid: a point is missing or said twice, what does not conform is not described, or nothing was looked at.
    """
    entries = value if isinstance(value, list) else []
    by_point = {e["point"]: e for e in entries if isinstance(e, Mapping) and _names_one(e, points)}
    if len(by_point) != len(points) or len(entries) != len(points):
        missing = [str(n) for n in range(1, len(points) + 1) if n not in by_point]
        which = f"还缺第 {'、'.join(missing)} 项" if missing else "有的写了两次"
        raise one_field("/data/checklist", f"审查要点共 {len(points)} 项，请逐项核查：{which}")
    found = [_checked(n, point, by_point[n]) for n, point in enumerate(points, 1)]
    if all(each["result"] == "na" for each in found):
        raise one_field("/data/checklist", "不能各项都不适用，请写明实际核查的内容")
    return found


def _names_one(entry: Mapping[str, Any], points: list[str]) -> bool:
    point = entry.get("point")
    return isinstance(point, int) and not isinstance(point, bool) and 1 <= point <= len(points)


def _checked(n: int, point: str, entry: Mapping[str, Any]) -> CheckedPoint:
    pointer, result = f"/data/checklist/{n - 1}", entry.get("result")
    if set(entry) - {"point", "result", "note"}:
        raise one_field(pointer, "每项只写 point、result、note")
    if not isinstance(result, str) or result not in CHECK_RESULTS:
        listed = "、".join(f"{code} {title}" for code, title in CHECK_RESULTS.items())
        raise one_field(pointer, f"第 {n} 项的结果写 {listed} 中的一个")
    note = entry.get("note") or ""
    if not isinstance(note, str) or len(note) > LONGEST_NOTE:
        raise one_field(pointer, f"说明最多 {LONGEST_NOTE} 个字")
    if result == "bad" and not note.strip():
        raise one_field(pointer, f"第 {n} 项不符合，请写明看到的情况")
    found: Literal["ok", "bad", "na"] = (
        "ok" if result == "ok" else "bad" if result == "bad" else "na"
    )
    return {"point": point, "result": found, "note": note.strip()}


# ---- who went, and what they found -----------------------------------------------------------------------------


def apply(work: Work, move: Move) -> None:
    """Keep who goes or went: they may not chair a hearing on the matter, and a later act may name the same.

    Raises DataInvalid where they are one person, no colleagues, barred from it, or not with the one who acts; or where
    the points do not agree with the result.
    """
    if "officers" not in move.data:
        return
    officers: list[str] = move.data["officers"]
    _refuse_officers(work, move, officers)
    if "checklist" in move.data:
        _refuse_moment(work, move)
        _refuse_contradiction(work, move)
    move.item.officers = officers


def _refuse_officers(work: Work, move: Move, officers: list[str]) -> None:
    told, item = work.situation, move.item
    persons = told.persons(officers)
    if len(persons) < LEAST_OFFICERS:
        raise one_field("/data/officers", "写的几个账号是同一个人，请写明另一名工作人员", law=LAW)
    strangers = [who for who in officers if not told.is_colleague(who, item.department)]
    if strangers:
        why = f"「{'、'.join(strangers)}」不是本部门在岗的工作人员，请写账号"
        raise one_field("/data/officers", why, law=LAW)
    if "findings" in move.data and move.actor.account not in officers:
        raise one_field("/data/officers", "记录核查的人应当是参加核查的人员之一", law=LAW)
    barred = (
        told.persons([item.reviewer]) if item.parent and KINDS[item.lifecycle].barred else set()
    )
    if persons & barred:
        raise one_field("/data/officers", "先前作出决定的人不能参加核查，请换人", law=LAW)
    case = work.case
    if case.account in officers or persons & sides(case):
        raise one_field("/data/officers", "申请人本人不能参加核查（回避）", law=LAW)


def _refuse_moment(work: Work, move: Move) -> None:
    """Refuse a check that is still to come, or that was before there was anything to check."""
    at = datetime.fromisoformat(move.data["checked_at"])
    begun = move.item.received_at
    if at > work.situation.now or (begun and at < begun.replace(second=0, microsecond=0)):
        raise one_field("/data/checked_at", "核查的时间不能早于本程序开始，也不能晚于现在")


def _refuse_contradiction(work: Work, move: Move) -> None:
    """Refuse a result of the check after that its own points do not bear out."""
    if not move.item.parent:
        return
    passes = work.machine(move.item).states[move.transition.to].final == "passed"
    found = _result(move.data["checklist"])
    title = move.transition.title
    if passes and found == "not_conforming":
        raise one_field("/data/checklist", f"有不符合的要点，不能「{title}」", law=FILING)
    if not passes and found == "conforming":
        why = f"没有不符合的要点，不能「{title}」；请逐项核对"
        raise one_field("/data/checklist", why, law=FILING)


def _result(points: list[CheckedPoint]) -> CheckResult:
    return "not_conforming" if any(each["result"] == "bad" for each in points) else "conforming"


def moved(work: Work, move: Move) -> None:
    """Write the record of a check down, signed by who acts; the others who went sign after."""
    if "checklist" not in move.data:
        return
    data, actor = move.data, move.actor
    names = {actor.account: actor.name or work.situation.name_of(actor.account)}
    officers = [
        {"account": who, "name": names.get(who) or work.situation.name_of(who)}
        for who in dict.fromkeys(data["officers"])
    ]
    n = len(work.case.inspections) + 1
    work.case.inspections[n] = record = Inspection(
        n=n,
        item=move.item.item,
        action=move.transition.action,
        checked_at=datetime.fromisoformat(data["checked_at"]),
        place=data["place"],
        officers=officers,  # type: ignore[arg-type]  # {account, name} each
        points=data["checklist"],
        findings=data["findings"],
        result=_result(data["checklist"]),
        recorded_at=work.at,
        photos=[each["file"] for each in data.get("photos", ())],
        public=_is_public(work, move.item),
    )
    for photo in data.get("photos", ()):
        at = len(work.case.materials) + 1
        work.case.materials[at] = Material(
            at,
            PHOTO,
            "upload",
            work.at,
            actor.account,
            file=photo["file"],
            name=photo["name"],
            reference=move.item.item,
        )
    _sign(work, record, actor)


def _is_public(work: Work, item: Item) -> bool:
    """Tell whether the public may read it: the check after a grant, of a promise that is public itself."""
    promise = work.case.commitments.get(item.parent)
    return promise is not None and promise.public


def last_of(work: Work, item: str) -> Inspection | None:
    """Return the newest record of a check of an item; None where there is none."""
    found = [each for each in work.case.inspections.values() if each.item == item]
    return found[-1] if found else None


# ---- signing ---------------------------------------------------------------------------------------------------


def _sign(work: Work, record: Inspection, actor: Actor) -> None:
    """Add a signature; with the last one the record is filed."""
    names = {each["account"]: each["name"] for each in record.officers}
    signed: SignedBy = {
        "account": actor.account,
        "name": actor.name or names[actor.account],
        "at": work.at.isoformat(),
    }
    record.signatures = [*record.signatures, signed]
    have = {each["account"] for each in record.signatures}
    record.awaits = next((account for account in names if account not in have), "")
    if not record.awaits:
        record.filed_on = work.today


def _one_who_went(work: Work, actor: Actor) -> None:
    went = {who["account"] for each in work.case.inspections.values() for who in each.officers}
    if not actor.officer or actor.account not in went:
        raise NotPermitted("只有参加核查的人员可以在核查记录上签字", action=SIGN)


def _not_signed_yet(work: Work, actor: Actor, _: str) -> None:
    if not _open_for(work, actor):
        why = "没有等您签字的核查记录"
        raise ActionNotAllowed(why, action=SIGN, state=work.case.state, law=FILING)


def _open_for(work: Work, actor: Actor) -> list[Inspection]:
    return [each for each in work.case.inspections.values() if each.awaits == actor.account]


def _sign_all(work: Work, _: Data, actor: Actor) -> None:
    for record in _open_for(work, actor):
        _sign(work, record, actor)
        told = {"inspection": record.n, "filed": record.filed_on is not None}
        work.log(SIGN, actor, item=record.item, law=FILING, data=told)


def confirmed(_: object, value: Any) -> bool:
    """Take nothing but the officer's own yes."""
    if value is not True:
        raise one_field("/data/confirmed", "请确认核查记录属实并签字", law=FILING)
    return True


SIGN_INSPECTION = CaseAction(
    name=SIGN,
    title="在核查记录上签字",
    by=_one_who_went,
    when=_not_signed_yet,
    do=_sign_all,
    carries=(Carries("confirmed", confirmed),),
)


# ---- what is said of it ----------------------------------------------------------------------------------------


def says(work: Work, move: Move, name: str) -> Said | None:
    """Say on the paper of a check what was checked, by whom, when and where; on an order what to put right, and what follows."""
    kind, record = move.transition.notice, last_of(work, move.item.item)
    if kind == "inspection" and "officers" in move.data:
        names = "、".join(work.situation.name_of(who) for who in move.data["officers"])
        return Said(adds=f"指派的核查人员：{names}。")
    if record is None or kind not in ("follow_up_result", "rectification"):
        return None
    on = say_date(local_date(record.checked_at))
    at = record.checked_at.astimezone(TZ)
    who = "、".join(each["name"] for each in record.officers)
    went = f"{on}{at.hour}时{at.minute:02}分，核查人员{who}到{record.place}对{name}进行了核查。"
    checked = [_line(each) for each in record.points]
    if kind == "follow_up_result":
        text = f"{went}核查结果：{move.transition.title}。{record.findings}"
        return Said(text, more={"checked": checked})
    reasons = move.data.get("reasons", [])
    why = "；".join(
        each["title"] + (f"（依据：{each['basis']}）" if each.get("basis") else "")
        for each in reasons
    )
    text = f"{went}发现下列情况与承诺不符，责令在{move.data['days']}个工作日内改正。理由：{why}。"
    failed = [_line(each) for each in record.points if each["result"] == "bad"]
    subject = work.release.subject(move.item.item)
    result = matters.RESULTS[subject.category if subject else "licence"]
    return Said(
        text, note=AFTERWARDS.format(result=result), more={"points": failed, "checked": checked}
    )


def _line(point: CheckedPoint) -> str:
    said = f"{point['point']}：{CHECK_RESULTS[point['result']]}"
    return f"{said}（{point['note']}）" if point["note"] else said
