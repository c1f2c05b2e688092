"""办理的定义 — lifecycle, item and bundle: what is done, by whom, until when."""
# ruff: noqa: RUF012  # pydantic gives each model its own copy of a default

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from service.workflows.definition.duration import Duration
from service.workflows.definition.models.commitment import CommitmentDefinition
from service.workflows.definition.models.institutes import (
    Change,
    ExtensionDefinition,
    Fee,
    HearingDefinition,
    InspectionDefinition,
    Quantity,
    Renewal,
    Result,
    Selection,
)
from service.workflows.definition.models.shared import Check
from service.workflows.definition.models.terms import (
    CHOSEN,
    ApplicantType,
    Category,
    Code,
    CountsFrom,
    Expression,
    HearingStep,
    Length,
    Model,
    Name,
    Need,
    Origin,
    Outcome,
    ReasonUse,
    RefusalPolicy,
    Text,
    Title,
)

# ---- lifecycle -------------------------------------------------------------------------------------------------


class LifecycleClock(Model):
    """时限 — `limit` is a duration, `limits` (the item's statutory and promised) or a name under the item's limits."""

    title: Title
    limit: Annotated[
        str, StringConstraints(pattern=r"^(limits|[a-z][a-z0-9_]*|(0|[1-9][0-9]{0,3})(wd|d|mo|y))$")
    ]
    basis: str = ""
    extension: Length | None = Field(
        None, description="最多延长多久；不写时按事项的 limits.extension"
    )
    owner: Literal["public"] | None = Field(
        None,
        description="public：算社会公众的时间，到期照样触发动作，不给部门亮牌；不写时由状态的岗位推出",
    )


class State(Model):
    """状态 — names its post (who must act), the clocks that run in it and what the clock does at their end."""

    title: Title
    post: Code | None = None
    runs: list[Name] = []
    keeps: list[Name] = Field(
        [],
        description="已经起算的照走、没有起算的不起算：受理以后的补正不停表（优化营商环境条例 36）",
    )
    on_expiry: dict[Name, Name] = {}
    sign: (
        Literal["any", "all", "order"] | dict[Literal["ratio"], Annotated[float, Field(gt=0, le=1)]]
    ) = "any"
    final: Outcome | None = None


class Effect(Model):
    """效果 — what an action does beyond moving the state."""

    extend: Name | None = Field(None, description="延长哪个时限，天数由动作的 days 给出")
    limit: Name | None = Field(None, description="哪个时限的长度由动作的 days 决定（工作日）")
    record: Literal["legal_review", "selection"] | None = Field(
        None,
        description="记下已经办过的一步：legal_review 法制审核，selection 招标、拍卖、考试的结果",
    )
    payment: Literal["due", "paid", "waived", "refunded"] | None = Field(
        None,
        description="缴费：due 通知缴费，paid 记录已缴，waived 免缴，refunded 退费；要带的金额、票据、理由由引擎加上",
    )
    begin: Code | None = Field(None, description="另起哪个附带程序")
    parent: Name | None = Field(None, description="附带程序这样结束时，原事项随之办哪个动作")
    hearing: HearingStep | None = Field(
        None,
        description="听证走到哪一步：told 已告知权利，asked 有人申请，waived 放弃或已陈述意见，over 申请期满，"
        "opened 主动举行，announced 已定时间地点，held 已举行并有笔录，taken_back 撤回听证申请，"
        "challenged 申请主持人回避，replaced 决定回避，kept 驳回回避申请",
    )


class Transition(Model):
    """办理动作 — who may take the item from where to where, and what they must bring."""

    action: Name
    title: Title
    from_: Name | list[Name] = Field(alias="from")
    to: Name
    by: str | list[str]
    when: Expression | None = None
    needs: list[Need] = []
    reasons: ReasonUse | None = Field(
        None, description="要的理由是哪一种；从去向看得出来的不用写（终态的结果、补正）"
    )
    notice: Name | None = None
    effect: Effect | None = None
    counts_from: CountsFrom | None = None
    restarts: list[Name] = Field(
        [], description="哪些时限到此为止，下一次走的时候重新起算；不写的，已经起算就接着走"
    )
    basis: str = ""

    @property
    def sources(self) -> list[str]:
        """Return the states it leaves."""
        return [self.from_] if isinstance(self.from_, str) else self.from_

    @property
    def actors(self) -> list[str]:
        """Return the posts (or applicant, clock) that may take it."""
        return [self.by] if isinstance(self.by, str) else self.by


class LifecycleWording(Model):
    """用语 — how items of a category call the states and actions of a lifecycle that they share with others."""

    states: dict[Name, Title] = Field({}, description="状态 → 这个类别的名称")
    actions: dict[Name, Title] = Field({}, description="动作 → 这个类别的名称")


class Lifecycle(Model):
    """生命周期 — a state machine for one item; the first state is where it begins."""

    kind: Literal["lifecycle"]
    code: Code
    title: Title
    tacit: Literal["renewal"] | None = Field(
        None, description="renewal：届满前不作决定视为准予延续，只用于行政许可法 50"
    )
    clocks: dict[Name, LifecycleClock] = {}
    states: Annotated[dict[Name, State], Field(min_length=1)]
    transitions: Annotated[list[Transition], Field(min_length=1)]
    wording: dict[Category, LifecycleWording] = Field(
        {},
        description="别的类别怎么说：类别 → states、actions 的名称，如行政确认的 refuse: 不予确认；不写的照上面的",
    )

    @property
    def initial(self) -> str:
        """Return the first state."""
        return next(iter(self.states))


LICENCE_LAW = "行政许可法"
LICENCE_LIMIT = f"{LICENCE_LAW} 42"  # what limits a licence where no statute of its own does

# ---- item ------------------------------------------------------------------------------------------------------


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
    after: list[Code] = []
    on_refusal: RefusalPolicy | None = None


class Before(Model):
    """原来分头办 — published figures of doing it separately; the guide shows what is saved."""

    steps: Annotated[int, Field(ge=1)] | None = None
    materials: Annotated[int, Field(ge=1)] | None = None
    days: Length | None = None


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
