"""动作携带的内容 — each thing an action `needs` is checked once, with a pointer to the field that is wrong."""

from collections.abc import Mapping
from typing import Any, cast

from service.errors import one_field
from service.workflows import actions
from service.workflows.actions import Check
from service.workflows.application import in_hand, needed, questions, reasons
from service.workflows.case.columns import CheckedPoint, Point
from service.workflows.case.parts import Item
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import Transition, VocabularyReason
from service.workflows.definition.models.terms import (
    COMPETENCE,
    GROUNDS,
    STILL_DEFECTIVE,
)
from service.workflows.definition.release import Release
from service.workflows.handling import named
from service.workflows.handling.named import Desk
from service.workflows.proceedings import KINDS
from service.workflows.proceedings import revocation as revoking
from service.workflows.rules import inspection, payment, revocation

MOST_PHOTOS = 20
LONGEST_SPECIAL = 365
ARRANGED = "inspection"  # the paper of whoever arranges a check on the spot


def checked(desk: Desk) -> dict[str, Any]:
    """Return the action's data, complete and of the right shape.

    Raises:
        DataInvalid: something needed is missing, something given is wrong, or a key nobody reads is present.
    """
    unread = [
        {"pointer": f"/data/{key}", "detail": f"「{desk.transition.title}」用不到「{key}」"}
        for key in desk.data
        if key not in CHECKS
    ]
    needs = needs_of(desk.release, desk.item, desk.transition)
    names = [*needs, *(key for key in desk.data if key not in needs and key in CHECKS)]
    return actions.checked(desk, desk.data, [(name, CHECKS[name]) for name in names], unread)


def needs_of(release: Release, item: Item, transition: Transition) -> list[str]:
    """Return what an action on an item must carry: what its lifecycle says, and the officers where the law names two."""
    needs: list[str] = list(transition.needs)
    if "officers" not in needs and (
        _checked_together(release, item, transition) or _assigns(release, item, transition)
    ):
        needs.append("officers")
    for name in payment.carries(release, item, transition):
        if name not in needs:
            needs.append(name)
    if "standard" not in needs and _names_standard(release, item, transition):
        needs.append("standard")
    return needs


def _names_standard(release: Release, item: Item, transition: Transition) -> bool:
    """检验、检测、检疫: who refuses on it says which standard is not met (行政许可法 55 ③)."""
    definition = release.items.get(item.item)
    tested = bool(definition and definition.inspection and definition.inspection.standards)
    return tested and reasons.use_of(release, item, transition) == "refusal"


def _checked_together(release: Release, item: Item, transition: Transition) -> bool:
    """A check after by two or more names its officers: those drawn, unless others are named (R-SUP-1)."""
    subject = release.subject(item.item)
    check = subject.commitment.follow_up if subject and subject.commitment else None
    drawn = bool(item.parent) and KINDS[item.lifecycle].drawn
    return drawn and check is not None and check.inspectors > 1 and "inspector" in transition.actors


def _assigns(release: Release, item: Item, transition: Transition) -> bool:
    """检验、检测、检疫: who arranges the check names the two who go (行政许可法 55)."""
    definition = release.items.get(item.item)
    return bool(definition and definition.inspection and transition.notice == ARRANGED)


def _reasons(desk: Desk, value: Any) -> list[Point]:
    """Return the points; a reason is a code of the catalogue, one for this kind of action, or own words."""
    if not isinstance(value, list) or not value:
        raise one_field("/data/reasons", "请至少选择一条理由")
    if _still_defective(desk):
        pointers = (f"/data/reasons/{index}" for index in range(len(value)))
        return [
            reasons.told_again(desk.item, at, each)
            for at, each in zip(pointers, value, strict=True)
        ]
    offered = reasons.offered(desk.release, desk.case, desk.item, desk.transition)
    return [_reason(desk, offered, index, entry) for index, entry in enumerate(value)]


def _still_defective(desk: Desk) -> bool:
    """补正以后仍不符合: its reasons are the points that were told, for nothing else turns anybody away."""
    declines = reasons.declines(desk.release, desk.item, desk.transition)
    return declines and desk.data.get("ground") == STILL_DEFECTIVE


def _reason(desk: Desk, offered: Mapping[str, VocabularyReason], index: int, entry: Any) -> Point:
    pointer = f"/data/reasons/{index}"
    if isinstance(entry, str):
        if entry not in offered:
            reasons.refuse(desk.release, desk.case, desk.item, desk.transition, pointer, entry)
        known = offered[entry]
        return _point(
            entry, known.title, material=known.material, field=known.field, basis=known.basis
        )
    if isinstance(entry, dict) and isinstance(entry.get("text"), str) and entry["text"].strip():
        if set(entry) - {"text", "material"} or entry.get("material", "") not in {
            "",
            *desk.release.vocabulary.materials,
        }:
            raise one_field(pointer, "自拟理由只能写 text，并可指明 material（材料代码）")
        if entry.get("material"):
            reasons.refuse_about_papers(desk.release, desk.item, desk.transition, pointer)
        text = entry["text"].strip()
        return _point(f"own:{text[:60]}", text, material=entry.get("material"))
    raise one_field(pointer, "理由应为理由库代码，或 {text: 说明, material: 材料代码}")


def _point(reason: str, title: str, **about: str | None) -> Point:
    said = {name: text for name, text in about.items() if text}
    return cast("Point", {"reason": reason, "title": title, **said})


def _days(desk: Desk, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_SPECIAL:
        raise one_field("/data/days", f"请填天数（工作日），1 到 {LONGEST_SPECIAL}")
    effect = desk.transition.effect
    clock = None
    if effect and effect.extend:
        clock = desk.release.lifecycles[desk.item.lifecycle].clocks[effect.extend]
    if clock and (clock.extension or desk.item.item in desk.release.items):
        definition = desk.release.subject(desk.item.item)
        own = definition and definition.limit("extension")
        if clock.extension:
            own = Duration.parse(clock.extension)
        longest = own or Duration(10, "wd")
        if value > longest.count:
            special = definition.extension if definition else None
            law = (special.basis if special else None) or clock.basis or "行政许可法 42"
            raise one_field("/data/days", f"最多延长{longest.title()}", law=law)
    most = KINDS[desk.item.lifecycle].longest_extension if desk.item.parent else None
    if effect and effect.extend and most and value > most.count:
        title = desk.release.lifecycles[desk.item.lifecycle].title
        raise one_field("/data/days", f"{title}的决定最多延长{most.title()}")
    return value


def _gaps(desk: Desk, value: Any) -> list[str]:
    """容缺: only deferrable materials, and everything else must be there (R-RQ-1)."""
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise one_field("/data/gaps", "请列出允许后补的材料")
    facts = questions.facts_for(desk.release, desk.case)
    uses = {
        u.use: u
        for u in needed.material_uses(desk.release, desk.item.item, desk.item.handling, facts)
    }
    titles = desk.release.vocabulary.materials
    lacking = in_hand.missing(desk.release, desk.case, desk.item, facts)
    for index, code in enumerate(value):
        if code not in uses:
            raise one_field(f"/data/gaps/{index}", f"本事项不需要材料「{code}」")
        if not uses[code].deferrable:
            raise one_field(f"/data/gaps/{index}", f"「{titles[code].title}」是主要材料，不能容缺")
        if code not in lacking:
            raise one_field(f"/data/gaps/{index}", f"「{titles[code].title}」已经收到，不用后补")
    if left := [titles[code].title for code in lacking if code not in value]:
        raise one_field("/data/gaps", f"还缺：{'、'.join(left)}，请一并列为后补")
    return list(dict.fromkeys(value))


def _materials(desk: Desk, value: Any) -> Any:
    """Return `all`, or a list of {material, source, file?, name?}."""
    if value == "all":
        return value
    if value is None and (desk.data.get("form") or desk.data.get("points")):
        return []
    if not isinstance(value, list) or not value:
        raise one_field("/data/materials", "请列出补交的材料")
    return [
        material_given(desk.release, f"/data/materials/{index}", entry)
        for index, entry in enumerate(value)
    ]


def material_given(release: Release, pointer: str, entry: Any) -> dict[str, Any]:
    """Return one handed-in material as {material, source, file, name}; `entry` is a code or {material, file|share|…}."""
    if isinstance(entry, str):
        entry = {"material": entry, "source": "upload"}
    if not isinstance(entry, dict) or not isinstance(entry.get("material"), str):
        raise one_field(pointer, "应为材料代码，或 {material, file | share | commitment | defer}")
    code = entry["material"]
    if code not in release.vocabulary.materials:
        raise one_field(f"{pointer}/material", f"没有材料「{code}」")
    unknown = set(entry) - {
        "material",
        "file",
        "source",
        "share",
        "commitment",
        "certificate",
        "generated",
        "defer",
        "name",
    }
    if unknown:
        raise one_field(f"{pointer}/{min(unknown)}", "不认识的内容")
    ways = [
        way
        for way in ("share", "commitment", "certificate", "generated", "defer")
        if entry.get(way)
    ]
    source = entry.get("source") or (ways[0] if ways else "upload")
    return {
        "material": code,
        "source": source,
        "file": entry.get("file") or "",
        "name": entry.get("name") or "",
    }


def _form(desk: Desk, value: Any) -> dict[str, Any]:
    from_form = value if isinstance(value, dict) else None
    if from_form is None:
        raise one_field("/data/form", "应为字段与内容的对照")
    return needed.check_form(desk.release, from_form, pointer="/data/form")


def _points(_: Desk, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise one_field("/data/points", "请列出已改正的问题")
    return value


def _officers(desk: Desk, value: Any) -> list[str]:
    """两名工作人员: a substantive check needs two different officers (R-DEC-1, 行政许可法 34)."""
    given = value or desk.item.officers
    two = (
        isinstance(given, list)
        and all(isinstance(v, str) and v for v in given)
        and len(set(given)) >= 2
    )
    if not two:
        raise one_field(
            "/data/officers", "现场核查须由两名以上工作人员进行，请写明", law="行政许可法 34"
        )
    return list(given)


def _checked_at(_: Desk, value: Any) -> str:
    return inspection.moment(value)


def _checklist(desk: Desk, value: Any) -> list[CheckedPoint]:
    return inspection.checklist(inspection.points_of(desk.release, desk.item), value)


def _photos(desk: Desk, value: Any) -> list[dict[str, str]]:
    """Return photos as {file, name}, each once; whose they are and of which kind was seen before."""
    if "checklist" not in desk.transition.needs:
        raise one_field("/data/photos", f"「{desk.transition.title}」用不到「photos」")
    if not isinstance(value, list) or len(value) > MOST_PHOTOS:
        raise one_field("/data/photos", f"照片最多 {MOST_PHOTOS} 张")
    named = [{"file": each, "name": ""} if isinstance(each, str) else each for each in value]
    if not all(isinstance(each, dict) and each.get("file") for each in named):
        raise one_field("/data/photos", "照片写已上传文件的编号")
    return list({each["file"]: each for each in named}.values())


def _ground(desk: Desk, value: Any) -> str:
    declines = reasons.declines(desk.release, desk.item, desk.transition)
    grounds = reasons.grounds_of(desk.release, desk.item) if declines else GROUNDS
    if not isinstance(value, str) or value not in grounds:
        listed = "、".join(f"{code}（{title}）" for code, title in grounds.items())
        law = "行政许可法 32、78" if declines else "行政许可法 69、78、79"
        raise one_field("/data/ground", f"请写明属于哪种情形：{listed}", law=law)
    return value


def _where(desk: Desk, value: Any) -> str:
    """Return where to apply instead; only who declines for another ground than competence need not say it."""
    if value in (None, "") and desk.data.get("ground") not in (None, COMPETENCE):
        return ""
    say = "不属于本机关职权范围的，请写明应当向哪个机关申请"
    where: str = actions.text("where", "应当向哪个机关申请", say=say, law=reasons.LAW)(desk, value)
    return where


def _compensation(desk: Desk, value: Any) -> str:
    """Return the plan by which a loss is made good; who brought a revocation about himself has none (行政许可法 8, 69 ④)."""
    if desk.item.lifecycle == revoking.KIND.code and not revocation.compensates(desk.item):
        why = "被许可人以欺骗、贿赂等不正当手段取得的，利益不受保护，不写赔偿方案"
        raise one_field("/data/compensation", why, law="行政许可法 69")
    plan: str = actions.text("compensation", "补偿、赔偿方案的文号")(desk, value)
    return plan


_own_basis = actions.text(
    "basis", "依据", say="请写明哪部法律、法规的哪一条要求这项程序", law="行政许可法 45"
)


def _basis(desk: Desk, value: Any) -> object:
    """Return the statute that demands a special procedure: the item's own where it names one, else as given. Raises DataInvalid."""
    definition, kind = desk.release.items.get(desk.item.item), desk.data.get("procedure")
    demanded = definition.procedures if definition else {}
    known = next((each.basis for code, each in demanded.items() if code == kind), "")
    return known or _own_basis(desk, value)


CHECKS: Mapping[str, Check[Desk]] = {
    "reasons": _reasons,
    "opinion": actions.text("opinion", "意见"),
    "reason": actions.text("reason", "理由"),
    "notice_text": actions.text("notice_text", "书面告知的内容"),
    "findings": actions.text("findings", "核查结果"),
    "document": actions.text("document", "文书编号"),
    "procedure": named.procedure,
    "basis": _basis,
    "affects": named.affects,
    "days": _days,
    "pause": named.pause,
    "gaps": _gaps,
    "standard": named.standard,
    "selected": named.selected,
    "materials": _materials,
    "form": _form,
    "points": _points,
    "officers": _officers,
    "pledge": named.pledge,
    "severity": named.severity,
    "parties": named.parties,
    "party": named.party,
    "date": actions.day("date", "请填日期，例如 2026-10-21"),
    "hour": actions.hour("hour", "请按 24 小时制填几点开始，例如 14:30", law="行政许可法 48"),
    "ground": _ground,
    "where": _where,
    "checked_at": _checked_at,
    "checklist": _checklist,
    "photos": _photos,
    "confirmed": inspection.confirmed,
    "compensation": _compensation,
    "amount": named.amount,
    "receipt": actions.text("receipt", "票据（缴款凭证）编号"),
    "place": actions.text("place", "地点"),
    "chair": actions.text("chair", "听证主持人（账号）"),
}
