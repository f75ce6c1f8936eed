"""Workbooks for Excel, written with openpyxl, which `bot.exports` loads at the first of them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from bot.exports import FORMULA, Row, Value, writable

_SHEET_LIMIT = 31


def written(sheets: Mapping[str, Iterable[Row]]) -> bytes:
    """As `bot.exports.as_xlsx` says."""
    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(_sheet_title(title))
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
        sheet.page_setup.orientation = "landscape"
        listed = list(rows)
        for at in range(max(map(len, listed), default=0)):
            sheet.column_dimensions[get_column_letter(at + 1)].width = _width(
                [row[at] for row in listed[:50] if at < len(row)]
            )
        for number, row in enumerate(listed):
            sheet.append([_cell(sheet, value, bold=number == 0) for value in row])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: Value, *, bold: bool) -> Cell | Value:
    """What openpyxl may take for a formula or an error is marked as text; the rest goes in quicker as it is."""
    if isinstance(value, Decimal):
        amount = WriteOnlyCell(sheet, value=float(value))
        amount.number_format = "#,##0." + "0" * _places(value) if _places(value) else "#,##0"
        return amount
    if isinstance(value, date):
        whole = value if isinstance(value, datetime) else datetime.combine(value, time())
        moment = WriteOnlyCell(sheet, value=whole)
        moment.number_format = "yyyy-mm-dd hh:mm" if isinstance(value, datetime) else "yyyy-mm-dd"
        return moment
    if not isinstance(value, str):
        return value
    text = writable(value)
    risky = text.startswith(("=", "#")) or FORMULA.match(text) is not None
    if not risky and not bold:
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    if risky:
        cell.quotePrefix = True  # so that it stays text when somebody edits the cell
    if bold:
        cell.font = Font(bold=True)
    return cell


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _sheet_title(title: str) -> str:
    return writable(re.sub(r"[\[\]:*?/\\]", " ", title)).strip("' ")[:_SHEET_LIMIT] or "Sheet"


def _width(values: Iterable[Value]) -> float:
    """Of prose a part is enough; what has no spaces, such as a hash, is shown whole."""
    said = [str(value) for value in values]
    words = max((len(one) for one in said if " " in one), default=0)
    whole = max((len(one) for one in said if " " not in one), default=0)
    return max(8, min(50, words + 2), min(70, whole + 2))
