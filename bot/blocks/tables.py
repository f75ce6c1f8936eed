"""More primitives: tables, selects, lines, and a plain text that is cut between lines and never inside one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bot.blocks import FALLBACK_LIMIT, FIELD_LIMIT, Json, cut, escape, harmless, plain

CELL_LIMIT = 120
"""Characters of a table's cell; Slack takes 10,000 in a whole table, so wide ones cut people's words shorter."""
TITLE_LIMIT = 80
"""Characters of a seller's title inside a sentence."""
_HEADER_LIMIT = 150
_OPTION_LIMIT = 75
_VALUE_LIMIT = 150
_OPTIONS = 100


def one_line(text: str, limit: int = TITLE_LIMIT) -> str:
    """Anybody's words as a piece of one line: harmless, without breaks, never empty."""
    return cut(" ".join(harmless(text).split()), limit) or "–"


def name_cut(title: str, limit: int = TITLE_LIMIT) -> str:
    """A seller's title as a piece of one line. What is too long loses letters of the name, not of the id behind it."""
    whole = one_line(title, len(title) * 2 + 2)
    at = whole.rfind(" (")
    room = limit - len(whole) + at - 1
    return whole if len(whole) <= limit else f"{whole[:room].rstrip()}…{whole[at:]}" if room > 0 else cut(whole, limit)


def header(text: str) -> Json:
    return {"type": "header", "text": plain(one_line(text, _HEADER_LIMIT))}


def small_as_written(text: str) -> Json:
    """Small print that may hold anybody's words."""
    return {"type": "context", "elements": [plain(one_line(text, FIELD_LIMIT))]}


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: frozenset[int] = frozenset(),
    limits: Sequence[int] = (),
) -> Json:
    """A table of at most 99 rows below its heads; `right` are the columns of numbers. One a message.

    `limits` are the characters of each column, where they are not `CELL_LIMIT`.
    """
    # Not wrapped: on a phone it scrolls sideways, where wrapped columns would shrink to a letter each.
    settings = [{"align": "right" if at in right else "left"} for at in range(len(heads))]
    widths = limits or [CELL_LIMIT] * len(heads)
    shown = [[_cell(text, width) for text, width in zip(row, widths, strict=True)] for row in (heads, *rows)]
    return {"type": "table", "rows": shown[:100], "column_settings": settings}


def select(prompt: str, action_id: str, options: Iterable[tuple[str, str]]) -> list[Json]:
    """A menu of text and value in a list, or nothing where there is nothing to choose."""
    drawn = {
        value: {"text": plain(one_line(text, _OPTION_LIMIT)), "value": value}
        for text, value in options
        if 0 < len(value) <= _VALUE_LIMIT
    }
    if not drawn:
        return []
    menu: Json = {"type": "static_select", "action_id": action_id, "placeholder": plain(prompt)}
    return [{**menu, "options": list(drawn.values())[:_OPTIONS]}]


def ask_first(drawn: Json, *, title: str, words: str, confirm: str) -> Json:
    """A button that does harm: red, and asks again. The words are ours."""
    asking = {"title": plain(title), "text": plain(words), "confirm": plain(confirm), "deny": plain("Keep it")}
    return {**drawn, "style": "danger", "confirm": {**asking, "style": "danger"}}


def whole_lines(before: Sequence[str], each: Sequence[str], after: Sequence[str], *, more: Callable[[int], str]) -> str:
    """A top-level text of full lines. Where there is too much, the last of `each` go first, then those of `after`.

    `more` says how many of `each` were left out; it is called with 0 too.
    """
    head, body, tail = (_escaped(lines) for lines in (before, each, after))
    for kept in range(len(body), -1, -1):
        lines = [*head, *body[:kept], *_escaped([more(len(body) - kept)]), *tail]
        if _length(lines) <= FALLBACK_LIMIT:
            return "\n".join(lines)
    lines = [*head, *_escaped([more(len(body))]), *tail]
    while len(lines) > 1 and _length(lines) > FALLBACK_LIMIT:
        lines.pop()
    return cut("\n".join(lines), FALLBACK_LIMIT)


def _escaped(lines: Iterable[str]) -> list[str]:
    return [escape(harmless(line)) for line in lines if line.strip()]


def _length(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _cell(text: str, limit: int) -> Json:
    return {"type": "raw_text", "text": one_line(text, limit)}
