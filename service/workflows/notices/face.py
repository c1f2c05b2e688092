"""证面 — what a certificate shows, from what was kept when it was issued; the template is the pack's (`certificates.<c>.face`).

A certificate that no longer holds says so across its face, whichever way it ended. Law: 行政许可法 39, 69, 70;
国务院关于在线政务服务的若干规定 10 (电子证照).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib.resources import files
from typing import Literal

from service.workflows.application.fieldtypes import say
from service.workflows.case.parts import Certificate
from service.workflows.definition.models import CertificateFace, VocabularyCertificate
from service.workflows.definition.release import Release
from service.workflows.notices.dates import say_date
from service.workflows.notices.letters import PLACEHOLDER
from service.workflows.notices.printing import qr

BLANKS = frozenset(
    {"number", "holder", "holder_id", "item", "from", "until", "issued", "authority"}
)
MARKUP = files(__package__).joinpath("face.typ").read_text(encoding="utf-8")
SCAN = "扫码核验这份证照"
FOR_EVER = "长期"
ENDED: Mapping[str, str] = {  # what stands across the face of one that does not hold
    "made": "未颁发",
    "void": "未颁发",
    "pending": "未生效",
    "expired": "已过期",
    "superseded": "已换发",
    "revoked": "已撤销",
    "recalled": "已撤回",
    "deregistered": "已注销",
}


@dataclass(frozen=True, slots=True)
class Line:
    """证面的一行 — a label and what is said; `wide` takes the whole width."""

    label: str
    said: str
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """一张证面 — everything that is laid out; `ended` stands across it, empty while it holds."""

    title: str
    style: Literal["licence", "opinion", "receipt"]
    lines: tuple[Line, ...]
    number: str
    holder: str
    until: str
    authority: str
    issued_on: date
    note: str
    ended: str
    example: bool
    verify_url: str

    @property
    def issued(self) -> str:
        """Return the day of issue: 2026年9月18日."""
        return say_date(self.issued_on)


def face_of(
    certificate: Certificate, release: Release, department: str, *, state: str, verify_url: str
) -> Face:
    """Lay out what a certificate says; `state` is that of today, `department` the one that issued it."""
    kind = release.vocabulary.certificates[certificate.certificate]
    known = _known(certificate, release, department, kind)
    face = kind.face
    lines = _filled(face, known) if face else _plain(certificate, release, kind, known)
    return Face(
        title=certificate.title,
        style=face.style if face else "receipt",
        lines=tuple(lines),
        number=certificate.number,
        holder=certificate.holder_name,
        until=known["until"],
        authority=known["authority"],
        issued_on=certificate.issued_on,
        note=(face.note if face else None) or "",
        ended=ENDED.get(state, ""),
        example=release.directory.example,
        verify_url=verify_url,
    )


def _known(
    certificate: Certificate, release: Release, department: str, kind: VocabularyCertificate
) -> dict[str, str]:
    """Return what can be filled in, in words; what was not filled in is not there."""
    until, fields = certificate.valid_until, release.vocabulary.fields
    said = {
        name: say(fields[field], certificate.carries[name], release.directory.region)
        for name, field in kind.carries.items()
        if field in fields and certificate.carries.get(name) not in (None, "", [])
    }
    return {
        **said,
        "number": certificate.number,
        "holder": certificate.holder_name,
        "holder_id": certificate.holder_id,
        "item": release.title_of(certificate.item),
        "from": say_date(certificate.valid_from or certificate.issued_on),
        "until": say_date(until) if until else FOR_EVER,
        "issued": say_date(certificate.issued_on),
        "authority": release.directory.authority(department),
    }


def _filled(face: CertificateFace, known: Mapping[str, str]) -> Iterator[Line]:
    for line in face.lines:
        names = PLACEHOLDER.findall(line.say)
        if not names or any(name in known for name in names):
            said = PLACEHOLDER.sub(lambda found: known.get(found[1], ""), line.say)
            yield Line(line.label, said, line.wide)


def _plain(
    certificate: Certificate,
    release: Release,
    kind: VocabularyCertificate,
    known: Mapping[str, str],
) -> Iterator[Line]:
    """Yield what a certificate without a template says: number, holder, validity, what it carries."""
    yield Line("编号", known["number"])
    yield Line("持证人", known["holder"])
    yield Line("证件号码", known["holder_id"])
    yield Line("办理事项", known["item"], wide=True)
    for name, field in kind.carries.items():
        if name in known:
            yield Line(release.vocabulary.fields[field].title, known[name], wide=True)
    yield Line(
        "有效期", f"{known['from']}至{known['until']}" if certificate.valid_until else FOR_EVER
    )


def typst(face: Face, fonts: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Return the typst markup of a certificate, which is always the same, and the inputs that fill it."""
    shown = {
        **asdict(face),
        "issued": face.issued,
        "issued_on": [face.issued_on.year, face.issued_on.month, face.issued_on.day],
        "qr": qr.svg(face.verify_url, SCAN),
        "scan": SCAN,
        "fonts": fonts,
    }
    return MARKUP, {"face": json.dumps(shown, ensure_ascii=False)}
