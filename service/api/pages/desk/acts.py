"""办理动作的表单 — for each action what a clerk must choose or say, offered from the definition; and back to the action."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from service.api.pages.forms import Filled
from service.api.problems import from_validation
from service.api.rest.given import ActionGiven
from service.office import CaseView
from service.workflows import bundle, papers
from service.workflows.case import Item
from service.workflows.language.models import NOTICE_TITLES, Transition
from service.workflows.language.release import own_code
from service.workflows.machine import machine_of
from service.workflows.needs import PROCEDURES
from service.workflows.notices import NEGATIVE
from service.workflows.situation import Action, Offer

OF_APPLICANT = frozenset({"materials", "form", "points"})  # what only an applicant hands in
TEXTS = {
    "opinion": "意见",
    "reason": "理由",
    "notice_text": "书面告知的内容",
    "findings": "核查结果",
    "document": "文书编号",
}


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
    law: str = ""
    needs: tuple[str, ...] = ()
    paper: str = ""  # the paper it sends
    ends_badly: bool = False  # a refusal: shown as a paper before it is sent
    groups: Sequence[tuple[str, Sequence[Choice]]] = ()  # reasons by what they are about
    absent: Sequence[Choice] = ()  # papers that are not there, to be told as missing
    about: Sequence[Choice] = ()  # what own words may be about
    own_words: bool = True
    gaps: Sequence[Choice] = ()
    procedures: Mapping[str, str] = field(default_factory=dict)

    @property
    def at_once(self) -> bool:
        """Tell whether a click is enough."""
        return not self.needs

    @property
    def labels(self) -> dict[str, str]:
        """Return the titles of its fields by their names."""
        names = {
            "reasons": "理由",
            "gaps": "后补的材料",
            "procedure": "特别程序",
            "days": "天数",
            "officers": "核查人员",
            **TEXTS,
        }
        return {f"data/{need}": names[need] for need in self.needs if need in names}


def ways(view: CaseView, offers: Iterable[Offer]) -> list[Way]:
    """Return the possible actions as forms, those that help the applicant on first, refusals and reminders last."""
    found = [_way(view, offer) for offer in offers if not OF_APPLICANT & set(offer.needs)]
    return sorted(
        found, key=lambda way: (way.action == "urge", way.ends_badly, way.action == "note_defects", not way.at_once)
    )


def _way(view: CaseView, offer: Offer) -> Way:
    if not offer.item:
        return Way(offer.action, "", offer.title)
    item = view.whole.items[offer.item]
    transition = _transition(view, item, offer.action)
    notice = transition.notice or ""
    about: dict[str, Any] = {}
    if "reasons" in offer.needs:
        about = (
            _telling(view, item) if offer.action == "note_defects" else {"groups": _catalogue(view, item, general=True)}
        )
    return Way(
        offer.action, offer.item, offer.title, offer.law or transition.basis, offer.needs,
        paper=str(NOTICE_TITLES.get(notice, "")),  # type: ignore[call-overload]  # a notice of a region has no title
        ends_badly=notice in NEGATIVE or _ends_badly(view, item, transition),
        gaps=_missing(view, item) if "gaps" in offer.needs else (),
        procedures=PROCEDURES if "procedure" in offer.needs else {}, **about,
    )  # fmt: skip


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
    days = form.text("data/days")
    return {
        "reasons": [*_reasons(view, item, form), *_own_reasons(view, form)],
        "gaps": form.many("data/gaps"), "procedure": form.text("data/procedure"),
        "days": int(days) if days.isascii() and days.isdigit() and len(days) < 6 else days,
        "officers": [line.strip() for line in form.text("data/officers").splitlines() if line.strip()],
        **{name: form.text(f"data/{name}") for name in TEXTS},
    }  # fmt: skip


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
