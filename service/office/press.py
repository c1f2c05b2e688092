"""印制 — typst sets a paper as PDF/A in Chinese, or says plainly what is missing; never boxes in place of characters."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING

from service.errors import Unavailable

if TYPE_CHECKING:
    import typst

CHINESE_FONTS = (  # the first that is installed is used, the others for characters it lacks
    "FangSong",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Noto Serif SC",
    "STSong",
    "SimSun",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "AR PL UMing CN",
    "SimSun-ExtB",
    "HanaMinB",
)
FONT_PACKAGE = "pylopdf_fonts_zh_cn"  # Noto Sans SC and Noto Serif SC, of the extra `pdf`
INSTEAD = "也可以打开网页版（地址末尾的 .pdf 改成 .html），从浏览器打印。"
NO_TYPST = (
    f"这台服务器没有安装生成 PDF 的组件。请管理员运行 pip install 'yijianshi[pdf]'；{INSTEAD}"
)
NO_FONT = f"这台服务器没有中文字体，不能生成 PDF。请管理员安装（Debian：apt-get install fonts-noto-cjk）后重启；{INSTEAD}"
# for the archive and for screen readers; both refuse a character without a glyph
PDF_STANDARDS: list["typst.PDFStandard"] = ["a-2a", "ua-1"]
# setting a paper takes a processor for some time
_PRESS = ThreadPoolExecutor(2, thread_name_prefix="press")
_UNKNOWN_CHARACTER = re.compile(r"the (?:text|PDF contains the codepoint) ?`\"(.{1,40}?)\"`")


async def set_apart(setting: Callable[[], bytes]) -> bytes:
    """Set a paper in a thread of the press, of which there are few."""
    return await asyncio.get_running_loop().run_in_executor(_PRESS, setting)


@cache
def can_print() -> bool:
    """Tell whether PDFs can be made here: where they cannot, none is offered."""
    try:
        _equipment()
    except Unavailable:
        return False
    return True


def fonts() -> tuple[str, ...]:
    """Return the Chinese fonts there are. Raises Unavailable when typst or every font is missing."""
    return _equipment()[1]


def pdf(markup: str, inputs: dict[str, str], issued_at: datetime) -> bytes:
    """Set a paper; the same inputs give the same bytes. Blocking: call it in a thread. Raises Unavailable."""
    known, _ = _equipment()
    from typst import Compiler, TypstError

    press = Compiler(markup.encode(), font_paths=known, sys_inputs=inputs)
    second = issued_at.replace(microsecond=0)  # typst refuses finer; a paper tells its day
    try:
        made = press.compile(format="pdf", pdf_standards=PDF_STANDARDS, timestamp=second)
    except TypstError as error:
        if found := _UNKNOWN_CHARACTER.search(error.message):
            raise Unavailable(
                f"已安装的字体里没有“{found[1]}”这个字，不能生成 PDF。请管理员安装收字更全的字体；{INSTEAD}"
            ) from None
        raise
    assert isinstance(made, bytes)
    return made


def _brought_along() -> list[str]:
    """Return the folder of the fonts that come with the set-up, so that a plain machine prints too."""
    if find_spec(FONT_PACKAGE) is None:
        return []
    return [str(files(FONT_PACKAGE))]


@cache
def _equipment() -> tuple["typst.Fonts", tuple[str, ...]]:
    try:
        import typst
    except ImportError:
        raise Unavailable(NO_TYPST) from None
    known = typst.Fonts(font_paths=_brought_along())
    families = set(known.families())
    chinese = tuple(name for name in CHINESE_FONTS if name in families)
    if not chinese:
        raise Unavailable(NO_FONT)
    return known, chinese
