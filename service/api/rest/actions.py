"""办理 — one action on the case as a whole, or on one item."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

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


@router.post(
    "/{number}/actions",
    operation_id="cases_act",
    summary="办理整件的动作",
    response_model=Acted,
    responses=WRITE_REFUSALS,
)
async def act_on_case(
    number: CaseNumber,
    desk: Counter,
    asked: Asked,
    given: Annotated[ActionGiven, Body(openapi_examples=ON_CASE)],
) -> Response:
    """发出一次性补正通知 notify_correction、撤回 withdraw、催办 urge、评价 rate 等；能办哪些见办件的 actions。"""
    view = await desk.office.act(
        asked, number, Action(given.action, data=given.content()), answer=rendered("")
    )
    return json_answer(view.answer)


@router.post(
    "/{number}/items/{item}/actions",
    operation_id="items_act",
    summary="办理一个事项的动作",
    response_model=Acted,
    responses=WRITE_REFUSALS,
)
async def act_on_item(
    number: CaseNumber,
    item: ItemCode,
    desk: Counter,
    asked: Asked,
    given: Annotated[ActionGiven, Body(openapi_examples=ON_ITEM)],
) -> Response:
    """受理 accept、准予 grant 等；答复里有这个事项、它的时限、连带改变的其他事项和发出的文书。"""
    view = await desk.office.act(
        asked, number, Action(given.action, item, given.content()), answer=rendered(item)
    )
    return json_answer(view.answer)


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
