"""编辑器用的结构 — JSON Schema 2020-12 of the language, from the models, with what each key means in Chinese."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from service.workflows import proceedings
from service.workflows.definition import models

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KINDS = {
    "Directory": "机构目录：区划、部门、岗位",
    "Vocabulary": "词汇表：字段、材料、证照、理由，各事项共用",
    "Calendar": "工作日历：一年的放假和调休",
    "Lifecycle": "生命周期：一个事项从收件到办结的状态和动作",
    "ItemDefinition": "事项：一个部门办的一件",
    "Bundle": "一件事：牵头部门、问题、事项和承诺时限",
    "HearingDefinition": "决定前的听证：谁要求的、依据是什么",
    "Overlay": "地区参数：同一件事在一个片区的阈值、期限和不办的事项，不用另抄一份",
    "Scenario": "情景：有日期的一段经过，必须能实现",
}
MEANINGS = {
    "kind": "定义的种类", "code": "代码：小写字母、数字和连字符，一经发布不要改", "title": "名称，给人看的",
    "basis": "法律依据，如 行政许可法 42", "when": "条件（CEL 表达式），不写就总是", "use": "用的是哪一个（代码）",
    "post": "岗位", "limit": "时限：5wd 工作日、20d 自然日、2mo 月、5y 年，0wd 当场", "options": "可选项：代码 → 名称",
    "min": "最小值", "max": "最大值；文字为最多几个字", "unit": "单位", "hint": "填写提示", "required": "是否必须，默认必须",
    "type": "类型", "region": "行政区划", "departments": "部门：代码 → 名称", "posts": "内置岗位之外的岗位：代码 → 名称",
    "policy": "法律没有写明处本地的读法", "fields": "字段", "materials": "材料", "certificates": "证照", "reasons": "理由",
    "source": "预填来源，如 applicant.name、certificate.business-licence.address", "formats": "接受的文件格式",
    "max_mb": "一个文件最大多少 MB", "number": "编号规则：{region} {year} {seq} {seq:07}", "valid": "有效期，不写为长期",
    "material": "指哪份材料", "field": "指哪个字段", "layer": "层次：全国 CN，地区如 CN-GX", "year": "年份",
    "holidays": "放假的日子或一段日子，可以写明什么节：2026-10-01/2026-10-07 国庆节", "workdays": "调休上班的日子", "clocks": "时限",
    "states": "状态，第一个是开始的状态", "transitions": "动作：谁能从哪个状态办到哪个状态", "runs": "在这个状态里走的时限",
    "on_expiry": "到期时的动作：时限 → 动作", "sign": "几个人签：any 或签、all 会签、order 依次、{ratio: 0.6} 票签",
    "final": "终态的结果", "extend": "延长哪个时限，天数由 days 给出", "action": "动作的名称", "from": "从哪些状态",
    "to": "到哪个状态", "by": "谁来办：岗位、applicant 申请人、clock 到期，或它们的列表", "needs": "必须带上的内容",
    "notice": "发出的文书", "effect": "对时限的影响", "counts_from": "时限从哪天起算",
    "keeps": "已经起算的照走、没有起算的不起算的时限", "restarts": "到此为止、下一次重新起算的时限", "deferrable": "容缺：可以晚多久补交",
    "sample": "抽查比例，1 为全部", "carries": "照面上写什么：名称 → 字段", "holds": "手里已有的证照",
    "begin": "另起哪个程序", "parent": "程序这样结束时，原事项随之办的动作", "renews": "延续哪种证照，什么时候可以申请", "changes": "变更哪种证照",
    "named_in": "证照编号填在哪个字段", "window": "申请延续的时间，从有效期最后一天往前数", "open": "从届满前多久起", "close": "到届满前多久止",

    "issued_on": "核发日期", "valid_until": "有效期止", "state": "证照的状态", "text": "承诺书文本（文件名）",
    "list": "列入告知承诺事项清单的条目", "entry": "清单的名称和条目", "until": "到哪一天为止，不写为长期",
    "later": "可以承诺将于几时前符合条件，最长多久", "meets_by": "承诺将于哪天前符合条件：事项 → 日期", "eligible": "什么人可以选告知承诺（条件）",
    "waives": "承诺后免交的材料", "follow_up": "事后核查", "amount": "金额（元）", "certificate": "发出的证照",
    "department": "承办部门", "category": "事项类别", "conditions": "准予的条件，逐条写明", "lifecycle": "按哪个生命周期办",
    "limits": "期限：statutory 法定、promised 承诺、extension 最多延长，以及生命周期点名的", "commitment": "告知承诺",
    "fee": "收费（须有法律、行政法规依据）", "result": "办结发出什么", "id": "编号", "ask": "问题，用日常的话",
    "fills": "填进哪个字段", "why": "为什么要问", "say": "给申请人的话", "after": "要等哪些事项办好", "on_refusal": "不予时其他事项怎么办",
    "steps": "经过", "days": "时间", "lead": "牵头部门", "applicants": "面向哪些申请人", "acceptance": "谁来受理：lead 牵头窗口统一、each 各部门",
    "promised": "整件事的承诺时限", "legal_mode": "办理方式", "designation": "人民政府的确定文件", "questions": "问题",
    "derived": "由回答推出的值：名称 → 表达式", "stop": "依法不能办的情形", "items": "事项", "before": "改革前分头办的数字",
    "bundle": "哪一件事", "now": "开始的时刻，带时区", "applicant": "申请人", "channel": "从哪里提交", "answers": "对问题的回答",
    "handling": "各事项怎么办：ordinary 一般、commitment 告知承诺", "form": "填的表；不写的由样例值补上", "missing": "没有交的材料",
    "defer": "容缺后补的材料", "expect": "应当如此", "name": "名称", "credit": "信用", "excluded": "是否因失信不能再选告知承诺",
    "case": "办件的状态", "due": "到期日：<事项>.<时限> → 日期", "card": "红黄牌：事项 → 牌", "tasks": "待办数：<部门>.<岗位> → 几件",
    "notices": "发出过的文书", "events": "依次发生的动作", "stopped": "是否依法不能办",
    "wrong": "提交会因为哪些字段退回（只写在情景的 expect 里，后面没有 steps）", "checks": "字段之间的核对", "must": "必须成立的条件", "at": "时刻，带时区；不写为同一时刻",
    "reapply": "申请人重新申请哪些没有办成的事项；以后各步办的是新的办件",
    "do": "办什么：<事项>.<动作> 或 case.<动作>", "data": "带上的内容", "refused": "应当被拒绝，写问题的代码或 any",
    "lines": "证面上的各行，依次", "label": "这一行叫什么", "style": "样子",
    "replaces": "改变已公布的年份时：新通知的文号和批准人", "approved_by": "效能监察的批准人",
    "bundles": "哪些一件事在这里有自己的版本", "off": "这里不办的事项",
}  # fmt: skip


def json_schema() -> dict[str, Any]:
    """Return the schema of one definition file, one branch per kind."""
    kinds = Annotated[
        models.Directory
        | models.Vocabulary
        | models.Calendar
        | models.Lifecycle
        | models.ItemDefinition
        | models.Bundle
        | models.Overlay
        | models.Scenario,
        Field(discriminator="kind"),
    ]
    schema = TypeAdapter(kinds).json_schema(by_alias=True)
    schema.pop("discriminator")  # of OpenAPI, unknown to editors
    for name, definition in schema["$defs"].items():
        definition["description"] = KINDS.get(name) or definition["description"].partition(" — ")[0]
        for key, value in definition["properties"].items():
            if "description" not in value:
                value["description"] = MEANINGS[key]
            value.pop("title", None)
    begun = [kind.code for kind in proceedings.KINDS.values() if kind.by_action]
    begin = schema["$defs"]["Effect"]["properties"]["begin"]
    begin["anyOf"] = [{"enum": begun}, {"type": "null"}]
    _close(schema)
    return {"$schema": DIALECT, "title": "一件事一次办 定义语言", **schema}


def _close(schema: Any) -> None:
    """Refuse keys that do not fit the pattern of a mapping by code, as the loader does."""
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema["additionalProperties"] = False
        for part in schema.values():
            _close(part)
    elif isinstance(schema, list):
        for part in schema:
            _close(part)
