"""一表申请 — the one form, a page at a time; whatever fits is saved, whatever does not stays as it was typed."""

from collections.abc import Collection, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter, Desk
from service.api.pages.forms import Filled, does, filled
from service.api.pages.frame import clock, errors_of, see
from service.api.pages.portal import drafts, rows
from service.api.pages.portal.drafts import Draft
from service.api.pages.visit import Member, SignedIn
from service.api.rest.guide_shapes import GuideSamePlace
from service.api.texts import CaseNumber, Whole
from service.errors import CaseChanged, DataInvalid, ServiceError
from service.workflows.telling import checked_value, texts_of, value_of

router = APIRouter(include_in_schema=False, prefix="/apply/{number}/form")
ANSWERED = "来自您前面的回答"


@router.get("/{n}")
async def section(
    number: CaseNumber, n: Whole, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Show a page of the form."""
    draft = await drafts.draft_or_progress(desk, visitor, number)
    return draft if isinstance(draft, Response) else _page(request, visitor, draft, n)


def _page(
    request: Request,
    visitor: Member,
    draft: Draft,
    n: int,
    *,
    filled: Filled | None = None,
    refusal: ServiceError | None = None,
) -> Response:
    pages = draft.content["pages"]
    if not 1 <= n <= len(pages):
        return see(f"/apply/{draft.number}")
    form, more = filled or Filled.nothing(), request.query_params.get("row", "")
    to_fill, known = _laid_out(draft, pages[n - 1], form, errors_of(refusal), more)
    return drafts.page(
        request,
        visitor,
        "portal/form.html",
        draft,
        f"/apply/{draft.number}/form/{n}",
        here=pages[n - 1],
        more=more,
        left=request.query_params.get("left", ""),
        to_fill=to_fill,
        same=_same_place(draft, pages[n - 1]),
        registers=_to_ask(draft, pages[n - 1]),
        known=known,
        answered=ANSWERED,
        filled=filled,
        refusal=refusal,
        # what another window saved is not written over before somebody says so
        autosave=not isinstance(refusal, CaseChanged),
    )


def _same_place(draft: Draft, here: dict[str, Any]) -> GuideSamePlace | None:
    """Return what is known of the place of an earlier application, on the pages that ask for some of it."""
    offer = draft.guide.same_place if draft.guide else None
    asked = {field["code"] for part in here["sections"] for field in part["fields"]}
    return offer if offer and asked & {field.code for field in offer.fields} else None


def _to_ask(draft: Draft, here: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the registers that would fill something of this page and have not answered."""
    asked = {field["code"] for part in here["sections"] for field in part["fields"]}
    return [
        each
        for each in draft.content["registers"]
        if not each["said"] and asked & {field["code"] for field in each["fields"]}
    ]


Texts = list[str] | list[rows.Cells]
Shown = dict[str, list[tuple[dict[str, Any], Texts]]]
Known = list[tuple[dict[str, Any], Texts, bool]]


def _laid_out(
    draft: Draft, here: dict[str, Any], form: Filled, errors: Mapping[str, str], more: str
) -> tuple[Shown, Known]:
    """Return what is to be filled in, by section, and what is known, each with its texts and whether they were changed.

    `more` is the field of rows of which one more is shown.
    """
    to_fill: Shown = {}
    known: Known = []
    for part in here["sections"]:
        for field in part["fields"]:
            name, saved = f"form/{field['code']}", _saved(draft, field, more)
            texts = _typed(draft, field, form) if name in form else saved
            if field["origin"] and name not in errors:
                changed = [text for text in texts if text] != saved
                known.append((field, texts, changed))
            else:
                to_fill.setdefault(part["title"], []).append((field, texts))
    return to_fill, known


def _saved(draft: Draft, field: dict[str, Any], more: str) -> Texts:
    definition = draft.release.vocabulary.fields[field["code"]]
    if not field["columns"]:
        return saved_texts(draft, field)
    return rows.laid_out(definition, field, _kept(draft, field), more=field["code"] == more)


def saved_texts(draft: Draft, field: dict[str, Any]) -> list[str]:
    """Return the texts that stand for what was saved, also where it does not fit, else for what is proposed."""
    return texts_of(draft.release.vocabulary.fields[field["code"]], _kept(draft, field))


def _kept(draft: Draft, field: dict[str, Any]) -> Any:
    return draft.case.form.get(field["code"], field["value"]) if field["fault"] else field["value"]


def _typed(draft: Draft, field: dict[str, Any], form: Filled) -> Texts:
    """Return the texts as they were typed."""
    name = f"form/{field['code']}"
    definition = draft.release.vocabulary.fields[field["code"]]
    if field["columns"]:
        return rows.laid_out(definition, field, rows.rows_in(definition, name, form))
    return list(form.fields[name])


@router.post("/{n}")
@does("cases_change_draft")
async def save(
    number: CaseNumber, n: Whole, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Save a page of the form, and lead to what is next."""
    form = await filled(request, visitor, shown_again=True)
    draft = await drafts.opened(desk, visitor, number)
    if not 1 <= n <= len(draft.content["pages"]):
        return see(f"/apply/{number}")
    fields = [f for part in draft.content["pages"][n - 1]["sections"] for f in part["fields"]]
    kept, errors = read(draft, fields, form)
    if form.text("then") == "auto":
        return await _saved_by_itself(desk, visitor, form, number, kept)
    same = form.text("then") == "same-place" and draft.guide and draft.guide.same_place
    if same:  # what was typed here counts
        kept = {**{field.code: field.value for field in same.fields}, **kept}
    try:
        draft = await drafts.changed(desk, visitor, form, number, {"form": kept})
    # another window saved first: what was typed here is shown again and may be saved
    except CaseChanged as refusal:
        again = await drafts.opened(desk, visitor, number)
        return _page(request, visitor, again, n, refusal=refusal, filled=form)
    if same:
        return see(f"/apply/{number}/form/{n}")
    if (change := rows.Change.of(form)) and not form.unreadable:
        return see(f"/apply/{number}/form/{n}{rows.way_to(change, kept)}")
    register = form.text("then").removeprefix("register/")
    if any(register == each["code"] for each in draft.content["registers"]):
        return see(f"/apply/{number}/registers/{register}")
    errors += _clashing(draft, fields, {each["pointer"] for each in errors})
    later = form.text("then") == "list" and not form.unreadable
    if errors and not later:
        wrong: ServiceError = DataInvalid(f"有 {len(errors)} 处要填写或改正", errors=errors)
        return _page(request, visitor, draft, n, refusal=wrong, filled=form)
    return see(
        f"/apply/{number}" if later else draft.following(f"/apply/{number}/form/{n}", or_here=True)
    )


async def _saved_by_itself(
    desk: Desk, visitor: Member, form: Filled, number: str, kept: Mapping[str, Any]
) -> Response:
    """Save what was typed so far; the page stays, and is told when that was and the version to go on from."""
    draft = await drafts.changed(desk, visitor, form, number, {"form": kept})
    said = f"已自动保存 {clock(visitor.now)}"
    headers = {"x-seen": str(draft.case.version), "cache-control": "no-store"}
    return Response(said, headers=headers, media_type="text/plain")


def _clashing(
    draft: Draft, fields: list[dict[str, Any]], told: Collection[str]
) -> list[dict[str, str]]:
    """Return what of this page does not go with the rest, at the field to put right, else at the one that was typed here."""
    here = {field["code"] for field in fields}
    found = []
    for clash in draft.content["clashes"]:
        touched = [code for code in (clash["field"], *clash["reads"]) if code in here]
        pointer = f"/form/{touched[0]}" if touched else ""
        if touched and pointer not in told:
            found.append({"pointer": pointer, "detail": clash["say"]})
    return found


def read(
    draft: Draft, fields: list[dict[str, Any]], form: Filled
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return the form as it is to be kept, and what is wrong or empty of these fields.

    What does not fit is kept as it was typed: the overview says so, and nothing old is handed in for it.
    """
    kept, errors = dict(draft.case.form), []
    for field in fields:
        code, name = field["code"], f"form/{field['code']}"
        if field["origin"] == ANSWERED or name not in form:
            if field["required"] and name not in form and field["origin"] != ANSWERED:
                errors.append({"pointer": f"/{name}", "detail": f"请填写{field['title']}"})
            continue
        if unreadable := _unreadable(field, form):
            errors += unreadable
            continue
        value, wrong = _value(draft, field, form)
        errors += wrong
        if value is None:
            kept.pop(code, None)
        else:
            kept[code] = value
    return kept, errors


def _unreadable(field: dict[str, Any], form: Filled) -> list[dict[str, str]]:
    """Return which controls of a field hold characters that are not taken."""
    name = f"form/{field['code']}"
    return [
        {"pointer": f"/{each}", "detail": f"{field['title']}：{fault}"}
        for each, fault in form.unreadable.items()
        if each == name or each.startswith(f"{name}/")
    ]


def _value(draft: Draft, field: dict[str, Any], form: Filled) -> tuple[Any, list[dict[str, str]]]:
    """Return what was typed, as it is kept, and what is wrong with it; of rows none is nothing, where there must be some."""
    definition, name = draft.release.vocabulary.fields[field["code"]], f"form/{field['code']}"
    if field["columns"]:
        value: Any = rows.rows_in(definition, name, form, rows.Change.of(form))
        value = value or (None if field["min"] else [])
    else:
        value = value_of(definition, form.fields[name])
    if value is None:
        lacking = {"pointer": f"/{name}", "detail": f"请填写{field['title']}"}
        return None, [lacking] if field["required"] else []
    value, faults = checked_value(definition, value)
    return value, [
        {"pointer": f"/{name}{place}", "detail": f"{field['title']}{wrong}"}
        for place, wrong in faults
    ]
