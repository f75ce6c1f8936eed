"""Finding a value in a text however it is spelled there: in another case, with other spaces, in full-width letters, or
escaped as in addresses, web pages and JSON. Pure.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

_ESCAPES = 3
"""How many times over something may be escaped."""
_SPECIAL = re.compile(
    r"(?:%[0-9A-Fa-f]{2})+|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|(?:\\u[0-9A-Fa-f]{4})+"
    r"|\\[nrtbf\"/]|=(?:\r?\n)|(?:[!-~](?=[\u0300-\u036f]))?[^\x00-\x7f]+"
)
_LETTER = re.compile(
    r"[\s\S][\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0e31-\u0e4e"
    r"\u1160-\u11ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f\uff9e\uff9f]*"
)
"""A letter and the marks that are set upon it, which may be written as one."""
_JSON_UNIT = re.compile(r"\\u([0-9A-Fa-f]{4})")
_JSON_SHORT = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "/": "/"}
_SEPARATORS = re.compile(r"[\W_]+")
_BETWEEN = r"[\W_]{0,4}"
"""What may stand between two letters of a value. Of more, it is not taken for one."""
_APART = 8
_LONG = 6
_ALONE = 8
"""Letters of words written as one that are taken for them without an `@`."""
_LETTER_OF = r"[^\W\d_]"
_OPENS, _CLOSES = r"\s?[\[({<]?\s?", r"\s?[\])}>]?\s?"


@dataclass(frozen=True, slots=True)
class View:
    """A text as it is compared, and where each piece of it stands in the original.

    `starts` are the first places of pieces in `text`, `spans` where these stand in the original; a `rigid` piece
    stands for the whole of its span, in the others letter stands for letter.
    """

    text: str
    starts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    rigid: tuple[bool, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where what stands from `start` to before `end` is in the original."""
        return self._at(start, 0), self._at(end - 1, 1)

    def _at(self, place: int, side: int) -> int:
        piece = bisect_right(self.starts, place) - 1
        span = self.spans[piece]
        return span[side] if self.rigid[piece] else span[0] + place - self.starts[piece] + side


def view(text: str) -> View:
    """The text in small letters, without escapes, in the plain form of each letter."""
    seen = _plainer(text)
    for _ in range(_ESCAPES - 1):
        if not _SPECIAL.search(seen.text) or (seen.text.isascii() and not re.search(r"[%&\\]", seen.text)):
            break
        again = _plainer(seen.text)
        if again.text == seen.text:
            break
        seen = _through(seen, again)
    return seen


def squeezed(text: str) -> str:
    """Letters and digits alone."""
    return _SEPARATORS.sub("", text)


def plain(text: str) -> str:
    return view(text).text


def _plainer(text: str) -> View:
    pieces: list[str] = []
    starts: list[int] = []
    spans: list[tuple[int, int]] = []
    rigid: list[bool] = []
    length = 0

    def add(words: str, span: tuple[int, int], *, whole: bool) -> None:
        nonlocal length
        if words:
            pieces.append(words)
            starts.append(length)
            spans.append(span)
            rigid.append(whole)
            length += len(words)

    last = 0
    for found in _SPECIAL.finditer(text):
        add(text[last : found.start()].lower(), (last, found.start()), whole=False)
        last = found.end()
        if found[0][0] in "%&\\=":
            add(_folded(_unescaped(found[0])), found.span(), whole=True)
        elif _is_plain(found[0]):
            add(found[0], found.span(), whole=False)
        else:
            for letter in _LETTER.finditer(found[0]):
                low, high = letter.span()
                add(_folded(letter[0]), (found.start() + low, found.start() + high), whole=True)
    add(text[last:].lower(), (last, len(text)), whole=False)
    return View("".join(pieces), tuple(starts), tuple(spans), tuple(rigid))


def _through(first: View, then: View) -> View:
    """The second view, of the first one's text, as one of the original."""
    starts: list[int] = []
    spans: list[tuple[int, int]] = []
    rigid: list[bool] = []
    for at, start in enumerate(then.starts):
        low, high = then.spans[at]
        if then.rigid[at]:
            starts.append(start)
            spans.append(first.span(low, high))
            rigid.append(True)
            continue
        place = low  # cut where the first view's pieces end
        while place < high:
            piece = bisect_right(first.starts, place) - 1
            end = min(high, first.starts[piece + 1] if piece + 1 < len(first.starts) else high)
            starts.append(start + place - low)
            spans.append(first.span(place, end))
            rigid.append(first.rigid[piece])
            place = end
    return View(then.text, tuple(starts), tuple(spans), tuple(rigid))


def _unescaped(text: str) -> str:
    if text[0] == "%":
        return unquote_to_bytes(text).decode("utf-8", "replace")
    if text[0] == "&":
        return html.unescape(text)
    if text[0] == "=":  # a soft line break of a mail
        return ""
    if text[1] == "u":
        units = b"".join(int(unit, 16).to_bytes(2, "big") for unit in _JSON_UNIT.findall(text))
        return units.decode("utf-16-be", "replace")
    return _JSON_SHORT[text[1]]


def _is_plain(text: str) -> bool:
    """Whether its letters are as they are compared."""
    return text.isprintable() and unicodedata.normalize("NFKC", text).casefold() == text


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")


@dataclass(frozen=True, slots=True)
class Sought:
    """A value that is looked for. `core` is what a text must hold, squeezed, before `pattern` is tried."""

    core: str
    pattern: re.Pattern[str]
    instead: str


def sought(value: str, instead: str) -> Iterable[Sought]:
    """The value in every spelling, however its letters are grouped; none when nothing in it can be compared."""
    core = squeezed(plain(value))
    if _enough(core):
        yield Sought(core, _bounded(core, _loose(core)), instead)
    if "@" in value:
        mailbox, _, domain = plain(value).rpartition("@")
        yield from _at_in_words(squeezed(mailbox), squeezed(domain), instead)


def sought_words(value: str, instead: str, *, between: str = rf"[\W_]{{1,{_APART}}}") -> Iterable[Sought]:
    """The same for words, which stay apart but in an account's name, or where they are long: *Ana Lyst*, no *analyst*.

    `between` is a pattern of what may stand between two of them.
    """
    seen = plain(value)
    core = squeezed(seen)
    words = [word for word in _SEPARATORS.split(seen) if word]
    if not _enough(core):
        return
    longest = max(words, key=len)  # between the words there may be more
    apart = between.join(map(re.escape, words))
    yield Sought(longest, _bounded(core, apart), instead)
    if len(words) > 1:
        joined = re.escape(core)
        alone = rf"|(?<!{_LETTER_OF}){joined}(?!{_LETTER_OF})" if len(core) >= _ALONE else ""
        yield Sought(core, re.compile(rf"(?<=@){joined}(?![a-z])|(?<![a-z]){joined}(?=@){alone}"), instead)


def sought_number(country: str, national: str, instead: str) -> Iterable[Sought]:
    """A telephone number in every spelling: with its country or without, with a nought before it or in brackets."""
    code = rf"{_loose(country)}{_BETWEEN}"
    ahead = rf"(?:(?:\+|00){_BETWEEN}{code}|{code})?" if country else r"\+?"
    pattern = re.compile(rf"(?<![0-9]){ahead}(?:\(?0\)?{_BETWEEN})?{_loose(national)}(?![0-9])")
    yield Sought(national, pattern, instead)


def sought_mailbox(mailbox: str, domains: Sequence[str], instead: str) -> Iterable[Sought]:
    """A mailbox of which the provider reads neither dots nor what follows a plus."""
    after = rf"(?:\+[^@\s]{{0,64}})?{_BETWEEN}@{_BETWEEN}"
    where = "|".join(_loose(squeezed(domain)) for domain in domains)
    yield Sought(squeezed(mailbox), re.compile(rf"(?<![a-z]){_loose(mailbox)}{after}(?:{where})(?![a-z])"), instead)


def _enough(core: str) -> bool:
    return len(core) >= (2 if core.isascii() else 1)


def _at_in_words(mailbox: str, domain: str, instead: str) -> Iterable[Sought]:
    if mailbox and domain:
        at, dot = rf"{_OPENS}\bat\b{_CLOSES}", rf"(?:{_BETWEEN}|{_OPENS}dot{_CLOSES})"
        pattern = rf"(?<![a-z]){_loose(mailbox)}{at}{dot.join(map(re.escape, domain))}(?![a-z])"
        yield Sought(f"{mailbox}at", re.compile(pattern), instead)


def _bounded(core: str, pattern: str) -> re.Pattern[str]:
    """A short value is not taken for one in the middle of another word or number; a long one is, wherever it stands."""
    if len(core) >= _LONG:
        return re.compile(pattern)
    before, after = (f"(?<!{_letters(core[0])})", f"(?!{_letters(core[-1])})")
    return re.compile(before + pattern + after)


def _letters(edge: str) -> str:
    return "[0-9]" if edge.isdigit() else "[a-z]" if edge.isascii() else r"[^\s\S]"


def _loose(core: str) -> str:
    return _BETWEEN.join(map(re.escape, core))


Found = tuple[int, int, str]
"""From where to before where in a text, and what is put there instead."""


def places(seen: View, every: Sequence[Sought]) -> Iterable[Found]:
    """Where any of these values stand in the view."""
    short = squeezed(seen.text)
    for one in every:
        if one.core in short:
            for found in one.pattern.finditer(seen.text):
                yield (found.start(), found.end(), one.instead)


def replaced(text: str, seen: View, found: Iterable[Found]) -> str:
    """The original with something else in these places; of those that overlap the first and longest counts."""
    parts: list[str] = []
    done = 0
    for start, end, instead in sorted(found, key=lambda one: (one[0], -one[1])):
        low, high = seen.span(start, end)
        if high <= done:
            continue
        parts += [text[done : max(low, done)], instead] if low >= done else []
        done = high
    return "".join([*parts, text[done:]]) if done else text
