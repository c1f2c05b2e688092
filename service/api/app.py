"""应用 — puts routes, refusals and the outer edge together, and describes them as OpenAPI 3.1."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache, partial
from importlib import resources
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from service.api import docs, metrics, pages, problems
from service.api.auth import Desk, Tokens, wall_clock
from service.api.direct import Direct
from service.api.edge import Edge
from service.api.pages import refused
from service.api.rest import (
    actions,
    bulk,
    bundles,
    cases,
    certificates,
    credit,
    definitions,
    documents,
    drafts,
    events,
    files,
    health,
    identities,
    inspections,
    mandates,
    me,
    papers,
    problem_types,
    promises,
    ratings,
    second_notices,
    security,
    tasks,
    tokens,
    track,
)
from service.api.rest import demo as moving_the_clock
from service.api.uploads import Uploads
from service.api.ways import Ways
from service.office import Office

PREFIX = "/api/v1"
VERSION = "0.1.0"
DESCRIPTION = """
「一件事一次办」：一次申请，由牵头部门和配合部门在各自的法定时限与承诺时限内办结。

* 先 `POST /api/v1/tokens` 取得令牌，之后带上 `Authorization: Bearer 令牌`。
* 提交和办理时建议带 `Idempotency-Key`：断线重发不会重复办理，得到的是同一份答复。
* 办理时可带 `If-Match`：别人先办了，会得到 409 `case-changed`，不会互相覆盖。写办件的 ETag，整件有变动就拒绝；
  写事项的 `version`，只有这个事项变了才拒绝。
* 办理时写 `Prefer: return=minimal`，办好了只返回 204 和新的 ETag，不返回内容，省时间。
* 没有办成时得到 RFC 9457 问题文书，`type` 可以打开看说明，`errors[].pointer` 指出哪一处有误。
* 日期（`…_on`）是北京时间的日期，时刻（`…_at`）是 RFC 3339。列表用 `cursor` 翻页。
""".strip()
TAGS = [
    {"name": "tokens", "description": "登录：账号与令牌，密码与动态码"},
    {
        "name": "identities",
        "description": "办事身份：以本人、所代表的单位、委托人的身份办；委托代办",
    },
    {"name": "bundles", "description": "一件事：可以办什么、怎样办、多久办好；不需要登录"},
    {"name": "files", "description": "文件：上传与下载"},
    {"name": "cases", "description": "办件：申请、草稿、进度、记录、时限说明"},
    {"name": "actions", "description": "办理：整件与各事项的办理动作"},
    {"name": "inspections", "description": "核查记录：公开的，和等人签字的"},
    {"name": "credit", "description": "信用记录、信用分类，公开的告知承诺"},
    {"name": "certificates", "description": "电子证照：本人的证照，和凭编号查一张"},
    {"name": "public", "description": "公开查询：凭查询码查进度，凭二维码核验文书；不需要登录"},
    {"name": "tasks", "description": "待办：工作人员的待办列表"},
    {"name": "definitions", "description": "定义：检查一件事的定义"},
    {"name": "demo", "description": "演示：演示环境的时钟"},
    {"name": "service", "description": "运行：健康检查与问题说明"},
]


class Settings(Protocol):
    """What the API needs to be told."""

    @property
    def token_secret(self) -> str:
        """What tokens are signed with, at least 32 bytes."""

    @property
    def other_secrets(self) -> Sequence[str]:
        """With what tokens and cookies may be signed besides, while the secret is changed."""

    @property
    def demo(self) -> bool:
        """Whether the clock may be moved."""

    @property
    def shows_docs(self) -> bool:
        """Whether the description of the API is served."""

    @property
    def public_url(self) -> str:
        """Where it is reached from outside, without a slash at the end; empty: as each caller reaches it."""

    @property
    def help_phone(self) -> str:
        """Whom people call for help; empty: no number is shown."""

    @property
    def request_log(self) -> bool:
        """Whether each request is told in a line."""

    @property
    def scrape_token(self) -> str:
        """Who reads the metrics at this port; empty: nobody."""


ROUTES = [
    tokens,
    me,
    identities,
    mandates,
    bundles,
    files,
    cases,
    drafts,
    actions,
    bulk,
    events,
    track,
    ratings,
    certificates,
    credit,
    inspections,
    documents,
    papers,
    promises,
    tasks,
    definitions,
    security,
    second_notices,
]


def create_app(
    office: Office, settings: Settings, clock: Callable[[], datetime] = wall_clock
) -> FastAPI:
    """Return the application for an office; `clock` gives aware instants in UTC."""
    app = FastAPI(
        title="yijianshi",
        summary="一件事一次办 流程引擎",
        version=VERSION,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings.shows_docs else None,
        redirect_slashes=False,
        routes=list(_routes(settings.demo, settings.shows_docs)),
    )
    tokens_of = Tokens(settings.token_secret, settings.other_secrets)
    app.state.desk = Desk(
        office,
        tokens_of,
        clock,
        demo=settings.demo,
        public_url=settings.public_url,
        help_phone=settings.help_phone,
        uploads=Uploads(office.bounds.uploads_at_once, office.bounds.uploads_at_once_each),
    )
    if settings.shows_docs:
        docs.install(app)
    metrics.install(app, office, clock, settings.scrape_token)
    refusing = problems.install(app, refused.answering)
    pages.install(app, settings.token_secret, settings.other_secrets)
    ways = partial(_ways, settings.demo, settings.shows_docs)
    app.add_middleware(Direct, ways=ways, refusing=refusing)
    secure = settings.public_url.startswith("https:")
    log = settings.request_log
    app.add_middleware(Edge, answering=refused.answering, request_log=log, secure=secure)
    app.openapi = _description(app)  # type: ignore[method-assign]  # the documented way to complete it
    return app


@cache
def _routes(demo: bool, shows_docs: bool) -> tuple[BaseRoute, ...]:
    """Return the routes that every application of a process shares: to read their signatures takes half a second."""
    api = APIRouter(prefix=PREFIX)
    for module in [*ROUTES, moving_the_clock] if demo else ROUTES:
        api.include_router(module.router)
    whole = APIRouter()
    beside = [docs.router] if shows_docs else []
    for router in (api, health.router, problem_types.router, *beside, *pages.ROUTERS):
        whole.include_router(router)
    return tuple(whole.routes)


@cache
def _ways(demo: bool, shows_docs: bool) -> Ways:
    """Return the ways of these routes, read when the first request comes."""
    return Ways(_routes(demo, shows_docs))


def _description(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return the maker of the OpenAPI document: the routes' own, with the shape of problems and without the framework's."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title,
                version=app.version,
                openapi_version="3.1.0",
                description=app.description,
                routes=app.routes,
                tags=TAGS,
            )
            schemas = found.setdefault("components", {}).setdefault("schemas", {})
            shape = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= shape.pop("$defs") | {"Problem": shape}
            for framework in ("HTTPValidationError", "ValidationError"):
                schemas.pop(framework, None)
            _add_examples(found)
            app.openapi_schema = found
        return app.openapi_schema

    return description


def _add_examples(found: dict[str, Any]) -> None:
    """Show what each operation answered in the sample city."""
    text = resources.files("service.api").joinpath("examples.json").read_text(encoding="utf-8")
    examples: dict[str, Any] = json.loads(text)
    for path in found["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get("application/json")
                if content and status < "300" and operation["operationId"] in examples:
                    content["example"] = examples[operation["operationId"]]
