"""情景的定义 — the dated stories that must come true."""
# ruff: noqa: RUF012  # pydantic gives each model its own copy of a default

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from service.workflows.definition.models.terms import (
    ApplicantType,
    Card,
    Code,
    Day,
    Model,
    Name,
    Title,
    Whose,
)


class ScenarioCredit(Model):
    """信用 — credit as the guard would find it."""

    excluded: bool = False


class ScenarioApplicant(Model):
    """申请人 — who applies in the story."""

    type: ApplicantType
    name: Title
    id: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    credit: ScenarioCredit = ScenarioCredit()


class Expectation(Model):
    """期望 — item codes beside the named keys stand for the expected state of that item."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    case: str | None = None
    due: dict[str, Any] = {}
    card: dict[str, Card] = {}
    tasks: dict[str, int] = {}
    payments: dict[Code, Literal["none", "due", "paid", "waived", "refunded", "dropped"]] = Field(
        {},
        description="缴费：事项 → 待缴 due、已缴 paid、免缴 waived、已退 refunded、不用再缴 dropped、没有 none",
    )
    notices: list[str] = []
    certificates: list[str] = []
    events: list[str] = []
    items: list[Code] | None = None
    materials: list[Code] | None = None
    stopped: bool | None = None
    wrong: list[Name] = []
    differs: list[Name] | None = Field(
        None, description="哪些字段填的和登记答复的不一样，要工作人员核对"
    )

    @field_validator("due")
    @classmethod
    def _dates(cls, due: dict[str, Any]) -> dict[str, Any]:
        for value in due.values():
            if value is not None and not (
                isinstance(value, date) and not isinstance(value, datetime)
            ):
                raise ValueError("due-date")
        return due

    def states(self) -> dict[str, str]:
        """Return the expected item states."""
        return {key: str(value) for key, value in (self.model_extra or {}).items()}


class ScenarioStep(Model):
    """一步 — one thing that happens, or one look at what came of it."""

    at: datetime | None = None
    by: str | None = None
    do: str | None = None
    data: dict[str, Any] = {}
    reapply: list[Code] = []
    refused: str | None = None
    expect: Expectation | None = None

    @model_validator(mode="after")
    def _act_or_look(self) -> "ScenarioStep":
        if self.do and not self.by:
            raise ValueError("by-missing")
        if not self.do and (self.by or self.data or (self.refused and not self.reapply)):
            raise ValueError("do-missing")
        if self.do and self.reapply:
            raise ValueError("do-or-reapply")
        if not (self.do or self.reapply) and self.expect is None and self.at is None:
            raise ValueError("empty-step")
        return self


class ScenarioHolding(Model):
    """持有的证照 — a certificate the applicant holds from an earlier case."""

    certificate: Code
    number: Title
    issued_on: date
    valid_until: date | None = None
    state: Literal["valid", "expired", "revoked"] = "valid"
    carries: dict[Name, Any] = {}
    holder: Whose = Field("applicant", description="谁的：applicant 申请人，concerned 事主")


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
    meets_by: dict[Code, Day] = {}
    form: dict[Name, Any] = {}
    holds: list[ScenarioHolding] = []
    registers: dict[Code, dict[Name, Any]] = Field(
        {}, description="申请人同意查询以后，各登记的答复：登记 → 名称 → 内容"
    )
    missing: list[Code] = []
    defer: list[Code] = []
    expect: Expectation | None = None
    steps: list[ScenarioStep] = []
