"""办件 — open, keep as a draft, submit, list, read."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from service.api import noting
from service.api.auth import Asked, Counter, SignedIn
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest import case_views
from service.api.rest.case_shapes import CaseLine, CasePage, CaseShown, CaseWithActions
from service.api.rest.given import (
    CaseGiven,
    DraftGiven,
    ReapplicationGiven,
    RegisterAsked,
    SubmissionGiven,
)
from service.api.rest.shapes import json_answer, shape_of
from service.api.texts import CaseNumber, Code, Cursor, Short, Word
from service.errors import (
    ActionNotAllowed,
    CaseChanged,
    DataInvalid,
    KeyReused,
    NotEligible,
    NotFound,
    NotPermitted,
    NotSignedIn,
)
from service.office import ApplicationInput, CaseFilter, CaseSummary, CaseView, titles
from service.workflows.case import Actor

router = APIRouter(prefix="/cases", tags=["cases"], route_class=StrictRoute)
CREATED = 201
NO_SIGNATURE = SubmissionGiven()
APPLICATION_EXAMPLE: dict[str, Any] = {
    "bundle": "open-restaurant",
    "applicant": {
        "type": "sole-trader",
        "name": "云泽市临湖区占位川味小馆",
        "id": "92999901MADEM0046F",
    },
    "answers": {"licence": "have", "area": 130, "dishes": ["hot"], "sign": True},
    "handling": {"outdoor-sign": "commitment"},
    "form": {"premises_address": "云泽市临湖区示例路1号"},
    "materials": [{"material": "identity", "share": True}],
    "draft": True,
}
WHY_NOT_WRITTEN = (
    NotSignedIn,
    NotPermitted,
    NotFound,
    ActionNotAllowed,
    CaseChanged,
    NotEligible,
    DataInvalid,
    KeyReused,
)
WRITE_REFUSALS = refusals(*WHY_NOT_WRITTEN)
READ_REFUSALS = refusals(NotSignedIn, NotFound)


def rendered(view: CaseView) -> str:
    """Return the body that is stored with the key, so that a repeat gets the same bytes."""
    return case_views.case_shown(view).model_dump_json()


@router.post(
    "",
    operation_id="cases_open",
    summary="提交一件事的申请，或存为草稿",
    status_code=CREATED,
    response_model=CaseShown,
    responses=WRITE_REFUSALS,
)
async def open_case(
    desk: Counter,
    asked: Asked,
    given: Annotated[CaseGiven, Body(openapi_examples={"草稿": {"value": APPLICATION_EXAMPLE}})],
) -> Response:
    """收件即时回执：返回办件编号、查询码、各事项与期限。窗口受理岗可以为申请人代录入。"""
    application = ApplicationInput(
        bundle=given.bundle,
        applicant=given.applicant.model_dump(),
        answers=given.answers,
        handling=given.handling,
        form=given.form,
        materials=[m.model_dump(exclude_none=True) for m in given.materials],
        draft=given.draft,
        signature=given.signature.model_dump() if given.signature else {},
        meets_by=given.meets_by,
        received=given.received.model_dump() if given.received else {},
        mandate=given.mandate.model_dump() if given.mandate else {},
    )
    view = await desk.office.open_case(asked, application, answer=rendered)
    return json_answer(view.answer, CREATED, location=f"/api/v1/cases/{view.case.number}")


@router.patch(
    "/{number}",
    operation_id="cases_change_draft",
    summary="修改草稿",
    response_model=CaseShown,
    responses=WRITE_REFUSALS,
)
async def change_draft(
    number: CaseNumber,
    desk: Counter,
    asked: Asked,
    given: Annotated[
        DraftGiven, Body(openapi_examples={"改表单": {"value": {"form": {"seats": 40}}}})
    ],
) -> Response:
    """给出的部分整体代替原来的；没有给出的保持不变。已经提交的申请不能再改。"""
    changes = given.model_dump(exclude_none=True)
    view = await desk.office.change_draft(asked, number, changes, answer=rendered)
    return json_answer(view.answer)


@router.post(
    "/{number}/registers/{register}",
    operation_id="cases_ask_register",
    summary="申请人同意以后，向登记查询",
    response_model=CaseShown,
    responses=WRITE_REFUSALS,
)
async def ask_register(
    number: CaseNumber,
    register: Code,
    desk: Counter,
    asked: Asked,
    given: Annotated[
        RegisterAsked,
        Body(openapi_examples={"查询": {"value": {"consent": True}}}),
    ],
) -> Response:
    """查到的内容填进草稿，注明来自哪里、什么时候查的；没有查到的自己填写。提交时填的不一样，由工作人员核对。"""
    view = await desk.office.ask_register(
        asked, number, register, consent=given.consent, answer=rendered
    )
    return json_answer(view.answer)


@router.post(
    "/{number}/submit",
    operation_id="cases_submit",
    summary="提交草稿",
    response_model=CaseShown,
    responses=WRITE_REFUSALS,
)
async def submit_draft(
    number: CaseNumber,
    desk: Counter,
    asked: Asked,
    given: Annotated[
        SubmissionGiven, Body(openapi_examples={"提交": {"value": {}}})
    ] = NO_SIGNATURE,
) -> Response:
    """检查草稿并收件；有误时逐处说明，草稿不变。"""
    signature = given.signature.model_dump() if given.signature else {}
    received = given.received.model_dump() if given.received else {}
    view = await desk.office.submit_draft(
        asked, number, signature, meets_by=given.meets_by, received=received, answer=rendered
    )
    return json_answer(view.answer)


@router.post(
    "/{number}/reapplications",
    operation_id="cases_reapply",
    summary="重新申请没有办成的事项",
    status_code=CREATED,
    response_model=CaseShown,
    responses=WRITE_REFUSALS,
)
async def reapply(
    number: CaseNumber,
    desk: Counter,
    asked: Asked,
    given: Annotated[
        ReapplicationGiven,
        Body(openapi_examples={"一个事项": {"value": {"items": ["food-licence"]}}}),
    ],
) -> Response:
    """开一份只含这些事项的草稿：原来的回答、填写的内容和没有问题的材料都带过来，只补有问题的；提交同其他草稿。"""
    view = await desk.office.reapply(asked, number, given.items, answer=rendered)
    return json_answer(view.answer, CREATED, location=f"/api/v1/cases/{view.case.number}")


@router.get(
    "",
    operation_id="cases_list",
    summary="办件列表",
    response_model=CasePage,
    responses=refusals(NotSignedIn, NotPermitted),
)
async def list_cases(
    desk: Counter,
    caller: SignedIn,
    state: Annotated[Word | None, Query(description="办件状态，如 in_progress")] = None,
    bundle: Code | None = None,
    text: Annotated[
        Short | None,
        Query(description="编号或申请人名称的一部分，或者完整的统一社会信用代码、身份证号码"),
    ] = None,
    cursor: Cursor | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """来人看得到的办件，新的在前。"""
    wanted = CaseFilter(state or "", bundle or "", text or "")
    found = await desk.office.cases(caller.actor, wanted, cursor, limit)
    noting.listed(desk, caller.actor, "cases")
    page = CasePage(items=[case_line(each, caller.actor) for each in found.items], next=found.next)
    return json_answer(page.model_dump_json())


@router.get(
    "/{number}",
    operation_id="cases_get",
    summary="一件办件：轮到谁、到哪天、能办什么",
    response_model=CaseWithActions,
    responses=READ_REFUSALS,
)
async def get_case(number: CaseNumber, desk: Counter, caller: SignedIn) -> Response:
    """ETag 是办件版本；办理时放进 If-Match，就不会覆盖别人刚办的。"""
    view = await desk.office.case(caller.actor, number, caller.now)
    return json_answer(
        case_views.case_with_actions(view).model_dump_json(), version=view.case.version
    )


def case_line(each: CaseSummary, viewer: Actor) -> CaseLine:
    """Show one line of the list, the applicant half hidden to those who only watch."""
    hidden = viewer.kind in case_views.WATCHING
    name = titles.masked(each.applicant_name) if hidden else each.applicant_name
    return shape_of(
        CaseLine,
        each,
        applicant_type_title=titles.APPLICANT_TYPES[each.applicant_type],
        applicant_name=name,
        channel_title=titles.CHANNELS[each.channel],
    )
