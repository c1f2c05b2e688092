"""情形引导 — the questions: all on one page, or one after another on phones and in large letters.

A plain GET form: the answers live in the address, so nothing is lost by going back, and the link can be shared.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter, Desk
from service.api.pages.frame import see, shown
from service.api.pages.portal.typed import answers_in, query_of
from service.api.pages.visit import Visiting, Visitor, on_a_phone, vary_by_phone
from service.api.texts import Code
from service.errors import DataInvalid, NotFound
from service.workflows.definition import Release
from service.workflows.telling import questions_of, stops_so_far, texts_of

router = APIRouter(include_in_schema=False)
ONE, ALL, AT, GO, FOR, SHOWN = (
    "_one",
    "_all",
    "_at",
    "_go",
    "_for",
    "_q",
)  # no question can be called so


@dataclass(frozen=True, slots=True)
class Asking:
    """问到哪里 — the bundle, the answers so far and what follows from them."""

    release: Release
    answers: dict[str, Any]  # of the questions that are asked, as typed
    listed: list[dict[str, Any]]  # every question: see `tools.guide.questions`
    number: str  # the draft whose answers are changed; empty for a new application
    said: str = ""  # where answers come from that the visitor has not given here

    @property
    def asked(self) -> list[dict[str, Any]]:
        """Return the questions that are asked."""
        return [question for question in self.listed if question["asked"]]

    @property
    def open(self) -> list[dict[str, Any]]:
        """Return those without an answer that can be taken."""
        return [question for question in self.asked if not question["answered"]]

    def query(self, **more: str) -> str:
        """Return the answers as the query of an address, without those to questions that are not asked any more."""
        asked = {question["id"] for question in self.asked}
        kept = {id_: value for id_, value in self.answers.items() if id_ in asked}
        return query_of(self.release, kept, **{FOR: self.number, **more})


@router.get("/things/{bundle}/ask")
async def ask(bundle: Code, request: Request, desk: Counter, visitor: Visiting) -> Response:
    """Ask what must be known; when all is said, lead to the guide."""
    state = await _state(await desk.office.bundle(bundle), request, desk, visitor)
    if not state.listed:
        return see(f"/things/{bundle}/guide")
    small = visitor.elder or on_a_phone(request)
    one = ONE in request.query_params or (small and ALL not in request.query_params)
    page = _one(request, visitor, state) if one else _all(request, visitor, state)
    return vary_by_phone(page)


async def _state(release: Release, request: Request, desk: Desk, visitor: Visitor) -> Asking:
    query = request.query_params
    answers, number, said = answers_in(release, query.multi_items()), query.get(FOR, ""), ""
    if not answers and GO not in query and visitor.actor:
        answers, said = await _told(release, number, desk, visitor)
    return Asking(release, answers, questions_of(release, answers), number, said)


async def _told(
    release: Release, number: str, desk: Desk, visitor: Visitor
) -> tuple[dict[str, Any], str]:
    """Return the answers of the draft that is being changed, else of the last application."""
    if visitor.actor is None:
        return {}, ""
    if number:
        try:
            return dict(
                (await desk.office.draft(visitor.actor, number, visitor.now)).case.answers
            ), ""
        except NotFound:
            return {}, ""
    told = await desk.office.told_before(visitor.actor, release.bundle.code)
    return dict(told.get("answers", {})), told.get("said", "")


def _all(request: Request, visitor: Visitor, state: Asking) -> Response:
    """Show every question that is asked; others wait on the page, hidden, until an answer calls for them."""
    stops = stops_so_far(state.release, state.answers)
    going = request.query_params.get(GO) == "1"
    if going and not state.open and not stops:
        return see(f"/things/{state.release.bundle.code}/guide?{state.query()}")
    seen = set(request.query_params.getlist(SHOWN))
    missed = [q for q in state.open if q["id"] in seen] if going and not stops else []
    return _shown(
        request, visitor, "portal/ask.html", state, missed, new=len(state.open) if going else 0
    )


def _one(request: Request, visitor: Visitor, state: Asking) -> Response:
    """Show one question: the one asked for, else the first without an answer."""
    going, wanted = request.query_params.get(GO) == "1", request.query_params.get(AT, "")
    asked = {question["id"]: question for question in state.asked}
    here = asked.get(wanted)
    if going and (here is None or here["answered"]):
        if state.open or stops_so_far(state.release, state.answers):
            return see(f"/things/{state.release.bundle.code}/ask?{state.query(**{ONE: '1'})}")
        return see(f"/things/{state.release.bundle.code}/guide?{state.query()}")
    here = here or (state.open or state.asked)[0]
    place = [question["id"] for question in state.asked].index(here["id"])
    missed = [here] if going else []
    before = state.asked[place - 1] if place else None
    return _shown(
        request,
        visitor,
        "portal/ask_one.html",
        state,
        missed,
        here=here,
        place=place,
        before=before,
    )


def _shown(
    request: Request,
    visitor: Visitor,
    template: str,
    state: Asking,
    missed: list[dict[str, Any]],
    **more: Any,
) -> Response:
    declared = {question.id: question for question in state.release.bundle.questions}
    errors = [
        {"pointer": f"/{q['id']}", "detail": q["fault"] or f"请回答：{q['ask']}"} for q in missed
    ]
    refusal = DataInvalid(f"有 {len(errors)} 个问题要回答", errors=errors) if errors else None
    return shown(
        request,
        visitor,
        template,
        refusal=refusal,
        release=state.release,
        state=state,
        stops=stops_so_far(state.release, state.answers),
        controls={q["id"]: _control(q, declared[q["id"]], state.answers) for q in state.listed},
        **more,
    )


def _control(question: dict[str, Any], declared: Any, answers: dict[str, Any]) -> dict[str, Any]:
    about = {
        "title": question["ask"],
        "type": question["type"],
        "hint": "",
        "unit": question["unit"],
        "required": True,
        "options": [{"code": o["value"], "title": o["title"]} for o in question["options"]],
        "min": question["min"],
        "max": question["max"],
    }
    return {
        "about": about,
        "values": texts_of(declared, answers.get(question["id"])),
        "why": question["why"],
    }
