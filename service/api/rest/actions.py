"""办理 — one action on the case as a whole, or on one item."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Response

from service.api.auth import Asked, Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest import case_views
from service.api.rest.case_shapes import Acted
from service.api.rest.cases import WRITE_REFUSALS
from service.api.rest.given import ActionGiven, ForeseeGiven
from service.api.rest.shapes import json_answer
from service.api.texts import CaseNumber, ItemCode
from service.errors import (
    ActionNotAllowed,
    DataInvalid,
    NotEligible,
    NotFound,
    NotPermitted,
    NotSignedIn,
)
from service.office import CaseView
from service.workflows.case import Action

router = APIRouter(prefix="/cases", tags=["actions"], route_class=StrictRoute)
ON_CASE: dict[str, Any] = {
    "催办": {"value": {"action": "urge"}},
    "评价": {"value": {"action": "rate", "data": {"grade": 5, "text": "办得很快"}}},
}
ON_ITEM: dict[str, Any] = {
    "受理": {"value": {"action": "accept"}},
    "记录问题": {"value": {"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}},
    "准予": {"value": {"action": "grant", "data": {"opinion": "符合条件"}}},
}
NO_CONTENT = 204
_APPLIED = "return=minimal"
_MINIMAL = re.compile(r"return\s*=\s*(minimal|\"minimal\")\s*(;.*)?", re.ASCII | re.IGNORECASE)
REFUSALS: dict[int | str, dict[str, Any]] = {
    NO_CONTENT: {
        "description": "已办好；请求里写了 Prefer: return=minimal，只在 ETag 里返回办件版本",
        "headers": {
            "ETag": {"description": "办理以后的办件版本", "schema": {"type": "string"}},
            "Preference-Applied": {"schema": {"type": "string", "enum": [_APPLIED]}},
        },
    },
    **WRITE_REFUSALS,
}


async def briefly(
    prefer: Annotated[
        str | None,
        Header(
            description="写 return=minimal 时，办好了只返回 204 和 ETag，不返回内容（RFC 7240）；"
            "带同一个 Idempotency-Key 重发，得到的是第一次的那份答复",
            examples=["return=minimal"],
        ),
    ] = None,
) -> bool:
    """Tell whether the caller wants no content; a preference that is not known is none."""
    return any(_MINIMAL.fullmatch(each.strip()) for each in (prefer or "").split(","))


Briefly = Annotated[bool, Depends(briefly)]


@router.post(
    "/{number}/actions",
    operation_id="cases_act",
    summary="办理整件的动作",
    response_model=Acted,
    responses=REFUSALS,
)
async def act_on_case(
    number: CaseNumber,
    desk: Counter,
    asked: Asked,
    given: Annotated[ActionGiven, Body(openapi_examples=ON_CASE)],
    brief: Briefly,
) -> Response:
    """发出一次性补正通知 notify_correction、撤回 withdraw、催办 urge、评价 rate 等；能办哪些见办件的 actions。"""
    action = Action(given.action, data=given.content())
    view = await desk.office.act(asked, number, action, answer=etag if brief else rendered(""))
    return _told(view.answer)


@router.post(
    "/{number}/items/{item}/actions",
    operation_id="items_act",
    summary="办理一个事项的动作",
    response_model=Acted,
    responses=REFUSALS,
)
async def act_on_item(
    number: CaseNumber,
    item: ItemCode,
    desk: Counter,
    asked: Asked,
    given: Annotated[ActionGiven, Body(openapi_examples=ON_ITEM)],
    brief: Briefly,
) -> Response:
    """受理 accept、准予 grant 等；答复里有这个事项、它的时限、连带改变的其他事项和发出的文书。"""
    action = Action(given.action, item, given.content())
    view = await desk.office.act(asked, number, action, answer=etag if brief else rendered(item))
    return _told(view.answer)


@router.post(
    "/{number}/foresee",
    operation_id="cases_foresee",
    summary="先看办了会怎样，不真的办",
    response_model=Acted,
    responses=refusals(
        NotSignedIn, NotPermitted, NotFound, ActionNotAllowed, NotEligible, DataInvalid
    ),
)
async def foresee(
    number: CaseNumber,
    desk: Counter,
    caller: SignedIn,
    given: Annotated[
        ForeseeGiven, Body(openapi_examples={"撤回": {"value": {"action": "withdraw"}}})
    ],
) -> Response:
    """与真的办理同一套判断：哪些事项会变成什么样、会发出哪些文书；什么也不记录，证照编号还没有。"""
    action = Action(given.action, given.item, given.content())
    view = await desk.office.foresee(caller.actor, number, action, caller.now)
    return json_answer(case_views.acted(view, given.item).model_dump_json())


def rendered(item: str) -> Callable[[CaseView], str]:
    """Return the renderer of the body that is stored with the key."""
    return lambda view: case_views.acted(view, item).model_dump_json()


def etag(view: CaseView) -> str:
    """Return all that is stored with the key of a request that wants no content."""
    return f'"{view.case.version}"'


def _told(answer: str) -> Response:
    """Answer as it was asked for when it was done; a repeat gets that, whatever it prefers now."""
    if answer.startswith('"'):
        return Response(
            status_code=NO_CONTENT, headers={"etag": answer, "preference-applied": _APPLIED}
        )
    return json_answer(answer)
