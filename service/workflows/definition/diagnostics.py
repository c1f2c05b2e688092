"""诊断 — what is wrong in a definition, where, and how to mend it; and the explanation behind every code."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

import yaml

SHOWN = 12  # of many names that are known


class At(NamedTuple):
    """位置 — line and column of a file, both from 1, columns in characters."""

    file: str
    line: int = 1
    col: int = 1


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """诊断 — one finding at one place, with the mend when there is one."""

    file: str
    line: int
    col: int
    code: str
    message: str
    hint: str = ""

    @property
    def severity(self) -> Literal["error", "warning"]:
        """Return whether it stops publication: codes in W… do not."""
        return "warning" if self.code.startswith("W") else "error"

    def __str__(self) -> str:
        line = f"{self.file}:{self.line}:{self.col} {self.code} {self.message}"
        return f"{line}\n  提示：{self.hint}" if self.hint else line

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON: {file, line, col, code, severity, message, hint}."""
        return {
            "file": self.file,
            "line": self.line,
            "col": self.col,
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
        }


def found(at: At, code: str, message: str, hint: str = "") -> Diagnostic:
    """Build the finding at one place."""
    return Diagnostic(at.file, at.line, at.col, code, message, hint)


def near(name: str, known: Collection[str]) -> str:
    """Say which known name was probably meant, else list them; of many the first, and how many more there are."""
    return _near(name, tuple(known))


@lru_cache(maxsize=1024)
def _near(name: str, known: tuple[str, ...]) -> str:
    meant = get_close_matches(name, known, n=1, cutoff=0.6)
    if meant:
        return f"是不是想写“{meant[0]}”？"
    listed = sorted(known)
    if not listed:
        return ""
    left = f"，另有 {len(listed) - SHOWN} 个没有列出" if len(listed) > SHOWN else ""
    return f"可用的有：{'、'.join(listed[:SHOWN])}{left}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """解释 — the rule behind a code, with a bad and a good example."""

    title: str
    why: str
    example_bad: str
    example_good: str


@cache
def explanations() -> Mapping[str, Explanation]:
    """Return the explanation of every code a definition can be given."""
    text = files(__package__).joinpath("explanations.yaml").read_text(encoding="utf-8")
    read: dict[str, dict[str, str]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return {
        code: Explanation(e["title"], e["why"], e["bad"], e["good"]) for code, e in read.items()
    }
