"""写法 — one value has one form at every door: how what people type, paste or send is spelt before it is looked at.

Programs write the same value in many ways: a phone's address book puts marks around a number, a Chinese keyboard makes
full-width digits, a scanned table has radicals (⼀, ⽅) where characters (一, 方) are meant. Two spellings of one value
would make two persons, two phones, a ban that is not found. What a spelling alone does not settle stays as it was given.
"""

import re
import unicodedata

# marks that change nothing about a text written from left to right: soft hyphen, joiners of no width, left-to-right marks
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u202a\u202c\u202d\u2060\u2066\u2068\u2069\ufeff]")
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_OF_CODES = _HALF_WIDTH | {ord(hyphen): ord("-") for hyphen in _HYPHENS}
_RADICALS = re.compile("[\u2e80-\u2fd5]")
# what one name is parted by in the identity card, in registers and on keyboards: 阿卜杜拉·买买提
_MIDDLE_DOTS = str.maketrans(dict.fromkeys("\u2022\u2027\u22c5\u30fb\uff65\u0387", "\u00b7"))
_NUMBERED = re.compile(r"(?=(?:[^0-9]*[0-9]){6})[0-9A-Z-]+")
# those of the supplement have no decomposition in Unicode's data; these look like a character in use
_SUPPLEMENT = str.maketrans(
    "⺒⺟⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
    "巳母民虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
)


def seen(text: str) -> str:
    """Return a text without the marks that change nothing of what is seen."""
    return _UNSEEN.sub("", text)


def half_width(text: str) -> str:
    """Return a text with digits, letters, signs and blanks of half width; ² stays no 2, and 〇 no 0."""
    return text.translate(_HALF_WIDTH)


def text_spelling(text: str) -> str:
    """Return a text of words in its one spelling: composed (NFC), characters instead of radicals, no blanks at its ends.

    Full-width signs stay: the names in registers are written with them （如此）.
    """
    composed = unicodedata.normalize("NFC", seen(text))
    if _RADICALS.search(composed):
        composed = _RADICALS.sub(_character, composed).translate(_SUPPLEMENT)
    return composed.strip()


def name_spelling(text: str) -> str:
    """Return the name of a person or organisation in its one spelling, with the one middle dot."""
    return text_spelling(text).translate(_MIDDLE_DOTS)


def code_spelling(text: str) -> str:
    """Return a code or number in its one spelling: half width, capitals, one hyphen, no blanks and no unseen marks."""
    return re.sub(r"\s", "", seen(text).translate(_OF_CODES)).upper()


def sought_spelling(text: str) -> str:
    """Return what is typed to find a case: a number of it or of a person as a code, anything else as the name it may be."""
    code = code_spelling(text)
    return code if _NUMBERED.fullmatch(code) else name_spelling(text)


def _character(radical: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", radical[0])
