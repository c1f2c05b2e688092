"""制度的定义 — what an item says of each institute of the law that it comes under: fee, hearing, renewal, statutes of its own."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from service.workflows.definition.models.terms import (
    Code,
    Expression,
    Length,
    Model,
    Name,
    Text,
    Title,
    Whose,
    day_as_text,
)

DayOfYear = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$"),
    BeforeValidator(day_as_text),
]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


class Fee(Model):
    """收费 — allowed only with a law or administrative regulation (许可法58)."""

    title: Title | None = Field(None, description="叫什么，如 不动产登记费；不写就是事项的名称")
    amount: Annotated[float, Field(gt=0)]
    unit: Title | None = Field(
        None, description="按什么收，如 平方米·月、本；不写就是一次性收这么多"
    )
    times: Name | None = Field(
        None, description="数量填在哪个字段（数字），应缴的是金额乘以它；不写的由收费的人算好"
    )
    when: Expression | None = Field(None, description="只在满足时才收：看回答和申请表")
    basis: Title

    @field_validator("amount", mode="before")
    @classmethod
    def _whole_numbers_too(cls, value: Any) -> Any:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Season(Model):
    """申请时间 — from which day to which an item may be applied for: of every year (05-01), or once (2026-05-01)."""

    from_: DayOfYear = Field(
        alias="from", description="从哪天起：每年的 05-01，或者某一年的 2026-05-01"
    )
    until: DayOfYear = Field(description="到哪天为止，当天还可以申请；写法与 from 一样")
    basis: Title

    @property
    def yearly(self) -> bool:
        """Tell whether it comes again every year."""
        return len(self.from_) == len("05-01")

    @model_validator(mode="after")
    def _days_of_one_kind(self) -> "Season":
        days = [
            day if len(day) > len("05-01") else f"2023-{day}" for day in (self.from_, self.until)
        ]
        known = all(_is_day(day) for day in days)
        if not known or len(self.from_) != len(self.until):
            raise ValueError("season")
        if not self.yearly and self.until < self.from_:
            raise ValueError("season")
        return self


class Reform(Model):
    """证照分离 — how the matter was reformed: no longer asked for, filed, promised, or done more simply; and by which document."""

    mode: Literal["abolished", "filing", "commitment", "optimised"] = Field(
        description="abolished 直接取消审批，filing 审批改为备案，commitment 实行告知承诺，optimised 优化审批服务"
    )
    basis: Title


class HearingDefinition(Model):
    """听证 — the decision of this item needs one: held in any case, or offered to those concerned (许可法 46、47)."""

    mode: Literal["ex_officio", "on_request"] = Field(
        description="ex_officio：公告并举行了才能决定；on_request：告知权利，举行、放弃或期满以后才能决定"
    )
    basis: Title
    third_parties: bool = Field(
        False, description="直接关系他人重大利益：告知时必须写明利害关系人（许可法 36）"
    )


class RenewalWindowDefinition(Model):
    """申请延续的时间 — back from the last day of validity: `open` to `close`, or `before` alone."""

    open: Length | None = None
    close: Length | None = None
    before: Length | None = None
    late: Literal["refuse", "accept"] = Field(
        "refuse",
        description="过了 close 还在有效期内的：refuse 不再收，accept 收下，但不会视为准予延续",
    )

    @model_validator(mode="after")
    def _one_end(self) -> "RenewalWindowDefinition":
        ends = [length for length in (self.close, self.before) if length]
        units = [
            length for length in (self.open, *ends) if length and not length.endswith(("wd", "d"))
        ]
        if len(ends) != 1 or units or (self.before and self.open):
            raise ValueError("renewal-window")
        return self


class Renewal(Model):
    """延续 — which certificate the item renews, in which field it is named, when one may apply."""

    certificate: Code
    named_in: Name = "certificate_number"
    window: RenewalWindowDefinition
    basis: Title


class Change(Model):
    """变更 — which certificate the item changes, and in which field it is named."""

    certificate: Code
    named_in: Name = "certificate_number"


class Result(Model):
    """办理结果 — the certificate a grant issues."""

    certificate: Code
    holder: Whose = Field(
        "applicant", description="发给谁：applicant 申请人，concerned 事主（见 bundle 的 concerns）"
    )


class ExtensionDefinition(Model):
    """特别规定的延长 — by how much a statute of its own lets the decision be put off, and which one (许可法 42 ① 但书)."""

    days: Length = Field(description="最多延长多久，工作日，如 20wd")
    basis: Title | None = Field(
        None, description="依据哪部法律、法规的哪一条；行政许可超过 10wd 的必须写"
    )


class InspectionDefinition(Model):
    """检验、检测、检疫 — the decision rests on one: two officers within five working days, a refusal names the standard (许可法 55)."""

    basis: Title
    standards: list[Title] = Field(
        [],
        description="技术标准、技术规范：根据检验、检测、检疫不予许可的，要写明是其中哪一项",
    )


class Selection(Model):
    """公平竞争、考试 — the decision rests on bids, an auction or an exam, announced before (许可法 53、54)."""

    by: Literal["tender", "auction", "exam"] = Field(
        description="tender 招标，auction 拍卖，exam 考试（考核）"
    )
    basis: Title
    published: Text = Field(
        description="事先公布的内容，印在办事指南上：招标、拍卖公告；考试的报名条件、报考办法、考试科目、考试大纲"
    )


class DemandedProcedure(Model):
    """依法需要的特别程序 — the statute by which this decision needs one of the eight that stop the limit (许可法 45)."""

    basis: Title = Field(
        description="哪部法律、法规的哪一条要求这项程序；行政许可法 45 只说时间不计入，不能作依据"
    )


class Quantity(Model):
    """数量 — how many may be granted, and which statute limits it; published before anybody applies (许可法 30、57)."""

    limit: Title
    basis: Title
