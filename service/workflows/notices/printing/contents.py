"""文书所载 — what a paper shows, taken once from the stored notice; the page and the sheet only lay it out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from service.workflows.application import DOCUMENTS
from service.workflows.application.papers import requirement
from service.workflows.calendar import local_date
from service.workflows.case import record
from service.workflows.case.columns import AcceptedItem, PointTold, Remedies, Served
from service.workflows.case.engine import APPLICANT
from service.workflows.case.parts import THIRD_PARTY, Case, Notice
from service.workflows.case.representing import said_of
from service.workflows.definition.release import Release
from service.workflows.notices import matters
from service.workflows.notices.citations import cited
from service.workflows.notices.dates import say_date
from service.workflows.notices.numbering import WORDS

# official papers and what is handed over; a receipt or a message is only given
SIGNED_FOR = frozenset({*WORDS, "issue", "delivery_receipt"})
DAY_TO_FILL_IN = "　　　　　　　　　　年　　月　　日"
MANY = 8
ACCEPTED_HEADS = ("序号", "事项（类别）", "承办机关", "法定期限至", "承诺办结")
NOT_SET, NOT_PROMISED, BY_LAW = "未规定", "未承诺", "按法定期限"
STATUTORY = "法定期限"
RECEIPT = "receipt"
PROGRESS = "扫码查进度"
UNCHANGING = "本文书自发出之日起内容不再变更；如需更正，另发新的文书。"
GENUINE = (
    "扫描二维码或打开下面的网址可以核验真伪：编号、名称、日期、机关和内容指纹都一致的，才是真的。"
)
SEAL_PLACE = "印章位置"
NO_FORCE = "演示，无效"
SAMPLE = "示例文书，没有法律效力"
ID_TITLES = {  # kind of applicant → what the number is called
    "enterprise": "统一社会信用代码",
    "sole-trader": "统一社会信用代码",
    "organisation": "统一社会信用代码",
    "individual": "公民身份号码",
}
POINTS = {  # what the points of a paper are
    "payment": "收费项目、标准和依据",
    "payment_waived": "收费项目、标准和依据",
    "payment_refunded": "收费项目、标准和依据",
    "correction": "需要补正的内容",
    "rectification": "需要整改的内容",
    "follow_up_result": "核查发现",
    "refusal": "不予办理的理由",
    "not_accepted": "不予受理的理由",
    "not_required": "不受理的理由",
    "revocation": "撤销的理由",
    "commitment_refused": "理由",
    "termination": "终止的理由",
    "credit_recorded": "认定的事实",
    "repair_refused": "不予修复的理由",
    "feedback_overdue": "没有反馈的部门和事项",
    "stopped": "终止的理由",
    "lapse": "理由",
}
ListKey = Literal[
    "checked", "materials", "fetched", "promised", "exempted", "missing", "certificates"
]
LISTS: dict[ListKey, str] = {
    "checked": "逐项核查的结果",
    "materials": "已经收到的材料",
    "fetched": "由系统调取或者生成，不用您交的材料",
    "promised": "以书面承诺代替的材料",
    "exempted": "免交的材料",
    "missing": "还没有收到的材料",
    "certificates": "发放的证照",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a list; `detail` is said below it in smaller letters."""

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a paper under a heading: sentences, a numbered list, then rows of (name, what)."""

    title: str
    sentences: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    heads: tuple[str, ...] = ()  # of a table with columns of its own, whose rows are `cells`
    cells: tuple[tuple[str, ...], ...] = ()

    @property
    def is_long_list(self) -> bool:
        """Tell whether it lists many short things, which stand in two columns."""
        return len(self.lines) > MANY and not any(line.detail for line in self.lines)


@dataclass(frozen=True, slots=True)
class Contents:
    """一份文书所载的全部内容 — in the order in which it is read."""

    authority: str  # whose paper it is; for a reminder within the offices, that it is one
    title: str
    number: str
    facts: tuple[tuple[str, str], ...]
    addressee: str
    sentences: tuple[str, ...]
    sections: tuple[Section, ...]
    signed: str
    seal: str  # that it bears a seal, in words; empty when it bears none
    issued_on: date
    verify_url: str
    sha256: str  # of the body, see `fingerprint`
    track_url: str = ""  # on a receipt: where anyone who holds it sees how far the case is
    document_number: str = ""  # 文号, of those that have one
    identity: str = ""  # the number of whom it is addressed to, named and partly hidden
    example: bool = False  # of a sample city: without force, and it says so
    served: tuple[
        tuple[str, str], ...
    ] = ()  # 送达签收: what is filled in by who hands it over and who takes it

    @property
    def to(self) -> str:
        """Return to whom it is addressed, with the number they are known by."""
        return f"{self.addressee}（{self.identity}）" if self.identity else self.addressee

    @property
    def issued(self) -> str:
        """Return the date of issue: 2026年11月5日."""
        return say_date(self.issued_on)


def fingerprint(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a paper says: its body as JSON in UTF-8, sorted keys, no spaces."""
    return record.digest(body)


def track_address(base: str, case: Case) -> str:
    """Return the address of the public progress of a case; empty for who must not have its query code."""
    return f"{base}/track/{case.number}?code={case.query_code}" if base and case.query_code else ""


def prepared(
    notice: Notice, case: Case, release: Release, *, verify_url: str, base: str = ""
) -> Contents:
    """Read a notice as a paper; departments and titles are those of the release the case is pinned to (R-ACC-7).

    `base` is the address of the service: a receipt leads from there to the progress of its case.
    """
    outward = notice.to in (APPLICANT, THIRD_PARTY)
    said = notice.body.get("department")
    authority = said or release.directory.authority(_department(notice, case, release))
    return Contents(
        authority=authority if outward else "内部提示（不对外发出）",
        title=notice.title,
        number=notice.number,
        facts=tuple(_facts(notice, case, release)),
        addressee=_addressee(notice, case, release),
        sentences=tuple(filter(None, [notice.body.get("text", "")])),
        sections=tuple(
            section
            for section in _sections(notice, release)
            if section.sentences or section.lines or section.rows or section.cells
        ),
        signed=authority if outward else "系统自动发出",
        seal=f"（加盖{authority}印章）" if outward else "",
        issued_on=local_date(notice.issued_at),
        verify_url=verify_url,
        sha256=fingerprint(notice.body),
        track_url=track_address(base, case) if notice.kind == RECEIPT else "",
        document_number=notice.body.get("document_number", ""),
        identity=_identity(case) if notice.to == APPLICANT else "",
        example=release.directory.example,
        served=tuple(_served(notice, case)),
    )


def masked_id(number: str) -> str:
    """Hide a person's or company's number but for its first four and last two characters."""
    if len(number) >= 12:
        return f"{number[:4]}{'*' * (len(number) - 6)}{number[-2:]}"
    return "*" * len(number)


def _addressee(notice: Notice, case: Case, release: Release) -> str:
    if notice.to == THIRD_PARTY:
        return notice.body["addressee"]
    if notice.to == APPLICANT:
        return case.applicant_name
    return release.directory.authority(notice.to)


def _department(notice: Notice, case: Case, release: Release) -> str:
    item = case.items.get(notice.item)
    subject = release.subject(notice.item)
    return item.department if item else subject.department if subject else release.bundle.lead


def _identity(case: Case) -> str:
    known = DOCUMENTS.get(case.applicant_document)
    title = known.title if known else ID_TITLES.get(case.applicant_type, "证件号码")
    return f"{title} {masked_id(case.applicant_id)}"


def _served(notice: Notice, case: Case) -> Iterator[tuple[str, str]]:
    """Yield the lines to sign by which it is shown that and when a paper was served (行政许可法 44; 送达回证)."""
    if notice.to not in (APPLICANT, THIRD_PARTY) or notice.kind not in SIGNED_FOR:
        return
    online = notice.to == APPLICANT and case.channel == "online"
    if notice.kind == "tolerant_acceptance":
        yield "按期补齐承诺（签名）", DAY_TO_FILL_IN
    if not notice.body.get("served"):  # how it was served is told above
        by = f"□当场领取　□邮寄　{'■' if online else '□'}电子送达"
        yield "送达方式和送达人", f"{by}　　送达人："
    yield "受送达人签名或者盖章", DAY_TO_FILL_IN
    if notice.body.get("served"):
        yield "送达人签名", DAY_TO_FILL_IN


def _facts(notice: Notice, case: Case, release: Release) -> Iterator[tuple[str, str]]:
    if notice.to != APPLICANT:
        yield "申请人", case.applicant_name
    if notice.to != THIRD_PARTY and (by := said_of(case)):
        role, _, who = by.partition(" ")
        yield role, who
    if notice.item:
        yield "事项", release.title_of(notice.item)
    yield "一件事", release.bundle.title
    asking = ""
    if case.query_code and notice.to == APPLICANT:
        asking = f"，查询码 {case.query_code}（可查进度）"
    yield "办件编号", case.number + asking


def _sections(notice: Notice, release: Release) -> Iterator[Section]:
    body = notice.body
    points = _lines(body.get("points", ()))
    if asked := body.get("asked"):
        points = _points_asked(asked, release)
    subject = release.subject(notice.item)
    category = subject.category if subject else "licence"
    about = POINTS.get(notice.kind, "具体内容")
    if notice.kind == "refusal" and subject:
        about = f"{matters.REFUSED[category]}的理由"
    yield Section(about, lines=points)
    days = _dates_said(body.get("dates", {}))
    if grants := body.get(
        "grants"
    ):  # until when the certificate is handed over belongs to what is granted
        yield Section(matters.CONTENTS[category], rows=(*grants.items(), *days))
    yield Section("送达情况", rows=_service(body.get("served")))
    if limits := body.get("limits"):
        yield _accepted(limits, release)
    else:
        heading = "各事项的办理部门和结果" if notice.kind == "result" else "事项和办理部门"
        yield Section(heading, rows=_items(body.get("items", ()), release))
    for key, title in LISTS.items():
        yield Section(title, lines=_lines(body.get(key, ())))
    yield Section("期限", rows=() if grants else days)
    yield Section("补齐以前和以后", lines=_lines(body.get("consequences", ())))
    yield Section("说明", tuple(filter(None, [body.get("note", "")])))
    law = body.get("law") or body.get("basis") or ""
    yield Section("依据", tuple(filter(None, [cited(law)])))
    if remedies := body.get("remedies"):
        yield _remedies(remedies)


def _accepted(limits: Iterable[AcceptedItem], release: Release) -> Section:
    """Lay out what is accepted as one table: each item with its authority, its statutory and its promised last day."""
    told = list(limits)
    one_day = len({each["accepted_on"] for each in told}) == 1
    cells = []
    for n, each in enumerate(told, start=1):
        item = release.items[each["item"]]
        of = matters.TITLES[item.category]
        of += "" if one_day else f"，{_day_said(each['accepted_on'])}受理"
        statutory, promised = each.get("statutory_on"), each.get("promised_on")
        days = (
            _day_said(statutory) if statutory else NOT_SET,
            _day_said(promised) if promised else BY_LAW if statutory else NOT_PROMISED,
        )
        authority = release.directory.authority(item.department)
        cells.append((str(n), f"{item.title}（{of}）", authority, *days))
    return Section("受理的事项和办理期限", heads=ACCEPTED_HEADS, cells=tuple(cells))


def _remedies(remedies: Remedies) -> Section:
    law = f"（{cited(remedies['law'])}）" if remedies.get("law") else ""
    said = f"{remedies['text'].removesuffix('。')}{law}。"
    last_days = {
        "申请行政复议的最后一日": remedies.get("review_until"),
        "提起行政诉讼的最后一日": remedies.get("suit_until"),
    }
    rows = tuple((title, f"{_day_said(day)}（含当日）") for title, day in last_days.items() if day)
    return Section("您的救济权利", (said,), rows=rows)


def _service(served: Served | None) -> tuple[tuple[str, str], ...]:
    if served is None:
        return ()
    return (
        ("送达的文书", served["paper"]),
        ("文号", served["number"]),
        ("送达日期", _day_said(served["on"])),
        ("送达方式和凭证", served["document"]),
    )


def _lines(texts: Iterable[str]) -> tuple[Line, ...]:
    return tuple(Line(text) for text in texts)


def _items(told: Iterable[str], release: Release) -> tuple[tuple[str, str], ...]:
    """List items, `title` or `title：result`, each with its authority: one paper may speak of several (R-ACC-7)."""
    owners = {
        item.title: release.directory.authority(item.department) for item in release.items.values()
    }
    rows = []
    for text in told:
        title, _, result = (text, "", "") if text in owners else text.rpartition("：")
        rows.append((title, "：".join(filter(None, [owners.get(title, ""), result]))))
    return tuple(rows)


def _points_asked(points: Iterable[PointTold], release: Release) -> tuple[Line, ...]:
    """List what is to be corrected, each point with its item, its authority and the paper or field it concerns (R-BND-4)."""
    found = []
    for point in points:
        item = release.items.get(point["code"])
        about = [
            point["item"] + (f"（{release.directory.authority(item.department)}）" if item else "")
        ]
        if (code := point.get("material")) and code in release.vocabulary.materials:
            asked = requirement(release, code)
            about.append(
                f"材料：{release.vocabulary.materials[code].title}"
                + (f"（{asked}）" if asked else "")
            )
        if (name := point.get("field")) and name in release.vocabulary.fields:
            about.append(f"表单：{release.vocabulary.fields[name].title}")
        found.append(Line(point["title"], "；".join(about)))
    return tuple(found)


def _dates_said(dates: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Say the dates; a statutory one that equals the one it stands beside is not said twice."""
    said = []
    for title, day in dates.items():
        beside = title.removesuffix(STATUTORY) + "期限"
        if not (title.endswith(STATUTORY) and dates.get(beside) == day):
            said.append((title, _day_said(day)))
    return tuple(said)


def _day_said(day: str) -> str:
    return say_date(date.fromisoformat(day))
