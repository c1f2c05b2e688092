"""一件事、办事指南 — what a bundle is, and the guide made for one applicant's answers, where the application begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter, Desk
from service.api.pages.frame import see, shown
from service.api.pages.portal.asking import FOR
from service.api.pages.portal.typed import answers_in, query_of
from service.api.pages.visit import Visiting, Visitor, on_a_phone, vary_by_phone
from service.api.rest.guide_shapes import GuideShown
from service.api.texts import Code
from service.errors import DataInvalid, NotPermitted, ServiceError
from service.office import CaseFilter, titles
from service.office.applications import may_know, refuse_strangers, type_of
from service.workflows.case import Actor
from service.workflows.definition import REFORMS, Release
from service.workflows.telling import bundle_chart, texts_of

router = APIRouter(include_in_schema=False)
NO_NUMBER = "-"  # the number of an applicant who is not known yet
TO_LOOK_UP = ("id-number", "identity", "uscc", "number")  # what nobody knows by heart
MOST_TO_LOOK_UP = 6
MOST_DRAWN, CHART = 8, "_chart"  # no question can be called so
MOST_DRAFTS = 5  # drafts that are offered to go on with


@router.get("/things/{bundle}")
async def thing(bundle: Code, request: Request, desk: Counter, visitor: Visiting) -> Response:
    """Tell what a bundle is: what, who, how long, what it costs, what is saved."""
    release = await desk.office.bundle(bundle)
    fees = [charge for item in release.items.values() for charge in item.charges()]
    return shown(
        request,
        visitor,
        "portal/thing.html",
        release=release,
        fees=fees,
        categories=titles.CATEGORIES,
        reforms=REFORMS,
        kinds=[titles.APPLICANT_TYPES[kind] for kind in release.bundle.applicants],
        drafts=await _drafts_begun(release, desk, visitor),
    )


async def _drafts_begun(release: Release, desk: Desk, visitor: Visitor) -> list[Any]:
    """Return what the visitor has begun for this bundle and not sent in."""
    if visitor.actor is None or visitor.actor.kind != "applicant":
        return []
    wanted = CaseFilter(state="draft", bundle=release.bundle.code)
    return list((await desk.office.cases(visitor.actor, wanted, None, MOST_DRAFTS)).items)


@router.get("/things/{bundle}/guide")
async def guide(bundle: Code, request: Request, desk: Counter, visitor: Visiting) -> Response:
    """Show the guide for the answers in the address; what is missing is asked."""
    release = await desk.office.bundle(bundle)
    answers = answers_in(release, request.query_params.multi_items())
    number = request.query_params.get(FOR, "")
    return await guide_page(request, desk, visitor, release, answers, number)


async def guide_page(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    release: Release,
    answers: dict[str, Any],
    number: str = "",
    **more: Any,
) -> Response:
    """Render the guide; answers that are not complete lead back to the questions."""
    found = await _found(release, answers, desk, visitor)
    if found is None:
        again = query_of(release, answers, _go="1", _for=number)
        return see(f"/things/{release.bundle.code}/ask?{again}{_all_seen(release)}")
    made = GuideShown.model_validate(found)
    context: dict[str, Any] = {
        "release": release,
        "guide": made,
        "days": days_of(made),
        "effort": effort_of(release, found),
        "small": on_a_phone(request),
        "said_again": texts_of,
        "query": query_of(release, answers),
        "number": number,
        "drawing": _drawing(release, found, wanted=CHART in request.query_params),
        "starting": starting(release, visitor.actor),
        "answers": answers,
        "drafts": [] if number else await _drafts_begun(release, desk, visitor),
    }
    return vary_by_phone(shown(request, visitor, "portal/guide.html", **(context | more)))


def _drawing(release: Release, found: Mapping[str, Any], *, wanted: bool) -> str:
    """Return the chart of these items; nothing for a single one, and of very many only where it is asked for."""
    codes = [item["code"] for item in found["items"]]
    shown = len(codes) > 1 and (wanted or len(codes) <= MOST_DRAWN)
    return bundle_chart(release, selected=codes) if shown else ""


async def _found(
    release: Release, answers: dict[str, Any], desk: Desk, visitor: Visitor
) -> dict[str, Any] | None:
    """Return the guide for the visitor; None while an answer is missing or wrong."""
    who = applicant_of(release, visitor.actor)
    own = may_know(visitor.actor, release.bundle.code, who.get("id", ""))
    try:
        found = await desk.office.guide(release.bundle.code, who, answers, now=visitor.now, own=own)
    except DataInvalid:
        return None
    return None if found["to_answer"] else found


@dataclass(frozen=True, slots=True)
class Effort:
    """要费多少事 — what is still to be typed and handed in, said before one begins; `asked` is what one has to look up."""

    fields: list[str]  # titles of what is to be filled in
    known: int  # of the fields, how many are filled in already
    uploads: int
    later: int  # of the uploads, how many may follow
    promises: int
    asked: list[str]

    @property
    def minutes(self) -> int:
        """Return how long it takes about: half a minute a field, two a paper, rounded up to five."""
        return -(-(len(self.fields) + 4 * self.uploads + 2 * self.promises + 6) // 10) * 5


def effort_of(release: Release, found: Mapping[str, Any]) -> Effort:
    """Return what an application takes, by its guide."""
    known, required = found["prefill"], found["form"]["required"]
    fields = [name for name in found["form"]["properties"] if name not in known]
    kinds = {name: release.vocabulary.fields[name] for name in fields if name in required}
    papers = [paper for paper in found["materials"] if paper["required"]]
    uploads = [paper for paper in papers if paper["way"]["code"] == "upload"]
    return Effort(
        fields=[each.title for each in kinds.values()],
        known=len(known),
        uploads=len(uploads),
        later=sum(bool(paper["deferrable"]) for paper in uploads),
        promises=sum(paper["way"]["code"] == "commitment" for paper in papers),
        asked=[each.title for each in kinds.values() if each.type in TO_LOOK_UP][:MOST_TO_LOOK_UP],
    )


def days_of(guide: GuideShown) -> list[tuple[date, bool, str]]:
    """Return what happens on which day, in order: (day, whether by that day, what)."""
    dates, cap = guide.dates, guide.limits.legal_cap
    told = [
        (dates.submit_on, False, "今天提交，当场给收件凭证"),
        (dates.notice_by, True, "材料有问题的，一次告诉您全部要补的"),
        (dates.expected_on, True, "材料齐全、当天受理的话，预计全部办好"),
        (dates.promised_on, True, "承诺全部办结"),
        (dates.cap_on, True, f"法定最长期限（{cap.title}，{cap.basis}）" if cap else ""),
    ]
    return sorted(
        ((day, before, what) for day, before, what in told if day), key=lambda each: each[0]
    )


def _all_seen(release: Release) -> str:
    return "".join(f"&_q={question.id}" for question in release.bundle.questions)


def applicant_of(release: Release, actor: Actor | None) -> dict[str, str]:
    """Return for whom the guide is made: the visitor where that is known, else anybody whom the bundle is for."""
    known = type_of(actor)
    kind = known if known in release.bundle.applicants else release.bundle.applicants[0]
    told = {"name": actor.name, "id": actor.subject} if actor and known == kind else {}
    return {"type": kind, **told}


def starting(release: Release, actor: Actor | None) -> dict[str, Any]:
    """Return how this visitor may begin: {refusal, known, kinds}; `known` is the applicant, None when it must be typed in."""
    kinds = [
        {"code": kind, "title": titles.APPLICANT_TYPES[kind]} for kind in release.bundle.applicants
    ]
    if actor is None:
        return {"refusal": "", "known": None, "kinds": kinds}
    try:
        own = actor.subject if actor.kind == "applicant" else ""
        refuse_strangers(release, actor, own or NO_NUMBER)
    except ServiceError as refusal:
        return {"refusal": refusal.detail, "known": None, "kinds": kinds}
    kind = type_of(actor)
    if kind and kind not in release.bundle.applicants:
        wanted = "、".join(each["title"] for each in kinds)
        said = NotPermitted(
            f"您现在以{titles.APPLICANT_TYPES[kind]}的身份办，这件事面向{wanted}。请换一个身份，或者换一个账号登录。"
        )
        return {"refusal": said.detail, "known": None, "kinds": kinds}
    told = {"name": actor.name, "id": actor.subject, "document": actor.document}
    known = {"type": kind, **told} if kind else None
    return {"refusal": "", "known": known, "kinds": kinds}
