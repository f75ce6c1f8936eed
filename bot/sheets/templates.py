"""A file to download and fill in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from bot.exports import as_csv, as_xlsx
from bot.sheets.columns import Column


def template(kind: Literal["csv", "xlsx"], columns: Sequence[Column]) -> bytes:
    """The columns' titles and an example row, which `read_table` does not take as it stands."""
    rows = [[column.title for column in columns], [column.example for column in columns]]
    return as_csv(rows) if kind == "csv" else as_xlsx({"Template": rows})
