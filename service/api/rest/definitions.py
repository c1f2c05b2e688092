"""定义 — what is wrong with the files of a pack, and how to mend it; nothing is kept."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Response
from pydantic import Field, StringConstraints

from service.api.auth import Counter, only
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.shapes import Given, Shown, json_answer
from service.errors import DefinitionInvalid, NotPermitted, NotSignedIn

router = APIRouter(prefix="/definitions", tags=["definitions"], route_class=StrictRoute)
Path = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-][A-Za-z0-9_\-./]{0,199}$")]
FileText = Annotated[str, StringConstraints(max_length=256 * 1024)]
PACK_EXAMPLES: dict[str, Any] = {
    "日历": {
        "value": {
            "files": {
                "calendar.yaml": "kind: calendar\nyear: 2026\nsource: 放假通知\nholidays: [2026-13-01]\n"
            }
        }
    }
}
SEVERITY_TITLES = {"error": "错误", "warning": "提醒"}


class DefinitionsGiven(Given):
    """一个定义包的文件。"""

    files: Annotated[dict[Path, FileText], Field(min_length=1, max_length=500)] = Field(
        description="路径 → 内容"
    )


class DiagnosticShown(Shown):
    """一处诊断。"""

    file: str
    line: int
    col: int
    code: str = Field(description="诊断代码，如 E102；命令 yijianshi explain 可看说明")
    severity: str
    severity_title: str
    message: str
    hint: str


class DiagnosticsShown(Shown):
    """检查的结果。"""

    publishable: bool = Field(description="没有错误，可以发布")
    diagnostics: list[DiagnosticShown]


@router.post(
    "/check",
    operation_id="definitions_check",
    summary="检查定义",
    response_model=DiagnosticsShown,
    responses=refusals(NotSignedIn, NotPermitted, DefinitionInvalid),
    dependencies=[Depends(only("admin"))],
)
async def check(
    desk: Counter, given: Annotated[DefinitionsGiven, Body(openapi_examples=PACK_EXAMPLES)]
) -> Response:
    """每处错误指到行和列，并说明怎样改；什么也不保存。"""
    found = await desk.office.check(given.files)
    shown = DiagnosticsShown(
        publishable=all(each.severity != "error" for each in found),
        diagnostics=[
            DiagnosticShown(**each.as_dict(), severity_title=SEVERITY_TITLES[each.severity])
            for each in found
        ],
    )
    return json_answer(shown.model_dump_json())
