"""Tables that people paste or upload, read into rows of plain text. Pure; it is CPU work, so call it in a thread.

`read_table` a CSV or XLSX file · `read_pasted` addresses in text · `template` a file to fill in. Whatever is not such
a file is refused in a sentence; a cell that cannot be taken as it stands spoils its own row and no other.
"""

from bot.sheets.columns import BULK_COLUMNS, RIGHT_COLUMNS, Column
from bot.sheets.pasted import read_pasted
from bot.sheets.tables import BIGGEST, MOST_ROWS, Row, Table, read_table
from bot.sheets.templates import template

__all__ = [
    "BIGGEST",
    "BULK_COLUMNS",
    "MOST_ROWS",
    "RIGHT_COLUMNS",
    "Column",
    "Row",
    "Table",
    "read_pasted",
    "read_table",
    "template",
]
