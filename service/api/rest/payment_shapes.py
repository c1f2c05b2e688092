"""缴费的样子 — what is due for an item, and how it was settled."""

from datetime import datetime

from pydantic import Field

from service.api.rest.shapes import Shown


class PaymentShown(Shown):
    """一个事项的缴费。"""

    state: str = Field(
        description="due 待缴费，paid 已缴费，waived 免予缴费，refunded 已退费，dropped 没有办成、不用再缴"
    )
    state_title: str
    amount: float = Field(description="应缴多少元")
    charges: list[str] = Field(description="项目、标准和依据")
    asked_at: datetime | None
    settled_at: datetime | None
    receipt: str = Field(description="票据（缴款凭证）编号；只有申请人和承办部门看得到")
    reason: str = Field(description="为什么免缴、退费")
