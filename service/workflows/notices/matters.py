"""事项类别的说法 — what deciding is called in each kind of matter: only a licence is granted, refused or revoked as one.

Law: 行政许可法 2, 38; R-DEC-3.
"""

from collections.abc import Mapping

from service.workflows.definition.models import Category

TITLES: Mapping[Category, str] = {
    "licence": "行政许可",
    "confirmation": "行政确认",
    "filing": "备案",
    "service": "公共服务",
    "verification": "内部核验",
    "utility": "公用服务",
}
GRANTED: Mapping[Category, str] = {
    "licence": "准予",
    "confirmation": "予以确认",
    "filing": "已备案",
    "service": "已办结",
    "verification": "核验一致",
    "utility": "可以办理",
}
REFUSED: Mapping[Category, str] = {
    "licence": "不予许可",
    "confirmation": "不予确认",
    "filing": "不予备案",
    "service": "不予办理",
    "verification": "核验不一致",
    "utility": "不具备办理条件",
}
RESULTS: Mapping[Category, str] = {  # what is revoked, withdrawn, or told of in detail
    "licence": "许可",
    "confirmation": "行政确认",
    "filing": "备案",
    "service": "办理结果",
    "verification": "核验结果",
    "utility": "办理结果",
}
CONTENTS: Mapping[Category, str] = {
    "licence": "准予的内容",
    "confirmation": "确认的内容",
    "filing": "备案的内容",
    "service": "办理的内容",
    "verification": "核验的内容",
    "utility": "答复的内容",
}
