"""填写申请 — what all pages of a draft share: the draft as it stands, its steps in order, changing a part of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request, Response

from service import office
from service.api.auth import Desk
from service.api.pages.forms import Filled, asked
from service.api.pages.frame import see, shown
from service.api.pages.visit import Member
from service.api.rest.guide_shapes import GuideShown
from service.errors import ActionNotAllowed, NotFound, ServiceError
from service.office import Again, DraftView
from service.workflows.case import Case
from service.workflows.definition import Release
from service.workflows.telling import to_hand_in


@dataclass(frozen=True, slots=True)
class Step:
    """一步 — one page of the application: what it is, how far it is, where it is."""

    path: str
    title: str
    about: str
    state: str  # done | todo | optional
    group: str


@dataclass(frozen=True, slots=True)
class Draft:
    """填写中的申请 — a draft with the words of its pages."""

    case: Case
    release: Release
    content: Mapping[str, Any]
    again: Again | None = None  # what it applies for anew

    @property
    def number(self) -> str:
        """Return its number."""
        return self.case.number

    @property
    def reapplied(self) -> str:
        """Return the titles of the items that are applied for anew."""
        return "、".join(self.release.title_of(code) for code in self.case.limited_to)

    @property
    def guide(self) -> GuideShown | None:
        """Return the guide for its answers; None while they are not complete."""
        found = self.content["guide"]
        return GuideShown.model_validate(found) if found else None

    @property
    def offers(self) -> list[Any]:
        """Return the items whose commitment the applicant may choose, or might once more is filled in."""
        return [item for item in self.guide.items if item.commitment] if self.guide else []

    def fields(self) -> dict[str, dict[str, Any]]:
        """Return the fields of the one form by code."""
        sections = (part for page in self.content["pages"] for part in page["sections"])
        return {field["code"]: field for part in sections for field in part["fields"]}

    def steps(self) -> list[Step]:
        """Return what is to be done, in order; checking and sending in comes after all of them."""
        if not self.guide or not self.guide.can_apply:
            return []
        return [*self._choosing(), *self._filling(), *self._handing_in()]

    def _choosing(self) -> list[Step]:
        if not self.offers:
            return []
        open_ = [each for each in self.offers if each.commitment.offered or each.commitment.unknown]
        left = [item for item in open_ if item.code not in self.case.handling]
        chosen = [item for item in open_ if item.handling.code == "commitment"]
        about = "可以选，更快，免交部分材料" if left else "按一般程序"
        if chosen:
            about = f"{len(chosen)} 项选了告知承诺"
        if closed := self.content["closed"]:
            about += f"；{len(closed)} 项选了、但不能用"
        state = "optional" if left or closed else "done"
        return [Step(f"/apply/{self.number}/commitments", "告知承诺", about, state, "办理方式")]

    def _filling(self) -> list[Step]:
        steps = []
        for page in self.content["pages"]:
            count = sum(len(section["fields"]) for section in page["sections"])
            known = count - page["to_fill"]
            about = f"{count} 项，{known} 项已替您填好，请核对" if known else f"{count} 项"
            state = "todo" if page["lacking"] else "done"
            path = f"/apply/{self.number}/form/{page['n']}"
            steps.append(Step(path, page["title"], about, state, "填写信息"))
        return steps

    def _handing_in(self) -> list[Step]:
        papers = self.content["papers"]
        if not papers:
            return []
        left = sum(
            paper["lacking"] or bool(paper["given"] and paper["given"]["fault"]) for paper in papers
        )
        mine = sum(paper["required"] and paper["needed_from_applicant"] for paper in papers)
        about = f"要您交 {mine} 份，还缺 {left} 份" if left else f"共 {len(papers)} 份，齐了"
        state = "todo" if left else "done"
        return [Step(f"/apply/{self.number}/materials", "材料", about, state, "材料")]

    def following(self, path: str = "", *, or_here: bool = False) -> str:
        """Return the page to go on with after a step: the next one with something to do, else the check.

        `or_here`: the step itself, when what was said there calls for more.
        """
        steps = self.steps()
        if not steps:
            return f"/apply/{self.number}"
        paths = [step.path for step in steps]
        rest = steps[paths.index(path) + (not or_here) :] if path in paths else steps
        check = f"/apply/{self.number}/check"
        return next((step.path for step in rest if step.state != "done"), check)


async def opened(desk: Desk, visitor: Member, number: str) -> Draft:
    """Return a draft. Raises NotFound, ActionNotAllowed once it is submitted."""
    view: DraftView = await desk.office.draft(visitor.actor, number, visitor.now)
    return Draft(view.case, view.release, view.content, view.again)


async def draft_or_progress(desk: Desk, visitor: Member, number: str) -> Draft | Response:
    """Return a draft; once it is submitted the way to its progress."""
    try:
        return await opened(desk, visitor, number)
    except ActionNotAllowed:
        return see(f"/my/cases/{number}")


async def changed(
    desk: Desk, visitor: Member, form: Filled, number: str, changes: Mapping[str, Any]
) -> Draft:
    """Change a draft, and let come by itself what now can; return it as it then is."""
    request = asked(visitor, form)
    await desk.office.change_draft(request, number, changes)
    return await settled(desk, visitor, request, await opened(desk, visitor, number))


def under(request: office.Request, suffix: str) -> office.Request:
    """Return a request for what follows from the first one: under a key of its own, so that a repeat does none of it twice."""
    return replace(request, key=request.key and request.key + suffix, seen_version=None)


async def settled(desk: Desk, visitor: Member, request: office.Request, draft: Draft) -> Draft:
    """Hand in what needs nobody to ask for it, and take back what is not asked for any more."""
    wanted = to_hand_in(draft.content["papers"])
    held = [row for row in draft.case.materials.values() if not row.replaced]
    if {entry["material"] for entry in wanted} == {row.material for row in held}:
        return draft
    await desk.office.change_draft(under(request, ":2"), draft.number, {"materials": wanted})
    return await opened(desk, visitor, draft.number)


def page(
    request: Request, visitor: Member, template: str, draft: Draft, path: str = "", **context: Any
) -> Response:
    """Render a page of a draft."""
    steps = draft.steps()
    place = next((n for n, step in enumerate(steps, 1) if step.path == path), len(steps) + 1)
    return shown(
        request,
        visitor,
        template,
        draft=draft,
        release=draft.release,
        guide=draft.guide,
        steps=steps,
        place=place,
        **context,
    )


def lost(refusal: ServiceError) -> bool:
    """Tell whether a refusal leaves no page of the draft to go back to."""
    return isinstance(refusal, (NotFound, ActionNotAllowed))
