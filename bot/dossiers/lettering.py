"""Letters: which fonts a dossier is set in, and how words of people are written so that none of them is lost.

The fonts come as packages, so that a page looks the same on every machine; those of the system are not looked at.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from fontTools.ttLib import TTCollection, TTFont

from bot.listings import defang, find_addresses

FAMILIES = (
    "Noto Sans",
    # Before Noto's Arabic, which draws a letter's dots as glyphs of their own: no reader gets the text out of those.
    "IBM Plex Sans Arabic",
    "Noto Sans CJK SC",
    *(f"Noto Sans {script}" for script in ("Hebrew", "Thai", "Devanagari", "Arabic", "Bengali", "Gurmukhi")),
    *(f"Noto Sans {script}" for script in ("Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam")),
    *(f"Noto Sans {script}" for script in ("Sinhala", "Lao", "Myanmar", "Khmer", "Georgian", "Armenian")),
    "Noto Sans Ethiopic",
    "Noto Sans Symbols",
    "Noto Emoji",
    "New Computer Modern Math",
)
"""In the order in which a letter is looked for. The last comes with Typst."""

_PACKAGES = (("manimgx_fonts", ""), ("manimgx_fonts_cjk", ""), ("fontpkg_ibm_plex_sans_arabic", "files"))
_MATHEMATICAL = range(0x1D400, 0x1D800)
_VARIATIONS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
ROOM = 24
"""Letters that every column but a narrow one has room for."""
_LEAST = 8
_WORD = re.compile(r"[^\s\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF]+")
"""What has no place to break at of its own, as Chinese, Japanese and Korean have everywhere."""
_LONGEST = 48
"""The same where letters join or belong together, and a break costs something."""
_BREAKS_BY_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Thai, Lao, Myanmar, Khmer: no spaces, but Typst knows the words."""
_AFTER = re.compile(r"(?<=[/?&=._\-:,;|@+])(?=[^/?&=._\-:,;|@+])")
_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"
_JOINERS = "\u200c\u200d"
_MAY_LINK = re.compile(r"(?i)http|www\.")
_SCHEME = re.compile(r"(?i)\bhttp(s?)://")
_KANA = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_BOPOMOFO = re.compile(r"[\u3100-\u312f]")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


class Written(TypedDict, total=False):
    """Words as the page takes them: pieces between which a line may break, their language, and whether they read from
    the right.
    """

    t: list[str]
    lang: str
    rtl: bool


def folders() -> tuple[Path, ...]:
    """Where the fonts are.

    Raises:
        FileNotFoundError: a package with fonts is not installed.
    """
    found = []
    for package, folder in _PACKAGES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise FileNotFoundError(f"The fonts of {package} are not installed.")
        found.append(Path(spec.origin).parent / folder)
    return tuple(found)


def written(text: str, *, room: int = ROOM) -> Written | str:
    """A text for the page, of which no word sticks out of a column with `room` letters. A plain short one stays a
    string.
    """
    shown = visible(text)
    if shown.isascii() and max(map(len, shown.split()), default=0) <= room:
        return shown
    made = Written(t=list(_pieces(shown, max(room, _LEAST))))
    if language := _language(shown):
        made["lang"] = language
    if _from_the_right(shown):
        made["rtl"] = True
    return made


def visible(text: str) -> str:
    """The text with everything in it to be seen: what no font shows, or what would turn others around, as `[U+202E]`.

    No reader makes a link of an address in it.
    """
    plain = _defanged(text)
    if plain.isascii() and plain.isprintable():
        return plain
    lined = plain.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(_each(lined))


def _each(text: str) -> Iterator[str]:
    """Letter by letter; a mark is named, too, where no font has it together with the letter it is on."""
    base = ""
    for one in text:
        mark = unicodedata.category(one) in ("Mn", "Mc", "Me") and not _varies(one)
        yield one if _shows(one) and (not mark or _together(base, one)) else f"[U+{ord(one):04X}]"
        base = base if mark or one in _JOINERS else one


def _defanged(text: str) -> str:
    if not _MAY_LINK.search(text):
        return text
    for address in sorted(set(find_addresses(text)), key=len, reverse=True):
        text = text.replace(address, defang(address))
    return _SCHEME.sub(r"hxxp\1://", text)


def quoted(text: str) -> str:
    """Words of people for a sentence of ours: what is written from the right keeps to itself."""
    if text.isascii():
        return text
    own = "".join(one for one in text if not 0x2066 <= ord(one) <= 0x2069)
    from_the_right = any(unicodedata.bidirectional(one) in ("R", "AL") for one in own)
    return f"{_ISOLATE}{own}{_END_OF_ISOLATE}" if from_the_right else own


@functools.lru_cache(maxsize=4096)
def _shows(letter: str) -> bool:
    code, kind = ord(letter), unicodedata.category(letter)
    if letter == "\n":
        return True
    if kind in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp"):
        return False
    if kind == "Cf":
        # Joiners shape the letters beside them and marks of direction are small; embeddings and overrides are not.
        # Isolates end with their paragraph: `quoted` puts them around what may read from the right.
        return letter in "\u200c\u200d\u200e\u200f\u00ad\u2060\u200b\u2068\u2069"
    return code in _MATHEMATICAL or code in _covered() or _varies(letter)


@functools.lru_cache(maxsize=4096)
def _together(base: str, mark: str) -> bool:
    if not base or base.isspace():
        return True
    return any(ord(base) in face and ord(mark) in face for face in _faces())


def _varies(letter: str) -> bool:
    return any(ord(letter) in one for one in _VARIATIONS)


@functools.lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    """Every character that one of the packaged fonts has."""
    return frozenset().union(*_faces())


@functools.lru_cache(maxsize=1)
def _faces() -> tuple[frozenset[int], ...]:
    """The characters of each font."""
    return tuple(frozenset(font.getBestCmap()) for font in _fonts())


def _fonts() -> Iterator[TTFont]:
    for folder in folders():
        for file in sorted(folder.iterdir()):
            if file.suffix == ".ttc":
                yield from TTCollection(file, lazy=True).fonts[:1]
            elif file.suffix in (".ttf", ".otf"):
                yield TTFont(file, lazy=True)


def _pieces(text: str, room: int) -> Iterator[str]:
    """The text cut where a line may break besides where it may anyway: in words that are too long."""
    end = 0
    for found in _WORD.finditer(text):
        word = found[0]
        if len(word) <= room:
            continue
        if not word.isascii() and (len(word) < _LONGEST or _BREAKS_BY_WORD.search(word)):
            continue
        first, *others = _broken(word, room)
        yield text[end : found.start()] + first
        yield from others
        end = found.end()
    if end < len(text) or not text:
        yield text[end:]


def _broken(word: str, room: int) -> Iterator[str]:
    """A long word in pieces of half the room or so, cut after a sign that joins where there is one."""
    step = room // 2
    piece = ""
    for part in _AFTER.split(word):
        if piece and len(piece) + len(part) > step:
            yield piece
            piece = ""
        piece += part
        while len(piece) > step:
            yield piece[:step]
            piece = piece[step:]
    if piece:
        yield piece


def _language(text: str) -> str | None:
    """What tells Chinese, Japanese and Korean forms of a character apart, as far as the text itself tells.

    A sentence of ours with a name in it stays English.
    """
    if 3 * sum(map(str.isascii, text)) > 2 * len(text):
        return None
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    return "zh" if _HAN.search(text) or _BOPOMOFO.search(text) else None


def _from_the_right(text: str) -> bool:
    """Whether the first letter with a direction, isolated ones aside, is written from the right.

    Source: Unicode UAX #9, P2 and P3.
    """
    apart = 0
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL") and not apart:
            return direction != "L"
        apart += (letter == _ISOLATE) - (letter == _END_OF_ISOLATE and apart > 0)
    return False
