"""印制 — typst sets a paper as PDF/A in Chinese, or says plainly what is missing; never boxes in place of characters."""

import re
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from service.errors import Unavailable

if TYPE_CHECKING:
    import typst

CHINESE = (  # the first that is installed is used, the others for characters it lacks
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "Microsoft YaHei", "PingFang SC",
    "Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN", "Noto Serif SC", "SimSun", "FangSong", "STSong",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "AR PL UMing CN", "SimSun-ExtB", "HanaMinB",
)  # fmt: skip
INSTEAD = "也可以打开网页版（地址末尾的 .pdf 改成 .html），从浏览器打印。"
NO_TYPST = f"这台服务器没有安装生成 PDF 的组件。请管理员运行 pip install 'yijianshi[pdf]'；{INSTEAD}"
NO_FONT = (
    f"这台服务器没有中文字体，不能生成 PDF。请管理员安装（Debian：apt-get install fonts-noto-cjk）后重启；{INSTEAD}"
)
STANDARDS: list["typst.PDFStandard"] = [
    "a-2a",
    "ua-1",
]  # for the archive and for screen readers; both refuse a character without a glyph
_UNKNOWN = re.compile(r"the (?:text|PDF contains the codepoint) ?`\"(.{1,40}?)\"`")


def fonts() -> tuple[str, ...]:
    """Return the Chinese fonts there are. Raises Unavailable when typst or every font is missing."""
    return _equipment()[1]


def pdf(markup: str, inputs: dict[str, str], issued_at: datetime) -> bytes:
    """Set a paper; the same inputs give the same bytes. Blocking: call it in a thread. Raises Unavailable."""
    known, _ = _equipment()
    from typst import Compiler, TypstError

    press = Compiler(markup.encode(), font_paths=known, sys_inputs=inputs)
    try:
        made = press.compile(format="pdf", pdf_standards=STANDARDS, timestamp=issued_at)
    except TypstError as error:
        if found := _UNKNOWN.search(error.message):
            raise Unavailable(
                f"已安装的字体里没有“{found[1]}”这个字，不能生成 PDF。请管理员安装收字更全的字体；{INSTEAD}"
            ) from None
        raise
    assert isinstance(made, bytes)
    return made


@cache
def _equipment() -> tuple["typst.Fonts", tuple[str, ...]]:
    try:
        import typst
    except ImportError:
        raise Unavailable(NO_TYPST) from None
    known = typst.Fonts()
    families = set(known.families())
    chinese = tuple(name for name in CHINESE if name in families)
    if not chinese:
        raise Unavailable(NO_FONT)
    return known, chinese
