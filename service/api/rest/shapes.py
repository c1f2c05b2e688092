"""What goes in and out over the wire: strict requests, explicit answers, and the Chinese name beside every code."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

APPLICANT_TYPES = {"enterprise": "企业", "sole-trader": "个体工商户", "individual": "个人", "organisation": "其他组织"}
CARDS = {"none": "正常", "yellow": "黄牌", "red": "红牌"}
CATEGORIES = {
    "licence": "行政许可", "filing": "备案", "confirmation": "行政确认", "service": "公共服务", "verification": "内部核验",
    "utility": "公用服务",
}  # fmt: skip
CERTIFICATE_STATES = {
    "valid": "有效",
    "pending": "未生效",
    "expired": "已过期",
    "superseded": "已换发",
    "revoked": "已撤销",
    "recalled": "已撤回许可",
}
CHANNELS = {"online": "网上", "counter": "窗口"}
CLOCK_OWNERS = {"department": "部门", "applicant": "申请人", "public": "社会公众"}
CLOCK_STATES = {"running": "计时中", "paused": "已停表", "settled": "已结束"}
HANDLINGS = {"ordinary": "一般程序", "commitment": "告知承诺"}
HEARING_STAGES = {
    "told": "已告知权利", "asked": "已要求听证", "opened": "主动举行", "announced": "已通知时间地点", "held": "已举行",
    "waived": "已放弃", "over": "期满无人要求",
}  # fmt: skip
KINDS = {
    "applicant": "申请人", "clerk": "工作人员", "portal": "政务服务门户", "supervisor": "效能监察", "admin": "事项管理员",
    "clock": "系统（到期）",
}  # fmt: skip
LEGAL_MODES = {
    "coordination": "各自依法办理、牵头协调",
    "unified": "统一办理",
    "joint": "联合办理",
    "centralised": "集中办理",
}
OUTCOMES = {
    "granted": "准予", "refused": "不予准予", "declined": "不予受理", "not_required": "无需办理", "lapsed": "视为撤回",
    "withdrawn": "已撤回", "stopped": "已终止", "revoked": "已撤销", "passed": "核查通过", "broken": "虚假承诺", "unkept": "没有履行承诺", "recalled": "已撤回许可",
    "closed": "已办结", "unfounded": "评价有误",
}  # fmt: skip
REFUSAL_POLICIES = {
    "others_stand": "其他事项继续办理", "stop_dependents": "依赖它的事项终止", "stop_all": "其余事项全部终止",
}  # fmt: skip
SOURCES = {
    "upload": "上传", "share": "数据共享获取", "commitment": "告知承诺", "certificate": "电子证照", "generated": "系统生成",
    "defer": "容缺后补",
}  # fmt: skip
SEVERITIES = {"error": "错误", "warning": "提醒"}


class Given(BaseModel):
    """Something sent in: strict types, no unknown names."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Shown(BaseModel):
    """Something sent out: nothing beside what is declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def said(labels: Mapping[str, str], code: str) -> str:
    """Return the Chinese name of a code; without one the code itself."""
    return labels.get(code, code)


def json_answer(content: str, status: int = 200, *, version: int | None = None, **headers: str) -> Response:
    """Return JSON text as the response; `version` becomes the ETag."""
    if version is not None:
        headers["etag"] = f'"{version}"'
    return Response(content.encode(), status, {k.replace("_", "-"): v for k, v in headers.items()}, "application/json")


def masked_id(text: str) -> str:
    """Hide a person's or company's number but for its first four and last two characters."""
    return text if not text else f"{text[:4]}{'*' * 8}{text[-2:]}" if len(text) >= 12 else "*" * 8
