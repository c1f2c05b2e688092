"""申请人的样子 — who applies, who let a portal apply, who represents."""

from datetime import date

from pydantic import Field

from service.api.rest.shapes import Shown


class ApplicantShown(Shown):
    """申请人。"""

    type: str
    type_title: str
    name: str = Field(description="无需知道身份的人看到的是隐去后的名称")
    id: str = Field(
        description="统一社会信用代码或身份证号码；无需知道身份的人看到的是隐去后的号码"
    )
    document: str = Field(description="证件种类；以前的办件没有记，为空")
    document_title: str


class MandateShown(Shown):
    """授权：谁授权，凭证的编号。"""

    name: str
    reference: str


class RepresentedShown(Shown):
    """代表、代理：谁以什么身份为申请人办理。"""

    role: str = Field(
        description="owner 经营者，legal_representative 法定代表人，authorised 经办人，agent 代理人"
    )
    role_title: str
    name: str
    number: str = Field(description="证件号码；不是本部门事项的为隐去后的号码")
    by_name: str = Field("", description="代理人是单位的：单位的哪一位经办")
    until_on: date | None = Field(None, description="授权到哪天")
