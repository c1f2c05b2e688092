"""运行状况 — is the process alive, and is everything there that it needs."""

from typing import Literal

from fastapi import APIRouter, Response

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

    status: Literal["ready", "not-ready"]


@router.get(
    "/livez",
    operation_id="health_live",
    summary="进程是否在运行",
    response_model=Health,
    responses=refusals(),
)
@router.get(
    "/healthz",
    operation_id="health_alive",
    summary="进程是否在运行（同 /livez）",
    response_model=Health,
    responses=refusals(),
)
async def alive() -> Response:
    """不查数据库；供重启失去响应的进程用。"""
    return json_answer(Health(status="ok").model_dump_json())


@router.get(
    "/readyz",
    operation_id="health_ready",
    summary="是否就绪",
    response_model=Readiness,
    responses=refusals() | {NOT_READY: {"description": "还没有就绪", "model": Readiness}},
)
async def ready(desk: Counter) -> Response:
    """数据库写得进、表结构合用、不会丢失已确认的办理、文件夹在、时钟准，才算就绪；两秒内答复，供负载均衡用。原因只写在日志里。"""
    found = await desk.office.ready(desk.clock)
    shown = Readiness(status="ready" if found else "not-ready")
    return json_answer(shown.model_dump_json(), 200 if found else NOT_READY)
