"""Files for spreadsheets: whole, readable again, and without a formula in them."""

from __future__ import annotations

import csv
import io
import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.exports import CELL_LIMIT, Row, as_csv, as_xlsx, bulk_rows, notices_rows, offenders_rows
from bot.model import BulkLine, ComeBack, LineVerdict, Status
from bot.sheets import BULK_COLUMNS, read_table
from tests.bot.blocks import made

ROOT = Path(__file__).parents[2]
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
FORMULAS = (
    "=1+1",
    "+49 30 1234",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =HYPERLINK(1)",
    "＝1+1",
    "\u200b=1",
    "\ufeff@x",
    "a;=cmd|' /C calc'!A0",
    "a\n=1",
)
people = st.one_of(
    st.sampled_from(FORMULAS),
    st.text(max_size=80),
    st.text(alphabet=st.characters(), max_size=40),
    st.text(alphabet="=+-@;,\t\r\n \"'a\u200b＝", max_size=12),
)


def name(key: str) -> str:
    return {"acme": "Acme Market"}.get(key, key)


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_offenders_are_listed_with_every_part_of_the_score() -> None:
    one = made.offender(names=("Shop 5",))
    head, row = offenders_rows([one], name=name)
    assert dict(zip(head, row, strict=True)) == {
        "rank": 1,
        "seller": "Shop 5 (S-5)",
        "seller ids": "S-5",
        "marketplaces": "Acme Market",
        "upheld": 4,
        "upheld before": 3,
        "trend": 1,
        "new": "no",
        "rejected": 0,
        "overturned": 0,
        "proportion": 1.0,
        "gravity": 0.95,
        "number": 3.1,
        "relistings": 1,
        "failed counter-notices": 0,
        "alias changes": 0,
        "intention": 1.25,
        "score": 36.8,
        "last upheld": "2026-11-22T08:00:00Z",
    }


def test_notices_are_listed_with_what_became_of_them() -> None:
    brief = made.brief(7, status=Status.REINSTATED, came_back=ComeBack.COUNTER_NOTICE, contested=True)
    head, row = notices_rows([brief], name=name)
    told = dict(zip(head, row, strict=True))
    assert told["notice"] == "TD-7"
    assert told["seller id"] == "S-5"
    assert told["upheld"] == "no"
    assert told["overturned"] == "yes"
    assert told["came back"] == "counter notice"
    assert told["decided"] == ""


def test_a_csv_begins_with_the_mark_that_excel_knows_utf8_by() -> None:
    data = as_csv([("seller",), ("淘宝店",)])
    assert data.startswith(b"\xef\xbb\xbf")
    assert read_csv(data) == [["seller"], ["淘宝店"]]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_csv_disarms_every_formula(text: str) -> None:
    (cell,) = read_csv(as_csv([(text,)]))[0]
    assert "'" in cell
    assert harmless_in_csv(cell)


def test_numbers_stay_numbers() -> None:
    assert as_csv([(-1, 2.5, "x")]) == b'\xef\xbb\xbf-1,2.5,"x"\r\n'


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(people, min_size=1, max_size=4), min_size=1, max_size=4))
def test_nothing_anybody_writes_is_a_formula_in_a_csv(rows: list[list[str]]) -> None:
    for row in read_csv(as_csv(rows)):
        assert all(harmless_in_csv(cell) for cell in row)


@settings(max_examples=600, deadline=None)
@given(st.one_of(people, st.text(alphabet="=\t\r\n; 'a\u200b", max_size=14)))
def test_an_apostrophe_stands_wherever_a_formula_could_begin_and_nowhere_else(text: str) -> None:
    (cell,) = read_csv(as_csv([(text,)]))[0]
    whole = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
    assert cell == "".join(("'" if begins(whole, at) else "") + char for at, char in enumerate(whole))


def begins(text: str, at: int) -> bool:
    if at and text[at - 1] not in ";\t\r\n":
        return False
    run = "".join(
        itertools.takewhile(lambda char: re.fullmatch("[\\s\u200b-\u200f\u2060-\u2064\ufeff]", char), text[at:])
    )
    after = text[at + len(run) : at + len(run) + 1]
    return (after != "" and after in "=+-@＝＋－＠﹢﹣﹦﹫−") or (not at and ("\t" in run or "\r" in run))


@pytest.mark.parametrize("char", ["\n", "\t", ";", "\u200b"])
def test_a_file_of_separators_takes_no_longer_than_another(char: str) -> None:
    """In a process of its own, which is stopped: the work grew with the square of a run, and let nothing else run."""
    program = "import sys; from bot.exports import as_csv, as_xlsx; rows = [['a' + sys.argv[1] * 16_000 + 'a']] * 400"
    subprocess.run(
        [sys.executable, "-c", f"{program}; as_csv(rows); as_xlsx({{'x': rows}})", char],
        check=True, timeout=20, cwd=ROOT,
    )  # fmt: skip


def harmless_in_csv(cell: str) -> bool:
    """However Excel splits it: at the cell, or at semicolons, tabs and lines within it."""
    parts = [cell, *re.split(r"[;\t\r\n]", cell)]
    return not any(part.strip(" \xa0\u200b\ufeff").startswith(DANGEROUS) for part in parts)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(people, min_size=1, max_size=4), min_size=1, max_size=4), people)
def test_nothing_anybody_writes_is_a_formula_in_a_workbook(rows: list[list[str]], title: str) -> None:
    book = load_workbook(io.BytesIO(as_xlsx({title: rows})))
    (sheet,) = book.worksheets
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type == "s" for cell in cells)
    written = [text for row in rows for text in row]
    assert len(cells) <= len(written)


def test_a_workbook_is_read_back_as_it_was_written() -> None:
    rows: list[Row] = [("seller", "score"), ("=1+1", 36.8), ("#N/A", -2), ("淘宝店\nline two", 0)]
    book = load_workbook(io.BytesIO(as_xlsx({"Offenders": rows, "Notices": [("notice",)]})))
    assert book.sheetnames == ["Offenders", "Notices"]
    assert list(book["Offenders"].iter_rows(values_only=True)) == rows
    assert book["Offenders"].freeze_panes == "A2"
    assert book["Offenders"]["A2"].data_type == "s"


def test_what_a_workbook_cannot_hold_is_taken_out() -> None:
    rows = [("a\x00b\x0bc\ud800d\uffffe",), ("x" * 40_000,)]
    sheet = load_workbook(io.BytesIO(as_xlsx({"a/b:c" * 20: rows}))).worksheets[0]
    assert sheet["A1"].value == "abcde"
    assert len(str(sheet["A2"].value)) == CELL_LIMIT
    assert len(sheet.title) <= 31
    assert read_csv(as_csv(rows))[0] == ["abcde"]


def test_the_table_of_a_bulk_can_be_uploaded_again_and_nothing_in_it_is_a_formula() -> None:
    lines = [
        BulkLine(number=7, address="https://acme.example/item/1", violation="counterfeit", seller="=1+1"),
        BulkLine(number=8, address="=HYPERLINK(1)", verdict=LineVerdict.UNKNOWN, why="+ no address", message="@here"),
    ]
    written = as_csv(bulk_rows(lines, name=name))
    assert all(harmless_in_csv(cell) for row in read_csv(written) for cell in row)
    again = read_table(written, "bulk.csv", BULK_COLUMNS)
    assert again.rows[0].values["address"] == lines[0].address
    assert again.rows[0].values["seller"] == "=1+1"
    assert again.rows[1].values["message"] == "@here"


def test_a_list_of_nobody_has_its_head() -> None:
    assert len(offenders_rows([], name=name)) == 1
    assert load_workbook(io.BytesIO(as_xlsx({"Offenders": offenders_rows([], name=name)}))).worksheets[0].max_row == 1
