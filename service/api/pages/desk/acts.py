"""办理动作的表单 — for each action what a clerk must choose or say, offered from the definition; and back to the action."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from service.api.pages.forms import Filled
from service.api.problems import from_validation
from service.api.rest.given import ActionData, ActionGiven
from service.office import CaseView
from service.workflows import bundle, papers
from service.workflows.case import Item
from service.workflows.credit import SEVERITIES
from service.workflows.language.models import Transition
from service.workflows.language.release import own_code
from service.workflows.machine import APPLICANT, machine_of
from service.workflows.needs import GROUNDS, PROCEDURES
from service.workflows.notices import NEGATIVE, title_of
from service.workflows.situation import Action, Offer

COUNTED = frozenset({"party", "notice"})  # chosen by a number
NOTIFY, NOTE = "notify_correction", "note_defects"


@dataclass(frozen=True, slots=True)
class Input:
    """How one thing that an action needs is asked for: text, area, lines, number, date, or a choice."""

    label: str
    kind: str
    hint: str = ""


INPUTS: Mapping[str, Input] = {
    "opinion": Input("意见", "area"), "findings": Input("核查结果", "area"), "reason": Input("理由", "area"),
    "text": Input("内容", "area"), "notice_text": Input("书面告知申请人的内容", "area", "会印在告知书里"),
    "document": Input("文书编号", "text"), "place": Input("地点", "text"), "date": Input("日期", "date"),
    "days": Input("需要多少个工作日", "number"), "procedure": Input("特别程序（只有这八种可以停表）", "choice"),
    "party": Input("哪一位利害关系人", "choice"), "chair": Input("听证主持人", "choice"),
    "to": Input("部门", "choice"), "notice": Input("哪一份文书", "choice"), "ground": Input("属于哪种情形", "choice"),
    "severity": Input("失信程度", "choice"), "compensation": Input("补偿方案的文号", "text"), "officers": Input("核查人员", "lines", "两名以上，一行写一名"),
    "parties": Input("利害关系人", "lines", "一行写一位：姓名或者名称，联系方式。中间用逗号隔开"),
    "reasons": Input("理由", "reasons"), "gaps": Input("允许后补的材料", "gaps"),
}  # fmt: skip
KNOWN = INPUTS.keys() & ActionData.model_fields.keys()  # what the page can ask for and the API takes


@dataclass(frozen=True, slots=True)
class Choice:
    """One box to tick: a reason of the catalogue, or a paper."""

    value: str
    title: str
    basis: str = ""
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """One action as the page offers it."""

    action: str
    item: str
    title: str
    needs: tuple[str, ...] = ()
    paper: str = ""  # the paper it sends
    ends_badly: bool = False  # a refusal: shown as a paper before it is sent
    leads_to: int = 0  # how far on: the place of the next state in the lifecycle, which begins with the first
    groups: Sequence[tuple[str, Sequence[Choice]]] = ()  # reasons by what they are about
    absent: Sequence[Choice] = ()  # papers that are not there, to be told as missing
    about: Sequence[Choice] = ()  # what own words may be about
    own_words: bool = True
    gaps: Sequence[Choice] = ()
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # need → value → title

    @property
    def at_once(self) -> bool:
        """Tell whether a click is enough."""
        return not self.needs

    @property
    def aside(self) -> bool:
        """Tell whether it moves nothing on: a reminder, a copy."""
        return not self.item and self.action != NOTIFY

    @property
    def inputs(self) -> list[tuple[str, Input]]:
        """Return what is asked for, in the order of the definition."""
        return [(need, INPUTS[need]) for need in self.needs]

    @property
    def labels(self) -> dict[str, str]:
        """Return the titles of its fields by their names."""
        return {f"data/{need}": INPUTS[need].label for need in self.needs}


def ways(view: CaseView, offers: Iterable[Offer], colleagues: Mapping[str, str], opened: str) -> list[Way]:
    """Return the possible actions as forms: the one that is `opened`, what moves the item on, what refuses, the rest.

    `colleagues` are the names of those who may chair a hearing, by account.
    """
    found = [_way(view, offer, colleagues) for offer in offers if takes(offer)]

    def rank(way: Way) -> tuple[bool | int, ...]:
        note, notify = way.action == NOTE, way.action == NOTIFY  # what was noted goes out before anything else is done
        return way.action != opened, way.aside, way.ends_badly, note, not notify, -way.leads_to

    return sorted(found, key=rank)


def takes(offer: Offer) -> bool:
    """Tell whether the page can ask for all that an action needs."""
    return set(offer.needs) <= KNOWN


def _way(view: CaseView, offer: Offer, colleagues: Mapping[str, str]) -> Way:
    choices = {need: _choices(view, offer, need, colleagues) for need in offer.needs if INPUTS[need].kind == "choice"}
    if not offer.item:
        return Way(offer.action, "", offer.title, offer.needs, choices=choices)
    item = view.whole.items[offer.item]
    transition = _transition(view, item, offer.action)
    notice = transition.notice or ""
    about: dict[str, Any] = {}
    if "reasons" in offer.needs:
        told = offer.action == NOTE
        about = _telling(view, item) if told else {"groups": _catalogue(view, item, general=True)}
    return Way(
        offer.action, offer.item, offer.title, offer.needs, title_of(notice) if notice else "",
        ends_badly=notice in NEGATIVE or _ends_badly(view, item, transition),
        leads_to=list(machine_of(view.release, item.lifecycle).states).index(transition.to),
        gaps=_missing(view, item) if "gaps" in offer.needs else (), choices=choices, **about,
    )  # fmt: skip


def _choices(view: CaseView, offer: Offer, need: str, colleagues: Mapping[str, str]) -> Mapping[str, str]:
    match need:
        case "procedure":
            return PROCEDURES
        case "ground":
            return GROUNDS
        case "severity":
            return SEVERITIES
        case "notice":
            rows = view.case.notices.values()
            return {str(n.n): f"{n.title} {n.number}" for n in rows if n.to == APPLICANT and n.delivered_at is None}
        case "party":
            return {str(n): party["name"] for n, party in enumerate(view.whole.items[offer.item].third_parties, 1)}
        case "to":
            departments = view.release.directory.departments
            return {code: title for code, title in departments.items() if code != view.actor.department}
        case _:
            return colleagues


def _transition(view: CaseView, item: Item, action: str) -> Transition:
    leaving = machine_of(view.release, item.lifecycle).leaving(item.state)
    return next(transition for transition in leaving if transition.action == action)


def _ends_badly(view: CaseView, item: Item, transition: Transition) -> bool:
    final = machine_of(view.release, item.lifecycle).states[transition.to].final
    return final is not None and final not in ("granted", "passed")


# ---- reasons ---------------------------------------------------------------------------------------------------


def _telling(view: CaseView, item: Item) -> dict[str, Any]:
    """Return what may be told the applicant to correct; after the one notice only what it said (行政许可法 32)."""
    if item.asked:
        return {"groups": [("已经一次性告知过的", _told(item))], "own_words": False}
    noted = {point["title"] for point in item.noted}
    absent = [choice for choice in _missing(view, item, ticked=True) if f"缺少{choice.title}" not in noted]
    groups = _catalogue(view, item, general=False, noted={point["reason"] for point in item.noted})
    known = view.release.vocabulary.materials
    about = [Choice(code, known[code].title) for code in _materials(view, item)]
    return {"groups": groups, "absent": absent, "about": about}


def _told(item: Item) -> list[Choice]:
    return [Choice(point["reason"], point["title"], point.get("basis") or "") for point in item.asked]


def _catalogue(
    view: CaseView, item: Item, *, general: bool, noted: Iterable[str] = ()
) -> list[tuple[str, list[Choice]]]:
    """Return the reasons that make sense for an item, by the paper or field they are about."""
    words, known = view.release.vocabulary, set(noted)
    materials, fields = _materials(view, item), _fields(view, item)
    groups: dict[str, list[Choice]] = {}
    for code, reason in words.reasons.items():
        if reason.material:
            place = words.materials[reason.material].title if reason.material in materials else ""
        elif reason.field:
            place = words.fields[reason.field].title if reason.field in fields else ""
        else:
            place = "其他" if general else ""
        if place and code not in known:
            groups.setdefault(place, []).append(Choice(code, reason.title, reason.basis or ""))
    return sorted(groups.items(), key=lambda group: group[0] == "其他")


def _materials(view: CaseView, item: Item) -> list[str]:
    if view.release.subject(item.item) is None:
        return []
    facts = bundle.facts_for(view.release, view.whole)
    return [use.use for use in bundle.material_uses(view.release, own_code(item.item), item.handling, facts)]


def _fields(view: CaseView, item: Item) -> list[str]:
    if view.release.subject(item.item) is None:
        return []
    facts = bundle.facts_for(view.release, view.whole)
    return [use.use for use in bundle.field_uses(view.release, own_code(item.item), item.handling, facts)]


def _missing(view: CaseView, item: Item, *, ticked: bool = False) -> list[Choice]:
    """Return the required papers that are not there."""
    facts = bundle.facts_for(view.release, view.whole)
    titles = view.release.vocabulary.materials
    lacking = papers.missing(view.release, view.whole, item, facts)
    return [Choice(code, titles[code].title, ticked=ticked) for code in lacking]


# ---- from the form to the action -------------------------------------------------------------------------------


def action_of(view: CaseView, name: str, form: Filled) -> Action:
    """Return the action a form asks for, checked by the same shape as the API's. Raises DataInvalid."""
    item = form.text("on")
    data = {key: value for key, value in _data(view, item, form).items() if value}
    try:
        given = ActionGiven.model_validate({"action": name, "data": data})
    except ValidationError as wrong:
        raise from_validation([{**error} for error in wrong.errors()]) from None
    return Action(given.action, item, given.content())


def _data(view: CaseView, item: str, form: Filled) -> dict[str, Any]:
    sent = {name: form.text(f"data/{name}") for name in INPUTS if f"data/{name}" in form}
    given = {name: _value(INPUTS[name].kind, name, typed) for name, typed in sent.items()}
    reasons = [*_reasons(view, item, form), *_own_reasons(view, form)]
    return {**given, "reasons": reasons, "gaps": form.many("data/gaps")}


def _value(kind: str, name: str, typed: str) -> Any:
    if kind == "number" or name in COUNTED:
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else typed
    if kind == "lines":
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        return [_party(line) for line in lines] if name == "parties" else lines
    return typed


def _party(line: str) -> dict[str, str]:
    name, _, contact = line.replace(",", "，").partition("，")
    return {"name": name.strip(), "contact": contact.strip()}


def _reasons(view: CaseView, item: str, form: Filled) -> list[Any]:
    """Return what was ticked; a point once told in own words is told in the same words again."""
    told = {point["reason"]: point for point in view.whole.items[item].asked} if item in view.whole.items else {}
    catalogue = view.release.vocabulary.reasons
    found: list[Any] = []
    for code in form.many("data/reasons"):
        if code in catalogue or code not in told:
            found.append(code)
        else:
            point = told[code]
            found.append({"text": point["title"], **({"material": point["material"]} if point.get("material") else {})})
    return found


def _own_reasons(view: CaseView, form: Filled) -> list[dict[str, str]]:
    titles = view.release.vocabulary.materials
    found = [{"text": f"缺少{titles[code].title}", "material": code} for code in form.many("absent") if code in titles]
    if text := form.text("own"):
        about = form.text("own_about")
        found.append({"text": text, **({"material": about} if about in titles else {})})
    return found
