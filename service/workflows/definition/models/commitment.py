"""告知承诺的定义 — what opens it for an item, its two texts, what it waives, and the check after."""
# ruff: noqa: RUF012  # pydantic gives each model its own copy of a default

from typing import Annotated, Any

from pydantic import Field, field_validator

from service.workflows.definition.models.terms import Code, Day, Expression, Length, Model, Title


class FollowUp(Model):
    """事后核查 — within which limit, what share is drawn, by which post, by how many of it."""

    limit: Length
    sample: Annotated[float, Field(ge=0, le=1)] = 1.0
    post: Code = "inspector"
    inspectors: Annotated[int, Field(ge=1, le=5)] = Field(
        2, description="几个人一起核查，默认 2；从在岗人员中随机抽取"
    )

    @field_validator("sample", mode="before")
    @classmethod
    def _whole_numbers_too(cls, value: Any) -> Any:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Listing(Model):
    """告知承诺清单 — the entry of the published list that opens it, and from which day to which (R-NCP-1)."""

    entry: Title
    from_: Day = Field(alias="from", description="从哪一天起列入，当天提交的可以选")
    until: Day | None = None


class CommitmentDefinition(Model):
    """告知承诺 — opened by law for this item: texts, eligibility, its own limit, what it waives, the check after."""

    text: Code
    notice: Code | None = Field(
        None, description="告知书文本（文件名）；不写时告知的内容都在承诺书里"
    )
    basis: Title
    listed: Listing | None = Field(None, alias="list")
    eligible: Expression | None = None
    say: Title | None = Field(
        None, description="eligible 用一句话说：什么情况才能选，如“使用面积不超过150㎡的才能选”"
    )
    limit: Length = "1wd"
    waives: list[Code] = []
    later: Length | None = None
    public: bool = Field(True, description="承诺和核查结果是否公开，默认公开；个人的名称隐去")
    follow_up: FollowUp | None = None
