"""补正 — only what is asked for, with the reason and what was handed in before; part of it may be handed in first."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter, Desk
from service.api.edge import LARGEST_UPLOAD
from service.api.pages.forms import Filled, asked, does, filled
from service.api.pages.frame import see, shown
from service.api.pages.portal import rows
from service.api.pages.visit import Member, SignedIn
from service.api.rest.files import pieces
from service.api.texts import CaseNumber
from service.errors import DataInvalid, NotPermitted, ServiceError, one_field
from service.office import CaseView, FileInfo, titles
from service.workflows.case import OVERDUE_STATES, Action, machine_for
from service.workflows.definition import VocabularyField
from service.workflows.telling import Ask, Owed, checked_value, field_control, value_of

router = APIRouter(include_in_schema=False)
NOTHING_GIVEN = "还没有填写或者选择任何一样。至少补一样再提交，其余的可以以后再补。"


@dataclass(frozen=True, slots=True)
class Kept:
    """已经传上来的 — files of this form that are stored already: a refusal does not make anyone upload them again."""

    files: Mapping[str, FileInfo]  # by code of the material
    faults: Mapping[str, str]  # what is wrong with a file, by name of the field


@router.get("/my/cases/{number}/supplement")
async def supplement(
    number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Show what is asked for."""
    return _page(request, visitor, await desk.office.case(visitor.actor, number, visitor.now))


@router.post("/my/cases/{number}/supplement")
@does("items_act")
async def hand_in(
    number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Hand in what was filled in; the rest stays open. One act answers every item that asked for the same."""
    try:
        return await _handed_in(
            number, request, desk, visitor, await filled(request, visitor, shown_again=True)
        )
    finally:
        await request.close()  # what was uploaded is stored or refused by now


async def _handed_in(
    number: str, request: Request, desk: Desk, visitor: Member, form: Filled
) -> Response:
    view = await desk.office.case(visitor.actor, number, visitor.now)
    if not view.own:
        raise NotPermitted("只有申请人可以补正。")
    kept = await _stored_uploads(desk, visitor, form, view)
    if rows.Change.of(form):
        return _page(request, visitor, view, form, kept=kept)
    try:
        _refuse_faulty(view, form, kept)
        one, data = _act_given(view, form, kept)
        await desk.office.act(asked(visitor, form), number, Action(one.action, one.item, data))
    except ServiceError as refusal:
        view = await desk.office.case(visitor.actor, number, visitor.now)
        return _page(request, visitor, view, form, _at_own_controls(refusal, view, form), kept)
    return see(f"/my/cases/{number}/supplement?done=1")


def _refuse_faulty(view: CaseView, form: Filled, kept: Kept) -> None:
    """Refuse files that are not taken, and texts with characters that are not. Raises DataInvalid."""
    asks = {name_of(ask): ask.title for one in view.owed for ask in one.open}  # said by the summary
    faults = dict(kept.faults)
    for name, fault in form.unreadable.items():
        whole = next((title for each, title in asks.items() if name.startswith(f"{each}/")), "")
        faults[name] = f"{whole}：{fault}" if whole else fault
    if faults:
        errors = [{"pointer": f"/{name}", "detail": fault} for name, fault in faults.items()]
        raise DataInvalid("有些内容没有收下，请看下面的说明。", errors=errors)


def _page(
    request: Request,
    visitor: Member,
    view: CaseView,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
    kept: Kept | None = None,
) -> Response:
    asking = [one for one in view.owed if one.asks]
    names = {name_of(ask): ask.title for one in asking for ask in one.asks}
    change = rows.Change.of(form) if form else None
    said = partial(titles.answer_title, here=view.release.directory.region)
    return shown(
        request,
        visitor,
        "portal/supplement.html",
        view=view,
        case=view.case,
        title=view.release.bundle.title,
        asking=asking,
        steps=[one for one in view.owed if not one.asks],
        names=names,
        name_of=name_of,
        sources=titles.MATERIAL_SOURCES,
        lapsed=_ended(view),
        filled=form,
        refusal=refusal,
        kept=kept.files if kept else {},
        about=about,
        rows_of=partial(_rows, form),
        more=change.field if change and change.n is None else "",
        left=change.field if change and change.n is not None else "",
        said=said,
        done="done" in request.query_params,
        most_in_all=LARGEST_UPLOAD >> 20,
        turn=view.turn,
    )


def _ended(view: CaseView) -> list[str]:
    """Return the items that ended because papers did not come in time, each with what that is called here."""
    release = view.release
    return [
        f"{release.title_of(code)}：{machine_for(release, code).states[item.state].title}"
        for code, item in view.case.items.items()
        if item.outcome == "lapsed" or item.state in OVERDUE_STATES
    ]


def about(definition: VocabularyField, code: str = "") -> dict[str, Any]:
    """Say what a control has to know of a field."""
    return field_control(code, definition, required=True)


def _rows(form: Filled | None, ask: Ask) -> list[rows.Cells]:
    """Return the rows that are asked for anew: as they were typed here, else as they stand."""
    name, value, change = name_of(ask), ask.value, rows.Change.of(form) if form else None
    if ask.definition is None:
        return []
    if form and name in form:
        value = rows.rows_in(ask.definition, name, form, change)
    more = change is not None and change.n is None and change.field == ask.code
    return rows.laid_out(ask.definition, about(ask.definition), value, more=more)


def _filled_in(ask: Ask, form: Filled) -> Any:
    """Return what was filled in for a field; None for nothing, and for rows that are as they were."""
    name = name_of(ask)
    if ask.definition is None or name not in form:
        return None
    if not ask.definition.columns:
        return value_of(ask.definition, form.many(name)) if form.many(name) else None
    value, _ = checked_value(ask.definition, rows.rows_in(ask.definition, name, form))
    return value if value and value != ask.value else None


def name_of(ask: Ask) -> str:
    """Return the name of the control that answers an ask."""
    return {"material": f"file/{ask.code}", "field": f"form/{ask.code}", "point": "point"}.get(
        ask.kind, ask.code
    )


async def _stored_uploads(desk: Desk, visitor: Member, form: Filled, view: CaseView) -> Kept:
    """Store the files that came, and take over those that came with an earlier try."""
    files: dict[str, FileInfo] = {}
    faults: dict[str, str] = {}
    for ask in (ask for one in view.owed for ask in one.open if ask.kind == "material"):
        name = name_of(ask)
        try:
            if upload := form.file(name):
                files[ask.code] = await desk.office.keep_file(
                    visitor.actor, pieces(upload), upload.filename or "", visitor.now
                )
            elif before := form.text(f"kept/{ask.code}"):
                files[ask.code] = await desk.office.own_file(visitor.actor, before)
        except ServiceError as refusal:
            faults[name] = refusal.detail
    return Kept(files, faults)


def _act_given(view: CaseView, form: Filled, kept: Kept) -> tuple[Owed, dict[str, Any]]:
    """Return the item to act on and what the act carries. Raises DataInvalid when nothing was given."""
    materials: dict[str, dict[str, Any]] = {}
    fields: dict[str, Any] = {}
    points: list[str] = []
    document = form.text("document")
    first: Owed | None = None
    for one in view.owed:
        before = (len(materials), len(fields), len(points))
        for ask in one.open:
            name = name_of(ask)
            if ask.kind == "material" and ask.code in kept.files:
                materials[ask.code] = {"material": ask.code, "file": kept.files[ask.code].id}
            elif ask.kind == "material" and (way := form.text(f"way/{ask.code}")) in ask.origins:
                materials[ask.code] = {"material": ask.code, way: True}
            elif (value := _filled_in(ask, form)) is not None:
                fields[ask.code] = value
            elif ask.kind == "point" and ask.code in form.many(name):
                points.append(ask.code)
        if first is None and (
            before != (len(materials), len(fields), len(points))
            or (document and _asks_document(one))
        ):
            first = one
    if first is None:
        raise one_field("", NOTHING_GIVEN)
    data: dict[str, Any] = {"materials": list(materials.values()), "form": fields, "points": points}
    data = {name: value for name, value in data.items() if value} or {"materials": []}
    return first, data | ({"document": document} if document else {})


def _asks_document(one: Owed) -> bool:
    return any(ask.kind == "document" for ask in one.asks)


def _at_own_controls(refusal: ServiceError, view: CaseView, form: Filled) -> ServiceError:
    """Point a refusal at the controls of this page: the API's pointers name places of its own body."""
    errors = refusal.facts.get("errors")
    if not errors:
        return refusal
    given = [ask for one in view.owed for ask in one.open if ask.kind == "material"]
    given = [
        ask
        for ask in given
        if form.file(name_of(ask)) or form.text(f"kept/{ask.code}") or form.text(f"way/{ask.code}")
    ]
    placed = []
    for error in errors:
        parts = error["pointer"].split("/")
        name = error["pointer"]
        if parts[1:3] == ["data", "form"] and len(parts) > 3:
            name = f"/form/{'/'.join(parts[3:])}"
        elif (
            parts[1:3] == ["data", "materials"]
            and len(parts) > 3
            and parts[3].isdigit()
            and int(parts[3]) < len(given)
        ):
            name = f"/{name_of(given[int(parts[3])])}"
        elif parts[1:3] == ["data", "document"]:
            name = "/document"
        placed.append({**error, "pointer": name})
    return type(refusal)(refusal.detail, law=refusal.law, **{**refusal.facts, "errors": placed})
