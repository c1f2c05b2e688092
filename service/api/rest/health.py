"""运行状况 — is the process alive, and is everything there that it needs."""

from fastapi import APIRouter, Response
from pydantic import Field

from service.api.auth import Counter
from service.api.problems import refusals
from service.api.rest.shapes import Shown, json_answer

router = APIRouter(tags=["service"])
NOT_READY = 503


class Health(Shown):
    """进程在运行。"""

    status: str


class Readiness(Shown):
    """能不能接待。"""

    status: str
    problems: list[str] = Field(description="还缺什么；就绪时为空")


@router.get(
    "/healthz", operation_id="health_alive", summary="进程是否在运行", response_model=Health, responses=refusals()
)
async def alive() -> Response:
    """不查数据库；供重启失去响应的进程用。"""
    return json_answer(Health(status="ok").model_dump_json())


@router.get(
    "/readyz", operation_id="health_ready", summary="是否就绪", response_model=Readiness,
    responses=refusals() | {NOT_READY: {"description": "还没有就绪", "model": Readiness}},
)  # fmt: skip
async def ready(desk: Counter) -> Response:
    """数据库可达、表结构最新、不会丢失已确认的办理，才算就绪；供负载均衡用。"""
    problems = await desk.office.ready()
    shown = Readiness(status="not-ready" if problems else "ready", problems=problems)
    return json_answer(shown.model_dump_json(), NOT_READY if problems else 200)
