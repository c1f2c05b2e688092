"""一件事的样子 — what is asked, who decides what, by when, and what is saved."""

from typing import Any

from pydantic import Field

from service.api.rest.shapes import APPLICANT_TYPES, CATEGORIES, LEGAL_MODES, REFUSAL_POLICIES, Shown, said
from service.workflows.language.duration import Duration
from service.workflows.language.models import BundleItem, Item, Question, one_of
from service.workflows.language.release import Release


class Choice(Shown):
    """代码和它的名称。"""

    code: str
    title: str


class LimitShown(Shown):
    """时限。"""

    length: str = Field(description="如 5wd")
    title: str = Field(description="如 5个工作日")


class QuestionShown(Shown):
    """情形引导问题。"""

    id: str
    ask: str
    type: str
    options: list[Choice]
    unit: str
    min: float | None
    max: float | None
    fills: str | None = Field(description="回答会填入表单的哪个字段")
    why: str
    conditional: bool = Field(description="是否只在前面的回答满足条件时才问；由指南按回答决定")


class BundleItemShown(Shown):
    """联办事项。"""

    item: str
    title: str
    department: str
    department_title: str
    category: str
    category_title: str
    basis: list[str]
    conditions: list[str]
    limits: dict[str, LimitShown]
    after: list[str] = Field(description="要等哪些事项办结")
    always: bool = Field(description="是否每个申请人都要办；否则由回答决定")
    commitment: bool = Field(description="是否可以选择告知承诺")
    certificate: str | None
    certificate_title: str | None
    on_refusal: str
    on_refusal_title: str


class BeforeShown(Shown):
    """原来分头办要的环节、材料和时间。"""

    steps: int | None
    materials: int | None
    days: LimitShown | None


class BundleLine(Shown):
    """一件事列表的一行。"""

    bundle: str
    title: str
    lead: str
    lead_title: str
    applicants: list[Choice]
    promised: LimitShown
    items: int
    departments: int
    before: BeforeShown | None
    release: str = Field(description="发布版的内容哈希")


class BundleList(Shown):
    """已发布的一件事。"""

    items: list[BundleLine]


class BundleShown(BundleLine):
    """一件事。"""

    legal_mode: str
    legal_mode_title: str
    region: Choice
    department_list: list[Choice]
    questions: list[QuestionShown]
    item_list: list[BundleItemShown]


def limit(text: str) -> LimitShown:
    """Show a length of time."""
    return LimitShown(length=text, title=Duration.parse(text).title())


def line(release: Release) -> BundleLine:
    """Show a bundle in the list."""
    return BundleLine(**_line(release))


def _line(release: Release) -> dict[str, Any]:
    bundle, directory = release.bundle, release.directory
    before = bundle.before
    return {
        "bundle": bundle.code, "title": bundle.title, "lead": bundle.lead, "lead_title": directory.departments[bundle.lead],
        "applicants": [Choice(code=code, title=said(APPLICANT_TYPES, code)) for code in bundle.applicants],
        "promised": limit(bundle.promised), "items": len(bundle.items), "departments": len(directory.departments),
        "before": before and BeforeShown(
            steps=before.steps, materials=before.materials, days=limit(before.days) if before.days else None
        ),
        "release": release.hash,
    }  # fmt: skip


def shown(release: Release) -> BundleShown:
    """Show a bundle in full."""
    bundle, directory = release.bundle, release.directory
    return BundleShown(
        **_line(release), legal_mode=bundle.legal_mode, legal_mode_title=said(LEGAL_MODES, bundle.legal_mode),
        region=Choice(code=directory.region.code, title=directory.region.title),
        department_list=[Choice(code=code, title=title) for code, title in directory.departments.items()],
        questions=[_question(question) for question in bundle.questions],
        item_list=[_item(release, entry, release.items[entry.use]) for entry in bundle.items],
    )  # fmt: skip


def _question(question: Question) -> QuestionShown:
    options = one_of(question.options or {})
    return QuestionShown(
        id=question.id, ask=question.ask, type=question.type, unit=question.unit, min=question.min, max=question.max,
        options=[Choice(code=code, title=title) for code, title in options.items()], fills=question.fills,
        why=question.why, conditional=question.when is not None,
    )  # fmt: skip


def _item(release: Release, entry: BundleItem, item: Item) -> BundleItemShown:
    policy = entry.on_refusal or release.bundle.on_refusal
    certificate = item.result.certificate if item.result else None
    return BundleItemShown(
        item=item.code, title=item.title, department=item.department,
        department_title=release.directory.departments[item.department], category=item.category,
        category_title=said(CATEGORIES, item.category), basis=item.basis, conditions=item.conditions,
        limits={name: limit(text) for name, text in item.limits.items()}, after=entry.after, always=entry.when is None,
        commitment=item.commitment is not None, certificate=certificate,
        certificate_title=release.vocabulary.certificates[certificate].title if certificate else None,
        on_refusal=policy, on_refusal_title=said(REFUSAL_POLICIES, policy),
    )  # fmt: skip
