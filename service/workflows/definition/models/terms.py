"""用语 — the words the kinds of definition share: codes, titles, closed lists, the base of every model."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from service.workflows.definition.duration import PATTERN


def day_as_text(value: Any) -> Any:
    """Return a date of YAML as text, so that a release is JSON."""
    return value.isoformat() if type(value) is date else value


def dates_as_text(data: Any) -> Any:
    """Return what YAML says with its dates as text, also those within: the wire carries text."""
    if isinstance(data, Mapping):
        return {key: dates_as_text(value) for key, value in data.items()}
    if isinstance(data, list):
        return [dates_as_text(value) for value in data]
    return data.isoformat() if isinstance(data, date) else data


Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Day = Annotated[
    str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), BeforeValidator(day_as_text)
]
Length = Annotated[str, StringConstraints(pattern=PATTERN)]
DayBound = Annotated[
    str,
    StringConstraints(pattern=r"^(\d{4}-\d{2}-\d{2}|today([+-][0-9]{1,4}(d|mo|y))?)$"),
    BeforeValidator(day_as_text),
]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=1000)]

FieldTypeCode = Literal[
    "text",
    "number",
    "integer",
    "boolean",
    "date",
    "choice",
    "multi",
    "uscc",
    "id-number",
    "identity",
    "phone",
    "region",
    "money",
    "person",
    "list",
    "rows",
]
WHOLE_ONLY: tuple[FieldTypeCode, ...] = (
    "person",
    "list",
    "rows",
)  # no column of a row is one of these
CHOSEN: tuple[FieldTypeCode, ...] = ("choice", "multi")  # the types that have options
ValueKind = Literal["number", "text", "date", "boolean", "texts", "rows", "numbers", "booleans"]
_VALUE_KINDS: dict[FieldTypeCode, ValueKind | None] = {
    "number": "number",
    "integer": "number",
    "money": "number",
    "boolean": "boolean",
    "date": "date",
    "multi": "texts",
    "list": "texts",
    "person": None,
    "identity": None,
    "rows": "rows",
}
# as what conditions see a column of rows, by the kind of one value
COLUMN_KINDS: dict[ValueKind | None, ValueKind] = {
    "number": "numbers",
    "text": "texts",
    "date": "texts",
    "boolean": "booleans",
}
Card = Literal["none", "yellow", "red"]
CreditGrade = Literal["A", "B", "C", "D"]
ApplicantType = Literal["enterprise", "sole-trader", "individual", "organisation"]
Category = Literal["licence", "filing", "confirmation", "service", "verification", "utility"]
RefusalPolicy = Literal["others_stand", "stop_dependents", "stop_all"]
Origin = Literal["upload", "share", "commitment", "certificate", "generated"]
Need = Literal[
    "reasons", "opinion", "procedure", "notice_text", "document", "days", "gaps", "reason", "materials", "findings",
    "officers", "pledge", "parties", "party", "date", "hour", "place", "chair", "ground", "compensation",
    "where", "checked_at", "checklist", "confirmed", "basis", "affects", "pause", "standard", "selected", "amount", "receipt",
]  # fmt: skip
ReasonUse = Literal[
    "correction",
    "decline",
    "not_required",
    "refusal",
    "termination",
    "revocation",
    "commitment",
    "follow_up",
    "repair",
]
HearingStep = Literal[
    "told",
    "asked",
    "waived",
    "over",
    "opened",
    "announced",
    "held",
    "taken_back",
    "challenged",
    "replaced",
    "kept",
]
Whose = Literal[
    "applicant", "concerned"
]  # whose record is asked, whose certificate it is: see `Concerned`
Outcome = Literal[
    "granted",
    "refused",
    "declined",
    "not_required",
    "lapsed",
    "withdrawn",
    "stopped",
    "revoked",
    "passed",
    "broken",
    "unkept",
    "recalled",
    "closed",
    "unfounded",
]
CountsFrom = Literal["received", "complete", "now", "checked"]
NoticeKind = Literal[
    "payment", "payment_waived", "payment_refunded",
    "receipt", "acceptance", "tolerant_acceptance", "correction", "not_required", "not_accepted", "special",
    "special_end", "extension", "grant", "refusal", "issue", "lapse", "withdrawal", "stopped", "commitment_refused",
    "inspection", "rectification", "follow_up_result", "revocation", "urge", "commitment_taken_back", "operable",
    "credit_recorded", "repair_notice", "repair_granted", "repair_refused", "credit_expired",
    "hearing_right",
    "hearing_request", "hearing_waived", "hearing_announcement", "hearing_notice", "hearing_end", "special_overrun", "hearing_overrun",
    "supervision", "copy", "redress_reply", "deemed_renewal", "deregistration", "termination",
    "revocation_right", "revocation_kept", "permit_withdrawal", "delivery_receipt",
    "deregistration_kept", "filed_away", "acceptance_revoked", "promise_paused", "promise_resumed",
    "hearing_taken_back", "chair_challenged", "chair_replaced", "chair_kept",
    "loss_claim", "compensation_award", "compensation_refusal",
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
    "hearing_overrun": "听证超期提醒",
    "termination": "终止办理决定书",
    "supervision": "督办单", "copy": "抄送单", "redress_reply": "评价答复书",
    "deemed_renewal": "视为准予延续告知书", "deregistration": "注销告知书",
    "deregistration_kept": "不予注销决定书",
    "revocation_right": "撤销许可事先告知书", "revocation_kept": "不予撤销决定书", "permit_withdrawal": "撤回许可决定书",
    "delivery_receipt": "送达回证", "filed_away": "归档告知书", "acceptance_revoked": "撤销受理决定书",
    "promise_paused": "承诺时限暂停告知书", "promise_resumed": "承诺时限恢复告知书",
    "hearing_taken_back": "撤回听证申请确认书", "chair_challenged": "回避申请收件凭证", "chair_replaced": "听证主持人回避决定书",
    "chair_kept": "驳回回避申请决定书",
    "loss_claim": "赔偿（补偿）要求收件凭证", "compensation_award": "赔偿（补偿）决定书",
    "compensation_refusal": "不予赔偿（补偿）决定书",
    "payment": "缴费通知书", "payment_waived": "免予缴费告知书", "payment_refunded": "退费告知书",
}  # fmt: skip

BUILT_IN_POSTS = {
    "window": "受理岗",
    "reviewer": "审查岗",
    "inspector": "核查岗",
    "approver": "决定岗",
    "head": "负责人",
    "legal": "法制审核岗",
    "cashier": "收费岗",
}


class Model(BaseModel):
    """A piece of a definition: strict types, no unknown keys, never changed after loading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields changed; what was worked out from the old ones does not come along."""
        made = super().model_copy(update=update, deep=deep)
        for name in made.__dict__.keys() - type(made).model_fields.keys():
            del made.__dict__[name]
        return made


def one_of(options: list[str] | dict[str, str]) -> dict[str, str]:
    """Return options as code → Chinese label; a plain list labels each code with itself."""
    return options if isinstance(options, dict) else {option: option for option in options}


def value_kind(code: FieldTypeCode) -> ValueKind | None:
    """Return as what conditions see the values of a type of field: text unless it says otherwise, None for not at all."""
    return _VALUE_KINDS.get(code, "text")


Procedure = Literal[
    "hearing",
    "tender",
    "auction",
    "inspection",
    "testing",
    "quarantine",
    "appraisal",
    "expert_review",
]
PROCEDURES = {  # 行政许可法 45: a closed list (R-CLK-1)
    "hearing": "听证",
    "tender": "招标",
    "auction": "拍卖",
    "inspection": "检验",
    "testing": "检测",
    "quarantine": "检疫",
    "appraisal": "鉴定",
    "expert_review": "专家评审",
}
REFORMS = {  # 国发〔2021〕7号
    "abolished": "直接取消审批",
    "filing": "审批改为备案",
    "commitment": "实行告知承诺",
    "optimised": "优化审批服务",
}
SELECTIONS = {"tender": "招标", "auction": "拍卖", "exam": "考试"}  # 行政许可法 53、54
BOTH, STATUTORY = "both", "statutory"
AFFECTS = {  # which limits the time of a special procedure is not counted in (R-CLK-1)
    BOTH: "法定时限和承诺时限都不计入",
    STATUTORY: "只不计入法定时限，承诺时限照常计算",
}
GROUNDS = {  # 行政许可法 69 ① (一)–(五), ②; 78
    "abuse": "滥用职权、玩忽职守",
    "incompetent": "超越法定职权",
    "procedure": "违反法定程序",
    "unqualified": "申请人不具备资格或者条件",
    "other": "依法可以撤销的其他情形",
    "fraud": "以欺骗、贿赂等不正当手段取得",
    "false_material": "隐瞒有关情况或者提供虚假材料",
}
AUTHORITYS_FAULT = ("abuse", "incompetent", "procedure", "unqualified", "other")  # 69 ①, ④
BY_STATUTE = "statute"  # the cause that another statute has to give
DEREGISTRATION_CAUSES = {  # 行政许可法 70 (二)–(六); what runs out or is revoked comes to it by itself
    "death": "赋予公民特定资格的许可，该公民死亡",
    "incapacity": "赋予公民特定资格的许可，该公民丧失行为能力",
    "dissolution": "法人或者其他组织依法终止",
    "sanction": "许可证件依法被吊销",
    "force_majeure": "因不可抗力，许可事项无法实施",
    BY_STATUTE: "法律、法规规定的应当注销行政许可的其他情形",
}
REASON_USES: dict[ReasonUse, str] = {
    "correction": "补正",
    "decline": "不予受理",
    "not_required": "不受理",
    "refusal": "不予许可（不予办理）",
    "termination": "终止办理",
    "revocation": "撤销",
    "commitment": "转一般程序",
    "follow_up": "事后核查",
    "repair": "不予信用修复",
}
# What may be wrong with a paper or a field can be mended first, or fail the conditions (行政许可法 32 ①(四), 38): never more.
ABOUT_PAPERS: tuple[ReasonUse, ...] = ("correction", "refusal")
COMPETENCE, STILL_DEFECTIVE = "competence", "still_defective"
DECLINE_GROUNDS = {  # 行政许可法 32 ①(二), 78, 79: for nothing else an application is not received
    COMPETENCE: "依法不属于本机关职权范围",
    "false_material": GROUNDS["false_material"],
    "banned": "在依法不得申请的期限内",
    STILL_DEFECTIVE: "经一次性告知补正，补正以后仍不符合要求",
}
