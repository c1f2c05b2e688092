"""办事指南的样子 — made for one applicant's situation; every code with its Chinese title."""

from datetime import date
from typing import Any

from pydantic import Field

from service.api.rest.bundle_shapes import Choice
from service.api.rest.cost_shapes import GuideCharge, GuideFee, GuideFees, GuideReform, GuideWindow
from service.api.rest.shapes import Shown


class GuideLimit(Shown):
    """时限。"""

    limit: str
    title: str


class GuideCap(GuideLimit):
    """统一办理的总时限。"""

    basis: str


class GuideStop(Shown):
    """依法不能办的原因。"""

    say: str
    basis: str


class GuideBarred(Shown):
    """依法不能办的一个事项，其他照办。"""

    item: Choice
    say: str
    basis: str = Field(description="随别的事项终止的为空")


class GuideObstacle(Shown):
    """现在提交会被退回的原因；不妨碍先看指南、先填草稿。"""

    say: str
    basis: str
    pointer: str = Field(description="改哪里：申请人、回答，或者表单的一项")


class GuideContinues(Shown):
    """延续或者变更的是哪一份证照。"""

    item: Choice
    what: Choice
    certificate: Choice
    number: str = Field(description="编号；还不知道是哪一份时为空")
    valid_until: date | None
    opens_on: date | None = Field(description="延续：从哪天起可以申请；没有规定的为空")
    warn_on: date | None = Field(description="延续：过了这天，就接近期限了")
    closes_on: date | None = Field(description="延续：到哪天为止")
    say: list[str] = Field(description="同样的内容，写成句子")


class GuideToAnswer(Shown):
    """还要回答的问题。"""

    id: str
    ask: str


class GuideAnswer(Shown):
    """问过的问题和回答。"""

    id: str
    ask: str
    value: Any
    said: str


class GuideFollowUp(Shown):
    """准予之后的核查。"""

    limit: GuideLimit
    sample: float
    post: Choice
    title: str


class GuideCommitment(Shown):
    """告知承诺。"""

    offered: bool = Field(description="现在就知道可以选")
    unknown: bool = Field(description="还不知道能不能选：看 depends_on 里的字段怎么填")
    why_not: str
    say: str = Field(description="什么情况才能选；没有写的为空")
    excludes: str = Field(
        description="没有查信用时，什么人不适用的一般说法；登录后为本人做的指南查过信用，为空"
    )
    depends_on: list[Choice] = Field(description="填了这些字段才知道能不能选；已经知道的为空")
    notice: str = Field(description="告知书全文；为空时告知的内容在承诺书里")
    text: str = Field(description="承诺书全文")
    later: GuideLimit | None = Field(
        description="可以承诺将于几时前符合条件，最长多久；为空时只能承诺已经符合"
    )
    basis: str
    limit: GuideLimit
    waives: list[Choice] = Field(description="承诺后不用交的材料")
    follow_up: GuideFollowUp | None


class GuideResult(Shown):
    """办成后得到的证照。"""

    code: str
    title: str
    valid: GuideLimit | None


class GuideLimits(Shown):
    """一个事项的时限。"""

    statutory: GuideLimit | None
    promised: GuideLimit | None


class GuideExtension(Shown):
    """法律、法规另有规定的延长。"""

    limit: GuideLimit
    basis: str


class GuideAfterwards(Shown):
    """决定以后还要办的：颁证送达、发放，各自的期限和最迟的日期。"""

    title: str
    limit: str
    by: date | None


class GuideQuantity(Shown):
    """最多准予多少，依据哪一条。"""

    limit: str
    basis: str


class GuideSelection(Shown):
    """通过什么选人，依据哪一条，事先公布了什么。"""

    by: Choice
    basis: str
    published: str


class GuideProcedure(Choice):
    """依法需要的特别程序，依据哪一条。"""

    basis: str


class GuideItem(Shown):
    """要办的一个事项。"""

    code: str
    title: str
    department: Choice
    category: Choice
    basis: list[str]
    conditions: list[str]
    quantity: GuideQuantity | None = Field(description="数量限制；没有的为空（许可法 30、57）")
    selection: GuideSelection | None = Field(
        description="通过招标、拍卖、考试作决定的；不是的为空（许可法 53、54）"
    )
    procedures: list[GuideProcedure] = Field(
        description="依法需要的特别程序；需要的时间书面告知，不计入办理期限（许可法 45）"
    )
    handling: Choice
    limits: GuideLimits
    statutory_basis: str = Field(description="法定时限依据哪一条；没有法定时限的为空")
    extension: GuideExtension | None
    expected_on: date | None
    afterwards: list[GuideAfterwards]
    after: list[Choice]
    commitment: GuideCommitment | None
    result: GuideResult | None
    open: str = Field(description="什么时候可以申请，如 每年5月1日至10月31日；一直可以的为空")
    reform: GuideReform | None = Field(description="证照分离；不是的为空")
    fee: GuideFee | None = Field(description="确定要收的合计；不收费的为空")
    charges: list[GuideCharge] = Field(description="每一笔收费，包括要看情况的")
    window: GuideWindow | None = Field(description="到哪个窗口办、问；没有公布的为空")


class GuideNotNeeded(Shown):
    """不用办的一个事项，及原因。"""

    code: str
    title: str
    reason: str


class GuideDepartment(Shown):
    """参与的部门。"""

    code: str
    title: str
    lead: bool
    items: list[Choice]


class GuideInstead(Shown):
    """几种选一种的其中一种。"""

    code: str
    title: str
    hint: str
    sample: str
    blank: str


class GuideMaterial(Shown):
    """要备的一份材料，及来源。"""

    code: str
    title: str
    required: bool
    origins: list[Choice]
    formats: list[str]
    max_mb: int
    hint: str
    sample: str = Field(
        description="样表（示范文本）的全文；没有的为空。下载：/bundles/{一件事}/materials/{材料}/sample.pdf"
    )
    blank: str = Field(description="空白表的全文；没有的为空。下载：…/blank.pdf")
    any_of: list[GuideInstead] = Field(description="交其中任何一种都可以；只有一种的为空")
    on_paper: str = Field(description="原件和纸质份数的要求；没有要求的为空")
    items: list[Choice]
    deferrable: GuideLimit | None
    way: Choice = Field(description="按所选办理方式，最省事的来源")
    needed_from_applicant: bool = Field(description="是否要申请人自己交")
    promise: str = Field("", description="以书面承诺代替的，承诺的原话和不实的后果；不能代替的为空")
    how: str


class GuideUndecided(Shown):
    """答题、填表时才能确定要不要的一项。"""

    code: str
    title: str
    depends_on: list[Choice]


class GuideUndecidedAll(Shown):
    """回答和填表时才能确定的事项、字段和材料。"""

    items: list[GuideUndecided] = Field(description="要等问题答完才知道办不办的事项")
    fields: list[GuideUndecided]
    materials: list[GuideUndecided]


class GuidePrefill(Shown):
    """已经知道的内容和它的来源。"""

    value: Any
    origin: str


class GuidePlaceField(Shown):
    """上次那个地方的一项。"""

    code: str
    title: str
    value: Any
    said: str


class GuideSamePlace(Shown):
    """上次填的，属于某个地方的内容：申请人说是同一个地方，才填进表里。"""

    ask: str
    origin: str = Field(description="哪一次申请")
    fields: list[GuidePlaceField]


class GuidePromise(Shown):
    """整件的承诺时限。"""

    promised: str
    promised_title: str
    legal_cap: GuideCap | None


class GuideDates(Shown):
    """今天提交并受理的话，各个日期。"""

    submit_on: date
    notice_by: date | None
    expected_on: date | None
    promised_on: date | None
    cap_on: date | None
    provisional: bool
    note: str


class GuideNumbers(Shown):
    """原来与现在。"""

    before: int = Field(description="公布的分头办理的数字")
    now: int
    less: int | None = Field(
        description="减少多少；公布的是办全部事项的数字，只办其中几个、不能直接相减的，为空"
    )


class GuideDays(Shown):
    """原来与现在的时间。"""

    before: GuideLimit | None
    now: GuideLimit | None
    less: GuideLimit | None = Field(description="缩短多少；没有缩短、单位不同的为空")


class GuideSavings(Shown):
    """比分头办省了多少。"""

    of_these_items: bool = Field(
        description="原来的数字是这几个事项合计的；否则是公布的全部事项的数字"
    )
    steps: GuideNumbers | None
    materials: GuideNumbers | None
    days: GuideDays | None


class GuideShown(Shown):
    """办事指南。"""

    bundle: str
    title: str
    region: Choice
    lead: Choice
    applicant_type: Choice
    stops: list[GuideStop]
    barred: list[GuideBarred] = Field(description="只有这几个事项依法不能办，其他照办")
    can_apply: bool = Field(
        description="问题都答了，有要办的事项，法律也不禁止；现在提交还有什么妨碍，看 obstacles"
    )
    obstacles: list[GuideObstacle]
    continues: list[GuideContinues]
    questions: list[GuideAnswer]
    to_answer: list[GuideToAnswer] = Field(description="还没有回答的问题；答完以前只列出已经确定的")
    items: list[GuideItem]
    not_needed: list[GuideNotNeeded]
    departments: list[GuideDepartment]
    materials: list[GuideMaterial]
    form: dict[str, Any] = Field(description="一张表的 JSON Schema（2020-12）")
    prefill: dict[str, GuidePrefill]
    same_place: GuideSamePlace | None = Field(
        description="可以沿用的上次那个地方的内容；没有、已经填了、看得出不是同一个地方的为空"
    )
    undecided: GuideUndecidedAll
    limits: GuidePromise
    dates: GuideDates
    fees: GuideFees
    opens_with: list[Choice] = Field(
        description="这些都办成以前不能开业（投入使用）；没有要求的为空"
    )
    savings: GuideSavings | None
    channels: list[Choice]
