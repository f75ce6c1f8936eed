"""How offenders look: the list, an alert, the question why, help; the dossier page and suggestions, from next door."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.blocks import (
    Json,
    Message,
    Name,
    as_written,
    button,
    buttons,
    cut,
    message,
    ours,
    small,
    theirs,
    usage_message,
)
from bot.blocks.dossier import Section, shown, weighed
from bot.blocks.offender_forms import identify_form, link_form, unlink_form
from bot.blocks.suggestions import VALUE_LIMIT, suggested
from bot.blocks.tables import header, name_cut, one_line, select, table, whole_lines
from bot.grammar.offenders import ListOffenders, offender_usage
from bot.model import PAGE, Offender
from bot.offenders import token

__all__ = [
    "alert",
    "help_text",
    "identify_form",
    "link_form",
    "listed",
    "offender_lines",
    "offender_table",
    "pick",
    "shown",
    "suggested",
    "told",
    "unlink_form",
    "watched",
    "why",
]

_CELL_LIMIT = 32
_OPTION_LIMIT = 65
_MARK = "●"
_HEADS = ("#", "Upheld", "Seller", "Trend", "Score", "Marketplaces")
"""In the order in which a phone, which shows the first few, can do without the rest."""
"""What matters first: a narrow screen shows the rest by scrolling."""


def listed(
    shown: Sequence[Offender],
    *,
    total: int,
    hidden: int,
    asked: ListOffenders,
    window_days: int,
    name: Name,
    threshold: int,
) -> Message:
    """A page of offenders by rank. `hidden` counts those the asker muted, which `total` leaves out.

    Whoever has `threshold` upheld notices is marked as a repeat offender.
    """
    title = _title(asked, window_days, name)
    start = (asked.page - 1) * PAGE
    span = f"{start + 1}–{start + len(shown)} of {total}"
    if not total:
        few = asked.threshold or 1
        span = f"Nobody had {'a notice' if few == 1 else f'{few} notices'} upheld against them."
    elif not shown:
        span = f"There is no page {asked.page}; {total} in all."
    muted = _muted(hidden)
    blocks = [header(title), small(span)]
    if shown:
        blocks.append(offender_table(shown, name=name, first=start + 1, mark_from=threshold))
        blocks.append(legend(window_days, mark_from=threshold))
    blocks.extend(buttons([*pick(shown, first=start + 1, window_days=window_days), *_turns(asked, total)]))
    if muted:
        blocks.append(small(muted.replace("/offenders all", "`/offenders all`")))
    lines = offender_lines(shown, name=name, first=start + 1, mark_from=threshold)
    text = whole_lines([title, span], lines, [muted], more=lambda count: f"and {count} more." if count else "")
    return Message(text=text, blocks=tuple(blocks))


def offender_table(offenders: Sequence[Offender], *, name: Name, first: int = 1, mark_from: int | None = None) -> Json:
    """Rank, upheld, seller, trend, score and marketplaces; who has so many upheld is marked."""
    rows = [
        (
            str(rank),
            str(one.score.upheld),
            _marked(one, mark_from, f"{_MARK} ") + name_cut(one.title, _CELL_LIMIT),
            "new" if one.new else trend(one.trend),
            f"{one.score.total:.1f}",
            one_line(", ".join(map(name, one.marketplaces)), _CELL_LIMIT),
        )
        for rank, one in enumerate(offenders, first)
    ]
    return table(_HEADS, rows, right=frozenset({0, 1, 3, 4}))


def legend(window_days: int, *, mark_from: int | None = None) -> Json:
    """What the table's signs mean, in small print."""
    before = "day" if window_days == 1 else f"{window_days} days"
    marked = f" {_MARK} Repeat offender: at least {mark_from} upheld." if mark_from else ""
    return small(f"Trend: upheld notices more or fewer than in the {before} before; new: nothing before.{marked}")


def offender_lines(
    offenders: Sequence[Offender], *, name: Name, first: int = 1, mark_from: int | None = None
) -> list[str]:
    """As sentences: `1. Shop 5 (S-5) at Acme Market: 4 upheld, 1 more than before, score 33.1 · acme:S-5`."""
    return [
        f"{rank}. {name_cut(one.title)} at {one_line(', '.join(map(name, one.marketplaces)))}: "
        f"{one.score.upheld} upheld, {'new' if one.new else _compared(one.trend)}, score {one.score.total:.1f}"
        f"{_marked(one, mark_from, ', repeat offender')} · {one_line(one.foremost.key)}"
        for rank, one in enumerate(offenders, first)
    ]


def pick(offenders: Sequence[Offender], *, window_days: int, first: int = 1) -> list[Json]:
    """The menu *Show offender…*, as an element of a row, or nothing. A page opened from it counts the same days."""
    options = [
        (f"{rank}. {name_cut(one.title, _OPTION_LIMIT)}", f"{window_days}d {token(one.key)}")
        for rank, one in enumerate(offenders, first)
    ]
    return select("Show offender…", "offenders.pick", options)


def trend(change: int | None) -> str:
    """`↑ 2`, `↓ 1`, `=`, or `–` when it cannot be told."""
    if change is None:
        return "–"
    return f"↑ {change}" if change > 0 else f"↓ {-change}" if change < 0 else "="


def why(offender: Offender, *, name: Name) -> Message:
    """Why this seller is on the list: the parts of the score."""
    at = f"At {_markets(offender, name)}."
    lines, shown = weighed(offender, name)
    head = f"Why {name_cut(offender.title)} is here"
    return message([head, at, *lines], [header(head), as_written(at), *shown, *_show(token(offender.key))])


def alert(offender: Offender, *, words: str, name: Name) -> Message:
    """Said in a channel when an offender crosses the threshold."""
    return _announced(":rotating_light: *Repeat offender*", offender, words, weighed(offender, name), name)


def watched(offender: Offender, *, words: str, name: Name) -> Message:
    """Said to one person who watches the offender."""
    return _announced(":eyes: *A seller you watch*", offender, words, ([], []), name)


def told(words: str, *, offender_token: str = "") -> Message:
    """A short private answer."""
    return message([words], [theirs(words), *(_show(offender_token) if offender_token else [])])


def help_text(word: str | None) -> Message:
    """Usage of `/offenders`."""
    return usage_message(offender_usage(word))


def _announced(head: str, offender: Offender, words: str, reasons: Section, name: Name) -> Message:
    title = f"{name_cut(offender.title)} at {_markets(offender, name)}"
    said, shown = reasons
    blocks = [ours(head), as_written(title), theirs(words), *shown]
    return message([title, words, *said], [*blocks, *_show(token(offender.key))])


def _marked(one: Offender, mark_from: int | None, mark: str) -> str:
    return mark if mark_from and one.score.upheld >= mark_from else ""


def _show(value: str) -> list[Json]:
    return buttons([button("Show offender", "offenders.show", value)])


def _markets(offender: Offender, name: Name) -> str:
    return one_line(", ".join(map(name, offender.marketplaces)), 300)


def _title(asked: ListOffenders, window_days: int, name: Name) -> str:
    at = f" at {name(asked.marketplace)}" if asked.marketplace else ""
    of = f", right {asked.right}" if asked.right else ""
    least = f", at least {asked.threshold}" if asked.threshold else ""
    days = "day" if window_days == 1 else f"{window_days} days"
    return one_line(f"Sellers with upheld notices of the last {days}{least}{at}{of}", 150)


def _muted(hidden: int) -> str:
    if not hidden:
        return ""
    return f"{hidden} you muted {'is' if hidden == 1 else 'are'} not shown; /offenders all shows them."


def _compared(change: int | None) -> str:
    if change is None:
        return "before that not counted any more"
    if not change:
        return "as many as before"
    return f"{change} more than before" if change > 0 else f"{-change} fewer than before"


def _turns(asked: ListOffenders, total: int) -> list[Json]:
    """Buttons to the neighbouring pages; their value is the request, said again as a command."""
    pages = [(asked.page - 1, "Higher ranks", "offenders.newer"), (asked.page + 1, "Lower ranks", "offenders.older")]
    return [
        button(words, action, cut(_command(asked, page), VALUE_LIMIT))
        for page, words, action in pages
        if 1 <= page <= -(-total // PAGE)
    ]


def _command(asked: ListOffenders, page: int) -> str:
    said = [
        f"{asked.window_days}d" if asked.window_days else "",
        _option("marketplace", asked.marketplace),
        _option("right", asked.right),
        f"threshold:{asked.threshold}" if asked.threshold else "",
        "all" if asked.muted else "",
        f"page:{page}",
    ]
    return " ".join(part for part in said if part)


def _option(key: str, value: str | None) -> str:
    quoted = re.sub(r"[\"“”]", "", value or "")
    return f'{key}:"{quoted}"' if re.search(r"[^\w.-]", quoted) else f"{key}:{quoted}" if quoted else ""
