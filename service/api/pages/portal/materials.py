"""材料上传 — each paper of the one set: a file, or the way in which it comes without one; each change is saved at once."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from service.api.auth import Counter, Desk
from service.api.pages.forms import Filled, does, filled
from service.api.pages.frame import see
from service.api.pages.portal import drafts
from service.api.pages.portal.drafts import Draft
from service.api.pages.visit import Member, SignedIn
from service.api.rest.files import pieces
from service.api.texts import CaseNumber
from service.errors import CaseChanged, DataInvalid, ServiceError, TooLarge, TypeRefused, one_field
from service.office.filetypes import FORMATS, REFUSAL
from service.workflows.telling import material_row, to_hand_in

router = APIRouter(include_in_schema=False, prefix="/apply/{number}/materials")
MEGABYTE = 1 << 20
UPLOAD, REMOVE = "upload", "remove"
ENDINGS = {**{kind: f".{kind}" for kind in FORMATS}, "jpg": ".jpg,.jpeg"}


@router.get("")
async def materials(
    number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Show the papers."""
    draft = await drafts.draft_or_progress(desk, visitor, number)
    return draft if isinstance(draft, Response) else _page(request, visitor, draft)


def _page(request: Request, visitor: Member, draft: Draft, **more: Any) -> Response:
    if not draft.guide:
        return see(f"/apply/{draft.number}")
    path = f"/apply/{draft.number}/materials"
    return drafts.page(
        request,
        visitor,
        "portal/materials.html",
        draft,
        path,
        papers=draft.content["papers"],
        endings=ENDINGS,
        following=draft.following(path),
        uploaded=_uploaded(draft),
        **more,
    )


def _uploaded(draft: Draft) -> dict[str, str]:
    """Return the files that were handed in for this draft, each once: id → name."""
    rows = sorted(draft.case.materials.values(), key=lambda row: row.n)
    return {row.file: row.name for row in rows if row.file}


@router.post("")
@does("cases_change_draft")
async def hand_in(
    number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Hand in one paper: a file, one handed in before, another way, or none after all."""
    try:
        form = await filled(request, visitor)
        return await _handed_in(number, request, desk, visitor, form)
    finally:
        await request.close()  # what was uploaded lies in a file of its own until then


async def _handed_in(
    number: str, request: Request, desk: Desk, visitor: Member, form: Filled
) -> Response:
    draft = await drafts.opened(desk, visitor, number)
    code = form.text("material")
    paper = next((paper for paper in draft.content["papers"] if paper["code"] == code), None)
    if paper is None:
        return see(f"/apply/{number}/materials")
    try:
        others = [each for each in to_hand_in(draft.content["papers"]) if each["material"] != code]
        mine = [each async for each in _handed_in_now(desk, visitor, draft, paper, form)]
        await drafts.changed(desk, visitor, form, number, {"materials": [*others, *mine]})
    except (DataInvalid, CaseChanged, TooLarge, TypeRefused) as refusal:
        again = await drafts.opened(desk, visitor, number)
        upload = form.file("file")
        beside = _beside_its_paper(refusal, paper, (upload and upload.filename) or "")
        return _page(request, visitor, again, refusal=beside, filled=form)
    return see(f"/apply/{number}/materials?done={code}#m-{code}")


async def _handed_in_now(
    desk: Desk, visitor: Member, draft: Draft, paper: dict[str, Any], form: Filled
) -> AsyncIterator[dict[str, Any]]:
    """Yield the paper as it is handed in now; nothing when it is taken back. Raises what is wrong with it."""
    code, way = paper["code"], form.text("way")
    if way == REMOVE:
        return
    if way != UPLOAD:
        if way not in [each["code"] for each in paper["ways"]]:
            raise one_field(f"/materials/{code}", f"「{paper['title']}」不能这样提供")
        yield material_row(code, way)
        return
    if (known := form.text("again")) and known in _uploaded(draft):
        yield material_row(code, UPLOAD, known, _uploaded(draft)[known])
        return
    upload = form.file("file")
    if upload is None:
        raise one_field(f"/materials/{code}", f"请先选择「{paper['title']}」的文件")
    for fault in _faults(paper, upload):
        raise one_field(f"/materials/{code}", fault)
    kept = await desk.office.keep_file(
        visitor.actor, pieces(upload), upload.filename or "", visitor.now
    )
    if kept.type not in [FORMATS[kind] for kind in paper["formats"]]:
        raise one_field(f"/materials/{code}", _wrong_type(paper, kept.name))
    yield material_row(code, UPLOAD, kept.id, kept.name)


def _faults(paper: dict[str, Any], upload: UploadFile) -> Iterator[str]:
    size = upload.size or 0
    if not size:
        yield f"「{paper['title']}」的文件是空的，请选另一个"
    if size > paper["max_mb"] * MEGABYTE:
        yield f"「{paper['title']}」不能超过 {paper['max_mb']} MB，您选的文件有 {size / MEGABYTE:.1f} MB，请压缩后再传"


def _wrong_type(paper: dict[str, Any], name: str) -> str:
    """Say what is wrong with a file by its content; one that is only called as it should be is told so."""
    kinds = "、".join(paper["formats"]).upper()
    ending = name.rpartition(".")[2].lower().replace("jpeg", "jpg")
    if ending in paper["formats"]:
        return f"「{paper['title']}」的文件名是 .{ending}，里面却不是 {ending.upper()}：请用原来的软件重新保存成 {kinds} 再传"
    return f"「{paper['title']}」只收 {kinds} 文件，请换一种格式再传"


def _beside_its_paper(refusal: ServiceError, paper: dict[str, Any], name: str) -> ServiceError:
    """Say each refusal as one sentence beside the paper it is about."""
    if isinstance(refusal, CaseChanged):
        return refusal
    said = refusal.detail
    if isinstance(refusal, TypeRefused):
        said = _wrong_type(paper, name) if said == REFUSAL else said
    elif isinstance(refusal, TooLarge):
        said = f"「{paper['title']}」不能超过 {paper['max_mb']} MB，请压缩后再传"
    elif errors := refusal.facts.get("errors"):
        said = errors[0]["detail"]
    return DataInvalid(
        "有一份材料没有传上", errors=[{"pointer": f"/materials/{paper['code']}", "detail": said}]
    )
