"""Tables that people upload or paste: read as they see them, or refused in a sentence."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from bot.errors import Invalid
from bot.exports import Row as ExportRow
from bot.exports import as_csv, as_typed, as_xlsx
from bot.listings import read_listing
from bot.sheets import BIGGEST, BULK_COLUMNS, RIGHT_COLUMNS, Column, Table, read_pasted, read_table, template
from bot.sheets.columns import plain_name

ITEM = "https://www.ebay.com/itm/1"
HEAD = "Address,Violation,Seller,Statement"
MEGABYTE = 1024 * 1024


def read(content: bytes | str, **limits: int) -> Table:
    return read_table(content if isinstance(content, bytes) else content.encode(), "list.csv", BULK_COLUMNS, **limits)


def refusal(content: bytes | str, **limits: int) -> str:
    with pytest.raises(Invalid) as refused:
        read(content, **limits)
    assert refused.value.field == "file"
    words = str(refused.value)
    assert words.endswith(".")
    assert len(words) < 400
    return words


def given_of(table: Table, at: int = 0) -> Mapping[str, str]:
    """What the row says, without what it leaves open."""
    return {key: value for key, value in table.rows[at].values.items() if value}


def workbook(*rows: Sequence[Any], change: Callable[[Worksheet], None] | None = None) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(sheet)
    return saved(book)


def saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def archive(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return written.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The workbook with one part put in, or in the place of what was there."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = {one: file.read(one) for one in file.namelist()}
    return archive(parts | {name: part})


def as_excel(rows: str, strings: str) -> bytes:
    """A workbook as Excel writes it: its texts in a part of their own."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content = workbook()
    named = (
        b'<Override PartName="/xl/sharedStrings.xml" ContentType='
        b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    types = part_of(content, "[Content_Types].xml").replace(b"</Types>", named)
    sheet = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
    content = with_part(content, "[Content_Types].xml", types)
    content = with_part(content, "xl/worksheets/sheet1.xml", sheet.encode())
    return with_part(content, "xl/sharedStrings.xml", f'<sst xmlns="{main}">{strings}</sst>'.encode())


def part_of(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return file.read(name)


@contextmanager
def memory_below(most: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


# Columns


def test_columns_are_found_in_any_order_case_and_wording() -> None:
    table = read(f"SELLER ID;listing_URL;Notes;violation TYPE\nshop-1;{ITEM};mine;counterfeit\n")
    assert given_of(table) == {"seller": "shop-1", "address": ITEM, "violation": "counterfeit"}
    assert table.ignored == ("Notes",)
    assert table.sheet == ""


@pytest.mark.parametrize("name", ["网址", "Webadresse", "Dirección", "ＵＲＬ", " listing-url * "])
def test_columns_are_found_in_other_languages_and_widths(name: str) -> None:
    assert given_of(read(f"{name}\n{ITEM}\n")) == {"address": ITEM}


@pytest.mark.parametrize("columns", [BULK_COLUMNS, RIGHT_COLUMNS])
def test_no_name_means_two_columns(columns: Sequence[Column]) -> None:
    names = [name for column in columns for name in column.names]
    assert len(names) == len(set(names))
    assert all(plain_name(name) == name for name in names)


def test_a_missing_column_is_named_with_what_was_found() -> None:
    words = refusal("Seller,Price\nshop-1,12\n")
    assert words == (
        "A column is missing: “Address”. The first row names “Seller”, “Price”; the template shows how it should be."
    )


def test_several_missing_columns_are_named_together() -> None:
    with pytest.raises(Invalid, match="Columns are missing: “Kind”, “Owner”"):
        read_table(b"key,title\nA,B\n", "rights.csv", RIGHT_COLUMNS)


def test_a_list_without_a_head_is_told_that_it_needs_one() -> None:
    assert refusal(f"{ITEM}\n{ITEM}2\n").startswith("The first row must name the columns, with “Address” among them")


def test_a_column_named_twice_is_refused() -> None:
    words = refusal(f"url,link\n{ITEM},{ITEM}\n")
    assert words == "Two columns are read as “Address”: “url” and “link”. Keep one of them."


def test_a_long_head_is_not_repeated_whole() -> None:
    words = refusal(",".join(f"column number {'x' * 60} {at}" for at in range(40)) + "\nx\n")
    assert "and 32 more" in words


# Rows


def test_rows_are_numbered_as_a_spreadsheet_numbers_them() -> None:
    text = f'\n{HEAD}\n\n{ITEM},,,"two\nlines"\n , ,,\n{ITEM}2,,,\n'
    assert [row.number for row in read(text).rows] == [4, 6]
    book = workbook([], ["Address"], [], [ITEM], [" "], [None], [f"{ITEM}2"])
    assert [row.number for row in read(book).rows] == [4, 7]


def test_every_column_has_a_value() -> None:
    (row,) = read(f"url\n{ITEM}\n").rows
    assert set(row.values) == {column.key for column in BULK_COLUMNS}


def test_a_row_without_an_address_is_wrong_and_the_rest_is_not() -> None:
    table = read(f"{HEAD}\n,counterfeit,,\n{ITEM},,,\n")
    assert [row.wrong for row in table.rows] == ["Row 2: the cell “Address” is empty.", ""]


def test_a_row_that_comes_apart_at_its_commas_is_wrong() -> None:
    table = read(f"{HEAD}\n{ITEM},,,It is a copy, and a bad one\n{ITEM},,,fine,,,\n")
    assert "Row 2 has more cells than there are columns" in table.rows[0].wrong
    assert table.rows[1].wrong == ""


def test_more_rows_than_allowed_are_counted() -> None:
    text = HEAD + f"\n{ITEM},,," * 301
    assert refusal(text) == "This file has 301 rows; 300 is the most. Split it into several files."
    assert len(read(text, most=301).rows) == 301
    assert "301 rows" in refusal(as_xlsx({"List": [("url",), *[(ITEM,)] * 301]}))


def test_counting_ends_somewhere() -> None:
    assert refusal("url\n" + "a\n" * 200_000).startswith("This file has more than 100,000 rows; 300 is the most.")


def test_a_row_of_very_many_cells_is_refused_before_they_are_read() -> None:
    with memory_below(60 * MEGABYTE):
        assert refusal("x," * (2 * MEGABYTE)) == "Row 1 has 2,097,153 cells; 1,000 is the most."


def test_nothing_and_next_to_nothing_is_refused() -> None:
    assert refusal(b"") == "“list.csv” is empty."
    assert refusal(" \n\n") == "There is nothing in “list.csv”."
    assert refusal(HEAD) == "This file names its columns and has no rows under them."
    assert refusal(workbook()) == "There is nothing on the visible sheets of this workbook."


def test_a_file_name_of_a_person_is_shown_on_one_line() -> None:
    with pytest.raises(Invalid) as refused:
        read_table(b"", "a\nb\u202e" + "c" * 90, BULK_COLUMNS)
    assert "\n" not in str(refused.value)
    assert "\u202e" not in str(refused.value)
    assert len(str(refused.value)) < 70


# Text files


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_separators_are_told_by_the_columns_they_find(delimiter: str) -> None:
    text = f"url{delimiter}statement\n{ITEM}{delimiter}“a”\n"
    assert given_of(read(text)) == {"address": ITEM, "statement": "“a”"}


def test_a_german_excel_writes_semicolons_and_its_own_encoding() -> None:
    table = read(f"Adresse;Verstoß;Begründung\r\n{ITEM};Fälschung;1,5 kg, „gefälscht“\r\n".encode("cp1252"))
    assert given_of(table) == {"address": ITEM, "violation": "Fälschung", "statement": "1,5 kg, „gefälscht“"}
    assert table.guessed == "Windows-1252"


def test_no_row_is_used_whose_letters_are_guessed() -> None:
    table = read(f"Adresse;Verkäufer\n{ITEM};Łódź\n{ITEM};shop\n".encode("cp1250"))
    assert table.guessed
    assert "Row 2 has letters that may be misread: the file does not say its encoding" in table.rows[0].wrong
    assert table.rows[1].wrong == ""


def test_a_chinese_excel_writes_gb18030() -> None:
    table = read(f"网址,卖家,说明\r\n{ITEM},深圳市小店,假冒商品\r\n".encode("gb18030"))
    assert given_of(table) == {"address": ITEM, "seller": "深圳市小店", "statement": "假冒商品"}
    assert table.guessed == "GB18030"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_and_nothing_is_guessed(encoding: str) -> None:
    table = read(f"网址,Verkäufer\n{ITEM},Müller\n".encode(encoding))
    assert given_of(table) == {"address": ITEM, "seller": "Müller"}
    assert table.guessed == ""


def test_letters_in_no_known_encoding_are_refused() -> None:
    assert "encoded" in refusal(b"url,seller\n" + b"\x81\x8d\x8f\x90\x9d\xff\xff\n" * 20)
    assert "encoded" in refusal(b"\xff\xfeu\x00r")  # half a letter


def test_the_line_that_names_the_separator_is_no_row() -> None:
    table = read(f"sep=|\r\nurl|price, all\r\n{ITEM}|1\r\n")
    assert table.ignored == ("price, all",)
    assert table.rows[0].number == 2


def test_nul_bytes_are_refused() -> None:
    assert "NUL" in refusal(f"url\n{ITEM}\x00\n")
    assert "NUL" in refusal(f"url\n{ITEM}\n".encode("utf-16-le"))


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_row() -> None:
    assert refusal(f'url,statement\n{ITEM},fine\n{ITEM},"never\nclosed\n').startswith("Row 3: a quotation mark")
    assert "far too long" in refusal(f'url,statement\n{ITEM},"' + "never closed\n" * 20_000)


def test_a_quotation_mark_in_plain_words_is_a_quotation_mark() -> None:
    assert given_of(read(f'url,statement\n{ITEM},a 3" pipe\n'))["statement"] == 'a 3" pipe'


def test_a_cell_longer_than_a_spreadsheet_holds_is_refused() -> None:
    assert refusal(f"url,statement\n{ITEM},{'x' * 32_768}\n").startswith("Row 2: a cell has 32,768 characters")
    assert read(f"url,statement\n{ITEM},{'x' * 32_767}\n").rows[0].wrong == ""


def test_a_long_number_that_was_shortened_is_not_used() -> None:
    for number in ("1.23457E+18", "1,23457E+18"):
        row = read(f"url;seller\n{ITEM};{number}\n").rows[0]
        assert row.wrong.startswith("Row 2: the cell “Seller” holds a number longer than the 15 digits")
        assert row.values["seller"] == ""


# Workbooks


def test_values_become_the_text_that_people_see() -> None:
    columns = [Column(key=key, title=key) for key in "abcdefgh"]
    moments = (date(2031, 12, 31), datetime.fromisoformat("2031-12-31T08:30"), time(8, 30))
    content = workbook(list("abcdefgh"), [4711.0, 12, 2.5, True, *moments, " x\nz "])
    (row,) = read_table(content, "a.xlsx", columns).rows
    assert list(row.values.values()) == [
        *("4711", "12", "2.5", "true", "2031-12-31", "2031-12-31T08:30:00", "08:30:00", "x\nz"),
    ]
    assert row.wrong == ""


def test_a_formula_spoils_its_own_row_only() -> None:
    table = read(workbook(["url"], [f'=HYPERLINK("{ITEM}")'], [ITEM]))
    assert [row.wrong for row in table.rows] == [
        "Row 2: the cell “Address” holds a formula; paste its value instead.",
        "",
    ]
    assert table.rows[0].values["address"] == ""
    assert read(f"url\n=A1\n{ITEM}\n").rows[0].wrong == table.rows[0].wrong


def test_a_formula_in_a_column_that_nobody_asked_for_does_no_harm() -> None:
    assert read(workbook(["url", "price"], [ITEM, "=1+1"])).rows[0].wrong == ""


def test_an_error_spoils_its_own_row_only() -> None:
    words = "Row 2: the cell “Seller” holds the error #REF!; put its value there instead."
    assert read(workbook(["url", "seller"], [ITEM, "#REF!"])).rows[0].wrong == words
    assert read(f"url,seller\n{ITEM},#REF!\n").rows[0].wrong == words


def test_a_number_too_long_for_a_spreadsheet_is_not_used() -> None:
    assert "15 digits" in read(workbook(["url", "seller"], [ITEM, 1234567890123456789])).rows[0].wrong
    assert given_of(read(workbook(["url", "seller"], [ITEM, 123456789012345])))["seller"] == "123456789012345"
    assert given_of(read(workbook(["url", "seller"], [ITEM, "1234567890123456789"])))["seller"] == "1234567890123456789"


def test_the_link_behind_a_cell_is_taken_where_its_text_is_no_address() -> None:
    def link(sheet: Worksheet) -> None:
        sheet["A2"].hyperlink = f"{ITEM}1"
        sheet["A3"].hyperlink = f"{ITEM}2"
        sheet["A4"].hyperlink = Hyperlink(ref="A4", location="Sheet!A1")
        sheet["B2"].hyperlink = "https://example.com/shop"

    table = read(workbook(["url", "seller"], ["A bag", "Shop"], [ITEM, ""], ["A hat", ""], change=link))
    assert [row.values["address"] for row in table.rows] == [f"{ITEM}1", ITEM, "A hat"]
    assert table.rows[0].values["seller"] == "Shop"


def test_the_first_visible_sheet_is_read_and_the_others_are_named() -> None:
    book = Workbook()
    for title in ("Hidden", "Empty", "List", "More", "Old"):
        sheet = book.create_sheet(title)
        if title != "Empty":
            sheet.append(["url"])
            sheet.append([f"{ITEM}{title}"])
    book.remove(book.worksheets[0])
    book["Hidden"].sheet_state = "hidden"
    book["Old"].sheet_state = "veryHidden"
    table = read(saved(book))
    assert (table.sheet, table.unread) == ("List", ("More",))
    assert table.rows[0].values["address"] == f"{ITEM}List"


def test_a_row_that_is_hidden_is_not_used_unseen() -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[2].hidden = True

    table = read(workbook(["url"], [ITEM], [ITEM], change=hide))
    assert [row.wrong for row in table.rows] == ["Row 2 is hidden in the sheet; show it or delete it.", ""]


def test_a_row_that_is_drawn_flat_is_not_used_unseen() -> None:
    flat = LINE.format(2, ITEM).replace('r="2"', 'r="2" ht="0" customHeight="1"', 1)
    content = with_part(workbook(["url"]), PARTS[0], SHEET.format(LINE.format(1, "url") + flat, "").encode())
    assert [row.wrong for row in read(content).rows] == ["Row 2 is hidden in the sheet; show it or delete it."]


def test_two_rows_of_one_number_are_refused() -> None:
    rows = LINE.format(1, "url") + LINE.format(2, ITEM) + LINE.format(2, ITEM)
    assert "broken" in refusal(with_part(workbook(["url"]), PARTS[0], SHEET.format(rows, "").encode()))


def test_merged_cells_are_passed_over() -> None:
    rows = LINE.format(1, "url") + LINE.format(2, ITEM)
    merged = "<mergeCells>" + '<mergeCell ref="nowhere"/>' * 9 + "</mergeCells>"
    (row,) = read(with_part(workbook(["url"]), PARTS[0], SHEET.format(rows, merged).encode())).rows
    assert (row.values["address"], row.wrong) == (ITEM, "")


def test_rows_of_nothing_without_end_are_refused() -> None:
    assert "more than 100,000 empty rows" in refusal("url\n" + "\n" * 100_001)
    assert len(read(f"url\n{ITEM}\n" + "\n" * 1000 + f"{ITEM}\n").rows) == 2


def test_notes_beside_a_table_are_left_alone() -> None:
    assert read(workbook(["url"], [ITEM, None, "ask Ann"])).rows[0].wrong == ""


def test_a_workbook_as_excel_writes_it_is_read() -> None:
    rows = "".join(f'<row r="{at + 1}" spans="1:1"><c r="A{at + 1}" t="s"><v>{at}</v></c></row>' for at in range(2))
    rows = rows.replace("</row>", '<c r="B1" t="s"><v>2</v></c></row>', 1)
    rows = rows[: -len("</row>")] + '<c r="B2" t="s"><v>3</v></c></row>'
    strings = f"<si><t>URL</t></si><si><t>{ITEM}</t></si><si><r><t>State</t></r><r><t>ment</t></r></si>"
    table = read(as_excel(rows, strings + "<si><t>one_x000D_\ntwo</t></si>"))
    assert given_of(table) == {"address": ITEM, "statement": "one\ntwo"}


# What is no table


def test_a_file_larger_than_slack_takes_is_refused() -> None:
    assert refusal(b"x" * (50 * MEGABYTE)) == "“list.csv” has 50 MB; 10 MB is the most."
    assert "has 10.1 MB" in refusal(b"x" * (BIGGEST + 1))
    assert "has 0.1 MB" in refusal("url\nx\n", biggest=5)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
ODS = archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (OLE, "old Excel (.xls)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (ODS, "OpenDocument file (.ods)"),
        (archive({"[Content_Types].xml": b"", "xl/workbook.bin": b""}), "binary workbook (.xlsb)"),
        (archive({"[Content_Types].xml": b"", "word/document.xml": b"<a/>"}), "a document"),
        (archive({"Index/Document.iwa": b""}), "Numbers"),
        (archive({"list.csv": b"url"}), "ZIP archive and no workbook"),
        (archive({}), "ZIP archive and no workbook"),
        (archive({"[Content_Types].xml": b"<a/>"}), "broken"),
        (b"PK\x03\x04 and no more", "broken"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"\x1f\x8b\x08", "a compressed archive"),
        (b"<html><table><tr><td>url</td></tr></table>", "a web page"),
        (b'\xef\xbb\xbf  <?xml version="1.0"?><Workbook/>', "a web page or XML"),
    ],
)
def test_what_is_no_table_is_told_by_its_content(content: bytes, said: str) -> None:
    assert said in refusal(content)


def test_a_workbook_with_a_password_on_its_parts_is_refused() -> None:
    content = bytearray(workbook(["url"], [ITEM]))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1  # the flag of an encrypted entry
    assert "password" in refusal(bytes(content))


# Bombs


def test_a_bomb_that_declares_itself_is_refused_without_being_unpacked() -> None:
    bomb = with_part(workbook(["url"], [ITEM]), "xl/worksheets/sheet1.xml", bytes(60 * MEGABYTE))
    assert len(bomb) < MEGABYTE
    with memory_below(20 * MEGABYTE):
        assert "more than 25 MB" in refusal(bomb)


def test_a_part_packed_too_tightly_is_refused() -> None:
    assert "packed as no spreadsheet packs" in refusal(
        with_part(workbook(["url"], [ITEM]), "xl/media/a", bytes(10 * MEGABYTE))
    )


def test_many_parts_that_are_each_the_same_bytes_are_counted_each() -> None:
    """Entries that overlap: small as a file, and each of them full size when unpacked."""
    part = b"<row/>" * 1000
    content = workbook(["url"], [ITEM])
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    assert "too large" in refusal(archive(parts | {f"xl/{at}.xml": part for at in range(300)}))


def test_too_many_parts_are_refused_before_they_are_listed() -> None:
    content = archive({f"{at}": b"" for at in range(20_000)})
    with memory_below(10 * MEGABYTE):
        assert "more than 1,000 parts" in refusal(content)


def test_a_size_that_is_a_lie_ends_where_it_was_declared() -> None:
    content = bytearray(with_part(workbook(["url"], [ITEM]), "xl/media/a", bytes(60 * MEGABYTE)))
    for start, size_at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.rindex(start)
        content[at + size_at : at + size_at + 4] = (1000).to_bytes(4, "little")
    with memory_below(20 * MEGABYTE):
        assert "broken" in refusal(bytes(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_has_no_limit_while_unpacking_is_refused(method: int) -> None:
    content = archive({"[Content_Types].xml": bytes(20 * MEGABYTE)}, method)
    with memory_below(20 * MEGABYTE):
        assert "broken" in refusal(content)


def test_marks_that_would_fill_the_memory_are_refused_unread() -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"/><c r="B%d"/></row>' % (at, at, at) for at in range(90_000))
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + rows
    content = with_part(workbook(["url"], [ITEM]), "xl/worksheets/sheet1.xml", sheet)
    with memory_below(20 * MEGABYTE):
        assert "too large" in refusal(content)


def test_styles_without_end_are_refused_unread() -> None:
    fonts = "".join(f'<font><sz val="{at}"/></font>' for at in range(15_000))
    styles = f'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts>{fonts}'
    with memory_below(10 * MEGABYTE):
        assert "too large" in refusal(with_part(workbook(["url"], [ITEM]), "xl/styles.xml", styles.encode()))


def test_the_largest_workbook_that_is_read_stays_small_in_memory() -> None:
    head = b'<row><c t="inlineStr"><is><t>url</t></is></c></row>'
    row = (
        '<row r="{0}">' + '<c s="0"/>' * 20 + '<c t="inlineStr"><is><t>https://www.ebay.com/itm/{0}</t></is></c></row>'
    )
    rows = "".join(row.format(at) for at in range(2, 8_502)).encode()
    cells = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    sheet = cells + head + rows + b"</sheetData></worksheet>"
    content = with_part(workbook(["url"], [ITEM]), "xl/worksheets/sheet1.xml", sheet)
    with memory_below(60 * MEGABYTE):
        assert "8,500 rows" in refusal(content)


EXCEL = as_excel('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', "<si><t>url</t></si>")
BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "'
    + b"&a;" * 1000
    + b'"><!ENTITY c "'
    + b"&b;" * 1000
    + b'">]>'
)
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY c SYSTEM "file:///etc/hostname">]>'
PARTS = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml")


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("entities", [BILLION_LAUGHS, EXTERNAL])
def test_entities_are_refused_wherever_they_stand(name: str, entities: bytes) -> None:
    content = EXCEL
    part = part_of(content, name).split(b"?>", 1)[-1]
    at = part.rindex(b"</")
    with memory_below(10 * MEGABYTE):
        assert "broken" in refusal(with_part(content, name, entities + part[:at] + b"&c;" + part[at:]))


def test_openpyxl_reads_with_defusedxml() -> None:
    assert openpyxl.DEFUSEDXML
    assert openpyxl.xml.functions.iterparse.__module__.startswith("defusedxml")


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData>{}</worksheet>'
LINE = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>{1}</t></is></c></row>'


@pytest.mark.parametrize(
    ("rows", "after"),
    [
        (LINE.format(1, "url") + '<row r="99999999999"><c t="inlineStr"><is><t>x</t></is></c></row>', ""),
        (LINE.format(1, "url") + '<row r="2"><c r="A2" t="s"><v>99999</v></c></row>', ""),
        (LINE.format(1, "url") + f'<row r="2"><c r="A2"><v>{"9" * 5000}</v></c></row>', ""),
        (LINE.format(1, "url") + '<row r="2"><c r="A2"><v>nan</v></c></row>', ""),
        (LINE.format(1, "url") + "<x>" * 50_000 + "</x>" * 50_000, "<"),
        (LINE.format(1, "url"), "<hyperlinks><hyperlink/></hyperlinks>"),
    ],
)
def test_a_workbook_that_no_program_wrote_is_refused_in_a_sentence(rows: str, after: str) -> None:
    assert refusal(with_part(workbook(["url"], [ITEM]), PARTS[0], SHEET.format(rows, after).encode()))


def test_gaps_ranges_and_formulas_without_end_take_no_time() -> None:
    formula = "A1+" * 10_000 + "A1"
    shared = f'<row r="3"><c r="A3"><f t="shared" si="0" ref="A3:A9999">{formula}</f></c></row>' + "".join(
        f'<row r="{at}"><c r="A{at}"><f t="shared" si="0"/></c></row>' for at in range(4, 290)
    )
    rows = LINE.format(1, "url") + LINE.format(2, ITEM) + shared + LINE.format(1_048_576, ITEM)
    after = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    after += '<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>'
    table = read(with_part(workbook(["url"], [ITEM]), PARTS[0], SHEET.format(rows, after).encode()))
    assert table.rows[-1].number == 1_048_576
    assert len([row for row in table.rows if "formula" in row.wrong]) == 287


def test_one_sheet_under_many_names_is_refused() -> None:
    content = workbook(["url"], [ITEM])
    book = part_of(content, "xl/workbook.xml")
    start, end = book.index(b"<sheet "), book.index(b"</sheets>")
    named = book[start:end]
    twice = book[:start] + named + named.replace(b'name="Sheet"', b'name="Two"') + book[end:]
    assert "broken" in refusal(with_part(content, "xl/workbook.xml", twice))
    many = book[:start] + named * 200 + book[end:]
    assert "too large" in refusal(with_part(content, "xl/workbook.xml", many))


# Templates


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("columns", [BULK_COLUMNS, RIGHT_COLUMNS])
def test_a_template_is_read_back_and_its_example_is_not_taken(kind: Any, columns: Sequence[Column]) -> None:
    table = read_table(template(kind, columns), f"template.{kind}", columns)
    assert table.ignored == ()
    (row,) = table.rows
    assert row.values == {column.key: column.example for column in columns}
    title = columns[0].title
    assert row.wrong == f"Row 2: the cell “{title}” is the template's example; replace it."


@pytest.mark.parametrize("key", ["seller", "statement", "message", "right"])
def test_no_part_of_the_example_is_filed_by_oversight(key: str) -> None:
    (column,) = (one for one in BULK_COLUMNS if one.key == key)
    table = read(as_csv([("Address", column.title), (ITEM, column.example)]))
    assert "example" in table.rows[0].wrong


def test_the_example_would_not_be_filed_either() -> None:
    with pytest.raises(Invalid):
        read_listing(BULK_COLUMNS[0].example)


def test_the_workbook_to_fill_in_is_fit_to_be_filled_in() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(template("xlsx", BULK_COLUMNS))).worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["A"].width > 30
    assert sheet["A1"].font.b


# Pasted


def test_addresses_are_read_out_of_pasted_text() -> None:
    text = f"""
    1. {ITEM}
    <{ITEM}2|a bag, {ITEM}9> and <{ITEM}3>
    {ITEM}4,{ITEM}5; "{ITEM}6"
    see:{ITEM}7 (seen today)
    hxxps://www[.]ebay[.]com/itm/8
    {ITEM}\t4711\tShop 1
    """
    assert read_pasted(text) == (
        *(ITEM, f"{ITEM}2", f"{ITEM}3", f"{ITEM}4", f"{ITEM}5", f"{ITEM}6", f"{ITEM}7"),
        *("https://www.ebay.com/itm/8", ITEM),
    )


def test_a_line_without_an_address_is_kept_so_that_it_can_be_named() -> None:
    assert read_pasted(f"the red bag\n\n{ITEM}\r\n <@U1> ") == ("the red bag", ITEM, "<@U1>")


def test_three_hundred_pasted_addresses_are_three_hundred() -> None:
    assert read_pasted("\n".join(f"<{ITEM}{at}>" for at in range(300))) == tuple(f"{ITEM}{at}" for at in range(300))


# Whatever comes

ANYTHING = [Column(key=key, title=key, address=key == "a") for key in "abc"]
cells = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="=+-@;,\t\r\n \"'a\u200b＝#|", max_size=12),
    st.sampled_from(["=1+1", "#REF!", "'=x", "'", "1E+20", ITEM]),
)


def read_or_refused(content: bytes) -> Table | None:
    try:
        return read_table(content, "x", ANYTHING)
    except Invalid:
        return None


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda more: b"a,b,c\n" + more)))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read_or_refused(content)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(["a", "b", '"', ",", ";", "\n", "\r", "\t", "\x00"]), cells), max_size=30))
def test_any_text_is_read_or_refused(parts: list[str]) -> None:
    read_or_refused(("a,b,c\n" + "".join(parts)).encode(errors="ignore"))


WHOLE = workbook(["a", "b", "c"], [ITEM, 4711.0, date(2031, 12, 31)], ["=1+1", "#REF!", True])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(PARTS))
    whole = EXCEL if name == "xl/sharedStrings.xml" else WHOLE
    part = bytearray(part_of(whole, name))
    at = data.draw(st.integers(0, len(part)))
    part[at : at + data.draw(st.integers(0, 20))] = data.draw(
        st.one_of(st.binary(max_size=8), st.sampled_from([b"<c/>", b"&lt;", b'"', b" r='ZZZ0'", b"-1", b"9" * 400]))
    )
    read_or_refused(with_part(whole, name, bytes(part)))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=6))
def test_a_damaged_archive_is_read_or_refused(at: int, bad: bytes) -> None:
    read_or_refused(WHOLE[:at] + bad + WHOLE[at + len(bad) :])
    read_or_refused(WHOLE[:at])


ROUND = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn")) | st.sampled_from("=+-@;'\n"), max_size=20
).filter(lambda text: text == text.strip() and not text.startswith("'") and "\u200b" not in text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(ROUND, st.just("x"), ROUND), min_size=1, max_size=5))
def test_what_the_desk_exports_it_reads_back(rows: list[ExportRow]) -> None:
    for content in (as_csv([("a", "b", "c"), *rows]), as_xlsx({"List": [("a", "b", "c"), *rows]})):
        table = read_or_refused(content)
        assert table is not None
        for row, written in zip(table.rows, rows, strict=True):
            assert row.wrong == "" or "error" in row.wrong or "15 digits" in row.wrong
            if not row.wrong:
                assert [" ".join(value.split()) for value in row.values.values()] == [
                    " ".join(seen(str(value)).split()) for value in written
                ]


def seen(text: str) -> str:
    return text.strip().strip("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff").strip()


@pytest.mark.parametrize("text", ["=1+1", "@shop", "+49 30", "a;=b", "\t=1", "plain", "it's", "o'clock", "'quoted'"])
def test_what_was_disarmed_is_read_as_it_was_typed(text: str) -> None:
    read_back = as_csv([(text,)]).decode("utf-8-sig").strip().strip('"')
    assert as_typed(read_back).strip() == text.strip()


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.text(alphabet="<>|/:.;, \nhtpsax", max_size=80)))
def test_any_pasted_text_is_read(text: str) -> None:
    assert all(found.strip() for found in read_pasted(text))
