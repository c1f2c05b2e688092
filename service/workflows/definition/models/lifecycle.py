"""生命周期的定义 — states, clocks and transitions: who does what, by when."""
# ruff: noqa: RUF012  # pydantic gives each model its own copy of a default

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from service.workflows.definition.models.terms import (
    Category,
    Code,
    CountsFrom,
    Expression,
    HearingStep,
    Length,
    Model,
    Name,
    Need,
    Outcome,
    ReasonUse,
    Title,
)


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
