"""一件事的样子 — what is asked, who decides what, by when, and what is saved."""

from typing import Any

from pydantic import Field

from service.api.rest.shapes import Shape, Shown, shape_of
from service.office import titles
from service.workflows.definition import (
    REFORMS,
    Bundle,
    BundleItem,
    Duration,
    ItemDefinition,
    Question,
    Release,
    one_of,
)


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


class ExtensionShown(Shown):
    """法律、法规另有规定的延长。"""

    days: LimitShown
    basis: str | None


class QuantityShown(Shown):
    """最多准予多少，依据哪一条。"""

    limit: str
    basis: str


class ReformShown(Choice):
    """证照分离：改革方式和依据。"""

    basis: str


class ProcedureShown(Choice):
    """依法需要的特别程序和依据。"""

    basis: str


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
    quantity: QuantityShown | None = Field(description="数量限制；没有的为空")
    limits: dict[str, LimitShown]
    statutory_basis: str = Field(description="法定时限依据哪一条；没有法定时限的为空")
    extension: ExtensionShown | None = Field(
        description="法律、法规另有规定的延长；一般的在 limits"
    )
    procedures: list[ProcedureShown] = Field(description="依法需要的特别程序（许可法 45）")
    after: list[str] = Field(description="要等哪些事项办结")
    reform: ReformShown | None = Field(description="证照分离；不是的为空")
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


def bundle_line(release: Release) -> BundleLine:
    """Show a bundle in the list."""
    return _bundle_part(BundleLine, release)


def _bundle_part(shape: type[Shape], release: Release, **more: Any) -> Shape:
    bundle, directory = release.bundle, release.directory
    return shape_of(
        shape,
        bundle,
        bundle=bundle.code,
        lead_title=directory.departments[bundle.lead],
        applicants=[
            Choice(code=code, title=titles.APPLICANT_TYPES[code]) for code in bundle.applicants
        ],
        promised=limit(bundle.promised),
        items=len(bundle.items),
        departments=len(directory.departments),
        before=_before(bundle),
        release=release.hash,
        **more,
    )


def _before(bundle: Bundle) -> BeforeShown | None:
    before = bundle.before
    if before is None:
        return None
    return shape_of(BeforeShown, before, days=limit(before.days) if before.days else None)


def shown(release: Release) -> BundleShown:
    """Show a bundle in full."""
    bundle, directory = release.bundle, release.directory
    return _bundle_part(
        BundleShown,
        release,
        legal_mode_title=titles.LEGAL_MODES[bundle.legal_mode],
        region=Choice(code=directory.region.code, title=directory.region.title),
        department_list=[
            Choice(code=code, title=title) for code, title in directory.departments.items()
        ],
        questions=[_question(question) for question in bundle.questions],
        item_list=[_item(release, entry, release.items[entry.use]) for entry in bundle.items],
    )


def _question(question: Question) -> QuestionShown:
    options = one_of(question.options or {})
    return shape_of(
        QuestionShown,
        question,
        options=[Choice(code=code, title=title) for code, title in options.items()],
        conditional=question.when is not None,
    )


def _extension(item: ItemDefinition) -> ExtensionShown | None:
    special = item.extension
    return ExtensionShown(days=limit(special.days), basis=special.basis) if special else None


def _reform(item: ItemDefinition) -> ReformShown | None:
    reform = item.reform
    if reform is None:
        return None
    return ReformShown(code=reform.mode, title=REFORMS[reform.mode], basis=reform.basis)


def _procedures(item: ItemDefinition) -> list[ProcedureShown]:
    return [
        ProcedureShown(code=kind, title=titles.SPECIAL_PROCEDURES[kind], basis=each.basis)
        for kind, each in item.procedures.items()
    ]


def _item(release: Release, entry: BundleItem, item: ItemDefinition) -> BundleItemShown:
    policy = entry.on_refusal or release.bundle.on_refusal
    certificate = item.result.certificate if item.result else None
    issued = release.vocabulary.certificates[certificate].title if certificate else None
    return shape_of(
        BundleItemShown,
        item,
        item=item.code,
        department_title=release.directory.departments[item.department],
        category_title=titles.CATEGORIES[item.category],
        limits={name: limit(text) for name, text in item.limits.items()},
        statutory_basis=item.basis_of("statutory") if "statutory" in item.limits else "",
        quantity=shape_of(QuantityShown, item.quantity) if item.quantity else None,
        extension=_extension(item),
        reform=_reform(item),
        procedures=_procedures(item),
        after=entry.after,
        always=entry.when is None,
        commitment=item.commitment is not None,
        certificate=certificate,
        certificate_title=issued,
        on_refusal=policy,
        on_refusal_title=titles.REFUSAL_POLICIES[policy],
    )
