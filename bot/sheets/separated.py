"""CSV: text in some encoding, with some separator, from some program."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from bot.sheets.cells import Cells, Sheet, gathered, refused, typed_cell
from bot.sheets.columns import plain_name

_MARKS = (  # the longest first: the mark of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = {"cp1252": "Windows-1252", "gb18030": "GB18030"}
_SAMPLE = 65_536
_MOST_CELLS = 1_000
_DELIMITERS = ",;\t|"
_NAMED = re.compile(r'"?sep=([^\r\n])"?(?:\r\n|\r|\n|$)', re.IGNORECASE)
_PAGE = re.compile(r"\s*<(?:!doctype|!--|\?xml|\?mso|html|head|body|meta|table|style|script|workbook)", re.IGNORECASE)


def read_separated(content: bytes, *, known: frozenset[str], keep: int) -> Sheet:
    """A CSV file. The separator is the one that finds most `known` columns. Raises: Invalid."""
    text, guessed = _decoded(content)
    if "\x00" in text:
        raise refused("This file holds NUL bytes, so it is no CSV file; save the table again as CSV (UTF-8) or .xlsx.")
    if _PAGE.match(text):
        raise refused("This file is a web page or XML, whatever its name says; open it and save it as .xlsx or CSV.")
    named = _NAMED.match(text)
    if named is not None:  # Excel's own line, which it does not show as a row
        text = text[named.end() :]
    delimiter = named[1] if named is not None else _delimiter(text[:_SAMPLE], known)
    rows, count = gathered(_rows(text, delimiter), keep=keep)
    return Sheet(rows=rows, count=count, guessed=guessed)


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and the encoding where it had to be guessed."""
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(marked), ""
    except UnicodeDecodeError:
        guess = _guess(content) if marked == "utf-8" else None
    try:
        if guess is not None and b"\x00" not in content:
            return content.decode(guess), _GUESSES[guess]
    except UnicodeDecodeError:
        pass  # the sample was one thing and the rest another
    raise refused("I cannot tell how the letters in this file are encoded; save it as “CSV UTF-8” or as .xlsx.")


def _guess(content: bytes) -> str | None:
    """Told by the lines that need telling. Among more encodings than these, short tables are mistaken too often."""
    sample, size = [], 0
    for line in content.splitlines():
        if not line.isascii():
            sample.append(line[:_SAMPLE])
            size += len(line)
            if size > _SAMPLE:
                break
    best = from_bytes(
        b"\n".join(sample), cp_isolation=list(_GUESSES), preemptive_behaviour=False, enable_fallback=False
    ).best()
    return best.encoding if best is not None and best.encoding in _GUESSES else None


def _delimiter(text: str, known: frozenset[str]) -> str:
    def finds(delimiter: str) -> tuple[int, int]:
        try:
            head = next((cells for cells in _records(text, delimiter) if any(map(str.strip, cells))), [])
        except csv.Error:
            return (0, 0)
        return sum(plain_name(cell) in known for cell in head), len(head)

    return max(_DELIMITERS, key=finds)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, Cells]]:
    number = 0
    try:
        for number, record in enumerate(_records(text, delimiter), 1):
            if not record:
                yield number, {}
                continue
            if len(record) > _MOST_CELLS:
                raise refused(f"Row {number} has {len(record):,} cells; {_MOST_CELLS:,} is the most.")
            cells = ((at, typed_cell(raw, number=number)) for at, raw in enumerate(record) if raw)
            yield number, {at: cell for at, cell in cells if cell.text}
    except csv.Error as wrong:
        raise refused(_broken(number + 1, str(wrong))) from None


def _broken(number: int, why: str) -> str:
    if "field larger" in why:
        return f"Row {number}: a cell is far too long; a quotation mark may be opened there and never closed."
    return (
        f"Row {number}: a quotation mark is opened and never closed, or stands alone inside a quoted cell; "
        "save the file again from your spreadsheet, or as .xlsx."
    )
