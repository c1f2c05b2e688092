"""办理动作的表单 — for each action what a clerk must choose or say, offered from the definition; and back to the action."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from service.api.pages.desk import checks
from service.api.pages.forms import Filled
from service.api.problems import from_validation
from service.api.rest.given import ActionGiven
from service.office import CaseView
from service.workflows.case import APPLICANT, Action, Item, Offer, item_seen, machine_for
from service.workflows.definition import (
    CARRIED,
    NO_STANDARD,
    PROCEDURES,
    STILL_DEFECTIVE,
    Carried,
    ItemDefinition,
    Outcome,
    Transition,
    VocabularyReason,
)
from service.workflows.notices import NEGATIVE_NOTICES, notice_title

NOTIFY, NOTE = "notify_correction", "note_defects"
STILL_WRONG = "补正以后仍不符合的（情形选“补正以后仍不符合要求”）"


Reasons = Mapping[str, VocabularyReason]
# Two ends of the intake that lie side by side (行政许可法 32 ①(一)(二)).
EXPLAINS: Mapping[str, str] = {
    "not_required": "不受理：这件事依法不用申请许可（备案），申请人不用再去别处办。",
    "declined": "不予受理：要办，但依法不归本机关办，写明向哪个机关申请；或者依法在禁止申请的期限内。"
    "材料不齐、不合格式的不能不予受理，应当一次性告知补正。",
}
AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
INPUTS: Mapping[str, Carried] = {name: what for name, what in CARRIED.items() if what.input}


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
    may: tuple[str, ...] = ()  # asked for besides, and may be left empty
    paper: str = ""  # the paper it sends
    ends_badly: bool = False  # a refusal: shown as a paper before it is sent
    # how far on: the place of the next state in the lifecycle, which begins with the first
    leads_to: int = 0
    explains: str = ""  # what it is, where its neighbour is easily taken for it
    groups: Sequence[tuple[str, Sequence[Choice]]] = ()  # reasons by what they are about
    absent: Sequence[Choice] = ()  # papers that are not there, to be told as missing
    about: Sequence[Choice] = ()  # what own words may be about
    own_words: bool = True
    gaps: Sequence[Choice] = ()
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # need → value → title
    points: Sequence[str] = ()  # of a checklist
    seen: str = ""  # the version of the item; what is done on others in between does not count

    @property
    def at_once(self) -> bool:
        """Tell whether a click is enough."""
        return not self.needs

    @property
    def aside(self) -> bool:
        """Tell whether it moves nothing on: a reminder, a copy."""
        return not self.item and self.action != NOTIFY

    @property
    def checks(self) -> bool:
        """Tell whether it records a check: all such ways share one form."""
        return checks.RECORD in self.needs

    @property
    def with_reasons(self) -> bool:
        """Tell whether reasons are asked for."""
        return "reasons" in self.needs

    @property
    def with_days(self) -> bool:
        """Tell whether a number of days is asked for."""
        return "days" in self.needs

    @property
    def inputs(self) -> list[tuple[str, Carried]]:
        """Return what is asked for, in the order of the definition."""
        return [(need, INPUTS[need]) for need in (*self.needs, *self.may)]

    @property
    def labels(self) -> dict[str, str]:
        """Return the titles of its fields by their names."""
        return {f"data/{need}": asked.title for need, asked in self.inputs}


def ways(
    view: CaseView, offers: Iterable[Offer], colleagues: Mapping[str, str], opened: str
) -> list[Way]:
    """Return the possible actions as forms: the one that is `opened`, what moves the item on, what refuses, the rest.

    `colleagues` are the names of those who may chair a hearing or go along, by account.
    """
    found = [_way(view, offer, colleagues) for offer in offers if takes(offer)]

    def rank(way: Way) -> tuple[bool | int, ...]:
        note, notify = (
            way.action == NOTE,
            way.action == NOTIFY,
        )  # what was noted goes out before anything else is done
        return way.action != opened, way.aside, way.ends_badly, note, not notify, -way.leads_to

    return sorted(found, key=rank)


def takes(offer: Offer) -> bool:
    """Tell whether the page can ask for all that an action needs."""
    return set(offer.needs) <= INPUTS.keys()


def _way(view: CaseView, offer: Offer, colleagues: Mapping[str, str]) -> Way:
    choices = {
        need: _choices(view, offer, need, colleagues)
        for need in offer.needs
        if INPUTS[need].input in ("choice", "colleagues")
    }
    if not offer.item:
        return Way(offer.action, "", offer.title, offer.needs, choices=choices, explains=offer.says)
    item = view.whole.items[offer.item]
    transition = _transition(view, item, offer.action)
    notice = transition.notice or ""
    about: dict[str, Any] = {}
    if "reasons" in offer.needs:
        told = offer.action == NOTE
        given = view.reasons_for(item, transition)
        about = _telling(view, item, given) if told else {"groups": _catalogue(view, item, given)}
        if "ground" in offer.needs and STILL_DEFECTIVE in view.grounds(item, offer.action):
            about["groups"] = [*about["groups"], (STILL_WRONG, _told(item))]
    return Way(
        action=offer.action,
        item=offer.item,
        title=offer.title,
        needs=offer.needs,
        may=view.may_carry(item, transition),
        paper=notice_title(notice, view.release.subject(item.item)) if notice else "",
        ends_badly=notice in NEGATIVE_NOTICES or _ends_badly(view, item, transition),
        leads_to=list(machine_for(view.release, item.item).states).index(transition.to),
        explains=offer.says or EXPLAINS.get(_final(view, item, transition) or "", ""),
        gaps=_missing(view, item) if "gaps" in offer.needs else (),
        points=view.points_checked(item) if checks.RECORD in offer.needs else (),
        choices=choices,
        seen=item_seen(view.whole, item.item),
        **about,
    )


def _choices(
    view: CaseView, offer: Offer, need: str, colleagues: Mapping[str, str]
) -> Mapping[str, str]:
    if need in ("procedure", "standard"):
        return _of_its_law(view.release.items.get(offer.item), need)
    if need == "ground" and (known := view.grounds(view.whole.items[offer.item], offer.action)):
        return known
    if options := INPUTS[need].options:
        return options
    match need:
        case "notice":
            rows = view.case.notices.values()
            return {
                str(n.n): f"{n.title} {n.number}"
                for n in rows
                if n.to == APPLICANT and n.delivered_at is None
            }
        case "party":
            return {
                str(n): party["name"]
                for n, party in enumerate(view.whole.items[offer.item].third_parties, 1)
            }
        case "item":
            return view.concerned(offer.action)
        case "pause":
            stops = view.release.directory.policy.promise_stops
            return {code: f"{stop.title}（{stop.basis}）" for code, stop in stops.items()}
        case "to":
            departments = view.release.directory.departments
            return {
                code: title for code, title in departments.items() if code != view.actor.department
            }
        case "officers":
            item = view.whole.items[offer.item]
            barred = {view.actor.account, item.reviewer if item.parent else ""}
            return {who: name for who, name in colleagues.items() if who not in barred}
        case _:
            return colleagues


def _of_its_law(definition: ItemDefinition | None, need: str) -> Mapping[str, str]:
    """Return what the law of the item names first: its standards, or its special procedures, each with its statute."""
    if need == "standard":
        tested = definition.inspection if definition else None
        known = {each: each for each in (tested.standards if tested else [])}
        return {**known, NO_STANDARD: "不是根据检验、检测、检疫的结果不予许可"}
    demanded = definition.procedures if definition else {}
    own: dict[str, str] = {
        code: f"{PROCEDURES[code]}（{each.basis}）" for code, each in demanded.items()
    }
    return {**own, **{code: title for code, title in PROCEDURES.items() if code not in own}}


def _transition(view: CaseView, item: Item, action: str) -> Transition:
    leaving = machine_for(view.release, item.item).leaving(item.state)
    return next(transition for transition in leaving if transition.action == action)


def _final(view: CaseView, item: Item, transition: Transition) -> Outcome | None:
    return machine_for(view.release, item.item).states[transition.to].final


def _ends_badly(view: CaseView, item: Item, transition: Transition) -> bool:
    final = _final(view, item, transition)
    return final is not None and final not in ("granted", "passed")


# ---- reasons ---------------------------------------------------------------------------------------------------


def _telling(view: CaseView, item: Item, given: Reasons) -> dict[str, Any]:
    """Return what may be told the applicant to correct; after the one notice only what it said (行政许可法 32)."""
    if item.asked:
        return {"groups": [("已经一次性告知过的", _told(item))], "own_words": False}
    noted = {point["title"] for point in item.noted}
    absent = [
        choice for choice in _missing(view, item, ticked=True) if f"缺少{choice.title}" not in noted
    ]
    groups = _catalogue(view, item, given, noted={point["reason"] for point in item.noted})
    known = view.release.vocabulary.materials
    _, materials = view.asked_of(item)
    about = [Choice(code, known[code].title) for code in materials]
    return {"groups": groups, "absent": absent, "about": about}


def _told(item: Item) -> list[Choice]:
    return [
        Choice(point["reason"], point["title"], point.get("basis") or "") for point in item.asked
    ]


def _catalogue(
    view: CaseView, item: Item, given: Reasons, *, noted: Iterable[str] = ()
) -> list[tuple[str, list[Choice]]]:
    """Return the reasons that an action takes and that make sense for an item, by the paper or field they are about."""
    words, known = view.release.vocabulary, set(noted)
    fields, materials = view.asked_of(item)
    groups: dict[str, list[Choice]] = {}
    for code, reason in given.items():
        if reason.material:
            place = words.materials[reason.material].title if reason.material in materials else ""
        elif reason.field:
            place = words.fields[reason.field].title if reason.field in fields else ""
        else:
            place = "其他"
        if place and code not in known:
            groups.setdefault(place, []).append(Choice(code, reason.title, reason.basis or ""))
    return sorted(groups.items(), key=lambda group: group[0] == "其他")


def _missing(view: CaseView, item: Item, *, ticked: bool = False) -> list[Choice]:
    """Return the required papers that are not there."""
    known = view.release.vocabulary.materials
    return [Choice(code, known[code].title, ticked=ticked) for code in view.missing_of(item)]


# ---- from the form to the action -------------------------------------------------------------------------------


def action_of(view: CaseView, name: str, form: Filled, photos: Sequence[str] = ()) -> Action:
    """Return the action a form asks for, checked by the same shape as the API's. Raises DataInvalid.

    `photos` are the ids of those that came with the record of a check.
    """
    item = form.text("on")
    data = {key: value for key, value in _data(view, item, form, photos).items() if value}
    if "checks" in form:  # one form for all it may come to: what this result needs counts
        offer = next((o for o in view.offers if (o.item, o.action) == (item, name)), None)
        wanted = {*(offer.needs if offer else data), "photos"}
        data = {key: value for key, value in data.items() if key in wanted}
    try:
        given = ActionGiven.model_validate({"action": name, "data": data})
    except ValidationError as wrong:
        raise from_validation([{**error} for error in wrong.errors()]) from None
    return Action(given.action, item, given.content())


def _data(view: CaseView, item: str, form: Filled, photos: Sequence[str]) -> dict[str, Any]:
    sent = {name: form.text(f"data/{name}") for name in INPUTS if f"data/{name}" in form}
    given = {name: _value(INPUTS[name], typed) for name, typed in sent.items()}
    reasons = [*_reasons(view, item, form), *_own_reasons(view, form)]
    record = checks.record_of(view, form, photos) if "checks" in form else {}
    return {**given, **record, "reasons": reasons, "gaps": form.many("data/gaps")}


def _value(what: Carried, typed: str) -> Any:
    if what.shape == "number":
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else typed
    if what.shape == "amount":
        return float(typed) if AMOUNT.fullmatch(typed) else typed
    if what.input == "tick":
        return typed == "true"
    if what.input == "lines":
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        return [_party(line) for line in lines] if what.shape == "parties" else lines
    return typed


def _party(line: str) -> dict[str, str]:
    name, _, contact = line.replace(",", "，").partition("，")
    return {"name": name.strip(), "contact": contact.strip()}


def _reasons(view: CaseView, item: str, form: Filled) -> list[Any]:
    """Return what was ticked; a point once told in own words is told in the same words again."""
    told = {}
    if item in view.whole.items:
        told = {point["reason"]: point for point in view.whole.items[item].asked}
    catalogue = view.release.vocabulary.reasons
    found: list[Any] = []
    for code in form.many("data/reasons"):
        if code in catalogue or code not in told:
            found.append(code)
        else:
            point = told[code]
            found.append(
                {
                    "text": point["title"],
                    **({"material": point["material"]} if point.get("material") else {}),
                }
            )
    return found


def _own_reasons(view: CaseView, form: Filled) -> list[dict[str, str]]:
    titles = view.release.vocabulary.materials
    found = [
        {"text": f"缺少{titles[code].title}", "material": code}
        for code in form.many("absent")
        if code in titles
    ]
    if text := form.text("own"):
        about = form.text("own_about")
        found.append({"text": text, **({"material": about} if about in titles else {})})
    return found
