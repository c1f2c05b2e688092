"""批量办理 — one action for many cases, each done or refused on its own."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response
from pydantic import Field, StringConstraints

from service.api.auth import Asked, Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import kinds, refusals
from service.api.rest.given import Long
from service.api.rest.shapes import Given, Shown, json_answer, shape_of
from service.api.texts import CaseNumber, ItemCode, Whole, Word
from service.errors import KeyReused, NotFound, NotPermitted, NotSignedIn
from service.office import BulkEntry, BulkOrder, BulkResult, BulkView

router = APIRouter(prefix="/bulk", tags=["actions"], route_class=StrictRoute)
CREATED = 201
BulkId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
MOST_ENTRIES = 100
ORDER_EXAMPLES: dict[str, Any] = {
    "受理两件": {
        "value": {
            "action": "accept",
            "items": [
                {"number": "YJS20261105-000001", "item": "food-licence", "version": 1},
                {"number": "YJS20261105-000002", "item": "food-licence", "version": 1},
            ],
        }
    },
    "认领": {
        "value": {
            "action": "claim",
            "items": [{"number": "YJS20261105-000001", "item": "food-licence"}],
        }
    },
    "催办": {"value": {"action": "urge", "items": [{"number": "YJS20261105-000001"}]}},
}


class BulkEntryGiven(Given):
    """其中一件。"""

    number: CaseNumber
    item: ItemCode | None = Field(None, description="事项；不写时对整件办理（如催办）")
    version: Whole | None = Field(
        None, description="看到的办件版本；已被别人办理过的这一件不办，其余照办"
    )


class BulkData(Given):
    """每一件都一样的内容。"""

    opinion: Long | None = Field(None, description="意见")


class BulkGiven(Given):
    """对许多办件办同一个动作。"""

    action: Word = Field(
        description="受理一类的动作（accept、file 等）、claim 认领、urge 催办；不予办理和作出决定只能逐件办"
    )
    items: Annotated[list[BulkEntryGiven], Field(min_length=1, max_length=MOST_ENTRIES)]
    data: BulkData = BulkData()


class BulkProblem(Shown):
    """这一件为什么没有办成。"""

    type: str = Field(description="问题种类的地址")
    title: str
    status: int = Field(description="单独办理时会得到的 HTTP 状态码")
    detail: str
    law: str | None


class BulkEntryShown(Shown):
    """其中一件的结果。"""

    number: str
    item: str = Field(description="为空表示整件")
    item_title: str = Field(description="为空表示没有这件办件，或者无权查看")
    applicant_name: str
    done: bool | None = Field(description="办成与否；null 表示还没有办到")
    state: str
    state_title: str
    version: int | None
    problem: BulkProblem | None


class BulkShown(Shown):
    """批量办理的结果，一件一条，次序与提交的相同。"""

    id: str
    action: str
    action_title: str = Field(description="为空表示没有一件能办这个动作")
    created_at: datetime
    finished: bool = Field(
        description="false：中途断了，用同一个 Idempotency-Key 再提交一次就接着办"
    )
    done: int = Field(description="办成的件数")
    refused: int = Field(description="没有办成的件数")
    items: list[BulkEntryShown]


@router.post(
    "",
    operation_id="bulk_create",
    summary="批量办理",
    status_code=CREATED,
    response_model=BulkShown,
    responses=refusals(NotSignedIn, NotPermitted, KeyReused),
)
async def create_bulk(
    desk: Counter, asked: Asked, given: Annotated[BulkGiven, Body(openapi_examples=ORDER_EXAMPLES)]
) -> Response:
    """每一件各办各的：一件没有办成不影响其他件，原因写在这一件的 problem 里。"""
    entries = [BulkEntry(each.number, each.item or "", each.version) for each in given.items]
    order = BulkOrder(given.action, entries, given.data.model_dump(exclude_none=True))
    view = await desk.office.act_in_bulk(asked, order)
    return json_answer(shown(view).model_dump_json(), CREATED, location=f"/api/v1/bulk/{view.id}")


@router.get(
    "/{bulk}",
    operation_id="bulk_get",
    summary="批量办理的结果",
    response_model=BulkShown,
    responses=refusals(NotSignedIn, NotFound),
)
async def get_bulk(bulk: BulkId, desk: Counter, caller: SignedIn) -> Response:
    """只有办的人自己看得到。"""
    return json_answer(shown(await desk.office.bulk(caller.actor, bulk)).model_dump_json())


def shown(view: BulkView) -> BulkShown:
    """Show what became of an order."""
    return shape_of(
        BulkShown,
        view,
        action_title=view.title,
        done=sum(each.done is True for each in view.results),
        refused=sum(each.done is False for each in view.results),
        items=[_entry_shown(each) for each in view.results],
    )


def _entry_shown(each: BulkResult) -> BulkEntryShown:
    problem = None
    if each.slug:
        kind = kinds()[each.slug]
        problem = BulkProblem(
            type=f"/problems/{each.slug}",
            title=kind.title(),
            status=kind.status,
            detail=each.detail,
            law=each.law or None,
        )
    return shape_of(BulkEntryShown, each, problem=problem)
