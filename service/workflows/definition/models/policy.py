"""读法参数 — what the law leaves to a region, and how this one reads it; each with its rule where the usual reading needs none."""
# pydantic gives each model its own copy of a default

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from service.workflows.definition.models.terms import CreditGrade, Length, Model, Name, Title

Severity = Literal["minor", "ordinary", "serious"]
# 国办发〔2025〕22号
REPAIR_AFTER: dict[str, str] = {"minor": "0d", "ordinary": "3mo", "serious": "1y"}
CREDIT_TERM: dict[str, str] = {"minor": "3mo", "ordinary": "1y", "serious": "3y"}


class Blocked(Model):
    """等申请人决定 — how long an item waits when what it waits for was given up, and by which rule it then ends."""

    within: Length = Field("15wd", description="申请人应在多久之内答复，逾期终止办理")
    basis: Title = Field(
        "地方规定（逾期不答复终止办理）", description="依据本地的哪一条规定，印在告知书上"
    )


class Overdue(Model):
    """逾期不补 — what becomes of an application whose papers did not come in time, and by which local rule (R-ACC-9)."""

    then: Literal["withdrawn", "declined", "refused", "filed"] = Field(
        "withdrawn",
        description="withdrawn 视为撤回，declined 不予受理，refused 不予办理，filed 归档",
    )
    basis: Title | None = Field(None, description="依据本地的哪一条规定；不是 withdrawn 的必须写")

    @model_validator(mode="after")
    def _founded(self) -> "Overdue":
        if self.then != "withdrawn" and not self.basis:
            raise ValueError("basis-missing")
        return self


class GapOverdue(Model):
    """容缺逾期 — what becomes of an application accepted with gaps that were not filled, and by which rule (R-RQ-1)."""

    then: Literal["withdrawn", "acceptance_revoked", "refused"] = Field(
        "withdrawn",
        description="withdrawn 视为撤回，acceptance_revoked 撤销受理，refused 不予办理",
    )
    basis: Title | None = Field(None, description="依据本地的哪一条规定；不是 withdrawn 的必须写")

    @model_validator(mode="after")
    def _founded(self) -> "GapOverdue":
        if self.then != "withdrawn" and not self.basis:
            raise ValueError("basis-missing")
        return self


class StillDefective(Model):
    """补正后仍不符合 — what a window may do with papers that came and are wrong as before, and by which rule (R-ACC-9)."""

    then: Literal["again", "declined"] = Field(
        "again", description="again 就原来告知的问题再告知，declined 也可以不予受理"
    )
    basis: Title | None = Field(None, description="依据本地的哪一条规定；不是 again 的必须写")

    @model_validator(mode="after")
    def _founded(self) -> "StillDefective":
        if self.then != "again" and not self.basis:
            raise ValueError("basis-missing")
        return self


class PromiseStop(Model):
    """承诺时限的暂停 — something during which the region does not count its own promise; the statutory limit runs on."""

    title: Title
    days: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]?wd$")] = Field(
        description="最多几个工作日，如 10wd"
    )
    basis: Title = Field(description="依据本地的哪一条规定，印在告知书上")


class Policy(Model):
    """读法参数 — where the law is silent, the region's reading; the defaults are those of rules 0.4."""

    count_start_day: bool = Field(False, description="起算日是否计入（默认不计入，民法典201条）")
    offhours_receipt: Literal["entry_time", "next_working_day"] = Field(
        "entry_time", description="非工作时间网上提交：按进入系统时间，或顺延到下一个工作日"
    )
    counter_close: bool = Field(
        False,
        description="窗口提交的，申请人的期限到最后一天办公结束为止，不是 24 时（民法典 203）",
    )
    office_hours: Annotated[
        str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$")
    ] = Field("09:00-17:00", description="办公时间，顺延和 counter_close 时使用")
    calendar_layers: list[str] | None = Field(
        None, description="工作日历的层次，先国家后地区；不写时为国家日历加本定义包带的地区层"
    )
    yellow_percent: Annotated[int, Field(ge=1, le=100)] = Field(
        80, description="用去承诺时限的百分之几亮黄牌"
    )
    yellow_days_left: Annotated[int, Field(ge=0, le=30)] = Field(
        1, description="还剩几个工作日亮黄牌"
    )
    credit_sampling: dict[CreditGrade, Annotated[int, Field(ge=0, le=100)]] = Field(
        {},
        description="按信用分类抽查的比例（百分之几），没有写的类别按事项自己的 sample；没有分类的算 B",
    )
    repair_after: dict[Severity, Length] = Field(
        {},
        description="失信多久以后可以申请信用修复：minor 轻微 0d、ordinary 一般 3mo、serious 严重 1y",
    )
    credit_term: dict[Severity, Length] = Field(
        {}, description="失信信息有效多久：minor 轻微 3mo、ordinary 一般 1y、serious 严重 3y"
    )
    revocation_hearing: Length | None = Field(
        None,
        description="撤销许可以前陈述申辩、要求听证的期限，从书面告知拟撤销的理由起算；不写为 5wd，也不能更短",
    )
    department_feedback: Length = Field(
        "2wd",
        description="统一受理时，收件后各部门应在多久之内向牵头部门反馈材料是否齐全；到期没有反馈只提醒，不影响办理",
    )
    serial_start: Literal["decision", "handover"] = Field(
        "decision",
        description="有先后的事项何时开始：前一项作出准予决定（decision），或者颁证送达以后（handover）",
    )
    blocked: Blocked = Field(
        Blocked(),
        description="前一项由申请人撤回或者视为撤回以后，等它的事项等申请人决定：within 等多久，basis 依据",
    )
    correction_overdue: Overdue = Field(
        Overdue(), description="补正期满没有补齐的怎么办：then、basis"
    )
    still_defective: StillDefective = Field(
        StillDefective(), description="补正以后仍不符合要求的怎么办：then、basis"
    )
    gap_overdue: GapOverdue = Field(
        GapOverdue(), description="容缺的材料到期没有补齐、还没有作决定的怎么办：then、basis"
    )
    promise_stops: dict[Name, PromiseStop] = Field(
        {},
        description="哪些情形可以暂停承诺时限（法定时限照走）：代码 → title、days、basis；不写就都不能",
    )
    urge_every: Length = Field("1wd", description="同一办件两次催办之间至少间隔多久")
    reliable_signature: bool = Field(
        False, description="承诺书是否必须用可靠的电子签名（须接通电子签名服务）"
    )
    supervise_reply: Length = Field("5wd", description="督办应在多久之内答复")
    redress_contact: Length = Field("1wd", description="差评应在多久之内联系评价人")
    redress_rectify: Length = Field("5wd", description="差评应在多久之内整改并答复")
    redress_whole: Length = Field("15wd", description="差评从收到到回访办结最多多久")
    rating_default_after: Length | None = Field(
        None, description="办结后多久没有评价的按默认好评统计；不写就不默认"
    )
    rating_default: Annotated[int, Field(ge=3, le=5)] = Field(
        3, description="默认评价的等级，单独标明，不计入平均"
    )

    def repair_from(self, severity: str) -> str:
        """Return after how long a record of this severity may be repaired."""
        return next(
            (v for k, v in self.repair_after.items() if k == severity), REPAIR_AFTER[severity]
        )

    def ends_after(self, severity: str) -> str:
        """Return how long a record of this severity counts."""
        return next(
            (v for k, v in self.credit_term.items() if k == severity), CREDIT_TERM[severity]
        )
