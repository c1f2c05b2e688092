"""问题文书 — every refusal as RFC 9457 `application/problem+json`: what is wrong, where, under which article, in Chinese.

Nothing that was sent in is sent back, and of an unexpected error only the request id is told.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from service.api import told
from service.api.texts import pointer_to
from service.errors import (
    ActionNotAllowed,
    CaseChanged,
    DataInvalid,
    NotFound,
    NotPermitted,
    NotSignedIn,
    ServiceError,
    TooLarge,
    TooManyAttempts,
    TypeRefused,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = {TooManyAttempts.slug: 900, Unavailable.slug: 5}
_MOST_ERRORS = 50


class MethodNotAllowed(ServiceError):
    """这个地址不支持这种请求方法。"""

    status = 405
    slug = "method-not-allowed"


class BadRequest(ServiceError):
    """请求的格式无法识别。"""

    status = 400
    slug = "bad-request"


class FieldFault(BaseModel):
    """哪一处有误。"""

    pointer: str = Field(
        description="JSON Pointer（RFC 6901），指向请求体里的位置；参数与请求头写作 /名称"
    )
    detail: str = Field(description="有什么问题、怎样改")


class Problem(BaseModel):
    """问题文书（RFC 9457）：为什么没有办成。"""

    model_config = ConfigDict(extra="allow")

    type: str = Field(
        description="问题种类的地址，可以打开查看说明", examples=["/problems/action-not-allowed"]
    )
    title: str = Field(description="问题种类的名称")
    status: int = Field(description="HTTP 状态码")
    detail: str = Field(description="这一次的具体说明")
    instance: str = Field(
        description="本次请求的编号，报修时请提供", examples=["/requests/5f0c2b7e9a1d4c3b"]
    )
    law: str | None = Field(None, description="依据的条款")
    errors: list[FieldFault] | None = Field(
        None, description="逐处说明，可以直接显示在对应的输入框旁"
    )


def kinds() -> dict[str, type[ServiceError]]:
    """Return every kind of problem by its slug."""
    found: dict[str, type[ServiceError]] = {}
    todo: list[type[ServiceError]] = [ServiceError]
    while todo:
        kind = todo.pop()
        found.setdefault(kind.slug, kind)
        todo += kind.__subclasses__()
    return found


def document(error: ServiceError, request_id: str) -> dict[str, Any]:
    """Return the problem document of a refusal; of an internal error only its name and the request id."""
    inner = error.status == 500
    found: dict[str, Any] = {
        "type": f"/problems/{error.slug}",
        "title": error.title(),
        "status": error.status,
        "detail": type(error).title() if inner else error.detail,
        "instance": f"/requests/{request_id}",
    }
    if not inner:
        found |= {"law": error.law} if error.law else {}
        found |= {name: plain(value) for name, value in error.facts.items() if name not in found}
    return found


def plain(value: Any) -> Any:
    """Return a fact as JSON has it; what is not JSON becomes text, or what its `as_dict` says."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    return value.as_dict() if hasattr(value, "as_dict") else str(value)


def answer(error: ServiceError, request_id: str) -> Response:
    """Return the response to a refusal."""
    headers = {}
    if error.status == 401:
        headers["www-authenticate"] = "Bearer"
    if error.slug in RETRY_SECONDS:
        seconds = error.facts.get("retry_after", RETRY_SECONDS[error.slug])
        headers["retry-after"] = str(seconds)
    if "allow" in error.facts:
        headers["allow"] = str(error.facts["allow"])
    content = json.dumps(document(error, request_id), ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, error.status, headers, media_type=MEDIA_TYPE)


def too_large(most: int) -> TooLarge:
    """Build the refusal of a body beyond `most` bytes."""
    return TooLarge(f"内容太大，最多 {most // (1 << 20)} MB。", most=most)


def request_id_of(request: Request) -> str:
    """Return the id under which this request is found in the log."""
    return str(getattr(request.state, "request_id", ""))


# ---- what the framework itself refuses -------------------------------------------------------------------------

_FAULT_SAYS = {
    "missing": "必须填写",
    "extra_forbidden": "不认识的内容，请检查名称",
    "string_type": "应为文字",
    "string_too_long": "最多 {max_length} 个字",
    "string_too_short": "至少 {min_length} 个字",
    "string_pattern_mismatch": "格式不对",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "dict_type": "应为对象（名称与内容的对照）",
    "list_type": "应为列表",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "literal_error": "只能是：{expected}",
    "enum": "只能是：{expected}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "model_type": "应为对象（名称与内容的对照）",
    "model_attributes_type": "应为 JSON 对象，并注明 Content-Type: application/json",
}
_PLACES = frozenset({"body", "query", "path", "header", "cookie"})


def _faults(errors: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    for error in errors[:_MOST_ERRORS]:
        place = list(error["loc"])
        if place and place[0] in _PLACES:
            place = place[1:]
        if error["type"] == "json_invalid":
            yield {"pointer": "", "detail": "不是合法的 JSON"}
            continue
        context = {**error.get("ctx", {})}
        expected = str(context.get("expected", "")).replace("'", "")
        context["expected"] = expected.replace(" or ", "、").replace(", ", "、")
        if error["type"] == "value_error":
            yield {"pointer": pointer_to(*place), "detail": str(context.get("error", "内容不对"))}
        else:
            said = _FAULT_SAYS.get(error["type"], "内容不对")
            yield {"pointer": pointer_to(*place), "detail": said.format(**context)}


def from_validation(errors: Sequence[Mapping[str, Any]]) -> DataInvalid:
    """Turn the framework's findings into a refusal in Chinese that repeats nothing of what was sent."""
    found = list(_faults(errors))
    return DataInvalid(f"填写的内容有 {len(found)} 处有误，请检查。", errors=found)


def from_http(error: HTTPException, request: Request) -> ServiceError:
    """Turn what the framework refuses by itself into one of our kinds."""
    if error.status_code == 413:
        return too_large(int(error.detail) if error.detail.isdigit() else 0)
    if error.status_code == 405:
        return MethodNotAllowed(allow=", ".join(sorted(_methods_at(request))))
    by_status = {
        400: BadRequest,
        401: NotSignedIn,
        404: NotFound,
        415: TypeRefused,
        422: DataInvalid,
        503: Unavailable,
    }
    return by_status.get(error.status_code, ServiceError)()


_pattern = cache(compile_path)


def _methods_at(request: Request) -> set[str]:
    """Return every method the address takes: routes of one address may be several."""
    known: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.path and route.methods and _pattern(route.path)[0].match(request.url.path):
            known |= route.methods
    return known


def refusal_of(error: Exception, request: Request) -> ServiceError:
    """Return what a route or the framework refused, as one of our kinds."""
    match error:
        case ServiceError():
            return error
        case RequestValidationError():
            return from_validation(error.errors())
        case HTTPException():
            return from_http(error, request)
    raise error


Answering = Callable[[Request, ServiceError], Awaitable[Response]]


Refusing = Callable[[Request, Exception], Awaitable[Response]]
REFUSED = (ServiceError, RequestValidationError, HTTPException)


def install(app: FastAPI, answering: Answering) -> Refusing:
    """Let the application answer every refusal, `answering` choosing between a page and a problem document; return how."""

    async def refused(request: Request, error: Exception) -> Response:
        refusal = refusal_of(error, request)
        told.note(request.scope, refusal)
        return await answering(request, refusal)

    for kind in REFUSED:
        app.add_exception_handler(kind, refused)
    return refused


# ---- how the refusals stand in the API description -------------------------------------------------------------

Responses = dict[int | str, dict[str, Any]]


def refusals(*more: type[ServiceError]) -> Responses:
    """Return the documented problem responses of an operation: those that any may give, and `more`."""
    found: Responses = {}
    usual: list[type[ServiceError]] = [
        DataInvalid,
        TooLarge,
        TooManyAttempts,
        ServiceError,
        Unavailable,
    ]
    if NotSignedIn in more:
        usual.append(NotPermitted)  # for whom one acts: a mandate may have ended meanwhile
    for kind in [*usual, *more]:
        nothing = {"description": "", "content": {MEDIA_TYPE: _content()}}
        entry = found.setdefault(kind.status, nothing)
        titles = [*filter(None, entry["description"].split("／")), kind.title().rstrip("。")]
        entry["description"] = "／".join(dict.fromkeys(titles))
        entry["content"][MEDIA_TYPE]["examples"][kind.slug] = {
            "value": document(_example(kind), "5f0c2b7e9a1d4c3b")
        }
    return found


def _content() -> dict[str, Any]:
    return {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}


def _example(kind: type[ServiceError]) -> ServiceError:
    examples: dict[type[ServiceError], ServiceError] = {
        ActionNotAllowed: ActionNotAllowed(
            "「审查中」时不能受理", law="行政许可法 32", action="accept", state="reviewing"
        ),
        CaseChanged: CaseChanged(seen=7, current=8),
        DataInvalid: DataInvalid(
            "填写的内容有 1 处有误，请检查。",
            errors=[{"pointer": "/answers/area", "detail": "应为数字"}],
        ),
    }
    return examples.get(kind) or kind()
