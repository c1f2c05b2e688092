"""What is handed in: an application, a draft, an action with what it must carry."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from service.api.rest.shapes import Given
from service.api.texts import ITEM_CODE, Clean, Code, Data, ItemCode, Name, Sha256, Short, Whole, Word

ApplicantType = Literal["enterprise", "sole-trader", "individual", "organisation"]
Handling = Literal["ordinary", "commitment"]
Long = Annotated[Clean, StringConstraints(max_length=2000)]


class ApplicantGiven(Given):
    """申请人。"""

    type: ApplicantType = Field(
        description="enterprise 企业，sole-trader 个体工商户，individual 个人，organisation 其他组织"
    )
    name: Annotated[Clean, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$")] = Field(
        description="统一社会信用代码或身份证号码；门户代办时为被代办人的"
    )


class MaterialGiven(Given):
    """一份材料：上传的文件，或者其他来源中的一个。"""

    material: Code
    file: Sha256 | None = Field(None, description="POST /files 返回的 id")
    share: bool | None = Field(None, description="由系统从数据共享获取")
    commitment: bool | None = Field(None, description="以书面承诺代替")
    certificate: bool | None = Field(None, description="用电子证照")
    generated: bool | None = Field(None, description="由系统按表单生成")
    defer: bool | None = Field(None, description="容缺，事后补交")
    name: Short | None = Field(None, description="文件显示的名称；不写时用上传时的名称")

    @model_validator(mode="after")
    def _one_origin(self) -> "MaterialGiven":
        """Refuse a paper that comes from nowhere, or from two places."""
        ways = [self.file, self.share, self.commitment, self.certificate, self.generated, self.defer]
        if sum(bool(way) for way in ways) != 1:
            raise ValueError(
                "请写明材料从哪里来：file 上传的文件，或 share、commitment、certificate、generated、defer 中的一个"
            )
        return self


class SignatureGiven(Given):
    """签名：选择告知承诺时，谁、以什么方式签署了承诺书。"""

    method: Short
    name: Name
    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~+/=:-]{0,8000}$")] = Field(
        "", description="电子签名服务出具的签名凭据；不写就是账号签署"
    )


Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
MeetsBy = Annotated[dict[Code, Day], Field(max_length=100)]
Materials = Annotated[list[MaterialGiven], Field(max_length=100)]
Handlings = Annotated[dict[Code, Handling], Field(max_length=100)]


class ReceivedGiven(Given):
    """窗口在录入以前已经收到纸质材料：收到的日期，以及证明它的收件凭证。"""

    received_on: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] = Field(
        description="不晚于录入的日期"
    )
    document: Annotated[Clean, StringConstraints(min_length=1, max_length=200)] = Field(
        description="加盖收件章、写有日期的凭证（名称或编号）"
    )


class CaseGiven(Given):
    """一件事的申请：一张表、一套材料。"""

    bundle: Code
    applicant: ApplicantGiven
    answers: Data = Field({}, description="情形问题的回答：问题 → 回答")
    handling: Handlings = Field({}, description="各事项的办理方式，不写的按一般程序")
    form: Data = Field({}, description="一张表：字段 → 内容。回答里已有的、登记过的不必再填")
    materials: Materials = Field([], description="一套材料")
    signature: SignatureGiven | None = None
    meets_by: MeetsBy = Field({}, description="承诺将于哪天前符合条件：事项 → 日期；不写就是已经符合")
    draft: bool = Field(False, description="true：先存草稿，不检查、不收件")
    received: ReceivedGiven | None = Field(None, description="窗口录入以前已经收到纸质材料的，写在这里；网上申请不写")


class DraftGiven(Given):
    """草稿里要改的部分；给出的部分整体代替原来的。"""

    applicant: ApplicantGiven | None = None
    answers: Data | None = None
    handling: Handlings | None = None
    form: Data | None = None
    materials: Materials | None = None


class SubmissionGiven(Given):
    """提交草稿。"""

    signature: SignatureGiven | None = None
    meets_by: MeetsBy = Field({}, description="承诺将于哪天前符合条件：事项 → 日期；不写就是已经符合")
    received: ReceivedGiven | None = Field(None, description="窗口录入以前已经收到纸质材料的，写在这里")


class ReasonGiven(Given):
    """理由库里没有的理由。"""

    text: Annotated[Clean, StringConstraints(min_length=1, max_length=500)]
    material: Code | None = None


class PartyGiven(Given):
    """利害关系人。"""

    name: Name
    contact: Name = Field(description="联系方式：电话或地址")


class ActionData(Given):
    """动作携带的内容；每个动作需要哪些，见办件的 actions[].needs。"""

    reasons: Annotated[list[Code | ReasonGiven], Field(max_length=50)] | None = Field(
        None, description="理由：理由库代码，或自拟的 {text, material}"
    )
    opinion: Long | None = Field(None, description="意见")
    reason: Long | None = Field(None, description="理由（延长期限等）")
    procedure: Word | None = Field(None, description="特别程序：hearing 听证、testing 检测等八种之一")
    notice_text: Long | None = Field(None, description="书面告知的内容")
    document: Long | None = Field(None, description="文书编号")
    findings: Long | None = Field(None, description="核查结果")
    officers: Annotated[list[Name], Field(max_length=20)] | None = Field(None, description="核查人员，两名以上")
    days: Annotated[int, Field(ge=1, le=365)] | None = Field(None, description="工作日数")
    gaps: Annotated[list[Code], Field(max_length=50)] | None = Field(None, description="允许后补的材料")
    materials: Materials | None = Field(None, description="补交的材料")
    points: Annotated[list[Short], Field(max_length=50)] | None = Field(None, description="已改正的问题（理由代码）")
    form: Data | None = Field(None, description="改正的表单内容")
    parties: Annotated[list[PartyGiven], Field(max_length=50)] | None = Field(None, description="利害关系人")
    party: Annotated[int, Field(ge=1, le=50)] | None = Field(None, description="第几位利害关系人，从 1 数起")
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = Field(
        None, description="举行听证的日期"
    )
    place: Long | None = Field(None, description="地点")
    chair: Name | None = Field(None, description="听证主持人的账号")
    ground: Word | None = Field(None, description="撤销的情形：fraud 以欺骗、贿赂等不正当手段取得，等七种之一")
    compensation: Long | None = Field(None, description="补偿方案的文号")
    notice: Whole | None = Field(None, description="登记送达的是第几份文书，即文书的 n")
    to: Code | None = Field(None, description="抄送给哪个部门")
    item: ItemCode | None = Field(None, description="督办、答复督办针对的事项；不写就是整件")
    grade: Annotated[int, Field(ge=1, le=5)] | None = Field(None, description="评价：5 非常满意 … 1 非常不满意")
    text: Long | None = Field(None, description="评价的话")
    on_behalf: bool | None = Field(
        None, description="true：窗口代没有账号的申请人办理，同时在 document 写明申请人签名的书面申请或委托书"
    )
    pledge: Literal[True] | None = Field(None, description="申请信用修复时作出信用承诺")
    severity: Literal["minor", "ordinary", "serious"] | None = Field(
        None, description="失信程度：minor 轻微，ordinary 一般，serious 严重"
    )
    anonymous: bool | None = Field(None, description="匿名评价")


class ActionGiven(Given):
    """一个办理动作。"""

    action: Word
    data: ActionData = ActionData()

    def content(self) -> dict[str, Any]:
        """Return what the action carries, without what was not given."""
        return self.data.model_dump(exclude_none=True)


class ForeseeGiven(ActionGiven):
    """一个想先看看结果的办理动作。"""

    item: Annotated[str, StringConstraints(pattern=r"^$|" + ITEM_CODE, max_length=80)] = Field(
        "", description="所属事项；整件的动作不填"
    )
