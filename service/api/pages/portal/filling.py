"""一表申请 — the one form, a page at a time; whatever fits is saved, whatever does not stays as it was typed."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.forms import Filled, does, filled
from service.api.pages.frame import errors_of, see
from service.api.pages.portal import drafts
from service.api.pages.portal.drafts import Draft
from service.api.pages.visit import Member, SignedIn
from service.api.rest.guide_shapes import GuideSamePlace
from service.api.texts import CaseNumber, Whole
from service.errors import CaseChanged, DataInvalid, ServiceError
from service.workflows.telling import checked_value, texts_of, value_of

router = APIRouter(include_in_schema=False, prefix="/apply/{number}/form")
ANSWERED = "来自您对情形问题的回答"


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
    to_fill, known = _laid_out(draft, pages[n - 1], filled or Filled.nothing(), errors_of(refusal))
    return drafts.page(
        request,
        visitor,
        "portal/form.html",
        draft,
        f"/apply/{draft.number}/form/{n}",
        here=pages[n - 1],
        to_fill=to_fill,
        same=_same_place(draft, pages[n - 1]),
        known=known,
        answered=ANSWERED,
        filled=filled,
        refusal=refusal,
    )


def _same_place(draft: Draft, here: dict[str, Any]) -> GuideSamePlace | None:
    """Return what is known of the place of an earlier application, on the pages that ask for some of it."""
    offer = draft.guide.same_place if draft.guide else None
    asked = {field["code"] for part in here["sections"] for field in part["fields"]}
    return offer if offer and asked & {field.code for field in offer.fields} else None


Shown = dict[str, list[tuple[dict[str, Any], list[str]]]]
Known = list[tuple[dict[str, Any], list[str], bool]]


def _laid_out(
    draft: Draft, here: dict[str, Any], form: Filled, errors: Mapping[str, str]
) -> tuple[Shown, Known]:
    """Return what is to be filled in, by section, and what is known, each with its texts and whether they were changed."""
    to_fill: Shown = {}
    known: Known = []
    for part in here["sections"]:
        for field in part["fields"]:
            name, saved = f"form/{field['code']}", saved_texts(draft, field)
            texts = list(form.fields[name]) if name in form else saved
            if field["origin"] and name not in errors:
                known.append((field, texts, [text for text in texts if text] != saved))
            else:
                to_fill.setdefault(part["title"], []).append((field, texts))
    return to_fill, known


def saved_texts(draft: Draft, field: dict[str, Any]) -> list[str]:
    """Return the texts that stand for what was saved, also where it does not fit, else for what is proposed."""
    value = draft.case.form.get(field["code"], field["value"]) if field["fault"] else field["value"]
    return texts_of(draft.release.vocabulary.fields[field["code"]], value)


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
    same = form.text("then") == "same-place" and draft.guide and draft.guide.same_place
    if same:  # what was typed here counts
        kept = {**{field.code: field.value for field in same.fields}, **kept}
    try:
        draft = await drafts.changed(desk, visitor, form, number, {"form": kept})
    # another window saved first: what was typed here is shown again and may be saved
    except CaseChanged as refusal:
        return _page(
            request,
            visitor,
            await drafts.opened(desk, visitor, number),
            n,
            refusal=refusal,
            filled=form,
        )
    if same:
        return see(f"/apply/{number}/form/{n}")
    later = form.text("then") == "list" and not form.unreadable
    if errors and not later:
        wrong: ServiceError = DataInvalid(f"有 {len(errors)} 处要填写或改正", errors=errors)
        return _page(request, visitor, draft, n, refusal=wrong, filled=form)
    return see(
        f"/apply/{number}" if later else draft.following(f"/apply/{number}/form/{n}", or_here=True)
    )


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
        if name in form.unreadable:
            wrong = f"{field['title']}：{form.unreadable[name]}"
            errors.append({"pointer": f"/{name}", "detail": wrong})
            continue
        value, wrong = _value(draft, field, form.fields[name])
        if wrong:
            errors.append({"pointer": f"/{name}", "detail": wrong})
        if value is None:
            kept.pop(code, None)
        else:
            kept[code] = value
    return kept, errors


def _value(draft: Draft, field: dict[str, Any], texts: Sequence[str]) -> tuple[Any, str]:
    """Return what was typed, as it is kept, and what is wrong with it."""
    definition = draft.release.vocabulary.fields[field["code"]]
    value = value_of(definition, texts)
    if value is None:
        return None, f"请填写{field['title']}" if field["required"] else ""
    value, wrong = checked_value(definition, value)
    return value, f"{field['title']}{wrong}" if wrong else ""
