"""文书所载 — what a paper shows, taken once from the stored notice; the page and the sheet only lay it out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.workflows import evidence
from service.workflows.calendar import local_date
from service.workflows.case import THIRD_PARTY, Case, Notice
from service.workflows.language.release import Release
from service.workflows.machine import APPLICANT
from service.workflows.notices import say_date
from service.workflows.tools.papers.citations import cited

STATUTORY = "法定期限"
RECEIPT = "receipt"
PROGRESS = "扫码查进度"
UNCHANGING = "本文书自发出之日起内容不再变更；如需更正，另发新的文书。"
GENUINE = "扫描二维码或打开下面的网址可以核验真伪：编号、名称、日期、机关和内容指纹都一致的，才是真的。"
POINTS = {  # what the points of a paper are
    "correction": "需要补正的内容", "rectification": "需要整改的内容", "follow_up_result": "核查发现", "refusal": "不予准予的理由",
    "not_accepted": "不予受理的理由", "not_required": "不受理的理由", "revocation": "撤销的理由", "commitment_refused": "理由",
    "stopped": "终止的理由", "lapse": "理由",
}  # fmt: skip
LISTS = {
    "materials": "已经收到的材料",
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
    seal: str  # which seal it bears, in words; empty when it bears none
    issued_on: date
    verify_url: str
    sha256: str  # of the body, see `fingerprint`
    track_url: str = ""  # on a receipt: where anyone who holds it sees how far the case is

    @property
    def issued(self) -> str:
        """Return the date of issue: 2026年11月5日."""
        return say_date(self.issued_on)


def fingerprint(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a paper says: its body as JSON in UTF-8, sorted keys, no spaces."""
    return evidence.digest(body)


def track_address(base: str, case: Case) -> str:
    """Return the address of the public progress of a case; empty for who must not have its query code."""
    return f"{base}/track/{case.number}?code={case.query_code}" if base and case.query_code else ""


def prepared(notice: Notice, case: Case, release: Release, *, verify_url: str, base: str = "") -> Contents:
    """Read a notice as a paper; departments and titles are those of the release the case is pinned to (R-ACC-7).

    `base` is the address of the service: a receipt leads from there to the progress of its case.
    """
    outward = notice.to in (APPLICANT, THIRD_PARTY)
    departments = release.directory.departments
    authority = notice.body.get("department") or departments[_department(notice, release)]
    return Contents(
        authority=authority if outward else "内部提示（不对外发出）",
        title=notice.title,
        number=notice.number,
        facts=tuple(_facts(notice, case, release)),
        addressee=_addressee(notice, case, release),
        sentences=tuple(filter(None, [str(notice.body.get("text", ""))])),
        sections=tuple(
            section for section in _sections(notice, release) if section.sentences or section.lines or section.rows
        ),
        signed=authority if outward else "系统自动发出",
        seal=f"（盖章：{authority}行政审批专用章）" if outward else "",
        issued_on=local_date(notice.issued_at),
        verify_url=verify_url,
        sha256=fingerprint(notice.body),
        track_url=track_address(base, case) if notice.kind == RECEIPT else "",
    )


def masked_id(number: str) -> str:
    """Hide a person's or company's number but for its first four and last two characters."""
    return f"{number[:4]}{'*' * (len(number) - 6)}{number[-2:]}" if len(number) >= 12 else "*" * len(number)


def _addressee(notice: Notice, case: Case, release: Release) -> str:
    if notice.to == THIRD_PARTY:
        return str(notice.body["addressee"])
    return case.applicant_name if notice.to == APPLICANT else release.directory.departments.get(notice.to, notice.to)


def _department(notice: Notice, release: Release) -> str:
    item = release.subject(notice.item)
    return item.department if item else release.bundle.lead


def _facts(notice: Notice, case: Case, release: Release) -> Iterator[tuple[str, str]]:
    yield "申请人", case.applicant_name
    yield "证件号码", f"{masked_id(case.applicant_id)}（部分隐去）"
    if notice.item:
        yield "事项", release.title_of(notice.item)
    yield "一件事", release.bundle.title
    yield (
        "办件编号",
        case.number + (f"，查询码 {case.query_code}（可查进度）" if case.query_code and notice.to == APPLICANT else ""),
    )


def _sections(notice: Notice, release: Release) -> Iterator[Section]:
    body = notice.body
    heading = POINTS.get(notice.kind, "有关内容")
    yield Section(
        heading, lines=_asked(body["asked"], release) if body.get("asked") else _lines(body.get("points", ()))
    )
    yield Section(
        "各事项的办理部门和结果" if notice.kind == "result" else "事项和办理部门",
        rows=_items(body.get("items", ()), release),
    )
    for key, title in LISTS.items():
        yield Section(title, lines=_lines(body.get(key, ())))
    yield Section("期限", rows=_dates(body.get("dates", {})))
    yield Section("说明", tuple(filter(None, [str(body.get("note", ""))])))
    yield Section("依据", tuple(filter(None, [cited(str(body.get("law") or body.get("basis") or ""))])))
    if remedies := body.get("remedies"):
        rows = (("申请行政复议的最后一日", "review_until"), ("提起行政诉讼的最后一日", "suit_until"))
        last = tuple((title, _day(remedies[key])) for title, key in rows if key in remedies)
        law = f"依据：{cited(remedies['law'])}。" if remedies.get("law") else ""
        yield Section("您的救济权利", tuple(filter(None, [remedies["text"], law])), rows=last)


def _lines(texts: Iterable[str]) -> tuple[Line, ...]:
    return tuple(Line(text) for text in texts)


def _items(told: Iterable[str], release: Release) -> tuple[tuple[str, str], ...]:
    """List items, `title` or `title：result`, each with its authority: one paper may speak of several (R-ACC-7)."""
    owners = {item.title: release.directory.departments[item.department] for item in release.items.values()}
    rows = []
    for text in told:
        title, _, result = (text, "", "") if text in owners else text.rpartition("：")
        rows.append((title, "：".join(filter(None, [owners.get(title, ""), result]))))
    return tuple(rows)


def _asked(points: Iterable[Mapping[str, Any]], release: Release) -> tuple[Line, ...]:
    """List what is to be corrected, each point with its item, its authority and the paper or field it concerns (R-BND-4)."""
    found = []
    for point in points:
        item = release.items.get(point["code"])
        about = [point["item"] + (f"（{release.directory.departments[item.department]}）" if item else "")]
        if (code := point.get("material")) and code in release.vocabulary.materials:
            about.append(f"材料：{release.vocabulary.materials[code].title}")
        if (name := point.get("field")) and name in release.vocabulary.fields:
            about.append(f"表单：{release.vocabulary.fields[name].title}")
        found.append(Line(point["title"], "；".join(about)))
    return tuple(found)


def _dates(dates: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Say the dates; a statutory one that equals the one it stands beside is not said twice."""
    said = []
    for title, day in dates.items():
        beside = title.removesuffix(STATUTORY) + "期限"
        if not (title.endswith(STATUTORY) and dates.get(beside) == day):
            said.append((title, _day(day)))
    return tuple(said)


def _day(day: str) -> str:
    return say_date(date.fromisoformat(day))
