"""委托代办 — mandates: given by the principal, accepted by whom they name, ended by either."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path, Response
from pydantic import Field, StringConstraints

from service.api.auth import Counter, SignedIn, spend_a_write
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest.given import Day, Document
from service.api.rest.shapes import Given, Shown, json_answer, shape_of
from service.api.texts import CaseNumber, Clean, Code, TypedNumber
from service.errors import ActionNotAllowed, NotFound, NotPermitted, NotSignedIn, TooManyAttempts
from service.office import MandateInput, last_day

router = APIRouter(prefix="/mandates", tags=["identities"], route_class=StrictRoute)
GIVE_EXAMPLES: dict[str, Any] = {
    "委托代办公司": {
        "value": {
            "name": "临湖万事通代办有限公司",
            "number": "91999901MADEM0038P",
            "bundles": ["open-restaurant"],
            "until_on": "2026-12-31",
        }
    }
}
MandateId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="GET /mandates 里的 id")]


class MandateShown(Shown):
    """一份授权。"""

    id: str
    role: Literal["agent", "authorised"] = Field(description="agent 代理人，authorised 经办人")
    role_title: str
    subject_name: str = Field(description="委托人")
    holder_name: str = Field(description="受托人")
    holder_number: str = Field(description="受托人的证件号码，部分隐去")
    bundles: list[str] = Field(description="办哪些一件事；为空就是不限")
    bundle_titles: list[str]
    cases: list[str] = Field(description="还接着办哪些已有的办件")
    given_at: datetime
    accepted_at: datetime | None
    until_on: date | None
    ended_at: datetime | None
    state: Literal["offered", "in_force", "expired", "ended"]
    state_title: str
    may: list[str] = Field(
        description="您现在可以：accept 接受，decline 不接受，give_back 辞去，revoke 撤销"
    )


class MandatesShown(Shown):
    """作出的和收到的授权，新的在前。"""

    given: list[MandateShown]
    received: list[MandateShown]


class MandateMade(Shown):
    """作出的授权。"""

    id: str


class MandateGiven(Given):
    """授权谁、办什么、到哪天。对方接受以后才有效，随时可以撤销。"""

    name: Annotated[Clean, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    number: TypedNumber = Field(description="受托人的身份证件号码，或者代办单位的统一社会信用代码")
    document: Document | None = Field(None, description="证件种类；号码自己能说明的不写")
    role: Literal["agent", "authorised"] = Field(
        "agent", description="agent 代理人：只办授权的事；authorised 经办人：替单位办所有的事"
    )
    bundles: list[Code] = Field([], max_length=100, description="办哪些一件事；不写就是不限")
    cases: list[CaseNumber] = Field([], max_length=50, description="还接着办哪些已有的办件")
    until_on: Day = Field(description="到哪天为止，三年以内")


@router.get(
    "",
    operation_id="mandates_list",
    summary="作出的和收到的授权",
    response_model=MandatesShown,
    responses=refusals(NotSignedIn, NotPermitted),
)
async def mandates(desk: Counter, caller: SignedIn) -> Response:
    """正在办事的身份作出的、收到的授权，终止了的也在内。"""
    found = await desk.office.mandates(caller.actor, caller.now)
    shown = MandatesShown(
        given=[shape_of(MandateShown, each) for each in found.given],
        received=[shape_of(MandateShown, each) for each in found.received],
    )
    return json_answer(shown.model_dump_json())


@router.post(
    "",
    operation_id="mandates_give",
    summary="授权别人代办",
    status_code=201,
    response_model=MandateMade,
    responses=refusals(NotSignedIn, NotPermitted, ActionNotAllowed, TooManyAttempts),
)
async def give(
    desk: Counter,
    caller: SignedIn,
    given: Annotated[MandateGiven, Body(openapi_examples=GIVE_EXAMPLES)],
) -> Response:
    """由本人，或者单位的法定代表人、经营者授权。同样内容的再发一次，得到原来那一份。"""
    await spend_a_write(desk, caller.actor)
    content = given.model_dump(exclude={"document", "until_on"})
    until = last_day(given.until_on)
    wanted = MandateInput(**content, until_on=until, document=given.document or "")
    made = await desk.office.give_mandate(caller.actor, wanted, caller.now)
    return json_answer(MandateMade(id=made).model_dump_json(), 201)


@router.post(
    "/{mandate}/accept",
    operation_id="mandates_accept",
    summary="接受授权",
    status_code=204,
    responses=refusals(NotSignedIn, NotPermitted, NotFound, ActionNotAllowed, TooManyAttempts),
)
async def accept(mandate: MandateId, desk: Counter, caller: SignedIn) -> Response:
    """受托人接受以后，可以用这份授权的 `id` 作 `Acts-By` 替委托人办理。"""
    await spend_a_write(desk, caller.actor)
    await desk.office.accept_mandate(caller.actor, mandate, caller.now)
    return Response(status_code=204)


@router.post(
    "/{mandate}/end",
    operation_id="mandates_end",
    summary="撤销、辞去或者不接受授权",
    status_code=204,
    responses=refusals(NotSignedIn, NotPermitted, NotFound, ActionNotAllowed, TooManyAttempts),
)
async def end(mandate: MandateId, desk: Counter, caller: SignedIn) -> Response:
    """委托人随时可以撤销，受托人随时可以辞去；马上生效。已经办的办件仍然是委托人的。"""
    await spend_a_write(desk, caller.actor)
    await desk.office.end_mandate(caller.actor, mandate, caller.now)
    return Response(status_code=204)
