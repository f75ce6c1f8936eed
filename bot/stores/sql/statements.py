"""The writes of a save as one statement of PostgreSQL, or several of SQLite.

In PostgreSQL every kind of write is a part of one `WITH`, and takes its rows as arrays, one a column: whatever their
number, the text stays the same, and so does its plan. The last line divides by zero unless as many rows were written as
were meant; then nothing was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, bindparam, update
from sqlalchemy.dialects import sqlite

from bot.stores.sql.records import Values
from bot.stores.sql.tables import briefs
from bot.stores.sql.writes import WRITES

CHANNEL = "takedown_desk"
"""Where processes tell each other what was changed."""

_OPENED = update(briefs).where(briefs.c.number == bindparam("number_")).values(open_key=None)


@cache
def statement(shape: tuple[str, ...], *, tells: bool) -> str:
    """The one statement of PostgreSQL for these kinds of write; its parameters are their columns, kind by kind.

    `tells`: it also tells other processes something, which is its last parameter.
    """
    parts, checks, first = [], [], 1
    for name in shape:
        write = WRITES[name]
        arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(write.columns.values(), first))
        rows = f"unnest({arrays}) AS u ({', '.join(write.columns)})"
        parts += [f"{part} AS ({text.format(rows=rows)})" for part, text in write.parts.items()]
        checks += [check.format(rows=rows, n=f"cardinality(${first})") for check in write.checks]
        first += len(write.columns)
    whole = " AND ".join(checks) or "true"
    told = f", pg_notify('{CHANNEL}', ${first})" if tells else ""
    return f"WITH {', '.join(parts)} SELECT 1 / (CASE WHEN {whole} THEN 1 ELSE 0 END){told}"


def arrays(shape: Sequence[str], rows: Mapping[str, Sequence[Values]]) -> list[list[Any]]:
    """The parameters of `statement`."""
    return [[row[column] for row in rows[name]] for name in shape for column in WRITES[name].columns]


def shape_of(rows: Mapping[str, Sequence[Values]]) -> tuple[str, ...]:
    return tuple(name for name in WRITES if name in rows)


def sqlite_steps(rows: Mapping[str, Sequence[Values]]) -> Iterable[tuple[Any, list[Values], bool]]:
    """What SQLite is asked, one after the other, with the rows and whether each has to be met."""
    moved = rows.get("notices_moved", ())
    if moved:
        # It knows no constraint that waits for the end: give the keys up first, so that one may pass to another.
        yield _OPENED, [{"number_": row["number"]} for row in moved], False
    for name in ("notices_moved", *(one for one in WRITES if one != "notices_moved")):
        given = [{**row, **{f"{key}_": value for key, value in row.items()}} for row in rows.get(name, ())]
        if given:
            for asked, each in WRITES[name].sqlite:
                wanted = _asked_for(asked)
                yield asked, [{key: row[key] for key in wanted} for row in given], each


@cache
def _asked_for(asked: ClauseElement) -> tuple[str, ...]:
    """The values that a statement takes. What it is given besides it would write into the column of that name."""
    compiled: Any = asked.compile(dialect=sqlite.dialect())
    return tuple(name for name, bind in compiled.binds.items() if bind.required)
