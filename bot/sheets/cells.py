"""A sheet before its columns are known: what each cell holds, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.errors import Invalid
from bot.exports import CELL_LIMIT, as_typed

_ERRORS = frozenset(
    {"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!"}
)
# 1.23457E+18: what a spreadsheet leaves of a long number.
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{1,3}", re.IGNORECASE)
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_SHOWN = 40

MOST_COUNTED = 100_000
MOST_BLANK = 100_000
"""Rows of nothing that are passed over; a table has a few between its parts."""

FORMULA = "holds a formula; paste its value instead"
LONG_NUMBER = "holds a number longer than the 15 digits a spreadsheet keeps; type it as text"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """The text of a cell. `trouble` ends a sentence that begins with the cell; `link` is the address behind it."""

    text: str
    trouble: str = ""
    link: str = ""


Cells = Mapping[int, Cell]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A sheet's rows that hold something, by the number a person sees; only the first of `count` when there are many.

    `title` is empty for a CSV; `others` are further sheets with something on them; `guessed` is an encoding that the
    file does not name; `hidden` are rows that nobody sees.
    """

    rows: tuple[tuple[int, Cells], ...]
    count: int
    title: str = ""
    others: tuple[str, ...] = ()
    guessed: str = ""
    hidden: frozenset[int] = frozenset()


def text_cell(raw: str, *, number: int) -> Cell:
    """A cell of text. Raises: Invalid, when it is longer than a spreadsheet's cell can be."""
    if len(raw) > CELL_LIMIT:
        raise refused(f"Row {number}: a cell has {len(raw):,} characters; {CELL_LIMIT:,} is the most.")
    text = raw.strip().strip(_UNSEEN).strip()
    if text.upper() in _ERRORS:
        return error_cell(text)
    if _SHORTENED.fullmatch(text):
        return Cell(text=text, trouble=LONG_NUMBER)
    return Cell(text=text)


def typed_cell(raw: str, *, number: int) -> Cell:
    """A cell of a file without types, where `=` begins a formula and an apostrophe before it takes that back."""
    if raw.strip().startswith("="):
        return Cell(text=raw.strip()[:CELL_LIMIT], trouble=FORMULA)
    return text_cell(as_typed(raw), number=number)


def error_cell(text: str) -> Cell:
    return Cell(text=text, trouble=f"holds the error {text}; put its value there instead")


def gathered(rows: Iterable[tuple[int, Cells]], *, keep: int) -> tuple[tuple[tuple[int, Cells], ...], int]:
    """The first rows that hold something, and how many there are; counting ends at `MOST_COUNTED`.

    Raises:
        Invalid: next to nothing in it is not empty.
    """
    kept: list[tuple[int, Cells]] = []
    count = blank = 0
    for number, cells in rows:
        if not cells:
            blank += 1
            if blank > MOST_BLANK:
                raise refused(f"This file has more than {MOST_BLANK:,} empty rows; delete them and save it again.")
        else:
            count += 1
            if count <= keep:
                kept.append((number, cells))
            if count > MOST_COUNTED:
                break
    return tuple(kept), count


def refused(words: str) -> Invalid:
    return Invalid(words, field="file")


def shown(text: str, most: int = _SHOWN) -> str:
    """A person's words within a sentence: on one line, shortened, in quotation marks."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return f"“{line if len(line) <= most else line[: most - 1] + '…'}”"
