"""费用、窗口、证照分离的样子 — what an item costs, where it is asked for, how it was reformed."""

from pydantic import Field

from service.api.rest.bundle_shapes import Choice
from service.api.rest.shapes import Shown


class GuideFee(Shown):
    """收费。"""

    amount: float
    title: str
    basis: str


class GuideCharge(Shown):
    """一笔收费。"""

    title: str
    price: str = Field(description="标准，如 80元/本")
    basis: str
    due: float | None = Field(description="应缴多少元；还算不出的为空")
    depends_on: list[Choice] = Field(description="收不收还要看什么；一定收的为空")


class GuideReform(Choice):
    """证照分离：改革方式和依据。"""

    basis: str


class GuideWindow(Shown):
    """办理窗口；没有写的为空文字。"""

    title: str
    address: str
    phone: str
    hours: str


class GuideItemFee(GuideFee):
    """一个事项的收费。"""

    code: str
    said: str = Field(description="收多少，如 80元、0.5元/平方米·天")


class GuideFees(Shown):
    """收费合计。"""

    total: float
    title: str
    items: list[GuideItemFee]
