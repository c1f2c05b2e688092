"""携带的内容 — everything an action may carry, once: what it is at the wire, and how a page asks a clerk for it.

The API's model and the desk's inputs are made from this table. Whether what is given is right says `handling/carried.py`
for actions on items, and the action itself for those on a case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from service.workflows.definition.models.terms import (
    AFFECTS,
    DEREGISTRATION_CAUSES,
    GROUNDS,
    PROCEDURES,
)

Shape = Literal[
    "text",  # words a person writes
    "name",
    "word",  # a code of a closed list, which its check explains
    "one_of",  # one of `options`
    "code",
    "item",
    "number",
    "amount",  # of money
    "day",
    "moment",
    "flag",
    "promise",  # true, or not given
    "names",
    "codes",
    "points",
    "form",
    "materials",
    "reasons",
    "parties",
    "checklist",
    "files",
]
Input = Literal[
    "",
    "text",
    "area",
    "lines",
    "number",
    "date",
    "moment",
    "choice",
    "reasons",
    "gaps",
    "colleagues",
    "checklist",
    "tick",
]

LONG, MANY = 2000, 50
SEVERITIES = {"minor": "轻微", "ordinary": "一般", "serious": "严重"}
NO_STANDARD = "none"  # it is refused for another reason than what was tested
SELECTED = {"yes": "中标、买受、合格", "no": "没有中标、买受，或者不合格"}
CHECK_RESULTS = {"ok": "符合", "bad": "不符合", "na": "不适用"}  # of one point of a checklist


@dataclass(frozen=True, slots=True)
class Carried:
    """携带的内容 — one thing an action may carry."""

    name: str
    means: str  # said to who writes programs, and on the page where it has no label of its own
    shape: Shape
    least: int | None = None  # of a number
    most: int | None = None  # a number, characters of a text, or entries of a list
    input: Input = ""  # how the desk asks for it; empty: it does not
    label: str = ""
    hint: str = ""
    options: Mapping[str, str] = field(default_factory=dict)  # code → title, where these are all

    @property
    def title(self) -> str:
        """Return what a page calls it."""
        return self.label or self.means


_TABLE = (
    Carried(
        "reasons",
        "理由：理由库代码，或自拟的 {text, material}",
        "reasons",
        most=MANY,
        input="reasons",
        label="理由",
    ),
    Carried("opinion", "意见", "text", most=LONG, input="area"),
    Carried("reason", "理由（延长期限等）", "text", most=LONG, input="area", label="理由"),
    Carried(
        "procedure",
        "特别程序：hearing 听证、testing 检测等八种之一",
        "word",
        input="choice",
        label="特别程序（只有这八种可以停表）",
        options=PROCEDURES,
    ),
    Carried(
        "basis",
        "依据哪部法律、法规的哪一条，这个决定依法需要这项程序",
        "text",
        most=LONG,
        input="text",
        label="依据（哪部法律、法规的哪一条要求这项程序）",
        hint="程序后面已经写明依据的不用填；法律、法规没有要求的，花的时间照样计入期限",
    ),
    Carried(
        "affects",
        "哪些时限不计入：both 法定和承诺（不写就是它），statutory 只有法定",
        "word",
        input="choice",
        label="哪些时限不计入",
        options=AFFECTS,
    ),
    Carried(
        "notice_text",
        "书面告知的内容",
        "text",
        most=LONG,
        input="area",
        label="书面告知申请人的内容",
        hint="会印在告知书里",
    ),
    Carried(
        "statute",
        "哪部法律、法规的哪一条规定应当注销；只有属于其他情形（statute）时写",
        "text",
        most=LONG,
        input="text",
        label="依据（哪部法律、法规的哪一条）",
        hint="只有属于“法律、法规规定的其他情形”的要写",
    ),
    Carried("document", "文书编号", "text", most=LONG, input="text"),
    Carried("findings", "核查结果", "text", most=LONG, input="area"),
    Carried(
        "officers",
        "核查人员的账号，两名以上，其中一名是办理的人",
        "names",
        most=20,
        input="colleagues",
        label="一起核查的人员",
    ),
    Carried(
        "checked_at", "核查的时间，带时区，例如 2026-09-29T10:00+08:00", "moment", input="moment"
    ),
    Carried(
        "checklist",
        "逐项核查的结果：每个审查要点一项，point 从 1 数起，result 为 ok 符合、bad 不符合、na 不适用，不符合的写 note",
        "checklist",
        most=MANY,
        input="checklist",
        label="审查要点",
    ),
    Carried("photos", "现场照片：已上传文件的编号", "files", most=20),
    Carried(
        "confirmed",
        "核查人员签字：true 确认核查记录属实",
        "promise",
        input="tick",
        label="我确认核查记录属实，以我的姓名签字",
    ),
    Carried(
        "days", "工作日数", "number", least=1, most=365, input="number", label="需要多少个工作日"
    ),
    Carried(
        "pause",
        "因什么暂停承诺时限：本地规定的情形之一（directory.policy.promise_stops）",
        "word",
        input="choice",
        label="因什么暂停（法定时限照走）",
    ),
    Carried(
        "standard",
        "不符合哪一项技术标准、技术规范（事项 inspection.standards 中的一项）；不是根据检验、检测、检疫结果不予许可的写 none",
        "text",
        most=LONG,
        input="choice",
        label="不符合哪一项技术标准、技术规范",
    ),
    Carried(
        "selected",
        "招标、拍卖、考试的结果：yes 中标、买受、合格，no 没有",
        "word",
        input="choice",
        label="结果",
        options=SELECTED,
    ),
    Carried(
        "amount",
        "金额，元：通知缴费时只在系统算不出时写，记录缴费、退费时写收到、退回的",
        "amount",
        input="text",
        label="金额（元）",
    ),
    Carried(
        "receipt",
        "票据、缴款凭证的编号",
        "text",
        most=LONG,
        input="text",
        label="票据（缴款凭证）编号",
    ),
    Carried("gaps", "允许后补的材料", "codes", most=MANY, input="gaps"),
    Carried("materials", "补交的材料", "materials", most=100),
    Carried("points", "已改正的问题（理由代码）", "points", most=MANY),
    Carried("form", "改正的表单内容", "form"),
    Carried(
        "parties",
        "利害关系人",
        "parties",
        most=MANY,
        input="lines",
        hint="一行写一位：姓名或者名称，联系方式。中间用逗号隔开",
    ),
    Carried(
        "party",
        "第几位利害关系人，从 1 数起",
        "number",
        least=1,
        most=MANY,
        input="choice",
        label="哪一位利害关系人",
    ),
    Carried("date", "举行听证的日期", "day", input="date", label="日期"),
    Carried(
        "hour",
        "听证几点开始，例如 14:30",
        "text",
        most=5,
        input="text",
        label="几点开始",
        hint="按 24 小时制写，例如 14:30",
    ),
    Carried("place", "地点", "text", most=LONG, input="text"),
    Carried("chair", "听证主持人的账号", "name", input="choice", label="听证主持人"),
    Carried(
        "ground",
        "撤销的情形：fraud 以欺骗、贿赂等不正当手段取得，等七种之一",
        "word",
        input="choice",
        label="属于哪种情形",
        options=GROUNDS,
    ),
    Carried(
        "cause",
        "依职权注销的情形：death 死亡，dissolution 依法终止，force_majeure 不可抗力等六种之一",
        "word",
        input="choice",
        label="属于哪种情形",
        options=DEREGISTRATION_CAUSES,
    ),
    Carried(
        "where",
        "不予受理时，应当向哪个机关申请",
        "text",
        most=LONG,
        input="text",
        label="应当向哪个机关申请",
        hint="不属于本机关职权范围的必须写明，会印在决定书里",
    ),
    Carried(
        "compensation",
        "撤回许可的补偿方案、因机关的过错撤销许可的赔偿方案的文号",
        "text",
        most=LONG,
        input="text",
        label="补偿、赔偿方案的文号",
        hint="会印在决定书上",
    ),
    Carried(
        "notice",
        "登记送达的是第几份文书，即文书的 n",
        "number",
        least=0,
        most=2**31 - 1,
        input="choice",
        label="哪一份文书",
    ),
    Carried("to", "抄送给哪个部门", "code", input="choice", label="部门"),
    Carried(
        "item",
        "针对哪个事项：督办、答复督办的不写就是整件；注销证照、终结事后核查的必须写",
        "item",
        input="choice",
        label="哪一项",
    ),
    Carried("grade", "评价：5 非常满意 … 1 非常不满意", "number", least=1, most=5),
    Carried("text", "评价的话", "text", most=LONG, input="area", label="内容"),
    Carried(
        "on_behalf",
        "true：窗口代没有账号的申请人办理，同时在 document 写明申请人签名的书面申请或委托书",
        "flag",
    ),
    Carried("pledge", "申请信用修复时作出信用承诺", "promise"),
    Carried(
        "severity",
        "失信程度：minor 轻微，ordinary 一般，serious 严重",
        "one_of",
        input="choice",
        label="失信程度",
        options=SEVERITIES,
    ),
    Carried("anonymous", "匿名评价", "flag"),
)
CARRIED: Mapping[str, Carried] = {each.name: each for each in _TABLE}
