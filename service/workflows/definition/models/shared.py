"""共用的定义 — directory, vocabulary and calendar: what all items share."""
# ruff: noqa: RUF012  # pydantic gives each model its own copy of a default

from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from service.workflows.definition.models.policy import Policy
from service.workflows.definition.models.terms import (
    ABOUT_PAPERS,
    CHOSEN,
    REASON_USES,
    Code,
    DayBound,
    Expression,
    FieldTypeCode,
    Length,
    Model,
    Name,
    NoticeKind,
    ReasonUse,
    Text,
    Title,
    Whose,
)

# ---- directory -------------------------------------------------------------------------------------------------


class Region(Model):
    """行政区划 — the six-digit code and the name people use."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}([0-9]{3}){0,2}$")]
    title: Title


ALL = "all"  # whose entry under `papers` holds for every department that says nothing else


class DepartmentPapers(Model):
    """部门的文书 — its full name, how its papers are numbered, where to go against its decisions, its own words."""

    name: Title | None = Field(
        None, description="机关全称，落款和抬头用；不写时用 departments 的名称"
    )
    number: (
        Annotated[
            str,
            StringConstraints(
                pattern=r"^[^{}]*(\{word\})?[^{}]*\{year\}[^{}]*\{seq(:0[2-9])?\}[^{}]*$",
                max_length=60,
            ),
        ]
        | None
    ) = Field(
        None,
        description="文号：机关代字、{word} 文书类别（如 许准）、〔{year}〕、{seq} 序号，每年从 1 起；不写的不编文号",
    )
    review: Title | None = Field(None, description="行政复议机关的名称")
    court: Title | None = Field(None, description="有管辖权的人民法院的名称")
    wording: dict[NoticeKind, Text] = Field(
        {}, description="本部门自己的正文：文书种类 → 一段话，可以用 {item} 等要素"
    )


class Window(Model):
    """办理窗口 — where one goes in person, when, and whom one can call."""

    title: Title | None = Field(None, description="叫什么，如 区政务服务大厅 2 楼市场准入窗口")
    address: Text | None = Field(None, description="地址")
    phone: (
        Annotated[str, StringConstraints(pattern=r"^[0-9][0-9 -]{3,20}(转[0-9]{1,6})?$")] | None
    ) = Field(None, description="咨询电话，如 0999-5550101")
    hours: Text | None = Field(None, description="办公时间，如 工作日 9:00–12:00、13:30–17:00")


class Directory(Model):
    """机构目录 — region, departments and the posts beside the built-in five."""

    kind: Literal["directory"]
    region: Region
    departments: Annotated[dict[Code, Title], Field(min_length=1)]
    posts: dict[Code, Title] = {}
    government: Code | None = Field(
        None, description="本级人民政府（部门代码）：其负责人批准延长统一办理的总时限"
    )
    example: bool = Field(False, description="示例：文书和证照上都印“示例”，没有法律效力")
    papers: dict[Code, DepartmentPapers] = Field(
        {}, description="文书：部门代码 → 全称、文号、复议机关、法院；写在 all 下的各部门共用"
    )
    windows: dict[Code, Window] = Field(
        {}, description="办理窗口：部门代码 → 地址、电话、办公时间；写在 all 下的各部门共用"
    )
    policy: Policy = Policy()

    def window_of(self, department: str) -> Window | None:
        """Return where a department receives people: its own entry, and what is said for all where it says nothing."""
        shared, own = self.windows.get(ALL, Window()), self.windows.get(department, Window())
        said = {name: value for name in own.model_fields_set if (value := getattr(own, name))}
        window = shared.model_copy(update=said)
        return window if window.address or window.phone else None

    def papers_of(self, department: str) -> DepartmentPapers:
        """Return how a department's papers are made: its own entry, and what is said for all where it says nothing."""
        known = self._made_papers.get(department)
        if known is None:
            known = self._made_papers[department] = self._papers_made(department)
        return known

    @cached_property
    def _made_papers(self) -> dict[str, DepartmentPapers]:
        """What was put together already: every paper of every case asks for it."""
        return {}

    def _papers_made(self, department: str) -> DepartmentPapers:
        shared = self.papers.get(ALL, DepartmentPapers())
        own = self.papers.get(department, DepartmentPapers())
        said = {name: value for name in own.model_fields_set if (value := getattr(own, name))}
        return shared.model_copy(update={**said, "wording": {**shared.wording, **own.wording}})

    def authority(self, department: str) -> str:
        """Return the full name of a department, as its papers bear it."""
        own = self.papers.get(department)
        return (own.name if own else None) or self.departments.get(department, department)


# ---- vocabulary ------------------------------------------------------------------------------------------------


MOST_ROWS, MOST_COLUMNS = 30, 12  # what a page can hold, and what conditions go through
FEWEST_ROWS, USUAL_ROWS = 1, 10  # where `min`, `max` say nothing


class Described(Model):
    """所填的一项 — what is asked for, of which type, within which bounds."""

    title: Title
    type: FieldTypeCode
    hint: str = ""
    unit: str = ""
    min: float | int | None = None
    max: float | int | None = None
    earliest: DayBound | None = Field(
        None, description="日期最早到哪天：2026-01-01、today、today-1mo、today+1d"
    )
    latest: DayBound | None = Field(
        None, description="日期最晚到哪天：2026-12-31、today（不能在将来）、today+90d"
    )
    options: list[str] | dict[str, str] | None = Field(
        None, description="choice、multi 的可选项：代码 → 名称"
    )

    @model_validator(mode="after")
    def _options_where_chosen(self) -> Self:
        if (self.type in CHOSEN) != bool(self.options):
            raise ValueError("options" if self.options else "options-missing")
        return self


class Column(Described):
    """列 — one thing asked in every row of a field of type `rows`."""

    required: bool = Field(True, description="每一行都要填；写 false 的可以不填")


class VocabularyField(Described):
    """字段 — one thing asked of the applicant, shared by every item that uses it."""

    section: Annotated[str, StringConstraints(max_length=20)] = Field(
        "", description="表里的哪一节，如 经营者；不写的排在最后"
    )
    of: Literal["person", "place", "case"] | None = Field(
        None,
        description="属于谁：person 申请人自己的，place 某个地方的，case 只是这一次的；上次填的，"
        "person 直接带出，place 先问是不是同一个地方，case 从不带出",
    )
    source: list[str] = Field(
        [],
        description="预填来源，先写的优先：applicant.name、person.id（个人，或者单位的经营者、法定代表人）、"
        "organisation.id（单位申请时）、agent.acts、agent.name、agent.id（代理人办理时）、"
        "person.name@declared_by=mother（单选字段是这个选项时）、"
        "certificate.business-licence.address、register.house.place（申请人同意以后查询的登记）、"
        "earlier（上次申请填的）、region（本地的区划）",
    )
    columns: Annotated[dict[Name, Column], Field(max_length=MOST_COLUMNS)] = Field(
        {},
        description="rows 的各列：列名 → 名称、类型（不能是 person、list、rows）、是否必填；min、max 是最少、最多几行，"
        f"不写就是 {FEWEST_ROWS} 到 {USUAL_ROWS} 行，最多 {MOST_ROWS} 行",
    )
    unique: list[Name] = Field([], description="rows 里不能有两行相同的列，如 [id]")

    @model_validator(mode="after")
    def _columns_where_rows(self) -> Self:
        if (self.type == "rows") != bool(self.columns):
            raise ValueError("columns" if self.columns else "columns-missing")
        if self.unique and not self.columns:
            raise ValueError("columns")
        return self


PROMISED = "我承诺：「{}」要证明的情况属实，可以随时核查，需要时补交原件。"
UNTRUE = "承诺不实的，终止办理，已经作出的决定依法撤销，并记入信用记录；造成损失的，依法承担责任。"


class Check(Model):
    """核对 — what several fields may not contradict, and which of them is to be put right then."""

    must: Expression = Field(description="必须成立的条件，可以用 form.字段 和 today（交表那天）")
    say: Title = Field(description="不成立时说的话：哪里不对、怎么改")
    at: Name = Field(description="指向哪个字段，在它那一页提示")


class VocabularyMaterial(Model):
    """材料 — one paper, handed in once for every item that asks for it."""

    title: Title
    formats: list[Literal["pdf", "png", "jpg", "docx", "xlsx", "ofd", "txt"]] = [
        "pdf",
        "png",
        "jpg",
    ]
    max_mb: Annotated[int, Field(ge=1, le=100)] = 20
    hint: str = ""
    certificate: Code | None = Field(None, description="哪种证照可以代替它：有效的免交（共享免交）")
    promise: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = Field(
        None, description="书面承诺代替它的，承诺的原话；不写的用通用的一句"
    )
    blank: Code | None = Field(
        None, description="空白表：定义包里的文件名（不带 .md），可以下载、打印了填（许可法 30）"
    )
    sample: Code | None = Field(
        None,
        description="样表（示范文本）：定义包里的文件名（不带 .md），办事指南上照样给出（许可法 30）",
    )
    any_of: list[Code] = Field(
        [], description="下面的材料交其中任何一种就可以，如 户口簿、居民身份证、护照"
    )
    original: Literal["show", "hand_in"] | None = Field(
        None, description="原件：show 核对以后当场退还，hand_in 收走；不写就不看原件"
    )
    copies: Annotated[int, Field(ge=1, le=20)] | None = Field(
        None, description="到窗口交纸质的，要几份；不写就是 1 份"
    )
    whose: Whose = Field(
        "applicant",
        description="共享、证照查谁的：applicant 申请人，concerned 事主（见 bundle 的 concerns）",
    )

    @property
    def promised(self) -> str:
        """Return what is promised in its place, and what follows where that is not true (证明事项告知承诺)."""
        return f"{self.promise or PROMISED.format(self.title)}{UNTRUE}"


class FaceLine(Model):
    """证面的一行 — a label and what stands beside it."""

    label: Title
    say: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="可以用 carries 里的名称，如 {address}，和 {number} 编号、{holder} 持证人、{holder_id} 证件号码、"
        "{item} 事项、{from} 起、{until} 止、{issued} 发证日期、{authority} 发证机关"
    )
    wide: bool = Field(False, description="占整行")


class CertificateFace(Model):
    """证面 — how a certificate looks: what stands on it, in which colour and shape, below which words."""

    style: Literal["licence", "opinion", "receipt"] = Field(
        "licence",
        description="licence 横幅许可证；opinion 竖幅意见书、批准书；receipt 回执、确认书",
    )
    lines: Annotated[list[FaceLine], Field(min_length=1, max_length=20)]
    note: Text | None = Field(None, description="印在下面的说明")


class VocabularyCertificate(Model):
    """证照 — the result of a granted item; `number` may use {region} {year} {seq} {seq:07}."""

    title: Title
    number: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    valid: Length | None = None
    carries: dict[Name, Name] = Field({}, description="照面上写什么：名称 → 填自表单的哪个字段")
    face: CertificateFace | None = Field(
        None, description="证面：照什么样子印；不写时按列出 carries 的通用样子"
    )


class VocabularyReason(Model):
    """理由 — what a clerk ticks instead of typing: a defect of a material or a field, or a ground of refusal."""

    title: Title
    material: Code | None = None
    field: Name | None = None
    for_: Annotated[list[ReasonUse], Field(min_length=1)] | None = Field(
        None,
        alias="for",
        description="用在哪里；写明 material 或 field 的，不写就是 [correction, refusal]，别的必须写",
    )
    when: Expression | None = Field(
        None,
        description="只在满足时才可以用：看申请表的内容和申请人，如 form.premises_right == 'lease'",
    )
    basis: str = ""

    @property
    def uses(self) -> tuple[ReasonUse, ...]:
        """Return what it may be given for; one of an earlier release that says nothing stands for all."""
        if self.for_:
            return tuple(self.for_)
        return ABOUT_PAPERS if self.material or self.field else tuple(REASON_USES)


class VocabularyRegister(Model):
    """登记 — what another authority keeps on record and answers with values, once the applicant agreed to its being asked."""

    title: Title = Field(description="叫什么，如 不动产登记")
    gives: Annotated[
        dict[Name, Literal["text", "number", "boolean", "date"]], Field(min_length=1, max_length=30)
    ] = Field(description="会答复什么：名称 → 类型，字段的 source 写 register.<登记>.<名称>")
    purpose: Text = Field(description="为什么查，查询以前告诉申请人（个人信息保护法 17）")
    whose: Whose = Field(
        "applicant",
        description="查谁的：applicant 申请人，concerned 事主（见 bundle 的 concerns）",
    )


class Vocabulary(Model):
    """词汇表 — fields, materials, certificates and reasons shared by all items: 一张表、一套材料 by construction."""

    kind: Literal["vocabulary"]
    fields: dict[Name, VocabularyField] = {}
    materials: dict[Code, VocabularyMaterial] = {}
    certificates: dict[Code, VocabularyCertificate] = {}
    reasons: dict[Code, VocabularyReason] = {}
    checks: dict[Code, Check] = Field({}, description="字段之间的核对：代码 → must、say、at")
    registers: dict[Code, VocabularyRegister] = Field(
        {}, description="可以查询的登记：代码 → title、gives、purpose、whose"
    )

    def stand_for(self, material: str) -> tuple[str, ...]:
        """Return the kinds of certificate that stand for a material, or for one of those that do in its place."""
        asked = self.materials[material]
        papers = (asked, *(self.materials[code] for code in asked.any_of))
        return tuple(dict.fromkeys(each.certificate for each in papers if each.certificate))


# ---- calendar --------------------------------------------------------------------------------------------------

_DAYS = r"\d{4}-\d{2}-\d{2}(/\d{4}-\d{2}-\d{2})?"
DayOrRange = Annotated[str, StringConstraints(pattern=rf"^{_DAYS}$")]
# 2026-09-25/2026-09-27 中秋节
DaysOff = Annotated[str, StringConstraints(pattern=rf"^{_DAYS}( [^\s#]{{1,12}})?$")]


class Replacing(Model):
    """改变已公布的放假安排 — by which notice, and who of supervision approved that it is entered."""

    number: Title
    approved_by: Title


class Calendar(Model):
    """工作日历 — holidays and make-up working days of one year, with the notice they come from."""

    kind: Literal["calendar"]
    layer: Annotated[str, StringConstraints(pattern=r"^CN(-[A-Z0-9]+)*$")] = "CN"
    year: Annotated[int, Field(ge=2000, le=2100)]
    source: Title
    replaces: Replacing | None = None
    holidays: list[DaysOff] = []
    workdays: list[DayOrRange] = []

    @field_validator("holidays", "workdays", mode="before")
    @classmethod
    def _dates_as_text(cls, days: Any) -> Any:
        if isinstance(days, list):
            return [day.isoformat() if isinstance(day, date) else day for day in days]
        return days
