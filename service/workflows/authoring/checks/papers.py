"""文书检查 — a department's own words hold what the law demands; every blank of a paper or a certificate can be filled.

Law: 行政许可法 32 ②, 38 ②, 39; R-ACC-7, R-DEC-3.
"""

from collections.abc import Collection, Iterator

from service.workflows.authoring.checks.view import View
from service.workflows.authoring.source import Path, Source
from service.workflows.definition import models
from service.workflows.definition.diagnostics import At, Diagnostic, found, near
from service.workflows.notices import CERTIFICATE_BLANKS, LETTER_BLANKS, LETTER_ELEMENTS, blanks

FORM = "form."


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong with how papers and certificates are worded."""
    if view.pack.directory is not None:
        yield from _departments(view, view.pack.directory, view.source("directory", ""))
    for code, item in view.pack.items.items():
        yield from _grants(view, item, view.source("item", code))
    for code, kind in view.pack.vocabulary.certificates.items():
        yield from _carried(view, code, kind, view.source("certificate", code))
        if kind.face:
            yield from _face(view.source("certificate", code), code, kind, kind.face)


def _departments(view: View, directory: models.Directory, source: Source) -> Iterator[Diagnostic]:
    for department, papers in directory.papers.items():
        if department != models.ALL:
            yield from view.known(
                "department", department, view.departments, source.at_key("papers", department)
            )
        for kind, text in papers.wording.items():
            yield from _wording(source.at("papers", department, "wording", kind), kind, text)


def _wording(at: At, kind: models.NoticeKind, text: str) -> Iterator[Diagnostic]:
    if kind not in LETTER_ELEMENTS:
        said = f"“{kind}”不能自己写正文，照法定的写"
        yield found(at, "E551", said, f"可以写的：{'、'.join(LETTER_ELEMENTS)}")
        return
    yield from _blanks(at, text, LETTER_BLANKS)
    if lacking := [name for name in LETTER_ELEMENTS[kind] if name not in blanks(text)]:
        named = "、".join(f"{{{name}}}" for name in lacking)
        said = f"“{models.NOTICE_TITLES[kind]}”的正文缺少依法应当写明的 {named}"
        yield found(at, "E550", said, f"在正文里写上 {named}")


def _grants(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    known = {f"{FORM}{use.use}" for use in item.field_uses()}
    for name, text in item.grants.items():
        yield from _blanks(source.at("grants", name), text, known)
    if item.grants and not _grants_anything(view, item):
        said = f"“{item.lifecycle}”不发准予决定书，grants 不起作用"
        yield found(source.at_key("grants"), "E551", said, "删去 grants，或换一个生命周期")


def _grants_anything(view: View, item: models.ItemDefinition) -> bool:
    cycle = view.pack.lifecycles.get(item.lifecycle)
    return cycle is None or any(transition.notice == "grant" for transition in cycle.transitions)


def _carried(
    view: View, code: str, kind: models.VocabularyCertificate, source: Source
) -> Iterator[Diagnostic]:
    """Yield what a certificate is to carry that no item which issues it asks for: it would never be there."""
    issuing = [i for i in view.pack.items.values() if i.result and i.result.certificate == code]
    asked = {use.use for item in issuing for use in item.field_uses()}
    for name, field in kind.carries.items() if issuing else ():
        if field in view.pack.vocabulary.fields and field not in asked:
            said = f"发这种证照的事项都不采集“{field}”，证面上不会有"
            hint = "写进事项的 fields，或者从 carries 里删去"
            yield found(source.at("certificates", code, "carries", name), "E551", said, hint)


def _face(
    source: Source, code: str, kind: models.VocabularyCertificate, face: models.CertificateFace
) -> Iterator[Diagnostic]:
    known = {*CERTIFICATE_BLANKS, *kind.carries}
    for index, line in enumerate(face.lines):
        path: Path = ("certificates", code, "face", "lines", index, "say")
        yield from _blanks(source.at(*path), line.say, known)
    said = {name for line in face.lines for name in blanks(line.say)}
    if "number" not in said:
        at = source.at("certificates", code, "face")
        yield found(at, "E550", "证面上没有编号 {number}", "加一行 {label: 编号, say: '{number}'}")
    if kind.valid and "until" not in said:
        at = source.at("certificates", code, "face")
        yield found(
            at, "E550", "证面上没有有效期止 {until}", "加一行 {label: 有效期至, say: '{until}'}"
        )


def _blanks(at: At, text: str, known: Collection[str]) -> Iterator[Diagnostic]:
    for name in blanks(text):
        if name not in known:
            said = f"不认识的空 {{{name}}}"
            yield found(at, "E551", said, near(name, known) or "核对名称")
