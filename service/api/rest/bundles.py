"""一件事 — what can be applied for, the guide made for one person, the flow chart."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Response
from pydantic import Field

from service.api.auth import Counter, Now, Visitor
from service.api.body import StrictRoute
from service.api.problems import refusals
from service.api.rest import bundle_shapes
from service.api.rest.bundle_shapes import BundleList, BundleShown
from service.api.rest.given import Handlings
from service.api.rest.guide_shapes import GuideShown
from service.api.rest.papers import HTML, PDF, POLICY, described, disposition
from service.api.rest.shapes import Given, json_answer
from service.api.texts import Clean, Code, Data, Short
from service.errors import NotFound, Unavailable
from service.office.applications import may_know
from service.workflows.definition import ApplicantType
from service.workflows.notices import FormKind
from service.workflows.telling import bundle_chart, bundle_mermaid, matching_bundles

router = APIRouter(prefix="/bundles", tags=["bundles"], route_class=StrictRoute)
A_MINUTE = "public, max-age=60"
GUIDE_EXAMPLES: dict[str, Any] = {
    "情形": {
        "value": {
            "applicant": {"type": "sole-trader"},
            "answers": {"licence": "have", "area": 130, "sign": True},
        }
    }
}


class AsksGuide(Given):
    """谁来办；名称和号码可以不写。"""

    type: ApplicantType
    name: Annotated[Clean, Field(max_length=100)] = ""
    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{0,40}$")] = ""


class GuideGiven(Given):
    """为谁、什么情形做指南。"""

    applicant: AsksGuide
    answers: Data = Field({}, description="情形问题的回答：问题 → 回答")
    handling: Handlings = Field({}, description="打算怎样办理各事项")
    certificates: Annotated[dict[Code, dict[str, Any]], Field(max_length=50)] = Field(
        {}, description="已有的证照：证照代码 → 照面内容，用来预填"
    )
    form: Data = Field({}, description="已经填了的表单内容；靠它才能确定的字段和材料随之确定")


@router.get(
    "",
    operation_id="bundles_list",
    summary="可以办的一件事",
    response_model=BundleList,
    responses=refusals(),
)
async def list_bundles(
    desk: Counter,
    text: Annotated[Short, Query(description="几个字，如 开饭店、招牌；不写就是全部")] = "",
    reform: Annotated[
        Literal["abolished", "filing", "commitment", "optimised"] | None,
        Query(description="证照分离：只要含有这样改革的事项的；不写就是全部"),
    ] = None,
) -> Response:
    """每件一行：牵头部门、承诺时限、事项数和部门数。有字要找的，最像的在前。"""
    lines = [
        bundle_shapes.bundle_line(release)
        for release in matching_bundles(await desk.office.bundles(), text)
        if reform is None
        or any(each.reform and each.reform.mode == reform for each in release.items.values())
    ]
    return json_answer(BundleList(items=lines).model_dump_json(), cache_control=A_MINUTE)


@router.get(
    "/{bundle}",
    operation_id="bundles_get",
    summary="一件事：问题、事项、部门、时限",
    response_model=BundleShown,
    responses=refusals(NotFound),
)
async def get_bundle(bundle: Code, desk: Counter) -> Response:
    """问哪些问题、有哪些事项、各由哪个部门在多少天内决定。"""
    release = await desk.office.bundle(bundle)
    return json_answer(bundle_shapes.shown(release).model_dump_json(), cache_control=A_MINUTE)


@router.post(
    "/{bundle}/guide",
    operation_id="bundles_guide",
    summary="为一个人的情形做办事指南",
    response_model=GuideShown,
    responses=refusals(NotFound),
)
async def make_guide(
    bundle: Code,
    desk: Counter,
    now: Now,
    who: Visitor,
    given: Annotated[GuideGiven, Body(openapi_examples=GUIDE_EXAMPLES)],
) -> Response:
    """谁都可以要，问题没答完也给已经确定的部分；登录后为本人做的指南，还写明延续、变更的是哪份证照、什么时候可以申请、现在提交有什么妨碍，库里哪些证照可以免交材料、预填表单。要办哪些事项、不用办哪些及原因、部门、材料及来源、一张表、各个日期、收费、可选的告知承诺、依法不能办的原因。"""
    applicant = given.applicant.model_dump()
    found = await desk.office.guide(
        bundle,
        applicant,
        given.answers,
        given.handling,
        given.certificates,
        given.form,
        now=now,
        own=may_know(who, bundle, given.applicant.id),
    )
    return json_answer(GuideShown.model_validate(found).model_dump_json())


@router.get(
    "/{bundle}/chart.svg",
    operation_id="bundles_chart_svg",
    summary="流程图（SVG）",
    response_class=Response,
    responses=refusals(NotFound)
    | {200: {"description": "流程图", "content": {"image/svg+xml": {}}}},
)
async def chart_svg(bundle: Code, desk: Counter) -> Response:
    """一件事的流程图，可以直接放进网页。"""
    release = await desk.office.bundle(bundle)
    style = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
    headers = {"cache-control": A_MINUTE, "content-security-policy": style}
    return Response(bundle_chart(release).encode(), headers=headers, media_type="image/svg+xml")


@router.get(
    "/{bundle}/materials/{material}/{which}.{form}",
    operation_id="bundles_form",
    summary="一份材料的空白表或样表，PDF 或网页",
    response_class=Response,
    responses=refusals(NotFound, Unavailable) | described(PDF, "表，A4；网页版可以直接打印"),
)
async def material_form(
    bundle: Code, material: Code, which: FormKind, form: Literal["pdf", "html"], desk: Counter
) -> Response:
    """`which` 为 blank 空白表，打印了填；sample 样表，看怎样填。谁都可以下载；没有的返回 404。"""
    name, content = await desk.office.material_form(bundle, material, which, form)
    headers = {"content-disposition": disposition(name), "cache-control": A_MINUTE}
    if form == "html":
        headers["content-security-policy"] = POLICY
    return Response(content, headers=headers, media_type=PDF if form == "pdf" else HTML)


@router.get(
    "/{bundle}/chart.mmd",
    operation_id="bundles_chart_mermaid",
    summary="流程图（Mermaid）",
    response_class=Response,
    responses=refusals(NotFound)
    | {200: {"description": "流程图的 Mermaid 文本", "content": {"text/plain": {}}}},
)
async def chart_mermaid(bundle: Code, desk: Counter) -> Response:
    """同一张流程图的 Mermaid 文本。"""
    release = await desk.office.bundle(bundle)
    return Response(
        bundle_mermaid(release).encode(),
        headers={"cache-control": A_MINUTE},
        media_type="text/plain",
    )
