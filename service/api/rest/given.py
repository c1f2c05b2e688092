"""What is handed in: an application, a draft, an action with what it must carry."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, create_model, model_validator

from service.api.rest.shapes import Given
from service.api.texts import (
    ITEM_CODE,
    LONGEST_ITEM_CODE,
    Clean,
    Code,
    Data,
    ItemCode,
    Name,
    Sha256,
    Short,
    TypedNumber,
    Word,
)
from service.workflows.definition import CARRIED, ApplicantType, Carried, Shape

Handling = Literal["ordinary", "commitment"]
Long = Annotated[Clean, StringConstraints(max_length=2000)]


Document = Literal[
    "id_card",
    "residence_hk_mo",
    "residence_tw",
    "permit_hk_mo",
    "permit_tw",
    "foreign_permanent",
    "passport",
    "uscc",
]


class ApplicantGiven(Given):
    """申请人。"""

    type: ApplicantType = Field(
        description="enterprise 企业，sole-trader 个体工商户，individual 个人，organisation 其他组织"
    )
    name: Annotated[Clean, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    id: TypedNumber = Field(
        description="统一社会信用代码、身份证号码，没有的写护照、通行证等证件号码；门户代办时为被代办人的"
    )
    document: Document | None = Field(
        None,
        description="证件种类；不写就按号码认。id_card 居民身份证，residence_hk_mo 港澳居民居住证，residence_tw 台湾居民居住证，"
        "permit_hk_mo 港澳居民来往内地通行证，permit_tw 台湾居民来往大陆通行证，foreign_permanent 外国人永久居留身份证，"
        "passport 护照，uscc 统一社会信用代码",
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
        ways = [
            self.file,
            self.share,
            self.commitment,
            self.certificate,
            self.generated,
            self.defer,
        ]
        if sum(bool(way) for way in ways) != 1:
            raise ValueError(
                "请写明材料从哪里来：file 上传的文件，或 share、commitment、certificate、generated、defer 中的一个"
            )
        return self


class RegisterAsked(Given):
    """查询登记。"""

    consent: bool = Field(description="申请人看过为什么查、查谁的，同意查询；不同意不查")


class SignatureGiven(Given):
    """签名：选择告知承诺时，谁、以什么方式签署了承诺书。"""

    method: Short
    name: Name
    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~+/=:-]{0,8000}$")] = Field(
        "", description="电子签名服务出具的签名凭据；不写就是账号签署"
    )


Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Moment = Annotated[
    str,
    StringConstraints(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$"
    ),
]
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


class MandateGiven(Given):
    """门户代为申请的授权：谁授权，凭什么证明。"""

    name: Annotated[Clean, StringConstraints(min_length=1, max_length=100)] = Field(
        description="授权的人：申请人本人，或者法定代表人"
    )
    reference: Annotated[Clean, StringConstraints(min_length=1, max_length=200)] = Field(
        description="授权书或者实名核验的凭证编号"
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
    meets_by: MeetsBy = Field(
        {}, description="承诺将于哪天前符合条件：事项 → 日期；不写就是已经符合"
    )
    draft: bool = Field(False, description="true：先存草稿，不检查、不收件")
    received: ReceivedGiven | None = Field(
        None, description="窗口录入以前已经收到纸质材料的，写在这里；网上申请不写"
    )
    mandate: MandateGiven | None = Field(
        None, description="门户代为申请时写明授权；没有授权的只能存草稿，也不查申请人的证照和信用"
    )


class DraftGiven(Given):
    """草稿里要改的部分；给出的部分整体代替原来的。"""

    applicant: ApplicantGiven | None = None
    answers: Data | None = None
    handling: Handlings | None = None
    form: Data | None = None
    materials: Materials | None = None
    mandate: MandateGiven | None = Field(None, description="门户代为申请的授权；换了申请人要重新写")


class ReapplicationGiven(Given):
    """重新申请没有办成的事项。"""

    items: list[Code] = Field(min_length=1, max_length=100, description="重新申请哪些事项")


class SubmissionGiven(Given):
    """提交草稿。"""

    signature: SignatureGiven | None = None
    meets_by: MeetsBy = Field(
        {}, description="承诺将于哪天前符合条件：事项 → 日期；不写就是已经符合"
    )
    received: ReceivedGiven | None = Field(
        None, description="窗口录入以前已经收到纸质材料的，写在这里"
    )


class ReasonGiven(Given):
    """理由库里没有的理由。"""

    text: Annotated[Clean, StringConstraints(min_length=1, max_length=500)]
    material: Code | None = None


class CheckedGiven(Given):
    """一个审查要点的核查结果。"""

    point: int = Field(ge=1, le=50, description="第几个审查要点，从 1 数起")
    result: Literal["ok", "bad", "na"] = Field(description="ok 符合，bad 不符合，na 不适用")
    note: Annotated[Clean, StringConstraints(max_length=500)] = Field(
        "", description="看到的情况；不符合的必须写"
    )


class PartyGiven(Given):
    """利害关系人。"""

    name: Name
    contact: Name = Field(description="联系方式：电话或地址")


LARGEST_AMOUNT = 1e10
SHAPES: Mapping[Shape, Any] = {
    "text": Clean,
    "name": Name,
    "word": Word,
    "code": Code,
    "item": ItemCode,
    "number": int,
    "amount": Annotated[float, Field(ge=0, le=LARGEST_AMOUNT)],
    "day": Day,
    "moment": Moment,
    "flag": bool,
    "promise": Literal[True],
    "names": list[Name],
    "codes": list[Code],
    "points": list[Short],
    "form": Data,
    "materials": list[MaterialGiven],
    "reasons": list[Code | ReasonGiven],
    "parties": list[PartyGiven],
    "checklist": list[CheckedGiven],
    "files": list[Sha256],
}


def _at_the_wire(what: Carried) -> Any:
    """Return the type of one carried thing with its bounds."""
    if what.shape == "one_of":
        return Literal[tuple(what.options)]
    shape = SHAPES[what.shape]
    if what.shape == "number":
        return Annotated[shape, Field(ge=what.least, le=what.most)]
    return shape if what.most is None else Annotated[shape, Field(max_length=what.most)]


def carrying(table: Iterable[Carried]) -> Any:
    """Make the model of all that an action may carry; nothing of it is required, for that depends on the action."""
    fields: dict[str, Any] = {
        what.name: (_at_the_wire(what) | None, Field(None, description=what.means))
        for what in table
    }
    return create_model("Carrying", __base__=Given, **fields)


class ActionData(carrying(CARRIED.values())):  # type: ignore[misc]  # made from the table
    """动作携带的内容；每个动作需要哪些，见办件的 actions[].needs。"""


class ActionGiven(Given):
    """一个办理动作。"""

    action: Word
    data: ActionData = ActionData()

    def content(self) -> dict[str, Any]:
        """Return what the action carries, without what was not given."""
        given: dict[str, Any] = self.data.model_dump(exclude_none=True)
        return given


class ForeseeGiven(ActionGiven):
    """一个想先看看结果的办理动作。"""

    item: Annotated[
        str, StringConstraints(pattern=r"^$|" + ITEM_CODE, max_length=LONGEST_ITEM_CODE)
    ] = Field("", description="所属事项；整件的动作不填")
