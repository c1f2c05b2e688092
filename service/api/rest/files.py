"""文件 — hand one in, read one of a case."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.datastructures import UploadFile
from starlette.responses import StreamingResponse

from service.api.auth import Caller, Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import BadRequest, refusals
from service.api.rest.shapes import Shown, json_answer, shape_of
from service.api.texts import CaseNumber, Sha256, text_fault
from service.errors import (
    ActionNotAllowed,
    NotFound,
    NotPermitted,
    NotSignedIn,
    TypeRefused,
    one_field,
)
from service.office import FileInfo

router = APIRouter(tags=["files"], route_class=StrictRoute)
CREATED = 201
CHUNK = 1 << 16
MULTIPART: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "一个文件，不超过 20 MB",
                        }
                    },
                }
            }
        },
    }
}


class FileShown(Shown):
    """文件。"""

    id: str = Field(description="内容的 SHA-256；提交材料时填在 file 里")
    name: str
    size: int = Field(description="字节数")
    type: str = Field(description="按内容认定的类型，与文件名无关")


@router.post(
    "/files",
    operation_id="files_keep",
    summary="上传一个文件",
    status_code=CREATED,
    response_model=FileShown,
    responses=refusals(NotSignedIn, NotPermitted, TypeRefused, BadRequest),
    openapi_extra=MULTIPART,
)
async def keep_file(request: Request, desk: Counter, caller: SignedIn) -> Response:
    """断了可以重新上传：同样的内容只存一份，编号相同。"""
    await desk.office.spend("uploads", caller.actor.account, desk.clock())
    await desk.office.refuse_hoarders(caller.actor)
    with desk.uploads.place(caller.actor.account):
        return await _kept(request, desk, caller)


async def _kept(request: Request, desk: Counter, caller: Caller) -> Response:
    async with request.form(max_files=1, max_fields=5) as form:
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            raise one_field("/file", "请用 multipart/form-data 上传一个文件，字段名为 file")
        name = upload.filename or ""
        if fault := text_fault(name):
            raise one_field("/file", f"文件名{fault}")
        kept = await desk.office.keep_file(caller.actor, pieces(upload), name, caller.now)
    shown = shape_of(FileShown, kept)
    return json_answer(shown.model_dump_json(), CREATED)


async def pieces(upload: UploadFile) -> AsyncIterator[bytes]:
    """Yield what was uploaded, piece by piece."""
    while chunk := await upload.read(CHUNK):
        yield chunk


@router.get(
    "/cases/{number}/files/{file}",
    operation_id="cases_file",
    summary="下载办件里的一个文件",
    response_class=Response,
    responses=refusals(NotSignedIn, NotFound, ActionNotAllowed)
    | {200: {"description": "文件内容", "content": {"application/octet-stream": {}}}},
)
async def get_file(number: CaseNumber, file: Sha256, desk: Counter, caller: SignedIn) -> Response:
    """只有看得到这份材料的人能下载；总是作为附件下载，不在页面里打开。"""
    return download(*await desk.office.file(caller.actor, number, file, caller.now))


def download(info: FileInfo, content: AsyncIterator[bytes]) -> Response:
    """Give a file to be saved under its name, never to be opened within a page."""
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(info.name, safe='')}",
        "content-length": str(info.size),
        "content-security-policy": "sandbox",
        "cache-control": "no-store",
    }
    return StreamingResponse(content, headers=headers, media_type=info.type)
