"""From an uploaded file to rows whose columns are known."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.errors import Invalid
from bot.listings import looks_like_address
from bot.sheets.archives import is_workbook
from bot.sheets.cells import MOST_COUNTED, Cell, Cells, Sheet, refused, shown
from bot.sheets.columns import Column, known_names, plain_name
from bot.sheets.separated import read_separated

MOST_ROWS = 300
BIGGEST = 10 * 1024 * 1024
"""Bytes. Source: docs.slack.dev, file input element."""

_NAMED = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row with a text for every column, empty where there is none.

    `number` is what a person sees in their spreadsheet. Where `wrong` is set, the row must not be used: it says why.
    """

    number: int
    values: Mapping[str, str]
    wrong: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """What was read. `sheet` is the one sheet of a workbook that was, `unread` further ones with something on them.

    `ignored` are columns nobody asked for. `guessed` is the encoding when the file does not name it: rows with
    letters beyond ASCII are wrong then.
    """

    rows: tuple[Row, ...]
    ignored: tuple[str, ...] = ()
    sheet: str = ""
    unread: tuple[str, ...] = ()
    guessed: str = ""


def read_table(
    content: bytes, name: str, columns: Sequence[Column], *, most: int = MOST_ROWS, biggest: int = BIGGEST
) -> Table:
    """A CSV or XLSX file, told by its content; `name` only helps to say which file is meant.

    Raises:
        Invalid: it is no such file, too large, or lacks a column; a sentence says what to do.
    """
    if not content:
        raise refused(f"{shown(name)} is empty.")
    if len(content) > biggest:
        raise refused(f"{shown(name)} has {_megabytes(len(content))}; {_megabytes(biggest)} is the most.")
    if is_workbook(content):
        # Loaded at the first workbook, as `bot.exports` does.
        sheet: Sheet = importlib.import_module("bot.sheets.workbooks").read_workbook(content, keep=most + 1)
    else:
        sheet = read_separated(content, known=known_names(columns), keep=most + 1)
    if not sheet.rows:
        raise refused(f"There is nothing in {shown(name)}.")
    return _table(sheet, columns, most)


def _table(sheet: Sheet, columns: Sequence[Column], most: int) -> Table:
    (_, head), *rows = sheet.rows
    places, ignored = _places(head, columns)
    if sheet.count - 1 > most:
        many = f"{sheet.count - 1:,}" if sheet.count <= MOST_COUNTED else f"more than {MOST_COUNTED:,}"
        raise refused(f"This file has {many} rows; {most:,} is the most. Split it into several files.")
    if not rows:
        raise refused("This file names its columns and has no rows under them.")
    return Table(
        rows=tuple(
            _row(number, cells, places, columns, wrong=_not_whole(number, cells, head, sheet)) for number, cells in rows
        ),
        ignored=ignored,
        sheet=sheet.title,
        unread=sheet.others,
        guessed=sheet.guessed,
    )


def _places(head: Cells, columns: Sequence[Column]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column stands, and the names of those that nobody asked for."""
    places: dict[str, int] = {}
    ignored: list[str] = []
    for at, cell in sorted(head.items()):
        column = next((one for one in columns if plain_name(cell.text) in one.names), None)
        if column is None:
            ignored.append(cell.text)
        elif column.key in places:
            both = f"{shown(head[places[column.key]].text)} and {shown(cell.text)}"
            raise refused(f"Two columns are read as {shown(column.title)}: {both}. Keep one of them.")
        else:
            places[column.key] = at
    missing = [column for column in columns if column.required and column.key not in places]
    if missing:
        raise _missing(missing, head)
    return places, tuple(ignored)


def _missing(missing: Sequence[Column], head: Cells) -> Invalid:
    needed = ", ".join(shown(column.title) for column in missing)
    found = [shown(cell.text, 24) for _, cell in sorted(head.items())]
    named = ", ".join(found[:_NAMED]) + (f" and {len(found) - _NAMED} more" if len(found) > _NAMED else "")
    if any(looks_like_address(cell.text) for cell in head.values()):
        return refused(f"The first row must name the columns, with {needed} among them; it holds {named}.")
    lacks = "A column is missing" if len(missing) == 1 else "Columns are missing"
    return refused(f"{lacks}: {needed}. The first row names {named}; the template shows how it should be.")


def _not_whole(number: int, cells: Cells, head: Cells, sheet: Sheet) -> str:
    """Why the row as a whole must not be used."""
    if number in sheet.hidden:
        return f"Row {number} is hidden in the sheet; show it or delete it."
    if sheet.guessed and any(not cell.text.isascii() for cell in cells.values()):
        return (
            f"Row {number} has letters that may be misread: the file does not say its encoding; save it as UTF-8 "
            "(in Excel “CSV UTF-8”) or as .xlsx."
        )
    if not sheet.title and max(cells) > max(head):
        return f"Row {number} has more cells than there are columns; put text with commas into quotation marks."
    return ""


def _row(number: int, cells: Cells, places: Mapping[str, int], columns: Sequence[Column], *, wrong: str) -> Row:
    values: dict[str, str] = {}
    for column in columns:
        cell = cells.get(places.get(column.key, -1), Cell(text=""))
        values[column.key] = "" if cell.trouble else _value(cell, column)
        wrong = wrong or _wrong(number, cell, column)
        if "example" in column.example.casefold() and values[column.key] == column.example:
            wrong = wrong or f"Row {number}: the cell {shown(column.title)} is the template's example; replace it."
    return Row(number=number, values=values, wrong=wrong)


def _value(cell: Cell, column: Column) -> str:
    return cell.link if column.address and cell.link and not looks_like_address(cell.text) else cell.text


def _wrong(number: int, cell: Cell, column: Column) -> str:
    if cell.trouble:
        return f"Row {number}: the cell {shown(column.title)} {cell.trouble}."
    return f"Row {number}: the cell {shown(column.title)} is empty." if column.required and not cell.text else ""


def _megabytes(size: int) -> str:
    return f"{math.ceil(size * 10 / 1024 / 1024) / 10:g} MB"
