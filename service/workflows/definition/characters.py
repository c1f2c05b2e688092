"""字符 — the one rule of which characters a text may have, wherever it comes from.

What one layer cannot hold or shows otherwise than it is, makes two texts look alike or cannot be printed: control
characters, lone surrogates, invisible marks, marks that turn the writing direction, line ends only programs know, private
use, code points that will never be characters. The two joiners (U+200C, U+200D) stay: scripts of minorities need them.
"""

import re
import unicodedata

# more marks upon one character are no writing; putting them in order takes time by their square (UAX 15, Stream-Safe)
MOST_MARKS = 30
_MARKS = "".join(chr(code) for code in range(0x300, 0x1E94B) if unicodedata.combining(chr(code)))
_HEAPED = re.compile(f"[{_MARKS}]{{{MOST_MARKS + 1},}}")
REFUSED = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd"
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d173-\U0001d17a"
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef"
    "\U000e0000-\U000e00ff\U000e01f0-\U0010ffff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
)
_REFUSED = re.compile(f"[{REFUSED}]")
_TITLES = {
    "\u00ad": "软连字符",
    "\u200b": "零宽空格",
    "\u2028": "行分隔符",
    "\u2029": "段分隔符",
    "\ufeff": "字节序标记",
    "\ufffd": "转码时损坏的字",
}
_KINDS = (
    (0x0000, 0x009F, "控制字符"),
    (0x061C, 0x061C, "改变书写方向的字符"),
    (0x200E, 0x200F, "改变书写方向的字符"),
    (0x202A, 0x202E, "改变书写方向的字符"),
    (0x2066, 0x2069, "改变书写方向的字符"),
    (0xD800, 0xDFFF, "不成对的代理字符"),
    (0xE000, 0xF8FF, "自造字，别处显示不出来"),
    (0xF0000, 0x10FFFD, "自造字，别处显示不出来"),
)


def text_fault(text: str) -> str:
    """Say in Chinese which character of a text is not taken in, and where; empty when all are.

    A line may end in CR LF, as browsers and Windows write it.
    """
    for bad in _REFUSED.finditer(text):
        if bad[0] == "\r" and text[bad.end() : bad.end() + 1] == "\n":
            continue
        said = f"第 {bad.start() + 1} 个字是不能使用的字符 U+{ord(bad[0]):04X}（{_title(bad[0])}）"
        return f"{said}，请删去后重新输入"
    # what is in order costs nothing, and finding that out next to nothing
    in_order = text.isascii() or unicodedata.is_normalized("NFC", text)
    if not in_order and (heap := _HEAPED.search(text)):
        return f"第 {heap.start() + 1} 个字起叠加的符号太多，请删去后重新输入"
    return ""


def readable(text: str) -> str:
    """Return a text without the characters that are not taken in, for names that a program made up."""
    return _REFUSED.sub("", _HEAPED.sub("", text))


def _title(character: str) -> str:
    code = ord(character)
    kinds = (title for first, last, title in _KINDS if first <= code <= last)
    return _TITLES.get(character) or next(kinds, "看不见的字符")
