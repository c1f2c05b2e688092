"""载入 — the files of a pack to typed definitions and everything that is wrong with them, all at once.

Pure: files are given as {relative path: content}. A file that cannot be read makes no cascade: what might have been
defined in it is not reported missing elsewhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from service.unsearched import unsearched
from service.workflows.authoring import checks, shape
from service.workflows.authoring.causes import only_causes
from service.workflows.authoring.pack import Pack, Story
from service.workflows.authoring.source import Source, read, read_text
from service.workflows.authoring.standard import standard_lifecycles
from service.workflows.definition import models
from service.workflows.definition.diagnostics import At, Diagnostic, found

CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
PARTS = {
    "fields": "field",
    "materials": "material",
    "certificates": "certificate",
    "reasons": "reason",
    "checks": "check",
    "registers": "register",
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of loading: the pack when nothing is wrong with it, and all findings in order of file and line."""

    pack: Pack | None
    diagnostics: list[Diagnostic]


def load_pack(files: Mapping[str, bytes | str]) -> Loaded:
    """Read, validate and check the files of one pack."""
    with unsearched():  # a third of the time of a thousand definitions went there
        return _loaded(files)


def _loaded(files: Mapping[str, bytes | str]) -> Loaded:
    reading = _Reading()
    for file in sorted(files):
        if file.endswith((".yaml", ".yml")):
            reading.definition(file, files[file])
        elif file.endswith((".md", ".txt")):
            reading.text(file, files[file])
    pack = reading.pack()
    told = [*reading.findings, *checks.run(pack, frozenset(reading.unread))]
    findings = [_with_departments(pack, each) for each in only_causes(pack, told)]
    findings.sort(key=_in_order)
    broken = any(each.severity == "error" for each in findings)
    return Loaded(None if broken else pack, findings)


def _with_departments(pack: Pack, each: Diagnostic) -> Diagnostic:
    """List the departments with their codes where one was written that there is not: their titles are what people know."""
    known = pack.directory.departments if pack.directory else {}
    if each.code != "E201" or not known or each.hint.startswith("是不是"):
        return each
    listed = "、".join(f"{code}（{title}）" for code, title in known.items())
    return replace(each, hint=f"写部门的代码：{listed}")


def _in_order(each: Diagnostic) -> tuple[bool, str, int, int, str]:
    """Causes first: what could not be read (E0, E1) stands before what refers to it."""
    return each.code[:2] not in ("E0", "E1"), each.file, each.line, each.col, each.code


@dataclass
class _Reading:
    """A pack being put together, one file after the other."""

    findings: list[Diagnostic] = field(default_factory=list)
    # Kinds of which some definition could not be read.
    unread: set[str] = field(default_factory=set)
    origins: dict[tuple[str, str], Source] = field(default_factory=dict)
    coded: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            kind: {} for kind in ("lifecycle", "item", "bundle", "overlay", *PARTS)
        }
    )
    directory: models.Directory | None = None
    calendars: list[models.Calendar] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def definition(self, file: str, content: bytes | str) -> None:
        source, findings = read(file, content)
        model: models.Model | None = None
        if source is not None:
            model, findings = shape.check(source)
        self.findings += findings
        if source is None or model is None:
            self.unread.update(_kinds_of(content))
            return
        if isinstance(model, models.Vocabulary):
            for part, kind in PARTS.items():
                for code, entry in getattr(model, part).items():
                    self.add(part, kind, code, entry, source, source.at_key(part, code))
        elif isinstance(model, models.Directory):
            self.only_directory(model, source)
        elif isinstance(model, models.Calendar):
            self.calendars.append(model)
            self.origins["calendar", f"{model.layer} {model.year} {file}"] = source
        elif isinstance(model, models.Scenario):
            self.stories.append(Story(file, model, source))
        elif isinstance(
            model, models.Lifecycle | models.ItemDefinition | models.Bundle | models.Overlay
        ):
            self.add(model.kind, model.kind, model.code, model, source, source.at("code"))

    def add(self, part: str, kind: str, code: str, model: Any, source: Source, at: At) -> None:
        first = self.origins.get((kind, code))
        if first is not None:
            self.unread.add(kind)  # which of the two was meant, nobody knows
            self.findings.append(
                found(
                    at, "E112", f"“{code}”已经定义过了", f"第一次在 {first.file}，请改名或删去一个"
                )
            )
            return
        if kind == "lifecycle" and code in standard_lifecycles():
            self.findings.append(
                found(at, "E409", f"“{code}”是标准生命周期，不能另写", "换一个代码")
            )
            return
        self.origins[kind, code] = source
        self.coded[part][code] = model

    def only_directory(self, model: models.Directory, source: Source) -> None:
        if self.directory is not None:
            first = self.origins["directory", ""]
            message = f"已经有机构目录 {first.file}"
            self.findings.append(
                found(source.at("kind"), "E114", message, "一个定义包只写一个 directory")
            )
            return
        self.directory = model
        self.origins["directory", ""] = source

    def text(self, file: str, content: bytes | str) -> None:
        code = PurePosixPath(file).stem
        if not CODE.fullmatch(code):
            return  # a readme beside the definitions
        text, findings = read_text(file, content)
        self.findings += findings
        if code in self.texts:
            self.findings.append(found(At(file), "E112", f"文本“{code}”已经有了", "换一个文件名"))
        self.texts.setdefault(code, text)

    def pack(self) -> Pack:
        return Pack(
            directory=self.directory,
            vocabulary=models.Vocabulary(
                kind="vocabulary", **{part: self.coded[part] for part in PARTS}
            ),
            calendars=tuple(self.calendars),
            lifecycles={**standard_lifecycles(), **self.coded["lifecycle"]},
            items=self.coded["item"],
            bundles=self.coded["bundle"],
            scenarios=tuple(self.stories),
            texts=self.texts,
            origins=self.origins,
            overlays=self.coded["overlay"],
        )


def _kinds_of(content: bytes | str) -> set[str]:
    """Guess what a file that cannot be read would have defined; everything, when it does not say."""
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    said = re.search(r"^kind:\s*[\"']?([a-z]+)", text, re.MULTILINE)
    return {said[1]} if said and said[1] in models.KINDS else set(models.KINDS)
