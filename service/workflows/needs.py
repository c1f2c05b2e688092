"""动作必须携带的内容 — each thing an action `needs` is checked once, with a pointer to the field that is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.errors import DataInvalid, one_field
from service.workflows import bundle, papers
from service.workflows.case import Case, Item
from service.workflows.language.duration import Duration
from service.workflows.language.models import Transition
from service.workflows.language.release import FOLLOW_UP, REPAIR, Release

LONGEST = 2000
LONGEST_NAME = 100
MOST_PARTIES = 50
LONGEST_SPECIAL = 365
LONGEST_REPAIR = Duration(3, "wd")  # how long the decision on a repair may be put off (深圳 82)
SEVERITIES = ("minor", "ordinary", "serious")
PROCEDURES = {  # 行政许可法 45: a closed list (R-CLK-1)
    "hearing": "听证", "tender": "招标", "auction": "拍卖", "inspection": "检验", "testing": "检测",
    "quarantine": "检疫", "appraisal": "鉴定", "expert_review": "专家评审",
}  # fmt: skip
GROUNDS = {  # 行政许可法 69 ① (一)–(五), ②; 78
    "abuse": "滥用职权、玩忽职守", "incompetent": "超越法定职权", "procedure": "违反法定程序", "unqualified": "申请人不具备资格或者条件",
    "other": "依法可以撤销的其他情形", "fraud": "以欺骗、贿赂等不正当手段取得", "false_material": "隐瞒有关情况或者提供虚假材料",
}  # fmt: skip
KNOWN = frozenset({
    "reasons", "opinion", "procedure", "notice_text", "document", "days", "gaps", "reason", "materials", "form",
    "points", "findings", "officers", "pledge", "severity", "parties", "party", "date", "place", "chair", "ground",
    "compensation",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """What a check may look at."""

    release: Release
    case: Case
    item: Item
    transition: Transition
    data: Mapping[str, Any]


def checked(desk: Desk) -> dict[str, Any]:
    """Return the action's data, complete and of the right shape.

    Raises:
        DataInvalid: something needed is missing, something given is wrong, or a key nobody reads is present.
    """
    errors = [
        {"pointer": f"/data/{key}", "detail": f"「{desk.transition.title}」用不到「{key}」"}
        for key in desk.data
        if key not in KNOWN
    ]
    out: dict[str, Any] = {}
    needs = [*desk.transition.needs, *_together(desk)]
    for name in [*needs, *(k for k in desk.data if k not in needs and k in CHECKS)]:
        try:
            out[name] = CHECKS[name](desk, desk.data.get(name))
        except DataInvalid as wrong:
            errors += wrong.facts["errors"]
    if errors:
        raise DataInvalid(errors[0]["detail"], errors=errors)
    return out


def _together(desk: Desk) -> list[str]:
    """A check after by two or more names its officers: those drawn, unless others are named (R-SUP-1)."""
    subject = desk.release.subject(desk.item.item)
    check = subject.commitment.follow_up if subject and subject.commitment else None
    several = desk.item.lifecycle == FOLLOW_UP and check is not None and check.inspectors > 1
    by_inspectors = "inspector" in desk.transition.actors
    return ["officers"] if several and by_inspectors and "officers" not in desk.transition.needs else []


def _text(name: str, title: str) -> Callable[[Desk, Any], str]:
    def check(_: Desk, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise one_field(f"/data/{name}", f"请填写{title}")
        if len(value) > LONGEST:
            raise one_field(f"/data/{name}", f"{title}最多 {LONGEST} 个字")
        return value.strip()

    return check


def _reasons(desk: Desk, value: Any) -> list[dict[str, Any]]:
    """Return points as {reason, title, material?, field?, basis?}; a reason is a code of the catalogue or own words."""
    if not isinstance(value, list) or not value:
        raise one_field("/data/reasons", "请至少选择一条理由")
    return [_reason(desk, index, entry) for index, entry in enumerate(value)]


def _reason(desk: Desk, index: int, entry: Any) -> dict[str, Any]:
    pointer = f"/data/reasons/{index}"
    catalogue = desk.release.vocabulary.reasons
    if isinstance(entry, str):
        if entry not in catalogue:
            raise one_field(pointer, f"理由库里没有「{entry}」；可选：{'、'.join(sorted(catalogue)) or '（空）'}")
        known = catalogue[entry]
        point = {
            "reason": entry,
            "title": known.title,
            "material": known.material,
            "field": known.field,
            "basis": known.basis,
        }
        return {key: text for key, text in point.items() if text}
    if isinstance(entry, dict) and isinstance(entry.get("text"), str) and entry["text"].strip():
        if set(entry) - {"text", "material"} or entry.get("material", "") not in {
            "",
            *desk.release.vocabulary.materials,
        }:
            raise one_field(pointer, "自拟理由只能写 text，并可指明 material（材料代码）")
        point = {
            "reason": f"own:{entry['text'].strip()[:60]}",
            "title": entry["text"].strip(),
            "material": entry.get("material"),
        }
        return {key: text for key, text in point.items() if text}
    raise one_field(pointer, "理由应为理由库代码，或 {text: 说明, material: 材料代码}")


def _procedure(_: Desk, value: Any) -> str:
    if not isinstance(value, str) or value not in PROCEDURES:
        listed = "、".join(f"{code}（{title}）" for code, title in PROCEDURES.items())
        raise DataInvalid(
            "只有法定的八种特别程序可以停表",
            law="行政许可法 45",
            errors=[{"pointer": "/data/procedure", "detail": f"只有这八种特别程序可以停表：{listed}"}],
        )
    return value


def _days(desk: Desk, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_SPECIAL:
        raise one_field("/data/days", f"请填天数（工作日），1 到 {LONGEST_SPECIAL}")
    effect = desk.transition.effect
    clock = desk.release.lifecycles[desk.item.lifecycle].clocks[effect.extend] if effect and effect.extend else None
    if clock and (clock.extension or desk.item.item in desk.release.items):
        definition = desk.release.subject(desk.item.item)
        own = Duration.parse(clock.extension) if clock.extension else definition and definition.limit("extension")
        longest = own or Duration(10, "wd")
        if value > longest.count:
            raise one_field("/data/days", f"最多延长{longest.title()}", law=clock.basis or "行政许可法 42")
    if effect and effect.extend and desk.item.lifecycle == REPAIR and value > LONGEST_REPAIR.count:
        raise one_field("/data/days", f"信用修复的决定最多延长{LONGEST_REPAIR.title()}")
    return value


def _gaps(desk: Desk, value: Any) -> list[str]:
    """容缺: only deferrable materials, and everything else must be there (R-RQ-1)."""
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise one_field("/data/gaps", "请列出允许后补的材料")
    facts = bundle.facts_for(desk.release, desk.case)
    uses = {u.use: u for u in bundle.material_uses(desk.release, desk.item.item, desk.item.handling, facts)}
    titles = desk.release.vocabulary.materials
    lacking = papers.missing(desk.release, desk.case, desk.item, facts)
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
    return [material_given(desk.release, f"/data/materials/{index}", entry) for index, entry in enumerate(value)]


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
    ways = [way for way in ("share", "commitment", "certificate", "generated", "defer") if entry.get(way)]
    source = entry.get("source") or (ways[0] if ways else "upload")
    return {"material": code, "source": source, "file": entry.get("file") or "", "name": entry.get("name") or ""}


def _form(desk: Desk, value: Any) -> dict[str, Any]:
    from_form = value if isinstance(value, dict) else None
    if from_form is None:
        raise one_field("/data/form", "应为字段与内容的对照")
    return bundle.check_form(desk.release, from_form, pointer="/data/form")


def _points(_: Desk, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise one_field("/data/points", "请列出已改正的问题")
    return value


def _officers(desk: Desk, value: Any) -> list[str]:
    """两名工作人员: a substantive check needs two different officers (R-DEC-1, 行政许可法 34)."""
    given = value or desk.item.special.get("officers")
    two = isinstance(given, list) and all(isinstance(v, str) and v for v in given) and len(set(given)) >= 2
    if not two:
        raise one_field("/data/officers", "现场核查须由两名以上工作人员进行，请写明", law="行政许可法 34")
    return list(given)  # type: ignore[arg-type]  # checked above


def _parties(desk: Desk, value: Any) -> list[dict[str, str]]:
    """利害关系人: {name, contact} each; must be named where the item concerns third parties (R-DEC-2)."""
    definition = desk.release.items.get(desk.item.item)
    value = [] if value is None else value
    if not isinstance(value, list) or len(value) > MOST_PARTIES:
        raise one_field("/data/parties", f"请列出利害关系人，最多 {MOST_PARTIES} 位")
    if not value and definition and definition.hearing and definition.hearing.third_parties:
        raise one_field("/data/parties", "本事项直接关系他人重大利益，请写明利害关系人", law="行政许可法 36")
    for index, party in enumerate(value):
        given = party if isinstance(party, dict) and set(party) == {"name", "contact"} else {}
        said = [text for text in given.values() if isinstance(text, str) and 0 < len(text.strip()) <= LONGEST_NAME]
        if len(said) != 2:
            raise one_field(f"/data/parties/{index}", f"请写明姓名（名称）和联系方式，各不超过 {LONGEST_NAME} 个字")
    return [{name: party[name].strip() for name in ("name", "contact")} for party in value]


def _party(desk: Desk, value: Any) -> int:
    """Return which of the third parties, counted from 1."""
    many = len(desk.item.third_parties)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= many:
        raise one_field("/data/party", f"请写明是第几位利害关系人（共 {many} 位）")
    return value


def _date(_: Desk, value: Any) -> str:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "").isoformat()
    except ValueError:
        raise one_field("/data/date", "请填日期，例如 2026-10-21") from None


def _pledge(_: Desk, value: Any) -> bool:
    if value is not True:
        raise one_field("/data/pledge", "请确认作出信用承诺")
    return True


def _severity(_: Desk, value: Any) -> str:
    if value not in SEVERITIES:
        raise one_field("/data/severity", "失信程度写 minor 轻微、ordinary 一般或 serious 严重")
    return str(value)


def _ground(_: Desk, value: Any) -> str:
    if not isinstance(value, str) or value not in GROUNDS:
        listed = "、".join(f"{code}（{title}）" for code, title in GROUNDS.items())
        raise one_field("/data/ground", f"请写明属于哪种情形：{listed}", law="行政许可法 69、78、79")
    return value


CHECKS: dict[str, Callable[[Desk, Any], Any]] = {
    "reasons": _reasons,
    "opinion": _text("opinion", "意见"),
    "reason": _text("reason", "理由"),
    "notice_text": _text("notice_text", "书面告知的内容"),
    "findings": _text("findings", "核查结果"),
    "document": _text("document", "文书编号"),
    "procedure": _procedure,
    "days": _days,
    "gaps": _gaps,
    "materials": _materials,
    "form": _form,
    "points": _points,
    "officers": _officers,
    "pledge": _pledge,
    "severity": _severity,
    "parties": _parties,
    "party": _party,
    "date": _date,
    "ground": _ground,
    "compensation": _text("compensation", "补偿方案的文号"),
    "place": _text("place", "地点"),
    "chair": _text("chair", "听证主持人（账号）"),
}
