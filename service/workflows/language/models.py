"""The seven kinds of definition file as typed models: what an author may write, and nothing else.

One model serves the loader, the JSON Schema for editors and the engine. Cross-references between files are
checked in `checks`; here stands only what one file can know by itself. Chinese titles are what people see.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from service.workflows.language.duration import PATTERN, Duration

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
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
    "officers",
]  # fmt: skip
Outcome = Literal[
    "granted", "refused", "declined", "not_required", "lapsed", "withdrawn", "stopped", "revoked", "passed", "broken",
]  # fmt: skip
CountsFrom = Literal["received", "complete", "now"]
NoticeKind = Literal[
    "receipt", "acceptance", "tolerant_acceptance", "correction", "not_required", "not_accepted", "special",
    "special_end", "extension", "grant", "refusal", "issue", "lapse", "withdrawal", "stopped", "commitment_refused",
    "inspection", "rectification", "follow_up_result", "revocation", "urge",
]  # fmt: skip
NOTICE_TITLES: dict[NoticeKind, str] = {
    "receipt": "收件凭证", "acceptance": "受理通知书", "tolerant_acceptance": "容缺受理通知书",
    "correction": "一次性告知（补正）通知书", "not_required": "不受理告知书", "not_accepted": "不予受理决定书",
    "special": "特别程序告知书", "special_end": "特别程序结束告知书", "extension": "延长办理期限通知书",
    "grant": "准予决定书", "refusal": "不予准予决定书", "issue": "颁证送达回执", "lapse": "视为撤回通知书",
    "withdrawal": "撤回申请确认书", "stopped": "终止办理通知书", "commitment_refused": "不适用告知承诺通知书",
    "inspection": "现场核查通知书", "rectification": "限期整改通知书", "follow_up_result": "事后核查结果告知书",
    "revocation": "撤销决定书", "urge": "催办单",
}  # fmt: skip

BUILT_IN_POSTS = {"window": "受理岗", "reviewer": "审查岗", "inspector": "核查岗", "approver": "决定岗", "head": "负责人"}


class Model(BaseModel):
    """A piece of a definition: strict types, no unknown keys, never changed after loading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def one_of(options: list[str] | dict[str, str]) -> dict[str, str]:
    """Return options as code → Chinese label; a plain list labels each code with itself."""
    return options if isinstance(options, dict) else {option: option for option in options}


# ---- directory -------------------------------------------------------------------------------------------------


class Region(Model):
    """行政区划 — the six-digit code and the name people use."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}([0-9]{3}){0,2}$")]
    title: Title


class Policy(Model):
    """读法参数 — where the law is silent, the region's reading; the defaults are those of rules 0.4."""

    count_start_day: bool = Field(False, description="起算日是否计入（默认不计入，民法典201条）")
    offhours_receipt: Literal["entry_time", "next_working_day"] = Field(
        "entry_time", description="非工作时间网上提交：按进入系统时间，或顺延到下一个工作日"
    )
    office_hours: Annotated[str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$")] = Field(
        "09:00-17:00", description="办公时间，只在顺延时使用"
    )
    calendar_layers: list[str] | None = Field(
        None, description="工作日历的层次，先国家后地区；不写时为国家日历加本定义包带的地区层"
    )
    yellow_percent: Annotated[int, Field(ge=1, le=100)] = Field(80, description="用去承诺时限的百分之几亮黄牌")
    yellow_days_left: Annotated[int, Field(ge=0, le=30)] = Field(1, description="还剩几个工作日亮黄牌")
    urge_every: Length = Field("1wd", description="同一办件两次催办之间至少间隔多久")


class Directory(Model):
    """机构目录 — region, departments and the posts beside the built-in five."""

    kind: Literal["directory"]
    region: Region
    departments: Annotated[dict[Code, Title], Field(min_length=1)]
    posts: dict[Code, Title] = {}
    policy: Policy = Policy()  # type: ignore[call-arg]  # every field has its default


# ---- vocabulary ------------------------------------------------------------------------------------------------


class VocabularyField(Model):
    """字段 — one thing asked of the applicant, shared by every item that uses it."""

    title: Title
    type: FieldType
    hint: str = ""
    unit: str = ""
    min: float | int | None = None
    max: float | int | None = None
    options: list[str] | dict[str, str] | None = Field(None, description="choice、multi 的可选项：代码 → 名称")
    source: list[str] = Field([], description="预填来源，如 applicant.name、certificate.business-licence.address")

    @model_validator(mode="after")
    def _options_where_chosen(self) -> "VocabularyField":
        if (self.type in ("choice", "multi")) != bool(self.options):
            raise ValueError("options" if self.options else "options-missing")
        return self


class VocabularyMaterial(Model):
    """材料 — one paper, handed in once for every item that asks for it."""

    title: Title
    formats: list[Literal["pdf", "png", "jpg", "docx", "xlsx", "ofd", "txt"]] = ["pdf", "png", "jpg"]
    max_mb: Annotated[int, Field(ge=1, le=100)] = 20
    hint: str = ""


class VocabularyCertificate(Model):
    """证照 — the result of a granted item; `number` may use {region} {year} {seq} {seq:07}."""

    title: Title
    number: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    valid: Length | None = None


class VocabularyReason(Model):
    """理由 — what a clerk ticks instead of typing: a defect of a material or a field, or a ground of refusal."""

    title: Title
    material: Code | None = None
    field: Name | None = None
    basis: str = ""


class Vocabulary(Model):
    """词汇表 — fields, materials, certificates and reasons shared by all items: 一张表、一套材料 by construction."""

    kind: Literal["vocabulary"]
    fields: dict[Name, VocabularyField] = {}
    materials: dict[Code, VocabularyMaterial] = {}
    certificates: dict[Code, VocabularyCertificate] = {}
    reasons: dict[Code, VocabularyReason] = {}


# ---- calendar --------------------------------------------------------------------------------------------------

DayOrRange = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}(/\d{4}-\d{2}-\d{2})?$")]


class Calendar(Model):
    """工作日历 — holidays and make-up working days of one year, with the notice they come from."""

    kind: Literal["calendar"]
    layer: Annotated[str, StringConstraints(pattern=r"^CN(-[A-Z0-9]+)*$")] = "CN"
    year: Annotated[int, Field(ge=2000, le=2100)]
    source: Title
    holidays: list[DayOrRange] = []
    workdays: list[DayOrRange] = []

    @field_validator("holidays", "workdays", mode="before")
    @classmethod
    def _dates_as_text(cls, days: Any) -> Any:
        return [day.isoformat() if isinstance(day, date) else day for day in days] if isinstance(days, list) else days


# ---- lifecycle -------------------------------------------------------------------------------------------------


class LifecycleClock(Model):
    """时限 — `limit` is a duration, `limits` (the item's statutory and promised) or a name under the item's limits."""

    title: Title
    limit: Annotated[str, StringConstraints(pattern=r"^(limits|[a-z][a-z0-9_]*|(0|[1-9][0-9]{0,3})(wd|d|mo|y))$")]
    basis: str = ""


class State(Model):
    """状态 — names its post (who must act), the clocks that run in it and what the clock does at their end."""

    title: Title
    post: Code | None = None
    runs: list[Name] = []
    on_expiry: dict[Name, Name] = {}
    sign: Literal["any", "all", "order"] | dict[Literal["ratio"], Annotated[float, Field(gt=0, le=1)]] = "any"
    final: Outcome | None = None


class Effect(Model):
    """效果 — what an action does beyond moving the state."""

    extend: Name | None = Field(None, description="延长哪个时限，天数由动作的 days 给出")
    limit: Name | None = Field(None, description="哪个时限的长度由动作的 days 决定（工作日）")


class Transition(Model):
    """办理动作 — who may take the item from where to where, and what they must bring."""

    action: Name
    title: Title
    from_: Name | list[Name] = Field(alias="from")
    to: Name
    by: str | list[str]
    when: Expression | None = None
    needs: list[Need] = []
    notice: NoticeKind | None = None
    effect: Effect | None = None
    counts_from: CountsFrom | None = None
    basis: str = ""

    @property
    def sources(self) -> list[str]:
        """Return the states it leaves."""
        return [self.from_] if isinstance(self.from_, str) else self.from_

    @property
    def actors(self) -> list[str]:
        """Return the posts (or applicant, clock) that may take it."""
        return [self.by] if isinstance(self.by, str) else self.by


class Lifecycle(Model):
    """生命周期 — a state machine for one item; the first state is where it begins."""

    kind: Literal["lifecycle"]
    code: Code
    title: Title
    clocks: dict[Name, LifecycleClock] = {}
    states: Annotated[dict[Name, State], Field(min_length=1)]
    transitions: Annotated[list[Transition], Field(min_length=1)]

    @property
    def initial(self) -> str:
        """Return the first state."""
        return next(iter(self.states))


# ---- item ------------------------------------------------------------------------------------------------------


class FieldUse(Model):
    """How an item asks for a field of the vocabulary."""

    use: Name
    required: bool = True
    when: Expression | None = None


class MaterialUse(Model):
    """How an item asks for a material: where it may come from, when, and whether it may follow later (容缺)."""

    use: Code
    from_: Annotated[list[Origin], Field(alias="from", min_length=1)] = ["upload"]
    when: Expression | None = None
    required: bool = True
    deferrable: Length | None = None


class FollowUp(Model):
    """事后核查 — within which limit, what share is drawn, by which post."""

    limit: Length
    sample: Annotated[float, Field(ge=0, le=1)] = 1.0
    post: Code = "inspector"

    @field_validator("sample", mode="before")
    @classmethod
    def _whole_numbers_too(cls, value: Any) -> Any:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Commitment(Model):
    """告知承诺 — opened by law for this item: text, eligibility, its own limit, what it waives, the check after."""

    text: Code
    basis: Title
    eligible: Expression | None = None
    limit: Length = "1wd"
    waives: list[Code] = []
    follow_up: FollowUp | None = None


class Fee(Model):
    """收费 — allowed only with a law or administrative regulation (许可法58)."""

    amount: Annotated[float, Field(gt=0)]
    basis: Title

    @field_validator("amount", mode="before")
    @classmethod
    def _whole_numbers_too(cls, value: Any) -> Any:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Result(Model):
    """办理结果 — the certificate a grant issues."""

    certificate: Code


class Item(Model):
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
    fields: list[Name | FieldUse] = []
    materials: list[Code | MaterialUse] = []
    commitment: Commitment | None = None
    fee: Fee | None = None
    result: Result | None = None

    def field_uses(self) -> list[FieldUse]:
        """Return the fields in their long form."""
        return [FieldUse(use=entry) if isinstance(entry, str) else entry for entry in self.fields]

    def material_uses(self) -> list[MaterialUse]:
        """Return the materials in their long form."""
        return [MaterialUse.model_validate({"use": e}) if isinstance(e, str) else e for e in self.materials]

    def limit(self, name: str) -> Duration | None:
        """Return one of its limits by name, or None."""
        text = self.limits.get(name)
        return Duration.parse(text) if text else None


# ---- bundle ----------------------------------------------------------------------------------------------------


class Question(Model):
    """情形引导问题 — asked in everyday words; the answer decides which items apply."""

    id: Name
    ask: Title
    type: Literal["text", "number", "integer", "boolean", "date", "choice", "multi"]
    options: list[str] | dict[str, str] | None = Field(None, description="choice、multi 的可选项：代码 → 名称")
    unit: str = ""
    min: float | int | None = None
    max: float | int | None = None
    fills: Name | None = None
    why: str = ""
    when: Expression | None = Field(None, description="只在满足时才问")

    @model_validator(mode="after")
    def _options_where_chosen(self) -> "Question":
        if (self.type in ("choice", "multi")) != bool(self.options):
            raise ValueError("options" if self.options else "options-missing")
        return self


class Stop(Model):
    """依法不能办 — said before anyone fills in a form."""

    when: Expression
    say: Text
    basis: Title


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


class Bundle(Model):
    """一件事 — lead, questions, items, refusal policy and the one promised limit."""

    kind: Literal["bundle"]
    code: Code
    title: Title
    lead: Code
    applicants: Annotated[list[ApplicantType], Field(min_length=1)]
    acceptance: Literal["lead", "each"] = "lead"
    promised: Length
    legal_mode: Literal["coordination", "unified", "joint", "centralised"] = "coordination"
    designation: Title | None = None
    questions: list[Question] = []
    derived: dict[Name, Expression] = {}
    stop: list[Stop] = []
    items: Annotated[list[BundleItem], Field(min_length=1)]
    on_refusal: RefusalPolicy = "others_stand"
    before: Before | None = None


# ---- scenario --------------------------------------------------------------------------------------------------


class ScenarioCredit(Model):
    """Credit as the guard would find it."""

    excluded: bool = False


class ScenarioApplicant(Model):
    """Who applies in the story."""

    type: ApplicantType
    name: Title
    id: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    credit: ScenarioCredit = ScenarioCredit()


class Expectation(Model):
    """期望 — item codes beside the named keys stand for the expected state of that item."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    case: str | None = None
    due: dict[str, Any] = {}
    card: dict[str, Literal["none", "yellow", "red"]] = {}
    tasks: dict[str, int] = {}
    notices: list[str] = []
    certificates: list[str] = []
    events: list[str] = []
    items: list[Code] | None = None
    materials: list[Code] | None = None
    stopped: bool | None = None

    @field_validator("due")
    @classmethod
    def _dates(cls, due: dict[str, Any]) -> dict[str, Any]:
        for value in due.values():
            if value is not None and not (isinstance(value, date) and not isinstance(value, datetime)):
                raise ValueError("due-date")
        return due

    def states(self) -> dict[str, str]:
        """Return the expected item states."""
        return {key: str(value) for key, value in (self.model_extra or {}).items()}


class ScenarioStep(Model):
    """One thing that happens, or one look at what came of it."""

    at: datetime | None = None
    by: str | None = None
    do: str | None = None
    data: dict[str, Any] = {}
    refused: str | None = None
    expect: Expectation | None = None

    @model_validator(mode="after")
    def _act_or_look(self) -> "ScenarioStep":
        if self.do and not self.by:
            raise ValueError("by-missing")
        if not self.do and (self.by or self.data or self.refused):
            raise ValueError("do-missing")
        if not self.do and self.expect is None and self.at is None:
            raise ValueError("empty-step")
        return self


class Scenario(Model):
    """情景 — a dated story that must come true: the tests of a bundle."""

    kind: Literal["scenario"]
    bundle: Code
    title: Title
    now: datetime
    applicant: ScenarioApplicant
    channel: Literal["online", "counter"] = "online"
    answers: dict[Name, Any] = {}
    handling: dict[Code, Literal["ordinary", "commitment"]] = {}
    form: dict[Name, Any] = {}
    missing: list[Code] = []
    defer: list[Code] = []
    expect: Expectation | None = None
    steps: list[ScenarioStep] = []


KINDS: dict[str, type[Model]] = {
    "directory": Directory, "vocabulary": Vocabulary, "calendar": Calendar, "lifecycle": Lifecycle,
    "item": Item, "bundle": Bundle, "scenario": Scenario,
}  # fmt: skip
