"""How importing rights from a file looks: the form, every line typed back, and what was done."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from bot.blocks import Json, as_written, button, buttons, message, ours, plain, small, theirs
from bot.blocks.forms import notice_view
from bot.blocks.tables import one_line, small_as_written
from bot.rights import LABELS, Fate, Line

_CHUNK = 2800
_ROOM = 200_000
"""Bytes of all lines as JSON: they stay below what Slack takes in a view, and below its hundred blocks."""
_LINE_LIMIT = 500
_FIRST = (Fate.REFUSED, Fate.CHANGED, Fate.NEW, Fate.UNCHANGED)


def import_form() -> Json:
    """Takes a file, and offers a template of one."""
    columns = ", ".join(LABELS.values())
    words = "A CSV or Excel file with a row for each right. An empty cell keeps what is on file."
    return {
        "type": "modal",
        "callback_id": "right_imports.form",
        "title": plain("Import rights"),
        "submit": plain("Check it"),
        "close": plain("Cancel"),
        "blocks": [
            ours(words),
            small(f"Columns, in any order: {columns}."),
            *buttons(
                [
                    button("Template (Excel)", "right_imports.template_xlsx", "xlsx"),
                    button("Template (CSV)", "right_imports.template_csv", "csv"),
                ]
            ),
            {
                "type": "input",
                "block_id": "file",
                "label": plain("File"),
                "element": {"type": "file_input", "action_id": "file", "filetypes": ["csv", "xlsx"], "max_files": 1},
                "hint": plain("You see what would change before anything does."),
            },
        ],
    }


def reading_view() -> Json:
    """While a file is being read."""
    return notice_view("Import rights", message(["Reading the file …"], [ours("Reading the file …")]))


def check_view(lines: Sequence[Line], *, notes: Sequence[str], carries: str) -> Json:
    """A file typed back line by line; *Import* is there when something would change. `carries` names the file."""
    good = sum(1 for line in lines if line.fate in (Fate.NEW, Fate.CHANGED))
    view = {
        "type": "modal",
        "title": plain("Import rights"),
        "close": plain("Cancel" if good else "Close"),
        "blocks": [as_written(_counted(lines)), *map(small_as_written, notes), *_paragraphs(lines)],
    }
    if not good:
        return view
    return {
        **view,
        "callback_id": "right_imports.take_in",
        "submit": plain(f"Import {good}"),
        "private_metadata": carries,
    }


def imported_view(lines: Sequence[Line]) -> Json:
    """What was imported, and what was not."""
    left = [line for line in lines if line.fate is Fate.REFUSED]
    good = sum(1 for line in lines if line.fate in (Fate.NEW, Fate.CHANGED))
    words = f"Imported {good} of {len(lines)}." if good else "There was nothing left to import."
    return {
        "type": "modal",
        "title": plain("Import rights"),
        "close": plain("Close"),
        "blocks": [ours(words), *_paragraphs(left)],
    }


def refused_view(words: str) -> Json:
    """Why a file could not be imported."""
    return notice_view("Import rights", message([words], [theirs(words)]))


def _counted(lines: Sequence[Line]) -> str:
    counts = Counter(line.fate for line in lines)
    said = ", ".join(f"{counts[fate]} {fate}" for fate in (Fate.NEW, Fate.CHANGED, Fate.UNCHANGED, Fate.REFUSED))
    return f"{len(lines)} rows: {said}. Nothing has been changed yet."


def _paragraphs(lines: Sequence[Line]) -> list[Json]:
    """Every line, those that want a look first; what does not fit a view is counted."""
    ordered = sorted(lines, key=lambda line: (_FIRST.index(line.fate), line.number))
    chunks: list[str] = []
    room = _ROOM
    for at, line in enumerate(ordered):
        said = _imported(line)
        room -= len(json.dumps(said))
        if room < 0:
            chunks.append(f"and {len(ordered) - at} more rows")
            break
        if chunks and len(chunks[-1]) + len(said) < _CHUNK:
            chunks[-1] += f"\n{said}"
        else:
            chunks.append(said)
    return [as_written(chunk) for chunk in chunks]


def _imported(line: Line) -> str:
    words = f": {'; '.join(line.words)}" if line.words else ""
    return one_line(f"Row {line.number} · {line.key or 'no key'} · {line.fate}{words}", _LINE_LIMIT)
