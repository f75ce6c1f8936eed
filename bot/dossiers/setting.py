"""What every chapter of a dossier is made of: blocks for `dossier.typ`, and words for people, times and counts. Pure.

What people wrote goes through `written` or `quoted`, so that it is shown whole and turns nothing else around.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from bot.dossiers.lettering import ROOM, Written, visible, written
from bot.model import SYSTEM, Actor, Brief, Material

Json = dict[str, Any]
Cell = Written | str | list[Written | str]
_LETTERS_OF_A_LINE = 100
"""Of a table's small print, even when they are wide ones."""


def day(when: date | datetime | None) -> str:
    """`2 Mar 2026`, of a moment in UTC; a dash where there is none."""
    if when is None:
        return "–"
    shown = when.astimezone(UTC) if isinstance(when, datetime) else when
    return f"{shown.day} {shown:%b %Y}"


def moment(when: datetime) -> str:
    return f"{day(when)} {when.astimezone(UTC):%H:%M} UTC"


def many(count: int, word: str, words: str = "") -> str:
    return f"{count:,} {word if count == 1 else words or f'{word}s'}"


def person(material: Material, who: Actor | None) -> str:
    """What somebody is called; the desk itself, and marketplaces, act too."""
    if who is None:
        return "–"
    if who == SYSTEM:
        return "the desk"
    return material.names.get(who.user_id) or material.marketplaces.get(who.user_id) or who.user_id


def cell(value: str | Sequence[str], room: int = ROOM) -> Cell:
    """A cell of a table: a text, or one with smaller lines beneath; empty lines are left out."""
    if isinstance(value, str):
        return written(value or "–", room=room)
    lines = [written(line, room=room) for line in value if line]
    return lines or "–"


def briefs(material: Material) -> list[Brief]:
    return [Brief.of(notice) for notice in material.notices]


def marketplace(material: Material, key: str) -> str:
    return material.marketplaces.get(key) or key


def in_a_row(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def text(words: str) -> Json:
    return {"kind": "text", "text": written(words)}


def sub(words: str) -> Json:
    return {"kind": "sub", "text": visible(words)}


def facts(rows: Iterable[tuple[str, str]]) -> Json:
    return {"kind": "facts", "rows": [[written(name), cell(value)] for name, value in rows]}


def table(head: str, widths: str, rows: Iterable[Sequence[str | Sequence[str]]], right: Sequence[int] = ()) -> Json:
    columns = [float(width) for width in widths.split()]
    rooms = [int(_LETTERS_OF_A_LINE * width / sum(columns)) for width in columns]
    return {
        "kind": "table",
        "head": head.split("|"),
        "columns": columns,
        "rows": [[cell(value, room) for value, room in zip(row, rooms, strict=True)] for row in rows],
        "right": list(right),
    }
