"""XLSX, read row by row, so that what is not kept takes no memory. defusedxml keeps entities out of its XML."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from openpyxl import DEFUSEDXML, load_workbook
from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._reader import (
    CF_TAG,
    EXT_TAG,
    HYPERLINK_TAG,
    MERGE_TAG,
    ROW_TAG,
    VALIDATION_TAG,
    WorkSheetParser,
)
from openpyxl.worksheet.hyperlink import Hyperlink, HyperlinkList
from openpyxl.xml.functions import iterparse

from bot.errors import Invalid
from bot.sheets.archives import broken, refuse_bombs
from bot.sheets.cells import FORMULA, LONG_NUMBER, Cell, Cells, Sheet, error_cell, gathered, refused, text_cell

if not DEFUSEDXML:
    raise ImportError("openpyxl does not use defusedxml; unset OPENPYXL_DEFUSEDXML")

_TRUE = ("1", "true")
_EXACT = 10**15
_MOST_ROW = 1_048_576
_MOST_RANGES = 100
_MOST_ACROSS = 20
_ASIDE = (CF_TAG, EXT_TAG, MERGE_TAG, VALIDATION_TAG)


class _Parser(WorkSheetParser):
    """openpyxl's own reader of rows, which `iter_rows` wraps; the wrapping loses links and fills gaps without end.

    What is not asked for is not worked out: formulas above all, which a crafted file can make endless.
    """

    def parse(self) -> Generator[Any, None, None]:
        """Rows and links alone: of merged cells, rules and views openpyxl would make an object each."""
        for _, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                yield self.parse_row(element)
            elif element.tag == HYPERLINK_TAG:
                self.hyperlinks = HyperlinkList.from_tree(element) or self.hyperlinks
            elif element.tag not in _ASIDE:
                continue
            element.clear()

    def parse_formula(self, element: object) -> str:
        return "="


def read_workbook(content: bytes, *, keep: int) -> Sheet:
    """The first visible sheet that holds something. Raises: Invalid."""
    refuse_bombs(content)
    try:
        return _read(content, keep)
    except Invalid:
        raise
    except Exception:  # openpyxl lets out whatever a broken file makes it stumble over
        raise broken() from None


def _read(content: bytes, keep: int) -> Sheet:
    book: Any = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    if len({sheet._worksheet_path for sheet in book.worksheets}) < len(book.worksheets):
        raise broken()  # one sheet under many names, each of which would be read
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    held = [sheet for sheet in visible if _holds_something(book, sheet)]
    if not held:
        raise refused("There is nothing on the visible sheets of this workbook.")
    first, *others = held
    parser, source = _parser(book, first)
    with source:
        rows, count = gathered(_rows(parser), keep=keep)
    links = _links(list(parser.hyperlinks.hyperlink), _targets(book, first), rows[-1][0])  # they stand after the rows
    return Sheet(
        rows=tuple(
            (number, {at: _with_link(cell, links.get((number, at + 1))) for at, cell in cells.items()})
            for number, cells in rows
        ),
        count=count,
        title=first.title,
        others=tuple(sheet.title for sheet in others),
        hidden=frozenset(number for number, _ in rows if _hidden(parser, number)),
    )


def _holds_something(book: Any, sheet: Any) -> bool:
    parser, source = _parser(book, sheet)
    with source:
        return any(cells for _, cells in _rows(parser))


def _parser(book: Any, sheet: Any) -> tuple[_Parser, Any]:
    source = book._archive.open(sheet._worksheet_path)
    parser = _Parser(
        source,
        sheet._shared_strings,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )
    return parser, source


def _rows(parser: _Parser) -> Iterator[tuple[int, Cells]]:
    seen: set[int] = set()
    for number, found in parser.parse():
        if not 1 <= number <= _MOST_ROW or number in seen:
            raise broken()
        seen.add(number)
        cells = ((one["column"] - 1, _cell(one["value"], one["data_type"], number)) for one in found)
        yield number, {at: cell for at, cell in cells if cell.text}


def _hidden(parser: _Parser, number: int) -> bool:
    said = parser.row_dimensions.get(str(number), {})
    return said.get("hidden") in _TRUE or float(said.get("ht", 1)) <= 0  # or drawn flat


def _cell(value: object, kind: str, number: int) -> Cell:
    if kind == "f":
        return Cell(text="=", trouble=FORMULA)
    if value is None:
        return Cell(text="")
    if kind == "e":
        return error_cell(str(value))
    if isinstance(value, bool):
        return Cell(text="true" if value else "false")
    if isinstance(value, int | float):
        return _number(value)
    return text_cell(_moment(value).replace("_x000D_", ""), number=number)  # as Excel writes a carriage return


def _number(value: float) -> Cell:
    if abs(value) >= _EXACT:
        return Cell(text=f"{value:g}", trouble=LONG_NUMBER)
    return Cell(text=str(int(value)) if value == int(value) else repr(value))


def _moment(value: object) -> str:
    """ISO 8601 of what is a date; midnight is a day."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _targets(book: Any, sheet: Any) -> dict[str, str]:
    """The addresses outside the workbook, by the ids that the sheet uses."""
    path = get_rels_path(sheet._worksheet_path)  # type: ignore[no-untyped-call]
    if path not in book._archive.namelist():
        return {}
    found = get_dependents(book._archive, path)
    return {one.Id: one.Target or "" for one in found if one.Id and one.TargetMode == "External"}


def _links(links: list[Hyperlink], targets: Mapping[str, str], last: int) -> Mapping[tuple[int, int], str]:
    """Addresses by row and column, as far as rows are read."""
    found: dict[tuple[int, int], str] = {}
    ranges = 0
    for link in links:
        target = targets.get(link.id or "", "") + (f"#{link.location}" if link.location else "")
        if target.startswith("#") or not target:
            continue  # to a place in the workbook
        left, top, right, bottom = (side or 1 for side in range_boundaries(link.ref))
        ranges += (left, top) != (right, bottom)
        if ranges <= _MOST_RANGES or (left, top) == (right, bottom):
            rows, columns = range(top, min(bottom, last) + 1), range(left, min(right, left + _MOST_ACROSS) + 1)
            found |= {(row, column): target for row in rows for column in columns}
    return found


def _with_link(cell: Cell, link: str | None) -> Cell:
    return Cell(text=cell.text, trouble=cell.trouble, link=link) if link else cell
