"""办件的样子 — one case as a portal or a desk shows it: whose turn it is, until when, and what was said and given."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from service.api.rest.applicant_shapes import ApplicantShown, MandateShown, RepresentedShown
from service.api.rest.payment_shapes import PaymentShown
from service.api.rest.progress_shapes import LeftShown, OwedShown, TurnShown
from service.api.rest.shapes import Shown


class ClockShown(Shown):
    """时限。"""

    clock: str
    title: str
    basis: str = Field(description="依据的条款")
    owner: str
    owner_title: str = Field(description="这段时间算在谁头上")
    state: str
    state_title: str
    promised: str | None = Field(description="承诺时限，如 5wd（5 个工作日）")
    statutory: str | None = Field(description="法定时限，如 10wd")
    promised_on: date | None
    statutory_on: date | None
    due_on: date | None = Field(description="两者中较早的一天；停表时为空")
    safe_on: date | None = Field(description="自进入系统之日按国家日历计算的稳妥日期")
    left: LeftShown | None = Field(description="到 due_on 还剩多少；已结束时为空")
    provisional: bool = Field(description="依赖尚未公布的放假安排，公布后会重算")
    card: str
    card_title: str


class PointShown(Shown):
    """需要补正的一点。"""

    reason: str
    title: str
    material: str | None = None
    material_title: str | None = None
    field: str | None = None
    field_title: str | None = None
    basis: str | None = None
    answered: bool = Field(description="是否已经补正")


class PartyShown(Shown):
    """利害关系人。"""

    n: int = Field(description="第几位，登记答复时写它")
    name: str
    contact: str
    answer: str = Field(description="asked 要求听证，waived 已陈述意见；空表示还没有答复")


class HearingShown(Shown):
    """听证。"""

    stage: str
    stage_title: str
    date: str = Field(description="举行的日期")
    hour: str = Field(default="", description="几点开始，HH:MM；较早发布版的听证没有写明的为空")
    place: str
    chair: str = Field(description="主持人")
    document: str = Field(description="笔录")
    third_parties: list[PartyShown] = Field(description="利害关系人；只有承办部门看得到")


class SpecialShown(Shown):
    """特别程序：依法不计入期限的那一项（行政许可法 45）。"""

    procedure: str
    procedure_title: str
    basis: str = Field(description="哪部法律、法规要求这项程序；以前启动的为空")
    affects: str = Field(description="both 法定时限和承诺时限都不计入，statutory 只不计入法定时限")
    affects_title: str
    days: int | None = Field(description="书面告知的工作日数")
    since_at: datetime | None


class FeedbackShown(Shown):
    """部门反馈。"""

    complete: bool = Field(description="材料齐全；不齐全的，缺什么在 noted 里")
    at: datetime


class ItemShown(Shown):
    """事项（联办子件）。"""

    item: str
    title: str
    version: str = Field(
        description="事项版本：办这个事项时写进 If-Match，别的事项有变动不受影响，这个事项变了才拒绝"
    )
    department: str
    department_title: str
    state: str
    state_title: str
    handling: str
    handling_title: str
    parent: str = Field(description="事后核查所属的事项；不是核查时为空")
    received_at: datetime | None
    complete_at: datetime | None
    accepted_on: date | None = Field(description="受理日期")
    decided_at: datetime | None
    served_on: date | None = Field(description="送达日期")
    final_at: datetime | None
    outcome: str
    outcome_title: str
    note: str = Field(description="给申请人的说明")
    to_correct: list[PointShown] = Field(description="已一次性告知、要补正的内容")
    noted: list[PointShown] = Field(description="部门已记录、尚未告知的问题；只有工作人员看得到")
    conditions: list[str] = Field(
        description="审查要点，核查时按这个顺序逐项写结果；只有工作人员看得到"
    )
    hearing: HearingShown | None = Field(None, description="决定前的听证；没有时为空")
    special: SpecialShown | None = Field(None, description="正在进行的特别程序；没有时为空")
    feedback: FeedbackShown | None = Field(
        None, description="统一受理时承办部门反馈的材料核对结果；没有反馈时为空；只有工作人员看得到"
    )
    payment: PaymentShown | None = Field(None, description="缴费；不收费、还没有通知缴费的为空")
    clocks: list[ClockShown]


class MaterialShown(Shown):
    """材料。"""

    n: int
    material: str
    title: str
    source: str
    source_title: str
    file: str = Field(description="文件编号（SHA-256）；可用 GET /cases/{number}/files/{file} 下载")
    name: str
    at: datetime
    replaced: bool = Field(description="已被更新的材料代替")
    reference: str = Field(
        description="凭什么免交：证照编号；earlier_case 是从原办件沿用的；没有时为空"
    )
    scan: str | None = Field(
        None,
        description="文件的查毒情况：unscanned 没有查毒，pending 正在查，clean 没有发现，found 查出病毒、不能打开；办理的答复里为空",
    )
    scan_title: str | None = None


class NoticeShown(Shown):
    """文书、告知。"""

    n: int
    kind: str
    title: str
    item: str
    item_title: str
    to: str
    to_title: str
    number: str
    code: str = Field(description="二维码里的编码，可在 GET /documents/{code} 核验真伪")
    issued_at: datetime
    body: dict[str, Any] = Field(
        description="内容：text 正文，points 要点，dates 期限，law 依据，remedies 救济途径"
    )


class CertificateShown(Shown):
    """证照。"""

    n: int
    item: str
    item_title: str
    certificate: str
    title: str
    number: str
    issued_on: date
    valid_until: date | None
    operable_from: date | None = Field(
        description="从哪一天起可以凭证照从事活动；为空时承诺的条件还没有核实符合"
    )
    state: str
    state_title: str
    code: str = Field(description="二维码里的编码，可在 GET /documents/{code} 核验")


class CheckedShown(Shown):
    """一个审查要点的核查结果。"""

    point: str
    result: str
    result_title: str
    note: str = Field(description="看到的情况")


class SignedShown(Shown):
    """签字。"""

    name: str
    at: datetime


class InspectionShown(Shown):
    """核查记录：谁、什么时候、在哪里、逐项查了什么；参加的人都签字后归档。"""

    n: int
    item: str
    item_title: str
    checked_at: datetime
    place: str
    officers: list[str] = Field(description="核查人员姓名")
    points: list[CheckedShown]
    findings: str
    result: str
    result_title: str
    photos: list[str] = Field(description="现场照片的文件编号")
    signatures: list[SignedShown]
    awaits_name: str = Field(description="还等谁签字；空表示都签了")
    filed_on: date | None = Field(description="哪一天归档")


class RatingShown(Shown):
    """好差评。被评价的工作人员看不到是谁评的；匿名评价只有评价人自己看得到。"""

    item: str = Field(description="评的是哪个事项；空为整件事")
    item_title: str
    grade: int = Field(description="5 非常满意 … 1 非常不满意")
    grade_title: str
    text: str
    rated_at: datetime
    anonymous: bool


class DefaultRatingShown(Shown):
    """默认评价：到期没有评价的按这一等级统计，单独标明，不计入平均。"""

    on: date = Field(description="到这一天为止没有评价的")
    grade: int
    grade_title: str


class WhereShown(Shown):
    """办到哪里：现在轮到谁，到哪一天。"""

    item: str
    item_title: str
    stage: str = Field(description="办理环节")
    department: str
    department_title: str
    post: str
    post_title: str
    person: str = Field(description="经办人账号；还没有人认领，或看的人无需知道时为空")
    since_at: datetime | None
    due_on: date | None
    card: str
    card_title: str


class OfferShown(Shown):
    """可办动作。"""

    action: str
    item: str = Field(description="所属事项；为空时是整件的动作")
    title: str
    needs: list[str] = Field(description="data 里必须携带的内容")
    allowed: bool
    reason: str = Field(description="现在不能办的原因")
    law: str
    says: str = Field(description="办以前要知道的：还缺什么材料，或者为什么要比平常多写一项")


class CaseShown(Shown):
    """办件。"""

    number: str
    query_code: str | None = Field(description="查询码，凭它公开查询进度；只给申请人和代录入的人")
    bundle: str
    bundle_title: str
    release: str = Field(description="申请时采用的发布版（内容哈希），办件自始至终按它办理")
    state: str
    state_title: str
    version: int = Field(description="办件版本，即 ETag")
    channel: str
    channel_title: str
    applicant: ApplicantShown
    mandate: MandateShown | None = Field(
        description="门户代为申请的授权；不是代为申请的、看的人无需知道的为空"
    )
    represented_by: RepresentedShown | None = Field(
        description="谁代表、代理申请人办的；申请人自己办的、看的人无需知道的为空"
    )
    reapply_of: str = Field(description="重新申请的：原来哪件办件；不是时为空")
    limited_to: list[str] = Field(description="重新申请的：只申请这些事项；不是时为空")
    created_at: datetime | None
    received_at: datetime | None
    closed_at: datetime | None
    promised_on: date | None = Field(description="一件事承诺办结的日期")
    answers: dict[str, Any]
    form: dict[str, Any]
    doubts: list[str] = Field(
        description="请经办人核对的：与登记信息不同的、校验位不符的；只给工作人员"
    )
    handling: dict[str, str]
    turn: TurnShown = Field(description="轮到谁，到哪一天，还剩多少")
    owed: list[OwedShown] = Field(description="等申请人办的，逐个事项；只给申请人和代录入的人")
    where: list[WhereShown]
    items: list[ItemShown]
    clocks: list[ClockShown] = Field(description="整件的时限；各事项的时限在事项里")
    materials: list[MaterialShown]
    notices: list[NoticeShown]
    certificates: list[CertificateShown]
    inspections: list[InspectionShown] = Field(description="现场核查、事后核查的记录")
    ratings: list[RatingShown]
    rating_default: DefaultRatingShown | None = Field(
        description="没有评价时按本地规定怎样计；没有这条规定时为空"
    )


class LaterShown(Shown):
    """重新申请的办件。"""

    number: str
    state: str
    state_title: str
    items: list[str] = Field(description="申请哪些事项")


class CaseWithActions(CaseShown):
    """办件，连同来人现在可以办的动作。"""

    actions: list[OfferShown] = Field(description="现在可以办的")
    refused: list[OfferShown] = Field(description="现在不能办的，及其原因")
    reappliable: list[str] = Field(
        description="没有办成、来人现在可以重新申请的事项：POST /cases/{number}/reapplications"
    )
    reapplied: list[LaterShown] = Field(description="以后重新申请其中事项的办件")


class Acted(Shown):
    """办理结果：所办的事项、办件现在的样子，以及连带改变了什么。"""

    number: str
    version: int
    state: str
    state_title: str
    item: ItemShown | None = Field(description="所办的事项；对整件的动作为空")
    also: list[ItemShown] = Field(description="连带改变的其他事项")
    where: list[WhereShown]
    clocks: list[ClockShown] = Field(description="整件的时限")
    notices: list[NoticeShown] = Field(description="这一步发出的文书")
    certificates: list[CertificateShown] = Field(description="这一步产生或改变的证照")


class CaseLine(Shown):
    """办件列表的一行。"""

    number: str
    bundle: str
    bundle_title: str
    applicant_type: str
    applicant_type_title: str
    applicant_name: str
    channel: str
    channel_title: str
    state: str
    state_title: str
    version: int
    created_at: datetime | None
    received_at: datetime | None
    closed_at: datetime | None
    due_on: date | None = Field(description="最近的一个期限")
    whose: str = Field(description="applicant 轮到申请人，department 轮到部门，nobody 已经结束")
    yours_on: date | None = Field(description="轮到申请人时，最近的一个期限")


class CasePage(Shown):
    """办件列表的一页。"""

    items: list[CaseLine]
    next: str | None = Field(description="下一页的 cursor；没有下一页时为空")
