"""用语 — the words the kinds of definition share: codes, titles, closed lists, the base of every model."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from service.workflows.language.duration import PATTERN


def day_as_text(value: Any) -> Any:
    """Return a date of YAML as text, so that a release is JSON."""
    return value.isoformat() if type(value) is date else value


Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), BeforeValidator(day_as_text)]
Length = Annotated[str, StringConstraints(pattern=PATTERN)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=1000)]

FieldType = Literal[
    "text", "number", "integer", "boolean", "date", "choice", "multi",
    "uscc", "id-number", "phone", "region", "money", "person", "list",
]  # fmt: skip
ApplicantType = Literal["enterprise", "sole-trader", "individual", "organisation"]
Category = Literal["licence", "filing", "confirmation", "service", "verification", "utility"]
RefusalPolicy = Literal["others_stand", "stop_dependents", "stop_all"]
Origin = Literal["upload", "share", "commitment", "certificate", "generated"]
Need = Literal[
    "reasons", "opinion", "procedure", "notice_text", "document", "days", "gaps", "reason", "materials", "findings",
    "officers", "pledge", "parties", "party", "date", "place", "chair", "ground", "compensation",
]  # fmt: skip
HearingStep = Literal["told", "asked", "waived", "over", "opened", "announced", "held"]
Outcome = Literal[
    "granted", "refused", "declined", "not_required", "lapsed", "withdrawn", "stopped", "revoked", "passed", "broken",
    "unkept", "recalled",
    "closed", "unfounded",
]  # fmt: skip
CountsFrom = Literal["received", "complete", "now"]
NoticeKind = Literal[
    "receipt", "acceptance", "tolerant_acceptance", "correction", "not_required", "not_accepted", "special",
    "special_end", "extension", "grant", "refusal", "issue", "lapse", "withdrawal", "stopped", "commitment_refused",
    "inspection", "rectification", "follow_up_result", "revocation", "urge", "commitment_taken_back", "operable",
    "credit_recorded", "repair_notice", "repair_granted", "repair_refused", "credit_expired",
    "hearing_right",
    "hearing_request", "hearing_waived", "hearing_announcement", "hearing_notice", "hearing_end", "special_overrun",
    "supervision", "copy", "redress_reply", "deemed_renewal", "deregistration", "termination",
    "revocation_right", "revocation_kept", "permit_withdrawal", "delivery_receipt",
]  # fmt: skip
NOTICE_TITLES: dict[NoticeKind, str] = {
    "receipt": "收件凭证", "acceptance": "受理通知书", "tolerant_acceptance": "容缺受理通知书",
    "correction": "一次性告知（补正）通知书", "not_required": "不受理告知书", "not_accepted": "不予受理决定书",
    "special": "特别程序告知书", "special_end": "特别程序结束告知书", "extension": "延长办理期限通知书",
    "grant": "准予决定书", "refusal": "不予许可决定书", "issue": "颁证送达回执", "lapse": "视为撤回通知书",
    "withdrawal": "撤回申请确认书", "stopped": "终止办理通知书", "commitment_refused": "不适用告知承诺通知书",
    "inspection": "现场核查通知书", "rectification": "限期整改通知书", "follow_up_result": "事后核查结果告知书",
    "revocation": "撤销决定书", "urge": "催办单", "commitment_taken_back": "撤回承诺确认书",
    "operable": "条件符合告知书",
    "credit_recorded": "失信行为认定书", "repair_notice": "信用修复告知书", "repair_granted": "信用修复决定书",
    "repair_refused": "不予信用修复决定书", "credit_expired": "失信信息到期告知书",
    "hearing_right": "听证权利告知书", "hearing_request": "组织听证告知书",
    "hearing_waived": "放弃听证确认书", "hearing_announcement": "听证公告", "hearing_notice": "听证通知书",
    "hearing_end": "听证结束告知书", "special_overrun": "特别程序超时提醒",
    "termination": "终止办理决定书",
    "supervision": "督办单", "copy": "抄送单", "redress_reply": "评价答复书",
    "deemed_renewal": "视为准予延续告知书", "deregistration": "注销告知书",
    "revocation_right": "撤销许可事先告知书", "revocation_kept": "不予撤销决定书", "permit_withdrawal": "撤回许可决定书",
    "delivery_receipt": "送达回证",
}  # fmt: skip

BUILT_IN_POSTS = {
    "window": "受理岗",
    "reviewer": "审查岗",
    "inspector": "核查岗",
    "approver": "决定岗",
    "head": "负责人",
    "legal": "法制审核岗",
}


class Model(BaseModel):
    """A piece of a definition: strict types, no unknown keys, never changed after loading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def one_of(options: list[str] | dict[str, str]) -> dict[str, str]:
    """Return options as code → Chinese label; a plain list labels each code with itself."""
    return options if isinstance(options, dict) else {option: option for option in options}
