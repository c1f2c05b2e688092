"""办理的定义 — item and bundle: what is done, by whom, until when."""
# ruff: noqa: RUF012  # pydantic gives each model its own copy of a default

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from service.workflows.definition.duration import Duration
from service.workflows.definition.models.commitment import CommitmentDefinition
from service.workflows.definition.models.institutes import (
    Change,
    DemandedProcedure,
    ExtensionDefinition,
    Fee,
    HearingDefinition,
    InspectionDefinition,
    Quantity,
    Reform,
    Renewal,
    Result,
    Season,
    Selection,
)
from service.workflows.definition.models.shared import Check
from service.workflows.definition.models.terms import (
    CHOSEN,
    ApplicantType,
    Category,
    Code,
    Expression,
    Length,
    Model,
    Name,
    Origin,
    Procedure,
    RefusalPolicy,
    Text,
    Title,
)

# ---- item ------------------------------------------------------------------------------------------------------


LICENCE_LAW = "行政许可法"
LICENCE_LIMIT = f"{LICENCE_LAW} 42"  # what limits a licence where no statute of its own does


class FieldUse(Model):
    """采集的字段 — how an item asks for a field of the vocabulary."""

    use: Name
    required: bool = True
    when: Expression | None = None


class MaterialUse(Model):
    """要的材料 — how an item asks for a material: where it may come from, when, and whether it may follow later (容缺)."""

    use: Code
    from_: Annotated[list[Origin], Field(alias="from", min_length=1)] = ["upload"]
    when: Expression | None = None
    required: bool = True
    deferrable: Length | None = None


AboutLine = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class Before(Model):
    """原来分头办 — published figures of doing it separately; the guide shows what is saved."""

    steps: Annotated[int, Field(ge=1)] | None = None
    materials: Annotated[int, Field(ge=1)] | None = None
    days: Length | None = None


GrantLine = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ItemDefinition(Model):
    """事项 — what one department decides."""

    kind: Literal["item"]
    code: Code
    title: Title
    department: Code
    category: Category
    basis: Annotated[list[Title], Field(min_length=1)]
    conditions: list[Text] = []
    lifecycle: Code
    limits: dict[Name, Length] = {}
    bases: dict[Name, Title] = Field(
        {},
        description="各时限依据哪一条：statutory 等时限的名称 → 法律、法规的条款；"
        "不写时行政许可为行政许可法 42，别的事项为 basis；行政许可超过 20wd 的必须写",
    )
    extension: ExtensionDefinition | None = Field(
        None,
        description="法律、法规另有规定的延长：最多多久、依据哪一条；一般的写 limits.extension",
    )
    steps: dict[Name, Length] = Field(
        {}, description="环节时限：状态 → 这个环节最多多久，如 reviewing: 2wd"
    )
    fields: list[Name | FieldUse] = []
    materials: list[Code | MaterialUse] = []
    checks: dict[Code, Check] = Field(
        {}, description="本事项的字段之间的核对：代码 → must、say、at"
    )
    commitment: CommitmentDefinition | None = None
    fee: Fee | list[Fee] | None = Field(
        None, description="收费（须有法律、行政法规依据）；分情形、有几笔的写成列表"
    )
    result: Result | None = None
    open: Season | None = Field(
        None,
        description="申请时间：每年或者某一次的起止；之外提交的收到书面不予受理，写明何时再受理",
    )
    reform: Reform | None = Field(
        None, description="证照分离：mode 改革方式、basis 依据；按它公布、查询"
    )
    before: Before | None = Field(
        None,
        description="以前单独办这一项要多少环节、材料、时间；要办的事项都写了的，指南按它们合计",
    )
    grants: dict[Title, GrantLine] = Field(
        {}, description="准予的内容：名称 → 一句话，可以用 {form.字段}，印在准予决定书上"
    )
    quantity: Quantity | None = Field(
        None, description="有数量限制的：最多准予多少、依据哪一条；不写就是没有数量限制"
    )
    public_safety: bool = Field(
        default=False,
        description="直接关系公共安全、人身健康、生命财产安全：提供虚假材料的一年、骗取的三年内不得再申请",
    )
    renews: Renewal | None = None
    changes: Change | None = None
    legal_review: bool = Field(False, description="重大决定：决定以前须有法制审核意见")
    inspection: InspectionDefinition | None = Field(
        None,
        description="根据检验、检测、检疫作决定：受理之日起五个工作日内指派两名以上工作人员（许可法 55）",
    )
    selection: Selection | None = Field(
        None, description="通过招标、拍卖、考试作决定（许可法 53、54）；不写就不是"
    )
    procedures: dict[Procedure, DemandedProcedure] = Field(
        {},
        description="依法需要的特别程序（许可法 45）：hearing 听证、testing 检测等 → 依据；"
        "办理时选它不用再写依据，没有列出的要写",
    )
    hearing: HearingDefinition | None = Field(
        None, description="决定前的听证；不写时由审查人按个案告知或举行"
    )

    def field_uses(self) -> Sequence[FieldUse]:
        """Return the fields in their long form."""
        return self._field_uses

    def material_uses(self) -> Sequence[MaterialUse]:
        """Return the materials in their long form."""
        return self._material_uses

    @cached_property
    def _field_uses(self) -> tuple[FieldUse, ...]:
        """Every step of every case asks for them: they are made once."""
        return tuple(FieldUse(use=e) if isinstance(e, str) else e for e in self.fields)

    @cached_property
    def _material_uses(self) -> tuple[MaterialUse, ...]:
        return tuple(
            MaterialUse.model_validate({"use": e}) if isinstance(e, str) else e
            for e in self.materials
        )

    def charges(self) -> Sequence[Fee]:
        """Return what may be charged, as a list."""
        return [self.fee] if isinstance(self.fee, Fee) else self.fee or ()

    def basis_of(self, limit: str) -> str:
        """Return the article on which one of its limits rests: its own, else that of the whole matter (R-TIME-10)."""
        usual = LICENCE_LIMIT if self.category == "licence" else self.basis[0]
        return self.bases.get(limit, usual)

    def limit(self, name: str) -> Duration | None:
        """Return one of its limits by name, or None."""
        text = self.limits.get(name)
        if name == "extension" and self.extension:
            text = self.extension.days
        return Duration.parse(text) if text else None


# ---- bundle ----------------------------------------------------------------------------------------------------


class Question(Model):
    """情形引导问题 — asked in everyday words; the answer decides which items apply."""

    id: Name
    ask: Title
    type: Literal["text", "number", "integer", "boolean", "date", "choice", "multi"]
    options: list[str] | dict[str, str] | None = Field(
        None, description="choice、multi 的可选项：代码 → 名称"
    )
    unit: str = ""
    min: float | int | None = None
    max: float | int | None = None
    fills: Name | None = None
    required: bool = Field(False, description="multi：至少选一项；不写的可以都不选")
    why: str = ""
    when: Expression | None = Field(None, description="只在满足时才问")

    @model_validator(mode="after")
    def _options_where_chosen(self) -> "Question":
        if (self.type in CHOSEN) != bool(self.options):
            raise ValueError("options" if self.options else "options-missing")
        return self


class Stop(Model):
    """依法不能办 — said before anyone fills in a form: the whole, or the items that it names."""

    when: Expression
    say: Text
    basis: Title
    items: list[Code] = Field(
        [], description="只禁止哪些事项：这些书面不予许可，其他照办；不写就是整件"
    )


class BundleItem(Model):
    """联办事项 — when it applies, what it waits for, what its refusal means for the others."""

    use: Code
    when: Expression | None = None
    otherwise: Title | None = Field(
        None, description="不用办的时候，用一句话告诉申请人为什么，如 您没有选“店里卖烟”"
    )
    after: list[Code] = []
    on_refusal: RefusalPolicy | None = None


class Concerned(Model):
    """事主 — whom the case is about, where that is somebody else than the applicant: who has died, a child."""

    title: Title = Field(description="怎么称呼，如 逝者、孩子；印在文书上")
    name: Name = Field(description="申请表里填事主姓名的字段")
    id: Name = Field(description="申请表里填事主身份证号码的字段")
    kin: Name = Field(description="申请表里填申请人凭什么关系申请的字段（单选）")


class Bundle(Model):
    """一件事 — lead, questions, items, refusal policy and the one promised limit."""

    kind: Literal["bundle"]
    code: Code
    title: Title
    known_as: list[Title] = Field([], description="大家平常怎么叫它，用来搜索，如 开饭店")
    about: AboutLine | None = Field(
        None, description="一句话说给谁办、办什么；首页和列表写在名称下面"
    )
    occasion: Title | None = Field(None, description="什么时候要办，如 开店办企业；首页按它分组")
    named_by: Annotated[list[Name], Field(max_length=3)] = Field(
        [], description="用哪几个字段的内容称呼一件办件，如店名、地址；“我的办件”里靠它分清"
    )
    lead: Code
    applicants: Annotated[list[ApplicantType], Field(min_length=1)]
    acceptance: Literal["lead", "each"] = "lead"
    promised: Length
    legal_mode: Literal["coordination", "unified", "joint", "centralised"] = "coordination"
    designation: Title | None = None
    questions: list[Question] = []
    derived: dict[Name, Expression] = {}
    checks: dict[Code, Check] = Field(
        {}, description="这件事的字段之间的核对：代码 → must、say、at"
    )
    stop: list[Stop] = []
    items: Annotated[list[BundleItem], Field(min_length=1)]
    on_refusal: RefusalPolicy = "others_stand"
    before: Before | None = None
    concerns: Concerned | None = Field(
        None, description="这件事办的是别人的事时写：事主是谁，申请人凭什么关系来办"
    )
    opens_with: Literal["all"] | list[Code] | None = Field(
        None,
        description="哪些事项都办成以前不能开业（投入使用）：all 全部，或者列出；收件凭证、进度、办结汇总上写明",
    )
